// From a table to numbers: which columns are used and how each becomes one or more features. The encoding is learned from
// the training rows and kept in the model file, so that a later file is read in the same way: texts by a dictionary (what
// is not in it counts as missing), dates as days since the first and as parts of the calendar.
import { type Static, Type } from 'typebox';
import { InklingError } from '../errors.ts';
import type { Matrix } from '../learn/index.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { spellingOf } from './label.ts';
import type { Column } from './table/column.ts';
import { columnNamed, type Table } from './table/table.ts';

/** How a feature is made of a column. */
export const Feature = Type.Object({
  name: Type.String(),
  column: Type.String(),
  as: Type.Union([
    Type.Object({ form: Type.Literal('number') }),
    Type.Object({ form: Type.Literal('category'), values: Type.Array(Type.String()) }),
    Type.Object({ form: Type.Literal('days'), since: Type.Number() }),
    Type.Object({ form: Type.Literal('weekday') }),
    Type.Object({ form: Type.Literal('hour') }),
  ]),
});
export type Feature = Static<typeof Feature>;

/** A column that is not used, and why. */
export type Dropped = { column: string; reason: string };

export type EncodingOptions = {
  label: string;
  /** Columns to leave out. */
  drop?: readonly string[];
  /** Columns of numbers that are codes of categories. */
  categorical?: readonly string[];
  /** Columns to use although they look useless. */
  keep?: readonly string[];
  /** A column that orders or groups the rows and says nothing about them. */
  aside?: Dropped;
};

/** Chooses the features of a table. Throws when a column mixes numbers with texts, or when none is left. */
export function findFeatures(table: Table, options: EncodingOptions): { features: Feature[]; dropped: Dropped[] } {
  const { label, drop = [], categorical = [], keep = [] } = options;
  for (const name of drop) columnNamed(table, name, '--drop');
  for (const name of categorical) columnNamed(table, name, '--categorical');
  for (const name of keep) columnNamed(table, name, '--keep');
  const features: Feature[] = [];
  const dropped: Dropped[] = [];
  for (const column of table.columns) {
    const { name } = column;
    if (name === label) continue;
    const isCategory = categorical.includes(name);
    const reason =
      askedToDrop(name, options) ?? findUselessness(table, column, { isCategory, isKept: keep.includes(name) });
    if (reason !== undefined) dropped.push({ column: name, reason });
    else features.push(...featuresOf(column, isCategory));
  }
  if (features.length > 0) return { features, dropped };
  throw new InklingError('too_little_data', `${table.file} has no column to learn from.`, {
    hint: dropped.map(({ column, reason }) => `${column}: ${reason}`).join('; '),
  });
}

function askedToDrop(name: string, { drop = [], aside }: EncodingOptions): string | undefined {
  if (drop.includes(name)) return 'as asked for';
  return name === aside?.column ? aside.reason : undefined;
}

/** The features of a table's rows. Texts that the dictionary does not hold are missing and counted. */
export function encode(table: Table, features: readonly Feature[]): { x: Matrix; unseen: Record<string, number> } {
  const unseen: Record<string, number> = {};
  const columns = features.map((feature) => {
    const column = columnNamed(table, feature.column, '--data');
    const values = encodeColumn(table, column, feature);
    if (feature.as.form === 'category') {
      const strange = countMissing(values) - countMissing(column.values);
      if (strange > 0) unseen[feature.column] = strange;
    }
    return values;
  });
  const names = features.map(({ name }) => name);
  const categorical = features.filter(({ as }) => as.form === 'category').map(({ name }) => name);
  return { x: { rows: table.rows, names, columns, ...(categorical.length > 0 ? { categorical } : {}) }, unseen };
}

const FEWEST_ROWS_OF_AN_ID = 20;

/** Why a column can't help to predict, if so. */
function findUselessness(
  table: Table,
  column: Column,
  { isCategory, isKept }: { isCategory: boolean; isKept: boolean },
): string | undefined {
  const { values, kind, texts } = column;
  if (kind === 'text' && !isCategory) refuseMixed(table, column);
  if (isKept) return undefined;
  if (column.tooManyTexts) return 'nearly every value is different, as of an id';
  let known = 0;
  let first = Number.NaN;
  let varies = false;
  let runs = kind === 'number';
  for (let r = 0; r < values.length; r++) {
    if (Number.isNaN(values[r])) continue;
    if (known++ === 0) first = values[r];
    else if (values[r] !== first) varies = true;
    if (runs && (!Number.isInteger(values[r]) || (r > 0 && values[r] !== values[r - 1] + 1))) runs = false;
  }
  if (known === 0) return 'it is empty';
  if (!varies && known === values.length) return 'it holds one value only';
  if (known < FEWEST_ROWS_OF_AN_ID) return undefined;
  if (kind === 'text' && texts.length > 0.9 * known) return 'nearly every value is different, as of an id';
  if (runs && !isCategory) return 'it numbers the rows';
  return undefined;
}

function featuresOf(column: Column, isCategory: boolean): Feature[] {
  const { name, kind, values } = column;
  const feature = (as: Feature['as'], part = ''): Feature => ({
    name: part ? `${name}: ${part}` : name,
    column: name,
    as,
  });
  if (kind === 'text' || isCategory) return [feature({ form: 'category', values: dictionaryOf(column) })];
  if (kind === 'number') return [feature({ form: 'number' })];
  let since = Number.POSITIVE_INFINITY;
  let timed = false;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    since = Math.min(since, value);
    timed ||= value % DAY_MS !== 0;
  }
  const parts = [feature({ form: 'days', since }, 'days'), feature({ form: 'weekday' }, 'weekday')];
  return timed ? [...parts, feature({ form: 'hour' }, 'hour')] : parts;
}

/** Different values in the order of their names, so that codes do not depend on the order of the rows. */
function dictionaryOf(column: Column): string[] {
  const spelled = spellingOf(column);
  const met = new Set<number>();
  for (const value of column.values) if (!Number.isNaN(value)) met.add(value);
  return Array.from(met, spelled).sort();
}

const MOSTLY = 0.9;
const FEW_TEXTS = 20;

/** A column of many different numbers with a few texts is a mistake in the file or an unusual sign for "missing". */
function refuseMixed(table: Table, column: Column): void {
  const { name, numbers, values, texts, firstText } = column;
  const known = values.length - countMissing(values);
  if (numbers < MOSTLY * known || texts.length <= FEW_TEXTS) return;
  const { line, value } = firstText as NonNullable<typeof firstText>;
  throw new InklingError(
    'invalid_input',
    `${table.file}, line ${line}, column ${JSON.stringify(name)}: ${JSON.stringify(value)} is not a number, while ${numbers} of the column's ${known} values are.`,
    {
      field: name,
      value,
      hint: `Correct the cell, pass --missing ${JSON.stringify(value)} if it means unknown, --categorical ${JSON.stringify(name)} if the numbers are codes, or --drop ${JSON.stringify(name)}.`,
    },
  );
}

function encodeColumn(table: Table, column: Column, { as }: Feature): Float32Array {
  const { values } = column;
  if (as.form === 'category') {
    const place = new Map(as.values.map((value, code) => [value, code]));
    const spelled = spellingOf(column);
    return Float32Array.from(values, (value) =>
      Number.isNaN(value) ? value : (place.get(spelled(value)) ?? Number.NaN),
    );
  }
  const empty = column.values.every(Number.isNaN);
  if (!empty && column.kind !== (as.form === 'number' ? 'number' : 'date')) refuseKind(table, column, as.form);
  if (as.form === 'number') return Float32Array.from(values);
  if (as.form === 'days') return Float32Array.from(values, (value) => (value - as.since) / DAY_MS);
  const part = as.form === 'weekday' ? weekday : hour;
  return Float32Array.from(values, (value) => (Number.isNaN(value) ? value : part(value)));
}

/** 0 = Monday, in UTC. */
const weekday = (moment: number) => (new Date(moment).getUTCDay() + 6) % 7;
const hour = (moment: number) => Math.floor((((moment % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS);

function refuseKind(table: Table, { name, kind, firstText }: Column, form: string): never {
  const wanted = form === 'number' ? 'a number' : 'a date';
  const what = firstText === undefined ? `it holds numbers` : `${JSON.stringify(firstText.value)} is not ${wanted}`;
  const line = firstText === undefined ? '' : `, line ${firstText.line}`;
  throw new InklingError(
    'invalid_input',
    `${table.file}${line}, column ${JSON.stringify(name)}: ${what}, and the model was trained on ${wanted} there.`,
    {
      field: name,
      value: firstText?.value ?? kind,
      hint: 'Correct the cells, or name them as missing with --missing.',
    },
  );
}

function countMissing(values: ArrayLike<number>): number {
  let count = 0;
  for (let r = 0; r < values.length; r++) if (Number.isNaN(values[r])) count++;
  return count;
}

/** Says of `encode`'s `unseen` what became of those values, one sentence per column. */
export function unseenNotes(unseen: Readonly<Record<string, number>>): string[] {
  return Object.entries(unseen).map(
    ([column, count]) => `${count} values of ${column} were not met in training and count as missing.`,
  );
}
