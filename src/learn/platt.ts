// Platt's scaling (Platt 1999): a logistic curve through scores, fitted to outcomes that are drawn in from 0 and 1 as a
// uniform prior on each would, so that few rows do not make it steep. Two parameters: the calibration for few rows.
import { type Static, Type } from 'typebox';
import { InklingError } from '../errors.ts';
import { checkModelFile } from './learner.ts';
import { sigmoid } from './link.ts';
import { minimiseLogLoss } from './newton.ts';

/** A map from a score, such as log-odds, to a probability. */
export type Platt = {
  /** Per unit of the score; negative where higher scores mean fewer positives. */
  readonly slope: number;
  readonly intercept: number;
  predict(score: number): number;
  toJSON(): object;
};

const PlattFile = Type.Object({ kind: Type.Literal('platt'), slope: Type.Number(), intercept: Type.Number() });

/** Fits the curve through (scores[i], y[i]) with weights w (default 1). Throws on no rows and on values that are not finite. */
export function fitPlatt(scores: ArrayLike<number>, y: ArrayLike<number>, w?: ArrayLike<number>): Platt {
  checkCalibrationRows(scores, y, w);
  let positive = 0;
  let mass = 0;
  for (let i = 0; i < y.length; i++) {
    const weight = w === undefined ? 1 : w[i];
    positive += weight * y[i];
    mass += weight;
  }
  const whenPositive = (positive + 1) / (positive + 2);
  const whenNegative = 1 / (mass - positive + 2);
  const targets = Float64Array.from(y, (outcome) => (outcome === 1 ? whenPositive : whenNegative));
  const [slope, intercept] = fitCurve([Float64Array.from(scores)], targets, w);
  return plattFrom({ slope, intercept });
}

/** Reads what `toJSON` wrote. */
export function readPlatt(json: unknown): Platt {
  return plattFrom(checkModelFile<Static<typeof PlattFile>>('platt', PlattFile, json));
}

/** The slopes of a logistic curve without a penalty and, last, its intercept. */
export function fitCurve(columns: readonly Float64Array[], y: Float64Array, w?: ArrayLike<number>): Float64Array {
  const weights = w && Float32Array.from(w);
  return minimiseLogLoss({ columns, y, weights, l2: 0 }, { maxSteps: 100, tolerance: 1e-12 }).coefficients;
}

/** Refuses rows from which no calibration can be learned. */
export function checkCalibrationRows(p: ArrayLike<number>, y: ArrayLike<number>, w?: ArrayLike<number>): void {
  if (p.length === 0) throw new InklingError('too_little_data', 'There are no rows to calibrate on.');
  if (p.length !== y.length || (w !== undefined && w.length !== p.length)) {
    throw new InklingError('invalid_input', `${p.length} predictions meet ${y.length} outcomes.`);
  }
  let mass = 0;
  for (let i = 0; i < p.length; i++) {
    const weight = w === undefined ? 1 : w[i];
    if (!Number.isFinite(p[i]) || !Number.isFinite(y[i]) || !(weight >= 0 && weight < Infinity)) {
      const row = `Row ${i} has the prediction ${p[i]}, the outcome ${y[i]}, the weight ${weight}.`;
      throw new InklingError('invalid_input', row);
    }
    mass += weight;
  }
  if (mass === 0) throw new InklingError('too_little_data', 'All rows to calibrate on have the weight 0.');
}

function plattFrom({ slope, intercept }: Pick<Platt, 'slope' | 'intercept'>): Platt {
  return {
    slope,
    intercept,
    predict: (score) => sigmoid(slope * score + intercept),
    toJSON: () => ({ kind: 'platt', slope, intercept }),
  };
}
