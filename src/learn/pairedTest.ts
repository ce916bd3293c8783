// Is one learner better than another, or was it luck? Folds share training rows, so their differences vary less than
// those of fresh samples would, and the plain t-test finds too much; Nadeau & Bengio 2003 raise its variance by
// n_test / n_train. On one test set, losses that are means over rows are compared row by row.
import { betaQuantile, incompleteBeta, normalCdf, normalQuantile } from '../math/index.ts';

export type Verdict = {
  difference: number;
  interval: [low: number, high: number];
  /** Two-sided; NaN where the data cannot say. */
  pValue: number;
};

/** The corrected resampled t-test of the differences fold by fold, with the rows that a fold learned from and judged on. */
export function correctedResampledT(
  differences: readonly number[],
  { trainRows, testRows }: { trainRows: number; testRows: number },
  confidence = 0.95,
): Verdict {
  const count = differences.length;
  const { mean, variance } = momentsOf(differences);
  const error = Math.sqrt((1 / count + testRows / trainRows) * variance);
  const freedom = count - 1;
  const half = studentQuantile(0.5 + confidence / 2, freedom) * error;
  return {
    difference: mean,
    interval: [mean - half, mean + half],
    pValue: twoSided(mean, error, (t) => studentTail(t, freedom)),
  };
}

/** The difference of two mean losses over the same rows, by the normal distribution of its mean. */
export function pairedRows(first: Float64Array, second: Float64Array, confidence = 0.95): Verdict {
  const { mean, variance } = momentsOf(first.map((loss, r) => loss - second[r]));
  const error = Math.sqrt(variance / first.length);
  const half = normalQuantile(0.5 + confidence / 2) * error;
  return {
    difference: mean,
    interval: [mean - half, mean + half],
    pValue: twoSided(mean, error, (z) => normalCdf(-z)),
  };
}

function twoSided(mean: number, error: number, tail: (t: number) => number): number {
  if (error === 0) return mean === 0 ? 1 : 0;
  return 2 * tail(Math.abs(mean) / error);
}

/** The chance that Student's t with so many degrees of freedom exceeds t ≥ 0. */
function studentTail(t: number, freedom: number): number {
  return 0.5 * incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/** The t below which Student's t lies with probability p ≥ ½. */
function studentQuantile(p: number, freedom: number): number {
  return Math.sqrt(freedom * (1 / betaQuantile(2 * (1 - p), freedom / 2, 0.5) - 1));
}

function momentsOf(values: ArrayLike<number>): { mean: number; variance: number } {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i] / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - mean) ** 2;
  return { mean, variance: squares / (values.length - 1) };
}
