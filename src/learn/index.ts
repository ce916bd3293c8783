export { meanAbsoluteError, rootMeanSquaredError, rSquared } from './amountMetrics.ts';
export { type BaselineSettings, baseline } from './baseline.ts';
export { type Beta, fitBeta, readBeta } from './beta.ts';
export { type BlendSettings, blend, blendModels, type Member } from './blend.ts';
export { type BoostingSettings, boosting } from './boosting/boosting.ts';
export { ClassesSettings, type FittedClasses, fitClasses, readClasses } from './boosting/classes.ts';
export {
  type Calibration,
  type CalibrationName,
  type ChosenCalibration,
  calibrationMethods,
  chooseCalibration,
  readCalibration,
} from './calibration.ts';
export { classAccuracy, classLogLoss, classRocAuc, likeliest } from './classMetrics.ts';
export * from './clustering/index.ts';
export {
  calibrationCurve,
  gainCurve,
  type LiftRow,
  liftTable,
  prCurve,
  precisionAtThreshold,
  rocCurve,
  type ThresholdRow,
  thresholdTable,
} from './curves.ts';
export { type AucComparison, compareRocAuc, rocAucInterval } from './delong.ts';
export { type Dependence, type PermutationImportance, partialDependence, permutationImportance } from './dependence.ts';
export {
  type FairnessFigures,
  type FairnessOptions,
  type FairnessReport,
  fitFairly,
  judgeFairness,
} from './fairness/fitFairly.ts';
export {
  demographicParityGap,
  equalisedOddsGap,
  type FairnessConstraint,
  fairnessConstraints,
  type GroupedRows,
  type GroupRates,
  groupRates,
} from './fairness/groupGaps.ts';
export { independenceWeights } from './fairness/reweighing.ts';
export { type Forecast, forecastLevel, LEAST_VALUES } from './forecast/localLevel.ts';
export { type Counted, type ShrunkRate, shrinkRates } from './forecast/shrunkRates.ts';
export { type Forest, plantForest, type Tree } from './forest.ts';
export { type ForeignFormat, foreignFormats, readForeignModel } from './interchange/formats.ts';
export { openOnnxModel, type ServedModel } from './interchange/onnx/serve.ts';
export { writeOnnx } from './interchange/onnx/write.ts';
export { createInterventionalExplainer } from './interventional.ts';
export { fitIsotonic, type Isotonic, readIsotonic } from './isotonic.ts';
export {
  brokenModel,
  checkModelFile,
  completeSettings,
  contributionsByRow,
  type FitOptions,
  type FittedModel,
  type Learner,
} from './learner.ts';
export { type Link, logOdds, sigmoid } from './link.ts';
export * from './linkage/index.ts';
export { type LogisticSettings, logistic } from './logistic.ts';
export { copyRow, type Matrix, selectColumns, selectRows } from './matrix.ts';
export { accuracy, brier, calibrationError, f1Score, logLoss, prAuc, rocAuc } from './metrics.ts';
export { correctedResampledT, pairedRows, type Verdict } from './pairedTest.ts';
export { fitPlatt, type Platt, readPlatt } from './platt.ts';
export { type RandomForestSettings, randomForest } from './randomForest.ts';
export { fromJSON, learners } from './registry.ts';
export { type RidgeSettings, ridge } from './ridge.ts';
export { calibratedModel } from './search/calibrated.ts';
export type { Candidate } from './search/candidate.ts';
export { type Search, type SearchOptions, searchModel } from './search/search.ts';
export type { Trial } from './search/trial.ts';
export { hashTokens } from './sparse/hashing.ts';
export { type SparseRows, sparseRows } from './sparse/rows.ts';
export { fitSparse, readSparse, type SparseModel } from './sparse/sparseModel.ts';
export { groupedFolds, type Split, stratifiedFolds, timeFolds, timeSplit } from './splits.ts';
export { fitHazards, type HazardSettings, type Hazards, readHazards, type Waits } from './survival/hazards.ts';
export { kaplanMeier } from './survival/kaplanMeier.ts';
export * from './uplift/index.ts';
