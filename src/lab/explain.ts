// Why a model predicts what it does for one row: each feature's exact contribution to the raw score, largest first, in
// figures and in words.
import { InklingError } from '../errors.ts';
import { copyRow, type Link, selectColumns } from '../learn/index.ts';
import { encode } from './encoding.ts';
import { spellingOf } from './label.ts';
import type { SavedModel } from './modelFile.ts';
import { columnNamed, type Table } from './table/table.ts';

export type Reason = {
  feature: string;
  /** As it stands in the file; null where it is missing. */
  value: string | null;
  /** Part of the raw score. */
  contribution: number;
};

export type Explanation = {
  file: string;
  row: number;
  prediction: number;
  link: Link;
  rawScore: number;
  /** Raw score before any feature is looked at; contributions and it sum to `rawScore`. */
  bias: number;
  reasons: readonly Reason[];
};

/** Explains the prediction of one row, counted from 1 without the header. */
export function explain(saved: SavedModel, table: Table, row: number): Explanation {
  if (row > table.rows) {
    throw new InklingError('invalid_input', `${table.file} has ${table.rows} rows, and row ${row} was asked for.`, {
      field: '--row',
      value: row,
      hint: `Choose a row from 1 to ${table.rows}.`,
    });
  }
  const { model, features } = saved;
  const one: Table = { ...table, rows: 1, columns: table.columns.map((column) => oneRow(column, row - 1)) };
  const values = copyRow(selectColumns(encode(one, features).x, model.names), 0);
  const contributions = model.contributions(values);
  const reasons = model.names.map((name, c) => {
    const feature = features.find((other) => other.name === name);
    return { feature: name, value: cellOf(one, feature?.column ?? name), contribution: contributions[c] };
  });
  return {
    file: table.file,
    row,
    prediction: model.predictRow(values),
    link: model.link,
    rawScore: model.rawScore(values),
    bias: contributions[model.names.length],
    reasons: reasons.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
  };
}

const oneRow = <C extends { values: Float64Array }>(column: C, row: number): C => ({
  ...column,
  values: column.values.slice(row, row + 1),
});

function cellOf(table: Table, name: string): string | null {
  const column = columnNamed(table, name, '--data');
  const value = column.values[0];
  return Number.isNaN(value) ? null : spellingOf(column)(value);
}

/** A reason in words: what the feature does to the odds, the mean or the amount. */
export function sayReason({ feature, value, contribution }: Reason, link: Link): string {
  const what = value === null ? `${feature} is unknown` : `${feature} = ${value}`;
  if (contribution === 0) return `${what} changes nothing`;
  if (link === 'identity') return `${what} ${contribution > 0 ? 'adds' : 'takes'} ${round(Math.abs(contribution))}`;
  const subject = link === 'logit' ? 'the odds' : 'the mean';
  return `${what} multiplies ${subject} by ${round(Math.exp(contribution))}`;
}

const round = (value: number) => Number(value.toPrecision(3)).toString();
