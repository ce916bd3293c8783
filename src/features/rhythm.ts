// Measures over the days between purchases: how regular they are, and how far the present gap is beyond the usual.
// A day counts once, however many orders it has. With few purchases the usual gap is a guess, so some measures lean
// to a prior of two gaps of 45 days.

import type { Filter } from './filter.ts';
import type { History } from './history.ts';
import { dayOf, daysOf, daysSql, type Measure } from './measure.ts';
import type { Use } from './past.ts';

export type GapStatistic = 'mean' | 'median' | 'deviation' | 'variation' | 'last' | 'shortest' | 'longest' | 'weighted';

const PRIOR_GAPS = 2;
const PRIOR_GAP_DAYS = 45;

/** A statistic of the days between consecutive days with such an event; unknown with too few of them. */
export function gap(statistic: GapStatistic, filter: Filter): Measure {
  const { fewest, sql, evaluate } = statistics[statistic];
  return {
    sql: (use) => {
      const gaps = gapsSql(use, filter);
      return `if(length(${gaps}) >= ${fewest}, ${sql(gaps, use)}, nan)`;
    },
    evaluate: (history) => {
      const gaps = gapsOf(history, filter);
      return gaps.length >= fewest ? evaluate(gaps) : Number.NaN;
    },
  };
}

/** The usual gap, leaning to the prior; unknown without an event. */
export function expectedGap(filter: Filter): Measure {
  const expected = (sum: number, n: number) => (sum + PRIOR_GAPS * PRIOR_GAP_DAYS) / (n + PRIOR_GAPS);
  return {
    sql: (use) => {
      const gaps = gapsSql(use, filter);
      const value = `(arraySum(${gaps}) + ${PRIOR_GAPS * PRIOR_GAP_DAYS}) / (length(${gaps}) + ${PRIOR_GAPS})`;
      return `if(empty(${daysSql(use, filter)}), nan, ${value})`;
    },
    evaluate: (history) => {
      const gaps = gapsOf(history, filter);
      return daysOf(history, filter).length === 0 ? Number.NaN : expected(total(gaps), gaps.length);
    },
  };
}

/** Of the past gaps that were longer than the present one, the share that ended within so many days more (smoothed). */
export function chanceByPastGaps(filter: Filter, days: number): Measure {
  return {
    sql: (use) => {
      const [gaps, since] = [gapsSql(use, filter), sinceSql(use, filter)];
      const ended = `arrayCount(g -> g > ${since} AND g <= ${since} + ${days}, ${gaps})`;
      const value = `(${ended} + 0.3) / (arrayCount(g -> g > ${since}, ${gaps}) + 1)`;
      return `if(empty(${daysSql(use, filter)}), nan, ${value})`;
    },
    evaluate: (history) => {
      const happened = daysOf(history, filter);
      if (happened.length === 0) return Number.NaN;
      const since = dayOf(history.asOf) - happened[happened.length - 1];
      const longer = gapsOf(history, filter).filter((g) => g > since);
      return (longer.filter((g) => g <= since + days).length + 0.3) / (longer.length + 1);
    },
  };
}

/** Share of the gaps of at most so many days. */
export function shareOfGapsWithin(filter: Filter, days: number): Measure {
  return {
    sql: (use) => {
      const gaps = gapsSql(use, filter);
      return `if(empty(${gaps}), nan, arrayCount(g -> g <= ${days}, ${gaps}) / length(${gaps}))`;
    },
    evaluate: (history) => {
      const gaps = gapsOf(history, filter);
      return gaps.length === 0 ? Number.NaN : gaps.filter((g) => g <= days).length / gaps.length;
    },
  };
}

/**
 * Share of the past periods, counted back from the moment and since the first such event (ten at most), that had one:
 * the question of the model, asked of the past. Smoothed by 0.6 of 2; a period counts `decay` times the next later one.
 */
export function shareOfPeriods(filter: Filter, periodDays: number, decay: number): Measure {
  return {
    sql: (use) => {
      const days = daysSql(use, filter);
      const today = dayOf(use.asOf);
      const all = use.derive(`least(10, intDiv(${today} - toInt64(${days}[1]), ${periodDays}))`);
      const hit = use.derive(
        `arrayDistinct(arrayFilter(k -> k < ${all}, arrayMap(d -> intDiv(${today} - toInt64(d), ${periodDays}), ${days})))`,
      );
      const weight = (list: string) => `arraySum(arrayMap(k -> pow(${decay}, k), ${list}))`;
      return `if(empty(${days}), nan, (${weight(hit)} + 0.6) / (${weight(`range(toUInt8(${all}))`)} + 2))`;
    },
    evaluate: (history) => {
      const days = daysOf(history, filter);
      if (days.length === 0) return Number.NaN;
      const today = dayOf(history.asOf);
      const all = Math.min(10, Math.floor((today - days[0]) / periodDays));
      const hit = new Set(days.map((day) => Math.floor((today - day) / periodDays)).filter((k) => k < all));
      const weight = (list: Iterable<number>) => total(Array.from(list, (k) => decay ** k));
      return (weight(hit) + 0.6) / (weight(Array(all).keys()) + 2);
    },
  };
}

/** Number of different periods, counted back from the moment, that had such an event. */
export function periodsWith(filter: Filter, periodDays: number): Measure {
  return {
    sql: (use) => {
      const today = dayOf(use.asOf);
      return `arrayUniq(arrayMap(d -> intDiv(${today} - toInt64(d), ${periodDays}), ${daysSql(use, filter)}))`;
    },
    evaluate: (history) =>
      new Set(daysOf(history, filter).map((day) => Math.floor((dayOf(history.asOf) - day) / periodDays))).size,
  };
}

const meanSql = (gaps: string, use: Use) => use.derive(`arraySum(${gaps}) / length(${gaps})`);
const deviationSql = (gaps: string, use: Use) => {
  const middle = meanSql(gaps, use);
  return use.derive(`sqrt(arraySum(g -> pow(g - ${middle}, 2), ${gaps}) / length(${gaps}))`);
};
const middleSql = (sorted: string, of: number) => `${sorted}[intDiv(length(${sorted}) + ${of}, 2)]`;
/** Each gap counts 2^(-1/2) of the next later one. */
const recencySql = (gaps: string, use: Use) =>
  use.derive(`arrayMap(i -> exp2((toInt64(i) - length(${gaps})) / 2), arrayEnumerate(${gaps}))`);

const statistics: Record<
  GapStatistic,
  { fewest: number; sql(gaps: string, use: Use): string; evaluate(gaps: readonly number[]): number }
> = {
  mean: { fewest: 1, sql: meanSql, evaluate: mean },
  median: {
    fewest: 1,
    sql: (gaps, use) => {
      const sorted = use.derive(`arraySort(${gaps})`);
      return `(${middleSql(sorted, 1)} + ${middleSql(sorted, 2)}) / 2`;
    },
    evaluate: (gaps) => {
      const sorted = gaps.toSorted((a, b) => a - b);
      return (sorted[(gaps.length - 1) >> 1] + sorted[gaps.length >> 1]) / 2;
    },
  },
  deviation: { fewest: 2, sql: deviationSql, evaluate: deviation },
  variation: {
    fewest: 2,
    sql: (gaps, use) => `${deviationSql(gaps, use)} / ${meanSql(gaps, use)}`,
    evaluate: (gaps) => deviation(gaps) / mean(gaps),
  },
  last: { fewest: 1, sql: (gaps) => `${gaps}[-1]`, evaluate: (gaps) => gaps[gaps.length - 1] },
  shortest: { fewest: 1, sql: (gaps) => `arrayMin(${gaps})`, evaluate: (gaps) => Math.min(...gaps) },
  longest: { fewest: 1, sql: (gaps) => `arrayMax(${gaps})`, evaluate: (gaps) => Math.max(...gaps) },
  weighted: {
    fewest: 1,
    sql: (gaps, use) => {
      const weights = recencySql(gaps, use);
      return `arraySum((g, w) -> g * w, ${gaps}, ${weights}) / arraySum(${weights})`;
    },
    evaluate: (gaps) => {
      const weights = gaps.map((_, i) => 2 ** ((i + 1 - gaps.length) / 2));
      return total(gaps.map((g, i) => g * weights[i])) / total(weights);
    },
  },
};

function gapsSql(use: Use, filter: Filter): string {
  return use.derive(`arrayPopFront(arrayDifference(arrayMap(d -> toFloat64(d), ${daysSql(use, filter)})))`);
}

function gapsOf(history: History, filter: Filter): number[] {
  const days = daysOf(history, filter);
  return days.slice(1).map((day, i) => day - days[i]);
}

/** Whole days since the last day with such an event. */
function sinceSql(use: Use, filter: Filter): string {
  return use.derive(`${dayOf(use.asOf)} - toInt64(${daysSql(use, filter)}[-1])`);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function mean(values: readonly number[]): number {
  return total(values) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(total(values.map((value) => (value - middle) ** 2)) / values.length);
}
