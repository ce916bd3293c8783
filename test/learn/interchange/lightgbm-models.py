# Makes lightgbm-models.json: small models of LightGBM 4.7.0 as its save_model writes them (the parameters after the trees
# left out), some rows, and what LightGBM says about them: predict, and pred_contrib, its path-dependent TreeSHAP.
# Run where lightgbm is installed: python3 test/learn/interchange/lightgbm-models.py > test/learn/interchange/lightgbm-models.json
import json

import lightgbm
import numpy as np

i = np.arange(400)
x = np.column_stack([i % 13 - 6, (i * 7) % 17, i % 40, (i * i) % 19]).astype('float32').astype(float)
y = ((x[:, 0] > 1) ^ np.isin(x[:, 2], [2, 9, 35]) | (x[:, 3] > 15)).astype(float)
holes = x.copy()
holes[i % 11 == 0, 1] = np.nan
holes[i % 23 == 0, 0] = np.nan
holes[i % 29 == 0, 2] = np.nan
amount = np.round(np.exp(x[:, 0] / 6) + np.isin(x[:, 2], [1, 4]) + (i % 3), 3)
wanted = dict(
    binary=(dict(objective='binary'), holes, y),
    whole=(dict(objective='binary'), x, y),
    steep=(dict(objective='binary', sigmoid=2.5), holes, y),
    zero=(dict(objective='binary', zero_as_missing=True), holes, y),
    forest=(dict(objective='binary', boosting='rf', bagging_freq=1, bagging_fraction=0.7), holes, y),
    dart=(dict(objective='binary', boosting='dart', drop_rate=0.5), holes, y),
    regression=(dict(objective='regression'), holes, amount),
    poisson=(dict(objective='poisson', zero_as_missing=True), x, amount),
    quantile=(dict(objective='quantile', alpha=0.8), holes, amount),
    numeric=(dict(objective='binary'), holes, y),
    constant=(dict(objective='regression', min_data_in_leaf=1000), holes, amount),
)
rows = np.concatenate([holes[[0, 5, 22, 23, 29, 58, 100]], [[np.nan] * 4, [0] * 4, [-0.0, 1e-36, 400, 0.5], [1e-30, -1e6, 2, 1e6]]])
rows = rows.astype('float32').astype(float)


def case(name, settings, table, label):
    categories = [] if name == 'numeric' else ['shop']
    data = lightgbm.Dataset(table, label, feature_name=['plain', 'gaps', 'shop', 'other'], categorical_feature=categories)
    shared = dict(num_leaves=6, min_data_in_leaf=5, cat_smooth=1, min_data_per_group=5, verbose=-1, num_threads=1)
    booster = lightgbm.train({**shared, **settings}, data, 4)
    return dict(
        text=booster.model_to_string().split('\nparameters:')[0] + '\n',
        predicted=booster.predict(rows).tolist(),
        contributions=booster.predict(rows, pred_contrib=True).tolist(),
    )


listed = [[None if np.isnan(value) else float(value) for value in row] for row in rows]
print(json.dumps(dict(rows=listed, models={name: case(name, *given) for name, given in wanted.items()})))
