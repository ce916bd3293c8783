// Logistic regression under an elastic net (Zou & Hastie 2005), which sets coefficients to exactly zero: Newton's method
// whose quadratic model, penalty included, is minimised by coordinate descent (Friedman, Hastie & Tibshirani 2010; Lee,
// Sun & Saunders 2014). The descent walks on the curvature alone, so a sweep costs columns², however many rows there are.
// Objective: Σ wᵢ·logLossᵢ + ½·l2·|β|² + l1·Σ|βⱼ|, the intercept free.
import { curvatureOf, objective, type Problem, type Solution, slopeAt, startOf } from './newton.ts';

/** Minimises the objective; the last coefficient is the intercept. `tolerance` bounds the slopes of the mean loss. */
export function minimiseElasticNet(
  problem: Problem & { l1: number },
  { maxSteps, tolerance }: { maxSteps: number; tolerance: number },
  onProgress?: (done: number, total: number) => void,
): Solution {
  const { columns, l1 } = problem;
  const { mass, intercept } = startOf(problem);
  let coefficients = new Float64Array(columns.length + 1);
  coefficients[columns.length] = intercept;
  for (let steps = 0; ; steps++) {
    const { slope, spread } = slopeAt(problem, coefficients);
    const converged = steepest(coefficients, slope, l1) / mass < tolerance;
    if (converged || steps === maxSteps) return { coefficients, steps, converged };
    const target = descend(curvatureOf(problem, spread, 1), slope, coefficients, l1);
    const next = shortened(problem, coefficients, target);
    if (next === undefined) return { coefficients, steps, converged };
    coefficients = next;
    onProgress?.(steps + 1, maxSteps);
  }
}

/** The largest slope that a step could still follow: at zero the l1 penalty holds a coefficient against smaller ones. */
function steepest(coefficients: Float64Array, slope: Float64Array, l1: number): number {
  const intercept = coefficients.length - 1;
  return slope.reduce((most, g, c) => {
    if (c === intercept) return Math.max(most, Math.abs(g));
    if (coefficients[c] === 0) return Math.max(most, Math.abs(g) - l1);
    return Math.max(most, Math.abs(g + l1 * Math.sign(coefficients[c])));
  }, 0);
}

const MOST_SWEEPS = 1000;
const SMALLEST_CHANGE = 1e-12;

/** The minimum of slope·d + ½·d·curvature·d + l1·Σ|βⱼ + dⱼ|, as coefficients β + d. */
function descend(curvature: Float64Array, slope: Float64Array, from: Float64Array, l1: number): Float64Array {
  const size = from.length;
  const coefficients = Float64Array.from(from);
  /** The slope of the quadratic model at the present coefficients. */
  const present = Float64Array.from(slope);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let largest = 0;
    for (let c = 0; c < size; c++) {
      const bend = curvature[c * size + c];
      // A column that bends nothing, such as a constant, stays where it is.
      if (bend <= 0) continue;
      const wanted = bend * coefficients[c] - present[c];
      const next = c === size - 1 ? wanted / bend : softened(wanted, l1) / bend;
      const change = next - coefficients[c];
      if (change === 0) continue;
      coefficients[c] = next;
      for (let j = 0; j < size; j++) present[j] += change * curvature[c * size + j];
      largest = Math.max(largest, Math.abs(change));
    }
    if (largest < SMALLEST_CHANGE) break;
  }
  return coefficients;
}

const softened = (value: number, by: number) => Math.sign(value) * Math.max(0, Math.abs(value) - by);

const LEAST_SHARE = 1e-6;

/** The first share of the way to the target, halved again and again, on which the objective falls. */
function shortened(
  problem: Problem & { l1: number },
  from: Float64Array,
  target: Float64Array,
): Float64Array<ArrayBuffer> | undefined {
  const loss = penalised(problem, from);
  for (let share = 1; share > LEAST_SHARE; share /= 2) {
    const next = Float64Array.from(from, (start, c) => start + share * (target[c] - start));
    if (penalised(problem, next) < loss) return next;
  }
  return undefined;
}

function penalised(problem: Problem & { l1: number }, coefficients: Float64Array): number {
  let size = 0;
  for (let c = 0; c < problem.columns.length; c++) size += Math.abs(coefficients[c]);
  return objective(problem, coefficients) + problem.l1 * size;
}
