// Segments read: who is in them, how their sizes went, who entered and left and why, how they overlap, and which are as
// good as the same.

import { InklingError } from '../../errors.ts';
import { fromHexId, toHexId } from '../../identify/index.ts';
import type { Store } from '../../store/index.ts';
import { fromClickHouseTime, toClickHouseTime } from '../../time.ts';
import { unknownSegment } from './compile.ts';
import { listedAmong } from './hand.ts';
import type { Cause } from './live/changes.ts';
import { listRuleSegments, type RuleSegment, readRuleSegment } from './stored.ts';
import { withNames } from './words/naming.ts';

export type SegmentMember = {
  profileId: string;
  userId: string | null;
  anonymousId: string | null;
  /** As it was given by hand; 1 where the rule says it. */
  confidence: number;
  reason: string;
  /** When they entered; null = they were in it when the segment was made. */
  enteredAt: string | null;
};
export type MembersPage = { members: SegmentMember[]; total: number; nextCursor: string | null };

const here = 'workspace = {workspace:String}';

/** By profile id, a page at a time; an archived segment has nobody. Throws `not_found`. */
export async function segmentMembers(
  store: Store,
  workspace: string,
  id: string,
  { cursor, limit = 50 }: { cursor?: string; limit?: number } = {},
): Promise<MembersPage> {
  const { number, status } = await readRuleSegment(store, workspace, id);
  if (status === 'archived') return { members: [], total: 0, nextCursor: null };
  const after = cursor === undefined ? 0n : readCursor(cursor);
  const inIt = `${here} AND has(segments, {number:UInt32})`;
  const params = { workspace, number };
  const [{ total }] = await store.facts.rows<{ total: string }>(
    `SELECT count() AS total FROM segment_people FINAL WHERE ${inIt}`,
    params,
  );
  const rows = await store.facts.rows<{ profile: string }>(
    `SELECT profile FROM segment_people FINAL WHERE ${inIt} AND profile > {after:UInt64} ORDER BY profile LIMIT {limit:UInt32}`,
    { ...params, after, limit: limit + 1 },
  );
  const profiles = rows.slice(0, limit).map(({ profile }) => BigInt(profile));
  const ids = profiles.map(toHexId);
  const [names, entered, listed] = await Promise.all([
    namesOf(store, workspace, profiles),
    enteredOf(store, workspace, number, profiles),
    listedAmong(store, workspace, id, ids),
  ]);
  return {
    members: ids.map((profileId) => ({
      profileId,
      userId: names.get(profileId)?.user || null,
      anonymousId: names.get(profileId)?.anonymous || null,
      confidence: listed.get(profileId)?.confidence ?? 1,
      reason: listed.get(profileId)?.reason ?? '',
      enteredAt: entered.get(profileId) ?? null,
    })),
    total: Number(total),
    nextCursor: rows.length > limit ? Buffer.from(profiles[limit - 1].toString()).toString('base64url') : null,
  };
}

/** SELECT of the profiles in a segment, for statements that act on them; binds {workspace:String}. */
export function segmentMembersSql({ number }: Pick<RuleSegment, 'number'>): string {
  return `SELECT profile FROM segment_people FINAL WHERE ${here} AND has(segments, ${number})`;
}

export type SizePoint = { at: string; size: number };

/** An hour a point, the oldest first. */
export async function sizeHistory(store: Store, workspace: string, id: string, since: Date): Promise<SizePoint[]> {
  const { number } = await readRuleSegment(store, workspace, id);
  const rows = await store.facts.rows<{ at: string; size: string }>(
    `SELECT at, size FROM segment_sizes FINAL WHERE ${here} AND segment = {number:UInt32}
       AND at >= {since:DateTime64(3, 'UTC')} ORDER BY at`,
    { workspace, number, since: toClickHouseTime(since) },
  );
  return rows.map(({ at, size }) => ({ at: fromClickHouseTime(at).toISOString(), size: Number(size) }));
}

/**
 * The sizes of several segments, or of all where none are named, by id: about so many points each, the latest of each
 * stretch, the oldest first. Throws `not_found`.
 */
export async function sizeHistories(
  store: Store,
  workspace: string,
  { ids, from, to, points }: { ids?: readonly string[]; from: Date; to: Date; points: number },
): Promise<Map<string, SizePoint[]>> {
  const segments = await everySegment(store, workspace);
  const known = new Map(segments.map((segment) => [segment.id, segment]));
  const unknown = ids?.find((id) => !known.has(id));
  if (unknown !== undefined) throw unknownSegment(unknown, 'ids');
  const wanted = ids === undefined ? segments : ids.map((id) => known.get(id)!);
  const histories = new Map(wanted.map(({ id }) => [id, [] as SizePoint[]]));
  if (wanted.length === 0) return histories;
  const stretchMs = Math.max(1, Math.ceil((to.getTime() - from.getTime()) / points));
  const rows = await store.facts.rows<{ segment: number; moment: string; latest: string }>(
    `SELECT segment, max(at) AS moment, argMax(size, at) AS latest FROM segment_sizes FINAL
     WHERE ${here} AND segment IN (${wanted.map(({ number }) => number).join(', ')}) AND at >= {from:DateTime64(3, 'UTC')}
     GROUP BY segment, intDiv(toUnixTimestamp64Milli(at) - ${from.getTime()}, ${stretchMs}) ORDER BY segment, moment`,
    { workspace, from: toClickHouseTime(from) },
  );
  const idOf = new Map(wanted.map(({ number, id }) => [number, id]));
  for (const { segment, moment, latest } of rows) {
    histories.get(idOf.get(segment)!)!.push({ at: fromClickHouseTime(moment).toISOString(), size: Number(latest) });
  }
  return histories;
}

export type MembershipChange = {
  /** Stable: the person, the number of the change and the segment. */
  id: string;
  at: string;
  profileId: string;
  segmentId: string;
  segmentName: string;
  kind: 'entered' | 'left';
  cause: Cause;
  /** Conditions that turned, in words. */
  reasons: string[];
  event: { messageId: string; name: string; at: string } | null;
};

type ChangesWish = { segmentId?: string; profileId?: string; before?: string; limit?: number };

/** Who entered and left and why, the newest first, of a segment or of a person; `before` is the `id` of the last one seen. */
export async function membershipChanges(
  store: Store,
  workspace: string,
  { segmentId, profileId, before, limit = 50 }: ChangesWish,
): Promise<MembershipChange[]> {
  const segments = await everySegment(store, workspace);
  const byNumber = new Map(segments.map((segment) => [segment.number, segment]));
  const wanted = segmentId === undefined ? undefined : await readRuleSegment(store, workspace, segmentId);
  const profile = profileId === undefined ? undefined : fromHexId(profileId);
  if (profileId !== undefined && profile === undefined) {
    throw new InklingError('invalid_input', `"${profileId}" is no profile id.`, {
      field: 'profileId',
      value: profileId,
      hint: 'Use 16 hex digits.',
    });
  }
  const place = before === undefined ? undefined : readPlace(before);
  const conditions = [
    here,
    profile !== undefined && 'profile = {profile:UInt64}',
    wanted && 'number = {number:UInt32}',
    place &&
      "(at, profile, revision, number) < ({at:DateTime64(3, 'UTC')}, {after:UInt64}, {revision:UInt32}, {seen:UInt32})",
  ];
  const rows = await store.facts.rows<ChangeRow>(
    `${changesSql} WHERE ${conditions.filter(Boolean).join(' AND ')}
     ORDER BY at DESC, profile DESC, revision DESC, number DESC LIMIT {limit:UInt32}`,
    { workspace, limit, ...(profile !== undefined && { profile }), ...(wanted && { number: wanted.number }), ...place },
  );
  return rows.flatMap((row) => toChange(row, byNumber, segments));
}

/**
 * Changes after one, the oldest first, up to a moment; those of `segmentIds` only where they are given. For whoever passes
 * them on: a page shorter than `limit` is the last.
 */
export async function changesAfter(
  store: Store,
  workspace: string,
  { after, until, segmentIds, limit }: { after: string; until: Date; segmentIds?: readonly string[]; limit: number },
): Promise<MembershipChange[]> {
  const all = await everySegment(store, workspace);
  const segments = all.filter(({ id }) => segmentIds === undefined || segmentIds.includes(id));
  if (segments.length === 0) return [];
  const rows = await store.facts.rows<ChangeRow>(
    `${changesSql} WHERE ${here} AND at >= {at:DateTime64(3, 'UTC')} AND at < {until:DateTime64(3, 'UTC')}
       AND number IN (${segments.map(({ number }) => number).join(', ')})
       AND (at, profile, revision, number) > ({at:DateTime64(3, 'UTC')}, {after:UInt64}, {revision:UInt32}, {seen:UInt32})
     ORDER BY at, profile, revision, number LIMIT {limit:UInt32}`,
    { workspace, limit, until: toClickHouseTime(until), ...readPlace(after) },
  );
  const byNumber = new Map(segments.map((segment) => [segment.number, segment]));
  return rows.flatMap((row) => toChange(row, byNumber, all));
}

/** The id of no change: everything from the moment on comes after it. */
export function changeIdAt(moment: Date): string {
  return `${moment.getTime()}-0-0-0`;
}

/** Each change of each segment a row. */
const changesSql = `SELECT profile, revision, at, toString(cause) AS cause, message_id, toString(event) AS event, event_at,
     arrayJoin(arrayConcat(entered, gone)) AS number, has(entered, number) AS is_entry, reasons[number] AS why
   FROM segment_changes FINAL`;

/** Archived ones too: what became of people in them is still told. */
async function everySegment(store: Store, workspace: string): Promise<RuleSegment[]> {
  const archived = await listRuleSegments(store, workspace, { status: 'archived' });
  return [...(await listRuleSegments(store, workspace)), ...archived];
}

function toChange(
  row: ChangeRow,
  byNumber: ReadonlyMap<number, RuleSegment>,
  segments: readonly RuleSegment[],
): MembershipChange[] {
  const segment = byNumber.get(row.number);
  if (segment === undefined) return [];
  const at = fromClickHouseTime(row.at);
  return [
    {
      id: [at.getTime(), row.profile, row.revision, row.number].join('-'),
      at: at.toISOString(),
      profileId: toHexId(BigInt(row.profile)),
      segmentId: segment.id,
      segmentName: segment.name,
      kind: row.is_entry ? 'entered' : 'left',
      cause: row.cause,
      reasons: row.why.map((reason) => withNames(reason, segments)),
      event:
        row.message_id === ''
          ? null
          : { messageId: row.message_id, name: row.event, at: fromClickHouseTime(row.event_at).toISOString() },
    },
  ];
}

/** The segments somebody is in. */
export async function segmentsOfPerson(store: Store, workspace: string, profileId: string): Promise<RuleSegment[]> {
  const profile = fromHexId(profileId);
  const rows = await store.facts.rows<{ segments: number[] }>(
    `SELECT argMax(segments, segment_people.revision) AS segments FROM segment_people WHERE ${here} AND profile = {profile:UInt64}`,
    { workspace, profile: profile ?? 0n },
  );
  const numbers = new Set(rows[0]?.segments);
  return (await listRuleSegments(store, workspace)).filter(({ number }) => numbers.has(number));
}

export type Overlap = {
  segments: { id: string; name: string; size: number }[];
  /** People who are in exactly these of the segments: the regions of a Venn diagram. */
  regions: { ids: string[]; people: number }[];
  /** People in both, at [row][column], in the order of the segments; the diagonal is the size. */
  matrix: number[][];
};

const COMPARED_AT_MOST = 20;

/** How segments overlap. Throws `not_found`. */
export async function overlapOf(store: Store, workspace: string, ids: readonly string[]): Promise<Overlap> {
  if (ids.length < 1 || ids.length > COMPARED_AT_MOST) {
    throw new InklingError('invalid_input', `${ids.length} segments can't be compared.`, {
      field: 'ids',
      value: ids.length,
      hint: `Name 1 to ${COMPARED_AT_MOST}.`,
    });
  }
  const segments: RuleSegment[] = [];
  for (const id of new Set(ids)) segments.push(await readRuleSegment(store, workspace, id));
  const numbers = segments.map(({ number }) => number);
  const rows = await store.facts.rows<{ region: number[]; people: string }>(
    `SELECT arraySort(arrayIntersect(segments, [${numbers.join(', ')}])) AS region, count() AS people
     FROM segment_people FINAL WHERE ${here} GROUP BY region HAVING notEmpty(region) ORDER BY people DESC, region`,
    { workspace },
  );
  const idOf = new Map(segments.map(({ number, id }) => [number, id]));
  const matrix = numbers.map((a) =>
    numbers.map((b) => sumOf(rows.filter(({ region }) => region.includes(a) && region.includes(b)))),
  );
  return {
    segments: segments.map(({ id, name }, i) => ({ id, name, size: matrix[i][i] })),
    regions: rows.map(({ region, people }) => ({
      ids: region.map((number) => idOf.get(number)!),
      people: Number(people),
    })),
    matrix,
  };
}

export type Likeness = {
  id: string;
  name: string /** The same rule, or the share of both that is in both. */;
  isSameRule: boolean;
  jaccard: number;
};

/** Other segments with the same rule or nearly the same people, the likest first. */
export async function duplicatesOf(store: Store, workspace: string, id: string, least = 0.9): Promise<Likeness[]> {
  const segment = await readRuleSegment(store, workspace, id);
  const others = (await listRuleSegments(store, workspace)).filter((other) => other.id !== id);
  const rows = await store.facts.rows<{ number: number; people: string; both: string }>(
    `SELECT arrayJoin(segments) AS number, count() AS people, countIf(has(segments, {number:UInt32})) AS both
     FROM segment_people FINAL WHERE ${here} GROUP BY number`,
    { workspace, number: segment.number },
  );
  const counts = new Map(
    rows.map(({ number, people, both }) => [number, { people: Number(people), both: Number(both) }]),
  );
  const size = counts.get(segment.number)?.people ?? 0;
  return others
    .map(({ id: other, name, number, sentence }) => {
      const { people, both } = counts.get(number) ?? { people: 0, both: 0 };
      const union = size + people - both;
      return { id: other, name, isSameRule: sentence === segment.sentence, jaccard: union === 0 ? 0 : both / union };
    })
    .filter(({ isSameRule, jaccard }) => isSameRule || jaccard >= least)
    .sort((a, b) => Number(b.isSameRule) - Number(a.isSameRule) || b.jaccard - a.jaccard);
}

type ChangeRow = {
  profile: string;
  revision: number;
  at: string;
  cause: Cause;
  message_id: string;
  event: string;
  event_at: string;
  number: number;
  is_entry: number;
  why: string[];
};

function sumOf(rows: readonly { people: string }[]): number {
  return rows.reduce((sum, { people }) => sum + Number(people), 0);
}

async function namesOf({ facts }: Store, workspace: string, profiles: readonly bigint[]) {
  if (profiles.length === 0) return new Map<string, { user: string; anonymous: string }>();
  const rows = await facts.rows<{ profile: string; user: string; anonymous: string }>(
    `SELECT profile, argMax(user_ids, version)[1] AS user, argMax(anonymous_ids, version)[1] AS anonymous
     FROM profiles WHERE ${here} AND profile IN (${profiles.join(', ')}) GROUP BY profile`,
    { workspace },
  );
  return new Map(rows.map(({ profile, ...names }) => [toHexId(BigInt(profile)), names]));
}

async function enteredOf({ facts }: Store, workspace: string, number: number, profiles: readonly bigint[]) {
  if (profiles.length === 0) return new Map<string, string>();
  const rows = await facts.rows<{ profile: string; last: string }>(
    `SELECT profile, max(at) AS last FROM segment_changes WHERE ${here} AND profile IN (${profiles.join(', ')})
       AND has(entered, {number:UInt32}) GROUP BY profile`,
    { workspace, number },
  );
  return new Map(rows.map(({ profile, last }) => [toHexId(BigInt(profile)), fromClickHouseTime(last).toISOString()]));
}

function readCursor(cursor: string): bigint {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (/^\d{1,20}$/.test(text)) return BigInt(text);
  throw notOurs('cursor', cursor);
}

function readPlace(id: string) {
  const match = id.match(/^(\d{1,15})-(\d{1,20})-(\d{1,9})-(\d{1,9})$/);
  if (match === null) throw notOurs('before', id);
  const [, at, profile, revision, number] = match;
  return { at: toClickHouseTime(Number(at)), after: BigInt(profile), revision: Number(revision), seen: Number(number) };
}

function notOurs(field: string, value: string): InklingError {
  return new InklingError('invalid_input', `The ${field} is not one of ours.`, {
    field,
    value,
    hint: 'Pass what the page before gave, unchanged.',
  });
}
