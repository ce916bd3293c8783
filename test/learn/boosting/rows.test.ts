// What kinds of rows and columns boosting meets, and what it is asked to learn from them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BoostingSettings, boosting, type Matrix, rocAuc, selectRows } from '../../../src/learn/index.ts';
import { createRandom } from '../../../src/math/index.ts';
import { drawRows } from '../rows.ts';
import { savedTrees } from './saved.ts';

const objectives = ['binary', 'squared', 'poisson', 'quantile'] as const;
const training = drawRows(2000, 'objectives');
const later = drawRows(1500, 'objectives later');

/** Outcomes that each objective can learn: yes/no, or an amount that depends on the same columns. */
function outcomesFor(objective: string, { x, y }: typeof training): Float32Array {
  if (objective === 'binary') return y;
  return Float32Array.from(y, (one, r) => Math.floor(2 * one + x.columns[0][r] + Math.abs(x.columns[6][r])));
}

const lossOf = (objective: string, y: Float32Array, p: Float64Array) =>
  y.reduce((sum, outcome, r) => {
    if (objective === 'binary') return sum - Math.log(outcome === 1 ? p[r] : 1 - p[r]);
    if (objective === 'poisson') return sum + p[r] - outcome * Math.log(p[r]);
    if (objective === 'quantile') return sum + Math.abs(outcome - p[r]);
    return sum + (outcome - p[r]) ** 2;
  }, 0) / y.length;

for (const objective of objectives) {
  const y = outcomesFor(objective, training);
  const yLater = outcomesFor(objective, later);

  test(`${objective}: validation rows stop it near its best round, and better than no trees`, () => {
    const valid = { x: later.x, y: yLater };
    const settings = { objective, trees: 400, patience: 15, learningRate: 0.2, minChildHessian: 1 };
    const model = boosting.fit(training.x, y, settings, { valid });
    const rounds = savedTrees(model).length;
    assert.ok(rounds > 0 && rounds < 385, `it kept ${rounds} trees`);
    const loss = (trees: number) =>
      lossOf(objective, yLater, boosting.fit(training.x, y, { ...settings, trees }).predict(later.x));
    const own = lossOf(objective, yLater, model.predict(later.x));
    for (const trees of [1, 400])
      assert.ok(own < loss(trees), `${own} with ${rounds} trees, ${loss(trees)} with ${trees}`);
  });

  test(`${objective}: a weight of 2 counts like two rows, a weight of 0 like none`, () => {
    const weights = y.map((_, r) => r % 3);
    const rows = Array.from(y.keys()).flatMap((r) => Array(r % 3).fill(r) as number[]);
    const settings = { objective, trees: 15, columnShare: 1 };
    // Few values: each has its bin, and bins are cut by the number of rows.
    const x = {
      ...training.x,
      columns: training.x.columns.map((column) => column.map((value) => Math.round(value / 2))),
    };
    const weighted = boosting.fit(x, y, settings, { weights });
    const repeated = boosting.fit(
      selectRows(x, rows),
      Float32Array.from(rows, (r) => y[r]),
      settings,
    );
    const expected = repeated.rawScores(later.x);
    weighted.rawScores(later.x).forEach((score, r) => {
      assert.ok(Math.abs(score - expected[r]) < 2e-4, `${score} is not ${expected[r]}`);
    });
  });

  test(`${objective}: draws of rows, and of the steepest rows, come near the loss with all of them`, () => {
    const settings = { objective, trees: 80, learningRate: 0.1, minChildHessian: 2 };
    const loss = (draw: Partial<BoostingSettings>) =>
      lossOf(objective, yLater, boosting.fit(training.x, y, { ...settings, ...draw }).predict(later.x));
    const all = loss({});
    const none = lossOf(
      objective,
      yLater,
      boosting.fit(training.x, y, { ...settings, trees: 1, learningRate: 1e-9 }).predict(later.x),
    );
    for (const draw of [{ rowShare: 0.5 }, { rowShare: 0.2, topShare: 0.2 }]) {
      const own = loss(draw);
      assert.ok(
        own < all + 0.2 * (none - all),
        `${JSON.stringify(draw)}: ${own}, with all ${all}, with no trees ${none}`,
      );
    }
  });
}

test('the share of later outcomes below a learned quantile is the quantile, also on draws and with weights', () => {
  const random = createRandom('quantile');
  const draw = (rows: number) => {
    const a = Float32Array.from({ length: rows }, () => random.uniform());
    const y = a.map((value) => value * 10 + (1 + 3 * value) * random.normal());
    return { x: { rows, names: ['a'], columns: [a] }, y };
  };
  const [train, test] = [draw(6000), draw(6000)];
  const draws: Partial<BoostingSettings>[] = [{}, { rowShare: 0.5 }, { topShare: 0.1, rowShare: 0.3 }];
  for (const quantile of [0.1, 0.5, 0.9]) {
    for (const settings of draws) {
      const model = boosting.fit(train.x, train.y, {
        objective: 'quantile',
        quantile,
        trees: 60,
        learningRate: 0.1,
        minChildHessian: 50,
        ...settings,
      });
      const predicted = model.predict(test.x);
      const share = test.y.filter((outcome, r) => outcome <= predicted[r]).length / 6000;
      assert.ok(
        Math.abs(share - quantile) < 0.03,
        `${share} lie below the ${quantile} quantile with ${JSON.stringify(settings)}`,
      );
    }
  }
});

test('AUC on half of the rows, and on the steepest and a fifth of the others, is near the full one', () => {
  const [big, held] = [drawRows(8000, 'draws'), drawRows(8000, 'held')];
  const auc = (settings: Partial<BoostingSettings>) =>
    rocAuc(held.y, boosting.fit(big.x, big.y, { trees: 100, ...settings }).predict(held.x));
  const all = auc({});
  for (const settings of [{ rowShare: 0.5 }, { topShare: 0.2, rowShare: 0.2 }]) {
    assert.ok(
      Math.abs(auc(settings) - all) < 0.005,
      `${auc(settings)} with ${JSON.stringify(settings)}, ${all} with all rows`,
    );
  }
});

test('a model is the same whether its columns of few other values are stored sparsely or not', () => {
  const random = createRandom('sparse');
  const rows = 3000;
  const column = (of: (r: number) => number) => Float32Array.from({ length: rows }, (_, r) => of(r));
  const rare = (value: () => number, usual: number) => column(() => (random.uniform() < 0.15 ? value() : usual));
  const columns = [
    rare(() => random.poisson(3), 0),
    rare(() => Number.NaN, 2),
    rare(() => random.normal(), Number.NaN),
    column(() => random.normal()),
  ];
  const names = ['a', 'b', 'c', 'd'];
  const y = column((r) =>
    Number(
      columns[0][r] + (Number.isNaN(columns[1][r]) ? 2 : 0) - (columns[2][r] || 1) + columns[3][r] > random.normal(),
    ),
  );
  const few: Matrix = { rows, names, columns, categorical: ['b'] };
  // From four on, columns that hold one value in most rows are stored sparsely; a constant one changes nothing else.
  const many: Matrix = { ...few, names: [...names, 'z'], columns: [...columns, new Float32Array(rows)] };
  for (const settings of [
    {},
    { rowShare: 0.5 },
    { topShare: 0.2, rowShare: 0.4 },
    { growth: 'depth' as const, l1: 1 },
  ]) {
    const fit = (x: Matrix) =>
      savedTrees(boosting.fit(x, y, { trees: 20, columnShare: 1, minChildHessian: 1, ...settings }));
    assert.deepEqual(fit(many), fit(few));
  }
});

test('300 sparse columns: the one that matters is found, with draws of columns and several threads', () => {
  const random = createRandom('wide');
  const rows = 4000;
  const columns = Array.from({ length: 300 }, () =>
    Float32Array.from({ length: rows }, () => (random.uniform() < 0.03 ? 1 + random.poisson(1) : 0)),
  );
  const x: Matrix = { rows, names: columns.map((_, c) => `c${c}`), columns };
  const y = Float32Array.from(columns[211], (value, r) => Number(value + columns[17][r] > 0));
  const model = boosting.fit(x, y, { trees: 30, minChildHessian: 1, learningRate: 0.3 });
  assert.deepEqual(
    model
      .importance()
      .slice(0, 2)
      .map(({ name }) => name)
      .sort(),
    ['c17', 'c211'],
  );
  assert.ok(rocAuc(y, model.predict(x)) > 0.99);
  const fit = (threads: number) => JSON.stringify(boosting.fit(x, y, { trees: 5 }, { threads }));
  assert.equal(fit(3), fit(1));
});

test('65,536 values and more in a column are cut at equal mass, and a tie is a tie', () => {
  const rows = 150_000;
  const a = Float32Array.from({ length: rows }, (_, r) => ((r * 48_271) % 2_147_483) / 7);
  const y = Float32Array.from(a, (value) => Number(value > 200_000));
  const x: Matrix = { rows, names: ['a', 'b'], columns: [a, a] };
  const model = boosting.fit(x, y, { trees: 3, columnShare: 1, maxDepth: 2, learningRate: 1 });
  assert.ok(rocAuc(y, model.predict(x)) > 0.995);
  // Of two columns that say the same, the first by name is asked.
  assert.ok(savedTrees(model).every((tree) => tree.column.every((c) => c !== 1)));
});

test('zeros of either sign, the smallest and the largest numbers fall on the side they were trained on', () => {
  const values = [-3.4e38, -1, -1e-45, -0, 0, 1e-45, 1e-38, 1, 3.4e38, Number.NaN];
  fc.assert(
    fc.property(
      fc.array(fc.record({ place: fc.nat(9), y: fc.constantFrom(-1, 0, 2) }), { minLength: 2, maxLength: 80 }),
      (rows) => {
        const column = Float32Array.from(rows, ({ place }) => values[place]);
        const y = Float32Array.from(rows, (row) => row.y);
        const x: Matrix = { rows: rows.length, names: ['a'], columns: [column] };
        const settings = {
          objective: 'squared',
          trees: 1,
          learningRate: 1,
          l2: 0,
          minChildHessian: 0,
          maxDepth: 10,
        } as const;
        const scores = boosting.fit(x, y, { ...settings, maxLeaves: 64, columnShare: 1 }).rawScores(x);
        // Deep enough, one tree tells apart whatever can be told apart: each value gets its own mean.
        rows.forEach((row, r) => {
          const own = rows.filter(
            ({ place }) => place === row.place || Math.abs(values[place]) + Math.abs(values[row.place]) === 0,
          );
          const mean = own.reduce((sum, one) => sum + one.y, 0) / own.length;
          assert.ok(Math.abs(scores[r] - mean) < 1e-4, `${scores[r]} is not ${mean} at ${values[row.place]}`);
        });
      },
    ),
    { seed: 8, numRuns: 200 },
  );
});

test('leaves whose histograms find no room are summed again, and ties between a thousand copies fall the same way', () => {
  const random = createRandom('slots');
  const rows = 2500;
  const columns = Array.from({ length: 4 }, () => Float32Array.from({ length: rows }, () => random.normal()));
  const y = Float32Array.from(columns[0], (a, r) => Math.sin(3 * a) + columns[1][r] * columns[2][r] + random.normal());
  const few: Matrix = { rows, names: ['a0', 'a1', 'a2', 'a3'], columns };
  // A thousand copies take the room of the histograms; of equal gains the first column by name is taken, the original.
  const many: Matrix = {
    rows,
    names: [...few.names, ...Array.from({ length: 1000 }, (_, c) => `b${c}`)],
    columns: [...columns, ...Array.from({ length: 1000 }, (_, c) => columns[c % 4])],
  };
  const settings = {
    objective: 'squared',
    trees: 1,
    columnShare: 1,
    maxLeaves: 300,
    maxDepth: 25,
    minChildHessian: 2,
  } as const;
  const trees = savedTrees(boosting.fit(few, y, settings));
  assert.ok(trees[0].column.filter((c) => c < 0).length === 300);
  for (const threads of [1, 3]) assert.deepEqual(savedTrees(boosting.fit(many, y, settings, { threads })), trees);
});
