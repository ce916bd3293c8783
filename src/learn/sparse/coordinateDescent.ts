// Logistic regression under an elastic net on sparse columns: Newton's method whose quadratic model is minimised by
// coordinate descent over the values that are there (newGLMNET: Yuan, Ho & Lin 2012; glmnet: Friedman, Hastie &
// Tibshirani 2010). A sweep costs as much as there are values, however many columns; no curvature matrix is built.
// Objective: Σ wᵢ·logLossᵢ + ½·l2·|β|² + l1·Σ|βⱼ|, the intercept free.
import { sigmoid } from '../link.ts';
import { startOf } from '../newton.ts';
import { type Direction, descend, type Point } from './quadratic.ts';
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
    const next = shortened(problem, at, descend(problem, at.coefficients, point, steepest * INNER_SHARE));
    if (next === undefined) return result;
    at = next;
    onProgress?.(steps + 1, maxSteps);
  }
}

/** Coefficients, and the scores of all rows under them. */
type Place = { coefficients: Float64Array; intercept: number; scores: Float64Array };

/** The quadratic model is minimised to this share of the present slopes: better would be wasted before the next step. */
const INNER_SHARE = 0.01;
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
