# Makes goldens.json: raw scores (every tenth training row) of XGBoost 1.7.4 and scikit-learn 1.2.1 on made-up rows that
# goldens.ts draws alike. Few distinct values: each has its bin, so an exact search and ours see the same splits.
# Run: python3 test/learn/boosting/goldens.py > test/learn/boosting/goldens.json
import json

import numpy as np
import xgboost
from sklearn.ensemble import GradientBoostingRegressor

i = np.arange(301)
x = np.column_stack([i % 13, (i * 7) % 17, (i * i) % 19, (i * 3) % 5, (i * 11) % 23]).astype('float32')
x[i % 11 == 0, 1] = np.nan
noise = (i * 31) % 29 / 29
amount = (3 * np.sqrt(x[:, 0]) + np.where(i % 11 == 0, 4, 0) - (x[:, 2] > 9) * x[:, 3] + 0.3 * x[:, 4] + 2 * noise).astype('float32')
count = np.floor(1.5 + 0.35 * x[:, 0] + 2 * (x[:, 2] > 9) + 2 * noise).astype('float32')
yes = ((x[:, 0] > 6) ^ (x[:, 2] > 9)).astype(int)
yes = np.where((i * 31) % 29 < 4, 1 - yes, yes)
kind = (np.floor((x[:, 0] + x[:, 2]) / 11) % 3).astype(int)
kind = np.where((i * 31) % 29 < 5, (kind + 1) % 3, kind)
weights = (1 + i % 3).astype('float32')

ROUNDS = 12
COMMON = {'max_depth': 4, 'eta': 0.3, 'lambda': 1, 'min_child_weight': 2, 'nthread': 1, 'tree_method': 'exact'}


def scores(y, start, w=None, **settings):
    data = xgboost.DMatrix(x, label=y, weight=w)
    fitted = xgboost.train({**COMMON, 'base_score': float(start), **settings}, data, ROUNDS)
    return np.round(fitted.predict(data, output_margin=True)[::10].astype(float), 5).tolist()


def softmax_scores():
    margin = np.tile(np.log(np.bincount(kind) / len(kind)), (len(kind), 1))
    data = xgboost.DMatrix(x, label=kind, base_margin=margin)
    fitted = xgboost.train({**COMMON, 'objective': 'multi:softprob', 'num_class': 3, 'min_child_weight': 1}, data, ROUNDS)
    return np.round(fitted.predict(data)[::10].astype(float), 5).tolist()


def quantile_scores():
    # Slopes of two values make many equal gains; later rounds choose otherwise among them.
    whole = np.nan_to_num(x, nan=-1)
    fitted = GradientBoostingRegressor(
        loss='quantile', alpha=0.75, n_estimators=8, learning_rate=0.3, max_depth=3, min_samples_leaf=5, random_state=0
    ).fit(whole, amount)
    return np.round(fitted.predict(whole)[::10], 5).tolist()


mean = lambda y, w=np.ones(301): float((y.astype(float) * w).sum() / w.sum())
squared = {'objective': 'reg:squarederror'}
binary = {'objective': 'binary:logistic'}
print(json.dumps({
    'squared': scores(amount, mean(amount), **squared),
    'weighted': scores(amount, mean(amount, weights), weights, **squared),
    'poisson': scores(count, mean(count), objective='count:poisson'),
    'l1': scores(amount, mean(amount), alpha=8, **squared),
    'minGain': scores(amount, mean(amount), gamma=10, **squared),
    'monotone': scores(amount, mean(amount), monotone_constraints='(1,0,-1,0,1)', **squared),
    'monotoneBinary': scores(yes, mean(yes), monotone_constraints='(1,0,1,0,0)', **binary),
    'interactions': scores(amount, mean(amount), interaction_constraints='[[0,2],[2,3,4]]', **squared),
    'deep': scores(amount, mean(amount), max_depth=9, min_child_weight=1, **squared),
    'softmax': softmax_scores(),
    'quantile': quantile_scores(),
}))
