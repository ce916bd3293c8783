# The peers of bench/accuracy.ts: XGBoost, tuned by a seeded random search on the training part of every split (five folds,
# or folds in time where the rows have moments) by log loss, its number of trees the mean of what early stopping found in
# these folds; and scikit-learn's HistGradientBoosting as it comes.

import json
import sys
import time

import numpy as np
import pandas as pd
import xgboost
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline

DRAWS = 8

with open(sys.argv[1]) as file:
    task = json.load(file)
categorical = task["categorical"]
x = pd.DataFrame(dict(zip(task["names"], task["columns"])), dtype="float64")
codes = {name: list(range(int(x[name].max()) + 1)) for name in categorical}
for name in categorical:
    x[name] = pd.Categorical(x[name].astype(int), categories=codes[name])
y = np.array(task["y"], dtype=int)


def inner_folds(train):
    if task.get("times") is None:
        return list(StratifiedKFold(5, shuffle=True, random_state=1).split(train, y[train]))
    times = np.array(task["times"])[train]
    edges = np.sort(times)[[len(times) * (k + 1) // 6 for k in range(5)]]
    ends = [*edges[1:], np.inf]
    folds = [(np.where(times < a)[0], np.where((times >= a) & (times < b))[0]) for a, b in zip(edges, ends)]
    return [(learn, judge) for learn, judge in folds if len(learn) and len(judge)]


def spread(random, low, high):
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def draw_xgboost(random):
    return dict(
        learning_rate=spread(random, 0.015, 0.1), max_depth=int(random.integers(3, 9)),
        min_child_weight=spread(random, 1, 20), subsample=random.uniform(0.5, 1),
        colsample_bytree=random.uniform(0.2, 1), reg_lambda=spread(random, 0.5, 40), gamma=spread(random, 0.01, 2),
    )


def make_xgboost(settings, trees=2000, **more):
    return xgboost.XGBClassifier(
        n_estimators=trees, tree_method="hist", enable_categorical=True, n_jobs=1, random_state=1, **settings, **more
    )


def tune_xgboost(train, folds, random):
    best = (np.inf, None, None)
    for settings in [{"learning_rate": 0.05, "max_depth": 5}, *(draw_xgboost(random) for _ in range(DRAWS - 1))]:
        losses, trees = [], []
        for learn, judge in folds:
            model = make_xgboost(settings, early_stopping_rounds=int(1.5 / settings["learning_rate"]) + 1)
            model.fit(x.iloc[train[learn]], y[train[learn]], eval_set=[(x.iloc[train[judge]], y[train[judge]])], verbose=False)
            losses.append(model.best_score)
            trees.append(model.best_iteration + 1)
        if np.mean(losses) < best[0]:
            best = (np.mean(losses), settings, int(np.mean(trees)))
    return make_xgboost(best[1], best[2])


def plain_histogram(train, folds, random):
    masks = [name in categorical for name in task["names"]]
    return make_pipeline(CodesAsNumbers(), HistGradientBoostingClassifier(categorical_features=masks, random_state=1))


class CodesAsNumbers:
    def fit(self, x, y=None):
        return self

    def transform(self, x):
        return x.astype(float)


peers = {
    f"XGBoost 1.7.4 ({DRAWS} draws)": tune_xgboost,
    "HistGradientBoosting 1.2.1 (defaults)": plain_histogram,
}

answers = []
for name, tune in peers.items():
    start = time.time()
    predictions = []
    for split in task["splits"]:
        train, test = np.array(split["train"]), np.array(split["test"])
        model = tune(train, inner_folds(train), np.random.default_rng(1))
        model.fit(x.iloc[train], y[train])
        predictions.append(model.predict_proba(x.iloc[test])[:, 1].tolist())
    answers.append({"name": name, "predictions": predictions, "seconds": (time.time() - start) / len(task["splits"])})
    print(name, time.time() - start, file=sys.stderr)
with open(sys.argv[2], "w") as file:
    json.dump(answers, file)
