// A mixture of Gaussians, each with a covariance of its own, fitted by expectation and maximisation (Dempster, Laird &
// Rubin 1977) from where k-means ends. Groups may be long or wide, and everybody gets a probability of each.
import { fitKMeans } from './kMeans.ts';
import { checkClusters, type Points } from './points.ts';

export type MixtureOptions = {
  clusters: number;
  seed: number | string;
  maxIterations?: number;
  /** Ends when the mean log-likelihood gains less. */
  tolerance?: number;
  /** Added to every variance, so that no group collapses. */
  ridge?: number;
};

export type Mixture = {
  weights: Float64Array;
  means: Points;
  /** Per group the lower triangle L of its covariance L·Lᵀ, row after row. */
  factors: Float64Array[];
  /** Sum over the points it was fitted to. */
  logLikelihood: number;
  /** −2 log-likelihood + parameters · log(rows) (Schwarz 1978): lower is better. */
  bic: number;
};

/** Throws `invalid_input` when there are fewer points than clusters. */
export function fitMixture(
  points: Points,
  { clusters, seed, maxIterations = 200, tolerance = 1e-4, ridge = 1e-6 }: MixtureOptions,
): Mixture {
  checkClusters(clusters, points.rows);
  const { labels } = fitKMeans(points, { clusters, seed });
  const shares = new Float64Array(points.rows * clusters);
  for (let r = 0; r < points.rows; r++) shares[r * clusters + labels[r]] = 1;
  let model = maximise(points, shares, clusters, ridge);
  let last = -Infinity;
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const mean = expect(model, points, shares) / points.rows;
    if (mean - last < tolerance) break;
    last = mean;
    model = maximise(points, shares, clusters, ridge);
  }
  const logLikelihood = expect(model, points, shares);
  const d = points.dimensions;
  const parameters = clusters * (d + (d * (d + 1)) / 2) + clusters - 1;
  return { ...model, logLikelihood, bic: parameters * Math.log(points.rows) - 2 * logLikelihood };
}

/** The likeliest group of each point. */
export function likeliestGroups(mixture: Parameters, points: Points): Int32Array {
  const clusters = mixture.weights.length;
  const shares = new Float64Array(points.rows * clusters);
  expect(mixture, points, shares);
  return Int32Array.from({ length: points.rows }, (_, r) => {
    let best = 0;
    for (let c = 1; c < clusters; c++) if (shares[r * clusters + c] > shares[r * clusters + best]) best = c;
    return best;
  });
}

type Parameters = Pick<Mixture, 'weights' | 'means' | 'factors'>;

/** Fills in the probability of each group for each point; answers the log-likelihood. */
function expect({ weights, means, factors }: Parameters, points: Points, shares: Float64Array): number {
  const clusters = weights.length;
  const d = points.dimensions;
  const offsets = Float64Array.from(weights, (weight, c) => {
    let logDeterminant = 0;
    for (let i = 0; i < d; i++) logDeterminant += Math.log(factors[c][i * d + i]);
    return Math.log(weight) - logDeterminant - (d / 2) * Math.log(2 * Math.PI);
  });
  const solved = new Float64Array(d);
  let total = 0;
  for (let r = 0; r < points.rows; r++) {
    let most = -Infinity;
    for (let c = 0; c < clusters; c++) {
      const factor = factors[c];
      let square = 0;
      for (let i = 0; i < d; i++) {
        let rest = points.values[r * d + i] - means.values[c * d + i];
        for (let k = 0; k < i; k++) rest -= factor[i * d + k] * solved[k];
        solved[i] = rest / factor[i * d + i];
        square += solved[i] * solved[i];
      }
      const log = offsets[c] - square / 2;
      shares[r * clusters + c] = log;
      most = Math.max(most, log);
    }
    let sum = 0;
    for (let c = 0; c < clusters; c++) sum += Math.exp(shares[r * clusters + c] - most);
    const log = most + Math.log(sum);
    for (let c = 0; c < clusters; c++) shares[r * clusters + c] = Math.exp(shares[r * clusters + c] - log);
    total += log;
  }
  return total;
}

function maximise(points: Points, shares: Float64Array, clusters: number, ridge: number): Parameters {
  const { rows, dimensions: d, values } = points;
  const weights = new Float64Array(clusters);
  const means: Points = { rows: clusters, dimensions: d, values: new Float64Array(clusters * d) };
  const factors: Float64Array[] = [];
  for (let c = 0; c < clusters; c++) {
    // The crumb keeps a group that nobody belongs to any more from dividing by nothing.
    let mass = 10 * Number.EPSILON;
    const mean = means.values.subarray(c * d, (c + 1) * d);
    for (let r = 0; r < rows; r++) {
      const share = shares[r * clusters + c];
      mass += share;
      for (let i = 0; i < d; i++) mean[i] += share * values[r * d + i];
    }
    for (let i = 0; i < d; i++) mean[i] /= mass;
    const covariance = new Float64Array(d * d);
    for (let r = 0; r < rows; r++) {
      const share = shares[r * clusters + c];
      if (share < 1e-12) continue;
      for (let i = 0; i < d; i++) {
        const scaled = share * (values[r * d + i] - mean[i]);
        for (let k = 0; k <= i; k++) covariance[i * d + k] += scaled * (values[r * d + k] - mean[k]);
      }
    }
    weights[c] = mass / rows;
    factors.push(factorise(covariance, mass, ridge, d));
  }
  return { weights, means, factors };
}

/** Cholesky's L of covariance / mass + ridge · I, in place. */
function factorise(a: Float64Array, mass: number, ridge: number, d: number): Float64Array {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * d + j] / mass + (i === j ? ridge : 0);
      for (let k = 0; k < j; k++) sum -= a[i * d + k] * a[j * d + k];
      a[i * d + j] = i === j ? Math.sqrt(Math.max(sum, ridge)) : sum / a[j * d + j];
    }
  }
  return a;
}
