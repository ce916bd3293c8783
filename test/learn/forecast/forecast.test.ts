// Forecasts are judged by what they promise: intervals that hold what comes as often as they say [SEG-9].
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forecastLevel, LEAST_VALUES, shrinkRates } from '../../../src/learn/index.ts';
import { createRandom, type Random } from '../../../src/math/index.ts';

/** A wandering level with drift seen through noise. */
function draw(random: Random, n: number, wander: number, drift: number): number[] {
  let level = 1000;
  return Array.from({ length: n }, () => {
    level += drift + wander * random.normal();
    return level + 10 * random.normal();
  });
}

test('80 % intervals hold about 80 % of what comes, or more where little is known, however much the level wanders [SEG-9]', (t) => {
  const horizon = 14;
  for (const length of [20, 60]) {
    for (const wander of [0, 2, 10]) {
      const held = [0, 0];
      const rounds = 600;
      for (let round = 0; round < rounds; round++) {
        const values = draw(
          createRandom(`${length} ${wander} ${round}`),
          length + horizon,
          wander,
          round % 2 === 0 ? 0 : 3,
        );
        const points = forecastLevel(values.slice(0, length), { horizon, confidence: 0.8 })!.points;
        for (const [i, ahead] of [1, horizon].entries()) {
          const [{ low, high }, came] = [points[ahead - 1], values[length + ahead - 1]];
          if (came >= low && came <= high) held[i]++;
        }
      }
      const shares = held.map((n) => n / rounds);
      t.diagnostic(`${length} values, wandering by ${wander}: ${shares.join(' after one step, ')} after ${horizon}`);
      for (const share of shares) assert.ok(share > 0.74 && share < 0.97, `${length} values, ${wander}: ${share}`);
    }
  }
});

test('a straight line goes on, an even one stays, a short one is refused [SEG-9]', () => {
  const line = forecastLevel(
    Array.from({ length: 30 }, (_, i) => 5 + 2 * i),
    { horizon: 5 },
  )!;
  line.points.forEach(({ mean }, i) => {
    assert.ok(Math.abs(mean - (5 + 2 * (30 + i))) < 0.05, `${mean}`);
  });
  assert.deepEqual(forecastLevel(new Array(20).fill(7), { horizon: 1 })!.points, [{ mean: 7, low: 7, high: 7 }]);
  assert.equal(forecastLevel(new Array(LEAST_VALUES - 1).fill(7), { horizon: 1 }), undefined);
});

test('few views do not win: rates are drawn to what is usual, and intervals hold the truth [SEG-9]', (t) => {
  const [lucky, proven] = shrinkRates([
    { trials: 2, successes: 2 },
    { trials: 2000, successes: 400 },
    { trials: 1500, successes: 150 },
    { trials: 900, successes: 95 },
  ]);
  assert.ok(lucky.rate < 0.4 && lucky.low < 0.1, `${lucky.rate}`);
  assert.ok(Math.abs(proven.rate - 0.2) < 0.005);
  assert.deepEqual(shrinkRates([]), []);
  const [unseen] = shrinkRates([{ trials: 0, successes: 0 }]);
  assert.ok(unseen.low < 0.06 && unseen.high > 0.94, `${unseen.low} ${unseen.high}`);

  const random = createRandom(5);
  let [held, all, shrunkError, rawError] = [0, 0, 0, 0];
  for (let round = 0; round < 200; round++) {
    const rates = Array.from({ length: 12 }, () => {
      const [a, b] = [random.gamma(4, 1), random.gamma(36, 1)];
      return a / (a + b);
    });
    const counted = rates.map((rate) => {
      const trials = 5 + random.int(200);
      return {
        trials,
        successes: Array.from({ length: trials }, () => random.uniform() < rate).filter(Boolean).length,
      };
    });
    shrinkRates(counted, 0.9).forEach(({ rate, low, high }, i) => {
      all++;
      if (rates[i] >= low && rates[i] <= high) held++;
      shrunkError += (rate - rates[i]) ** 2;
      rawError += (counted[i].successes / counted[i].trials - rates[i]) ** 2;
    });
  }
  t.diagnostic(
    `90 % intervals hold ${held / all}; squared error ${(shrunkError / rawError).toFixed(2)} of that of plain rates`,
  );
  assert.ok(held / all > 0.84 && held / all < 0.95, `${held / all}`);
  assert.ok(shrunkError < 0.8 * rawError);
});
