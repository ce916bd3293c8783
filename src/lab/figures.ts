// The figures a model is judged by: of one set of predictions, and of one set per fold as mean and standard deviation.
import {
  accuracy,
  brier,
  calibrationError,
  classAccuracy,
  classLogLoss,
  classRocAuc,
  f1Score,
  logLoss,
  meanAbsoluteError,
  prAuc,
  rocAuc,
  rootMeanSquaredError,
  rSquared,
} from '../learn/index.ts';
import type { Label } from './label.ts';

type Metric = { name: string; title: string; better: 'higher' | 'lower'; of: (y: Numbers, p: Numbers) => number };
type Numbers = ArrayLike<number>;

/** Named figures, such as `{ rocAuc: 0.84 }`. */
export type Figures = Record<string, number>;
export type Spread = { mean: number; sd: number };

/** Probability from which f1 and accuracy call a row positive. */
export const THRESHOLD = 0.5;

/** The metrics of a kind of label, in the order in which they are shown. */
export const metrics: Record<Label['kind'], readonly Metric[]> = {
  outcome: [
    { name: 'rocAuc', title: 'ROC AUC', better: 'higher', of: rocAuc },
    { name: 'prAuc', title: 'PR AUC (average precision)', better: 'higher', of: prAuc },
    { name: 'logLoss', title: 'log loss', better: 'lower', of: logLoss },
    { name: 'brier', title: 'Brier score', better: 'lower', of: brier },
    { name: 'calibrationError', title: 'calibration error', better: 'lower', of: (y, p) => calibrationError(y, p) },
    { name: 'f1', title: `F1 at ${THRESHOLD}`, better: 'higher', of: (y, p) => f1Score(y, p, THRESHOLD) },
    { name: 'accuracy', title: `accuracy at ${THRESHOLD}`, better: 'higher', of: (y, p) => accuracy(y, p, THRESHOLD) },
  ],
  amount: [
    { name: 'rmse', title: 'root mean squared error', better: 'lower', of: rootMeanSquaredError },
    { name: 'mae', title: 'mean absolute error', better: 'lower', of: meanAbsoluteError },
    { name: 'r2', title: 'R²', better: 'higher', of: rSquared },
  ],
};

/** Every figure of one set of predictions. */
export function judge(kind: Label['kind'], y: Numbers, p: Numbers): Figures {
  return Object.fromEntries(metrics[kind].map(({ name, of }) => [name, of(y, p)]));
}

/** Every figure of one set of predictions of classes, places in `y` and a column of `p` per class; `rocAuc` is the mean over the classes, each against the rest. */
export function judgeClasses(y: ArrayLike<number>, p: readonly ArrayLike<number>[]): Figures {
  return { rocAuc: classRocAuc(y, p), logLoss: classLogLoss(y, p), accuracy: classAccuracy(y, p) };
}

/** Mean and standard deviation (n − 1) over folds, for each figure. */
export function spread(folds: readonly Figures[]): Record<string, Spread> {
  return Object.fromEntries(Object.keys(folds[0]).map((name) => [name, spreadOf(folds.map((fold) => fold[name]))]));
}

/** Mean and standard deviation (n − 1; 0 of a single value). */
export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}
