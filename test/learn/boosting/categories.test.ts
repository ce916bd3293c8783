// Columns that hold codes of categories: the best of all groupings, and what happens to codes met only later.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BoostingSettings, boosting, fromJSON, type Matrix, rocAuc } from '../../../src/learn/index.ts';
import { createRandom } from '../../../src/math/index.ts';
import { savedTrees } from './saved.ts';

const codesOf = (codes: Iterable<number>): Matrix => {
  const column = Float32Array.from(codes);
  return { rows: column.length, names: ['city'], columns: [column], categorical: ['city'] };
};

/** One tree of one split that answers fully and groups categories freely. */
const oneSplit = {
  objective: 'squared',
  trees: 1,
  learningRate: 1,
  maxDepth: 1,
  minChildHessian: 0,
  columnShare: 1,
  categoryL2: 0,
  categorySmoothing: 0,
} satisfies Partial<BoostingSettings>;

const rowOf = (code: number) => Float32Array.of(code);

test('the first split is the best of all groupings of few categories, missing ones among them', () => {
  const groups = fc.array(
    fc.record({ code: fc.constantFrom(0, 1, 2, 5, 9, 40, Number.NaN), y: fc.integer({ min: -9, max: 9 }) }),
    { minLength: 2, maxLength: 60 },
  );
  fc.assert(
    fc.property(groups, fc.constantFrom(0, 1, 5), (rows, l2) => {
      const y = Float32Array.from(rows, (row) => row.y);
      const model = boosting.fit(codesOf(rows.map(({ code }) => code)), y, { ...oneSplit, l2 });
      const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
      const codes = [...new Set(rows.map(({ code }) => code))];
      const taken = (members: typeof rows) =>
        members.reduce((sum, row) => sum + mean - row.y, 0) ** 2 / (members.length + l2 || 1) / 2;
      let best = 0;
      for (let subset = 1; subset < 2 ** codes.length - 1; subset++) {
        const isLeft = ({ code }: { code: number }) =>
          ((subset >> codes.findIndex((one) => Object.is(one, code))) & 1) === 1;
        const gain = taken(rows.filter(isLeft)) + taken(rows.filter((row) => !isLeft(row))) - taken(rows);
        best = Math.max(best, gain);
      }
      const gain = savedTrees(model)[0]?.gain[0] ?? 0;
      assert.ok(Math.abs(gain - best) <= 1e-4 * Math.max(1, best), `the gain is ${gain}, the best ${best}`);
      // What it predicts is what it learned: the scores it went on with are those of the saved tree.
      const predicted = model.rawScores(codesOf(rows.map(({ code }) => code)));
      const loss = (scores: ArrayLike<number>) => y.reduce((sum, value, r) => sum + (value - scores[r]) ** 2, 0) / 2;
      if (l2 === 0)
        assert.ok(
          Math.abs(loss(new Float32Array(y.length).fill(mean)) - loss(predicted) - gain) < 1e-3 * Math.max(1, gain),
        );
    }),
    { seed: 6, numRuns: 300 },
  );
});

test('a category met only later goes right, where the rare ones and the greater side are', () => {
  const random = createRandom('unseen');
  const codes = Array.from({ length: 3000 }, (_, r) => (r % 5 === 0 ? 50 + random.int(400) : r % 4));
  const x = codesOf(codes);
  const y = Float32Array.from(codes, (code) => (code === 1 || code === 2 ? 4 : code < 50 ? 1 : 2));
  const model = boosting.fit(x, y, { ...oneSplit, maxBins: 8 });
  const [tree] = savedTrees(model);
  const right = model.rawScore(rowOf(7777));
  assert.equal(model.rawScore(rowOf(2 ** 24)), right);
  const later = fromJSON(JSON.parse(JSON.stringify(model)));
  assert.equal(later.rawScore(rowOf(7777)), right);
  assert.ok(Math.abs(right - model.rawScores(x)[0]) < 1e-12, 'rare categories share its side');
  assert.ok((tree.categories as number[][])[0].every((code) => code !== 7777));
});

test('what is no code counts as missing, in training and after', () => {
  const noCodes = [Number.NaN, -1, -0.5, 0.5, 3.25, 2 ** 25, -3e38, 3e38];
  const codes = Array.from({ length: 800 }, (_, r) => (r % 2 === 0 ? noCodes[(r / 2) % noCodes.length] : r % 7));
  const isCode = (code: number) => Number.isInteger(code) && code >= 0 && code <= 2 ** 24;
  for (const sign of [1, -1]) {
    const y = Float32Array.from(codes, (code) => (isCode(code) ? 0 : sign) + (code === 3 ? 0.2 : 0));
    const settings = { ...oneSplit, l2: 0, maxDepth: 3 };
    const model = boosting.fit(codesOf(codes), y, settings);
    const onlyNaN = codes.map((code) => (isCode(code) ? code : Number.NaN));
    assert.equal(JSON.stringify(model), JSON.stringify(boosting.fit(codesOf(onlyNaN), y, settings)));
    for (const code of noCodes) assert.ok(Math.abs(model.rawScore(rowOf(code)) - sign) < 1e-4, `${code}`);
    for (const code of [0, 1, 6]) assert.ok(Math.abs(model.rawScore(rowOf(code))) < 1e-4, `${code}`);
    assert.ok(Math.abs(model.rawScore(rowOf(3)) - 0.2) < 1e-4);
    assert.equal(model.rawScore(rowOf(-0)), model.rawScore(rowOf(0)));
    const all = [...noCodes, -0, 0, 1, 3, 6, 90];
    assert.deepEqual(
      [...model.rawScores(codesOf(all))],
      all.map((code) => model.rawScore(rowOf(code))),
    );
  }
});

test('missing alone on one side, and rare categories on the other, still learn the difference', () => {
  const codes = Array.from({ length: 2000 }, (_, r) => (r % 3 === 0 ? Number.NaN : r % 5 === 0 ? 100 + r : r % 4));
  const y = Float32Array.from(codes, (code) => (Number.isNaN(code) ? 1 : 0));
  const model = boosting.fit(codesOf(codes), y, { ...oneSplit, trees: 3, maxDepth: 4, maxBins: 6 });
  const predicted = model.rawScores(codesOf(codes)).map((score) => Math.min(1, Math.max(0, score)));
  assert.ok(rocAuc(y, predicted) > 0.9, `its AUC is ${rocAuc(y, predicted)}`);
});

test('rare categories come to the middle with smoothing, and categoryL2 makes their splits dearer', () => {
  const codes = [...Array(300).fill(0), ...Array(300).fill(1), 2, 3];
  const y = Float32Array.from(codes, (code) => [0, 1, -5, 5][code] + 0);
  const gain = (settings: Partial<BoostingSettings>) =>
    savedTrees(boosting.fit(codesOf(codes), y, { ...oneSplit, ...settings }))[0]?.gain[0] ?? 0;
  assert.ok(gain({ categoryL2: 100 }) < gain({}));
  const [first] = savedTrees(boosting.fit(codesOf(codes), y, { ...oneSplit, categorySmoothing: 500 }));
  const left = (first.categories as number[][])[0];
  assert.ok(left.includes(0) !== left.includes(1), 'the two common ones are told apart, not the two rare ones');
});

test('a column of a million categories is learned from without trouble', () => {
  const rows = 200_000;
  const random = createRandom('ids');
  const codes = Float32Array.from({ length: rows }, () => random.int(1_000_000));
  const other = Float32Array.from({ length: rows }, () => random.normal());
  const x: Matrix = { rows, names: ['id', 'z'], columns: [codes, other], categorical: ['id'] };
  const y = Float32Array.from(other, (value, r) => Number(value + (codes[r] === codes[0] ? 1 : 0) > 0));
  const model = boosting.fit(x, y, { trees: 5, columnShare: 1 });
  assert.ok(rocAuc(y, model.predict(x)) > 0.99);
});
