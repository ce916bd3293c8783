// Golden numbers from scikit-learn 1.2.1: DecisionTreeClassifier(max_depth=3, min_samples_leaf=10).fit(X, y).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Matrix, prAuc, randomForest, rocAuc } from '../../src/learn/index.ts';
import { createRandom } from '../../src/math/index.ts';
import { drawRows } from './rows.ts';

const rows = 200;
const a = Float32Array.from({ length: rows }, (_, i) => (i * 37) % 101);
const b = Float32Array.from({ length: rows }, (_, i) => (i * 53) % 89);
const y = Float32Array.from(a, (value, i) => ((value > 40 && b[i] < 50) || (i * 7) % 11 === 0 ? 1 : 0));
const x: Matrix = { rows, names: ['a', 'b'], columns: [a, b] };
const oneTree = { trees: 1, sample: 'all', columnsPerSplit: 2, minLeafRows: 10 } as const;

const close = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);

test('a tree of the forest is scikit-learn’s: the same splits by Gini impurity [WH-8]', () => {
  const model = randomForest.fit(x, y, { ...oneTree, maxDepth: 3 });
  const questions = [
    [10, 10],
    [60, 20],
    [60, 80],
    [45, 49],
    [99, 1],
    [20, 88],
    [41, 50],
  ];
  // .predict_proba(questions)[:, 1], kept 0.5 / 201 away from 0 and 1
  const floor = 0.5 / 201;
  const expected = [0.2777777777777778, 1 - floor, floor, 1 - floor, 1 - floor, 0.2, 0.2];
  questions.forEach((question, i) => {
    close(model.predictRow(Float32Array.from(question)), expected[i]);
  });
  // .feature_importances_
  const gains = new Map(model.importance().map(({ name, gain }) => [name, gain]));
  assert.ok(Math.abs((gains.get('a') as number) - 0.54517054) < 1e-8);
});

test('categories are parted by the best of all groupings, and one never met goes with the rare ones', () => {
  const random = createRandom('categories');
  const shares = [0.9, 0.1, 0.5, 0.7, 0.2];
  const codes = Float32Array.from({ length: 400 }, () => random.int(5));
  const outcome = codes.map((code) => Number(random.uniform() < shares[code]));
  const table: Matrix = { rows: 400, names: ['kind'], columns: [codes], categorical: ['kind'] };
  const model = randomForest.fit(table, outcome, { ...oneTree, maxDepth: 1 });
  const impurity = (group: (code: number) => boolean) => {
    let left = 0;
    for (const side of [true, false]) {
      const chosen = [...codes.keys()].filter((r) => group(codes[r]) === side);
      const positives = chosen.filter((r) => outcome[r] === 1).length;
      left += chosen.length === 0 ? 0 : 2 * positives * (1 - positives / chosen.length);
    }
    return left;
  };
  const best = Math.min(...Array.from({ length: 32 }, (_, set) => impurity((code) => ((set >> code) & 1) === 1)));
  const predicted = shares.map((_, code) => model.predictRow(Float32Array.of(code)));
  close(
    impurity((code) => predicted[code] === predicted[0]),
    best,
  );
  assert.equal(new Set(predicted).size, 2);
  assert.ok(predicted.includes(model.predictRow(Float32Array.of(77))));
});

test('a forest ranks better than one of its trees, with searched and with random thresholds [WH-8]', () => {
  const training = drawRows(1500, 'training');
  const later = drawRows(1500, 'later');
  const auc = (settings: object) =>
    rocAuc(later.y, randomForest.fit(training.x, training.y, settings).predict(later.x));
  const one = auc({ trees: 1 });
  assert.ok(auc({}) > one + 0.02);
  assert.ok(auc({ randomThresholds: true }) > one + 0.02);
  assert.notEqual(auc({ seed: 2 }), auc({ seed: 3 }));
});

test('probabilities are the mean of the leaves’ shares, and reasons stand in their proportions [INT-5]', () => {
  const training = drawRows(800, 'training');
  const model = randomForest.fit(training.x, training.y, { trees: 20 });
  const saved = model.toJSON() as { trees: { value: number[]; column: number[] }[] };
  const leaves = saved.trees.flatMap(({ value, column }) => value.filter((_, node) => column[node] < 0));
  assert.ok(leaves.every((share) => share >= 0 && share <= 1));
  assert.ok(prAuc(training.y, model.predict(training.x)) > 0.7);
  const row = Float32Array.from(training.x.columns, (column) => column[5]);
  const contributions = model.contributions(row);
  const moved = contributions.slice(0, -1).reduce((sum, part) => sum + part, 0);
  assert.ok(Math.abs(moved + contributions[row.length] - model.rawScore(row)) < 1e-10);
});
