// X-learner (Künzel et al. 2019): what came of each row is held against what a model of the other arm expects; a second
// model per arm learns these imputed effects, and the arm with more rows on the other side counts more. The expected
// outcomes are cross-fitted, so that no row is held against a model that saw it.
import { type Static, Type } from 'typebox';
import { checkModelFile, completeSettings, type FittedModel } from '../learner.ts';
import { selectArm } from './experiment.ts';
import { Encoding, openExperiment } from './indicators.ts';
import { completeUplift, type FittedUplift, type UpliftLearner } from './learner.ts';
import { CrossFitSettings, crossFitOutcomes, foldsOf, shareTreated } from './nuisance.ts';
import { BaseSettings, EffectSettings, fitEffect } from './outcome.ts';
import { readInner } from './saved.ts';

const { folds, seed } = CrossFitSettings;
export const XLearnerSettings = Type.Object(
  { ...BaseSettings, ...EffectSettings, folds, seed },
  { additionalProperties: false },
);
export type XLearnerSettings = Static<typeof XLearnerSettings>;

const XLearnerFile = Type.Object({
  kind: Type.Literal('x'),
  encoding: Encoding,
  /** Share of the rows that were treated: the weight of the control rows' effects. */
  share: Type.Number({ minimum: 0, maximum: 1 }),
  treated: Type.Unknown(),
  control: Type.Unknown(),
});
type XLearnerFile = Static<typeof XLearnerFile>;

export const xLearner: UpliftLearner<XLearnerSettings> = {
  name: 'x',
  sentence: 'Effects imputed against the other arm and learned per arm; good where one arm is much smaller.',
  settings: XLearnerSettings,
  fit(given, chosen, options) {
    const settings = completeSettings<XLearnerSettings>('x', XLearnerSettings, chosen);
    const { experiment, encoding } = openExperiment(given);
    const expected = crossFitOutcomes(experiment, settings, foldsOf(experiment, settings), options);
    const imputed = experiment.y.map((y, r) =>
      experiment.treated[r] === 1 ? y - expected.control[r] : expected.treated[r] - y,
    );
    const [treated, control] = ([1, 0] as const).map((arm) => {
      const { x, y, weights } = selectArm({ ...experiment, y: imputed }, arm);
      return fitEffect(x, y, weights, settings, options);
    });
    const share = shareTreated(experiment);
    const file: XLearnerFile = { kind: 'x', encoding, share, treated: treated.toJSON(), control: control.toJSON() };
    return xLearnerFrom(file, treated, control);
  },
  read(json) {
    const file = checkModelFile<XLearnerFile>('x', XLearnerFile, json);
    const [treated, control] = [file.treated, file.control].map((one) => readInner('x', one, file.encoding));
    return xLearnerFrom(file, treated, control);
  },
};

function xLearnerFrom(file: XLearnerFile, treated: FittedModel, control: FittedModel): FittedUplift {
  return completeUplift({
    kind: 'x',
    encoding: file.encoding,
    notes: [],
    uplift(x) {
      const ofTreated = treated.predict(x);
      return control.predict(x).map((effect, r) => file.share * effect + (1 - file.share) * ofTreated[r]);
    },
    toJSON: () => file,
  });
}
