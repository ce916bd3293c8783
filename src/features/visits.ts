// Measures over visits by the 30-minute rule, without cutting the events into visits: a visit starts at an event more
// than 30 minutes after the one before, and the time on site is the sum of all shorter gaps.

import { outsideVisits, SESSION_GAP_MS } from '../identify/index.ts';
import { DAY_MS } from '../time.ts';
import { type Filter, not, on } from './filter.ts';
import type { History } from './history.ts';
import type { Measure, Use } from './measure.ts';

/** Events that are part of a visit. */
export const inVisit: Filter = not(on(...outsideVisits));

/** Visits that started in the last so many days. */
export function visits(windowDays?: number): Measure {
  return {
    sql: (use) => {
      const { moments, gaps } = visitSql(use);
      const started = `(i = 1 OR g > ${SESSION_GAP_MS})`;
      const recent = windowDays === undefined ? '' : ` AND t >= ${use.asOf - windowDays * DAY_MS}`;
      return `arrayCount((t, g, i) -> ${started}${recent}, ${moments}, ${gaps}, arrayEnumerate(${moments}))`;
    },
    evaluate: (history) => {
      const moments = momentsOf(history);
      const since = windowDays === undefined ? -Infinity : history.asOf - windowDays * DAY_MS;
      return moments.filter((t, i) => t >= since && (i === 0 || t - moments[i - 1] > SESSION_GAP_MS)).length;
    },
  };
}

/** Minutes between the first and the last event of each visit, summed. */
export function minutesOnSite(windowDays?: number): Measure {
  return {
    sql: (use) => {
      const { moments, gaps } = visitSql(use);
      const recent = windowDays === undefined ? '' : ` AND t >= ${use.asOf - windowDays * DAY_MS}`;
      return `arraySum((t, g) -> if(g <= ${SESSION_GAP_MS}${recent}, g, 0), ${moments}, ${gaps}) / 60000`;
    },
    evaluate: (history) => {
      const moments = momentsOf(history);
      const since = windowDays === undefined ? -Infinity : history.asOf - windowDays * DAY_MS;
      let sum = 0;
      for (let i = 1; i < moments.length; i++) {
        const gap = moments[i] - moments[i - 1];
        if (gap <= SESSION_GAP_MS && moments[i] >= since) sum += gap;
      }
      return sum / 60_000;
    },
  };
}

/** Hours from the start of the n-th last visit to the moment; unknown with fewer visits. */
export function hoursSinceVisitStart(n: number): Measure {
  return {
    sql: (use) => {
      const starts = startsSql(use);
      return `if(length(${starts}) >= ${n}, (${use.asOf} - ${starts}[-${n}]) / 3600000, nan)`;
    },
    evaluate: (history) => {
      const starts = startsOf(history);
      return starts.length >= n ? (history.asOf - starts[starts.length - n]) / 3_600_000 : Number.NaN;
    },
  };
}

/** Events of the latest visit that pass the filter. */
export function countInLastVisit(filter: Filter): Measure {
  return {
    sql: (use) => {
      const times = use.aggregate(`groupArrayIf(at_ms, ${filter.sql})`);
      const starts = startsSql(use);
      return `if(empty(${starts}), 0, arrayCount(t -> t >= ${starts}[-1], ${times}))`;
    },
    evaluate: (history) => {
      const start = startsOf(history).at(-1);
      return start === undefined ? 0 : history.events.filter((row) => row.at >= start && filter.test(row)).length;
    },
  };
}

/** Coefficient of variation of the days between visits: low = as regular as a clock. */
export function visitRegularity(): Measure {
  return {
    sql: (use) => {
      const starts = startsSql(use);
      const gaps = use.derive(`arrayPopFront(arrayDifference(arrayMap(t -> t / 86400000, ${starts})))`);
      const mean = use.derive(`arraySum(${gaps}) / length(${gaps})`);
      return `if(length(${gaps}) < 2, nan, sqrt(arraySum(g -> pow(g - ${mean}, 2), ${gaps}) / length(${gaps})) / ${mean})`;
    },
    evaluate: (history) => {
      const starts = startsOf(history);
      const gaps = starts.slice(1).map((t, i) => t / DAY_MS - starts[i] / DAY_MS);
      if (gaps.length < 2) return Number.NaN;
      const mean = gaps.reduce((sum, g) => sum + g, 0) / gaps.length;
      return Math.sqrt(gaps.reduce((sum, g) => sum + (g - mean) ** 2, 0) / gaps.length) / mean;
    },
  };
}

function visitSql(use: Use): { moments: string; gaps: string } {
  const moments = use.aggregate(`arraySort(groupArrayIf(at_ms, ${inVisit.sql}))`);
  return { moments, gaps: use.derive(`arrayDifference(${moments})`) };
}

function startsSql(use: Use): string {
  const { moments, gaps } = visitSql(use);
  return use.derive(
    `arrayFilter((t, g, i) -> i = 1 OR g > ${SESSION_GAP_MS}, ${moments}, ${gaps}, arrayEnumerate(${moments}))`,
  );
}

function momentsOf(history: History): number[] {
  return history.memo('visit moments', () => history.events.filter(inVisit.test).map((row) => row.at));
}

function startsOf(history: History): number[] {
  return history.memo('visit starts', () => {
    const moments = momentsOf(history);
    return moments.filter((t, i) => i === 0 || t - moments[i - 1] > SESSION_GAP_MS);
  });
}
