// Measures over visits, as the rule of the workspace cuts them (identify/sessions/rule.ts), without cutting the events
// into visits: it is enough to know with which events one begins, and the time on site is the sum of all other gaps.

import { beginsOf, beginsSql, declaredSql, outsideVisits } from '../identify/index.ts';
import { DAY_MS } from '../time.ts';
import { type Filter, not, on } from './filter.ts';
import type { History } from './history.ts';
import type { Measure } from './measure.ts';
import { keptNumber, keptTimes, type Use, withinSql } from './past.ts';

/** Events that are part of a visit. */
export const inVisit: Filter = not(on(...outsideVisits));

/** Visits that started in the last so many days. */
export function visits(windowDays?: number): Measure {
  return {
    sql: (use) => {
      const starts = startsSql(use);
      if (windowDays === undefined) return `length(${starts})`;
      return `arrayCount(t -> ${withinSql(use, windowDays)}, ${starts})`;
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
      if (windowDays === undefined) {
        return keptNumber(use, `arraySum((g, b) -> if(b, 0, g), ${gaps}, ${begins}) / 60000`);
      }
      const until = use.keep('integers', `arrayFilter((t, b) -> NOT b, ${moments}, ${begins})`);
      const stayed = use.keep('integers', `arrayFilter((g, b) -> NOT b, ${gaps}, ${begins})`);
      return `arraySum((g, t) -> if(${withinSql(use, windowDays)}, g, 0), ${stayed}, ${until}) / 60000`;
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
      const starts = startsSql(use);
      const start = use.derive(`${starts}[-1]`);
      return `if(empty(${starts}), 0, arrayCount(t -> t >= ${start}, ${keptTimes(use, filter)}))`;
    },
    evaluate: (history) => {
      const start = startsOf(history).at(-1);
      return start === undefined ? 0 : history.passing(filter).filter((row) => row.at >= start).length;
    },
  };
}

/** Minutes from the start of the latest visit to its last event; unknown without a visit. */
export function minutesOfLastVisit(): Measure {
  return {
    sql: (use) => {
      const { moments, starts } = visitSql(use);
      return keptNumber(use, `if(empty(${starts}), nan, (${moments}[-1] - ${starts}[-1]) / 60000)`);
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
      const { starts } = visitSql(use);
      const gaps = use.prepare(`arrayPopFront(arrayDifference(arrayMap(t -> t / 86400000, ${starts})))`);
      const mean = use.prepare(`arraySum(${gaps}) / length(${gaps})`);
      const deviation = `sqrt(arraySum(g -> pow(g - ${mean}, 2), ${gaps}) / length(${gaps}))`;
      return keptNumber(use, `if(length(${gaps}) < 2, nan, ${deviation} / ${mean})`);
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

function visitSql(use: Use): Record<'moments' | 'gaps' | 'begins' | 'starts', string> {
  const moments = use.prepare(`arraySort(${use.aggregate(`groupArrayIf(at_ms, ${inVisit.sql})`)})`);
  const gaps = use.prepare(`arrayDifference(${moments})`);
  const declared = declaredSql(use.sessionRule, inVisit.sql, use.aggregate, use.prepare);
  const begins = use.prepare(beginsSql(moments, gaps, declared, use.sessionRule));
  return { moments, gaps, begins, starts: use.prepare(`arrayFilter((t, b) -> b, ${moments}, ${begins})`) };
}

function startsSql(use: Use): string {
  return use.keep('integers', visitSql(use).starts);
}

function visitsIn(history: History): { moments: number[]; begins: boolean[] } {
  return history.memo('visits', () => {
    const events = history.passing(inVisit);
    return { moments: events.map((row) => row.at), begins: beginsOf(events, history.sessionRule) };
  });
}

function startsOf(history: History): number[] {
  return history.memo('visit starts', () => {
    const { moments, begins } = visitsIn(history);
    return moments.filter((_, i) => begins[i]);
  });
}
