// What a search tries. First come settings that did well on many tables, so that any budget gives a sound model; then come
// draws, most of them of boosting, whose settings matter most. Sizes are drawn evenly in their logarithm.
import type { Random } from '../../math/index.ts';
import type { Candidate } from './candidate.ts';

/** Slow boosting of small, decorrelated trees. */
const SLOW = { trees: 400, learningRate: 0.025, maxLeaves: 12, columnShare: 0.4, rowShare: 0.7 };
const FOREST = { trees: 200, minLeafRows: 5 };

/** Shares of the latest rows that are tried where rows have moments. */
const RECENT = [0.5, 0.25];

/** The candidates that need no search, the soundest first. In time, each learns from the latest rows too. */
export function startingCandidates(seed: number, order: 'none' | 'time'): Candidate[] {
  const all = soundCandidates(seed);
  return order === 'none' ? all : [...all, ...RECENT.flatMap((recent) => all.map((one) => ({ ...one, recent })))];
}

function soundCandidates(seed: number): Candidate[] {
  return [
    { learner: 'boosting', settings: { seed }, columns: 'given', seeds: 1 },
    { learner: 'logistic', settings: { transform: 'quantile' }, columns: 'given', seeds: 1 },
    { learner: 'boosting', settings: { ...SLOW, seed }, columns: 'derived', seeds: 1 },
    { learner: 'boosting', settings: { ...SLOW, seed }, columns: 'given', seeds: 1 },
    { learner: 'forest', settings: { ...FOREST, seed }, columns: 'derived', seeds: 1 },
  ];
}

/** The seed of what learners draw, and whether rows have moments. */
export type Drawing = { seed: number; order: 'none' | 'time' };

/** Of ten draws, so many of each kind. */
const DRAWS: readonly ((random: Random, seed: number) => Candidate)[] = [
  ...Array.from({ length: 7 }, () => drawBoosting),
  drawForest,
  drawExtraTrees,
  drawLogistic,
];

/** The `index`-th draw: a bracket of ten holds every kind. */
export function drawCandidate(random: Random, index: number, { seed, order }: Drawing): Candidate {
  const kinds = random.fork('kinds').shuffle(DRAWS.map((_, i) => i));
  const own = random.fork(index);
  const drawn = DRAWS[kinds[index % kinds.length]](own, seed);
  const recent = order === 'time' ? [undefined, ...RECENT][own.int(1 + RECENT.length)] : undefined;
  return recent === undefined ? drawn : { ...drawn, recent };
}

/** The number of trees is found by early stopping: see trial.ts. */
function drawBoosting(random: Random, seed: number): Candidate {
  const learningRate = rounded(spread(random, 0.015, 0.08));
  return {
    learner: 'boosting',
    settings: {
      trees: Math.ceil(24 / learningRate),
      learningRate,
      patience: Math.ceil(1.5 / learningRate),
      growth: random.uniform() < 0.8 ? 'leaf' : 'depth',
      maxLeaves: Math.round(spread(random, 4, 40)),
      maxDepth: 3 + random.int(6),
      l2: rounded(spread(random, 0.5, 40)),
      minChildHessian: rounded(spread(random, 1, 20)),
      rowShare: rounded(between(random, 0.5, 1)),
      columnShare: rounded(between(random, 0.15, 0.9)),
      categoryL2: rounded(spread(random, 1, 60)),
      categorySmoothing: rounded(spread(random, 1, 60)),
      seed,
    },
    columns: random.uniform() < 0.6 ? 'derived' : 'given',
    seeds: 1,
  };
}

function drawForest(random: Random, seed: number): Candidate {
  const settings = { trees: 200, minLeafRows: 3 + random.int(13), columnsPerSplit: random.int(2) * 8, seed };
  return { learner: 'forest', settings, columns: random.int(2) === 0 ? 'derived' : 'given', seeds: 1 };
}

function drawExtraTrees(random: Random, seed: number): Candidate {
  const settings = { trees: 200, minLeafRows: 2 + random.int(7), randomThresholds: true, columnsPerSplit: 8, seed };
  return { learner: 'forest', settings, columns: 'given', seeds: 1 };
}

function drawLogistic(random: Random): Candidate {
  const transform = ['log', 'quantile'][random.int(2)];
  const settings = { l2: rounded(spread(random, 0.1, 100)), transform };
  return { learner: 'logistic', settings, columns: random.int(2) === 0 ? 'derived' : 'given', seeds: 1 };
}

function spread(random: Random, low: number, high: number): number {
  return low * (high / low) ** random.uniform();
}

function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
