// Logistic regression on sparse columns: the minimum that scikit-learn finds, hashed columns as its FeatureHasher makes
// them, and a table of categories without a dense row.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  copyRow,
  fitSparse,
  hashTokens,
  type Matrix,
  readSparse,
  type SparseRows,
  sigmoid,
  sparseRows,
} from '../../src/learn/index.ts';
import { murmur3 } from '../../src/learn/sparse/hashing.ts';
import { sparseLogistic } from '../../src/learn/sparse/sparseLogistic.ts';
import { createRandom } from '../../src/math/index.ts';

// rows, width = 300, 2000; X = scipy.sparse.coo_matrix((v, (i, j)), shape=(rows, width)).tocsr(), for k in range(12):
// j = (r * 7 + k * k * 131 + (r % 5) * k) % (width if k > 3 else 40); v = 1 + (r * k) % 3
// y = [1 if (r * 29) % 17 < (r % 7) + 4 * ((r * 7) % 40 < 20) else 0 for r in range(rows)]; w = 1 + numpy.arange(rows) % 3
const ROWS = 300;
const WIDTH = 2000;
const index = Array.from({ length: ROWS }, (_, r) => r);
const x = sparseRows(
  WIDTH,
  index.map((r) =>
    Array.from({ length: 12 }, (_, k): [number, number] => [
      (r * 7 + k * k * 131 + (r % 5) * k) % (k > 3 ? WIDTH : 40),
      1 + ((r * k) % 3),
    ]),
  ),
);
const y = Float32Array.from(index, (r) => Number((r * 29) % 17 < (r % 7) + 4 * Number((r * 7) % 40 < 20)));
const weights = Float32Array.from(index, (r) => 1 + (r % 3));

const near = (actual: number, expected: number, allowed = 1e-6) =>
  assert.ok(Math.abs(actual - expected) < allowed, `${actual} is not ${expected}`);
const size = (values: Float64Array) => values.reduce((sum, value) => sum + Math.abs(value), 0);

test('coefficients match sklearn.linear_model.LogisticRegression(solver="saga") on the same sparse matrix [WH-8]', () => {
  // LogisticRegression(C=C, penalty='elasticnet', solver='saga', l1_ratio=l1_ratio, tol=1e-12, max_iter=200000)
  //   .fit(X, y, sample_weight=w): intercept_, some of coef_[0], abs(coef_).sum(), how many are above 1e-6; C = 1 / l2
  const cases = [
    {
      settings: { l2: 2, l1Ratio: 0 },
      intercept: -0.8786626617086434,
      some: { 24: -0.5058659062475122, 919: -0.4576456884991289, 1024: 0.6258747934537886, 1025: 0.45725089211232745 },
      sum: 163.80417303693773,
      used: 1259,
    },
    {
      settings: { l2: 5, l1Ratio: 0.5 },
      intercept: -0.8710416963126645,
      some: { 24: -0.35919478515722825, 1024: 0.4924748607623554, 1549: 0.222767898441414, 1706: 0.24220368466425563 },
      sum: 4.567558542305307,
      used: 48,
    },
    {
      settings: { l2: 5, l1Ratio: 1 },
      weights,
      intercept: -1.0355770266654412,
      some: { 183: 0.6830629579164851, 223: 0.5024933572483232, 1024: 0.8501566679304815, 1706: 0.5986977623143412 },
      // Some columns are equal, and a penalty by absolute values alone does not say which of them is used.
      sum: 13.13699143802941,
    },
  ];
  for (const { settings, intercept, some, sum, used, weights: w } of cases) {
    const model = fitSparse(x, y, { ...settings, tolerance: 1e-10 }, { weights: w });
    assert.ok(model.converged);
    near(model.intercept, intercept);
    for (const [place, coefficient] of Object.entries(some)) near(model.coefficients[Number(place)], coefficient);
    near(size(model.coefficients), sum, 1e-4);
    if (used !== undefined) assert.equal(model.coefficients.filter((one) => Math.abs(one) > 1e-6).length, used);
  }
});

test('tokens fall into the columns and signs of sklearn.feature_extraction.FeatureHasher', () => {
  // sklearn.utils.murmurhash3_32(token, seed=0)
  const hashes = {
    '': 0,
    a: 1009084850,
    ab: -1681926305,
    abc: -1277324294,
    abcd: 1139631978,
    'country=DE': -1982437435,
    'naïve café': 1734666806,
  };
  for (const [token, hash] of Object.entries(hashes)) assert.equal(murmur3(new TextEncoder().encode(token)), hash);
  // FeatureHasher(n_features=2**10, input_type='string').transform(…)
  const hashed = hashTokens(
    [
      ['a', 'b', 'country=DE'],
      ['abc', 'abc', 'naïve café'],
    ],
    { bits: 10 },
  );
  const found = (r: number) =>
    [...hashed.places.subarray(hashed.starts[r], hashed.starts[r + 1])]
      .map((place, i) => [place, hashed.values[hashed.starts[r] + i]])
      .sort((a, b) => a[0] - b[0]);
  assert.deepEqual(found(0), [
    [59, -1],
    [434, 1],
    [509, -1],
  ]);
  assert.deepEqual(found(1), [
    [6, -2],
    [566, 1],
  ]);
});

test('a sparse model predicts, is the same after saving, and a damaged file is refused', () => {
  const model = fitSparse(x, y, { l2: 5, l1Ratio: 0.5 });
  const predicted = model.predict(x);
  const [from, to] = [x.starts[7], x.starts[8]];
  let score = model.intercept;
  for (let i = from; i < to; i++) score += model.coefficients[x.places[i]] * x.values[i];
  near(predicted[7], sigmoid(score), 1e-15);
  const saved = JSON.stringify(model);
  assert.ok(saved.length < 4000, 'columns without a coefficient take no room');
  assert.deepEqual(readSparse(JSON.parse(saved)).predict(x), predicted);
  const file = JSON.parse(saved);
  for (const broken of [
    { ...file, places: [...file.places, 1], coefficients: [...file.coefficients, 1] },
    { ...file, places: file.places.slice(1) },
    { ...file, width: 3 },
    { ...file, kind: 'dense' },
  ]) {
    assert.throws(() => readSparse(broken), { code: 'model_file_invalid' });
  }
});

test('rows that contradict themselves are refused with the reason', () => {
  const one: SparseRows = {
    rows: 2,
    width: 4,
    starts: Uint32Array.of(0, 1, 3),
    places: Uint32Array.of(0, 1, 2),
    values: Float32Array.of(1, 1, 1),
  };
  const outcomes = Float32Array.of(0, 1);
  const refused: [Partial<SparseRows>, RegExp][] = [
    [{ starts: Uint32Array.of(0, 3) }, /2 starts for 2 rows/],
    [{ starts: Uint32Array.of(0, 3, 2) }, /the last row ends at 2/],
    [{ places: Uint32Array.of(0, 1, 4) }, /Row 1 names the column 4 of 4/],
    [{ places: Uint32Array.of(0, 1, 1) }, /Row 1 names the column 1 twice/],
    [{ values: Float32Array.of(1, Number.NaN, 1) }, /Row 1 holds NaN/],
  ];
  for (const [change, message] of refused) {
    assert.throws(() => fitSparse({ ...one, ...change }, outcomes), { code: 'invalid_input', message });
  }
  assert.throws(() => fitSparse(one, Float32Array.of(1, 1)), { code: 'too_little_data' });
  const model = fitSparse(one, outcomes);
  assert.throws(() => model.predict({ ...one, width: 5 }), { code: 'invalid_input', message: /5 columns.*on 4/ });
});

test('sparse-logistic gives each category the coefficient that its own 0/1 column would have', () => {
  const random = createRandom('shops');
  const rows = 4000;
  const shop = Float32Array.from({ length: rows }, (_, r) => (r % 50 === 0 ? Number.NaN : random.int(300)));
  const amount = Float32Array.from({ length: rows }, () => random.normal());
  const bought = Float32Array.from({ length: rows }, (_, r) =>
    Number(random.uniform() < sigmoid(amount[r] + ((shop[r] * 37) % 11) / 3 - 2 || -1)),
  );
  const table: Matrix = { rows, names: ['shop', 'amount'], columns: [shop, amount], categorical: ['shop'] };
  const model = sparseLogistic.fit(table, bought, { transform: 'none', l1Ratio: 0.3, tolerance: 1e-10 });
  // The same columns by hand: amount over its deviation, one place for each shop, one for "no shop".
  const mean = amount.reduce((sum, value) => sum + value, 0) / rows;
  const deviation = Math.sqrt(amount.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows);
  const byHand = sparseRows(
    302,
    Array.from({ length: rows }, (_, r): [number, number][] => [
      [Number.isNaN(shop[r]) ? 300 : shop[r], 1],
      [301, (amount[r] - mean) / deviation],
    ]),
  );
  const expected = fitSparse(byHand, bought, { l1Ratio: 0.3, tolerance: 1e-10 });
  const predicted = expected.predict(byHand);
  model.predict(table).forEach((p, r) => {
    near(p, predicted[r], 1e-6);
  });
  // A shop that nobody met adds what an average one without a coefficient does.
  const strange = copyRow(table, 1);
  strange[0] = 299_999;
  assert.ok(Number.isFinite(model.rawScore(strange)));
});

test('sparse-logistic learns from a hundred thousand categories without a row being laid out with them', {
  timeout: 60_000,
}, () => {
  const rows = 100_000;
  const code = Float32Array.from({ length: rows }, (_, r) => (r * 7919) % rows);
  const few = Float32Array.from({ length: rows }, (_, r) => r % 20);
  const table: Matrix = { rows, names: ['code', 'few'], columns: [code, few], categorical: ['code', 'few'] };
  const outcome = Float32Array.from(few, (value, r) => Number(value < 7 !== (r % 10 === 0)));
  const model = sparseLogistic.fit(table, outcome, { l1Ratio: 0.9, l2: 3, tolerance: 1e-6 });
  const score = (shop: number, kind: number) => model.predictRow(Float32Array.of(shop, kind));
  assert.ok(score(5, 3) > 0.85 && score(5, 15) < 0.15);
  assert.ok(JSON.stringify(model).length < 10_000, 'a category that the penalty drops is not saved');
});
