// What is kept of a person's past: the moments of their events by kind, the values and products that go with them, and
// what has one value whatever the moment. Signals of any moment after those events are worked out from it by arithmetic
// over short lists, and nobody who did nothing since needs their events read again.

import type { SessionRule } from '../identify/index.ts';
import { DAY_MS } from '../time.ts';
import type { Filter } from './filter.ts';
import type { ProductColumn } from './products.ts';

export type KeptKind = 'integers' | 'numbers' | 'texts';

/** Gathers what a query needs, each expression worked out once. All but `derive` may not look at the moment. */
export interface Use {
  /** Epoch milliseconds. */
  readonly asOf: number;
  /** How the workspace wants visits cut. */
  readonly sessionRule: SessionRule;
  /** Whether the workspace has loaded anything of what goes on around people. */
  readonly hasSurroundings: boolean;
  /** Over the events of a person: the columns of `events`, at_ms (epoch ms) and day (epoch days). */
  aggregate(sql: string): string;
  /** Over aggregates. */
  prepare(sql: string): string;
  /** A list, over aggregates and what was prepared, that is kept. */
  keep(kind: KeptKind, sql: string): string;
  /** Over what is kept, as of the moment. */
  derive(sql: string): string;
  /** The value of the product with that hash as of the day, NaN where it is not known. */
  product(hash: string, column: ProductColumn): string;
}

/** The last so many days, or the span from `from` to `to` days ago; absent = everything before the moment. */
export type Window = number | { from: number; to: number };

/** The moments (epoch ms) of the events of a filter, in order. */
export function keptTimes(use: Use, filter: Filter): string {
  return use.keep('integers', `arraySort(${use.aggregate(`groupArrayIf(at_ms, ${filter.sql})`)})`);
}

/** An amount of each event of a filter, in the order of `keptTimes`; of several at one moment, the smallest first. */
export function keptValues(use: Use, filter: Filter, value: string): string {
  const [values, times] = [`toFloat64(${value})`, 'at_ms'].map((one) =>
    use.aggregate(`groupArrayIf(${one}, ${filter.sql})`),
  );
  return use.keep('numbers', `arraySort((v, t) -> (t, v), ${values}, ${times})`);
}

/** Moment and hash of every product, category or brand of the events of a filter, in no order. */
export function keptLines(use: Use, filter: Filter, list: string): { times: string; hashes: string } {
  const { times, hashes } = linesOf(use, filter, list);
  return { times: use.keep('integers', times), hashes: use.keep('integers', hashes) };
}

/** The same over aggregates, not kept. Lists of plain numbers, for the engine gathers pairs many times slower. */
export function linesOf(use: Use, filter: Filter, list: string): { times: string; hashes: string } {
  const [times, hashes] = [
    `arrayWithConstant(length(${list}), at_ms)`,
    `arrayMap(x -> toInt64(cityHash64(x)), ${list})`,
  ].map((one) => use.aggregate(`groupArrayArrayIf(${one}, ${filter.sql})`));
  return { times, hashes };
}

/** Moment and hash of a text of the events of a filter that have one, in no order. */
export function keptTexts(use: Use, filter: Filter, column: string): { times: string; hashes: string } {
  const [times, hashes] = ['at_ms', `toInt64(cityHash64(${column}))`].map((one) =>
    use.keep('integers', use.aggregate(`groupArrayIf(${one}, (${filter.sql}) AND ${column} != '')`)),
  );
  return { times, hashes };
}

/** A number that is the same as of any moment. */
export function keptNumber(use: Use, sql: string): string {
  return `${use.keep('numbers', `[toFloat64(${sql})]`)}[1]`;
}

/** The condition that a moment `t` lies within the window. */
export function withinSql({ asOf }: Use, window: Window): string {
  const { from, to } = typeof window === 'number' ? { from: window, to: 0 } : window;
  return `t >= ${asOf - from * DAY_MS}${to > 0 ? ` AND t < ${asOf - to * DAY_MS}` : ''}`;
}

/** Days from a moment in ms to that of the query. */
export function ageSql({ asOf }: Use, time: string): string {
  return `((${asOf} - ${time}) / ${DAY_MS})`;
}
