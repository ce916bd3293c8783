// How good are predicted probabilities of several classes? Definitions are scikit-learn's. Outcomes y are places of classes,
// predictions one column per class, as `FittedClasses.predict` gives them.
import { InklingError } from '../errors.ts';
import { rocAuc } from './metrics.ts';

type Numbers = ArrayLike<number>;

/** Mean negative log-likelihood in nats; probabilities are kept 1e-15 away from 0. */
export function classLogLoss(y: Numbers, p: readonly Numbers[], w?: Numbers): number {
  return weightedMean(y, p, w, (r) => -Math.log(Math.max(1e-15, p[y[r]][r])));
}

/** Share of rows whose most probable class is theirs; of equally probable ones the first is taken. */
export function classAccuracy(y: Numbers, p: readonly Numbers[], w?: Numbers): number {
  return weightedMean(y, p, w, (r) => Number(likeliest(p, r) === y[r]));
}

/**
 * Mean over the classes of the area under the ROC curve of each against the rest: `roc_auc_score(multi_class='ovr',
 * average='macro')`. Classes that none or all of the rows have take no part.
 */
export function classRocAuc(y: Numbers, p: readonly Numbers[]): number {
  const areas = p
    .map((column, k) =>
      rocAuc(
        Float32Array.from({ length: y.length }, (_, r) => Number(y[r] === k)),
        column,
      ),
    )
    .filter((area) => !Number.isNaN(area));
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
}

/** The place of the most probable class of a row. */
export function likeliest(p: readonly Numbers[], row: number): number {
  let best = 0;
  for (let k = 1; k < p.length; k++) if (p[k][row] > p[best][row]) best = k;
  return best;
}

function weightedMean(y: Numbers, p: readonly Numbers[], w: Numbers | undefined, valueAt: (row: number) => number) {
  let sum = 0;
  let mass = 0;
  for (let r = 0; r < y.length; r++) {
    if (p[y[r]]?.[r] === undefined) {
      throw new InklingError('invalid_input', `Row ${r} has the outcome ${y[r]}, for which there is no prediction.`, {
        hint: 'Outcomes are places of classes, and each class has one prediction per row.',
      });
    }
    const weight = w === undefined ? 1 : w[r];
    if (weight === 0) continue;
    sum += weight * valueAt(r);
    mass += weight;
  }
  return sum / mass;
}
