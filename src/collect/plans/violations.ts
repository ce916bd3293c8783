// How well events keep to the plan, by day, event, property and source; and how many there are of each. All of it SQL
// over the facts.

import type { Store } from '../../store/index.ts';
import { DAY_MS, fromClickHouseTime, toClickHouseTime } from '../../time.ts';
import type { PlanAction } from './plan.ts';

export type ViolationGroup = {
  type: string;
  event: string;
  property: string;
  problem: string;
  action: PlanAction;
  detail: string;
  sources: string[];
  events: number;
  lastAt: Date;
  /** Of the last one, without what is personal in it. */
  sample: string;
  messageId: string;
  planVersion: number;
};

export type EventVolume = { type: string; name: string; events: number; violations: number; lastAt: Date };

export type DayOfPlan = { day: string; events: number; noted: number; omitted: number; blocked: number };

export type ViolationsQuery = { workspace: string; days: number; now: Date; event?: string };

const GROUPS_AT_MOST = 500;

/** The commonest first. */
export async function readViolations({ facts }: Store, query: ViolationsQuery): Promise<ViolationGroup[]> {
  const rows = await facts.rows<
    Omit<ViolationGroup, 'events' | 'lastAt' | 'messageId' | 'planVersion'> & {
      total: string;
      last: string;
      message: string;
      plan: number;
    }
  >(
    `SELECT type, event, property, problem, action, argMax(detail, at) AS detail, arraySort(groupUniqArray(20)(toString(source))) AS sources,
       sum(events) AS total, toString(max(at)) AS last, argMax(sample, at) AS sample, argMax(message_id, at) AS message,
       argMax(plan_version, at) AS plan
     FROM plan_violations WHERE workspace = {workspace:String} AND at >= {since:DateTime64(3)}
       ${query.event === undefined ? '' : 'AND event = {event:String}'}
     GROUP BY type, event, property, problem, action ORDER BY total DESC, event, property LIMIT ${GROUPS_AT_MOST}`,
    { workspace: query.workspace, since: sinceOf(query), ...(query.event !== undefined && { event: query.event }) },
  );
  return rows.map(({ total, last, message, plan, ...row }) => ({
    ...row,
    events: Number(total),
    lastAt: fromClickHouseTime(last),
    messageId: message,
    planVersion: plan,
  }));
}

/** Every day of the time, also those on which nothing came. */
export async function readPlanDays({ facts }: Store, query: ViolationsQuery): Promise<DayOfPlan[]> {
  const rows = await facts.rows<Record<'day' | 'stored' | 'noted' | 'omitted' | 'blocked', string>>(
    `SELECT toString(day) AS day, sum(stored) AS stored, sum(noted) AS noted, sum(omitted) AS omitted, sum(blocked) AS blocked FROM
     (
       SELECT toDate(received_at) AS day, count() AS stored, 0 AS noted, 0 AS omitted, 0 AS blocked FROM events
       WHERE workspace = {workspace:String} AND received_at >= {since:DateTime64(3)} GROUP BY day
       UNION ALL
       SELECT toDate(at) AS day, 0, sumIf(events, action = 'allow'), sumIf(events, action = 'omit'), sumIf(events, action = 'block')
       FROM plan_violations WHERE workspace = {workspace:String} AND at >= {since:DateTime64(3)} GROUP BY day
     ) GROUP BY day ORDER BY day`,
    { workspace: query.workspace, since: sinceOf(query) },
  );
  const found = new Map(rows.map((row) => [row.day, row]));
  return Array.from({ length: query.days }, (_, i) => {
    const day = new Date(query.now.getTime() - (query.days - 1 - i) * DAY_MS).toISOString().slice(0, 10);
    const row = found.get(day);
    const of = (name: 'stored' | 'noted' | 'omitted' | 'blocked') => Number(row?.[name] ?? 0);
    return { day, events: of('stored'), noted: of('noted'), omitted: of('omitted'), blocked: of('blocked') };
  });
}

/** Every event by name with how many came and broke the plan, the commonest first. */
export async function readEventVolumes({ facts }: Store, query: ViolationsQuery): Promise<EventVolume[]> {
  const rows = await facts.rows<{ type: string; title: string; stored: string; broken: string; last: string }>(
    `SELECT type, title, sum(stored) AS stored, sum(broken) AS broken, toString(max(seen)) AS last FROM
     (
       SELECT toString(type) AS type, if(type = 'track', name, '') AS title, count() AS stored, 0 AS broken, max(received_at) AS seen FROM events
       WHERE workspace = {workspace:String} AND received_at >= {since:DateTime64(3)} GROUP BY type, title
       UNION ALL
       SELECT toString(type) AS type, if(type = 'track', event, '') AS title, 0, sum(events), max(at) FROM plan_violations
       WHERE workspace = {workspace:String} AND at >= {since:DateTime64(3)} GROUP BY type, title
     ) GROUP BY type, title ORDER BY stored DESC, broken DESC, title LIMIT ${GROUPS_AT_MOST}`,
    { workspace: query.workspace, since: sinceOf(query) },
  );
  return rows.map(({ type, title, stored, broken, last }) => ({
    type,
    name: title,
    events: Number(stored),
    violations: Number(broken),
    lastAt: fromClickHouseTime(last),
  }));
}

function sinceOf({ now, days }: ViolationsQuery): string {
  // Whole days by UTC, the present one among them.
  const midnight = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  return toClickHouseTime(midnight - (days - 1) * DAY_MS);
}
