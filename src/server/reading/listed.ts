// People as lists show them: the profiles say who, the scores how close to buying and how that went. Whoever makes the
// list has the order and the scores; the rest is read here, by id.

import type { Level } from '../../predict/index.ts';
import type { Store } from '../../store/index.ts';
import { fromClickHouseTime } from '../../time.ts';
import { displayName, type Identifiers } from './names.ts';

export type ListedPerson = Standing & {
  id: string;
  displayName: string;
  identifiers: Identifiers;
  firstSeenAt: Date;
  lastSeenAt: Date;
  events: number;
  purchases: number;
  revenue: number;
  /** The last scores, oldest first. */
  scoreHistory: number[];
};

/** Where somebody stands in a scoring. */
export type Standing = {
  score: number | null;
  segment: Level | null;
  confidence: number | null;
  category: string | null;
  topReason: string | null;
};

export const unscored: Standing = { score: null, segment: null, confidence: null, category: null, topReason: null };

/** `id` is a profile's (16 hex digits); `seenAt` stands in for somebody whose profile is not drawn yet. */
export type Entry = { id: string; standing: Standing; seenAt: Date };

const HISTORY_LENGTH = 14;

/** In the order of the entries. */
export async function describeListed(
  store: Store,
  { workspace, modelId }: { workspace: string; modelId: string | undefined },
  entries: readonly Entry[],
): Promise<ListedPerson[]> {
  if (entries.length === 0) return [];
  const ids = entries.map(({ id }) => BigInt(`0x${id}`));
  const profiles = await readProfiles(store, workspace, ids);
  const histories = modelId ? await readHistories(store, workspace, modelId, ids) : new Map<string, number[]>();
  return entries.map((entry) => toListed(entry, profiles.get(entry.id), histories.get(entry.id) ?? []));
}

type ProfileRow = {
  id: string;
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

const hexId = "leftPad(lower(hex(profile)), 16, '0') AS id";

async function readProfiles({ facts }: Store, workspace: string, ids: readonly bigint[]) {
  const rows = await facts.rows<ProfileRow>(
    `SELECT ${hexId}, user_ids, anonymous_ids, email_hashes, phone_hashes,
       toString(first_seen) AS first_seen, toString(last_seen) AS last_seen, events, purchases, revenue
     FROM profiles FINAL WHERE workspace = {workspace:String} AND profile IN (${ids.join(', ')})`,
    { workspace },
  );
  return new Map(rows.map((row) => [row.id, row]));
}

async function readHistories({ facts }: Store, workspace: string, modelId: string, ids: readonly bigint[]) {
  const rows = await facts.rows<{ id: string; history: number[] }>(
    `SELECT ${hexId}, arraySlice(arrayMap(pair -> pair.2, arraySort(groupArray((as_of, score)))), -${HISTORY_LENGTH}) AS history
     FROM scores FINAL WHERE workspace = {workspace:String} AND model_id = {modelId:String} AND profile IN (${ids.join(', ')})
     GROUP BY profile`,
    { workspace, modelId },
  );
  return new Map(rows.map((row) => [row.id, row.history]));
}

function toListed({ id, standing, seenAt }: Entry, row: ProfileRow | undefined, scoreHistory: number[]): ListedPerson {
  const identifiers = {
    userIds: row?.user_ids ?? [],
    anonymousIds: row?.anonymous_ids ?? [],
    emailHashes: row?.email_hashes ?? [],
    phoneHashes: row?.phone_hashes ?? [],
  };
  return {
    ...standing,
    id,
    displayName: displayName(id, identifiers),
    identifiers,
    firstSeenAt: row ? fromClickHouseTime(row.first_seen) : seenAt,
    lastSeenAt: row ? fromClickHouseTime(row.last_seen) : seenAt,
    events: Number(row?.events ?? 0),
    purchases: Number(row?.purchases ?? 0),
    revenue: row?.revenue ?? 0,
    scoreHistory,
  };
}
