// Scores made in threads are those made beside everything else, byte for byte.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/math/index.ts';
import { climb } from '../../src/predict/ladder.ts';
import { openBlockScorer } from '../../src/predict/scoringWorkers.ts';
import { makeRows } from './rows.ts';

const { predictor } = climb(makeRows({ people: 3000, conversions: 500 }), {
  signalSet: 'made up',
  timeframeDays: 14,
  recencySignals: ['days_since_purchase'],
  historyDays: 120,
  seed: 1,
});
const place = {
  ...{ workspace: 'shop', modelId: 'mdl_1', modelVersion: 3 },
  ...{ asOf: new Date('2025-06-01T00:00:00Z'), scoredAt: new Date('2025-06-01T02:00:00Z') },
};

function drawBlock(seed: number, rows: number) {
  const random = createRandom(seed);
  const value = () => (random.uniform() < 0.1 ? Number.NaN : 3 * random.normal());
  return {
    profiles: BigUint64Array.from({ length: rows }, (_, i) => BigInt(seed * 10_000 + i)),
    categories: Array.from({ length: rows }, () => ['', 'shoes', 'bags'][random.int(3)]),
    x: {
      rows,
      names: ['unused', ...predictor.signals],
      columns: ['unused', ...predictor.signals].map(() => Float32Array.from({ length: rows }, value)),
    },
  };
}

test('threads give the same rows as this one, in the order in which blocks were handed over [INT-3]', async () => {
  const sizes = [1, 3000, 1024, 0, 2500];
  const here = openBlockScorer(predictor, place, 10);
  const threads = openBlockScorer(predictor, place, 1_000_000);
  try {
    const told: number[] = [];
    const answers = await Promise.all(
      sizes.map((rows, i) => threads.score(drawBlock(i, rows), (done) => told.push(done))),
    );
    for (const [i, rows] of sizes.entries()) {
      const expected = await here.score(drawBlock(i, rows), () => {});
      assert.deepEqual(answers[i], expected);
      assert.equal(answers[i].people, rows);
      const { HIGH, MEDIUM, LOW } = answers[i].segments;
      assert.equal(HIGH + MEDIUM + LOW, rows);
    }
    assert.ok(told.includes(3000) && told.includes(1024));
  } finally {
    await threads.close();
  }
});

test('a block that cannot be scored fails by its reason, and the next one is scored still', async () => {
  const threads = openBlockScorer(predictor, place, 1_000_000);
  try {
    const broken = drawBlock(1, 5);
    const bad = threads.score(
      { ...broken, x: { ...broken.x, names: broken.x.names.map((name) => `${name}!`) } },
      () => {},
    );
    const good = threads.score(drawBlock(2, 5), () => {});
    await assert.rejects(bad, /is missing/);
    assert.equal((await good).people, 5);
  } finally {
    await threads.close();
  }
});
