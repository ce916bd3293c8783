# Makes xgboost-models.json: small models of XGBoost 1.7.4 as its save_model writes them (JSON as text, UBJSON as base64),
# some rows, and what XGBoost says about them: predict, the margin, and pred_contribs, its path-dependent TreeSHAP.
# Run: python3 test/learn/interchange/xgboost-models.py > test/learn/interchange/xgboost-models.json
import base64
import json
import pathlib
import tempfile

import numpy as np
import xgboost

i = np.arange(300)
x = np.column_stack([(i % 13) / 7 - 0.6, (i * 7) % 17, i % 9, (i * i) % 19]).astype('float32')
x[i % 11 == 0, 1] = np.nan
x[i % 29 == 0, 2] = np.nan
y = ((x[:, 0] > 0.3) ^ np.isin(x[:, 2], [1, 4, 7]) | (i % 11 == 0)).astype(float)
amount = np.round(np.exp(x[:, 0]) + np.isin(x[:, 2], [1, 4]) + (i % 3), 3)
names = ['plain', 'with "gaps"', 'shop', 'other']
table = dict(feature_names=names, feature_types=['float', 'q', 'c', 'int'], enable_categorical=True)
wanted = dict(
    logistic=(dict(objective='binary:logistic', base_score=0.3), y),
    raw=(dict(objective='binary:logitraw', base_score=0.3), y),
    dart=(dict(objective='binary:logistic', booster='dart', rate_drop=0.5, seed=3), y),
    squared=(dict(objective='reg:squarederror'), amount),
    poisson=(dict(objective='count:poisson', base_score=1.7), amount),
    onehot=(dict(objective='binary:logistic', max_cat_to_onehot=100), y),
    forest=(dict(objective='binary:logistic', num_parallel_tree=3, subsample=0.6), y),
    numeric=(dict(objective='binary:logistic', tree_method='exact'), y),
)
rows = np.concatenate([x[[0, 5, 22, 29, 58, 100]], [[np.nan] * 4, [7, -3, 8, 1e6], [0.3, 3, 400, -1e6]]]).astype('float32')


def saved(booster, ending):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / f'model.{ending}'
        booster.save_model(path)
        return path.read_bytes()


def case(settings, label):
    # XGBoost 1.7 neither fits nor explains categories with the exact method: there they are numbers.
    is_exact = settings.get('tree_method') == 'exact'
    known = dict(feature_names=names) if is_exact else table
    shared = dict(max_depth=3, eta=0.4, nthread=1, tree_method='hist', max_cat_to_onehot=1, min_child_weight=0)
    booster = xgboost.train({**shared, **settings}, xgboost.DMatrix(x, label=label, **known), 3)
    asked = xgboost.DMatrix(rows, **known)
    return dict(
        json=saved(booster, 'json').decode(),
        ubjson=base64.b64encode(saved(booster, 'ubj')).decode(),
        predicted=booster.predict(asked).astype(float).tolist(),
        margins=booster.predict(asked, output_margin=True).astype(float).tolist(),
        contributions=booster.predict(asked, pred_contribs=True).astype(float).tolist() if is_exact else None,
    )


listed = [[None if np.isnan(value) else float(value) for value in row] for row in rows]
print(json.dumps(dict(names=names, rows=listed, models={name: case(*given) for name, given in wanted.items()})))
