import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, logGamma, normalCdf, type Random } from '../../src/math/index.ts';

const DRAWS = 200_000;

/** Mean and variance of many draws, within five standard errors of what they should be. */
function assertMoments(draw: () => number, mean: number, variance: number, fourthMoment: number): void {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < DRAWS; i++) {
    const away = draw() - mean;
    sum += away;
    squares += away * away;
  }
  assert.ok(Math.abs(sum / DRAWS) < 5 * Math.sqrt(variance / DRAWS), `the mean is off by ${sum / DRAWS}`);
  const error = Math.abs(squares / DRAWS - variance);
  assert.ok(error < 5 * Math.sqrt((fourthMoment - variance ** 2) / DRAWS), `the variance is off by ${error}`);
}

/** Largest distance between the draws' and the expected cumulative probability; 1.95/√n is passed once in 1,000 times. */
function assertDistribution(draw: () => number, cumulative: (x: number) => number): void {
  const sorted = Float64Array.from({ length: DRAWS }, draw).sort();
  let most = 0;
  for (let i = 0; i < DRAWS; i++) most = Math.max(most, Math.abs(cumulative(sorted[i]) - (i + 0.5) / DRAWS));
  assert.ok(most < 1.95 / Math.sqrt(DRAWS), `the distance is ${most}`);
}

const take = (random: Random, count: number) => Array.from({ length: count }, () => random.uniform());

test('the same seed gives the same numbers, on every machine and in every version', () => {
  assert.deepEqual(take(createRandom(7), 50), take(createRandom(7), 50));
  // Frozen from the first version: a change here changes every saved simulation and every retrained model.
  assert.deepEqual(take(createRandom(1), 3), [0.4778994344077836, 0.5318394682551462, 0.32622262577752026]);
});

test('other seeds, labels and seed types give other numbers', () => {
  const streams = [
    createRandom(1),
    createRandom(2),
    createRandom('1'),
    createRandom(1).fork('a'),
    createRandom(1).fork('b'),
  ];
  const firsts = streams.map((random) => random.uniform());
  assert.equal(new Set(firsts).size, streams.length);
});

test('a fork depends on the seed and the label, not on the draws made before', () => {
  const fresh = createRandom(5);
  const used = createRandom(5);
  take(used, 100);
  used.normal();
  assert.deepEqual(take(fresh.fork('shopper/3'), 10), take(used.fork('shopper/3'), 10));
});

test('neighbouring seeds are unrelated', () => {
  let products = 0;
  const pairs = 20_000;
  for (let seed = 0; seed < pairs; seed++) {
    products += (createRandom(seed).uniform() - 0.5) * (createRandom(seed + 1).uniform() - 0.5);
  }
  assert.ok(Math.abs(products / pairs) < 5 / 12 / Math.sqrt(pairs));
});

test('uniform, normal and exponential follow their distributions', () => {
  const random = createRandom('distributions');
  assertDistribution(random.uniform, (x) => x);
  assertDistribution(random.normal, normalCdf);
  assertDistribution(
    () => random.exponential(3),
    (x) => 1 - Math.exp(-3 * x),
  );
});

test('gamma has its mean and variance, below and above shape one', () => {
  const random = createRandom('gamma');
  for (const [shape, scale] of [
    [0.3, 2],
    [1, 1],
    [4.5, 0.5],
  ]) {
    const variance = shape * scale ** 2;
    assertMoments(() => random.gamma(shape, scale), shape * scale, variance, variance ** 2 * (3 + 6 / shape));
  }
});

test('poisson counts occur as often as their probability says, for small and large means', () => {
  const random = createRandom('poisson');
  for (const mean of [0.7, 9.9, 10, 60]) {
    const seen = new Map<number, number>();
    for (let i = 0; i < DRAWS; i++) {
      const count = random.poisson(mean);
      seen.set(count, (seen.get(count) ?? 0) + 1);
    }
    for (let k = 0; k < mean * 3 + 10; k++) {
      const p = Math.exp(k * Math.log(mean) - mean - logGamma(k + 1));
      const error = Math.abs((seen.get(k) ?? 0) - p * DRAWS);
      assert.ok(error < 5 * Math.sqrt(p * DRAWS) + 3, `${k} of mean ${mean} is off by ${error}`);
    }
  }
  assert.equal(random.poisson(0), 0);
});

test('choice draws in proportion to the weights and never what weighs nothing', () => {
  const random = createRandom('choice');
  const weights = Float64Array.of(0, 3, 0, 1, 0);
  const seen = [0, 0, 0, 0, 0];
  for (let i = 0; i < DRAWS; i++) seen[random.choice(weights)]++;
  assert.deepEqual([seen[0], seen[2], seen[4]], [0, 0, 0]);
  assert.ok(Math.abs(seen[1] / DRAWS - 0.75) < 5 * Math.sqrt(0.1875 / DRAWS));
});

test('int covers 0 … n − 1, and shuffle keeps every item and reaches every order', () => {
  const random = createRandom('shuffle');
  const seen = new Set<number>();
  for (let i = 0; i < 500; i++) seen.add(random.int(6));
  assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4, 5]);
  const orders = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = random.shuffle(['a', 'b', 'c']).join('');
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  assert.deepEqual([...orders.keys()].sort(), ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  for (const count of orders.values()) assert.ok(Math.abs(count - 1000) < 5 * Math.sqrt(1000));
});
