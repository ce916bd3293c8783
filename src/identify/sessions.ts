// Visits by the 30-minute rule, with the columns of seed 003 [CBP-2]: the events of a person in order, cut where the
// gap is long. Cutting sorted arrays is more than ten times as fast as window functions over all events.

import { resolvedEventsSql } from './people.ts';
import type { Drawn } from './rebuild.ts';
import { conversionEvents, outsideVisits, SESSION_GAP_MS } from './visit.ts';

/** Sequences keep their first so many steps. */
const STEPS_AT_MOST = 500;

/** What is kept of each event while a visit is put together, in the order of the tuple. */
const fields = [
  ...['message_id', 'event', 'page_path', 'seconds_on_page', 'scroll_depth', 'revenue', 'platform', 'device_type'],
  ...['browser', 'country', 'traffic_source', 'campaign'],
];

const numbers = new Set(['seconds_on_page', 'scroll_depth']);

const inVisit = `event NOT IN (${list(outsideVisits)})`;

export const sessions: Drawn = {
  table: 'sessions',
  key: ['profile', 'start_time', 'session_id'],
  insertSql: (
    scope,
    version,
    summed,
  ) => `INSERT INTO sessions (workspace, session_id, profile, version, start_time, end_time,
      duration_seconds, page_count, event_count, converted, conversion_type, conversion_value, conversion_time, bounced,
      avg_seconds_on_page, avg_scroll_depth, total_clicks, entry_page, exit_page, page_sequence, action_sequence,
      platform, device_type, browser, country, traffic_source, campaign)
    ${sessionsSql(resolvedEventsSql({ columns: ['at', 'currency', ...fields], where: inVisit, ...scope }), version, summed)}`,
};

function sessionsSql(events: string, version: number, summed: string): string {
  const kept = fields.map((field) =>
    field === 'revenue' ? `if(${summed}, revenue, 0)` : numbers.has(field) ? field : `toString(${field})`,
  );
  const field = (name: string) => `visit.${fields.indexOf(name) + 2}`;
  const is = (events: readonly string[]) => `e -> e IN (${list(events)})`;
  const first = (name: string) => `arrayFirst(x -> x != '', ${field(name)})`;
  const mean = (name: string) => {
    const given = `arrayFilter(x -> x > 0, ${field(name)})`;
    return `if(empty(${given}), 0, arrayAvg(${given}))`;
  };
  return `SELECT {workspace:String}, leftPad(lower(hex(cityHash64(profile, moments[1]))), 16, '0') AS session_id, profile, ${version},
      fromUnixTimestamp64Milli(moments[1], 'UTC'), fromUnixTimestamp64Milli(moments[-1], 'UTC'),
      intDiv(moments[-1] - moments[1], 1000), length(pages), length(visit), conversion_at > 0,
      if(conversion_at > 0, events[conversion_at], ''), arraySum((e, r) -> if(e = 'purchase', r, 0), events, ${field('revenue')}),
      if(conversion_at > 0, fromUnixTimestamp64Milli(moments[conversion_at], 'UTC'), NULL),
      length(visit) = 1 AND conversion_at = 0, ${mean('seconds_on_page')}, ${mean('scroll_depth')},
      arrayCount(${is(['internal_link_click', 'external_link_click'])}, events), pages[1], pages[-1],
      arraySlice(pages, 1, ${STEPS_AT_MOST}), arraySlice(events, 1, ${STEPS_AT_MOST}),
      ${['platform', 'device_type', 'browser', 'country', 'traffic_source', 'campaign'].map(first).join(', ')}
    FROM (
      SELECT profile, visit, visit.1 AS moments, ${field('event')} AS events,
        arrayFilter((p, e) -> p != '' AND e IN ('page_view', 'screen_view'), ${field('page_path')}, events) AS pages,
        if(arrayExists(${is(['purchase'])}, events), indexOf(events, 'purchase'),
          arrayFirstIndex(${is(conversionEvents)}, events)) AS conversion_at
      FROM (
        SELECT profile, arrayJoin(arraySplit((e, gap) -> gap > ${SESSION_GAP_MS}, steps, arrayDifference(steps.1))) AS visit
        FROM (
          SELECT profile, arraySort(groupArray((toUnixTimestamp64Milli(at), ${kept.join(', ')}))) AS steps
          FROM (${events}) GROUP BY profile)))`;
}

function list(texts: readonly string[]): string {
  return texts.map((text) => `'${text}'`).join(', ');
}
