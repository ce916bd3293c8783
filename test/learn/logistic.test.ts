import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyRow, logistic, logLoss, type Matrix, rocAuc, selectRows } from '../../src/learn/index.ts';
import { findTable, readTable } from './tables.ts';

// The rows of the golden fits: X = [[i % 7, (i * i) % 11, ((i * 37) % 23) / 7] for i in range(40)]
// y = [1 if (i * 29) % 17 < (i % 7) + 2 else 0 for i in range(40)]; w = 1 + numpy.arange(40) % 3
const index = Array.from({ length: 40 }, (_, i) => i);
const x: Matrix = {
  rows: 40,
  names: ['a', 'b', 'c'],
  columns: [
    Float32Array.from(index, (i) => i % 7),
    Float32Array.from(index, (i) => (i * i) % 11),
    Float32Array.from(index, (i) => ((i * 37) % 23) / 7),
  ],
};
const y = Float32Array.from(index, (i) => ((i * 29) % 17 < (i % 7) + 2 ? 1 : 0));
const weights = Float32Array.from(index, (i) => 1 + (i % 3));

type Saved = {
  intercept: number;
  converged: boolean;
  steps: number;
  terms: { coefficient: number; missingShare: number; squash: { scale: string } }[];
};

function assertFit(saved: Saved, coefficients: number[], intercept: number): void {
  assert.ok(saved.converged);
  [...saved.terms.map((term) => term.coefficient), saved.intercept].forEach((actual, i) => {
    const expected = [...coefficients, intercept][i];
    assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);
  });
}

test('coefficients match sklearn.linear_model.LogisticRegression on standardised columns [WH-8]', () => {
  // z = (X - mean) / sd, both weighted by w;
  // LogisticRegression(C=C, solver='newton-cholesky', tol=1e-14).fit(z, y, sample_weight=w), C = 1 / l2
  const fit = (l2: number, w?: Float32Array) =>
    logistic.fit(x, y, { transform: 'none', l2 }, { weights: w }).toJSON() as Saved;
  assertFit(fit(1), [0.9182476312764595, -0.0071254456311706325, -0.21890860009497096], -0.8672676370252839);
  assertFit(fit(10), [0.4299085785249158, -0.04414520871451095, -0.07256888743320813], -0.7633555942286783);
  assertFit(fit(1, weights), [1.1242579913008932, -0.0459918620904569, -0.013900203793683301], -1.1349951669294769);
});

test('a contribution is the coefficient times the standardised value [INT-5]', () => {
  const model = logistic.fit(x, y, { transform: 'none' });
  const { terms, intercept } = model.toJSON() as Saved;
  const contributions = model.contributions(Float32Array.of(6, 5, 1));
  const mean = index.reduce((sum, i) => sum + x.columns[0][i] / 40, 0);
  const deviation = Math.sqrt(index.reduce((sum, i) => sum + (x.columns[0][i] - mean) ** 2 / 40, 0));
  assert.ok(Math.abs(contributions[0] - (terms[0].coefficient * (6 - mean)) / deviation) < 1e-12);
  assert.equal(contributions[3], intercept);
});

test('a missing value that says something gets a contribution of its own, and its share is on record', () => {
  const columns = [x.columns[0].map((value, i) => (i % 4 === 0 ? Number.NaN : value)), x.columns[1]];
  const outcome = y.map((value, i) => (i % 4 === 0 ? 1 : value));
  const model = logistic.fit({ rows: 40, names: ['a', 'b'], columns }, outcome);
  const mean = columns[0]
    .filter((value) => !Number.isNaN(value))
    .reduce((sum, value, _, all) => sum + value / all.length, 0);
  const missing = model.contributions(Float32Array.of(Number.NaN, 2))[0];
  const average = model.contributions(Float32Array.of(mean, 2))[0];
  assert.ok(missing > average + 0.5, `${missing} against ${average}`);
  const { terms } = model.toJSON() as Saved;
  assert.ok(Math.abs(terms[0].missingShare - 0.25) < 1e-12);
  assert.equal(terms[1].missingShare, 0);
  // Never missing in training: an unknown value then stands at the mean and adds nothing.
  assert.equal(model.contributions(Float32Array.of(2, Number.NaN))[1], 0);
});

test('each term is zero on average over the training rows', () => {
  const columns = [x.columns[0].map((value, i) => (i % 5 === 0 ? Number.NaN : value)), ...x.columns.slice(1)];
  const gappy = { ...x, columns };
  for (const transform of ['none', 'log', 'quantile'] as const) {
    const model = logistic.fit(gappy, y, { transform }, { weights });
    const sums = [0, 0, 0];
    for (const r of index)
      model
        .contributions(copyRow(gappy, r))
        .slice(0, 3)
        .forEach((one, c) => {
          sums[c] += weights[r] * one;
        });
    for (const sum of sums) assert.ok(Math.abs(sum) < 1e-9);
  }
});

test("'log' squashes heavy tails and leaves the rest alone; 'quantile' does not care about the scale", () => {
  const heavy: Matrix = {
    rows: 40,
    names: ['even', 'heavy'],
    columns: [x.columns[0], x.columns[1].map((v) => Math.exp(v))],
  };
  const scales = (logistic.fit(heavy, y, { transform: 'log' }).toJSON() as Saved).terms.map(
    ({ squash }) => squash.scale,
  );
  assert.deepEqual(scales, ['value', 'log']);
  const stretched: Matrix = { ...heavy, columns: heavy.columns.map((column) => column.map((v) => v * 1024 + 7)) };
  const plain = logistic.fit(heavy, y, { transform: 'quantile' }).predict(heavy);
  const same = logistic.fit(stretched, y, { transform: 'quantile' }).predict(stretched);
  plain.forEach((p, i) => {
    assert.ok(Math.abs(p - same[i]) < 1e-9);
  });
});

test('separable outcomes, twin columns and no penalty still end in finite coefficients', () => {
  const twins: Matrix = { rows: 40, names: ['a', 'b'], columns: [x.columns[0], x.columns[0]] };
  const separable = Float32Array.from(index, (i) => (i % 7 > 3 ? 1 : 0));
  const model = logistic.fit(twins, separable, { l2: 0, transform: 'none' });
  const predicted = model.predict(twins);
  assert.ok(predicted.every(Number.isFinite));
  assert.equal(rocAuc(separable, predicted), 1);
});

test('a stronger penalty gives a larger training loss and smaller coefficients', () => {
  const fits = [0.01, 1, 100].map((l2) => logistic.fit(x, y, { l2 }));
  const losses = fits.map((model) => logLoss(y, model.predict(x)));
  assert.ok(losses[0] < losses[1] && losses[1] < losses[2]);
  const sizes = fits.map((model) =>
    Math.hypot(...(model.toJSON() as Saved).terms.map(({ coefficient }) => coefficient)),
  );
  assert.ok(sizes[0] > sizes[1] && sizes[1] > sizes[2]);
});

const shoppers = findTable('online_shoppers/online_shoppers_intention.csv.gz');

test('matches scikit-learn’s AUC on the online shoppers, and squashing helps [WH-8]', { skip: shoppers.skip }, () => {
  const table = readTable(shoppers.path, 'Revenue', 'TRUE');
  // Mean over the folds i % 5 of LogisticRegression(C=1, max_iter=1000) after StandardScaler: 0.884388402085197
  const plain = crossValidatedAuc(table, (train, outcome) => logistic.fit(train, outcome, { transform: 'none' }));
  assert.ok(Math.abs(plain - 0.884388) < 0.0005, `the AUC is ${plain}`);
  const squashed = crossValidatedAuc(table, (train, outcome) => logistic.fit(train, outcome));
  assert.ok(squashed > 0.895, `the AUC is ${squashed}`);
});

function crossValidatedAuc(
  table: { x: Matrix; y: Float32Array },
  fit: (x: Matrix, y: Float32Array) => { predict(x: Matrix): Float64Array },
): number {
  let sum = 0;
  for (let fold = 0; fold < 5; fold++) {
    const rows = Array.from({ length: table.x.rows }, (_, r) => r);
    const train = rows.filter((r) => r % 5 !== fold);
    const held = rows.filter((r) => r % 5 === fold);
    const model = fit(
      selectRows(table.x, train),
      Float32Array.from(train, (r) => table.y[r]),
    );
    sum += rocAuc(
      Float32Array.from(held, (r) => table.y[r]),
      model.predict(selectRows(table.x, held)),
    );
  }
  return sum / 5;
}

test('an elastic net matches scikit-learn, and drops what does not pay [WH-8]', () => {
  // z as above; LogisticRegression(penalty='elasticnet', solver='saga', C=1 / l2, l1_ratio=r, tol=1e-14).fit(z, y)
  const fit = (l2: number, l1Ratio: number) => logistic.fit(x, y, { transform: 'none', l2, l1Ratio }).toJSON() as Saved;
  assertFit(fit(2, 0.5), [0.7698277414370177, 0, -0.0847261387389732], -0.8277954410250984);
  assertFit(fit(4, 1), [0.4627030073410151, 0, 0], -0.767527690094607);
  assert.equal(fit(4, 1).terms[1].coefficient, 0);
  const weighted = logistic
    .fit(x, y, { l2: 3, l1Ratio: 0.5 }, { weights: new Float32Array(40).fill(2) })
    .toJSON() as Saved;
  const twice = [...index, ...index];
  const doubled = logistic.fit(
    selectRows(x, twice),
    Float32Array.from(twice, (r) => y[r]),
    { l2: 3, l1Ratio: 0.5 },
  );
  assertFit(
    weighted,
    (doubled.toJSON() as Saved).terms.map(({ coefficient }) => coefficient),
    (doubled.toJSON() as Saved).intercept,
  );
});

test('a column of categories is what its 0/1 columns are: common ones alone, rare ones together [INT-5]', () => {
  const rows = 300;
  const codes = Float32Array.from({ length: rows }, (_, r) => [7, 2, 2, 7, 7, 2, Number.NaN, 2][r % 8]);
  for (let r = 0; r < 6; r++) codes[r * 41] = 100 + r;
  const outcome = Float32Array.from(codes, (code, r) => (code === 2 ? Number(r % 3 > 0) : Number(r % 4 === 0)));
  const spend = Float32Array.from({ length: rows }, (_, r) => (r * 31) % 17);
  const model = logistic.fit(
    { rows, names: ['kind', 'spend'], columns: [codes, spend], categorical: ['kind'] },
    outcome,
  );
  const is = (test: (code: number) => boolean) => codes.map((code) => Number(test(code)));
  const written = logistic.fit(
    {
      rows,
      names: ['is2', 'is7', 'rare', 'spend', 'missing'],
      columns: [is((c) => c === 2), is((c) => c === 7), is((c) => c >= 100), spend, is(Number.isNaN)],
    },
    outcome,
  );
  const cases: [number, number[]][] = [
    [2, [1, 0, 0, 5, 0]],
    [7, [0, 1, 0, 5, 0]],
    [104, [0, 0, 1, 5, 0]],
    [9999, [0, 0, 1, 5, 0]],
    [Number.NaN, [0, 0, 0, 5, 1]],
    [-1, [0, 0, 0, 5, 1]],
  ];
  for (const [code, row] of cases) {
    const score = model.rawScore(Float32Array.of(code, 5));
    assert.ok(Math.abs(score - written.rawScore(Float32Array.from(row))) < 1e-6, `code ${code}`);
    const contributions = model.contributions(Float32Array.of(code, 5));
    assert.ok(Math.abs(contributions[0] + contributions[1] + contributions[2] - score) < 1e-12);
  }
  const mean = codes.reduce((sum, code, r) => sum + model.contributions(Float32Array.of(code, spend[r]))[0], 0) / rows;
  assert.ok(Math.abs(mean) < 1e-9, 'a term is zero on average');
});
