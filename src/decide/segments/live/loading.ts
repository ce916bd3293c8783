// People as the facts have them, for the live side: a block of them at a time, a query for each thing the program needs to
// know, by the key of its table.

import { HISTORY_COLUMNS, type HistoryEvent, historyEventOf } from '../../../features/index.ts';
import { profilesOf } from '../../../identify/index.ts';
import { quote, type Store } from '../../../store/index.ts';
import { toClickHouseTime } from '../../../time.ts';
import { readerOf } from '../fields.ts';
import type { ProgramNeeds } from './needs.ts';
import { type Context, LivePerson, shortId } from './person.ts';

export type LoadOptions = { workspace: string; context: Context; needs: ProgramNeeds; at: number };

const PEOPLE_PER_QUERY = 5000;

/** Those of the profiles that are people now (and not part of another), with all that the program looks at. */
export async function loadPeople(
  store: Store,
  profiles: readonly bigint[],
  options: LoadOptions,
): Promise<Map<bigint, LivePerson>> {
  const people = new Map<bigint, LivePerson>();
  for (let from = 0; from < profiles.length; from += PEOPLE_PER_QUERY) {
    await loadSome(store, profiles.slice(from, from + PEOPLE_PER_QUERY), options, people);
  }
  return people;
}

async function loadSome(
  { facts }: Store,
  profiles: readonly bigint[],
  { workspace, context, needs, at }: LoadOptions,
  people: Map<bigint, LivePerson>,
): Promise<void> {
  const ask = <T>(sql: string) => facts.rows<T>(sql, { workspace });
  const here = 'workspace = {workspace:String}';
  const ids = profiles.join(', ');
  const ever = await ask<{ node: string; profile: string }>(
    `SELECT node, argMax(profile, (since, version)) AS profile FROM identity_map WHERE ${here} AND node IN (
       SELECT node FROM identity_map WHERE ${here} AND (profile IN (${ids}) OR node IN (${ids}))) GROUP BY node`,
  );
  const wanted = new Set(profiles);
  const ownerOf = new Map<bigint, bigint>(profiles.map((profile) => [profile, profile]));
  for (const { node, profile } of ever) ownerOf.set(BigInt(node), BigInt(profile));
  const nodesOf = new Map<bigint, bigint[]>();
  for (const [node, profile] of ownerOf) {
    if (wanted.has(profile)) nodesOf.set(profile, [...(nodesOf.get(profile) ?? []), node]);
  }
  // A profile is the node of its oldest identifier: one that belongs to another profile now is nobody any more.
  for (const profile of profiles) if (ownerOf.get(profile) !== profile) nodesOf.delete(profile);
  const nodes = [...nodesOf.values()].flat();
  if (nodes.length === 0) return;
  const ofNodes = `${here} AND node IN (${nodes.join(', ')})`;
  const theirs = `${here} AND profile IN (${[...nodesOf.keys()].join(', ')})`;

  const summaries = await ask<SummaryRow>(summarySql(needs, ofNodes));
  const seen = new Set(summaries.map(({ node }) => ownerOf.get(BigInt(node))!));
  const bots = await ask<{ profile: string; bot: number }>(
    `SELECT profile, argMax(bot, version) AS bot FROM profiles WHERE ${theirs} GROUP BY profile`,
  );
  const botOf = new Map(bots.map(({ profile, bot }) => [BigInt(profile), bot === 1]));
  const states = await ask<{ profile: string; segments: number[]; revision: number }>(
    `SELECT profile, argMax(segments, segment_people.revision) AS segments, max(segment_people.revision) AS revision
     FROM segment_people WHERE ${theirs} GROUP BY profile`,
  );
  const stateOf = new Map(states.map((row) => [BigInt(row.profile), row]));
  const onlyBots = new Map<bigint, boolean>();
  for (const { node, bot } of summaries) {
    const owner = ownerOf.get(BigInt(node))!;
    onlyBots.set(owner, (onlyBots.get(owner) ?? true) && bot === 1);
  }
  for (const [profile, own] of nodesOf) {
    if (!seen.has(profile)) continue;
    const state = stateOf.get(profile);
    const bot = botOf.get(profile) ?? onlyBots.get(profile) ?? false;
    const { segments = [], revision = 0 } = state ?? {};
    people.set(profile, new LivePerson(context, { profile, nodes: own, bot, segments, revision }));
  }
  const personOf = (node: string) => people.get(ownerOf.get(BigInt(node))!);
  for (const row of summaries) personOf(row.node)?.sumUp(partOf(row));

  if (context.program.lists.length > 0) {
    const columns = ['node', 'toUnixTimestamp64Milli(at) AS at_ms', 'message_id', 'event', ...needs.columns];
    const since =
      needs.reachMs < Infinity ? ` AND at >= toDateTime64('${toClickHouseTime(at - needs.reachMs)}', 3, 'UTC')` : '';
    const select = (table: string, names: readonly string[] | undefined) => {
      const named = names ? ` AND event IN (${names.map(quote).join(', ')})` : '';
      return `SELECT ${[...new Set(columns)].join(', ')} FROM ${table} WHERE ${ofNodes}${named}${since}`;
    };
    const sources = [select('events', needs.events)];
    if (needs.memberships.length > 0) sources.push(select('membership_events FINAL', needs.memberships));
    const rows = await ask<{ node: string; at_ms: string; message_id: string; event: string }>(
      sources.length === 1
        ? `${sources[0]} ORDER BY node, at`
        : `SELECT * FROM (${sources.join(' UNION ALL ')}) ORDER BY node, at_ms`,
    );
    for (const row of rows) {
      const person = personOf(row.node);
      if (person === undefined) continue;
      const reader = readerOf(row);
      const id = shortId(row.message_id);
      for (const index of needs.listsOf(row.event)) person.keep(index, reader, Number(row.at_ms), id);
    }
  }
  if (needs.ofTraits.length > 0) {
    const rows = await ask<{ node: string; at_ms: string; traits: string }>(
      `SELECT node, toUnixTimestamp64Milli(at) AS at_ms, traits FROM events WHERE ${ofNodes} AND traits NOT IN ('', '{}')
       ORDER BY node, at`,
    );
    for (const { node, at_ms, traits } of rows) personOf(node)?.tell(Number(at_ms), traits);
  }
  if (needs.ofSignals.length > 0) {
    const rows = await ask<HistoryRow>(
      `SELECT node, ${HISTORY_COLUMNS.join(', ')} FROM events WHERE ${ofNodes} ORDER BY at, message_id`,
    );
    for (const row of rows) personOf(row.node)?.remember(historyEventOf(row));
  }
  for (const [model, scorings] of needs.scores) {
    const moments = [...scorings].map((moment) => `toDateTime64('${toClickHouseTime(moment)}', 3, 'UTC')`);
    if (moments.length === 0) continue;
    const rows = await ask<ScoreRow>(
      `SELECT profile, toUnixTimestamp64Milli(as_of) AS as_of_ms, score, probability, confidence, toString(segment) AS level
       FROM scores FINAL WHERE ${theirs} AND model_id = ${quote(model)} AND as_of IN (${moments.join(', ')})`,
    );
    for (const { profile, as_of_ms, score, probability, confidence, level } of rows) {
      const narrow = { probability: Math.fround(probability), confidence: Math.fround(confidence) };
      people.get(BigInt(profile))?.scores.set(`${model} ${Number(as_of_ms)}`, { score, level, ...narrow });
    }
  }
  if (needs.byHand) {
    const rows = await ask<HandRow>(
      `SELECT node, toString(segment_id) AS segment_id, toString(verdict) AS verdict, confidence FROM segment_hand FINAL
       WHERE ${ofNodes} ORDER BY version, node`,
    );
    // The last row of a list is the one that holds.
    for (const { node, segment_id, verdict, confidence } of rows) {
      const { listed } = personOf(node) ?? {};
      if (verdict === '') listed?.delete(segment_id);
      else listed?.set(segment_id, { verdict, confidence: Math.fround(confidence) });
    }
  }
  if (needs.consent.length > 0) {
    const rows = await ask<{ node: string; ids: string[] }>(
      `SELECT node, groupUniqArrayArray(arrayFilter(x -> length(x) > 2,
         [concat('u:', user_id), concat('a:', anonymous_id), concat('e:', email_hash)])) AS ids
       FROM events WHERE ${ofNodes} GROUP BY node`,
    );
    for (const { node, ids: known } of rows) {
      for (const identifier of known) personOf(node)?.identifiers.add(identifier);
    }
  }
}

/** The profiles that nodes belong to now. */
export async function ownersOf(
  store: Store,
  workspace: string,
  nodes: readonly bigint[],
): Promise<Map<bigint, bigint>> {
  const owners = new Map<bigint, bigint>();
  for (let from = 0; from < nodes.length; from += PEOPLE_PER_QUERY) {
    const some = await profilesOf(store.facts, workspace, nodes.slice(from, from + PEOPLE_PER_QUERY));
    for (const [node, profile] of some) owners.set(node, profile);
  }
  return owners;
}

/** The identifiers of a profile whose consent counts, as the consent book names them. */
export const identifiersSql = `arrayConcat(arrayMap(x -> concat('u:', x), user_ids), arrayMap(x -> concat('a:', x), anonymous_ids),
  arrayMap(x -> concat('e:', x), email_hashes))`;

type SummaryRow = {
  node: string;
  bot: number;
  first?: string;
  last?: string;
  country?: string;
  country_at?: string;
  device?: string;
  device_at?: string;
  platforms?: string[];
  events?: string;
  purchases?: string;
};
type ScoreRow = {
  profile: string;
  as_of_ms: string;
  score: number;
  probability: number;
  confidence: number;
  level: string;
};
type HandRow = { node: string; segment_id: string; verdict: 'include' | 'exclude' | ''; confidence: number };
type HistoryRow = Omit<HistoryEvent, 'at'> & { node: string; at: string };

function summarySql({ ofSummary }: ProgramNeeds, where: string): string {
  const brief = `, toUnixTimestamp64Milli(min(at)) AS first, toUnixTimestamp64Milli(max(at)) AS last,
    argMaxIf(toString(e.country), at, e.country != '') AS country, toUnixTimestamp64Milli(maxIf(at, e.country != '')) AS country_at,
    argMaxIf(toString(device_type), at, device_type != '') AS device, toUnixTimestamp64Milli(maxIf(at, device_type != '')) AS device_at,
    groupUniqArray(toString(platform)) AS platforms, count() AS events, countIf(event = 'purchase') AS purchases`;
  return `SELECT node, min(e.bot) AS bot${ofSummary.length > 0 ? brief : ''} FROM events AS e WHERE ${where} GROUP BY node`;
}

function partOf(row: SummaryRow) {
  return {
    ...{ firstSeen: Number(row.first ?? Number.NaN), lastSeen: Number(row.last ?? Number.NaN) },
    ...{ country: row.country ?? '', countryAt: Number(row.country_at ?? 0) },
    ...{ device: row.device ?? '', deviceAt: Number(row.device_at ?? 0), platforms: row.platforms ?? [] },
    ...{ events: Number(row.events ?? 0), purchases: Number(row.purchases ?? 0) },
  };
}
