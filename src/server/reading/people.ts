// People as the People page lists them: by score or by when they were last seen, with a cursor that stays true while
// scores are renewed (it names the moment it began with).

import { InklingError } from '../../errors.ts';
import type { Level } from '../../predict/index.ts';
import type { Store } from '../../store/index.ts';
import { fromClickHouseTime, toClickHouseTime } from '../../time.ts';
import { displayName, type Identifiers } from './names.ts';
import { readScoringMoments } from './overview.ts';
import { reasonInWords } from './reasons.ts';

export type PeopleQuery = {
  workspace: string;
  modelId?: string;
  search?: string;
  segment?: string;
  category?: string;
  sort: 'score' | 'lastSeen';
  cursor?: string;
  limit: number;
};

export type ListedPerson = {
  id: string;
  displayName: string;
  identifiers: Identifiers;
  score: number | null;
  segment: Level | null;
  confidence: number | null;
  category: string | null;
  topReason: string | null;
  firstSeenAt: Date;
  lastSeenAt: Date;
  events: number;
  purchases: number;
  revenue: number;
  scoreHistory: number[];
};

export type PeoplePage = { people: ListedPerson[]; nextCursor: string | null; total: number };

type Cursor = { asOf: string | null; offset: number };

const HISTORY_LENGTH = 14;

export async function listPeople(store: Store, query: PeopleQuery): Promise<PeoplePage> {
  const cursor = query.cursor ? readCursor(query.cursor) : await firstCursor(store, query);
  const { sql, params } = listSql(query, cursor);
  const [{ total }] = await store.facts.rows<{ total: string }>(`SELECT count() AS total FROM (${sql})`, params);
  const order = query.sort === 'score' ? 'score DESC, last_seen DESC, profile' : 'last_seen DESC, profile';
  const rows = await store.facts.rows<Row>(
    `SELECT * EXCEPT (profile), leftPad(lower(hex(profile)), 16, '0') AS id FROM (${sql}) ORDER BY ${order} LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    { ...params, limit: query.limit, offset: cursor.offset },
  );
  const histories = await readHistories(
    store,
    query,
    rows.map((row) => row.id),
  );
  const end = cursor.offset + rows.length;
  return {
    people: rows.map((row) => toPerson(row, histories.get(row.id) ?? [])),
    nextCursor: end < Number(total) ? writeCursor({ ...cursor, offset: end }) : null,
    total: Number(total),
  };
}

type Row = {
  id: string;
  score: number | null;
  segment: Level | null;
  confidence: number | null;
  category: string | null;
  signals: string[];
  contributions: number[];
  signal_values: (number | string)[];
  user_ids: string[];
  anonymous_ids: string[];
  email_hashes: string[];
  phone_hashes: string[];
  first_seen: string;
  last_seen: string;
  events: string;
  purchases: string;
  revenue: number;
};

function listSql(query: PeopleQuery, cursor: Cursor) {
  const params: Record<string, string | number> = { workspace: query.workspace, modelId: query.modelId ?? '' };
  params['asOf'] = cursor.asOf ?? '1970-01-01 00:00:00.000';
  const wanted: string[] = [];
  if (query.search) {
    params['search'] = query.search.trim();
    wanted.push(`(arrayExists(id -> startsWith(id, {search:String}), arrayConcat(user_ids, anonymous_ids, email_hashes))
      OR startsWith(leftPad(lower(hex(profile)), 16, '0'), lower({search:String})))`);
  }
  if (query.segment) {
    params['segment'] = query.segment;
    wanted.push('segment = {segment:String}');
  }
  if (query.category) {
    params['category'] = query.category;
    wanted.push('category = {category:String}');
  }
  const scored = `SELECT profile, toNullable(score) AS score, toNullable(toString(segment)) AS segment,
      toNullable(confidence) AS confidence, toNullable(toString(category)) AS category,
      signals, contributions, signal_values
    FROM scores FINAL WHERE workspace = {workspace:String} AND model_id = {modelId:String} AND as_of = {asOf:DateTime64(3, 'UTC')}`;
  const sql = `SELECT p.profile AS profile, user_ids, anonymous_ids, email_hashes, phone_hashes,
      toString(first_seen) AS first_seen, toString(last_seen) AS last_seen, events, purchases, revenue,
      s.score AS score, s.segment AS segment, s.confidence AS confidence, s.category AS category,
      s.signals AS signals, s.contributions AS contributions, s.signal_values AS signal_values
    FROM (SELECT * FROM profiles FINAL WHERE workspace = {workspace:String}) AS p
    LEFT JOIN (${scored}) AS s ON p.profile = s.profile
    ${wanted.length > 0 ? `WHERE ${wanted.join(' AND ')}` : ''}`;
  return { sql, params };
}

async function firstCursor(store: Store, { workspace, modelId }: PeopleQuery): Promise<Cursor> {
  const [asOf] = modelId ? await readScoringMoments(store, { workspace }, modelId) : [];
  return { asOf: asOf ? toClickHouseTime(asOf) : null, offset: 0 };
}

async function readHistories(
  { facts }: Store,
  { workspace, modelId }: PeopleQuery,
  ids: readonly string[],
): Promise<Map<string, number[]>> {
  if (!modelId || ids.length === 0) return new Map();
  const rows = await facts.rows<{ id: string; history: number[] }>(
    `SELECT leftPad(lower(hex(profile)), 16, '0') AS id, arraySlice(arrayMap(pair -> pair.2, arraySort(groupArray((as_of, score)))), -${HISTORY_LENGTH}) AS history
     FROM scores FINAL WHERE workspace = {workspace:String} AND model_id = {modelId:String}
       AND profile IN (SELECT reinterpretAsUInt64(reverse(unhex(arrayJoin({ids:Array(String)})))))
     GROUP BY profile`,
    { workspace, modelId, ids },
  );
  return new Map(rows.map((row) => [row.id, row.history]));
}

function toPerson(row: Row, scoreHistory: number[]): ListedPerson {
  const identifiers = {
    userIds: row.user_ids,
    anonymousIds: row.anonymous_ids,
    emailHashes: row.email_hashes,
    phoneHashes: row.phone_hashes,
  };
  return {
    id: row.id,
    displayName: displayName(row.id, identifiers),
    identifiers,
    score: row.score,
    segment: row.segment,
    confidence: row.confidence,
    category: row.category || null,
    topReason: row.score === null ? null : reasonInWords(row.signals, row.contributions, row.signal_values) || null,
    firstSeenAt: fromClickHouseTime(row.first_seen),
    lastSeenAt: fromClickHouseTime(row.last_seen),
    events: Number(row.events),
    purchases: Number(row.purchases),
    revenue: row.revenue,
    scoreHistory,
  };
}

function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.asOf, cursor.offset])).toString('base64url');
}

function readCursor(text: string): Cursor {
  try {
    const [asOf, offset] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if ((asOf === null || typeof asOf === 'string') && Number.isInteger(offset) && offset >= 0) return { asOf, offset };
  } catch {
    // falls through to the error below
  }
  throw new InklingError('invalid_input', `"${text}" is not a cursor of this list.`, {
    field: 'cursor',
    value: text,
    hint: 'Take nextCursor from the page before, or leave it out to begin at the start.',
  });
}
