# Makes onnx-models.json: graphs of trees in the forms that other writers use, put together by hand with onnx 1.23.1, and
# what onnxruntime 1.30.0 answers for some rows.
# Run where both are installed: python3 test/learn/interchange/onnx-models.py > test/learn/interchange/onnx-models.json
import base64
import json

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

nan = np.nan
rows = np.array(
    [[0.5, 2, 3, -1], [1.5, 0, 3, 0], [nan, 1, 2, 0.25], [1.5, nan, nan, nan], [-2, 2, 7, 0.75], [1, 3, 8, 5], [0.25, 7, 1, 0.5]],
    dtype=np.float32,
)

# (mode, column, value, missing goes with hits, hit, miss) or a leaf's weight, twice: (a, b)
ONE = [('LT', 0, 1.0, 1, 1, 2), ('EQ', 1, 2.0, 0, 3, 4), ('GTE', 3, 0.5, 0, 5, 6), -0.75, 0.5, 1.25, -0.5]
TWO = [('GT', 0, 0.25, 0, 1, 2), ('NEQ', 2, 3.0, 0, 3, 4), 0.125, ('LEQ', 3, 0.25, 1, 5, 6), -1.5, 0.875, 0.0625]
# Equality after equality of one column, with one child for every hit.
CHAIN = [('EQ', 1, 1.0, 1, 4, 1), ('EQ', 1, 3.0, 1, 4, 2), ('EQ', 1, 7.0, 1, 4, 3), -0.25, ('LEQ', 0, 0.75, 0, 5, 6), 2.0, -3.0]


def nodes(trees, kind, ids, weight=lambda value, target: value):
    lists = {key: [] for key in ['treeids', 'nodeids', 'featureids', 'modes', 'values', 'missing_value_tracks_true', 'truenodeids', 'falsenodeids']}
    votes = {key: [] for key in ['treeids', 'nodeids', 'ids', 'weights']}
    for t, tree in enumerate(trees):
        for n, node in enumerate(tree):
            leaf = not isinstance(node, tuple)
            mode, column, value, missing, hit, miss = ('LEAF', 0, 0.0, 0, 0, 0) if leaf else ('BRANCH_' + node[0], *node[1:])
            for key, entry in zip(lists, [t, n, column, mode, value, missing, hit, miss]):
                lists[key].append(entry)
            for target in ids if leaf else []:
                for key, entry in zip(votes, [t, n, target, weight(node, target)]):
                    votes[key].append(entry)
    return {f'nodes_{k}': v for k, v in lists.items()} | {f'{kind}_{k}': v for k, v in votes.items()}


def classifier(ids, **more):
    return helper.make_node(
        'TreeEnsembleClassifier', ['X'], ['label', 'scores'], domain='ai.onnx.ml', classlabels_int64s=[0, 1],
        **nodes([ONE, TWO, CHAIN], 'class', ids, more.pop('weight', lambda value, target: value)), **more,
    )


def regressor(**more):
    return helper.make_node('TreeEnsembleRegressor', ['X'], ['scores'], domain='ai.onnx.ml', n_targets=1,
                            **nodes([ONE, TWO, CHAIN], 'target', [0]), **more)


def in_doubles():
    attributes = nodes([ONE, TWO], 'target', [0])
    for key in ['nodes_values', 'target_weights']:
        values = attributes.pop(key)
        attributes[f'{key}_as_tensor'] = helper.make_tensor(key, TensorProto.DOUBLE, [len(values)], values)
    return helper.make_node('TreeEnsembleRegressor', ['X'], ['scores'], domain='ai.onnx.ml', n_targets=1, **attributes)


def tree_ensemble():
    floats = lambda name, values: helper.make_tensor(name, TensorProto.FLOAT, [len(values)], np.array(values, dtype=np.float32))
    return helper.make_node(
        'TreeEnsemble', ['X'], ['scores'], domain='ai.onnx.ml', n_targets=1, aggregate_function=1, post_transform=0,
        nodes_featureids=[0, 1, 2, 3], nodes_splits=floats('s', [1.0, 0, 2.5, 0.5]), nodes_missing_value_tracks_true=[0, 0, 1, 0],
        nodes_modes=helper.make_tensor('m', TensorProto.UINT8, [4], [0, 6, 1, 2]),
        nodes_truenodeids=[1, 0, 2, 4], nodes_falsenodeids=[2, 1, 3, 5], nodes_trueleafs=[0, 1, 1, 1], nodes_falseleafs=[0, 1, 1, 1],
        leaf_targetids=[0] * 6, leaf_weights=floats('w', [0.25, -1.5, 2.0, 0.5, -0.125, 4.0]), tree_roots=[0, 3],
        membership_values=floats('v', [2.0, 7.0, nan]),
    )


def answer(node, opset=3, dtype=np.float32, after=()):
    last = after[-1].output[0] if after else 'scores'
    element = TensorProto.DOUBLE if dtype == np.float64 else TensorProto.FLOAT
    outputs = [helper.make_tensor_value_info(last, TensorProto.FLOAT, None)]
    graph = helper.make_graph([node, *after], 'g', [helper.make_tensor_value_info('X', element, [None, 4])], outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18), helper.make_opsetid('ai.onnx.ml', opset)], ir_version=9)
    scores = onnxruntime.InferenceSession(model.SerializeToString()).run([last], {'X': rows.astype(dtype)})[0]
    return dict(onnx=base64.b64encode(model.SerializeToString()).decode(), predicted=scores[:, -1].astype(float).tolist())


def by_column():
    names = ['visits', 'spend', 'shop', 'age']
    # One of them in doubles, and listed in another order than they are put together.
    element = lambda name: TensorProto.DOUBLE if name == 'shop' else TensorProto.FLOAT
    inputs = [helper.make_tensor_value_info(name, element(name), [None, 1]) for name in reversed(names)]
    cast = helper.make_node('Cast', ['shop'], ['same'], to=TensorProto.FLOAT)
    nodes_ = [cast, helper.make_node('Concat', ['visits', 'spend', 'same', 'age'], ['X'], axis=1), regressor()]
    graph = helper.make_graph(nodes_, 'g', inputs, [helper.make_tensor_value_info('scores', TensorProto.FLOAT, [None, 1])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18), helper.make_opsetid('ai.onnx.ml', 3)], ir_version=9)
    feeds = {name: rows[:, [c]].astype(float if name == 'shop' else np.float32) for c, name in enumerate(names)}
    scores = onnxruntime.InferenceSession(model.SerializeToString()).run(None, feeds)[0]
    return dict(onnx=base64.b64encode(model.SerializeToString()).decode(), predicted=scores[:, -1].astype(float).tolist())


def zipped():
    zipmap = helper.make_node('ZipMap', ['scores'], ['zipped'], domain='ai.onnx.ml', classlabels_int64s=[0, 1])
    kind = helper.make_sequence_type_proto(helper.make_map_type_proto(TensorProto.INT64, helper.make_tensor_type_proto(TensorProto.FLOAT, [])))
    outputs = [helper.make_tensor_value_info('label', TensorProto.INT64, [None]), helper.make_value_info('zipped', kind)]
    graph = helper.make_graph([classifier([0], post_transform='LOGISTIC'), zipmap], 'g', [helper.make_tensor_value_info('X', TensorProto.FLOAT, [None, 4])], outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18), helper.make_opsetid('ai.onnx.ml', 3)], ir_version=9)
    answers = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {'X': rows})[1]
    return dict(onnx=base64.b64encode(model.SerializeToString()).decode(), predicted=[one[1] for one in answers])


halves = lambda value, target: 0.5 + 0.05 * value if target == 1 else 0.5 - 0.05 * value
sigmoid = [helper.make_node('Identity', ['scores'], ['same']), helper.make_node('Sigmoid', ['same'], ['p'])]
models = dict(
    first=answer(classifier([0], post_transform='LOGISTIC', base_values=[0.3])),
    second=answer(classifier([1], post_transform='LOGISTIC')),
    both=answer(classifier([0, 1], weight=lambda value, target: value if target == 1 else -value, post_transform='LOGISTIC')),
    bases=answer(classifier([1], post_transform='LOGISTIC', base_values=[0.1, 0.3])),
    votes=answer(classifier([0, 1], weight=halves)),
    sum=answer(regressor(base_values=[1.5])),
    average=answer(regressor(aggregate_function='AVERAGE', base_values=[1.5])),
    behind=answer(regressor(), after=sigmoid),
    doubles=answer(in_doubles(), dtype=np.float64),
    ensemble=answer(tree_ensemble(), opset=5),
    columns=by_column(),
    zipped=zipped(),
)
listed = [[None if np.isnan(value) else float(value) for value in row] for row in rows]
print(json.dumps(dict(rows=listed, models=models)))
