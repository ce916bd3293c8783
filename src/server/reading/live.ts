// What is coming in: the latest events and refusals of a workspace, and how fresh the facts are. Events are not stored
// by arrival, so the latest are sought in a short stretch of time first and in longer ones while they do not suffice.

import { listRejected, type RejectedMessage } from '../../collect/index.ts';
import type { Store } from '../../store/index.ts';
import { DAY_MS, fromClickHouseTime, MINUTE_MS, toClickHouseTime } from '../../time.ts';
import { summarise } from './timeline.ts';

export type LiveEvent = {
  messageId: string;
  at: Date;
  event: string;
  name: string;
  anchor: string;
  profile: string;
  source: string;
  platform: string;
  summary: string;
};

export type Freshness = { lastEventAt: Date | null; eventsLastMinute: number; eventsLastDay: number };

export async function readFreshness({ facts }: Store, workspace: string, now: Date): Promise<Freshness> {
  const [row] = await facts.rows<{ all: string; last: string; minute: string; day: string }>(
    `SELECT count() AS all, toString(max(received_at)) AS last,
       countIf(received_at > {minute:DateTime64(3)}) AS minute, countIf(received_at > {day:DateTime64(3)}) AS day
     FROM events WHERE workspace = {workspace:String}`,
    { workspace, minute: before(now, MINUTE_MS), day: before(now, DAY_MS) },
  );
  return {
    lastEventAt: Number(row.all) === 0 ? null : fromClickHouseTime(row.last),
    eventsLastMinute: Number(row.minute),
    eventsLastDay: Number(row.day),
  };
}

export async function readLatestEvents(
  store: Store,
  workspace: string,
  last: Date,
  limit: number,
): Promise<LiveEvent[]> {
  for (const windowMs of [MINUTE_MS, DAY_MS, last.getTime()]) {
    const rows = await store.facts.rows<Row>(
      `SELECT message_id, toString(at) AS moment, event, name, anchor, leftPad(lower(hex(node)), 16, '0') AS node, source, platform,
         revenue, currency, search_query, page_title, page_path, product_ids, categories, brands, prices, quantities
       FROM events WHERE workspace = {workspace:String} AND received_at >= {since:DateTime64(3)}
       ORDER BY received_at DESC, at DESC, message_id LIMIT {limit:UInt32}`,
      { workspace, since: before(last, windowMs), limit },
    );
    if (rows.length < limit && windowMs < last.getTime()) continue;
    const profiles = await profilesOf(store, workspace, rows);
    return rows.map((row) => toLiveEvent(row, profiles));
  }
  return [];
}

/** What is refreshed every two seconds shows large messages in part; the quarantine's own list has them whole. */
const BODY_CHARACTERS = 8000;

export async function readRejected(
  store: Store,
  workspace: string,
  now: Date,
  limit: number,
): Promise<{ rejected: RejectedMessage[]; rejectedLastDay: number }> {
  const { rejected } = await listRejected(store, { workspace, limit, bodyCharacters: BODY_CHARACTERS });
  const [{ day }] = await store.facts.rows<{ day: string }>(
    `SELECT count() AS day FROM rejected_events WHERE workspace = {workspace:String} AND at > {since:DateTime64(3)}`,
    { workspace, since: before(now, DAY_MS) },
  );
  return { rejected, rejectedLastDay: Number(day) };
}

export type IgnoredId = { field: string; value: string; events: number };

/** Ids of the last 24 hours that stand for nobody (such as "null") and were left out of their events, commonest first. */
export async function readIgnoredIds({ facts }: Store, workspace: string, now: Date): Promise<IgnoredId[]> {
  const rows = await facts.rows<{ field: string; value: string; events: string }>(
    `SELECT pair.1 AS field, pair.2 AS value, count() AS events
     FROM (SELECT arrayJoin(JSONExtractKeysAndValues(context, 'ignoredIds', 'String')) AS pair FROM events
       WHERE workspace = {workspace:String} AND received_at > {since:DateTime64(3)} AND position(context, '"ignoredIds"') > 0)
     GROUP BY pair ORDER BY events DESC, pair LIMIT 100`,
    { workspace, since: before(now, DAY_MS) },
  );
  return rows.map((row) => ({ ...row, events: Number(row.events) }));
}

type Row = Parameters<typeof summarise>[0] & {
  message_id: string;
  moment: string;
  anchor: string;
  node: string;
  source: string;
  platform: string;
};

function toLiveEvent(row: Row, profiles: ReadonlyMap<string, string>): LiveEvent {
  return {
    messageId: row.message_id,
    at: fromClickHouseTime(row.moment),
    event: row.event,
    name: row.name,
    anchor: row.anchor,
    profile: profiles.get(row.node) ?? row.node.padStart(16, '0'),
    source: row.source,
    platform: row.platform,
    summary: summarise(row),
  };
}

/** The present profile of each node that is not its own. */
async function profilesOf({ facts }: Store, workspace: string, rows: readonly Row[]): Promise<Map<string, string>> {
  if (rows.length === 0) return new Map();
  const found = await facts.rows<{ id: string; owner: string }>(
    `SELECT leftPad(lower(hex(node)), 16, '0') AS id, leftPad(lower(hex(argMax(profile, (since, version)))), 16, '0') AS owner FROM identity_map
     WHERE workspace = {workspace:String} AND node IN (SELECT cityHash64(arrayJoin({anchors:Array(String)})))
     GROUP BY node`,
    { workspace, anchors: [...new Set(rows.map((row) => row.anchor))] },
  );
  return new Map(found.map((row) => [row.id, row.owner.padStart(16, '0')]));
}

function before(moment: Date, ms: number): string {
  return toClickHouseTime(Math.max(0, moment.getTime() - ms));
}
