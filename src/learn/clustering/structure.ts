// How many groups are there, if any? A number is taken when the groups come out the same from one half of the people and
// from the other (prediction strength, Tibshirani & Walther 2005) and when between any two of them there are fewer people
// than inside either: one cloud can be cut in two stably along its length, but has no valley where it is cut.
import { createRandom, quantileOfSorted } from '../../math/index.ts';
import { fitKMeans, type KMeans, nearestCentres } from './kMeans.ts';
import { type Points, pickPoints } from './points.ts';

export type StructureOptions = {
  seed: number | string;
  /** Most groups tried. */
  most?: number;
  /** Ways of halving the people; absent = two, and more where they are few. */
  halvings?: number;
  /** Least share of the people for something to be called a group. */
  leastShare?: number;
  onProgress?: (done: number, total: number) => void;
};

/** What was found of a number of groups. */
export type Candidate = {
  clusters: number;
  /** Of the pairs in one group, the share that the other half's groups keep together: least group, mean of the halvings. */
  strength: number;
  /** Density between the two groups least apart, against the lower of their peaks: 1 = no valley. */
  valley: number;
  /** Share of the people in the smallest group. */
  smallest: number;
};

export type Structure = {
  /** Undefined when there is no structure. */
  found: KMeans | undefined;
  candidates: Candidate[];
};

/** Tibshirani & Walther ask for 0.8 to 0.9. */
export const LEAST_STRENGTH = 0.8;
export const DEEPEST_VALLEY = 0.7;
const BINS = 24;
const FEW = 2000;
/** Few begin so badly that halves differ by where they got stuck. */
const RESTARTS = 10;

/** The most groups that stand both tests. The order of the points does not matter beyond how they are halved. */
export function findStructure(points: Points, options: StructureOptions): Structure {
  const { seed, most = 9, halvings = points.rows < FEW ? 6 : 2, leastShare = 0.04, onProgress } = options;
  const candidates: Candidate[] = [];
  let found: KMeans | undefined;
  const numbers = Array.from({ length: most - 1 }, (_, i) => i + 2).filter((n) => n * 20 <= points.rows);
  for (const [i, clusters] of numbers.entries()) {
    const fit = fitKMeans(points, { clusters, seed: `${seed} ${clusters}`, restarts: RESTARTS });
    const smallest = Math.min(...sizesOf(fit.labels, clusters)) / points.rows;
    const strengths = Array.from({ length: halvings }, (_, h) => predictionStrength(points, clusters, `${seed} ${h}`));
    const strength = strengths.reduce((sum, one) => sum + one, 0) / halvings;
    const valley = shallowestValley(points, fit);
    candidates.push({ clusters, strength, valley, smallest });
    if (strength >= LEAST_STRENGTH && valley <= DEEPEST_VALLEY && smallest >= leastShare) found = fit;
    onProgress?.(i + 1, numbers.length);
  }
  return { found, candidates };
}

function sizesOf(labels: Int32Array, clusters: number): number[] {
  const sizes = new Array<number>(clusters).fill(0);
  for (const label of labels) sizes[label]++;
  return sizes;
}

/** Both halves in turn: how well one half's centres keep together what the other half puts together. */
function predictionStrength(points: Points, clusters: number, seed: string): number {
  const order = createRandom(seed).shuffle(Uint32Array.from({ length: points.rows }, (_, r) => r));
  const middle = points.rows >> 1;
  const halves = [order.subarray(0, middle), order.subarray(middle)].map((rows) => pickPoints(points, rows));
  const fits = halves.map((half, h) => fitKMeans(half, { clusters, seed: `${seed} half ${h}`, restarts: RESTARTS }));
  const strengths = halves.map((half, h) =>
    keptTogether(fits[h].labels, nearestCentres(fits[1 - h].centres, half).labels, clusters),
  );
  return (strengths[0] + strengths[1]) / 2;
}

/** Of the pairs within a group of `own`, the share that is together in `other` as well; the group that fares worst. */
function keptTogether(own: Int32Array, other: Int32Array, clusters: number): number {
  const counts = new Float64Array(clusters * clusters);
  for (let r = 0; r < own.length; r++) counts[own[r] * clusters + other[r]]++;
  let worst = 1;
  for (let c = 0; c < clusters; c++) {
    const row = counts.subarray(c * clusters, (c + 1) * clusters);
    const size = row.reduce((sum, n) => sum + n, 0);
    if (size < 2) continue;
    const kept = row.reduce((sum, n) => sum + n * (n - 1), 0) / (size * (size - 1));
    worst = Math.min(worst, kept);
  }
  return worst;
}

function shallowestValley(points: Points, { centres, labels }: KMeans): number {
  let shallowest = 0;
  for (let a = 0; a < centres.rows; a++) {
    for (let b = a + 1; b < centres.rows; b++) {
      shallowest = Math.max(shallowest, valleyBetween(points, centres, labels, a, b));
    }
  }
  return shallowest;
}

/**
 * The people of two groups along the line between their centres, which lie at 0 and 1: the lowest density between the
 * centres against the lower of the two peaks on either side of it. Densities are histograms, smoothed a little.
 */
function valleyBetween(points: Points, centres: Points, labels: Int32Array, a: number, b: number): number {
  const { dimensions: d, values } = points;
  const axis = new Float64Array(d);
  let length = 0;
  for (let i = 0; i < d; i++) {
    axis[i] = centres.values[b * d + i] - centres.values[a * d + i];
    length += axis[i] * axis[i];
  }
  if (length === 0) return 1;
  const along: number[] = [];
  for (let r = 0; r < points.rows; r++) {
    if (labels[r] !== a && labels[r] !== b) continue;
    let sum = 0;
    for (let i = 0; i < d; i++) sum += (values[r * d + i] - centres.values[a * d + i]) * axis[i];
    along.push(sum / length);
  }
  const sorted = Float64Array.from(along).sort();
  const [low, high] = [quantileOfSorted(sorted, 0.005), quantileOfSorted(sorted, 0.995)];
  if (!(high > low)) return 1;
  const density = smooth(smooth(histogram(sorted, low, high)));
  const place = (position: number) =>
    Math.min(BINS - 1, Math.max(0, Math.floor(((position - low) / (high - low)) * BINS)));
  const [from, to] = [place(0.2), place(0.8)];
  let lowest = from;
  for (let bin = from; bin <= to; bin++) if (density[bin] < density[lowest]) lowest = bin;
  const left = Math.max(...density.subarray(0, lowest + 1));
  const right = Math.max(...density.subarray(lowest));
  return density[lowest] / Math.min(left, right);
}

function histogram(sorted: Float64Array, low: number, high: number): Float64Array {
  const counts = new Float64Array(BINS);
  for (const value of sorted) {
    if (value < low || value > high) continue;
    counts[Math.min(BINS - 1, Math.floor(((value - low) / (high - low)) * BINS))]++;
  }
  return counts;
}

function smooth(values: Float64Array): Float64Array {
  return values.map((value, i) => {
    const before = values[i - 1] ?? value;
    const after = values[i + 1] ?? value;
    return (before + 2 * value + after) / 4;
  });
}
