// A table drawn anew from the events: written in parts under a new version, after which the older version goes. A
// reader in between sees the newer row of each key, so nothing is ever empty.

import type { Facts } from '../store/index.ts';
import type { ProfilePart } from './people.ts';

const EVENTS_PER_PART = 2_000_000;

/** Returns the number of rows written. */
export async function rebuild(
  facts: Facts,
  table: 'profiles' | 'sessions',
  { workspace, now }: { workspace: string; now: Date },
  insertSql: (part: ProfilePart | undefined, version: number) => string,
): Promise<number> {
  const count = async (of: string, where = '') => {
    const [row] = await facts.rows<{ rows: string }>(
      `SELECT count() AS rows FROM ${of} WHERE workspace = {workspace:String} ${where}`,
      { workspace },
      'batch',
    );
    return Number(row.rows);
  };
  const [older] = await facts.rows<{ version: string }>(
    `SELECT max(version) AS version FROM ${table} WHERE workspace = {workspace:String}`,
    { workspace },
    'batch',
  );
  const version = Math.max(now.getTime(), Number(older.version) + 1);
  const of = Math.max(1, Math.ceil((await count('events')) / EVENTS_PER_PART));
  for (let index = 0; index < of; index++) {
    await facts.command(insertSql(of > 1 ? { index, of } : undefined, version), { workspace });
  }
  if (Number(older.version) > 0) {
    await facts.remove(table, `workspace = {workspace:String} AND version < ${version}`, { workspace });
  }
  return count(table, `AND version = ${version}`);
}
