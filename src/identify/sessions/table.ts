// The table `sessions`, drawn by SQL from the events of everybody or of a few. Cutting sorted arrays is more than ten
// times as fast as window functions over all events.

import { resolvedEventsSql } from '../people.ts';
import type { Drawn } from '../rebuild.ts';
import { sessionColumns } from './columns.ts';
import { beginsSql, declaredSql, type SessionRule } from './rule.ts';
import { stepColumns, tupleColumns } from './step.ts';
import { outsideVisits, quoted } from './visit.ts';
import { visitNames } from './visited.ts';

export function sessionsTable(rule: SessionRule): Drawn {
  const names = sessionColumns.map((column) => column.name);
  return {
    table: 'sessions',
    key: ['profile', 'start_time', 'session_id'],
    insertSql: (scope, version, summed) => {
      const where = `event NOT IN (${quoted(outsideVisits)})`;
      const events = resolvedEventsSql({ columns: stepColumns, where, ...scope });
      return `INSERT INTO sessions (workspace, profile, version, ${names.join(', ')})
        SELECT {workspace:String}, profile, ${version}, ${sessionColumns.map((column) => column.sql).join(', ')}
        FROM (SELECT profile, visit, ${visitNames.join(', ')} FROM (${visitsSql(events, rule, summed)}))`;
    },
  };
}

/** (profile, visit): the steps of each visit, as tuples. */
function visitsSql(events: string, rule: SessionRule, summed: string): string {
  const aggregates: string[] = [];
  const derived: string[] = [];
  const named = (list: string[], prefix: string) => (sql: string) => {
    list.push(`${sql} AS ${prefix}${list.length}`);
    return `${prefix}${list.length - 1}`;
  };
  const declared = declaredSql(rule, '1', named(aggregates, 'a'), named(derived, 'd'));
  const begins = beginsSql('steps.1', 'arrayDifference(steps.1)', declared, rule);
  const kept = tupleColumns.map((name) => (name === 'revenue' ? `if(${summed}, revenue, 0)` : plain(name)));
  const grouped = [`arraySort(groupArray((at_ms, ${kept.join(', ')}))) AS steps`, ...aggregates];
  return `SELECT profile, arrayJoin(arraySplit((e, begins) -> begins, steps, ${begins})) AS visit
    FROM (SELECT profile, ${['steps', ...derived].join(', ')}
      FROM (SELECT profile, ${grouped.join(', ')}
        FROM (SELECT *, toUnixTimestamp64Milli(at) AS at_ms FROM (${events})) GROUP BY profile))`;
}

/** Texts without their dictionaries, which tuples do not need. */
function plain(name: string): string {
  return name === 'seconds_on_page' || name === 'scroll_depth' || name === 'bot' || name === 'hosted'
    ? name
    : `toString(${name})`;
}
