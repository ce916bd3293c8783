// Measures over visits, as the rule of the workspace cuts them (identify/sessions/rule.ts), without cutting the events
// into visits: it is enough to know with which events one begins, and the time on site is the sum of all other gaps.

import { beginsOf, beginsSql, declaredSql, outsideVisits } from '../identify/index.ts';
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
      const { moments, begins } = visitSql(use);
      const recent = windowDays === undefined ? '' : ` AND t >= ${use.asOf - windowDays * DAY_MS}`;
      return `arrayCount((t, b) -> b${recent}, ${moments}, ${begins})`;
    },
    evaluate: (history) => {
      const since = windowDays === undefined ? -Infinity : history.asOf - windowDays * DAY_MS;
      return startsOf(history).filter((t) => t >= since).length;
    },
  };
}

/** Minutes between the first and the last event of each visit, summed. */
export function minutesOnSite(windowDays?: number): Measure {
  return {
    sql: (use) => {
      const { moments, gaps, begins } = visitSql(use);
      const recent = windowDays === undefined ? '' : ` AND t >= ${use.asOf - windowDays * DAY_MS}`;
      return `arraySum((t, g, b) -> if(NOT b${recent}, g, 0), ${moments}, ${gaps}, ${begins}) / 60000`;
    },
    evaluate: (history) => {
      const { moments, begins } = visitsIn(history);
      const since = windowDays === undefined ? -Infinity : history.asOf - windowDays * DAY_MS;
      let sum = 0;
      for (let i = 1; i < moments.length; i++) {
        if (!begins[i] && moments[i] >= since) sum += moments[i] - moments[i - 1];
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

/** Minutes from the start of the latest visit to its last event; unknown without a visit. */
export function minutesOfLastVisit(): Measure {
  return {
    sql: (use) => {
      const { moments } = visitSql(use);
      const starts = startsSql(use);
      return `if(empty(${starts}), nan, (${moments}[-1] - ${starts}[-1]) / 60000)`;
    },
    evaluate: (history) => {
      const start = startsOf(history).at(-1);
      return start === undefined ? Number.NaN : (visitsIn(history).moments.at(-1)! - start) / 60_000;
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

function visitSql(use: Use): { moments: string; gaps: string; begins: string } {
  const moments = use.aggregate(`arraySort(groupArrayIf(at_ms, ${inVisit.sql}))`);
  const gaps = use.derive(`arrayDifference(${moments})`);
  const declared = declaredSql(use.sessionRule, inVisit.sql, use.aggregate, use.derive);
  return { moments, gaps, begins: use.derive(beginsSql(moments, gaps, declared, use.sessionRule)) };
}

function startsSql(use: Use): string {
  const { moments, begins } = visitSql(use);
  return use.derive(`arrayFilter((t, b) -> b, ${moments}, ${begins})`);
}

function visitsIn(history: History): { moments: number[]; begins: boolean[] } {
  return history.memo('visits', () => {
    const events = history.events.filter(inVisit.test);
    return { moments: events.map((row) => row.at), begins: beginsOf(events, history.sessionRule) };
  });
}

function startsOf(history: History): number[] {
  return history.memo('visit starts', () => {
    const { moments, begins } = visitsIn(history);
    return moments.filter((_, i) => begins[i]);
  });
}
