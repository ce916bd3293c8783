# XGBoost and scikit-learn on the matrices that `inkling lab matrix` writes, one for each test moment, for
# bench/purchases.ts: each learner is fitted once for each moment on the rows whose outcomes ended before it, as ours
# is, and judged over all moments together. Each library's usual settings for small tables; one JSON object a learner.
# Needs Debian's packages: apt-get install python3-xgboost python3-sklearn
import csv
import json
import sys
import time

import numpy as np
import xgboost
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler

def read(path):
    """The training rows and the test rows of one matrix, each as (signals, labels); an empty field is unknown."""
    with open(path, newline='') as file:
        _, *rows = csv.reader(file)
    split = np.array([row[2] for row in rows])
    y = np.array([float(row[3]) for row in rows])
    x = np.array([[float(v) if v else np.nan for v in row[4:]] for row in rows], dtype=np.float32)
    return [(x[split == part], y[split == part]) for part in ('train', 'test')]


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
moments = [read(path) for path in sys.argv[1:]]
y = np.concatenate([labels for _, (_, labels) in moments])
for name, learner in learners.items():
    start = time.time()
    fitted = [(clone(learner).fit(*train), test) for train, test in moments]
    seconds = time.time() - start
    p = np.concatenate([model.predict_proba(signals)[:, 1] for model, (signals, _) in fitted])
    print(json.dumps({
        'name': name, 'auc': roc_auc_score(y, p), 'logLoss': log_loss(y, p),
        'calibrationError': calibration_error(y, p), 'fitSeconds': seconds}))
