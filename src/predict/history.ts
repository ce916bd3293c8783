// From the store to rows to learn from: how far the data reach, snapshots where they are missing or out of date, and the
// matrix of several moments with its outcomes.

import {
  blockOf,
  countSnapshot,
  type Everyone,
  signals as everySignal,
  type LabelledMatrix,
  openEveryone,
  readDaysTo,
  readMatrix,
  readPeopleAsOf,
  removeSnapshots,
  type Signal,
  signalSetOf,
  snapshotSetOf,
  streamSnapshot,
  takeSnapshot,
} from '../features/index.ts';
import type { ProfilePart } from '../identify/index.ts';
import type { Matrix, Waits } from '../learn/index.ts';
import { readSetting, removeSetting, type Store, writeSetting } from '../store/index.ts';
import { addDays, DAY_MS, fromClickHouseTime, startOfDay, toClickHouseTime } from '../time.ts';
import { untouchedWeights } from './acted.ts';
import type { Outcome } from './question.ts';
import type { ModelRecord } from './registry.ts';
import type { Rows } from './rows.ts';
import type { Week } from './season.ts';

export type DataSpan = { from: Date; to: Date; people: number; events: number };

/** First and last event of a workspace, undefined when there is none. */
export async function findDataSpan(store: Store, workspace: string): Promise<DataSpan | undefined> {
  const [row] = await store.facts.rows<{ from: string; to: string; events: string; people: string }>(
    `SELECT min(at) AS from, max(at) AS to, count() AS events, uniq(node) AS people
     FROM events WHERE workspace = {workspace:String}`,
    { workspace },
    'batch',
  );
  const events = Number(row?.events ?? 0);
  if (events === 0) return undefined;
  return { from: fromClickHouseTime(row.from), to: fromClickHouseTime(row.to), people: Number(row.people), events };
}

/** People who converted, day by day added up to weeks that end at the midnight before a moment; oldest first. */
export async function readWeeks(
  store: Store,
  work: { workspace: string; outcome: Outcome; from: Date; before: Date },
): Promise<Week[]> {
  const { workspace, outcome, from } = work;
  const before = startOfDay(work.before);
  const rows = await store.facts.rows<{ week: string; conversions: string }>(
    `SELECT week, sum(people) AS conversions FROM (
       SELECT intDiv(toUnixTimestamp64Milli({before:DateTime64(3, 'UTC')}) - 1 - toUnixTimestamp64Milli(at),
           ${7 * DAY_MS}) AS week, toDate(at, 'UTC') AS day, uniq(node) AS people
         FROM events WHERE workspace = {workspace:String} AND event = {event:String} AND bot = 0
           AND at < {before:DateTime64(3, 'UTC')} AND ({category:String} = '' OR has(categories, {category:String}))
         GROUP BY week, day)
     GROUP BY week`,
    { workspace, event: outcome.event, category: outcome.category ?? '', before: toClickHouseTime(before) },
    'batch',
  );
  const found = new Map(rows.map(({ week, conversions }) => [Number(week), Number(conversions)]));
  const whole = Math.max(0, Math.floor((before.getTime() - from.getTime()) / (7 * DAY_MS)));
  return Array.from({ length: whole }, (_, i) => whole - 1 - i).map((back) => ({
    from: addDays(before, -7 * (back + 1)),
    conversions: found.get(back) ?? 0,
  }));
}

export type SnapshotWork = {
  workspace: string;
  moments: readonly Date[];
  now: Date;
  /** Of this part of the people only: a fair draw. */
  share?: ProfilePart;
  onProgress?: (done: number, total: number) => void;
};

/**
 * Takes the snapshots that are missing, and again those that events have come in for since. Answers the id of the
 * signal set they are kept under.
 */
export async function prepareSnapshots(store: Store, work: SnapshotWork): Promise<string> {
  const { workspace, moments, now, share, onProgress } = work;
  const signalSet = snapshotSetOf(everySignal, share);
  const unique = [...new Set(moments.map((moment) => moment.getTime()))].sort((a, b) => a - b);
  for (const [done, time] of unique.entries()) {
    const asOf = new Date(time);
    if (!(await isWhole(store, workspace, signalSet, asOf))) {
      const begun = begunSetting(signalSet, asOf);
      await writeSetting(store, { workspace, name: begun, value: {}, now });
      await takeSnapshot(store, { workspace, asOf, now, share });
      await removeSetting(store, workspace, begun);
    }
    onProgress?.(done + 1, unique.length);
  }
  return signalSet;
}

/**
 * Everybody as of a moment with some of the signals, to be scored page by page: out of a snapshot that is there already, or
 * out of the pasts that are kept. Only for a moment before theirs a snapshot is taken for it.
 */
export async function prepareEveryone(
  store: Store,
  { workspace, asOf, now, signals }: { workspace: string; asOf: Date; now: Date; signals: readonly Signal[] },
): Promise<Everyone> {
  const signalSet = signalSetOf(everySignal);
  if (!(await isWhole(store, workspace, signalSet, asOf))) {
    const kept = await openEveryone(store, { workspace, asOf, now, signals });
    if (kept) return kept;
    await prepareSnapshots(store, { workspace, moments: [asOf], now });
  }
  const source = { workspace, signalSet, asOf };
  return {
    people: await countSnapshot(store, source),
    pages: (options) => streamSnapshot(store, { ...source, ...options }),
  };
}

/** Whether a snapshot is there, has everybody and every event. */
async function isWhole(store: Store, workspace: string, signalSet: string, asOf: Date): Promise<boolean> {
  // Left behind by a process that was killed, it says that some of the people are missing.
  const isCutOff = (await readSetting(store, workspace, begunSetting(signalSet, asOf))) !== undefined;
  return !isCutOff && (await isFresh(store, workspace, signalSet, asOf));
}

const begunSetting = (signalSet: string, asOf: Date) => `snapshot ${signalSet} ${asOf.toISOString()}`;

const NIGHTS_KEPT_DAYS = 14;

/**
 * Removes snapshots that nothing looks at any more: those of nights two weeks ago, unless a model in use was learned from
 * them. Whoever needs one of them again takes it anew. Nothing is removed while a training may be reading.
 */
export async function pruneSnapshots(
  store: Store,
  {
    workspace,
    models,
    now,
  }: { workspace: string; models: readonly Pick<ModelRecord, 'status' | 'lineage'>[]; now: Date },
): Promise<number> {
  if (models.some(({ status }) => status === 'TRAINING')) return 0;
  const used = models.filter(({ status }) => status === 'ACTIVE').flatMap(({ lineage }) => lineage?.snapshots ?? []);
  const keep = used.map(({ asOf }) => new Date(asOf));
  return removeSnapshots(store, { workspace, before: addDays(now, -NIGHTS_KEPT_DAYS), keep });
}

async function isFresh(store: Store, workspace: string, signalSet: string, asOf: Date): Promise<boolean> {
  const params = { workspace, signalSet, asOf: toClickHouseTime(asOf) };
  const [taken] = await store.facts.rows<{ version: string }>(
    `SELECT max(version) AS version FROM features WHERE workspace = {workspace:String}
       AND signal_set = {signalSet:String} AND as_of = {asOf:DateTime64(3, 'UTC')}`,
    params,
    'batch',
  );
  const version = Number(taken?.version ?? 0);
  if (version === 0) return false;
  const later = `workspace = {workspace:String} AND at < {asOf:DateTime64(3, 'UTC')}
    AND received_at > {taken:DateTime64(3, 'UTC')}`;
  return !(await store.facts.holds('events', later, { ...params, taken: toClickHouseTime(version) }, 'batch'));
}

export type RowsWork = {
  workspace: string;
  signalSet: string;
  moments: readonly Date[];
  outcome: Outcome;
  maxRows: number;
  seed: number;
  /** Until when it is known what people did: asks for their waits. */
  until?: Date;
};

/** People at the moments with their outcomes; a uniform draw when there are more than `maxRows`. */
export async function readRows(store: Store, work: RowsWork): Promise<Rows> {
  const { workspace, signalSet, moments, outcome, maxRows, seed, until } = work;
  const read = await readMatrix(store, {
    workspace,
    signalSet,
    asOf: moments,
    label: outcome,
    sample: { maxRows, seed },
  });
  return {
    x: read.x,
    y: read.y ?? new Float32Array(read.x.rows),
    profiles: read.profiles,
    momentOf: read.asOfIndex,
    moments,
    daysToEvent: read.daysToEvent ?? new Float32Array(read.x.rows).fill(Number.NaN),
    ...(await readUntouched(store, work, read)),
    waits: until && (await readWaits(store, { workspace, outcome, moments, until }, read)),
  };
}

/** How much each row counts where people were acted upon; nothing where nobody was. */
export async function readUntouched(
  store: Store,
  { workspace, moments, outcome }: Pick<RowsWork, 'workspace' | 'moments' | 'outcome'>,
  { profiles, asOfIndex }: { profiles: BigUint64Array; asOfIndex: Uint8Array },
): Promise<Pick<Rows, 'untouched'>> {
  const at: Map<bigint, number>[] = [];
  for (const asOf of moments) at.push(await untouchedWeights(store, { workspace, asOf, days: outcome.timeframeDays }));
  if (at.every((weights) => weights.size === 0)) return {};
  return { untouched: Float32Array.from(profiles, (profile, r) => at[asOfIndex[r]].get(profile) ?? 1) };
}

const LONGEST_WAIT_DAYS = 365;

/** How long after its moment each row's person converted first, or was watched without. */
async function readWaits(
  store: Store,
  work: { workspace: string; outcome: Outcome; moments: readonly Date[]; until: Date },
  { profiles, asOfIndex }: Pick<LabelledMatrix, 'profiles' | 'asOfIndex'>,
): Promise<Waits> {
  const { workspace, outcome, moments, until } = work;
  const waits: Waits = { days: new Float32Array(profiles.length), happened: new Uint8Array(profiles.length) };
  for (const [index, asOf] of moments.entries()) {
    const from = asOfIndex.indexOf(index);
    if (from < 0) continue;
    const to = asOfIndex.lastIndexOf(index) + 1;
    const watched = Math.min(LONGEST_WAIT_DAYS, (until.getTime() - asOf.getTime()) / DAY_MS);
    if (!(watched > 0)) continue;
    const label = { ...outcome, timeframeDays: watched };
    const days = await readDaysTo(store, { workspace, label, asOf, profiles: profiles.subarray(from, to) });
    for (let r = from; r < to; r++) {
      const happened = !Number.isNaN(days[r - from]);
      waits.happened[r] = happened ? 1 : 0;
      waits.days[r] = happened ? days[r - from] : watched;
    }
  }
  return waits;
}

/** Some people as they were at a moment, in order of their id; those whom nobody knew then are left out. */
export async function readPeople(
  store: Store,
  workspace: string,
  asOf: Date,
  profiles: readonly bigint[],
): Promise<Matrix> {
  return blockOf(await readPeopleAsOf(store, { workspace, asOf, profiles })).x;
}
