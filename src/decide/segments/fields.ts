// What of an event a condition may look at: some of its columns, none of which says who somebody is, and anything in its
// properties or context.

import type { EventRow } from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';
import { jsonSql, listSql, numberSql, type SqlValue, textSql, valueAt } from './predicate.ts';

const textColumns = [
  ...['name', 'platform', 'source', 'page_path', 'page_title', 'referrer', 'traffic_source', 'campaign', 'medium'],
  ...['term', 'content', 'device_type', 'browser', 'os', 'language', 'country', 'city', 'order_id', 'coupon'],
  ...['search_query', 'currency'],
] as const;
const numberColumns = ['revenue', 'scroll_depth', 'seconds_on_page'] as const;
const listColumns = ['product_ids', 'categories', 'brands'] as const;
const jsonColumns = ['properties', 'context'] as const;

/** Columns under their own names, then what stands in JSON. */
export const eventFields: readonly string[] = [
  ...textColumns,
  ...numberColumns,
  ...listColumns,
  ...jsonColumns.map((column) => `${column}.…`),
];

export type Field = {
  /** The column of `events`. */
  column: string;
  sql: SqlValue;
  read(row: RowReader): unknown;
};

/** A row as conditions read it: JSON is parsed at most once. */
export type RowReader = { row: Readonly<Record<string, unknown>>; json(column: 'properties' | 'context'): unknown };

/** 32-bit columns hold 32-bit values. */
const narrow: ReadonlySet<string> = new Set(['scroll_depth', 'seconds_on_page']);

const fields = new Map<string, Field>();

/** The field of a name such as `revenue` or `properties.colour`. Throws `invalid_input`. */
export function fieldOf(name: string, at: string): Field {
  const known = fields.get(name);
  if (known) return known;
  const made = makeField(name);
  if (made === undefined) {
    throw new InklingError('invalid_input', `"${name}" is nothing of an event that can be looked at.`, {
      field: at,
      value: name,
      hint: `Use ${eventFields.join(', ')}.`,
    });
  }
  if (fields.size < 10_000) fields.set(name, made);
  return made;
}

function makeField(name: string): Field | undefined {
  const json = jsonColumns.find((column) => name.startsWith(`${column}.`));
  if (json) {
    const path = name.slice(json.length + 1).split('.');
    if (path.some((part) => part === '')) return undefined;
    return { column: json, sql: jsonSql(json, path), read: (reader) => valueAt(reader.json(json), path) };
  }
  const column = name as keyof EventRow;
  if (isOneOf(textColumns, name)) {
    return { column, sql: textSql(`toString(${name})`), read: ({ row }) => row[column] };
  }
  if (isOneOf(listColumns, name)) {
    return { column, sql: listSql(name), read: ({ row }) => someOf(row[column]) };
  }
  if (isOneOf(numberColumns, name)) {
    const read: Field['read'] = narrow.has(name)
      ? ({ row }) => Math.fround(row[column] as number)
      : ({ row }) => row[column];
    return { column, sql: numberSql(`toFloat64(${name})`), read };
  }
  return undefined;
}

/** An empty list is nothing known. */
function someOf(list: unknown): unknown {
  return Array.isArray(list) && list.length === 0 ? undefined : list;
}

function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return (names as readonly string[]).includes(name);
}

/** Reads one row; `properties` and `context` may be texts of JSON. */
export function readerOf(row: Readonly<Record<string, unknown>>): RowReader {
  const parsed: Partial<Record<'properties' | 'context', unknown>> = {};
  return {
    row,
    json: (column) => {
      if (!(column in parsed)) parsed[column] = parseJson(row[column]);
      return parsed[column];
    },
  };
}

function parseJson(text: unknown): unknown {
  if (typeof text !== 'string' || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
