// Golden numbers from SciPy 1.10.1; the call stands beside them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  betaQuantile,
  incompleteBeta,
  logGamma,
  normalCdf,
  normalQuantile,
  solvePositiveDefinite,
} from '../../src/math/index.ts';

function assertClose(actual: number, expected: number, relative = 1e-12): void {
  const allowed = relative * Math.max(Math.abs(expected), 1e-300);
  assert.ok(Math.abs(actual - expected) <= allowed, `${actual} is not ${expected}`);
}

test('normalCdf matches scipy.stats.norm.cdf, far tails included', () => {
  // [stats.norm.cdf(z) for z in (-8, -3, -1, 0, .5, 1.96, 6)]
  const golden: [number, number][] = [
    [-8, 6.22096057427174e-16],
    [-3, 0.0013498980316300933],
    [-1, 0.15865525393145707],
    [0, 0.5],
    [0.5, 0.6914624612740131],
    [1.96, 0.9750021048517795],
    [6, 0.9999999990134123],
  ];
  for (const [z, expected] of golden) assertClose(normalCdf(z), expected);
});

test('normalQuantile matches scipy.stats.norm.ppf', () => {
  // [stats.norm.ppf(p) for p in (1e-12, .001, .025, .3, .9, .999)]
  const golden: [number, number][] = [
    [1e-12, -7.034483825301131],
    [0.001, -3.090232306167813],
    [0.025, -1.9599639845400545],
    [0.3, -0.5244005127080409],
    [0.9, 1.2815515655446004],
    [0.999, 3.090232306167813],
  ];
  for (const [p, expected] of golden) assertClose(normalQuantile(p), expected);
  assert.equal(normalQuantile(0.5), 0);
  assert.equal(normalQuantile(0), Number.NEGATIVE_INFINITY);
  assert.equal(normalQuantile(1), Number.POSITIVE_INFINITY);
});

test('logGamma matches scipy.special.gammaln', () => {
  // [special.gammaln(x) for x in (.01, .5, 3.7, 20, 1e5)]
  const golden: [number, number][] = [
    [0.01, 4.599479878042022],
    [0.5, 0.5723649429247],
    [3.7, 1.428072326665388],
    [20, 39.339884187199495],
    [1e5, 1051287.7089736569],
  ];
  for (const [x, expected] of golden) assertClose(logGamma(x), expected, 1e-13);
  assert.ok(Math.abs(logGamma(1)) < 1e-14);
});

test('incompleteBeta matches scipy.special.betainc', () => {
  // [special.betainc(a, b, x) for a, b, x in ((2, 5, .3), (.5, .5, .01), (30, 2, .99), (1000, 1200, .45))]
  assertClose(incompleteBeta(0.3, 2, 5), 0.5798250000000001);
  assertClose(incompleteBeta(0.01, 0.5, 0.5), 0.06376856085851987);
  assertClose(incompleteBeta(0.99, 30, 2), 0.9616104854047645);
  assertClose(incompleteBeta(0.45, 1000, 1200), 0.33466234267116446, 1e-10);
});

test('betaQuantile matches scipy.stats.beta.ppf', () => {
  // [stats.beta.ppf(p, a, b) for a, b, p in ((2, 5, .025), (.5, 100, .975), (30, 2, .5), (1000, 1200, .001), (.3, .2, .025))]
  assertClose(betaQuantile(0.025, 2, 5), 0.043271868292741676);
  assertClose(betaQuantile(0.975, 0.5, 100), 0.024867749237206565);
  assertClose(betaQuantile(0.5, 30, 2), 0.9464479478829972);
  assertClose(betaQuantile(0.001, 1000, 1200), 0.4218893572829987);
  assertClose(betaQuantile(0.025, 0.3, 0.2), 7.601615095399857e-5, 1e-10);
});

test('quantiles invert their cumulative probabilities', () => {
  const probability = fc.double({ min: 1e-6, max: 0.999, noNaN: true });
  const shape = fc.double({ min: 0.5, max: 500, noNaN: true });
  fc.assert(
    fc.property(probability, shape, shape, (p, a, b) => {
      assert.ok(Math.abs(normalCdf(normalQuantile(p)) - p) < 1e-12);
      assert.ok(Math.abs(incompleteBeta(betaQuantile(p, a, b), a, b) - p) < 1e-8);
    }),
    { seed: 11, numRuns: 300 },
  );
});

test('solvePositiveDefinite matches numpy.linalg.solve and refuses other matrices', () => {
  // numpy.linalg.solve([[4, 2, .6], [2, 5, 1], [.6, 1, 3]], [1, 2, 3])
  const solution = solvePositiveDefinite(
    Float64Array.of(4, 2, 0.6, 2, 5, 1, 0.6, 1, 3),
    Float64Array.of(1, 2, 3),
  ) as Float64Array;
  [0.004484304932735439, 0.2125560538116592, 0.9282511210762331].forEach((x, i) => {
    assertClose(solution[i], x);
  });
  assert.equal(solvePositiveDefinite(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1)), undefined);
});
