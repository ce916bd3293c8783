# One fit of a peer for bench/boosting.ts: boosting.py xgboost|sklearn FOLDER WORK --threads N, prints one JSON object.
import json
import os
import re
import sys
import time

engine, folder, work = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
threads = int(sys.argv[5])
os.environ['OMP_NUM_THREADS'] = str(threads)

import numpy as np
from sklearn.metrics import roc_auc_score

rows = work['rows']
X = np.stack([np.fromfile(f'{folder}/{c}.f32', np.float32) for c in range(work['columns'])], axis=1)
y = np.fromfile(f'{folder}/y.f32', np.float32)
X = np.ascontiguousarray(X)
train, test = X[:rows], X[rows:]


def forget_peak():
    with open('/proc/self/clear_refs', 'w') as f:
        f.write('5')


def peak_bytes():
    with open('/proc/self/status') as f:
        return int(re.search(r'VmHWM:\s+(\d+)', f.read()).group(1)) * 1024


def rss():
    with open('/proc/self/statm') as f:
        return int(f.read().split()[1]) * 4096


if engine == 'xgboost':
    import xgboost as xgb

    before = rss()
    forget_peak()
    data = xgb.DMatrix(train, label=y[:rows], nthread=threads)
    depth = work['depth']
    settings = dict(
        objective='binary:logistic', tree_method='hist', eta=work['learningRate'], reg_lambda=1, min_child_weight=1,
        max_bin=256, nthread=threads, max_depth=depth,
        **({} if depth else dict(grow_policy='lossguide', max_leaves=work['leaves'])),
    )
    # The matrix in XGBoost's own form is not counted as time, the bins are.
    start = time.perf_counter()
    model = xgb.train(settings, data, work['trees'])
    seconds = time.perf_counter() - start
    predict = lambda x: model.inplace_predict(x)
else:
    from sklearn.ensemble import HistGradientBoostingClassifier

    before = rss()
    forget_peak()
    model = HistGradientBoostingClassifier(
        max_iter=work['trees'], learning_rate=work['learningRate'], max_leaf_nodes=work['leaves'],
        max_depth=work['depth'] or None, l2_regularization=1, min_samples_leaf=1, early_stopping=False, max_bins=255,
    )
    start = time.perf_counter()
    model.fit(train, y[:rows])
    seconds = time.perf_counter() - start
    predict = lambda x: model.predict_proba(x)[:, 1]

peak = peak_bytes()
predict(test)
start = time.perf_counter()
predict(train)
batch = time.perf_counter() - start
print(json.dumps(dict(
    fitSeconds=seconds,
    memoryBytes=peak - before,
    auc=roc_auc_score(y[rows:], predict(test)),
    batchRowsPerSecond=rows / batch,
)))
