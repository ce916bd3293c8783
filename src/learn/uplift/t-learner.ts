// T-learner (Künzel et al. 2019): one model of the outcome per arm, and their difference.
import { type Static, Type } from 'typebox';
import { checkModelFile, completeSettings, type FittedModel } from '../learner.ts';
import { selectArm } from './experiment.ts';
import { Encoding, openExperiment } from './indicators.ts';
import { completeUplift, type FittedUplift, type UpliftLearner } from './learner.ts';
import { BaseSettings, fitBase } from './outcome.ts';
import { readInner } from './saved.ts';

export const TLearnerSettings = Type.Object(BaseSettings, { additionalProperties: false });
export type TLearnerSettings = Static<typeof TLearnerSettings>;

const TLearnerFile = Type.Object({
  kind: Type.Literal('t'),
  encoding: Encoding,
  treated: Type.Unknown(),
  control: Type.Unknown(),
});
type TLearnerFile = Static<typeof TLearnerFile>;

export const tLearner: UpliftLearner<TLearnerSettings> = {
  name: 't',
  sentence: 'One model of the outcome for the treated and one for the others; wants many rows in both arms.',
  settings: TLearnerSettings,
  fit(given, settings, options) {
    const base = completeSettings<TLearnerSettings>('t', TLearnerSettings, settings);
    const { experiment, encoding } = openExperiment(given);
    const [treated, control] = ([1, 0] as const).map((arm) => {
      const { x, y, weights } = selectArm(experiment, arm);
      return fitBase(x, y, weights, base, options);
    });
    return tLearnerFrom(
      { kind: 't', encoding, treated: treated.toJSON(), control: control.toJSON() },
      treated,
      control,
    );
  },
  read(json) {
    const file = checkModelFile<TLearnerFile>('t', TLearnerFile, json);
    const [treated, control] = [file.treated, file.control].map((one) => readInner('t', one, file.encoding));
    return tLearnerFrom(file, treated, control);
  },
};

function tLearnerFrom(file: TLearnerFile, treated: FittedModel, control: FittedModel): FittedUplift {
  return completeUplift({
    kind: 't',
    encoding: file.encoding,
    notes: [],
    both: (x) => ({ treated: treated.predict(x), control: control.predict(x) }),
    toJSON: () => file,
  });
}
