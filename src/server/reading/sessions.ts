// Visits as they are listed: latest first, a page behind the last one of the page before. The table stands in the order
// of people, so a page finds the keys of its visits first and reads only those whole.

import { InklingError } from '../../errors.ts';
import { BOT_SCORE, readSession, readSessionId, type Session, sessionColumns } from '../../identify/index.ts';
import type { Params, Store } from '../../store/index.ts';
import { toClickHouseTime } from '../../time.ts';

export type Bots = 'without' | 'with' | 'only';

export type SessionsQuery = {
  workspace: string;
  /** Those of one person. */
  profile?: bigint;
  /** Begun at or after, and before. */
  from?: Date;
  to?: Date;
  source?: string;
  campaign?: string;
  device?: string;
  platform?: string;
  entryPage?: string;
  converted?: boolean;
  bots?: Bots;
  cursor?: string;
  limit: number;
};

export type SessionsPage = { sessions: Session[]; nextCursor: string | null };

const columns = ['profile', ...sessionColumns.map((column) => column.name)].join(', ');
const here = 'workspace = {workspace:String}';

/** Throws `invalid_input` when the cursor is none of this list. */
export async function listSessions(store: Store, query: SessionsQuery): Promise<SessionsPage> {
  const { where, params } = conditionsOf(query);
  const places = await store.facts.rows<{ profile: string; start: string; id: string }>(
    `SELECT profile, toString(start_time) AS start, session_id AS id FROM sessions FINAL WHERE ${where}
     ORDER BY start_time DESC, session_id DESC LIMIT {limit:UInt32}`,
    { ...params, limit: query.limit + 1 },
  );
  const shown = places.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    sessions: await readWhole(store, query.workspace, shown),
    nextCursor: places.length > shown.length && last ? last.id : null,
  };
}

/** Throws `not_found`. */
export async function findSession(store: Store, workspace: string, id: string): Promise<Session> {
  const key = readSessionId(id);
  const [found] = key
    ? await readWhole(store, workspace, [
        { profile: String(key.profile), start: toClickHouseTime(key.startAt), id: id.toLowerCase() },
      ])
    : [];
  if (found) return found;
  throw new InklingError('not_found', `There is no session "${id}".`, {
    field: 'id',
    value: id,
    hint: 'Sessions get another id when late events or a merge move their beginning: ask for those of the person again.',
  });
}

/** The visits of a person that touch a stretch of time, the latest first. */
export async function sessionsBetween(
  { facts }: Store,
  { workspace, profile, from, to }: { workspace: string; profile: bigint; from: Date; to: Date },
): Promise<Session[]> {
  const rows = await facts.rows<Record<string, unknown>>(
    `SELECT ${columns} FROM sessions FINAL WHERE ${here} AND profile = {profile:UInt64}
       AND end_time >= {from:DateTime64(3, 'UTC')} AND start_time <= {to:DateTime64(3, 'UTC')}
     ORDER BY start_time DESC, session_id DESC`,
    { workspace, profile, from: toClickHouseTime(from), to: toClickHouseTime(to) },
  );
  return rows.map(readSession);
}

async function readWhole(
  { facts }: Store,
  workspace: string,
  places: readonly { profile: string; start: string; id: string }[],
): Promise<Session[]> {
  if (places.length === 0) return [];
  const keys = places.map(({ profile, start }) => `(${BigInt(profile)}, toDateTime64('${start}', 3, 'UTC'))`);
  const rows = await facts.rows<Record<string, unknown>>(
    `SELECT ${columns} FROM sessions FINAL WHERE ${here} AND (profile, start_time) IN (${keys.join(', ')})
       AND session_id IN {ids:Array(String)} ORDER BY start_time DESC, session_id DESC`,
    { workspace, ids: places.map(({ id }) => id) },
  );
  return rows.map(readSession);
}

function conditionsOf(query: SessionsQuery): { where: string; params: Params } {
  const { workspace, profile, from, to, source, campaign, device, platform, entryPage, converted } = query;
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
  const bots = { without: `bot_score < ${BOT_SCORE}`, with: '', only: `bot_score >= ${BOT_SCORE}` }[
    query.bots ?? 'without'
  ];
  const conditions = [
    here,
    profile !== undefined && 'profile = {profile:UInt64}',
    from && "start_time >= {from:DateTime64(3, 'UTC')}",
    to && "start_time < {to:DateTime64(3, 'UTC')}",
    source !== undefined && 'traffic_source = {source:String}',
    campaign !== undefined && 'campaign = {campaign:String}',
    device !== undefined && 'device_type = {device:String}',
    platform !== undefined && 'platform = {platform:String}',
    entryPage !== undefined && 'entry_page = {entryPage:String}',
    converted !== undefined && `converted = ${Number(converted)}`,
    bots,
    after && "(start_time, session_id) < ({after:DateTime64(3, 'UTC')}, {afterId:String})",
  ];
  const given = { source, campaign, device, platform, entryPage };
  return {
    where: conditions.filter(Boolean).join(' AND '),
    params: {
      workspace,
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      ...(profile === undefined ? {} : { profile }),
      ...(from ? { from: toClickHouseTime(from) } : {}),
      ...(to ? { to: toClickHouseTime(to) } : {}),
      ...(after ? { after: toClickHouseTime(after.startAt), afterId: query.cursor! } : {}),
    } as Params,
  };
}

/** The id of the last session says where it stood. */
function readCursor(text: string): { startAt: Date } {
  const key = readSessionId(text);
  if (key) return key;
  throw new InklingError('invalid_input', `"${text}" is not a cursor of this list.`, {
    field: 'cursor',
    value: text,
    hint: 'Take nextCursor from the page before, or leave it out to begin at the start.',
  });
}
