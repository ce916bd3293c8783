// The people of a segment as the list of people shows them: the page of scores says who, the profiles say what else is
// known of them.

import type { ModelRecord, Score } from '../../predict/index.ts';
import type { Store } from '../../store/index.ts';
import { fromClickHouseTime } from '../../time.ts';
import { displayName } from './names.ts';
import type { ListedPerson } from './people.ts';

const HISTORY_LENGTH = 14;

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

export async function describeMembers(
  { facts }: Store,
  model: ModelRecord,
  scores: readonly Score[],
): Promise<ListedPerson[]> {
  if (scores.length === 0) return [];
  const params = { workspace: model.workspace, model: model.id };
  const ids = scores.map(({ profileId }) => BigInt(`0x${profileId}`)).join(', ');
  const rows = await facts.rows<ProfileRow>(
    `SELECT lower(leftPad(hex(profile), 16, '0')) AS id, user_ids, anonymous_ids, email_hashes, phone_hashes,
       toString(first_seen) AS first_seen, toString(last_seen) AS last_seen, events, purchases, revenue
     FROM profiles FINAL WHERE workspace = {workspace:String} AND profile IN (${ids})`,
    params,
  );
  const histories = await facts.rows<{ id: string; history: number[] }>(
    `SELECT lower(leftPad(hex(profile), 16, '0')) AS id,
       arraySlice(arrayMap(pair -> pair.2, arraySort(groupArray((as_of, score)))), -${HISTORY_LENGTH}) AS history
     FROM scores FINAL WHERE workspace = {workspace:String} AND model_id = {model:String}
       AND profile IN (${ids}) GROUP BY profile`,
    params,
  );
  const profileOf = new Map(rows.map((row) => [row.id, row]));
  const historyOf = new Map(histories.map((row) => [row.id, row.history]));
  return scores.map((score) => toPerson(score, profileOf.get(score.profileId), historyOf.get(score.profileId) ?? []));
}

/** A person who was scored before the profiles were refreshed has a score and an id, and no more. */
function toPerson(score: Score, row: ProfileRow | undefined, scoreHistory: number[]): ListedPerson {
  const identifiers = {
    userIds: row?.user_ids ?? [],
    anonymousIds: row?.anonymous_ids ?? [],
    emailHashes: row?.email_hashes ?? [],
    phoneHashes: row?.phone_hashes ?? [],
  };
  const unknown = new Date(score.asOf);
  return {
    id: score.profileId,
    displayName: displayName(score.profileId, identifiers),
    identifiers,
    score: score.score,
    segment: score.segment,
    confidence: score.confidence,
    category: score.category,
    topReason: score.signals.find(({ direction }) => direction === 'raises')?.sentence ?? null,
    firstSeenAt: row ? fromClickHouseTime(row.first_seen) : unknown,
    lastSeenAt: row ? fromClickHouseTime(row.last_seen) : unknown,
    events: Number(row?.events ?? 0),
    purchases: Number(row?.purchases ?? 0),
    revenue: row?.revenue ?? 0,
    scoreHistory,
  };
}
