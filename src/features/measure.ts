// The algebra of signals. A measure is one definition with two readings that a test proves equal: ClickHouse
// aggregates over the events of a profile before a moment, and a function over one person's events in memory.
// SQL sees the columns of `events` plus at_ms (epoch ms), day (epoch days) and age (days before the moment).

import type { SessionRule } from '../identify/index.ts';
import { DAY_MS } from '../time.ts';
import { both, type Filter, on } from './filter.ts';
import type { History, HistoryEvent } from './history.ts';
import type { ProductColumn } from './products.ts';

/** Gathers what a query needs: aggregates over events, and expressions over those, each computed once. */
export interface Use {
  /** Epoch milliseconds. */
  readonly asOf: number;
  /** How the workspace wants visits cut. */
  readonly sessionRule: SessionRule;
  aggregate(sql: string): string;
  derive(sql: string): string;
  /** Whether the workspace has loaded anything of what goes on around people. */
  readonly hasSurroundings: boolean;
  /** The value of the product with that hash as of the day, NaN where it is not known. */
  product(hash: string, column: ProductColumn): string;
}

export type Measure = {
  /** The value as an expression over what `use` hands back; NaN = unknown. */
  sql(use: Use): string;
  evaluate(history: History): number;
};

/** The last so many days, or the span from `from` to `to` days ago; absent = everything before the moment. */
export type Window = number | { from: number; to: number };

type NumberColumn = 'revenue' | 'scroll_depth' | 'seconds_on_page' | 'rating';
type TextColumn = 'page_path' | 'platform' | 'device_type' | 'search_query' | 'order_id' | 'traffic_source';
type ListColumn = 'product_ids' | 'categories' | 'brands';

export function count(filter: Filter, window?: Window): Measure {
  return total(filter, window, '1', () => 1);
}

export function sum(column: NumberColumn, filter: Filter, window?: Window): Measure {
  return total(filter, window, `toFloat64(${column})`, (row) => row[column]);
}

/** Events weighted by 2^(-age / half-life), optionally by an amount. */
export function decayed(filter: Filter, halfLifeDays: number, column?: NumberColumn): Measure {
  const amount = column ? `toFloat64(${column}) * ` : '';
  return {
    sql: (use) => use.aggregate(`sumIf(${amount}exp2(-age / ${halfLifeDays}), ${filter.sql})`),
    evaluate: (history) =>
      history.events.reduce(
        (sum, row) =>
          filter.test(row) ? sum + (column ? row[column] : 1) * 2 ** (-ageOf(history, row) / halfLifeDays) : sum,
        0,
      ),
  };
}

/** Number of different values. */
export function distinct(column: TextColumn | ListColumn, filter: Filter, window?: Window): Measure {
  if (column === 'product_ids' || column === 'categories' || column === 'brands') {
    const hashes = `groupArrayArrayIf(arrayMap(x -> cityHash64(x), ${column}), ${conditionOf(filter, window)})`;
    return {
      sql: (use) => `arrayUniq(${use.aggregate(hashes)})`,
      evaluate: (history) => new Set(chosen(history, filter, window).flatMap((row) => row[column])).size,
    };
  }
  const hashes = `groupArrayIf(cityHash64(${column}), ${conditionOf(filter, window)} AND ${column} != '')`;
  return {
    sql: (use) => `arrayUniq(${use.aggregate(hashes)})`,
    evaluate: (history) =>
      new Set(
        chosen(history, filter, window)
          .map((row) => row[column])
          .filter(Boolean),
      ).size,
  };
}

/** Largest value of the column; unknown without an event. */
export function highest(column: NumberColumn, filter: Filter, window?: Window): Measure {
  const sql = `max(if(${conditionOf(filter, window)}, toFloat64(${column}), -inf))`;
  return {
    sql: (use) => known(use.aggregate(sql)),
    evaluate: (history) => finite(Math.max(...chosen(history, filter, window).map((row) => row[column]))),
  };
}

/** Days since the latest such event, with fractions. */
export function daysSinceLast(filter: Filter): Measure {
  return {
    sql: (use) => known(use.aggregate(`min(if(${filter.sql}, age, inf))`)),
    evaluate: (history) => {
      const last = history.events.findLast(filter.test);
      return last ? ageOf(history, last) : Number.NaN;
    },
  };
}

/** Days since the earliest such event, with fractions. */
export function daysSinceFirst(filter: Filter): Measure {
  return {
    sql: (use) => known(use.aggregate(`max(if(${filter.sql}, age, -inf))`)),
    evaluate: (history) => {
      const first = history.events.find(filter.test);
      return first ? ageOf(history, first) : Number.NaN;
    },
  };
}

/** Number of different days (UTC) with such an event. */
export function activeDays(filter: Filter, window?: Window): Measure {
  return {
    sql: (use) => `length(${daysSql(use, filter, window)})`,
    evaluate: (history) => daysOf(history, filter, window).length,
  };
}

/** Whole days since the n-th last day with such an event (n = 1: the last); unknown with fewer days. */
export function daysSinceNthLastDay(filter: Filter, n: number): Measure {
  return {
    sql: (use) => {
      const days = daysSql(use, filter);
      return `if(length(${days}) >= ${n}, ${dayOf(use.asOf)} - toFloat64(${days}[-${n}]), nan)`;
    },
    evaluate: (history) => {
      const days = daysOf(history, filter);
      return days.length >= n ? dayOf(history.asOf) - days[days.length - n] : Number.NaN;
    },
  };
}

/** Such events after the latest `mark` (all of them when it never happened). */
export function countSinceLast(filter: Filter, mark: Filter): Measure {
  return {
    sql: (use) => {
      const times = use.aggregate(`groupArrayIf(at_ms, ${filter.sql})`);
      return `arrayCount(t -> t > ${use.aggregate(`max(if(${mark.sql}, at_ms, -1))`)}, ${times})`;
    },
    evaluate: (history) => {
      const last = history.events.findLast(mark.test)?.at ?? -1;
      return history.events.filter((row) => row.at > last && filter.test(row)).length;
    },
  };
}

/** Share of the days with a `filter` event on which no `answer` event happened. */
export function shareOfDaysWithout(answer: Filter, filter: Filter, window?: Window): Measure {
  return {
    sql: (use) => {
      const [asked, answered] = [daysSql(use, filter, window), daysSql(use, answer, window)];
      return quotientSql(`arrayCount(d -> NOT has(${answered}, d), ${asked})`, `length(${asked})`);
    },
    evaluate: (history) => {
      const answered = new Set(daysOf(history, answer, window));
      const asked = daysOf(history, filter, window);
      return quotient(asked.filter((day) => !answered.has(day)).length, asked.length);
    },
  };
}

/** Hour of the day (UTC) with most such events, the earliest of several. */
export function busiestHour(filter: Filter): Measure {
  return {
    sql: (use) => {
      const times = use.aggregate(`arraySort(groupArrayIf(at_ms, ${filter.sql}))`);
      const hours = use.derive(`arrayMap(t -> intDiv(t % 86400000, 3600000), ${times})`);
      const counts = use.derive(`arrayMap(h -> countEqual(${hours}, h), range(24))`);
      return `if(empty(${times}), nan, indexOf(${counts}, arrayMax(${counts})) - 1)`;
    },
    evaluate: (history) => {
      const counts = new Array<number>(24).fill(0);
      for (const row of history.events) if (filter.test(row)) counts[Math.floor((row.at % DAY_MS) / 3_600_000)]++;
      const most = Math.max(...counts);
      return most === 0 ? Number.NaN : counts.indexOf(most);
    },
  };
}

/** A number that depends on the moment alone, such as the day of the week. */
export function calendar(at: (asOf: number) => number): Measure {
  return { sql: (use) => `toFloat64(${at(use.asOf)})`, evaluate: (history) => at(history.asOf) };
}

export function constant(value: number): Measure {
  return { sql: () => `toFloat64(${value})`, evaluate: () => value };
}

/** a / b; unknown when b is 0. */
export function ratio(a: Measure, b: Measure): Measure {
  return {
    sql: (use) => quotientSql(a.sql(use), b.sql(use)),
    evaluate: (history) => quotient(a.evaluate(history), b.evaluate(history)),
  };
}

/** (a + 1) / (b + 1): above 1 when a outgrows b, defined also when either is 0. */
export function trend(a: Measure, b: Measure): Measure {
  return ratio(plus(a, constant(1)), plus(b, constant(1)));
}

export function plus(a: Measure, b: Measure): Measure {
  return {
    sql: (use) => `(toFloat64(${a.sql(use)}) + toFloat64(${b.sql(use)}))`,
    evaluate: (history) => a.evaluate(history) + b.evaluate(history),
  };
}

export function minus(a: Measure, b: Measure): Measure {
  return {
    sql: (use) => `(toFloat64(${a.sql(use)}) - toFloat64(${b.sql(use)}))`,
    evaluate: (history) => a.evaluate(history) - b.evaluate(history),
  };
}

export function times(a: Measure, factor: number): Measure {
  return { sql: (use) => `(${a.sql(use)} * ${factor})`, evaluate: (history) => a.evaluate(history) * factor };
}

/** The smaller of the measure and a cap. */
export function atMost(a: Measure, most: number): Measure {
  return {
    sql: (use) => `least(toFloat64(${a.sql(use)}), toFloat64(${most}))`,
    evaluate: (history) => Math.min(a.evaluate(history), most),
  };
}

/** 1 when the measure is above 0, else 0. */
export function flag(a: Measure): Measure {
  return { sql: (use) => `(${a.sql(use)} > 0)`, evaluate: (history) => (a.evaluate(history) > 0 ? 1 : 0) };
}

/** `fallback` where the measure is unknown. */
export function otherwise(a: Measure, fallback: Measure): Measure {
  return {
    sql: (use) => {
      const value = use.derive(`toFloat64(${a.sql(use)})`);
      return `if(isNaN(${value}), toFloat64(${fallback.sql(use)}), ${value})`;
    },
    evaluate: (history) => {
      const value = a.evaluate(history);
      return Number.isNaN(value) ? fallback.evaluate(history) : value;
    },
  };
}

/** A formula over other measures, written once in each language. */
export function formula(
  parts: readonly Measure[],
  sql: (...values: string[]) => string,
  evaluate: (...values: number[]) => number,
): Measure {
  return {
    sql: (use) => sql(...parts.map((part) => use.derive(`toFloat64(${part.sql(use)})`))),
    evaluate: (history) => evaluate(...parts.map((part) => part.evaluate(history))),
  };
}

/** Days from the event to the moment. */
export function ageOf(history: History, row: HistoryEvent): number {
  return (history.asOf - row.at) / DAY_MS;
}

/** The condition of a filter within a window. */
export function conditionOf(filter: Filter, window?: Window): string {
  if (window === undefined) return `(${filter.sql})`;
  const { from, to } = typeof window === 'number' ? { from: window, to: 0 } : window;
  return `((${filter.sql}) AND age <= ${from}${to > 0 ? ` AND age > ${to}` : ''})`;
}

/** The events of a filter within a window. */
export function chosen(history: History, filter: Filter, window?: Window): HistoryEvent[] {
  return history.events.filter((row) => within(history, row, window) && filter.test(row));
}

/** A purchase that bore a coupon, a mail that was clicked: events with a further condition. */
export function onWith(name: string, condition: Filter): Filter {
  return both(on(name), condition);
}

/** Sum of an amount per event, in SQL and of one row. */
export function total(filter: Filter, window: Window | undefined, sql: string, amount: (row: HistoryEvent) => number) {
  const condition = conditionOf(filter, window);
  return {
    sql: (use: Use) => use.aggregate(sql === '1' ? `countIf(${condition})` : `sumIf(${sql}, ${condition})`),
    evaluate: (history: History) => {
      let sum = 0;
      for (const row of history.events) if (within(history, row, window) && filter.test(row)) sum += amount(row);
      return sum;
    },
  };
}

function within(history: History, row: HistoryEvent, window: Window | undefined): boolean {
  if (window === undefined) return true;
  const age = ageOf(history, row);
  return typeof window === 'number' ? age <= window : age <= window.from && age > window.to;
}

/** The epoch day (UTC) of a moment in ms. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** The days (UTC, epoch days, ascending) with such an event. */
export function daysSql(use: Use, filter: Filter, window?: Window): string {
  return use.aggregate(`arraySort(arrayDistinct(groupArrayIf(day, ${conditionOf(filter, window)})))`);
}

/** The same of one person. */
export function daysOf(history: History, filter: Filter, window?: Window): number[] {
  return history.memo(`days ${conditionOf(filter, window)}`, () => [
    ...new Set(chosen(history, filter, window).map((row) => dayOf(row.at))),
  ]);
}

const known = (sql: string) => `if(isFinite(${sql}), ${sql}, nan)`;
const finite = (value: number) => (Number.isFinite(value) ? value : Number.NaN);
const quotient = (a: number, b: number) => (b === 0 ? Number.NaN : a / b);
const quotientSql = (a: string, b: string) => `if(${b} = 0, nan, ${a} / ${b})`;
