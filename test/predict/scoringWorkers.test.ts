// Scores made in threads are those made beside everything else, byte for byte.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeaturePage } from '../../src/features/index.ts';
import { createRandom } from '../../src/math/index.ts';
import { climb } from '../../src/predict/ladder.ts';
import { openBlockScorer } from '../../src/predict/scoringWorkers.ts';
import { openRowWriter } from '../../src/store/index.ts';
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

function drawPage(seed: number, rows: number): FeaturePage {
  const random = createRandom(seed);
  const value = () => (random.uniform() < 0.1 ? Number.NaN : 3 * random.normal());
  const names = ['unused', ...predictor.signals];
  const writer = openRowWriter();
  for (let r = 0; r < rows; r++) {
    writer.u64(BigInt(seed * 10_000 + r));
    writer.text(['', 'shoes', 'bags'][random.int(3)]);
    writer.length(names.length);
    for (const _ of names) writer.f32(value());
  }
  return { names, bytes: writer.take() };
}

test('threads give the same rows as this one, in the order in which pages were handed over [INT-3]', async () => {
  const sizes = [1, 3000, 1024, 0, 2500];
  const here = openBlockScorer(predictor, place, 10);
  const threads = openBlockScorer(predictor, place, 1_000_000);
  try {
    const told: number[] = [];
    const answers = await Promise.all(
      sizes.map((rows, i) => threads.score(drawPage(i, rows), (done) => told.push(done))),
    );
    for (const [i, rows] of sizes.entries()) {
      const expected = await here.score(drawPage(i, rows), () => {});
      assert.deepEqual(answers[i], expected);
      assert.equal(answers[i].people, rows);
      assert.equal(answers[i].last, rows === 0 ? undefined : BigInt(i * 10_000 + rows - 1));
      const { HIGH, MEDIUM, LOW } = answers[i].segments;
      assert.equal(HIGH + MEDIUM + LOW, rows);
    }
    assert.ok(told.includes(3000) && told.includes(1024));
  } finally {
    await threads.close();
  }
});

test('a page that cannot be scored fails by its reason, and the next one is scored still', async () => {
  const threads = openBlockScorer(predictor, place, 1_000_000);
  try {
    const broken = drawPage(1, 5);
    const bad = threads.score({ ...broken, names: broken.names.map((name) => `${name}!`) }, () => {});
    const good = threads.score(drawPage(2, 5), () => {});
    await assert.rejects(bad, /is missing/);
    assert.equal((await good).people, 5);
  } finally {
    await threads.close();
  }
});
