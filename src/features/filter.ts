// Which events a measure looks at. A filter says it twice from one definition: as a ClickHouse condition over a row of
// `events`, and as a test of one event in memory.

import { quote } from '../store/index.ts';
import type { HistoryEvent } from './history.ts';

export type Filter = { readonly sql: string; test(event: HistoryEvent): boolean };

type TextColumn = 'platform' | 'traffic_source' | 'medium' | 'campaign' | 'device_type' | 'coupon' | 'page_path';
type NumberColumn = 'revenue' | 'scroll_depth' | 'seconds_on_page' | 'rating';

export const anyEvent: Filter = { sql: '1', test: () => true };

/** Events with one of the canonical names. */
export function on(...names: readonly string[]): Filter {
  if (names.length === 1) return { sql: `event = ${quote(names[0])}`, test: (row) => row.event === names[0] };
  const known = new Set(names);
  return { sql: `event IN (${names.map(quote).join(', ')})`, test: (row) => known.has(row.event) };
}

export function both(a: Filter, b: Filter): Filter {
  return { sql: `(${a.sql}) AND (${b.sql})`, test: (row) => a.test(row) && b.test(row) };
}

export function not(a: Filter): Filter {
  return { sql: `NOT (${a.sql})`, test: (row) => !a.test(row) };
}

/** The column holds one of the texts. */
export function holds(column: TextColumn, ...texts: readonly string[]): Filter {
  const known = new Set(texts);
  return { sql: `${column} IN (${texts.map(quote).join(', ')})`, test: (row) => known.has(row[column]) };
}

/** The column is not empty. */
export function present(column: TextColumn): Filter {
  return { sql: `${column} != ''`, test: (row) => row[column] !== '' };
}

export function atLeast(column: NumberColumn, least: number): Filter {
  return { sql: `${column} >= ${least}`, test: (row) => row[column] >= least };
}

/** Hours of the day in UTC, from (inclusive) to (exclusive). */
export function inHours(from: number, to: number): Filter {
  return {
    sql: `(at_ms % 86400000) >= ${from * 3_600_000} AND (at_ms % 86400000) < ${to * 3_600_000}`,
    test: (row) => row.at % 86_400_000 >= from * 3_600_000 && row.at % 86_400_000 < to * 3_600_000,
  };
}

/** Saturdays and Sundays in UTC (1970-01-01 was a Thursday). */
export const atWeekend: Filter = {
  sql: '(day + 4) % 7 IN (0, 6)',
  test: (row) => [0, 6].includes((Math.floor(row.at / 86_400_000) + 4) % 7),
};
