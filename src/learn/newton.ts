// Newton's method with step halving for L2-penalised logistic regression. The curvature costs as much as hundreds of
// slopes, so it is taken from part of the rows where there are many (Byrd, Chin, Neveitt & Nocedal 2011) and kept over
// several steps while it leads on well (the chord method).
// Objective: Σ wᵢ·logLossᵢ + ½·l2·|β|², the intercept free (scikit-learn's C = 1/l2).
import { solvePositiveDefinite } from '../math/index.ts';
import { weightedProducts } from './curvature/curvature.ts';
import { logOdds, sigmoid } from './link.ts';

/** Rows to fit: columns on comparable scales, outcomes, and how often each row counts. */
export type Problem = {
  columns: readonly Float64Array[];
  /** 0, 1, or between them where an outcome is held for likely only. */
  y: Float32Array | Float64Array;
  weights: Float32Array | undefined;
  l2: number;
};

export type Solution = { coefficients: Float64Array; steps: number; converged: boolean };

/** Minimises the objective; the last coefficient is the intercept. `tolerance` bounds the slopes of the mean loss. */
export function minimiseLogLoss(
  problem: Problem,
  { maxSteps, tolerance }: { maxSteps: number; tolerance: number },
  onProgress?: (done: number, total: number) => void,
): Solution {
  const { columns, y } = problem;
  const { mass, intercept } = startOf(problem);
  let coefficients = new Float64Array(columns.length + 1);
  coefficients[columns.length] = intercept;
  let scores = scoresOf(problem, coefficients);
  let current = pointAt(problem, coefficients, scores);
  // The curvature costs rows × columns², everything else rows × columns: every n-th row is enough for it, and it is kept
  // while it leads on well. The slope is of all rows, so the minimum is the same.
  let stride = Math.max(1, Math.floor(y.length / (ROWS_PER_COLUMN * coefficients.length)));
  let curvature: Float64Array | undefined;
  for (let steps = 0; ; steps++) {
    const converged = current.slope.every((slope) => Math.abs(slope) / mass < tolerance);
    if (converged || steps === maxSteps) return { coefficients, steps, converged };
    const fresh = curvature === undefined;
    curvature ??= curvatureOf(problem, current.spread, stride);
    const step = shortenedStep(problem, coefficients, scores, current.loss, newtonDirection(curvature, current.slope));
    if (step === undefined && fresh && stride === 1) return { coefficients, steps, converged };
    const next = step && pointAt(problem, step.coefficients, step.scores);
    const share = next === undefined ? Number.POSITIVE_INFINITY : sizeOf(next.slope) / sizeOf(current.slope);
    if (share > KEPT_WHILE) {
      curvature = undefined;
      if (fresh) stride = 1;
    }
    if (step === undefined || next === undefined) continue;
    ({ coefficients, scores } = step);
    current = next;
    onProgress?.(steps + 1, maxSteps);
  }
}

/** The weight of all rows, and the intercept that fits them best alone. */
export function startOf({ y, weights }: Pick<Problem, 'y' | 'weights'>): { mass: number; intercept: number } {
  let mass = 0;
  let positive = 0;
  for (let r = 0; r < y.length; r++) {
    mass += weights === undefined ? 1 : weights[r];
    positive += weights === undefined ? y[r] : weights[r] * y[r];
  }
  return { mass, intercept: logOdds(positive / mass) };
}

type Step = { coefficients: Float64Array<ArrayBuffer>; scores: Float64Array };

/**
 * A Newton step, halved until the loss does not rise; undefined when no share of it helps. Scores are linear in the
 * coefficients, so that the columns are gone through once, whatever the share.
 */
function shortenedStep(
  problem: Problem,
  coefficients: Float64Array,
  scores: Float64Array,
  loss: number,
  direction: Float64Array,
): Step | undefined {
  const along = scoresOf(problem, direction);
  for (let share = 1; share > LEAST_SHARE; share /= 2) {
    const next: Step = {
      coefficients: Float64Array.from(coefficients, (coefficient, c) => coefficient - share * direction[c]),
      scores: scores.map((score, r) => score - share * along[r]),
    };
    if (lossOf(problem, next.coefficients, next.scores) <= loss * (1 + ROUNDING)) return next;
  }
  return undefined;
}

function sizeOf(vector: Float64Array): number {
  return Math.hypot(...vector);
}

/** A curvature has to bring the slope down to this share with each step to be kept, or to do with part of the rows. */
const KEPT_WHILE = 0.5;
const ROWS_PER_COLUMN = 10;
/** A step that has to be shortened below this share leads nowhere. */
const LEAST_SHARE = 1e-6;
/** The loss is a long sum: near the minimum, differences below this share of it are rounding. */
const ROUNDING = 1e-12;

/** Solves curvature · d = slope, adding to the diagonal while the curvature is singular (l2 = 0, twin columns). */
function newtonDirection(curvature: Float64Array, slope: Float64Array): Float64Array {
  const size = slope.length;
  let largest = 0;
  for (let c = 0; c < size; c++) largest = Math.max(largest, curvature[c * size + c]);
  for (let ridge = 0; ; ridge = Math.max(ridge * 10, 1e-10 * largest)) {
    const raised = Float64Array.from(curvature);
    for (let c = 0; c < size; c++) raised[c * size + c] += ridge;
    const direction = solvePositiveDefinite(raised, slope);
    if (direction?.every(Number.isFinite)) return direction;
  }
}

function scoresOf({ columns, y }: Problem, coefficients: Float64Array): Float64Array {
  const scores = new Float64Array(y.length).fill(coefficients[columns.length]);
  columns.forEach((column, c) => {
    const coefficient = coefficients[c];
    if (coefficient === 0) return;
    for (let r = 0; r < column.length; r++) scores[r] += coefficient * column[r];
  });
  return scores;
}

export function objective(problem: Problem, coefficients: Float64Array): number {
  return lossOf(problem, coefficients, scoresOf(problem, coefficients));
}

function lossOf({ columns, y, weights, l2 }: Problem, coefficients: Float64Array, scores: Float64Array): number {
  let loss = 0;
  for (let r = 0; r < y.length; r++) {
    // log(1 + e^s) − y·s, written so that a large score does not overflow.
    const s = scores[r];
    const rowLoss = Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s))) - y[r] * s;
    loss += weights === undefined ? rowLoss : weights[r] * rowLoss;
  }
  for (let c = 0; c < columns.length; c++) loss += 0.5 * l2 * coefficients[c] ** 2;
  return loss;
}

/** Loss and slope at some coefficients, and how much each row bends the loss there. */
export type Point = { loss: number; slope: Float64Array; spread: Float64Array };

export function slopeAt(problem: Problem, coefficients: Float64Array): Point {
  return pointAt(problem, coefficients, scoresOf(problem, coefficients));
}

function pointAt(problem: Problem, coefficients: Float64Array, scores: Float64Array): Point {
  const { columns, y, weights, l2 } = problem;
  const rows = y.length;
  const residual = new Float64Array(rows);
  const spread = new Float64Array(rows);
  const slope = new Float64Array(coefficients.length);
  let total = 0;
  for (let r = 0; r < rows; r++) {
    const p = sigmoid(scores[r]);
    const weight = weights === undefined ? 1 : weights[r];
    residual[r] = weight * (p - y[r]);
    spread[r] = weight * p * (1 - p);
    total += residual[r];
  }
  for (let c = 0; c < columns.length; c++) {
    const column = columns[c];
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += column[r] * residual[r];
    slope[c] = sum + l2 * coefficients[c];
  }
  slope[columns.length] = total;
  return { loss: lossOf(problem, coefficients, scores), slope, spread };
}

/** From every `stride`-th row, counted `stride` times. */
export function curvatureOf({ columns, l2 }: Problem, spread: Float64Array, stride: number): Float64Array {
  const curvature = weightedProducts(columns, spread, stride);
  const size = columns.length + 1;
  for (let i = 0; i < columns.length; i++) curvature[i * size + i] += l2;
  return curvature;
}
