// How good are predicted amounts? Definitions are scikit-learn's (mean_squared_error, mean_absolute_error, r2_score).
import { InklingError } from '../errors.ts';

type Numbers = ArrayLike<number>;

/** Root of the mean squared difference, in the unit of the amount. */
export function rootMeanSquaredError(y: Numbers, predicted: Numbers): number {
  return Math.sqrt(meanOf(y, predicted, (r) => (y[r] - predicted[r]) ** 2));
}

/** Mean absolute difference, in the unit of the amount. */
export function meanAbsoluteError(y: Numbers, predicted: Numbers): number {
  return meanOf(y, predicted, (r) => Math.abs(y[r] - predicted[r]));
}

/** Share of the variance that is explained; 0 for predicting the mean, negative for worse, NaN when all are equal. */
export function rSquared(y: Numbers, predicted: Numbers): number {
  const mean = meanOf(y, predicted, (r) => y[r]);
  const variance = meanOf(y, predicted, (r) => (y[r] - mean) ** 2);
  return variance === 0 ? Number.NaN : 1 - meanOf(y, predicted, (r) => (y[r] - predicted[r]) ** 2) / variance;
}

function meanOf(y: Numbers, predicted: Numbers, valueAt: (row: number) => number): number {
  if (y.length !== predicted.length) {
    throw new InklingError('invalid_input', `There are ${y.length} amounts for ${predicted.length} predictions.`);
  }
  let sum = 0;
  for (let r = 0; r < y.length; r++) sum += valueAt(r);
  return sum / y.length;
}
