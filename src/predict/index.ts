// What will they do? Questions, training, the registry of models, scores, segments and reasons.

export {
  type AccuracyDay,
  type AccuracyFigures,
  type AccuracyReport,
  figuresAt,
  logAccuracy,
  readAccuracy,
  type ScoreTally,
  type SetAside,
} from './accuracy.ts';
export { type Backfill, type BackfillRequest, backfillFeatures } from './backfill.ts';
export {
  activateByHand,
  challenge,
  keepChampion,
  type Retraining,
  readStanding,
  type Standing,
  setRetraining,
} from './challenge.ts';
export type { ScoreChange } from './change.ts';
export { type CsvValue, toCsvLine } from './csv.ts';
export { type Cut, type CutsReport, type CutWish, readCuts } from './cuts.ts';
export type { Decision } from './decisions.ts';
export { type DemographicRule, demographicsSql, fitDemographics, type GroupRate } from './demographics.ts';
export { drawScored } from './draw.ts';
export {
  chiSquareTest,
  type Drift,
  type DriftReport,
  falseDiscoveryRates,
  listDrift,
  measureDrift,
  PSI_MAJOR,
  readDrift,
  stabilityIndex,
} from './drift.ts';
export {
  type DriverReport,
  type ReportFormat,
  readDriverReport,
  reportFormats,
  writeDriverReport,
} from './driverReport.ts';
export { personDrivers, segmentDrivers } from './drivers.ts';
export { type Interval, type Performance, rateOfRange } from './evaluate.ts';
export { type Driver, phraseOf, type Reason, reasonsFrom, sentenceFor, sentenceOf } from './explain.ts';
export { type Fallback, readFallback } from './fallback.ts';
export { type DataSpan, findDataSpan, prepareSnapshots, pruneSnapshots } from './history.ts';
export type { Journey } from './journeys.ts';
export { CONVERSIONS_NEEDED, type LadderStep } from './ladder.ts';
export { type ActionContrast, actionInWords, type Movement, type StepUp } from './movement.ts';
export { type MovementRecord, readMovement } from './movementRecord.ts';
export { type IntentNow, openIntentNow, type Prediction, type PredictionRequest } from './now.ts';
export type { Predictor, Rung } from './predictor.ts';
export type { Outcome, Question } from './question.ts';
export { findQuestion, questions } from './questions/index.ts';
export { PurchaseIntentSettings } from './questions/purchaseIntent.ts';
export {
  deleteModel,
  failAbandonedTrainings,
  findActiveModel,
  getModel,
  type Lineage,
  listModels,
  loadPredictor,
  type ModelRecord,
  type ModelStatus,
  type ModelType,
  usableModel,
} from './registry.ts';
export { LEVELS, type Level, levelOf, levelRange, scoreOf } from './score.ts';
export {
  countMatching,
  findScore,
  latestScoring,
  listScores,
  matchingSql,
  readScore,
  type Score,
  type ScoreFilter,
  type ScorePage,
  streamScores,
} from './scores.ts';
export { type Scoring, scoreEveryone } from './scoring.ts';
export { createSegment, deleteSegment, findSegment, type IntentSegment, listSegments } from './segments.ts';
export {
  experimentNow,
  keepExperimenting,
  listSelfExperiments,
  type SelfExperiment,
} from './selfExperiments.ts';
export { planSnapshots, type SnapshotPlan } from './snapshots.ts';
export { type Trade, tradeNames, trades } from './trades.ts';
export { planModelSnapshots, startTraining, type TrainOptions, trainModel } from './train.ts';
export { type MatrixExport, trainingMatrix } from './trainingMatrix.ts';
