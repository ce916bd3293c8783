// The protocol by which uplift learners are compared: predictions for every row by a model that did not see it, pooled over
// the folds and repeated with other folds, so that a figure comes with how far it hangs on the draw.
import type { Split } from '../splits.ts';
import { type UpliftCalibration, type UpliftGroup, upliftByDecile, upliftCalibration } from './deciles.ts';
import { countedExperiment, type Experiment, selectExperiment } from './experiment.ts';
import type { UpliftLearner, UpliftOptions } from './learner.ts';
import { foldsOf } from './nuisance.ts';
import { auucScore, type Judged, qiniScore, upliftAtK } from './qini.ts';
import { type RateEstimate, randomisedScores, rankWeightedEffects } from './rate.ts';

export type Protocol = { folds: number; repeats: number; seed: number };

/** The predictions of one repeat for the rows that count, pooled over its folds, and the seed of its folds. */
export type Repeat = { seed: number; uplift: Float64Array };

/** Cross-fitted predictions; repeat i draws folds with `seed + i`, balanced by arm and yes/no outcome. */
export function crossFitUplift<Settings>(
  learner: UpliftLearner<Settings>,
  settings: Partial<Settings>,
  experiment: Experiment,
  { folds, repeats, seed }: Protocol,
  { threads, onProgress }: UpliftOptions = {},
): Repeat[] {
  const counted = countedExperiment(experiment);
  return Array.from({ length: repeats }, (_, i) => {
    const uplift = new Float64Array(counted.y.length);
    const splits = foldsOf(counted, { folds, seed: seed + i });
    splits.forEach((split, fold) => {
      predictHeld(learner, settings, counted, split, uplift, threads);
      onProgress?.(i * splits.length + fold + 1, repeats * splits.length);
    });
    return { seed: seed + i, uplift };
  });
}

/** Every figure of one set of predictions; see the functions of the same names for their definitions. */
export type UpliftFigures = {
  qini: number;
  qiniWithoutNegativeEffects: number;
  auuc: number;
  upliftAt10: number;
  upliftAt20: number;
  upliftAt30: number;
  autoc: RateEstimate;
  rateQini: RateEstimate;
  calibration: UpliftCalibration;
  deciles: UpliftGroup[];
};

/** Judges predictions against what came of a random draw of treatments. */
export function judgeUplift(judged: Judged, { seed }: { seed: number }): UpliftFigures {
  const scores = randomisedScores(judged.y, judged.treated);
  const { autoc, qini: rateQini } = rankWeightedEffects(scores, judged.uplift, { seed });
  return {
    qini: qiniScore(judged),
    qiniWithoutNegativeEffects: qiniScore(judged, { negativeEffects: 'none' }),
    auuc: auucScore(judged),
    upliftAt10: upliftAtK(judged, 0.1),
    upliftAt20: upliftAtK(judged, 0.2),
    upliftAt30: upliftAtK(judged, 0.3),
    autoc,
    rateQini,
    calibration: upliftCalibration(judged, scores),
    deciles: upliftByDecile(judged),
  };
}

function predictHeld<Settings>(
  learner: UpliftLearner<Settings>,
  settings: Partial<Settings>,
  experiment: Experiment,
  { train, test }: Split,
  target: Float64Array,
  threads: number | undefined,
): void {
  const model = learner.fit(selectExperiment(experiment, train), settings, { threads });
  const predicted = model.predict(selectExperiment(experiment, test).x);
  test.forEach((row, i) => {
    target[row] = predicted[i];
  });
}
