// Class transformation (Jaśkowski & Jaroszewicz 2012): z = 1 where the outcome is what one hopes of the arm, happened
// among the treated or not among the others. With rows weighted by one over the chance of their arm, P(z = 1 | x) is
// (1 + uplift) / 2, so any classifier learns the uplift. For yes/no outcomes only.
import { type Static, Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { checkModelFile, completeSettings, type FittedModel } from '../learner.ts';
import { isYesNo } from './experiment.ts';
import { Encoding, openExperiment } from './indicators.ts';
import { completeUplift, type FittedUplift, type UpliftLearner } from './learner.ts';
import { CrossFitSettings, findPropensity, foldsOf } from './nuisance.ts';
import { BaseSettings, fitBase } from './outcome.ts';
import { Notes, readInner } from './saved.ts';

export const ClassTransformationSettings = Type.Object(
  { ...BaseSettings, ...CrossFitSettings },
  { additionalProperties: false },
);
export type ClassTransformationSettings = Static<typeof ClassTransformationSettings>;

const ClassTransformationFile = Type.Object({
  kind: Type.Literal('class-transformation'),
  encoding: Encoding,
  notes: Notes,
  model: Type.Unknown(),
});
type ClassTransformationFile = Static<typeof ClassTransformationFile>;

export const classTransformation: UpliftLearner<ClassTransformationSettings> = {
  name: 'class-transformation',
  sentence: 'One classifier of whether the arm and the outcome agree; for yes/no outcomes.',
  settings: ClassTransformationSettings,
  fit(given, chosen, options) {
    const kind = 'class-transformation';
    const settings = completeSettings<ClassTransformationSettings>(kind, ClassTransformationSettings, chosen);
    const { experiment, encoding } = openExperiment(given);
    refuseAmounts(experiment.y);
    const { treated, y, weights } = experiment;
    const { chances, notes } = findPropensity(experiment, settings, foldsOf(experiment, settings));
    const agree = y.map((outcome, r) => (outcome === treated[r] ? 1 : 0));
    const balanced = agree.map((_, r) => {
      const chance = treated[r] === 1 ? chances[r] : 1 - chances[r];
      // Halved, so that a row counts once on average where both arms are equally likely.
      return (0.5 * (weights?.[r] ?? 1)) / chance;
    });
    const model = fitBase(experiment.x, agree, balanced, settings, options);
    return classTransformationFrom({ kind, encoding, notes, model: model.toJSON() }, model);
  },
  read(json) {
    const kind = 'class-transformation';
    const file = checkModelFile<ClassTransformationFile>(kind, ClassTransformationFile, json);
    return classTransformationFrom(file, readInner(kind, file.model, file.encoding));
  },
};

function refuseAmounts(y: Float32Array): void {
  if (isYesNo(y)) return;
  throw new InklingError('invalid_input', 'Class transformation takes outcomes of 0 and 1, and these are amounts.', {
    hint: 'Use the learner dr, x, t or auto for amounts.',
  });
}

function classTransformationFrom(file: ClassTransformationFile, model: FittedModel): FittedUplift {
  const { kind, encoding, notes } = file;
  return completeUplift({
    kind,
    encoding,
    notes,
    uplift: (x) => model.predict(x).map((agree) => 2 * agree - 1),
    toJSON: () => file,
  });
}
