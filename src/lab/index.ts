// A laboratory for tables of one's own: fit, judge, explain and compare learners on files. It knows no customers and no
// database.

export type { Judging } from './experiment.ts';
export { metrics, type Spread, THRESHOLD } from './figures.ts';
export { type Fit, type FitRequest, type FitSummary, fit } from './fit.ts';
export { readModel, type SavedModel, writeModel } from './modelFile.ts';
export { writePredictions } from './predictions.ts';
export { readTable, type Table, type TableOptions } from './table/table.ts';
