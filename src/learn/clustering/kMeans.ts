// k-means: centres such that everybody is near one (Lloyd 1982), begun far apart (k-means++, Arthur & Vassilvitskii 2007)
// several times over, the tightest kept. The same points and seed give the same centres.
import { createRandom, type Random } from '../../math/index.ts';
import { checkClusters, type Points } from './points.ts';

export type KMeansOptions = { clusters: number; seed: number | string; restarts?: number; maxIterations?: number };

export type KMeans = {
  /** Row after row, as points are. */
  centres: Points;
  /** The place of the nearest centre of each point. */
  labels: Int32Array;
  /** Sum of the squared distances to the nearest centres. */
  inertia: number;
};

/** Throws `invalid_input` when there are fewer points than clusters. */
export function fitKMeans(
  points: Points,
  { clusters, seed, restarts = 5, maxIterations = 100 }: KMeansOptions,
): KMeans {
  checkClusters(clusters, points.rows);
  const random = createRandom(seed);
  let best: KMeans | undefined;
  for (let run = 0; run < restarts; run++) {
    const found = settleCentres(points, beginApart(points, clusters, random), maxIterations);
    if (best === undefined || found.inertia < best.inertia) best = found;
  }
  return best!;
}

/** The place of the nearest centre of each point. */
export function nearestCentres(centres: Points, points: Points): { labels: Int32Array; inertia: number } {
  const labels = new Int32Array(points.rows);
  let inertia = 0;
  for (let r = 0; r < points.rows; r++) {
    const [nearest, distance] = nearestTo(points, r, centres);
    labels[r] = nearest;
    inertia += distance;
  }
  return { labels, inertia };
}

function nearestTo(points: Points, row: number, centres: Points): [nearest: number, squared: number] {
  let nearest = 0;
  let least = Infinity;
  for (let c = 0; c < centres.rows; c++) {
    const distance = squaredDistance(points, row, centres, c, least);
    if (distance < least) [nearest, least] = [c, distance];
  }
  return [nearest, least];
}

/** Gives up once it is above `least`. */
function squaredDistance(points: Points, row: number, centres: Points, centre: number, least: number): number {
  const { dimensions } = points;
  let sum = 0;
  for (let d = 0, p = row * dimensions, c = centre * dimensions; d < dimensions && sum < least; d++, p++, c++) {
    const difference = points.values[p] - centres.values[c];
    sum += difference * difference;
  }
  return sum;
}

/** Each next centre is drawn with a probability in proportion to the squared distance to those before. */
function beginApart(points: Points, clusters: number, random: Random): Points {
  const { rows, dimensions } = points;
  const centres = { rows: clusters, dimensions, values: new Float64Array(clusters * dimensions) };
  const apart = new Float64Array(rows).fill(Infinity);
  let chosen = random.int(rows);
  for (let c = 0; c < clusters; c++) {
    centres.values.set(points.values.subarray(chosen * dimensions, (chosen + 1) * dimensions), c * dimensions);
    for (let r = 0; r < rows; r++) apart[r] = Math.min(apart[r], squaredDistance(points, r, centres, c, apart[r]));
    if (c + 1 < clusters) chosen = apart.some((distance) => distance > 0) ? random.choice(apart) : random.int(rows);
  }
  return centres;
}

function settleCentres(points: Points, centres: Points, maxIterations: number): KMeans {
  const { rows, dimensions, values } = points;
  let labels: Int32Array = new Int32Array(rows).fill(-1);
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const next = nearestCentres(centres, points).labels;
    if (next.every((label, r) => label === labels[r])) break;
    labels = next;
    const counts = new Float64Array(centres.rows);
    const sums = new Float64Array(centres.values.length);
    for (let r = 0; r < rows; r++) {
      counts[labels[r]]++;
      const at = labels[r] * dimensions;
      for (let d = 0; d < dimensions; d++) sums[at + d] += values[r * dimensions + d];
    }
    // A centre that nobody is nearest to stays where it is.
    for (let c = 0; c < centres.rows; c++) {
      if (counts[c] === 0) continue;
      for (let d = 0; d < dimensions; d++) centres.values[c * dimensions + d] = sums[c * dimensions + d] / counts[c];
    }
  }
  return { centres, ...nearestCentres(centres, points) };
}
