// The learner for those who do not want to choose: a few rivals that err differently, additive and by trees, and "the same
// for everyone"; each counts by how well it explains doubly robust scores of rows that it did not see (aggregate.ts). All
// of this happens inside the rows given, so a test on other rows is a test of the choice as well.
import { type Static, Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { brokenModel, checkModelFile, completeSettings } from '../learner.ts';
import { aggregateShares } from './aggregate.ts';
import { classTransformation } from './class-transformation.ts';
import { drLearner } from './dr-learner.ts';
import { countedExperiment, type Experiment, isYesNo, selectExperiment, strataOf } from './experiment.ts';
import { encode, findEncoding } from './indicators.ts';
import type { FittedUplift, UpliftLearner, UpliftOptions } from './learner.ts';
import { CrossFitSettings, crossFitOutcomes, effectScores, findPropensity, foldsOf } from './nuisance.ts';
import { rLearner } from './r-learner.ts';
import { Notes } from './saved.ts';
import { tLearner } from './t-learner.ts';

export const AutoSettings = Type.Object(CrossFitSettings, { additionalProperties: false });
export type AutoSettings = Static<typeof AutoSettings>;

const AutoFile = Type.Object({
  kind: Type.Literal('auto'),
  names: Type.Array(Type.String(), { minItems: 1 }),
  notes: Notes,
  /** What the treatment changes on average, and how much "the same for everyone" counts. */
  average: Type.Object({ effect: Type.Number(), share: Type.Number({ minimum: 0 }) }),
  members: Type.Array(Type.Object({ share: Type.Number({ exclusiveMinimum: 0 }), model: Type.Unknown() })),
});
type AutoFile = Static<typeof AutoFile>;
type Member = { share: number; model: FittedUplift };

type Rival = { learner: UpliftLearner; settings: object };

const ofYesNo: readonly Rival[] = [
  { learner: rLearner, settings: {} },
  { learner: drLearner, settings: {} },
  { learner: drLearner, settings: { effect: 'boosting' } },
  { learner: classTransformation, settings: { base: 'boosting' } },
];
const ofAmounts: readonly Rival[] = [
  { learner: drLearner, settings: {} },
  { learner: drLearner, settings: { effect: 'boosting' } },
  { learner: rLearner, settings: { scale: 'difference' } },
  { learner: tLearner, settings: {} },
];

export const auto: UpliftLearner<AutoSettings> = {
  name: 'auto',
  sentence: 'Several learners and the average effect, each counting by how well it explains rows it did not see.',
  settings: AutoSettings,
  fit(given, chosen, options = {}) {
    const settings = completeSettings<AutoSettings>('auto', AutoSettings, chosen);
    const experiment = countedExperiment(given);
    checkEnough(experiment);
    const rivals = rivalsFor(experiment, settings);
    const { shares, effect } = compare(experiment, rivals, settings, options);
    const members = rivals
      .map(({ learner, settings: own }, k) => ({ share: shares[k], fit: () => learner.fit(experiment, own, options) }))
      .filter(({ share }) => share > LEAST_SHARE)
      .map(({ share, fit }) => ({ share, model: fit() }));
    const notes = [...new Set(members.flatMap(({ model }) => model.notes))];
    const average = { effect, share: shares[rivals.length] };
    return autoFrom({ names: [...experiment.x.names], notes, average, members });
  },
  read(json, readMember) {
    const file = checkModelFile<AutoFile>('auto', AutoFile, json);
    const members = file.members.map(({ share, model }) => ({ share, model: readMember(model) }));
    const names = new Set(file.names);
    if (members.some(({ model }) => model.names.some((name) => !names.has(name)))) {
      brokenModel('auto', 'its members were trained on other columns');
    }
    return autoFrom({ ...file, members });
  },
};

/** The rivals for this kind of outcome; those that cross-fit do it as the caller asked. */
function rivalsFor({ y }: Experiment, { propensity, folds, seed }: AutoSettings): Rival[] {
  return (isYesNo(y) ? ofYesNo : ofAmounts).map(({ learner, settings }) => ({
    learner,
    settings: crossFits(learner) ? { ...settings, propensity, folds, seed } : settings,
  }));
}

const crossFits = (learner: UpliftLearner) => 'folds' in Object(learner.settings).properties;

/** While they are compared, half of the rows tells a rival what to expect of the other half: a third of the work. */
const inComparison = ({ learner, settings }: Rival) => (crossFits(learner) ? { ...settings, folds: 2 } : settings);

const LEAST_SHARE = 0.01;
const LEAST_OF_EACH = 10;

function checkEnough(experiment: Experiment): void {
  const strata = strataOf(experiment);
  const counts = [...new Set(strata)].map((stratum) => strata.filter((one) => one === stratum).length);
  if (Math.min(...counts) >= LEAST_OF_EACH) return;
  throw new InklingError(
    'too_little_data',
    `To compare learners, each arm needs ${LEAST_OF_EACH} rows of each outcome; the rarest has ${Math.min(...counts)}.`,
    { hint: 'Choose one learner, such as r, or wait for more outcomes.' },
  );
}

/** Fits every rival on each part of the rows and holds what it says of the others against their scores. */
function compare(
  experiment: Experiment,
  rivals: readonly Rival[],
  settings: AutoSettings,
  options: UpliftOptions,
): { shares: number[]; effect: number } {
  const splits = foldsOf(experiment, settings);
  const predictions = [...rivals, undefined].map(() => new Float64Array(experiment.y.length));
  const scores = scoresOf(experiment, settings, options);
  splits.forEach(({ train, test }, fold) => {
    const [learned, held] = [selectExperiment(experiment, train), selectExperiment(experiment, test)];
    rivals.forEach((rival, k) => {
      const uplift = rival.learner.fit(learned, inComparison(rival), { threads: options.threads }).predict(held.x);
      test.forEach((row, i) => {
        predictions[k][row] = uplift[i];
      });
      options.onProgress?.(fold * rivals.length + k + 1, splits.length * rivals.length);
    });
    const average = meanOf(scores, train, experiment.weights);
    for (const row of test) predictions[rivals.length][row] = average;
  });
  const shares = aggregateShares({ predictions, scores, weights: experiment.weights });
  return { shares, effect: meanOf(scores, experiment.y.keys().toArray(), experiment.weights) };
}

/** Doubly robust scores on folds of their own seed: no rival is judged by the very models it was made of. */
function scoresOf(experiment: Experiment, settings: AutoSettings, options: UpliftOptions): Float64Array {
  const encoded = { ...experiment, x: encode(experiment.x, findEncoding(experiment.x)) };
  const splits = foldsOf(encoded, { ...settings, seed: settings.seed + 1 });
  const expected = crossFitOutcomes(encoded, { base: 'logistic', baseSettings: {} }, splits, options);
  return effectScores(encoded, expected, findPropensity(encoded, settings, splits).chances);
}

function meanOf(values: Float64Array, rows: ArrayLike<number>, weights?: Float32Array): number {
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < rows.length; i++) {
    const weight = weights?.[rows[i]] ?? 1;
    sum += weight * values[rows[i]];
    mass += weight;
  }
  return sum / mass;
}

function autoFrom({
  names,
  notes,
  average,
  members,
}: Omit<AutoFile, 'kind' | 'members'> & { members: Member[] }): FittedUplift {
  const total = members.reduce((sum, { share }) => sum + share, average.share) || 1;
  return {
    kind: 'auto',
    names,
    notes,
    predict(x) {
      const sum = new Float64Array(x.rows).fill((average.share / total) * average.effect);
      for (const { share, model } of members) {
        const effects = model.predict(x);
        for (let r = 0; r < sum.length; r++) sum[r] += (share / total) * effects[r];
      }
      return sum;
    },
    toJSON: () => ({
      kind: 'auto',
      names,
      notes,
      average,
      members: members.map(({ share, model }) => ({ share, model: model.toJSON() })),
    }),
  };
}
