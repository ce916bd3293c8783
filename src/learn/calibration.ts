// Which curve makes probabilities hold? None, Platt's, beta and isotonic are tried on predictions of rows that the model
// had not learned from; each is judged by cross-fitting among those rows, so that a curve of many knots gains nothing by
// repeating them, and the one of the lowest log loss is fitted on all.
import { InklingError } from '../errors.ts';
import { boundedLogOdds, fitBeta, readBeta } from './beta.ts';
import { fitIsotonic, readIsotonic } from './isotonic.ts';
import { brokenModel } from './learner.ts';
import { logLoss } from './metrics.ts';
import { fitPlatt, readPlatt } from './platt.ts';
import { stratifiedFolds } from './splits.ts';

/** A non-decreasing map from a predicted to a calibrated probability. */
export type Calibration = { predict(p: number): number; toJSON(): object };

export type CalibrationName = 'none' | 'platt' | 'beta' | 'isotonic';

type Method = {
  fit(p: ArrayLike<number>, y: ArrayLike<number>, w?: ArrayLike<number>): Calibration;
  read(json: unknown): Calibration;
};

const identity: Calibration = { predict: (p) => p, toJSON: () => ({ kind: 'none' }) };

/** The methods, the simplest first. Platt's curve lies on the log-odds of the predictions. */
export const calibrationMethods: Record<CalibrationName, Method> = {
  none: { fit: () => identity, read: () => identity },
  platt: {
    fit: (p, y, w) => onLogOdds(fitPlatt(Float64Array.from(p, boundedLogOdds), y, w)),
    read: (json) => onLogOdds(readPlatt(json)),
  },
  beta: { fit: fitBeta, read: readBeta },
  isotonic: { fit: fitIsotonic, read: readIsotonic },
};

export type ChosenCalibration = {
  name: CalibrationName;
  calibration: Calibration;
  /** Cross-fitted log loss of every method. */
  losses: Record<CalibrationName, number>;
};

/**
 * Chooses and fits a calibration on held-out predictions `p` of outcomes `y` (0 or 1). Of equal losses the simpler method
 * wins. Throws `too_little_data` with fewer than two rows per fold of either outcome.
 */
export function chooseCalibration(
  p: ArrayLike<number>,
  y: ArrayLike<number>,
  { w, folds = 5, seed }: { w?: ArrayLike<number>; folds?: number; seed: number },
): ChosenCalibration {
  checkOutcomes(y, folds);
  const splits = stratifiedFolds(y, { folds, seed });
  const names = Object.keys(calibrationMethods) as CalibrationName[];
  const losses = Object.fromEntries(
    names.map((name) => {
      const fitted = new Float64Array(p.length);
      for (const { train, test } of splits) {
        const pick = (values: ArrayLike<number>) => Float64Array.from(train, (r) => values[r]);
        const { predict } = calibrationMethods[name].fit(pick(p), pick(y), w && pick(w));
        // A step of an isotonic curve may say "never"; half a row of doubt keeps one mistake from deciding alone.
        const doubt = 0.5 / (train.length + 1);
        for (const r of test) fitted[r] = Math.min(1 - doubt, Math.max(doubt, predict(p[r])));
      }
      return [name, logLoss(y, fitted, w)];
    }),
  ) as Record<CalibrationName, number>;
  const name = names.reduce((best, other) => (losses[other] < losses[best] ? other : best));
  return { name, calibration: calibrationMethods[name].fit(p, y, w), losses };
}

/** Reads what a calibration's `toJSON` wrote. */
export function readCalibration(json: unknown): Calibration {
  const kind = typeof json === 'object' && json !== null && 'kind' in json ? String(json.kind) : '';
  if (!Object.hasOwn(calibrationMethods, kind)) brokenModel('calibration', `its kind is ${JSON.stringify(kind)}`);
  return calibrationMethods[kind as CalibrationName].read(json);
}

function onLogOdds({ predict, toJSON }: Calibration): Calibration {
  return { predict: (p) => predict(boundedLogOdds(p)), toJSON };
}

function checkOutcomes(y: ArrayLike<number>, folds: number): void {
  let positives = 0;
  for (let i = 0; i < y.length; i++) positives += y[i];
  const fewer = Math.min(positives, y.length - positives);
  if (fewer >= 2 * folds) return;
  throw new InklingError(
    'too_little_data',
    `The rarer outcome occurs ${fewer} times, too few to choose a calibration.`,
    {
      hint: `Hold back more rows: ${2 * folds} of either outcome are the least.`,
    },
  );
}
