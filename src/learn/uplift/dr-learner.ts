// DR-learner (Kennedy 2023): doubly robust scores of the effect, cross-fitted, and one regression of them on the columns.
// The scores are right on average if either the expected outcomes or the chances to be treated are.
import { type Static, Type } from 'typebox';
import { checkModelFile, completeSettings, type FittedModel } from '../learner.ts';
import { Encoding, openExperiment } from './indicators.ts';
import { completeUplift, type FittedUplift, type UpliftLearner } from './learner.ts';
import { CrossFitSettings, crossFitOutcomes, effectScores, findPropensity, foldsOf } from './nuisance.ts';
import { BaseSettings, EffectSettings, fitEffect } from './outcome.ts';
import { Notes, readInner } from './saved.ts';

export const DRLearnerSettings = Type.Object(
  { ...BaseSettings, ...EffectSettings, ...CrossFitSettings },
  { additionalProperties: false },
);
export type DRLearnerSettings = Static<typeof DRLearnerSettings>;

const DRLearnerFile = Type.Object({
  kind: Type.Literal('dr'),
  encoding: Encoding,
  notes: Notes,
  effect: Type.Unknown(),
});
type DRLearnerFile = Static<typeof DRLearnerFile>;

export const drLearner: UpliftLearner<DRLearnerSettings> = {
  name: 'dr',
  sentence: 'A regression of doubly robust scores of the effect; also for data without a random draw.',
  settings: DRLearnerSettings,
  fit(given, chosen, options) {
    const settings = completeSettings<DRLearnerSettings>('dr', DRLearnerSettings, chosen);
    const { experiment, encoding } = openExperiment(given);
    const splits = foldsOf(experiment, settings);
    const expected = crossFitOutcomes(experiment, settings, splits, options);
    const { chances, notes } = findPropensity(experiment, settings, splits);
    const scores = Float32Array.from(effectScores(experiment, expected, chances));
    const effect = fitEffect(experiment.x, scores, experiment.weights, settings, options);
    return drLearnerFrom({ kind: 'dr', encoding, notes, effect: effect.toJSON() }, effect);
  },
  read(json) {
    const file = checkModelFile<DRLearnerFile>('dr', DRLearnerFile, json);
    return drLearnerFrom(file, readInner('dr', file.effect, file.encoding));
  },
};

function drLearnerFrom(file: DRLearnerFile, effect: FittedModel): FittedUplift {
  const { encoding, notes } = file;
  return completeUplift({ kind: 'dr', encoding, notes, uplift: (x) => effect.predict(x), toJSON: () => file });
}
