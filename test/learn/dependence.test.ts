import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logistic, type Matrix, partialDependence, permutationImportance, rocAuc } from '../../src/learn/index.ts';
import { drawRows } from './rows.ts';

const training = drawRows(800, 'training');
const later = drawRows(600, 'later');
const model = logistic.fit(training.x, training.y);
const options = { score: rocAuc, seed: 1 };

test('permutation importance is what the score loses, and nothing for columns the model does not look at [INT-5]', () => {
  const importance = permutationImportance(model, later, options);
  assert.deepEqual(importance.map(({ name }) => name).sort(), [...model.names].sort());
  const means = new Map(importance.map(({ name, mean }) => [name, mean]));
  assert.ok((means.get('visits') as number) > 0.02);
  assert.equal(means.get('constant'), 0);
  assert.equal(means.get('unknown'), 0);
  assert.ok(importance.every(({ mean }, i) => i === 0 || mean <= importance[i - 1].mean));
  assert.deepEqual(permutationImportance(model, later, options), importance);
});

test('partial dependence is the mean prediction with the column set, and ICE its parts [INT-5]', () => {
  const { grid, mean, share, curves } = partialDependence(model, later.x, 'age', { points: 7, rows: 200, seed: 1 });
  assert.ok(grid.every((value, i) => i === 0 || value > grid[i - 1]));
  assert.ok(share.every((one, i) => one > 0 && one <= 1 && (i === 0 || one > share[i - 1])));
  assert.equal(curves.length, 200);
  grid.forEach((_, g) => {
    assert.ok(Math.abs(curves.reduce((sum, curve) => sum + curve[g], 0) / 200 - mean[g]) < 1e-12);
  });
  const all = partialDependence(model, later.x, 'age', { points: 3, rows: 10_000, seed: 1 });
  const age = later.x.names.indexOf('age');
  all.grid.forEach((value, g) => {
    const columns = later.x.columns.map((column, c) => (c === age ? column.map(() => value) : column));
    const p = model.predict({ ...later.x, columns });
    assert.ok(Math.abs(p.reduce((a, b) => a + b, 0) / p.length - all.mean[g]) < 1e-12);
  });
});

test('of a categorical column the grid are its most frequent codes', () => {
  const x: Matrix = { rows: 6, names: ['kind'], columns: [Float32Array.of(4, 1, 1, 4, 4, 9)], categorical: ['kind'] };
  const fitted = logistic.fit({ ...x, categorical: undefined }, Float32Array.of(0, 1, 1, 0, 1, 0));
  const { grid, share } = partialDependence(fitted, x, 'kind', { points: 2, seed: 1 });
  assert.deepEqual(grid, [1, 4]);
  assert.deepEqual(share, [2 / 6, 3 / 6]);
});

test('a column that the model does not have, or of which nothing is known, is refused', () => {
  assert.throws(() => partialDependence(model, later.x, 'colour', { seed: 1 }), { message: /no column "colour"/ });
  assert.throws(() => partialDependence(model, later.x, 'unknown', { seed: 1 }), { code: 'too_little_data' });
});
