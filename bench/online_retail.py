# XGBoost and scikit-learn on the matrix that `inkling lab matrix` writes, for bench/online-retail.ts: the same rows, the
# same split, each library's usual settings for small tables. Prints one JSON object a learner.
# Needs Debian's packages: apt-get install python3-xgboost python3-sklearn
import csv
import json
import sys
import time

import numpy as np
import xgboost
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler

with open(sys.argv[1], newline='') as file:
    reader = csv.reader(file)
    header = next(reader)
    rows = list(reader)
split = np.array([row[2] for row in rows])
y = np.array([float(row[3]) for row in rows])
x = np.array([[float(v) if v else np.nan for v in row[4:]] for row in rows], dtype=np.float32)
train, test = split == 'train', split == 'test'


def calibration_error(y, p, bins=10):
    order = np.argsort(p, kind='stable')
    return sum(abs(y[part].mean() - p[part].mean()) * len(part) for part in np.array_split(order, bins)) / len(y)


learners = {
    'XGBoost (hist, depth 3, 200 × 0.05)': xgboost.XGBClassifier(
        n_estimators=200, max_depth=3, learning_rate=0.05, subsample=0.6, colsample_bytree=0.35,
        reg_lambda=10, tree_method='hist', n_jobs=2, random_state=1),
    'HistGradientBoosting (200 × 0.05)': HistGradientBoostingClassifier(
        max_iter=200, learning_rate=0.05, max_leaf_nodes=8, l2_regularization=10, random_state=1),
    'logistic regression (quantiles, C 0.01)': make_pipeline(
        SimpleImputer(strategy='median', add_indicator=True),
        QuantileTransformer(n_quantiles=200, output_distribution='normal', random_state=1),
        StandardScaler(), LogisticRegression(C=0.01, max_iter=500)),
}
for name, learner in learners.items():
    start = time.time()
    learner.fit(x[train], y[train])
    fitted = time.time()
    p = learner.predict_proba(x[test])[:, 1]
    print(json.dumps({
        'name': name, 'auc': roc_auc_score(y[test], p), 'logLoss': log_loss(y[test], p),
        'calibrationError': calibration_error(y[test], p), 'fitSeconds': fitted - start}))
