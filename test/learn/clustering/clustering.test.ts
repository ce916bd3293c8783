// Golden figures stand beside the scikit-learn 1.2.1 calls that made them; laws hold for any table [SEG-8].
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  adjustedRandIndex,
  findStructure,
  fitKMeans,
  fitMixture,
  likeliestGroups,
  type Matrix,
  nearestCentres,
  type Points,
  pickPoints,
  pointsOf,
} from '../../../src/learn/index.ts';
import { createRandom } from '../../../src/math/index.ts';

// n = 240; i = np.arange(n); g = i % 3; wave = lambda k: np.sin((i + 1) * k)
// X = np.c_[[0, 4, 8][g] + wave(1.3) + 0.5 wave(0.7), [0, 5, 1][g] + 0.8 wave(2.1) + 0.6 wave(1.3), wave(3.7)], float32
const rows = 240;
const wave = (k: number) => Float64Array.from({ length: rows }, (_, i) => Math.sin((i + 1) * k));
const group = Int32Array.from({ length: rows }, (_, i) => i % 3);
const [w7, w13, w21, w37] = [0.7, 1.3, 2.1, 3.7].map(wave);
const table: Matrix = {
  rows,
  names: ['a', 'b', 'c'],
  columns: [
    Float32Array.from(group, (g, i) => [0, 4, 8][g] + w13[i] + 0.5 * w7[i]),
    Float32Array.from(group, (g, i) => [0, 5, 1][g] + 0.8 * w21[i] + 0.6 * w13[i]),
    Float32Array.from(w37),
  ],
};
const points = pointsOf(table);
const near = (value: number, golden: number, relative: number) =>
  assert.ok(Math.abs(value - golden) <= relative * Math.abs(golden), `${value} against ${golden}`);

test('k-means reaches the inertia of scikit-learn', () => {
  // KMeans(k, n_init=50, tol=0).fit(X).inertia_
  const golden: [number, number][] = [
    [2, 1275.0299226273555],
    [3, 324.9541903270309],
    [4, 276.0685680860669],
  ];
  for (const [clusters, inertia] of golden) {
    near(fitKMeans(points, { clusters, seed: 1, restarts: 50 }).inertia, inertia, 1e-9);
  }
});

test('a mixture reaches the log-likelihood and the BIC of scikit-learn', () => {
  // GaussianMixture(3, covariance_type='full', n_init=5, tol=1e-8, max_iter=2000).fit(X); score(X) * n, bic(X)
  const mixture = fitMixture(points, { clusters: 3, seed: 1, tolerance: 1e-8, maxIterations: 2000 });
  near(mixture.logLikelihood, -834.4128979225188, 1e-5);
  near(mixture.bic, 1827.7643246219554, 1e-5);
  assert.equal(adjustedRandIndex(likeliestGroups(mixture, points), group), 1);
});

test('the adjusted Rand index is that of scikit-learn, and no name of a group matters', () => {
  // adjusted_rand_score(g, i % 4), (g, i // 7 % 3), ([0,0,1,1,2,2,2], [0,0,1,2,2,2,1])
  near(
    adjustedRandIndex(
      group,
      group.map((_, i) => i % 4),
    ),
    -0.01014370245139476,
    1e-9,
  );
  near(
    adjustedRandIndex(
      group,
      group.map((_, i) => Math.floor(i / 7) % 3),
    ),
    0.012466664228167109,
    1e-9,
  );
  near(adjustedRandIndex([0, 0, 1, 1, 2, 2, 2], [0, 0, 1, 2, 2, 2, 1]), 0.2125, 1e-12);
  assert.equal(
    adjustedRandIndex(
      group,
      Array.from(group, (g) => ['x', 'y', 'z'][g]),
    ),
    1,
  );
});

test('the same seed gives the same bytes, inputs stay untouched, each point is nearest to its own centre', () => {
  const before = points.values.slice();
  const [one, two] = [1, 2].map(() => fitKMeans(points, { clusters: 5, seed: 'a' }));
  assert.deepEqual(one, two);
  assert.deepEqual(points.values, before);
  assert.deepEqual(nearestCentres(one.centres, points).labels, one.labels);
  const mixtures = [1, 2].map(() => fitMixture(points, { clusters: 2, seed: 'a' }));
  assert.deepEqual(mixtures[0], mixtures[1]);
});

test('shifting all points or putting them in another order moves no group', () => {
  const order = createRandom(3).shuffle(Uint32Array.from({ length: rows }, (_, r) => r));
  const options = { clusters: 3, seed: 5, restarts: 20 };
  const { labels } = fitKMeans(points, options);
  const shuffled = fitKMeans(pickPoints(points, order), options).labels;
  assert.equal(
    adjustedRandIndex(
      Array.from(order, (r) => labels[r]),
      shuffled,
    ),
    1,
  );
  const shifted = { ...points, values: points.values.map((value) => value + 100) };
  assert.equal(adjustedRandIndex(labels, fitKMeans(shifted, options).labels), 1);
});

test('what cannot be parted is refused with its reason, and equal points are one group', () => {
  assert.throws(() => fitKMeans(points, { clusters: 241, seed: 1 }), /240 points can't be parted into 241 groups/);
  assert.throws(
    () => pointsOf({ ...table, columns: [...table.columns.slice(0, 2), new Float32Array(rows).fill(NaN)] }),
    {
      code: 'invalid_input',
      field: 'c',
    },
  );
  const same: Points = { rows: 50, dimensions: 2, values: new Float64Array(100).fill(3) };
  assert.equal(fitKMeans(same, { clusters: 2, seed: 1 }).inertia, 0);
  assert.ok(Number.isFinite(fitMixture(same, { clusters: 2, seed: 1 }).logLikelihood));
});

function clouds(
  seed: number,
  each: number,
  centres: readonly (readonly number[])[],
  widths: readonly number[],
): Points {
  const random = createRandom(seed);
  const values = centres.flatMap((centre) =>
    Array.from({ length: each }, () => centre.map((at, d) => at + widths[d] * random.normal())).flat(),
  );
  return { rows: each * centres.length, dimensions: widths.length, values: Float64Array.from(values) };
}

test('as many groups are found as there are, on ten seeds', () => {
  for (let seed = 0; seed < 10; seed++) {
    const three = clouds(
      seed,
      150,
      [
        [0, 0, 0],
        [5, 0, 0],
        [0, 5, 5],
      ],
      [1, 1, 1],
    );
    assert.equal(findStructure(three, { seed, most: 6 }).found?.centres.rows, 3, `seed ${seed}`);
  }
});

test('one cloud has no groups, be it round, long or skewed, on ten seeds', () => {
  for (let seed = 0; seed < 10; seed++) {
    const round = clouds(seed, 450, [[0, 0, 0, 0]], [1, 1, 1, 1]);
    const long = clouds(seed, 450, [[0, 0, 0]], [5, 1, 1]);
    const skewed = { ...round, values: round.values.map((value) => Math.exp(value / 2)) };
    for (const [name, cloud] of Object.entries({ round, long, skewed })) {
      assert.equal(findStructure(cloud, { seed, most: 6 }).found, undefined, `${name}, seed ${seed}`);
    }
  }
});
