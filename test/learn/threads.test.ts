// The number of threads changes how long a fit takes and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BoostingSettings, boosting, type Matrix, randomForest, selectRows } from '../../src/learn/index.ts';
import { createRandom } from '../../src/math/index.ts';

const ROWS = 160_000;

/** Normal columns, sparse counts, categories, and holes; the outcome depends on some of each. */
function drawTable(): { x: Matrix; y: Float32Array; amounts: Float32Array; weights: Float32Array } {
  const random = createRandom('threads');
  const draw = (of: (r: number) => number) => Float32Array.from({ length: ROWS }, (_, r) => of(r));
  const columns = [
    ...Array.from({ length: 6 }, () => draw(() => random.normal())),
    ...Array.from({ length: 6 }, () => draw(() => (random.uniform() < 0.1 ? 1 + random.poisson(2) : 0))),
    draw(() => Math.floor(random.uniform() * 40)),
    draw(() => (random.uniform() < 0.2 ? Number.NaN : random.uniform())),
  ];
  const y = draw((r) => {
    const odds = columns[0][r] + columns[1][r] * columns[7][r] + (columns[12][r] % 3) - 1 - (columns[13][r] || 0);
    return random.uniform() < 1 / (1 + Math.exp(-odds)) ? 1 : 0;
  });
  const names = columns.map((_, c) => `c${c}`);
  const amounts = draw((r) => 10 + columns[0][r] + columns[1][r] * columns[7][r] + random.normal());
  const weights = draw(() => 0.5 + random.uniform());
  return { x: { rows: ROWS, names, columns, categorical: ['c12'] }, y, amounts, weights };
}

const { x, y, amounts, weights } = drawTable();

const cases: Record<string, Partial<BoostingSettings>> = {
  'leaf by leaf': { maxLeaves: 63, maxDepth: 12 },
  'level by level': { growth: 'depth', maxLeaves: 64, maxDepth: 6 },
  'on draws of rows and columns': { rowShare: 0.3, columnShare: 0.5 },
  'on the steepest rows': { topShare: 0.1, rowShare: 0.2 },
  'of an amount': { objective: 'squared' },
  'of a quantile': { objective: 'quantile', quantile: 0.7 },
};

for (const [what, settings] of Object.entries(cases)) {
  test(`the same trees, byte for byte, with 1, 2 and 4 threads: ${what}`, () => {
    const outcomes = settings.objective === undefined ? y : amounts;
    const fit = (threads: number) =>
      JSON.stringify(boosting.fit(x, outcomes, { trees: 6, ...settings }, { threads, weights }));
    const alone = fit(1);
    assert.equal(JSON.parse(alone).trees.length, 6);
    assert.equal(fit(2), alone);
    assert.equal(fit(4), alone);
  });
}

for (const settings of [{}, { randomThresholds: true }, { sample: 'all', maxDepth: 6 }] as const) {
  test(`the same forest, byte for byte, with 1, 2 and 4 threads: ${JSON.stringify(settings)}`, () => {
    const few = Array.from({ length: 20_000 }, (_, r) => r);
    const some = selectRows(x, few);
    const fit = (threads: number) =>
      JSON.stringify(
        randomForest.fit(
          some,
          y.slice(0, few.length),
          { trees: 9, ...settings },
          { threads, weights: weights.slice(0, few.length) },
        ),
      );
    const alone = fit(1);
    assert.equal(JSON.parse(alone).trees.length, 9);
    assert.equal(fit(2), alone);
    assert.equal(fit(4), alone);
  });
}
