// One experiment: rows to learn from, a way to judge, a learner; out come the figures, the predictions they were taken
// from and the model to keep. Nothing is chosen on the rows that judge.
import { InklingError } from '../errors.ts';
import { type FittedModel, groupedFolds, type Split, selectRows, stratifiedFolds, timeSplit } from '../learn/index.ts';
import type { Arm } from './arm.ts';
import { type Dropped, type EncodingOptions, encode, type Feature, findFeatures } from './encoding.ts';
import { type Figures, judge } from './figures.ts';
import { type Loss, lossesByFeature } from './importance.ts';
import { type ClassLabel, findLabel, type Label, readOutcomes } from './label.ts';
import { pickRows, type Rows } from './rows.ts';
import { columnNamed, type Table } from './table/table.ts';

/** How a model is judged. `repeats` shuffles the folds anew; rows with one value of `groupColumn` stay in one fold. */
export type Judging =
  | { by: 'test'; table: Table }
  | { by: 'folds'; folds: number; repeats: number; groupColumn?: string }
  | { by: 'time'; column: string; cut?: number; early?: number };

/** What every fit on a table is asked with. */
export type ExperimentRequest = {
  train: Table;
  judging: Judging;
  learner: string;
  /** `key=value` pairs. */
  set?: readonly string[];
  seed: number;
  /** Over folds a model for all rows is fitted at the end; `skip` saves that time. */
  finalModel?: 'fit' | 'skip';
  onProgress?: (done: number, total: number) => void;
};

/** What every fit on a table says of itself. */
export type ExperimentSummary = {
  file: string;
  rows: number;
  features: number;
  learner: string;
  settings: Record<string, unknown>;
  judgedBy: string;
  testRows: number;
  dropped: readonly Dropped[];
  notes: readonly string[];
};

/** A table made ready to learn from. */
export type Prepared = {
  label: Label;
  features: readonly Feature[];
  dropped: readonly Dropped[];
  rows: Rows;
  /** For each row, its row in the table. */
  places: Int32Array;
  /** What was decided on the way, in sentences. */
  notes: string[];
};

/** Predictions on rows that the model had not seen. */
export type Scored = { places: Int32Array; y: Float32Array; p: Float64Array };

/** One fit and how it did. */
export type Trial = {
  figures: Figures;
  secondsFit: number;
  secondsPredict: number;
  scored: Scored;
  trainRows: number;
  /** Where it was asked for: what shuffling each feature costs on the judged rows. */
  losses?: Map<string, Loss>;
};

/** Asks a trial to shuffle the features of its judged rows so many times. */
export type Shuffling = { repeats: number; seed: number };

export type PrepareOptions = Omit<EncodingOptions, 'label'> & { label: string; positive?: string };

/** Finds label and features in a table and encodes its rows; rows without a label are left out and counted. */
export function prepare(table: Table, options: PrepareOptions): Prepared {
  const { label, note } = findLabel(table, options.label, options.positive);
  const { features, dropped } = findFeatures(table, options);
  const notes = [note];
  const { rows, places } = encodeLabelled(table, label, features, notes);
  return { label, features, dropped, rows, places, notes };
}

/** The rows of a table that have a label, encoded as the features say. */
export function encodeLabelled(table: Table, label: Label, features: readonly Feature[], notes: string[]) {
  const y = readOutcomes(table, label);
  const { x, unseen } = encode(table, features);
  for (const [column, count] of Object.entries(unseen)) {
    notes.push(`${table.file}: ${count} values of ${column} do not occur in the training rows and count as missing.`);
  }
  const known = Int32Array.from(y.keys()).filter((r) => !Number.isNaN(y[r]));
  if (known.length === y.length) return { rows: { x, y }, places: known };
  notes.push(`${table.file}: ${y.length - known.length} rows without a label are left out.`);
  return { rows: pickRows({ x, y }, known), places: known };
}

/** The splits that judge, for folds and for a cut in time. */
export function splitsOf(
  table: Table,
  { rows, label, places }: Pick<Prepared, 'rows' | 'places'> & { label: Label | ClassLabel },
  judging: Exclude<Judging, { by: 'test' }>,
  seed: number,
): Split[] {
  if (judging.by === 'time') {
    const { values } = columnNamed(table, judging.column, '--time-column');
    const times = Float64Array.from(places, (place) => values[place]);
    return [timeSplit(times, { cut: judging.cut, early: judging.early })];
  }
  const strata = label.kind === 'amount' ? new Float32Array(rows.y.length) : rows.y;
  const groups = judging.groupColumn === undefined ? undefined : groupsOf(table, judging.groupColumn, places);
  return Array.from({ length: judging.repeats }, (_, repeat) => {
    const options = { folds: judging.folds, seed: seed + repeat };
    return groups === undefined ? stratifiedFolds(strata, options) : groupedFolds(groups, options);
  }).flat();
}

function groupsOf(table: Table, name: string, places: Int32Array): Float64Array {
  const { values, tooManyTexts } = columnNamed(table, name, '--group-column');
  const groups = Float64Array.from(places, (place) => values[place]);
  if (!tooManyTexts && !groups.some(Number.isNaN)) return groups;
  const reason = tooManyTexts ? 'has too many different values' : `has no value in some rows`;
  throw new InklingError('invalid_input', `The column ${JSON.stringify(name)} of ${table.file} ${reason}.`, {
    field: '--group-column',
    hint: 'Give every row a group; numbers may be as many as you like.',
  });
}

/** The column that orders or groups the rows, which is no feature then. */
export function columnAside(judging: Judging): Dropped | undefined {
  if (judging.by === 'time') return { column: judging.column, reason: 'it orders the rows in time' };
  const column = judging.by === 'folds' ? judging.groupColumn : undefined;
  return column === undefined ? undefined : { column, reason: 'it groups the rows' };
}

/** A way to judge in words. */
export function describeJudging(judging: Judging): string {
  if (judging.by === 'test') return `the rows of ${judging.table.file}`;
  if (judging.by === 'time') return `the later rows by ${judging.column}`;
  const { folds, repeats, groupColumn } = judging;
  const kind = groupColumn === undefined ? 'stratified folds' : `folds that keep each ${groupColumn} together`;
  return `${folds} ${kind}${repeats > 1 ? `, ${repeats} times` : ''}`;
}

/** Fits on one side of a split and judges on the other. */
export function tryArm(
  arm: Arm,
  prepared: Prepared,
  split: Split,
  { onProgress, shuffling }: { onProgress?: (done: number, total: number) => void; shuffling?: Shuffling } = {},
): Trial & { model: FittedModel } {
  const { x, y } = prepared.rows;
  const test = { x: selectRows(x, split.test), y: Float32Array.from(split.test, (r) => y[r]) };
  const places = Int32Array.from(split.test, (r) => prepared.places[r]);
  const judging = { kind: prepared.label.kind, places, shuffling };
  return tryOn(arm, pickRows(prepared.rows, split.train), test, judging, onProgress);
}

/** Fits on some rows and judges on others. */
export function tryOn(
  arm: Arm,
  train: Rows,
  test: Rows,
  { kind, places, shuffling }: { kind: Label['kind']; places: Int32Array; shuffling?: Shuffling },
  onProgress?: (done: number, total: number) => void,
): Trial & { model: FittedModel } {
  const start = performance.now();
  const model = arm.fit(train, onProgress);
  const fitted = performance.now();
  const p = model.predict(test.x);
  const secondsPredict = (performance.now() - fitted) / 1000;
  return {
    model,
    figures: judge(kind, test.y, p),
    secondsFit: (fitted - start) / 1000,
    secondsPredict,
    scored: { places, y: test.y, p },
    trainRows: train.y.length,
    ...(shuffling && { losses: lossesByFeature(model, test, { kind, ...shuffling }) }),
  };
}

/** The predictions of all trials in one list. */
export function pool(trials: readonly Trial[]): Scored {
  const total = trials.reduce((sum, { scored }) => sum + scored.p.length, 0);
  const all = { places: new Int32Array(total), y: new Float32Array(total), p: new Float64Array(total) };
  let at = 0;
  for (const { scored } of trials) {
    all.places.set(scored.places, at);
    all.y.set(scored.y, at);
    all.p.set(scored.p, at);
    at += scored.p.length;
  }
  return all;
}
