// A calibration that was asked for, `--set calibration=isotonic`: its curve is learned on predictions of rows that the
// model behind them had not seen, by folds within the rows it is given (as CalibratedClassifierCV does with ensemble=False);
// the model itself learns from all of them.
import { InklingError } from '../errors.ts';
import {
  type CalibrationName,
  calibratedModel,
  calibrationMethods,
  chooseCalibration,
  type FittedModel,
  stratifiedFolds,
} from '../learn/index.ts';
import type { Label } from './label.ts';
import { pickRows, type Rows } from './rows.ts';

export type AskedCalibration = CalibrationName | 'auto';

/** `auto` takes the one of the lowest cross-fitted log loss. */
export const calibrationNames: readonly AskedCalibration[] = [
  ...(Object.keys(calibrationMethods) as CalibrationName[]),
  'auto',
];

/** Takes `calibration` out of the settings, which are then the learner's own. */
export function takeCalibration(settings: Record<string, unknown>, kind: Label['kind']): AskedCalibration {
  const asked = settings['calibration'] ?? 'none';
  delete settings['calibration'];
  const known = calibrationNames.find((name) => name === asked);
  if (known !== undefined && (kind === 'outcome' || known === 'none')) return known;
  const message =
    known === undefined
      ? `There is no calibration ${JSON.stringify(asked)}.`
      : 'The label holds amounts: there is no probability to calibrate.';
  throw new InklingError('invalid_input', message, {
    field: '--set calibration',
    value: asked,
    hint: known === undefined ? `Choose one of ${calibrationNames.join(', ')}.` : 'Leave calibration out.',
  });
}

type Fit = (rows: Rows, onProgress?: (done: number, total: number) => void) => FittedModel;

const FOLDS = 5;

/** A fit whose probabilities go through a curve. Rows that fill no two folds of each outcome are refused by their number. */
export function calibrating(fit: Fit, name: AskedCalibration, seed: number): Fit {
  if (name === 'none') return fit;
  return (rows, onProgress) => {
    const splits = stratifiedFolds(rows.y, { folds: FOLDS, seed });
    const p = new Float64Array(rows.y.length);
    splits.forEach(({ train, test }, k) => {
      const predicted = fit(pickRows(rows, train)).predict(pickRows(rows, test).x);
      test.forEach((r, i) => {
        p[r] = predicted[i];
      });
      onProgress?.(k + 1, FOLDS + 1);
    });
    const curve =
      name === 'auto' ? chooseCalibration(p, rows.y, { seed }).calibration : calibrationMethods[name].fit(p, rows.y);
    const model = calibratedModel(fit(rows), curve);
    onProgress?.(FOLDS + 1, FOLDS + 1);
    return model;
  };
}
