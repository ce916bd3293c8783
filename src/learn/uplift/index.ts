// Uplift: whom a treatment moves, and by how much. Learners, the protocol to judge them and the measures.
export { aggregateShares, type Rivals } from './aggregate.ts';
export {
  type UpliftCalibration,
  type UpliftGroup,
  upliftByDecile,
  upliftCalibration,
} from './deciles.ts';
export { checkExperiment, type Experiment, isYesNo, selectExperiment } from './experiment.ts';
export { crossFitUplift, judgeUplift, type Protocol, type Repeat, type UpliftFigures } from './judging.ts';
export type { BothOutcomes, FittedUplift, UpliftLearner, UpliftOptions } from './learner.ts';
export { effectScores, foldsOf } from './nuisance.ts';
export { auucScore, type GainPoint, type Judged, qiniCurve, qiniScore, upliftAtK, upliftCurve } from './qini.ts';
export { type RateEstimate, randomisedScores, rankWeightedEffects } from './rate.ts';
export { upliftFromJSON, upliftLearners } from './registry.ts';
