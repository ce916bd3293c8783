# The peers of bench/uplift.ts: uplift from scikit-learn and XGBoost on the folds it gives, one prediction per row and draw.
# Run by it: python3 bench/uplift.py matrix.csv uplifts.json

import json
import sys
import time

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

table = pd.read_csv(sys.argv[1])
draws = [name for name in table.columns if name.startswith("fold ")]
treated = table.pop("treated").to_numpy()
y = table.pop("y").to_numpy()
folds = {name: table.pop(name).to_numpy() for name in draws}
x = table.to_numpy()


def logistic():
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))


def xgboost():
    return XGBClassifier(n_estimators=100, max_depth=3, learning_rate=0.05, tree_method="hist", n_jobs=2)


def t_learner(make):
    def fit(x, treated, y):
        one = make().fit(x[treated == 1], y[treated == 1])
        other = make().fit(x[treated == 0], y[treated == 0])
        return lambda rows: one.predict_proba(rows)[:, 1] - other.predict_proba(rows)[:, 1]

    return fit


def class_transformation(make):
    def fit(x, treated, y):
        model = make().fit(x, (y == treated).astype(int))
        return lambda rows: 2 * model.predict_proba(rows)[:, 1] - 1

    return fit


peers = {
    "T-learner, LogisticRegression 1.2.1": t_learner(logistic),
    "class transformation, LogisticRegression 1.2.1": class_transformation(logistic),
    "T-learner, XGBoost 1.7.4 (depth 3, 100 × 0.05)": t_learner(xgboost),
    "class transformation, XGBoost 1.7.4": class_transformation(xgboost),
}

answers = []
for name, fit in peers.items():
    start = time.time()
    uplifts = []
    for fold_of in folds.values():
        uplift = np.zeros(len(y))
        for fold in np.unique(fold_of):
            test = fold_of == fold
            uplift[test] = fit(x[~test], treated[~test], y[~test])(x[test])
        uplifts.append(uplift.tolist())
    answers.append({"name": name, "uplifts": uplifts, "seconds": (time.time() - start) / len(draws) / 5})
with open(sys.argv[2], "w") as file:
    json.dump(answers, file)
