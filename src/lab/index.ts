// A laboratory for tables of one's own: fit, judge, explain and compare learners on files. It knows no customers and no
// database.

export {
  predictClasses,
  readClassModel,
  type SavedClasses,
  writeClassModel,
  writeClassPredictions,
} from './classFile.ts';
export { type ClassFit, type ClassRequest, type ClassSummary, fitLabelClasses } from './classFit.ts';
export { type Comparison, compareModels, compareOnTest, compareOverFolds, type Duel } from './compare.ts';
export { exportableFormats, exportModel } from './exchange.ts';
export type { Judging } from './experiment.ts';
export { type Explanation, explain, type Reason, sayReason } from './explain.ts';
export { type FairFit, type FairRequest, type FairSummary, fitFair } from './fairFit.ts';
export { metrics, type Spread, THRESHOLD } from './figures.ts';
export { type Fit, type FitRequest, type FitSummary, fit } from './fit.ts';
export { findImportances, type Importances } from './importance.ts';
export { type ClassLabel, findClasses, findLabel } from './label.ts';
export { type Linked, type LinkRequest, type LinkSummary, linkFiles, linkLines } from './link.ts';
export { drawLinkReport } from './linkReport.ts';
export { readModel, type SavedModel, writeModel } from './modelFile.ts';
export { type Prediction, predict } from './predict.ts';
export { writePredictions } from './predictions.ts';
export { drawCompareReport, sayP } from './report/compareReport.ts';
export { type Block, type Document, drawHtml } from './report/document.ts';
export { drawPdf } from './report/pdf.ts';
export { drawReport } from './report/report.ts';
export { readTable, type Table, type TableOptions } from './table/table.ts';
export { readTexts } from './table/texts.ts';
export { fitUplift, type UpliftFit, type UpliftRequest, type UpliftSummary } from './uplift.ts';
export { predictUplift, readUpliftModel, type SavedUplift, writeUpliftModel, writeUplifts } from './upliftFile.ts';
export { drawUpliftReport } from './upliftReport.ts';
