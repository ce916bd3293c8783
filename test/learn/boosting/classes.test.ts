// Several classes: against XGBoost, and the laws that the model keeps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  classAccuracy,
  classLogLoss,
  classRocAuc,
  copyRow,
  fitClasses,
  type Matrix,
  readClasses,
} from '../../../src/learn/index.ts';
import { createRandom } from '../../../src/math/index.ts';
import { goldens, kind, x } from './goldens.ts';

const CLASSES = ['tea', 'coffee', 'water'];
const asXgboost = {
  trees: 12,
  learningRate: 0.3,
  growth: 'depth',
  maxDepth: 4,
  maxLeaves: 512,
  l2: 1,
  minChildHessian: 1,
  columnShare: 1,
} as const;
const fitted = fitClasses(x, kind, CLASSES, asXgboost);

test('probabilities match XGBoost’s multi:softprob [WH-8]', () => {
  // goldens.py: xgboost.train({'objective': 'multi:softprob', 'num_class': 3, …}, …, 12), started from the classes' shares.
  const predicted = fitted.predict(x);
  goldens.softmax.forEach((expected, i) => {
    expected.forEach((probability, k) => {
      assert.ok(
        Math.abs(predicted[k][10 * i] - probability) < 1e-4,
        `row ${10 * i}: ${predicted[k][10 * i]} is not ${probability}`,
      );
    });
  });
});

test('rows sum to one; one row, many rows and a saved model agree; contributions sum to the scores', () => {
  const predicted = fitted.predict(x);
  const again = readClasses(JSON.parse(JSON.stringify(fitted)));
  assert.deepEqual(again.classes, CLASSES);
  assert.equal(JSON.stringify(again), JSON.stringify(fitted));
  for (let r = 0; r < x.rows; r += 7) {
    const row = copyRow(x, r);
    const own = fitted.predictRow(row);
    assert.ok(Math.abs(own[0] + own[1] + own[2] - 1) < 1e-12);
    assert.deepEqual(
      [...own],
      predicted.map((column) => column[r]),
    );
    assert.deepEqual(again.predictRow(row), own);
    const scores = fitted.contributions(row).map((one) => one.reduce((sum, part) => sum + part, 0));
    // The softmax takes only differences of scores.
    assert.ok(Math.abs(Math.exp(scores[1] - scores[0]) - own[1] / own[0]) < 1e-9 * (own[1] / own[0]));
  }
  assert.deepEqual(
    fitted
      .importance()
      .slice(0, 2)
      .map(({ name }) => name)
      .sort(),
    ['a', 'c'],
  );
});

/** Rows of three classes, and the probabilities by which their class was drawn. */
function drawKinds(rows: number, seed: string) {
  const random = createRandom(seed);
  const columns = Array.from({ length: 4 }, () => Float32Array.from({ length: rows }, () => random.normal()));
  const truth = Array.from({ length: 3 }, () => new Float64Array(rows));
  const y = Float32Array.from(columns[0], (a, r) => {
    const odds = [a, columns[1][r], columns[2][r] - a].map((score) => Math.exp(2 * score));
    const total = odds[0] + odds[1] + odds[2];
    odds.forEach((one, k) => {
      truth[k][r] = one / total;
    });
    const drawn = random.uniform();
    return drawn < truth[0][r] ? 0 : drawn < truth[0][r] + truth[1][r] ? 1 : 2;
  });
  const x: Matrix = { rows, names: ['d', 'b', 'c', 'a'], columns };
  return { x, y, truth };
}

test('validation rows stop it; weights count; draws, threads and the order of columns keep their laws', () => {
  const [train, later] = [drawKinds(3000, 'train'), drawKinds(3000, 'later')];
  const model = fitClasses(train.x, train.y, CLASSES, { trees: 300, patience: 10 }, { valid: later });
  const rounds = (model.toJSON() as { trees: unknown[][] }).trees.map((of) => of.length);
  assert.ok(rounds[0] > 10 && rounds[0] < 290 && rounds.every((count) => count === rounds[0]), `${rounds} rounds`);
  const predicted = model.predict(later.x);
  const [loss, least] = [predicted, later.truth].map((p) => classLogLoss(later.y, p));
  assert.ok(loss < least + 0.08, `its log loss is ${loss}, and ${least} for who knows the truth`);
  const [accuracy, most] = [predicted, later.truth].map((p) => classAccuracy(later.y, p));
  assert.ok(accuracy > most - 0.03, `its accuracy is ${accuracy}, and ${most} for who knows the truth`);
  const settings = { trees: 8, rowShare: 0.5, columnShare: 0.5 };
  const fit = (threads: number) => JSON.stringify(fitClasses(train.x, train.y, CLASSES, settings, { threads }));
  assert.equal(fit(2), fit(1));
  const order = [2, 0, 3, 1];
  const shuffled = {
    ...train.x,
    names: order.map((c) => train.x.names[c]),
    columns: order.map((c) => train.x.columns[c]),
  };
  assert.deepEqual(
    fitClasses(shuffled, train.y, CLASSES, settings).predict(later.x),
    fitClasses(train.x, train.y, CLASSES, settings).predict(later.x),
  );
  const mostlyTea = train.y.map((place) => (place === 0 ? 10 : 1));
  const mean = (column: Float64Array) => column.reduce((sum, p) => sum + p, 0) / column.length;
  const drawn = fitClasses(train.x, train.y, CLASSES, { trees: 20 }, { weights: mostlyTea }).predict(later.x);
  assert.ok(mean(drawn[0]) > mean(predicted[0]) + 0.2);
});

test('metrics are scikit-learn’s', () => {
  // sklearn.metrics.log_loss([0, 2, 1], [[.7, .2, .1], [.3, .3, .4], [.5, .25, .25]], sample_weight=[1, 2, 1])
  const p = [
    [0.7, 0.3, 0.5],
    [0.2, 0.3, 0.25],
    [0.1, 0.4, 0.25],
  ];
  assert.ok(Math.abs(classLogLoss([0, 2, 1], p, [1, 2, 1]) - 0.8938876922017331) < 1e-12);
  // roc_auc_score([0, 2, 1], p, multi_class='ovr', average='macro')
  assert.ok(Math.abs(classRocAuc([0, 2, 1], p) - 0.8333333333333334) < 1e-12);
  assert.equal(classAccuracy([0, 2, 1], p), 2 / 3);
  assert.equal(classAccuracy([0, 2, 1], p, [1, 2, 1]), 0.75);
  assert.throws(() => classLogLoss([3], p), { code: 'invalid_input', message: /outcome 3/ });
});

test('what no classes can be learned from, and damaged files, are refused with the reason', () => {
  const reasons: [Parameters<typeof fitClasses>, string, RegExp][] = [
    [[x, kind, ['tea', 'coffee']], 'invalid_input', /outcome in row \d+ is 2/],
    [[x, kind.map((place) => place + 0.5), CLASSES], 'invalid_input', /is \d.5/],
    [[x, kind, [...CLASSES, 'milk']], 'too_little_data', /No row is of the class "milk"/],
    [[x, new Float32Array(x.rows), ['tea']], 'too_little_data', /one class/],
    [[x, kind, ['tea', 'tea', 'water']], 'invalid_input', /named twice/],
    [[x, kind, CLASSES, { objective: 'squared' } as object], 'invalid_input', /objective/],
    [[x, kind, CLASSES, { interactions: [['z']] }], 'invalid_input', /"z"/],
  ];
  for (const [args, code, message] of reasons) assert.throws(() => fitClasses(...args), { code, message });
  const file = JSON.parse(JSON.stringify(fitted));
  for (const damage of [
    { classes: ['a', 'b'] },
    { baseScores: [0] },
    { names: ['a'] },
    { trees: [] },
    { kind: 'boosting' },
  ]) {
    assert.throws(() => readClasses({ ...file, ...damage }), { code: 'model_file_invalid' });
  }
});
