// The pasts that are kept from one night to the next (past.ts): made once from everybody's events, then again only for
// those who did something, whose events came late, or whose identifiers changed hands. Whoever is no longer somebody of
// their own leaves a row that says so. What such rows stand in for is deleted at the end of a refresh, so that readers need
// not look for it. A refresh that was cut off is begun again from where the last whole one stood.
// What everybody does with products is kept beside them, as of the same moment.

import { countAllEvents, identityMapSql, movedSql, resolvedEventsSql, within } from '../identify/index.ts';
import { readSetting, removeSetting, type Store, writeSetting } from '../store/index.ts';
import { HOUR_MS, toClickHouseTime } from '../time.ts';
import { type FeaturesQuery, keptSetOf, keptSql, withoutCompiler } from './compile.ts';
import { keepProducts } from './products.ts';
import type { Signal } from './signal.ts';

export type KeptWork = {
  workspace: string;
  signals: readonly Signal[];
  query: FeaturesQuery;
  now: Date;
  /** Where everybody is made anew, one part of the work per so many events. */
  eventsPerPart: number;
};

/**
 * Up to where the pasts that are kept hold everything; `products`: the version of the figures of products
 * beside them; `isMoving`: they are being brought up to a later moment, or that was cut off.
 */
type Kept = { set: string; asOf: string; readAt: string; settled: number; products: number; isMoving?: boolean };

/** Everybody's past before a moment, for `featuresSql`. */
export type KeptPasts = {
  /** A SELECT of the pasts of those of whom a condition on `profile` holds. */
  sql(condition?: string): string;
  products: number;
  /** Whether they are still as of that moment. */
  stand(): Promise<boolean>;
};

const SETTING = 'kept_pasts';
/** What a row stands for: nobody (no event but a program's), a person, an identifier that is part of another person. */
const [NOBODY, PERSON, PART] = [0, 1, 2];
/** An event that was received so long ago is in the facts. */
const UNDER_WAY_MS = HOUR_MS;
/** So many are named in a statement that deletes. */
const PROFILES_PER_REMOVAL = 50_000;
/** Where more of the events than this are new, everybody is made anew. */
const SHARE_TO_BEGIN_ANEW = 0.2;

/** Brought up to date; undefined where the moment lies before the last one. */
export async function refreshKept(store: Store, work: KeptWork): Promise<KeptPasts | undefined> {
  const { workspace, signals, query, now } = work;
  const set = keptSetOf(signals, query);
  const last = await readSetting<Kept>(store, workspace, SETTING);
  if (last && new Date(last.asOf) > query.asOf) return undefined;
  const next = { set, asOf: query.asOf.toISOString(), readAt: now.toISOString() };
  const seen = await countEvents(store, workspace, next, last);
  const isUsable = last?.set === set && seen.settledLast === last.settled;
  if (last?.isMoving) await removeReplaced(store, workspace, set);
  if (last) await writeSetting(store, { workspace, name: SETTING, value: { ...last, isMoving: true }, now });
  if (!isUsable || seen.fresh > SHARE_TO_BEGIN_ANEW * seen.all) await makeAll(store, work, set, seen.all);
  else await refreshSome(store, work, set, last);
  await removeReplaced(store, workspace, set);
  const products = await keepProducts(store, workspace, query.asOf);
  const value: Kept = { ...next, settled: seen.settled, products };
  await writeSetting(store, { workspace, name: SETTING, value, now });
  return pastsOf(store, workspace, value);
}

/** Those that are kept, if they are as of this very moment. */
export async function findKept(
  store: Store,
  { workspace, signals, query }: Pick<KeptWork, 'workspace' | 'signals' | 'query'>,
): Promise<KeptPasts | undefined> {
  const last = await readSetting<Kept>(store, workspace, SETTING);
  const isThere = last?.set === keptSetOf(signals, query) && last.asOf === query.asOf.toISOString() && !last.isMoving;
  return isThere && last.products !== undefined ? pastsOf(store, workspace, last) : undefined;
}

function pastsOf(store: Store, workspace: string, kept: Kept): KeptPasts {
  const people = `kept_pasts WHERE ${here(kept.set)} AND standing = ${PERSON}`;
  return {
    sql: (condition = '1') => `SELECT profile, integers, numbers, texts FROM ${people} AND ${condition}`,
    products: kept.products,
    async stand() {
      const last = await readSetting<Kept>(store, workspace, SETTING);
      return last?.asOf === kept.asOf && last.products === kept.products && !last.isMoving;
    },
  };
}

/** Forgets them, as when the visits of a workspace are cut by another rule. */
export async function forgetKept(store: Store, workspace: string): Promise<void> {
  await removeSetting(store, workspace, SETTING);
  for (const table of ['kept_pasts', 'product_figures']) {
    await store.facts.remove(table, 'workspace = {workspace:String}', { workspace });
  }
}

type Seen = { all: number; fresh: number; settled: number; settledLast: number };

/**
 * How many events there are, are new, and are settled: received so long before the reading that they can be there. Another
 * number of those later says that some were removed, or came very late. Counted before anything is read: an event so late
 * that comes meanwhile has everybody made anew the next time, rather than be missed.
 */
async function countEvents(store: Store, workspace: string, next: Reading, last: Kept | undefined): Promise<Seen> {
  const isLater = last !== undefined && new Date(next.readAt) >= new Date(last.readAt);
  const quick = isLater ? await countNewEvents(store, workspace, next, last) : undefined;
  if (quick !== undefined && quick.settledLast === last?.settled) return quick;
  const [row] = await store.facts.rows<Record<keyof Seen, string>>(
    `SELECT count() AS all, countIf(${last ? isNew(last) : '1'}) AS fresh, countIf(${isSettled(next)}) AS settled,
       countIf(${last ? isSettled(last) : '0'}) AS settledLast
     FROM events WHERE workspace = {workspace:String} AND at < ${moment(next.asOf)}`,
    { workspace },
    'batch',
  );
  const { all, fresh, settled, settledLast } = row;
  return { all: Number(all), fresh: Number(fresh), settled: Number(settled), settledLast: Number(settledLast) };
}

/**
 * The same from the new events alone, which the index of moments finds, and the number of all, which the engine knows: those
 * that are not new were settled then. All are counted first, so an event that comes between the two makes one of the
 * settled too few and never one too many: where as many are found as the last time, none is gone.
 */
async function countNewEvents(store: Store, workspace: string, next: Reading, last: Kept): Promise<Seen> {
  const every = await countAllEvents(store, workspace, 'batch');
  const [row] = await store.facts.rows<Record<'later' | 'fresh' | 'settled', string>>(
    `SELECT count() AS later, countIf(at < ${moment(next.asOf)}) AS fresh, countIf(${isSettled(next)}) AS settled
     FROM events WHERE workspace = {workspace:String} AND ${isNew(last)}`,
    { workspace },
    'batch',
  );
  const [settledLast, fresh] = [every - Number(row.later), Number(row.fresh)];
  return { all: settledLast + fresh, fresh, settled: settledLast + Number(row.settled), settledLast };
}

type Reading = Pick<Kept, 'asOf' | 'readAt'>;
const isNew = ({ asOf, readAt }: Reading) => `(at >= ${moment(asOf)} OR received_at > ${settledMoment(readAt)})`;
const isSettled = ({ asOf, readAt }: Reading) => `(at < ${moment(asOf)} AND received_at <= ${settledMoment(readAt)})`;

async function makeAll({ facts }: Store, work: KeptWork, set: string, events: number): Promise<void> {
  const { workspace, signals, query, eventsPerPart } = work;
  const parts = Math.max(1, Math.ceil(events / eventsPerPart));
  const version = await nextVersion({ facts }, work);
  for (let index = 0; index < parts; index++) {
    const part = parts > 1 ? { index, of: parts } : undefined;
    await facts.command(insertSql(keptSql(signals, { ...query, part }), { set, version, asOf: query.asOf }), {
      workspace,
    });
  }
  const moved = `SELECT node AS profile FROM (${movedSql(query.asOf)})`;
  await facts.command(setAsideSql(moved, { set, version, asOf: query.asOf }), { workspace });
  await facts.remove('kept_pasts', `workspace = {workspace:String} AND version < ${version}`, { workspace });
}

async function refreshSome({ facts }: Store, work: KeptWork, set: string, last: Kept): Promise<void> {
  const { workspace, signals, query } = work;
  const { asOf } = query;
  const version = await nextVersion({ facts }, work);
  const active = `SELECT DISTINCT profile FROM (${resolvedEventsSql({ asOf, columns: ['at'], where: isNew(last) })})`;
  const known = `SELECT profile, members, standing FROM kept_pasts WHERE ${here(set)}`;
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
}

/** Deletes the rows for which later ones stand in: whoever reads then finds one for each, without FINAL, which costs a second per 500,000. */
async function removeReplaced({ facts }: Store, workspace: string, set: string): Promise<void> {
  const replaced = await facts.rows<{ profile: string; latest: string }>(
    `SELECT profile, max(version) AS latest FROM kept_pasts WHERE ${here(set)} GROUP BY profile HAVING count() > 1`,
    { workspace },
    'batch',
  );
  for (const [latest, rows] of Map.groupBy(replaced, (row) => row.latest)) {
    for (let from = 0; from < rows.length; from += PROFILES_PER_REMOVAL) {
      const profiles = rows.slice(from, from + PROFILES_PER_REMOVAL).map(({ profile }) => BigInt(profile));
      const theirs = `version < ${latest} AND ${within('profile', profiles)}`;
      await facts.remove('kept_pasts', `${here(set)} AND ${theirs}`, { workspace });
    }
  }
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
