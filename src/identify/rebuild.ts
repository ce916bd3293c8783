// A table drawn anew from the events, for everyone or for a few. Everyone's is written in parts under a new version,
// after which the older version goes; a reader in between sees the newer row of each key, so nothing is ever empty.

import type { Facts, Lane } from '../store/index.ts';
import { type ResolvedEvents, within } from './people.ts';

export type Drawn = {
  table: 'profiles' | 'sessions';
  /** Columns of the table that tell two rows of one person apart. */
  key: readonly string[];
  /** Draws the people that `scope` leaves in; sums amounts where `summed` (a condition on `events`) holds. Binds {workspace:String}. */
  insertSql(scope: Pick<ResolvedEvents, 'part' | 'nodes'>, version: number, summed: string): string;
};

type How = { workspace: string; now: Date; summed: string };

const EVENTS_PER_PART = 2_000_000;

/** Draws everyone anew and returns the number of rows. */
export async function rebuild(
  facts: Facts,
  { table, insertSql }: Drawn,
  { workspace, now, summed }: How,
): Promise<number> {
  const here = 'workspace = {workspace:String}';
  const older = await newestVersion(facts, table, workspace, here);
  const version = Math.max(now.getTime(), older + 1);
  const of = Math.max(1, Math.ceil((await countRows(facts, 'events', workspace, here)) / EVENTS_PER_PART));
  for (let index = 0; index < of; index++) {
    await facts.command(insertSql(of > 1 ? { part: { index, of } } : {}, version, summed), { workspace });
  }
  if (older > 0) await facts.remove(table, `${here} AND version < ${version}`, { workspace });
  return countRows(facts, table, workspace, `${here} AND version = ${version}`);
}

/** Draws anew those whom the nodes (all of each person) belong to, and removes what is theirs no more. */
export async function redraw(
  facts: Facts,
  { table, key, insertSql }: Drawn,
  nodes: readonly bigint[],
  { workspace, now, summed }: How,
): Promise<void> {
  const theirs = `workspace = {workspace:String} AND ${within('profile', nodes)}`;
  const older = await newestVersion(facts, table, workspace, theirs, 'follow');
  const version = Math.max(now.getTime(), older + 1);
  // On one thread: what arrives meanwhile is to be in the facts first.
  await facts.command(`${insertSql({ nodes }, version, summed)} SETTINGS max_threads = 1`, { workspace }, 'follow');
  if (older === 0) return;
  const [{ stale }] = await facts.rows<{ stale: string }>(
    `SELECT count() AS stale FROM (SELECT 1 FROM ${table} WHERE ${theirs} GROUP BY ${key.join(', ')}
     HAVING max(version) < ${version})`,
    { workspace },
    'follow',
  );
  if (Number(stale) > 0) await facts.remove(table, `${theirs} AND version < ${version}`, { workspace }, 'follow');
}

async function newestVersion(
  facts: Facts,
  table: string,
  workspace: string,
  where: string,
  lane: Lane = 'batch',
): Promise<number> {
  const sql = `SELECT max(version) AS version FROM ${table} WHERE ${where}`;
  const [row] = await facts.rows<{ version: string }>(sql, { workspace }, lane);
  return Number(row.version);
}

async function countRows(facts: Facts, table: string, workspace: string, where: string): Promise<number> {
  const [row] = await facts.rows<{ n: string }>(
    `SELECT count() AS n FROM ${table} WHERE ${where}`,
    { workspace },
    'batch',
  );
  return Number(row.n);
}
