# Makes xgboost-forest.json: two trees of XGBoost 1.7.4 in our format, some rows, and what XGBoost says about them
# (pred_contribs is its exact path-dependent TreeSHAP, output_margin the raw score), and the raw scores of the training rows
# after eight rounds with the same base score and settings as in boosting.test.ts.
# Run: python3 test/learn/xgboost-forest.py > test/learn/xgboost-forest.json
import json

import numpy as np
import xgboost

i = np.arange(300)
x = np.column_stack([i % 13, (i * 7) % 17, (i * i) % 19, (i * 3) % 5]).astype('float32')
x[i % 11 == 0, 1] = np.nan
y = ((x[:, 0] > 6) ^ (x[:, 2] > 9) | (i % 11 == 0)).astype(int)
y = np.where((i * 31) % 29 < 4, 1 - y, y)
settings = dict(max_depth=4, eta=0.5, objective='binary:logistic', base_score=0.5, nthread=1, tree_method='exact')
booster = xgboost.train(settings, xgboost.DMatrix(x, label=y), 2)


def nodes_of(node):
    yield node
    for child in node.get('children', []):
        yield from nodes_of(child)


def tree_of(dump):
    nodes = sorted(nodes_of(json.loads(dump)), key=lambda node: node['nodeid'])
    place = {node['nodeid']: k for k, node in enumerate(nodes)}
    at = lambda node, key: place[node[key]] if key in node else 0
    return dict(
        column=[int(node['split'][1:]) if 'split' in node else -1 for node in nodes],
        # XGBoost goes left below the threshold, Inkling up to it; the values are whole numbers, so half a step is the same.
        threshold=[float(np.ceil(node['split_condition']) - 0.5) if 'split' in node else 0 for node in nodes],
        missingLeft=[int('split' in node and node['missing'] == node['yes']) for node in nodes],
        left=[at(node, 'yes') for node in nodes],
        right=[at(node, 'no') for node in nodes],
        value=[node.get('leaf', 0) for node in nodes],
        cover=[node['cover'] for node in nodes],
        gain=[node.get('gain', 0) for node in nodes],
    )


fitted = xgboost.train({**settings, 'base_score': float(y.mean())}, xgboost.DMatrix(x, label=y), 8)
rows = xgboost.DMatrix(x[[0, 5, 22, 100]])
print(json.dumps(dict(
    model=dict(kind='boosting', names=['a', 'b', 'c', 'd'], baseScore=0, trees=[tree_of(dump) for dump in booster.get_dump(dump_format='json', with_stats=True)]),
    rows=[[None if np.isnan(value) else float(value) for value in row] for row in x[[0, 5, 22, 100]]],
    contributions=booster.predict(rows, pred_contribs=True).astype(float).tolist(),
    fittedScores=np.round(fitted.predict(xgboost.DMatrix(x), output_margin=True).astype(float), 6).tolist(),
    rawScores=booster.predict(rows, output_margin=True).astype(float).tolist(),
)))
