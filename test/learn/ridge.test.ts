import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ridge } from '../../src/learn/index.ts';
import { createRandom } from '../../src/math/index.ts';

const x = {
  rows: 8,
  names: ['a', 'b'],
  columns: [Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), Float32Array.of(2, -1, 0, 3, 3, -2, 1, 1)],
};
const y = Float32Array.of(3, 2.5, 5, 8, 9.5, 6, 10, 11);
const w = Float32Array.of(1, 2, 1, 1, 3, 1, 1, 2);

type Saved = { intercept: number; l2: number; terms: { coefficient: number }[] };

test('coefficients match sklearn.linear_model.Ridge on standardised columns [WH-8]', () => {
  // z = columns minus their weighted mean over their weighted deviation
  // Ridge(alpha=3).fit(z, y, sample_weight=w): coef_, intercept_ (scikit-learn 1.2.1)
  const saved = ridge.fit(x, y, { l2: 3, transform: 'none' }, { weights: w }).toJSON() as Saved;
  const { intercept, terms } = saved;
  for (const [i, expected] of [2.147419636886341, 1.1964991570361647].entries()) {
    assert.ok(Math.abs(terms[i].coefficient - expected) < 1e-6, `${terms[i].coefficient} is not ${expected}`);
  }
  assert.ok(Math.abs(intercept - 7.291666666666667) < 1e-6);
});

test('evidence shrinks noise to nothing and leaves what is there', () => {
  const random = createRandom('evidence');
  const rows = 4000;
  const columns = Array.from({ length: 10 }, () => Float32Array.from({ length: rows }, () => random.normal()));
  const many = { rows, names: columns.map((_, c) => `c${c}`), columns };
  const noise = Float32Array.from({ length: rows }, () => random.normal());
  const signal = noise.map((value, r) => value + 2 * columns[3][r]);
  const sizes = (amounts: Float32Array) => (ridge.fit(many, amounts).toJSON() as Saved).terms.map((t) => t.coefficient);
  // Without a penalty each would be about 1/√4000 = 0.016.
  assert.ok(sizes(noise).every((size) => Math.abs(size) < 0.005));
  assert.ok(Math.abs(sizes(signal)[3] - 2) < 0.05);
});
