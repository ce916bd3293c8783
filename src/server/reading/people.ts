// People as the People page lists them: by score, those without one behind, or by when they were last seen. A page
// begins behind the last person of the page before (keyset paging), in the scoring that the first page was made of: so
// it costs the same wherever it is, and nobody is shown twice or skipped while others come or are scored anew.

import { InklingError } from '../../errors.ts';
import { fromHexId, toHexId } from '../../identify/index.ts';
import { type Level, latestScoring, type ModelRecord } from '../../predict/index.ts';
import type { Params, Store } from '../../store/index.ts';
import { fromClickHouseTime, toClickHouseTime } from '../../time.ts';
import { describeListed, type ListedPerson, type Standing, unscored } from './listed.ts';
import { reasonInWords } from './reasons.ts';
import type { Bots } from './sessions.ts';

export type PeopleQuery = {
  workspace: string;
  /** Whose scores; absent = nobody has one. */
  model?: ModelRecord;
  /** Beginning of an identifier. */
  search?: string;
  segment?: Level;
  category?: string;
  /** Programs: left out by default. */
  bots?: Bots;
  sort: 'score' | 'lastSeen';
  cursor?: string;
  limit: number;
};

export type PeoplePage = { people: ListedPerson[]; nextCursor: string | null; total: number };

/** Throws `invalid_input` when the cursor is not one of this list in this order. */
export async function listPeople(store: Store, query: PeopleQuery): Promise<PeoplePage> {
  const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor, query.sort);
  const scoring = cursor ? cursor.scoring : await latestOf(store, query);
  const list = conditionsOf(query, scoring);
  const total = cursor?.total ?? (await countPeople(store, list));
  const places = await readPlaces(store, list, { ...query, after: cursor?.after });
  const shown = places.slice(0, query.limit);
  const standings = await readStandings(store, list, shown);
  const entries = shown.map(({ profile }) => ({
    id: toHexId(BigInt(profile)),
    standing: standings.get(profile) ?? unscored,
    seenAt: new Date(0),
  }));
  const more = places.length > shown.length;
  return {
    people: await describeListed(store, { workspace: query.workspace, modelId: scoring?.modelId }, entries),
    nextCursor: more ? writeCursor({ sort: query.sort, scoring, total, after: shown[shown.length - 1] }) : null,
    total,
  };
}

/** Where somebody stands in the list: by score, or (by last seen, and for those without a score) by the moment. */
type Place = { profile: string; score: number } | { profile: string; lastSeen: string };

/** What a model said at a moment, as ClickHouse writes it. */
type Scoring = { modelId: string; asOf: string };

type Cursor = { sort: PeopleQuery['sort']; scoring: Scoring | null; total: number; after: Place };

async function latestOf(store: Store, { model }: PeopleQuery): Promise<Scoring | null> {
  const asOf = model && (await latestScoring(store, model));
  return model && asOf ? { modelId: model.id, asOf: toClickHouseTime(asOf) } : null;
}

type Conditions = {
  params: Params;
  /** Conditions on `profiles`. */
  known: string;
  /** Conditions on `scores`: the scoring, without and with the filters. */
  scored: string;
  wanted: string;
  /** Some filter leaves in only people with a score. */
  onlyScored: boolean;
};

function conditionsOf(query: PeopleQuery, scoring: Scoring | null): Conditions {
  const { workspace, search = '', segment = '', category = '', bots = 'without' } = query;
  const begins = 'startsWith(id, {search:String})';
  const found = `AND (arrayExists(id -> ${begins}, arrayConcat(user_ids, anonymous_ids, email_hashes))
    OR startsWith(leftPad(lower(hex(profile)), 16, '0'), lower({search:String})))`;
  const scored =
    "workspace = {workspace:String} AND model_id = {modelId:String} AND as_of = {asOf:DateTime64(3, 'UTC')}";
  const filters = [
    scoring ? scored : '0',
    segment && 'segment = {segment:String}',
    category && 'category = {category:String}',
  ];
  return {
    params: { workspace, search: search.trim(), segment, category, ...scoring },
    known: `workspace = {workspace:String} ${ofBots[bots]} ${search ? found : ''}`,
    scored: filters[0],
    wanted: filters.filter(Boolean).join(' AND '),
    onlyScored: Boolean(segment || category),
  };
}

const ofBots: Record<Bots, string> = { without: 'AND bot = 0', with: '', only: 'AND bot = 1' };

async function countPeople({ facts }: Store, { params, known, wanted, onlyScored }: Conditions): Promise<number> {
  const profiles = `SELECT profile FROM profiles FINAL WHERE ${known}`;
  const people = onlyScored
    ? `SELECT profile FROM scores FINAL WHERE ${wanted} AND profile IN (${profiles})`
    : profiles;
  const [{ n }] = await facts.rows<{ n: string }>(`SELECT count() AS n FROM (${people})`, params);
  return Number(n);
}

type Reach = Pick<PeopleQuery, 'sort' | 'limit'> & { after: Place | undefined };

/** One place more than the limit where there is one, which tells that a page follows. */
async function readPlaces(store: Store, list: Conditions, { sort, limit, after }: Reach): Promise<Place[]> {
  const wanted = list.onlyScored ? `profile IN (SELECT profile FROM scores FINAL WHERE ${list.wanted})` : '1';
  if (sort === 'lastSeen') return readByLastSeen(store, list, wanted, after, limit + 1);
  const places = after && 'lastSeen' in after ? [] : await readByScore(store, list, after, limit + 1);
  if (list.onlyScored || places.length > limit) return places;
  const rest = `profile NOT IN (SELECT profile FROM scores WHERE ${list.scored})`;
  const behind = after && 'lastSeen' in after ? after : undefined;
  return [...places, ...(await readByLastSeen(store, list, rest, behind, limit + 1 - places.length))];
}

async function readByScore({ facts }: Store, list: Conditions, after: Place | undefined, limit: number) {
  const beyond = after && 'score' in after ? 'AND (score, profile) < ({score:UInt8}, {profile:UInt64})' : '';
  return facts.rows<{ profile: string; score: number }>(
    `SELECT profile, score FROM scores FINAL
     WHERE ${list.wanted} AND profile IN (SELECT profile FROM profiles FINAL WHERE ${list.known}) ${beyond}
     ORDER BY score DESC, profile DESC LIMIT {limit:UInt32}`,
    { ...list.params, ...after, limit },
  );
}

async function readByLastSeen(
  { facts }: Store,
  list: Conditions,
  wanted: string,
  after: Place | undefined,
  limit: number,
) {
  const beyond = after ? "AND (last_seen, profile) < ({lastSeen:DateTime64(3, 'UTC')}, {profile:UInt64})" : '';
  return facts.rows<{ profile: string; lastSeen: string }>(
    `SELECT profile, toString(last_seen) AS lastSeen FROM profiles FINAL
     WHERE ${list.known} AND ${wanted} ${beyond} ORDER BY last_seen DESC, profile DESC LIMIT {limit:UInt32}`,
    { ...list.params, ...after, limit },
  );
}

type ScoreRow = {
  profile: string;
  score: number;
  segment: Level;
  confidence: number;
  category: string;
  signals: string[];
  contributions: number[];
  signal_values: (number | string)[];
};

/** By profile, of those who have a score. */
async function readStandings({ facts }: Store, { params, scored }: Conditions, places: readonly Place[]) {
  if (places.length === 0) return new Map<string, Standing>();
  const rows = await facts.rows<ScoreRow>(
    `SELECT profile, score, segment, confidence, category, signals, contributions, signal_values
     FROM scores FINAL WHERE ${scored} AND profile IN (${places.map(({ profile }) => BigInt(profile)).join(', ')})`,
    params,
  );
  return new Map(
    rows.map((row) => [
      row.profile,
      {
        score: row.score,
        segment: row.segment,
        confidence: row.confidence,
        category: row.category || null,
        topReason: reasonInWords(row.signals, row.contributions, row.signal_values) || null,
      },
    ]),
  );
}

function writeCursor({ sort, scoring, total, after }: Cursor): string {
  const at = 'score' in after ? after.score : after.lastSeen;
  const parts = [sort, scoring?.modelId ?? null, scoring?.asOf ?? null, total, at, toHexId(BigInt(after.profile))];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function readCursor(text: string, wanted: PeopleQuery['sort']): Cursor {
  const [sort, modelId, asOf, total, at, id] = partsOf(text);
  const profile = typeof id === 'string' ? fromHexId(id) : undefined;
  const scoring = typeof modelId === 'string' && isMoment(asOf) ? { modelId, asOf } : null;
  const place = isMoment(at) ? { lastSeen: at } : sort === 'score' && isScore(at) ? { score: at } : undefined;
  if (sort === wanted && Number.isSafeInteger(total) && profile !== undefined && place) {
    return { sort: wanted, scoring, total: total as number, after: { profile: String(profile), ...place } };
  }
  throw new InklingError('invalid_input', `"${text}" is not a cursor of this list.`, {
    field: 'cursor',
    value: text,
    hint: 'Take nextCursor from the page before, with the same sort, or leave it out to begin at the start.',
  });
}

function partsOf(text: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function isMoment(value: unknown): value is string {
  const form = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/;
  return typeof value === 'string' && form.test(value) && !Number.isNaN(fromClickHouseTime(value).getTime());
}

function isScore(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 100;
}
