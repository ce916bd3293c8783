// A model with a curve over its probabilities (calibration.ts). Contributions are those of the model, stretched by one
// factor per row so that they add up to the calibrated log-odds.
import { type Static, Type } from 'typebox';
import { boundedLogOdds } from '../beta.ts';
import { type Calibration, readCalibration } from '../calibration.ts';
import { checkModelFile, completeModel, type FittedModel } from '../learner.ts';
import { sigmoid } from '../link.ts';
import { stretchContributions } from '../stretch.ts';

const CalibratedFile = Type.Object({
  kind: Type.Literal('calibrated'),
  calibration: Type.Unknown(),
  model: Type.Unknown(),
});
type CalibratedFile = Static<typeof CalibratedFile>;

/** Puts a calibration over a model of probabilities. */
export function calibratedModel(model: FittedModel, calibration: Calibration): FittedModel {
  const toScore = (score: number) => boundedLogOdds(calibration.predict(sigmoid(score)));
  return completeModel({
    kind: 'calibrated',
    names: model.names,
    rawScore: (row) => toScore(model.rawScore(row)),
    rawScores: (x) => model.rawScores(x).map(toScore),
    contributions: (row) => stretchContributions(model.contributions(row), toScore),
    importance: () => model.importance(),
    toJSON: () => ({ kind: 'calibrated', calibration: calibration.toJSON(), model: model.toJSON() }),
  });
}

/** Reads calibrated models. */
export const calibrated = {
  name: 'calibrated',
  read(json: unknown, readMember: (json: unknown) => FittedModel): FittedModel {
    const file = checkModelFile<CalibratedFile>('calibrated', CalibratedFile, json);
    return calibratedModel(readMember(file.model), readCalibration(file.calibration));
  },
};
