// From `features` to typed arrays. Pages follow the table's order (moment, then profile), so memory is bounded by the
// page even where the engine hands over a result as a whole, and the same snapshots give the same bytes.

import { InklingError } from '../errors.ts';
import { boundsOf, inPart, type ProfilePart, sessionRuleOf } from '../identify/index.ts';
import type { Matrix } from '../learn/index.ts';
import type { Facts, Store } from '../store/index.ts';
import { DAY_MS, toClickHouseTime } from '../time.ts';
import { featuresSql, signalSetOf, withoutCompiler } from './compile.ts';
import { type Label, labelsSql } from './labels.ts';
import { blockOf, type FeatureBlock, type FeaturePage, openRows, readPage } from './page.ts';
import type { Signal } from './signal.ts';
import { signals as everySignal } from './signals/index.ts';
import { hasSurroundings } from './surroundings.ts';

export type MatrixOptions = {
  workspace: string;
  signalSet: string;
  /** The signals behind the set; absent = every signal. */
  signals?: readonly Signal[];
  asOf: readonly Date[];
  label?: Label;
  /** A uniform sample of the rows over all moments, the same for the same seed. */
  sample?: { maxRows: number; seed: number };
};

export type LabelledMatrix = {
  profiles: BigUint64Array;
  /** Which of the moments a row belongs to. */
  asOfIndex: Uint8Array;
  x: Matrix;
  /** 1 = the event happened within the timeframe. Present with a label. */
  y?: Float32Array;
  /** Days from the moment to the first such event; NaN = not within the timeframe. Present with a label. */
  daysToEvent?: Float32Array;
};

const ROWS_PER_PAGE = 50_000;

export async function readMatrix({ facts }: Store, options: MatrixOptions): Promise<LabelledMatrix> {
  const { asOf, label, sample } = options;
  if (asOf.length > 256) {
    throw new InklingError('invalid_input', `${asOf.length} snapshots were asked for at once.`, {
      field: 'asOf',
      hint: 'Read at most 256 snapshots at once.',
    });
  }
  const names = namesOf(options);
  const chosen = sample ? await sampleCondition(facts, options, sample) : '1';
  const counts = await countRows(facts, options, asOf, chosen);
  const rows = counts.reduce((sum, n) => sum + n, 0);
  const out = {
    profiles: new BigUint64Array(rows),
    asOfIndex: new Uint8Array(rows),
    x: { rows, names, columns: names.map(() => new Float32Array(rows)) },
    ...(label && { y: new Float32Array(rows), daysToEvent: new Float32Array(rows).fill(Number.NaN) }),
  };
  let row = 0;
  for (const [index, moment] of asOf.entries()) {
    const start = row;
    for await (const page of pages(facts, options, { moment, rows: counts[index], chosen })) {
      const people = openRows(page.bytes, names.length);
      for (let r = 0; r < people.count && row < rows; r++, row++) {
        out.profiles[row] = people.profileAt(r);
        out.asOfIndex[row] = index;
        people.copyValues(r, out.x.columns, row);
      }
    }
    if (label && out.y && out.daysToEvent) {
      const outcomes = await readOutcomes(facts, options.workspace, label, moment);
      markOutcomes(
        out.profiles.subarray(start, row),
        outcomes,
        moment,
        out.y.subarray(start),
        out.daysToEvent.subarray(start),
      );
    }
  }
  return out;
}

export type SnapshotSource = { workspace: string; signalSet: string; signals?: readonly Signal[]; asOf: Date };

/** The people of one snapshot in order of their id, in blocks of bounded size. */
export async function* streamFeatures(
  store: Store,
  source: SnapshotSource & { rowsPerPage?: number },
): AsyncIterable<FeatureBlock> {
  for await (const page of streamSnapshot(store, source)) yield blockOf(page);
}

/** The same as pages, on request only those behind a profile. */
export async function* streamSnapshot(
  store: Store,
  source: SnapshotSource & { rowsPerPage?: number; after?: bigint },
): AsyncIterable<FeaturePage> {
  const rows = await countSnapshot(store, source);
  yield* pages(store.facts, source, { moment: source.asOf, rows, chosen: '1' }, source.rowsPerPage, source.after);
}

/** How many people a snapshot holds. */
export async function countSnapshot({ facts }: Store, source: SnapshotSource): Promise<number> {
  const [rows] = await countRows(facts, source, [source.asOf], '1');
  return rows;
}

type Source = Pick<MatrixOptions, 'workspace' | 'signalSet' | 'signals'>;

function namesOf({ signalSet, signals = everySignal }: Source): string[] {
  // Behind the set of a draw stands which share of the people it holds.
  if (signalSetOf(signals) !== signalSet.split(' ')[0]) {
    throw new InklingError('invalid_input', `The signal set ${signalSet} is not the set of the given signals.`, {
      field: 'signalSet',
      value: signalSet,
      hint: 'Take the snapshot again: the definition of a signal has changed since.',
    });
  }
  return signals.map((signal) => signal.name);
}

const snapshotRows = `features FINAL WHERE workspace = {workspace:String} AND signal_set = {signalSet:String}`;

function paramsOf({ workspace, signalSet }: Source) {
  return { workspace, signalSet };
}

function isAt(...moments: readonly Date[]): string {
  const times = moments.map((moment) => `toDateTime64('${toClickHouseTime(moment)}', 3, 'UTC')`);
  return times.length === 0 ? '0' : `as_of IN (${times.join(', ')})`;
}

/** How many rows each moment has; one statement for all, for each costs some milliseconds. */
async function countRows(facts: Facts, source: Source, moments: readonly Date[], chosen: string): Promise<number[]> {
  const rows = await facts.rows<{ moment: string; n: string }>(
    `SELECT toUnixTimestamp64Milli(as_of) AS moment, count() AS n FROM ${snapshotRows} AND ${isAt(...moments)} AND ${chosen}
     GROUP BY as_of`,
    paramsOf(source),
    'batch',
  );
  const counts = new Map(rows.map(({ moment, n }) => [Number(moment), Number(n)]));
  return moments.map((moment) => counts.get(moment.getTime()) ?? 0);
}

/** The rows with the smallest hashes, exactly `maxRows` of them (all, when there are no more). */
async function sampleCondition(facts: Facts, options: MatrixOptions, sample: { maxRows: number; seed: number }) {
  const hash = `cityHash64(profile, toUnixTimestamp64Milli(as_of), ${Math.trunc(sample.seed)})`;
  const [first] = await facts.rows<{ hash: string }>(
    `SELECT ${hash} AS hash FROM ${snapshotRows} AND ${isAt(...options.asOf)} ORDER BY hash LIMIT 1 OFFSET ${sample.maxRows}`,
    paramsOf(options),
    'batch',
  );
  return first ? `${hash} < ${first.hash}` : '1';
}

/** So many rows of a moment, page by page. */
async function* pages(
  facts: Facts,
  source: Source,
  { moment, rows, chosen }: { moment: Date; rows: number; chosen: string },
  rowsPerPage = ROWS_PER_PAGE,
  after?: bigint,
): AsyncIterable<FeaturePage> {
  const names = namesOf(source);
  for (const range of pageRanges(rows, rowsPerPage, after)) {
    const sql = `SELECT profile, category, values FROM ${snapshotRows} AND ${isAt(moment)}
      AND ${range.condition} AND ${chosen} ORDER BY profile`;
    yield await readPage(facts, names, sql, paramsOf(source));
  }
}

/** Ranges of ids, which are hashes, with about so many people each; those that end at a profile or before it are left out. */
export function pageRanges(
  people: number,
  perPage: number,
  after?: bigint,
): { part: ProfilePart; condition: string }[] {
  const of = Math.max(1, Math.ceil(people / perPage));
  const parts = Array.from({ length: of }, (_, index) => ({ index, of }));
  return parts
    .filter((part) => after === undefined || boundsOf(part).high > after)
    .map((part) => {
      const beyond = after === undefined ? '' : ` AND profile > ${after}`;
      return { part, condition: inPart('profile', part) + beyond };
    });
}

/**
 * About so many people as they were at a moment, in order of their id, with what they did next: computed without taking a
 * snapshot of everybody. Ids are hashes, so a part of their range is a fair draw.
 */
export async function readSomeAsOf(
  store: Store,
  work: { workspace: string; asOf: Date; label: Label; share: ProfilePart; signals?: readonly Signal[] },
): Promise<{ profiles: BigUint64Array; x: Matrix; y: Float32Array }> {
  const { workspace, asOf, label, share, signals = everySignal } = work;
  const sql = featuresSql(signals, {
    asOf,
    sessionRule: await sessionRuleOf(store, workspace),
    part: share,
    hasSurroundings: await hasSurroundings(store, workspace),
  });
  const names = signals.map(({ name }) => name);
  const page = await readPage(
    store.facts,
    names,
    `SELECT profile, category, values FROM (${sql}) ORDER BY profile SETTINGS ${withoutCompiler}`,
    { workspace },
  );
  const { profiles, x } = blockOf(page);
  const days = await readDaysTo(store, { workspace, label, asOf, profiles });
  return { profiles, x, y: days.map((after) => (Number.isNaN(after) ? 0 : 1)) };
}

/** Days from a moment to the first such event of each profile, which stand in order; NaN = none within the label's days. */
export async function readDaysTo(
  { facts }: Store,
  work: { workspace: string; label: Label; asOf: Date; profiles: BigUint64Array },
): Promise<Float32Array> {
  const { workspace, label, asOf, profiles } = work;
  const days = new Float32Array(profiles.length).fill(Number.NaN);
  const outcomes = await readOutcomes(facts, workspace, label, asOf);
  markOutcomes(profiles, outcomes, asOf, new Float32Array(profiles.length), days);
  return days;
}

type Outcomes = { profiles: BigUint64Array; firstAt: BigInt64Array };

async function readOutcomes(facts: Facts, workspace: string, label: Label, moment: Date): Promise<Outcomes> {
  const chunks: Uint8Array[] = [];
  const sql = `SELECT profile, toUnixTimestamp64Milli(first_at) FROM (${labelsSql(label, moment)}) ORDER BY profile`;
  for await (const chunk of facts.binary(sql, { workspace }, 'batch')) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const rows = bytes.length / 16;
  const outcomes = { profiles: new BigUint64Array(rows), firstAt: new BigInt64Array(rows) };
  for (let r = 0; r < rows; r++) {
    outcomes.profiles[r] = bytes.readBigUInt64LE(16 * r);
    outcomes.firstAt[r] = bytes.readBigInt64LE(16 * r + 8);
  }
  return outcomes;
}

/** Both lists are in order of profile, so one walk over the two finds the matches. */
function markOutcomes(
  profiles: BigUint64Array,
  outcomes: Outcomes,
  moment: Date,
  y: Float32Array,
  daysToEvent: Float32Array,
): void {
  let o = 0;
  for (let row = 0; row < profiles.length; row++) {
    while (o < outcomes.profiles.length && outcomes.profiles[o] < profiles[row]) o++;
    if (o === outcomes.profiles.length) return;
    if (outcomes.profiles[o] !== profiles[row]) continue;
    y[row] = 1;
    daysToEvent[row] = (Number(outcomes.firstAt[o]) - moment.getTime()) / DAY_MS;
  }
}
