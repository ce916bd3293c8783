// Logistic regression under an elastic net on sparse columns: Newton's method whose quadratic model is minimised by
// coordinate descent over the values that are there (newGLMNET: Yuan, Ho & Lin 2012; glmnet: Friedman, Hastie &
// Tibshirani 2010). A sweep costs as much as there are values, however many columns; no curvature matrix is built.
// Objective: Σ wᵢ·logLossᵢ + ½·l2·|β|² + l1·Σ|βⱼ|, the intercept free.
import { sigmoid } from '../link.ts';
import { startOf } from '../newton.ts';
import type { SparseColumns } from './rows.ts';

export type SparseProblem = {
  columns: SparseColumns;
  y: Float32Array;
  weights: Float32Array | undefined;
  l1: number;
  l2: number;
};

export type SparseSolution = { coefficients: Float64Array; intercept: number; steps: number; converged: boolean };

/** Minimises the objective. `tolerance` bounds the slopes of the mean loss. */
export function minimiseSparse(
  problem: SparseProblem,
  { maxSteps, tolerance }: { maxSteps: number; tolerance: number },
  onProgress?: (done: number, total: number) => void,
): SparseSolution {
  const { y, columns } = problem;
  const { mass, intercept } = startOf(problem);
  let at: Place = {
    coefficients: new Float64Array(columns.starts.length - 1),
    intercept,
    scores: new Float64Array(y.length).fill(intercept),
  };
  for (let steps = 0; ; steps++) {
    const point = slopesAt(problem, at);
    const steepest = steepestOf(at.coefficients, point, problem.l1);
    const converged = steepest / mass < tolerance;
    const result = { coefficients: at.coefficients, intercept: at.intercept, steps, converged };
    if (converged || steps === maxSteps) return result;
    const next = shortened(problem, at, descend(problem, at, point, steepest * INNER_SHARE));
    if (next === undefined) return result;
    at = next;
    onProgress?.(steps + 1, maxSteps);
  }
}

/** Coefficients, and the scores of all rows under them. */
type Place = { coefficients: Float64Array; intercept: number; scores: Float64Array };
type Point = { slope: Float64Array; interceptSlope: number; spread: Float64Array };
type Direction = { columns: Float64Array; intercept: number; scores: Float64Array };

/** The quadratic model is minimised to this share of the present slopes: better would be wasted before the next step. */
const INNER_SHARE = 0.01;
const MOST_FULL_SWEEPS = 50;
/** After a sweep over all columns, so many over those in use at most, which an l1 penalty leaves few of. */
const SWEEPS_IN_USE = 50;
const LEAST_SHARE = 1e-6;
/** The objective is a long sum: near the minimum, differences below this share of it are rounding. */
const ROUNDING = 1e-14;

function slopesAt({ columns, y, weights, l2 }: SparseProblem, { coefficients, scores }: Place): Point {
  const residual = new Float64Array(y.length);
  const spread = new Float64Array(y.length);
  let interceptSlope = 0;
  for (let r = 0; r < y.length; r++) {
    const p = sigmoid(scores[r]);
    const weight = weights === undefined ? 1 : weights[r];
    residual[r] = weight * (p - y[r]);
    spread[r] = weight * p * (1 - p);
    interceptSlope += residual[r];
  }
  const slope = coefficients.map((coefficient, c) => {
    let sum = l2 * coefficient;
    for (let i = columns.starts[c]; i < columns.starts[c + 1]; i++)
      sum += columns.values[i] * residual[columns.rows[i]];
    return sum;
  });
  return { slope, interceptSlope, spread };
}

/** The largest slope that a step could still follow: at zero the l1 penalty holds a coefficient against smaller ones. */
function steepestOf(coefficients: Float64Array, { slope, interceptSlope }: Point, l1: number): number {
  let most = Math.abs(interceptSlope);
  for (let c = 0; c < slope.length; c++) {
    const pull = coefficients[c] === 0 ? Math.abs(slope[c]) - l1 : Math.abs(slope[c] + l1 * Math.sign(coefficients[c]));
    if (pull > most) most = pull;
  }
  return most;
}

/**
 * Where the quadratic model at a place has its minimum, seen from there. Whenever a coefficient moves, the intercept moves
 * with it to its own minimum: walked by itself it would creep, because the columns of a category add up to it.
 */
function descend(
  { columns, l1, l2 }: SparseProblem,
  { coefficients }: Place,
  { slope, interceptSlope, spread }: Point,
  enough: number,
): Direction {
  const { starts, rows, values } = columns;
  const way = new Float64Array(coefficients.length);
  /** What the coefficients alone, without the intercept, do to the scores. */
  const scores = new Float64Array(spread.length);
  const mass = spread.reduce((sum, one) => sum + one, 0);
  const sums = new Float64Array(way.length);
  const bends = new Float64Array(way.length);
  for (let c = 0; c < way.length; c++) {
    let square = 0;
    for (let i = starts[c]; i < starts[c + 1]; i++) {
      sums[c] += spread[rows[i]] * values[i];
      square += spread[rows[i]] * values[i] * values[i];
    }
    const bend = square - (sums[c] * sums[c]) / mass;
    // What is left of a constant column is rounding.
    bends[c] = (bend > ROUNDING * square ? bend : 0) + l2;
  }
  let moved = interceptSlope;
  /** Takes one coefficient to its minimum; answers how steep the model was there. */
  const walk = (c: number): number => {
    if (bends[c] <= 0) return 0;
    let present = slope[c] + l2 * way[c] - (sums[c] * moved) / mass;
    for (let i = starts[c]; i < starts[c + 1]; i++) present += spread[rows[i]] * values[i] * scores[rows[i]];
    const from = coefficients[c] + way[c];
    const wanted = bends[c] * from - present;
    const change = (Math.sign(wanted) * Math.max(0, Math.abs(wanted) - l1)) / bends[c] - from;
    if (change === 0) return 0;
    way[c] += change;
    moved += change * sums[c];
    for (let i = starts[c]; i < starts[c + 1]; i++) scores[rows[i]] += change * values[i];
    return Math.abs(change) * bends[c];
  };
  const sweep = (places: Uint32Array): number => {
    let steepest = 0;
    for (let i = 0; i < places.length; i++) steepest = Math.max(steepest, walk(places[i]));
    return steepest;
  };
  const all = Uint32Array.from(way.keys());
  for (let full = 0; full < MOST_FULL_SWEEPS; full++) {
    if (sweep(all) < enough) break;
    const inUse = all.filter((c) => coefficients[c] + way[c] !== 0);
    for (let again = 0; again < SWEEPS_IN_USE && sweep(inUse) >= enough; again++);
  }
  const intercept = -moved / mass;
  return { columns: way, intercept, scores: scores.map((score) => score + intercept) };
}

/** The first share of the way, halved again and again, on which the objective does not rise. */
function shortened(problem: SparseProblem, from: Place, way: Direction): Place | undefined {
  const before = objectiveAt(problem, from);
  for (let share = 1; share > LEAST_SHARE; share /= 2) {
    const next: Place = {
      coefficients: from.coefficients.map((start, c) => start + share * way.columns[c]),
      intercept: from.intercept + share * way.intercept,
      scores: from.scores.map((score, r) => score + share * way.scores[r]),
    };
    if (objectiveAt(problem, next) <= before * (1 + ROUNDING)) return next;
  }
  return undefined;
}

function objectiveAt({ y, weights, l1, l2 }: SparseProblem, { coefficients, scores }: Place): number {
  let loss = 0;
  for (let r = 0; r < y.length; r++) {
    // log(1 + e^s) − y·s, written so that a large score does not overflow.
    const rowLoss = Math.max(scores[r], 0) + Math.log1p(Math.exp(-Math.abs(scores[r]))) - y[r] * scores[r];
    loss += weights === undefined ? rowLoss : weights[r] * rowLoss;
  }
  for (const coefficient of coefficients) loss += 0.5 * l2 * coefficient * coefficient + l1 * Math.abs(coefficient);
  return loss;
}
