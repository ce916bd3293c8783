// From a ranking to a probability that holds: of the people called 30 %, 30 in 100 should convert. Two curves are
// tried on predictions that every row got from a model which had not seen its person: Platt's two parameters (Platt
// 1999, on log-odds) and isotonic steps. The one with the lower cross-fitted log loss is taken. A tenth of Platt's curve
// stays in the steps, so that two people whom the model tells apart never get one and the same probability.

import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { InklingError } from '../errors.ts';
import { fitIsotonic, type Isotonic, logLoss, readIsotonic, sigmoid } from '../learn/index.ts';

export type CalibratorKind = 'none' | 'platt' | 'isotonic';

export type Calibrator = {
  readonly kind: CalibratorKind;
  /** From a model's log-odds to a calibrated probability, never decreasing, always inside (0, 1). */
  predict(score: number): number;
  toJSON(): object;
};

export type CalibrationRows = {
  /** Raw log-odds from a model that did not see the row's person. */
  scores: Float64Array;
  y: Float32Array;
  folds: Uint8Array;
  /** Rows of the latest snapshots weigh more, because the rate of buying moves with the seasons. */
  weights: Float64Array;
};

const PlattFile = Type.Object({
  kind: Type.Literal('platt'),
  slope: Type.Number({ exclusiveMinimum: 0 }),
  intercept: Type.Number(),
});
type PlattFile = Static<typeof PlattFile>;

const StepsFile = Type.Object({ kind: Type.Literal('isotonic'), steps: Type.Unknown(), platt: PlattFile });

const PLATT_IN_STEPS = 0.1;

/** Isotonic steps want this many conversions, or they repeat the noise of the training rows. */
const ISOTONIC_CONVERSIONS = 300;

export function fitCalibrator(rows: CalibrationRows): Calibrator {
  let conversions = 0;
  for (const outcome of rows.y) conversions += outcome;
  if (conversions === 0 || conversions === rows.y.length) return uncalibrated;
  const fits = conversions >= ISOTONIC_CONVERSIONS ? [fitPlatt, fitSteps] : [fitPlatt];
  let best = fitPlatt;
  let bestLoss = Number.POSITIVE_INFINITY;
  if (fits.length > 1) {
    for (const fit of fits) {
      const loss = crossFittedLoss(rows, fit);
      if (loss < bestLoss) [best, bestLoss] = [fit, loss];
    }
  }
  return best(rows);
}

export function readCalibrator(json: unknown): Calibrator {
  const kind = typeof json === 'object' && json !== null && 'kind' in json ? json.kind : undefined;
  if (kind === 'none') return uncalibrated;
  if (Value.Check(StepsFile, json)) return stepsFrom(readIsotonic(json.steps), json.platt);
  if (!Value.Check(PlattFile, json)) {
    throw new InklingError('model_file_invalid', `The calibration of a model cannot be read (kind ${kind}).`, {
      hint: 'Train the model again, or restore the file from a backup.',
    });
  }
  return plattFrom(json);
}

export const uncalibrated: Calibrator = {
  kind: 'none',
  predict: (score) => inside(sigmoid(score)),
  toJSON: () => ({ kind: 'none' }),
};

function crossFittedLoss(rows: CalibrationRows, fit: (rows: CalibrationRows) => Calibrator): number {
  const predicted = new Float64Array(rows.y.length);
  for (const fold of new Set(rows.folds)) {
    const kept = pick(rows, (r) => rows.folds[r] !== fold);
    const calibrator = fit(kept);
    for (let r = 0; r < predicted.length; r++) {
      if (rows.folds[r] === fold) predicted[r] = calibrator.predict(rows.scores[r]);
    }
  }
  return logLoss(rows.y, predicted, rows.weights);
}

function pick(rows: CalibrationRows, keep: (row: number) => boolean): CalibrationRows {
  const kept: number[] = [];
  for (let r = 0; r < rows.y.length; r++) if (keep(r)) kept.push(r);
  return {
    scores: Float64Array.from(kept, (r) => rows.scores[r]),
    y: Float32Array.from(kept, (r) => rows.y[r]),
    folds: Uint8Array.from(kept, (r) => rows.folds[r]),
    weights: Float64Array.from(kept, (r) => rows.weights[r]),
  };
}

const fitPlatt = (rows: CalibrationRows) => plattFrom(plattParameters(rows));

/** Newton's method on two parameters; one row's worth of belief holds the slope near 1, so it exists always. */
function plattParameters({ scores, y, weights }: CalibrationRows): PlattFile {
  let slope = 1;
  let intercept = 0;
  for (let step = 0; step < 30; step++) {
    let [gs, gi, ss, si, ii] = [slope - 1, 0, 1, 0, 1e-9];
    for (let r = 0; r < y.length; r++) {
      const p = sigmoid(slope * scores[r] + intercept);
      const residual = weights[r] * (p - y[r]);
      const curvature = weights[r] * p * (1 - p);
      gs += residual * scores[r];
      gi += residual;
      ss += curvature * scores[r] * scores[r];
      si += curvature * scores[r];
      ii += curvature;
    }
    const determinant = ss * ii - si * si;
    const ds = (ii * gs - si * gi) / determinant;
    const di = (ss * gi - si * gs) / determinant;
    if (!Number.isFinite(ds) || !Number.isFinite(di)) break;
    slope -= clamp(ds, 0.5);
    intercept -= clamp(di, 2);
    if (Math.abs(ds) + Math.abs(di) < 1e-9) break;
  }
  return { kind: 'platt', slope: Math.max(slope, 0.05), intercept };
}

function plattFrom(file: PlattFile): Calibrator {
  const { slope, intercept } = file;
  return {
    kind: 'platt',
    predict: (score) => inside(sigmoid(slope * score + intercept)),
    toJSON: () => file,
  };
}

function fitSteps(rows: CalibrationRows): Calibrator {
  return stepsFrom(fitIsotonic(rows.scores.map(sigmoid), rows.y, rows.weights), plattParameters(rows));
}

function stepsFrom(steps: Isotonic, file: PlattFile): Calibrator {
  const platt = plattFrom(file);
  return {
    kind: 'isotonic',
    predict: (score) =>
      inside((1 - PLATT_IN_STEPS) * steps.predict(sigmoid(score)) + PLATT_IN_STEPS * platt.predict(score)),
    toJSON: () => ({ kind: 'isotonic', steps: steps.toJSON(), platt: file }),
  };
}

const inside = (probability: number) => Math.min(1 - 1e-5, Math.max(1e-5, probability));
const clamp = (value: number, most: number) => Math.max(-most, Math.min(most, value));
