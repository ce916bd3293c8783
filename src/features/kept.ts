// The pasts that are kept from one night to the next (past.ts): made once from everybody's events, then again only for
// those who did something, whose events came late, or whose identifiers changed hands. Whoever is no longer somebody of
// their own leaves a row that says so. A refresh that was cut off is begun again from where the last whole one stood.

import { identityMapSql, movedSql, resolvedEventsSql } from '../identify/index.ts';
import { readSetting, removeSetting, type Store, writeSetting } from '../store/index.ts';
import { HOUR_MS, toClickHouseTime } from '../time.ts';
import { type FeaturesQuery, keptSetOf, keptSql, withoutCompiler } from './compile.ts';
import type { Signal } from './signal.ts';

export type KeptWork = {
  workspace: string;
  signals: readonly Signal[];
  query: FeaturesQuery;
  now: Date;
  /** Who is made anew at a time. */
  parts: number;
  onPart(done: number): void;
};

/** Up to where the pasts that are kept hold everything. */
type Kept = { set: string; asOf: string; readAt: string; settled: number };

const SETTING = 'kept_pasts';
/** What a row stands for: nobody (no event but a program's), a person, an identifier that is part of another person. */
const [NOBODY, PERSON, PART] = [0, 1, 2];
/** An event that was received so long ago is in the facts. */
const UNDER_WAY_MS = HOUR_MS;
/** Where more of the events than this are new, everybody is made anew. */
const SHARE_TO_BEGIN_ANEW = 0.2;

/** A SELECT of everybody's past before a moment for `featuresSql`, brought up to date; undefined before the last such moment. */
export async function refreshKept(store: Store, work: KeptWork): Promise<string | undefined> {
  const { workspace, signals, query, now } = work;
  const set = keptSetOf(signals, query);
  const last = await readSetting<Kept>(store, workspace, SETTING);
  if (last && new Date(last.asOf) > query.asOf) return undefined;
  const isUsable = last?.set === set && (await settledBy(store, workspace, last)) === last.settled;
  if (!isUsable || !(await refreshSome(store, work, set, last))) await makeAll(store, work, set);
  const next = { set, asOf: query.asOf.toISOString(), readAt: now.toISOString() };
  const settled = await settledBy(store, workspace, next);
  await writeSetting(store, { workspace, name: SETTING, value: { ...next, settled }, now });
  return `SELECT profile, integers, numbers, texts FROM kept_pasts FINAL WHERE ${here(set)} AND standing = ${PERSON}`;
}

/** Forgets them, as when the visits of a workspace are cut by another rule. */
export async function forgetKept(store: Store, workspace: string): Promise<void> {
  await removeSetting(store, workspace, SETTING);
  await store.facts.remove('kept_pasts', 'workspace = {workspace:String}', { workspace });
}

/** How many events it can hold by now; another number later says that some were removed, or came very late. */
async function settledBy(
  { facts }: Store,
  workspace: string,
  { asOf, readAt }: Omit<Kept, 'settled'>,
): Promise<number> {
  const [row] = await facts.rows<{ n: string }>(
    `SELECT count() AS n FROM events WHERE workspace = {workspace:String}
       AND at < ${moment(asOf)} AND received_at <= ${settledMoment(readAt)}`,
    { workspace },
    'batch',
  );
  return Number(row.n);
}

async function makeAll({ facts }: Store, work: KeptWork, set: string): Promise<void> {
  const { workspace, signals, query, parts, onPart } = work;
  const version = await nextVersion({ facts }, work);
  for (let index = 0; index < parts; index++) {
    const part = parts > 1 ? { index, of: parts } : undefined;
    await facts.command(insertSql(keptSql(signals, { ...query, part }), { set, version, asOf: query.asOf }), {
      workspace,
    });
    onPart(index + 1);
  }
  const moved = `SELECT node AS profile FROM (${movedSql(query.asOf)})`;
  await facts.command(setAsideSql(moved, { set, version, asOf: query.asOf }), { workspace });
  await facts.remove('kept_pasts', `workspace = {workspace:String} AND version < ${version}`, { workspace });
}

/** False where so many events are new that it is better to begin anew. */
async function refreshSome({ facts }: Store, work: KeptWork, set: string, last: Kept): Promise<boolean> {
  const { workspace, signals, query } = work;
  const { asOf } = query;
  const isNew = `at >= ${moment(last.asOf)} OR received_at > ${settledMoment(last.readAt)}`;
  const [events] = await facts.rows<{ fresh: string; all: string }>(
    `SELECT countIf(${isNew}) AS fresh, count() AS all FROM events
     WHERE workspace = {workspace:String} AND at < ${moment(asOf)}`,
    { workspace },
    'batch',
  );
  if (Number(events.fresh) > SHARE_TO_BEGIN_ANEW * Number(events.all)) return false;
  const version = await nextVersion({ facts }, work);
  const active = `SELECT DISTINCT profile FROM (${resolvedEventsSql({ asOf, columns: ['at'], where: isNew })})`;
  const known = `SELECT profile, members, standing FROM kept_pasts FINAL WHERE ${here(set)}`;
  const regrouped = `SELECT profile FROM (
      SELECT profile, members FROM (${known}) WHERE standing = ${PERSON} AND members != 0
      UNION ALL SELECT profile, members FROM (${membersSql(asOf)}))
    GROUP BY profile HAVING count() = 1 OR min(members) != max(members)`;
  // Who has become part of another, and who no longer is.
  const joined = `SELECT profile FROM (
      SELECT profile, 1 AS before, 0 AS now FROM (${known}) WHERE standing = ${PART}
      UNION ALL SELECT node AS profile, 0, 1 FROM (${movedSql(asOf)}))
    GROUP BY profile HAVING sum(before) != sum(now)`;
  const all = `SELECT DISTINCT profile FROM (${active} UNION ALL ${regrouped} UNION ALL ${joined})`;
  await facts.command(setAsideSql(all, { set, version, asOf }), { workspace });
  const of = `SELECT profile FROM kept_pasts WHERE ${here(set)} AND version = ${version}`;
  const again = { set, version: version + 1, asOf };
  await facts.command(insertSql(keptSql(signals, { ...query, of }), again), { workspace });
  return true;
}

type Place = { set: string; version: number; asOf: Date };

/** Whoever of them is made anew stands in a later version. */
function setAsideSql(profiles: string, { set, version, asOf }: Place): string {
  return `INSERT INTO kept_pasts (workspace, kept_set, profile, standing, version)
    SELECT {workspace:String}, '${set}', profile, if(profile IN (${movedSql(asOf)}), ${PART}, ${NOBODY}), ${version}
    FROM (${profiles})`;
}

function insertSql(kept: string, { set, version, asOf }: Place): string {
  return `INSERT INTO kept_pasts (workspace, kept_set, profile, integers, numbers, texts, members, standing, version)
    SELECT {workspace:String}, '${set}', k.profile, k.integers, k.numbers, k.texts, m.members, ${PERSON}, ${version}
    FROM (${kept}) AS k LEFT ANY JOIN (${membersSql(asOf)}) AS m ON k.profile = m.profile
    SETTINGS ${withoutCompiler}`;
}

/** For each profile that has further identifiers a number that is another once they are others. */
function membersSql(asOf: Date): string {
  return `SELECT profile, sum(cityHash64(node)) AS members FROM (${identityMapSql(asOf)})
    WHERE node != profile GROUP BY profile`;
}

async function nextVersion({ facts }: Pick<Store, 'facts'>, { workspace, now }: KeptWork): Promise<number> {
  const [row] = await facts.rows<{ version: string }>(
    'SELECT max(version) AS version FROM kept_pasts WHERE workspace = {workspace:String}',
    { workspace },
    'batch',
  );
  return Math.max(now.getTime(), Number(row.version) + 1);
}

const here = (set: string) => `workspace = {workspace:String} AND kept_set = '${set}'`;
const settledMoment = (readAt: string) => moment(new Date(new Date(readAt).getTime() - UNDER_WAY_MS));

function moment(at: Date | string): string {
  return `toDateTime64('${toClickHouseTime(new Date(at))}', 3, 'UTC')`;
}
