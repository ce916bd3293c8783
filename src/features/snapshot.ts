// A snapshot: what was known of everyone as of a moment, kept in `features`. Taking it again replaces it. Large ones
// run in parts by ranges of profile ids, so memory is bounded by the part and the rows land in the table's order. That of
// some people of a night goes through the pasts that are kept (kept.ts) where they are of that moment.

import { InklingError } from '../errors.ts';
import { inPart, type ProfilePart, sessionRuleOf } from '../identify/index.ts';
import type { Store } from '../store/index.ts';
import { fromClickHouseTime, toClickHouseTime } from '../time.ts';
import { type FeaturesQuery, featuresSql, signalSetOf, withoutCompiler } from './compile.ts';
import { findKept, forgetKept } from './kept.ts';
import type { Signal } from './signal.ts';
import { signals as everySignal } from './signals/index.ts';
import { hasSurroundings } from './surroundings.ts';

export type SnapshotOptions = {
  workspace: string;
  /** Only events and evidence before this moment are looked at. */
  asOf: Date;
  /** Absent = every signal. */
  signals?: readonly Signal[];
  now: Date;
  /** Only these of everybody, under a set of their own: ids are hashes, so a part of their range is a fair draw. */
  share?: ProfilePart;
  /** One part of the work per so many events; the default takes about 2 GB. */
  eventsPerPart?: number;
  onProgress?: (done: number, total: number) => void;
};

export type Snapshot = { people: number; signalSet: string };

export const EVENTS_PER_PART = 10_000_000;

/** The name under which a snapshot of these signals is kept. */
export function snapshotSetOf(signals: readonly Signal[], share?: ProfilePart): string {
  return share ? `${signalSetOf(signals)} ${share.index}/${share.of}` : signalSetOf(signals);
}

/** Everyone with an event before `asOf`, except bots. */
export async function takeSnapshot(store: Store, options: SnapshotOptions): Promise<Snapshot> {
  const { workspace, asOf, signals = everySignal, now, share, eventsPerPart = EVENTS_PER_PART, onProgress } = options;
  if (signals.length === 0) {
    throw new InklingError('invalid_input', 'A snapshot of no signals was asked for.', {
      field: 'signals',
      hint: 'Choose at least one signal.',
    });
  }
  const { facts } = store;
  const signalSet = snapshotSetOf(signals, share);
  const sessionRule = await sessionRuleOf(store, workspace);
  const params = { workspace, signalSet, asOf: toClickHouseTime(asOf) };
  const here = `workspace = {workspace:String} AND signal_set = {signalSet:String} AND as_of = {asOf:DateTime64(3, 'UTC')}`;
  const [before] = await facts.rows<{ events: string }>(
    `SELECT count() AS events FROM events WHERE workspace = {workspace:String} AND at < {asOf:DateTime64(3, 'UTC')}`,
    params,
    'batch',
  );
  const [older] = await facts.rows<{ rows: string; version: string }>(
    `SELECT count() AS rows, max(version) AS version FROM features WHERE ${here}`,
    params,
    'batch',
  );
  const placed = await hasSurroundings(store, workspace);
  const version = Math.max(now.getTime(), Number(older.version) + 1);
  const parts = share ? 1 : Math.max(1, Math.ceil(Number(before.events) / eventsPerPart));
  const query: FeaturesQuery = { asOf, sessionRule, hasSurroundings: placed };
  const insert = (sql: string) =>
    facts.command(
      `INSERT INTO features (workspace, as_of, profile, signal_set, values, category, version)
       SELECT {workspace:String}, {asOf:DateTime64(3, 'UTC')}, profile, {signalSet:String}, values, category, ${version}
       FROM (${sql}) SETTINGS ${withoutCompiler}`,
      params,
    );
  const kept = share && (await findKept(store, { workspace, signals, query }));
  for (let index = 0; index < parts; index++) {
    const part = share ?? (parts > 1 ? { index, of: parts } : undefined);
    const sql = kept
      ? featuresSql(signals, { ...query, part, products: kept.products }, kept.sql(inPart('profile', share)))
      : featuresSql(signals, { ...query, part });
    await insert(sql);
    onProgress?.(index + 1, parts);
  }
  if (Number(older.rows) > 0) await facts.remove('features', `${here} AND version < ${version}`, params);
  const [taken] = await facts.rows<{ people: string }>(`SELECT count() AS people FROM features WHERE ${here}`, params);
  return { people: Number(taken.people), signalSet };
}

/** Removes the snapshots before a moment, but for those of some moments; how many moments went. */
export async function removeSnapshots(
  { facts }: Store,
  { workspace, before, keep }: { workspace: string; before: Date; keep: readonly Date[] },
): Promise<number> {
  const older = `workspace = {workspace:String} AND as_of < {before:DateTime64(3, 'UTC')}`;
  const params = { workspace, before: toClickHouseTime(before) };
  const moments = await facts.rows<{ as_of: string }>(
    `SELECT DISTINCT as_of FROM features WHERE ${older}`,
    params,
    'batch',
  );
  const kept = new Set(keep.map((moment) => moment.getTime()));
  const unused = moments.filter(({ as_of }) => !kept.has(fromClickHouseTime(as_of).getTime()));
  if (unused.length > 0) {
    const list = unused.map(({ as_of }) => `toDateTime64('${as_of}', 3, 'UTC')`).join(', ');
    await facts.remove('features', `workspace = {workspace:String} AND as_of IN (${list})`, { workspace });
  }
  return unused.length;
}

/** Removes every snapshot of a workspace, as when its visits are cut by another rule: those that are needed are taken anew. */
export async function forgetSnapshots(store: Store, workspace: string): Promise<void> {
  await store.facts.remove('features', 'workspace = {workspace:String}', { workspace });
  await forgetKept(store, workspace);
}
