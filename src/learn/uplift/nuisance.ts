// What has to be known about a row before its effect can be judged, each learned without that row: the outcome to expect
// under either decision, and the chance that it was treated (Chernozhukov et al. 2018, cross-fitting). From them follow the
// doubly robust scores (Robins & Rotnitzky 1995), whose mean over any group is an unbiased estimate of its effect.
import { Type } from 'typebox';
import { rocAuc } from '../metrics.ts';
import { type Split, stratifiedFolds } from '../splits.ts';
import { type Experiment, selectArm, selectExperiment, strataOf } from './experiment.ts';
import type { BothOutcomes, UpliftOptions } from './learner.ts';
import { type BaseChoice, fitBase } from './outcome.ts';

/** Settings of the learners that cross-fit. */
export const CrossFitSettings = {
  propensity: Type.Union([Type.Literal('share'), Type.Literal('model')], {
    default: 'share',
    description:
      "The chance to be treated: 'share' of a random draw, or a 'model' of it for data that was only observed.",
  }),
  folds: Type.Integer({ default: 5, minimum: 2, maximum: 50, description: 'Folds of the cross-fitting.' }),
  seed: Type.Integer({ default: 1, description: 'Seed of the folds.' }),
};

export type CrossFitChoice = { propensity: 'share' | 'model'; folds: number; seed: number };

/** The folds of an experiment, balanced by arm and by yes/no outcome. */
export function foldsOf(experiment: Experiment, { folds, seed }: Pick<CrossFitChoice, 'folds' | 'seed'>): Split[] {
  const strata = strataOf(experiment);
  // With few of a kind, as many folds as leave one in each learning part.
  const counts = [0, 1, 2, 3].map((stratum) => strata.filter((one) => one === stratum).length);
  const least = Math.min(...counts.filter((count) => count > 0));
  return stratifiedFolds(strata, { folds: Math.max(2, Math.min(folds, least)), seed });
}

/** Expected outcomes of each row in either arm, by models that were fitted on the other folds. */
export function crossFitOutcomes(
  experiment: Experiment,
  base: BaseChoice,
  splits: readonly Split[],
  options?: UpliftOptions,
): BothOutcomes {
  const both = { treated: new Float64Array(experiment.y.length), control: new Float64Array(experiment.y.length) };
  for (const { train, test } of splits) {
    const learned = selectExperiment(experiment, train);
    const { x } = selectExperiment(experiment, test);
    for (const [name, arm] of [
      ['treated', 1],
      ['control', 0],
    ] as const) {
      const { x: armX, y, weights } = selectArm(learned, arm);
      place(both[name], test, fitBase(armX, y, weights, base, options).predict(x));
    }
  }
  return both;
}

/** The expected outcome of each row whatever its arm, by models that were fitted on the other folds. */
export function crossFitOutcome(
  experiment: Experiment,
  base: BaseChoice,
  splits: readonly Split[],
  options?: UpliftOptions,
): Float64Array {
  const expected = new Float64Array(experiment.y.length);
  for (const { train, test } of splits) {
    const { x, y, weights } = selectExperiment(experiment, train);
    place(expected, test, fitBase(x, y, weights, base, options).predict(selectExperiment(experiment, test).x));
  }
  return expected;
}

/** The chance of each row to be treated, and what has to be said about it. */
export function findPropensity(
  experiment: Experiment,
  { propensity }: CrossFitChoice,
  splits: readonly Split[],
): { chances: Float64Array; notes: string[] } {
  if (propensity === 'model') return modelPropensity(experiment, splits);
  if (experiment.propensity !== undefined) return { chances: Float64Array.from(experiment.propensity), notes: [] };
  return { chances: new Float64Array(experiment.y.length).fill(shareTreated(experiment)), notes: [] };
}

/** Weighted share of the rows that were treated. */
export function shareTreated({ treated, weights }: Experiment): number {
  let mass = 0;
  let among = 0;
  for (let r = 0; r < treated.length; r++) {
    const weight = weights === undefined ? 1 : weights[r];
    mass += weight;
    among += weight * treated[r];
  }
  return among / mass;
}

/**
 * Doubly robust scores of the effect: what the models expect as difference, corrected by what they missed of the outcome
 * that was seen, over the chance to see it.
 */
export function effectScores(
  { treated, y }: Pick<Experiment, 'treated' | 'y'>,
  expected: BothOutcomes,
  chances: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(treated, (arm, r) => {
    const [one, other] = [expected.treated[r], expected.control[r]];
    const missed = arm === 1 ? (y[r] - one) / chances[r] : -(y[r] - other) / (1 - chances[r]);
    return one - other + missed;
  });
}

const LEAST_CHANCE = 0.02;
const THIN = 0.05;

function modelPropensity(experiment: Experiment, splits: readonly Split[]): { chances: Float64Array; notes: string[] } {
  const arms = { ...experiment, y: Float32Array.from(experiment.treated) };
  const model = { base: 'logistic', baseSettings: { l2: 1 } };
  const raw = crossFitOutcome(arms, model, splits);
  const thin = raw.filter((chance) => chance < THIN || chance > 1 - THIN).length / raw.length;
  const auc = rocAuc(arms.y, raw);
  const notes = [
    'The treatment was not drawn at random as far as this model knows: effects hold only if the columns say all that decided it.',
  ];
  if (thin > 0.01 || auc > 0.9) {
    notes.push(
      `Overlap is poor: ${(100 * thin).toFixed(1)} % of the rows were almost sure to be treated or not (below ${THIN} or above ${1 - THIN}; AUC of the propensity ${auc.toFixed(2)}), and their effects are guesses.`,
    );
  }
  return { chances: raw.map((chance) => Math.min(1 - LEAST_CHANCE, Math.max(LEAST_CHANCE, chance))), notes };
}

function place(target: Float64Array, rows: Int32Array, values: Float64Array): void {
  rows.forEach((row, i) => {
    target[row] = values[i];
  });
}
