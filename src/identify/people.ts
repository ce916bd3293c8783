// Events with the person they belong to, as of any moment. The map names only identifiers that are not their own
// profile, so the join's right side stays small; what is learned after the moment moves nothing before it.

import type { Lane, Store } from '../store/index.ts';
import { toClickHouseTime } from '../time.ts';

export type ResolvedEvents = {
  /** Who is who by the evidence before this moment; absent = by all evidence. */
  asOf?: Date;
  /** Events at or after. */
  from?: Date;
  /** Events before; absent = before `asOf`. */
  to?: Date;
  /** Columns of `events`; absent = all. */
  columns?: readonly string[];
  /** A further condition on the columns of `events`. */
  where?: string;
  /** Memberships of segments instead, which are events in a table of their own; absent = what people did. */
  table?: 'membership_events';
  /** One of `of` equal ranges of profile ids, so that a heavy statement can run in parts. */
  part?: ProfilePart;
  /** Only of these people as of `asOf`: a SELECT of profiles. */
  of?: string;
  /** Only events under these identifiers; name all of a person's (membersOf) to have the person whole. */
  nodes?: readonly bigint[];
};

export type ProfilePart = { index: number; of: number };

/** A SELECT of events with `profile` (and `node`); the statement around it binds {workspace:String}. */
export function resolvedEventsSql(options: ResolvedEvents = {}): string {
  const { asOf, from, to = asOf, columns, where, table, part, of, nodes } = options;
  const read = table === undefined ? 'events' : `${table} FINAL`;
  const wanted = columns ? [...new Set(['node', ...columns])] : ['*'];
  const conditions = [
    'workspace = {workspace:String}',
    from && `at >= ${moment(from)}`,
    to && `at < ${moment(to)}`,
    where && `(${where})`,
    nodes && within('node', nodes),
    part &&
      `(${inPart('node', part)} OR node IN (SELECT node FROM (${identityMapSql(asOf)}) WHERE ${inPart('profile', part)}))`,
    of && `node IN (${of} UNION ALL ${nodesOfSql(of, asOf)})`,
  ].filter(Boolean);
  const resolved = `SELECT e.*, if(m.profile = 0, e.node, m.profile) AS profile
    FROM (SELECT ${wanted.join(', ')} FROM ${read} WHERE ${conditions.join(' AND ')}) AS e
    LEFT ANY JOIN (${identityMapSql(asOf, nodes)}) AS m ON e.node = m.node`;
  const people = [part && inPart('profile', part), of && `profile IN (${of})`].filter(Boolean);
  return people.length > 0 ? `SELECT * FROM (${resolved}) WHERE ${people.join(' AND ')}` : resolved;
}

/** The identifiers that belong to some profiles beside the profiles' own. A join, for a cluster takes no IN within an IN. */
function nodesOfSql(profiles: string, asOf: Date | undefined): string {
  return `SELECT m.node FROM (${identityMapSql(asOf)}) AS m INNER JOIN (${profiles}) AS p ON m.profile = p.profile`;
}

/** node → profile as of a moment, for the identifiers (or those of `nodes`) that ever moved. */
export function identityMapSql(asOf?: Date, nodes?: readonly bigint[]): string {
  const before = `${asOf ? `AND since < ${moment(asOf)}` : ''} ${nodes ? `AND ${within('node', nodes)}` : ''}`;
  return `SELECT node, argMax(profile, (since, version)) AS profile FROM identity_map
    WHERE workspace = {workspace:String} ${before} GROUP BY node`;
}

/** SQL for the identifiers that belong to another profile than their own as of a moment; binds {workspace:String}. */
export function movedSql(asOf: Date): string {
  return `SELECT node FROM (${identityMapSql(asOf)}) WHERE node != profile`;
}

/** SQL for the profiles (or those of `only`) that were one of their own at a moment and belong to another since; binds {workspace:String}. */
export function mergedSinceSql(at: Date, only?: readonly bigint[]): string {
  const here = `workspace = {workspace:String}${only ? ` AND ${within('node', only)}` : ''}`;
  return `SELECT node FROM identity_map WHERE ${here}
    AND node IN (SELECT node FROM identity_map WHERE ${here} AND since >= ${moment(at)})
    GROUP BY node HAVING argMax(profile, (since, version)) != node`;
}

/** From so many ids on the engine reads them faster out of one text than as literals: 1.2 µs an id instead of 3.5. */
const LONG_LIST = 100;

/** The condition that a column holds one of the ids. */
export function within(column: string, ids: readonly bigint[]): string {
  if (ids.length === 0) return '0';
  const list = [...new Set(ids)].join(',');
  return ids.length < LONG_LIST ? `${column} IN (${list})` : `${column} IN CAST('[${list}]' AS Array(UInt64))`;
}

/** The condition that an unsigned 64-bit column lies in one part of the range. */
export function inPart(column: string, part: ProfilePart): string {
  const { low, high } = boundsOf(part);
  return `${column} BETWEEN ${low} AND ${high}`;
}

/** First and last id of a part. */
export function boundsOf({ index, of }: ProfilePart): { low: bigint; high: bigint } {
  const width = 2n ** 64n / BigInt(of);
  const low = width * BigInt(index);
  return { low, high: index === of - 1 ? 2n ** 64n - 1n : low + width - 1n };
}

/** How many events a workspace has: the engine knows it from its marks, however many they are. */
export async function countAllEvents({ facts }: Store, workspace: string, lane?: Lane): Promise<number> {
  const [{ n }] = await facts.rows<{ n: string }>(
    'SELECT count() AS n FROM events WHERE workspace = {workspace:String}',
    { workspace },
    lane,
  );
  return Number(n);
}

/** The profiles that count as programs; binds {workspace:String}. */
export const botsSql = 'SELECT profile FROM profiles FINAL WHERE workspace = {workspace:String} AND bot = 1';

function moment(at: Date): string {
  return `toDateTime64('${toClickHouseTime(at)}', 3, 'UTC')`;
}
