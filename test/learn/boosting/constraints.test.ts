// Directions and meetings of columns are kept on every tree and every row.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BoostingSettings, boosting, type Matrix } from '../../../src/learn/index.ts';
import { createRandom } from '../../../src/math/index.ts';
import { drawRows } from '../rows.ts';
import { type SavedTree, savedTrees } from './saved.ts';

const { x, y } = drawRows(1200, 'constraints');
const amounts = Float32Array.from(y, (one, r) => 3 * one + x.columns[3][r] + Math.sin(r));

const settingsOf = fc.record({
  growth: fc.constantFrom('leaf' as const, 'depth' as const),
  maxDepth: fc.integer({ min: 1, max: 8 }),
  l1: fc.constantFrom(0, 2),
  l2: fc.constantFrom(0, 1, 5),
  minChildHessian: fc.constantFrom(0, 2),
  columnShare: fc.constantFrom(0.5, 1),
  rowShare: fc.constantFrom(0.6, 1),
  learningRate: fc.constantFrom(0.1, 1),
});

test('where a column may only rise, a row whose value rises never falls, whatever else it holds', () => {
  const objectives = fc.constantFrom('binary' as const, 'squared' as const, 'poisson' as const);
  fc.assert(
    fc.property(settingsOf, objectives, fc.constantFrom(1 as const, -1 as const), (settings, objective, direction) => {
      const outcomes = objective === 'binary' ? y : amounts.map((value) => Math.max(0, value));
      // Against what the rows say, too: a column that rises with the outcome may be asked to fall.
      const monotone = { spend: direction, age: 1 as const };
      const model = boosting.fit(x, outcomes, { trees: 15, objective, monotone, ...settings });
      for (let r = 0; r < x.rows; r += 40) {
        const row = Float32Array.from(x.columns, (column) => column[r]);
        for (const [column, sign] of [
          [1, direction],
          [2, 1],
        ]) {
          let before = Number.NEGATIVE_INFINITY * sign;
          for (const value of [-1e30, -2, -1, 0, 0.3, 1, 3, 8, 1e30]) {
            row[column] = value;
            const score = model.rawScore(row);
            assert.ok((score - before) * sign >= 0, `${score} after ${before} at ${value}`);
            before = score;
          }
          row[column] = x.columns[column][r];
        }
      }
    }),
    { seed: 3, numRuns: 25 },
  );
});

test('a direction changes the model only where the rows go against it', () => {
  const rising: Matrix = { rows: 200, names: ['a'], columns: [Float32Array.from({ length: 200 }, (_, r) => r)] };
  const outcome = rising.columns[0].map((value) => value + (value % 7 === 3 ? 0.5 : 0));
  const fit = (monotone: BoostingSettings['monotone']) =>
    boosting
      .fit(rising, outcome, { objective: 'squared', trees: 20, maxDepth: 2, columnShare: 1, monotone })
      .rawScores(rising);
  fit({ a: 1 }).forEach((score, r) => {
    assert.ok(Math.abs(score - fit({})[r]) < 1e-3);
  });
  const falling = fit({ a: -1 });
  assert.ok(
    falling.every((score) => score === falling[0]),
    'it finds nothing that falls',
  );
});

const pathsOf = (tree: SavedTree, node = 0, asked: number[] = []): number[][] =>
  tree.column[node] < 0
    ? [asked]
    : [tree.left[node], tree.right[node]].flatMap((child) => pathsOf(tree, child, [...asked, tree.column[node]]));

test('no path mixes columns that may not meet; a column in no set stands alone', () => {
  const names = x.names;
  const setsOf = fc.array(fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(settingsOf, setsOf, (settings, interactions) => {
      const trees = savedTrees(boosting.fit(x, y, { trees: 10, ...settings, interactions }));
      for (const path of trees.flatMap((tree) => pathsOf(tree))) {
        const asked = [...new Set(path)].map((c) => names[c]);
        const isOneSet = interactions.some((set) => asked.every((name) => set.includes(name)));
        assert.ok(isOneSet || asked.length <= 1, `${asked} meet, and ${JSON.stringify(interactions)} may`);
      }
    }),
    { seed: 4, numRuns: 25 },
  );
});

test('constraints that name no column, or that cannot be kept, are refused with the reason', () => {
  const wrong: [Partial<BoostingSettings>, string, RegExp][] = [
    [{ monotone: { spending: 1 } }, 'monotone', /"spending", which is not there/],
    [{ interactions: [['spend', 'height']] }, 'interactions', /"height", which is not there/],
    [{ objective: 'quantile', monotone: { spend: 1 } }, 'monotone', /knows no direction/],
    [{ monotone: { price: -1 } }, 'monotone', /"price" holds categories/],
  ];
  for (const [settings, field, message] of wrong) {
    assert.throws(() => boosting.fit({ ...x, categorical: ['price'] }, y, settings), {
      code: 'invalid_input',
      field,
      message,
    });
  }
  assert.ok(boosting.fit(x, y, { trees: 2, objective: 'quantile', monotone: { spend: 0 } }));
});

test('continuing after 50 rounds equals 100 rounds', () => {
  const settings = { learningRate: 0.1, columnShare: 1, minChildHessian: 1 };
  const random = createRandom('order');
  const order = random.shuffle(x.names.map((_, c) => c));
  const shuffled = { ...x, names: order.map((c) => x.names[c]), columns: order.map((c) => x.columns[c]) };
  for (const objective of ['binary', 'squared', 'poisson', 'quantile'] as const) {
    const outcomes = objective === 'binary' ? y : amounts.map((value) => Math.max(0, value));
    const half = boosting.fit(x, outcomes, { ...settings, objective, trees: 50 });
    const both = boosting.fit(shuffled, outcomes, { ...settings, objective, trees: 50 }, { continueFrom: half });
    const whole = boosting.fit(x, outcomes, { ...settings, objective, trees: 100 });
    const expected = whole.rawScores(x);
    const scores = both.rawScores(x);
    const off = scores.reduce((sum, score, r) => sum + Math.abs(score - expected[r]), 0) / x.rows;
    // Scores start from the sum of fifty answers rounded once instead of fifty times; a tie may fall otherwise.
    assert.ok(off < 0.01, `${objective}: off by ${off}`);
    assert.equal(savedTrees(both).length, savedTrees(whole).length);
  }
  assert.throws(
    () => boosting.fit(x, y, {}, { continueFrom: boosting.fit(x, amounts, { objective: 'squared', trees: 2 }) }),
    {
      code: 'invalid_input',
      message: /go on from/,
    },
  );
});
