import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bootstrapInterval, createRandom, quantileOfSorted, wilsonInterval } from '../../src/math/index.ts';

function assertInterval(actual: [number, number], expected: [number, number], allowed = 1e-12): void {
  for (const end of [0, 1]) assert.ok(Math.abs(actual[end] - expected[end]) <= allowed, `${actual} is not ${expected}`);
}

test('wilsonInterval matches SciPy [WH-8]', () => {
  // scipy.stats.binomtest(71, 100).proportion_ci(method='wilson')
  assertInterval(wilsonInterval(71, 100), [0.6146110882442888, 0.7898516425087772]);
  // scipy.stats.binomtest(0, 10).proportion_ci(.9, method='wilson'), and of (10, 10)
  assertInterval(wilsonInterval(0, 10, 0.9), [0, 0.21294197008340698]);
  assertInterval(wilsonInterval(10, 10, 0.9), [0.787058029916593, 1]);
});

test('wilsonInterval of no trials says nothing', () => {
  assert.deepEqual(wilsonInterval(0, 0), [0, 1]);
});

test('wilsonInterval contains the share and narrows with more trials', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
      const successes = Math.round(share * trials);
      const [low, high] = wilsonInterval(successes, trials);
      assert.ok(0 <= low && low <= successes / trials && successes / trials <= high && high <= 1);
      const [lowMore, highMore] = wilsonInterval(successes * 4, trials * 4);
      assert.ok(highMore - lowMore < high - low);
    }),
    { seed: 12 },
  );
});

test('bootstrapInterval of a mean is about the mean ± 1.96 standard errors', () => {
  const random = createRandom('bootstrap');
  const values = Float64Array.from({ length: 400 }, random.normal);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const half = (1.96 * deviation) / Math.sqrt(values.length);
  const statistic = (drawn: Uint32Array) => drawn.reduce((sum, row) => sum + values[row], 0) / drawn.length;
  const interval = bootstrapInterval(values.length, statistic, { seed: 1, draws: 2000 });
  assertInterval(interval, [mean - half, mean + half], 0.15 * half);
  assert.deepEqual(bootstrapInterval(values.length, statistic, { seed: 1, draws: 2000 }), interval);
  assert.deepEqual(
    bootstrapInterval(4, () => Number.NaN, { seed: 1 }),
    [Number.NaN, Number.NaN],
  );
});

test('quantileOfSorted interpolates like numpy.quantile', () => {
  // numpy.quantile([1, 2, 4, 8], [0, .1, .5, .9, 1])
  const quantiles = [0, 0.1, 0.5, 0.9, 1].map((share) => quantileOfSorted([1, 2, 4, 8], share));
  [1, 1.3, 3, 6.8, 8].forEach((expected, i) => {
    assert.ok(Math.abs(quantiles[i] - expected) < 1e-12);
  });
  assert.ok(Number.isNaN(quantileOfSorted([], 0.5)));
});
