// The algebra of signals. A measure is one definition with two readings that a test proves equal: ClickHouse SQL over
// what is kept of the events of a profile before a moment, and a function over one person's events in memory. What is
// kept does not depend on the moment (past.ts), so that the day after only those who did something are read again.

import { DAY_MS } from '../time.ts';
import { both, type Filter, on } from './filter.ts';
import type { Fold, History, HistoryEvent } from './history.ts';
import {
  ageSql,
  keptLines,
  keptNumber,
  keptTexts,
  keptTimes,
  keptValues,
  type Use,
  type Window,
  withinSql,
} from './past.ts';

export type Measure = {
  /** The value as an expression over what `use` hands back; NaN = unknown. */
  sql(use: Use): string;
  evaluate(history: History): number;
};

type NumberColumn = 'revenue' | 'scroll_depth' | 'seconds_on_page' | 'rating';
type TextColumn = 'page_path' | 'platform' | 'device_type' | 'search_query' | 'order_id' | 'traffic_source';
type ListColumn = 'product_ids' | 'categories' | 'brands';

export function count(filter: Filter, window?: Window): Measure {
  return total(filter, window, '1', () => 1);
}

export function sum(column: NumberColumn, filter: Filter, window?: Window): Measure {
  return total(filter, window, column, (row) => row[column]);
}

/** Events weighted by 2^(-age / half-life), optionally by an amount. */
export function decayed(filter: Filter, halfLifeDays: number, column?: NumberColumn): Measure {
  // As it stood at the last event; from there on all of it fades alike.
  const fading = (days: number) => 2 ** (-days / halfLifeDays);
  const fold: Fold<{ sum: number; at: number }> = {
    begin: () => ({ sum: 0, at: 0 }),
    add(state, row) {
      state.sum = state.sum * fading((row.at - state.at) / DAY_MS) + (column ? row[column] : 1);
      state.at = row.at;
    },
  };
  return {
    sql: (use) => {
      const times = keptTimes(use, filter);
      const weight = `exp2(-${ageSql(use, 't')} / ${halfLifeDays})`;
      if (!column) return `arraySum(t -> ${weight}, ${times})`;
      return `arraySum((t, v) -> v * ${weight}, ${times}, ${keptValues(use, filter, column)})`;
    },
    evaluate: (history) => {
      const { sum, at } = history.folded(fold, filter);
      return sum * fading((history.asOf - at) / DAY_MS);
    },
  };
}

/** Number of different values. */
export function distinct(column: TextColumn | ListColumn, filter: Filter, window?: Window): Measure {
  if (column === 'product_ids' || column === 'categories' || column === 'brands') {
    return {
      sql: (use) => {
        const hashes = `groupArrayArrayIf(arrayMap(x -> cityHash64(x), ${column}), ${filter.sql})`;
        if (window === undefined) return keptNumber(use, `arrayUniq(${use.aggregate(hashes)})`);
        return distinctWithin(use, keptLines(use, filter, column), window);
      },
      evaluate: differentIn(filter, window, (row, seen) => {
        for (const value of row[column]) seen.add(value);
      }),
    };
  }
  return {
    sql: (use) => {
      const hashes = `groupArrayIf(cityHash64(${column}), (${filter.sql}) AND ${column} != '')`;
      if (window === undefined) return keptNumber(use, `arrayUniq(${use.aggregate(hashes)})`);
      return distinctWithin(use, keptTexts(use, filter, column), window);
    },
    evaluate: differentIn(filter, window, (row, seen) => {
      if (row[column] !== '') seen.add(row[column]);
    }),
  };
}

/** How many different values the events of a window have. */
function differentIn(filter: Filter, window: Window | undefined, see: (row: HistoryEvent, seen: Set<string>) => void) {
  const fold: Fold<Set<string>> = { begin: () => new Set(), add: (seen, row) => see(row, seen) };
  return (history: History): number => {
    if (window === undefined) return history.folded(fold, filter).size;
    const all = history.passing(filter);
    const [from, to] = stretchOf(history, all, window);
    const seen = fold.begin();
    for (let i = from; i < to; i++) see(all[i], seen);
    return seen.size;
  };
}

/** Largest value of the column; unknown without an event. */
export function highest(column: NumberColumn, filter: Filter, window?: Window): Measure {
  return {
    sql: (use) => {
      const values = keptValues(use, filter, column);
      if (window === undefined) return `if(empty(${values}), nan, arrayMax(${values}))`;
      const within = `(v, t) -> ${withinSql(use, window)}`;
      const recent = use.derive(`arrayFilter(${within}, ${values}, ${keptTimes(use, filter)})`);
      return `if(empty(${recent}), nan, arrayMax(${recent}))`;
    },
    evaluate: (history) => finite(Math.max(...chosen(history, filter, window).map((row) => row[column]))),
  };
}

/** Days since the latest such event, with fractions. */
export function daysSinceLast(filter: Filter): Measure {
  return {
    sql: (use) => {
      const times = keptTimes(use, filter);
      return `if(empty(${times}), nan, ${ageSql(use, `${times}[-1]`)})`;
    },
    evaluate: (history) => {
      const last = history.passing(filter).at(-1);
      return last ? ageOf(history, last) : Number.NaN;
    },
  };
}

/** Days since the earliest such event, with fractions. */
export function daysSinceFirst(filter: Filter): Measure {
  return {
    sql: (use) => {
      const times = keptTimes(use, filter);
      return `if(empty(${times}), nan, ${ageSql(use, `${times}[1]`)})`;
    },
    evaluate: (history) => {
      const first = history.passing(filter).at(0);
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
      const marks = keptTimes(use, mark);
      const last = use.derive(`if(empty(${marks}), -1, ${marks}[-1])`);
      return `arrayCount(t -> t > ${last}, ${keptTimes(use, filter)})`;
    },
    evaluate: (history) => {
      const last = history.passing(mark).at(-1)?.at ?? -1;
      return history.passing(filter).filter((row) => row.at > last).length;
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
      const hours = use.prepare(
        `arrayMap(t -> intDiv(t % 86400000, 3600000), ${use.aggregate(`groupArrayIf(at_ms, ${filter.sql})`)})`,
      );
      // The n-th time of an hour stands for n such events; of hours with as many the earliest counts most.
      const most = `arrayMax((h, n) -> n * 24 + 23 - h, ${hours}, arrayEnumerateUniq(${hours}))`;
      return keptNumber(use, `if(empty(${hours}), nan, 23 - ${most} % 24)`);
    },
    evaluate: (history) => {
      const counts = new Array<number>(24).fill(0);
      for (const row of history.passing(filter)) counts[Math.floor((row.at % DAY_MS) / 3_600_000)]++;
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

/** The events of a filter within a window. */
export function chosen(history: History, filter: Filter, window?: Window): readonly HistoryEvent[] {
  const all = history.passing(filter);
  return window === undefined ? all : all.slice(...stretchOf(history, all, window));
}

/** A purchase that bore a coupon, a mail that was clicked: events with a further condition. */
export function onWith(name: string, condition: Filter): Filter {
  return both(on(name), condition);
}

/** Sum of an amount per event, in SQL and of one row. */
export function total(filter: Filter, window: Window | undefined, sql: string, amount: (row: HistoryEvent) => number) {
  const fold: Fold<{ sum: number }> = {
    begin: () => ({ sum: 0 }),
    add(state, row) {
      state.sum += amount(row);
    },
  };
  return {
    sql: (use: Use) => {
      const within = () => withinSql(use, window as Window);
      if (sql === '1') {
        if (window === undefined) return keptNumber(use, use.aggregate(`countIf(${filter.sql})`));
        return `arrayCount(t -> ${within()}, ${keptTimes(use, filter)})`;
      }
      const values = keptValues(use, filter, sql);
      if (window === undefined) return `arraySum(${values})`;
      return `arraySum((v, t) -> if(${within()}, v, 0), ${values}, ${keptTimes(use, filter)})`;
    },
    evaluate: (history: History) => {
      if (window === undefined && sql !== '1') return history.folded(fold, filter).sum;
      const all = history.passing(filter);
      const [from, to] = window === undefined ? [0, all.length] : stretchOf(history, all, window);
      if (sql === '1') return to - from;
      let sum = 0;
      for (let i = from; i < to; i++) sum += amount(all[i]);
      return sum;
    },
  };
}

/** From which to before which event they lie in the window; they stand in order of time. */
function stretchOf(history: History, events: readonly HistoryEvent[], window: Window): [from: number, to: number] {
  const { from, to } = typeof window === 'number' ? { from: window, to: undefined } : window;
  const firstWithin = (days: number) => {
    let [low, high] = [0, events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ageOf(history, events[middle]) <= days) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return [firstWithin(from), to === undefined ? events.length : firstWithin(to)];
}

/** The epoch day (UTC) of a moment in ms. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** The days (UTC, epoch days, ascending) with such an event. */
export function daysSql(use: Use, filter: Filter, window?: Window): string {
  const times = keptTimes(use, filter);
  const recent = window === undefined ? times : `arrayFilter(t -> ${withinSql(use, window)}, ${times})`;
  return use.derive(`arrayCompact(arrayMap(t -> intDiv(t, ${DAY_MS}), ${recent}))`);
}

/** The same of one person. */
export function daysOf(history: History, filter: Filter, window?: Window): number[] {
  const key = window === undefined ? keyOf(filter) : `${keyOf(filter)} ${JSON.stringify(window)}`;
  return history.memo(key, () => [...new Set(chosen(history, filter, window).map((row) => dayOf(row.at)))]);
}

/** Under what a history keeps the days of a filter, written once and not for every prediction. */
const keys = new WeakMap<Filter, string>();

function keyOf(filter: Filter): string {
  const known = keys.get(filter) ?? `days ${filter.sql}`;
  keys.set(filter, known);
  return known;
}

function distinctWithin(use: Use, { times, hashes }: Record<'times' | 'hashes', string>, window: Window): string {
  return `arrayUniq(arrayFilter((h, t) -> ${withinSql(use, window)}, ${hashes}, ${times}))`;
}

const finite = (value: number) => (Number.isFinite(value) ? value : Number.NaN);
const quotient = (a: number, b: number) => (b === 0 ? Number.NaN : a / b);
const quotientSql = (a: string, b: string) => `if(${b} = 0, nan, ${a} / ${b})`;
