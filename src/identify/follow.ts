// Who is who while events come in: the evidence of one shipped block, weighed against what is already known of the
// people it touches. For blocks in order of time this gives what resolveAll gives; late evidence is put in its place
// by the next resolveAll.

import { isPlaceholder } from '../collect/index.ts';
import type { Facts, Store } from '../store/index.ts';
import { fromClickHouseTime, toClickHouseTime } from '../time.ts';
import { type Method, type Pair, pairsOf } from './evidence.ts';
import { type Change, type Evidence, openLinks } from './links.ts';
import { membersOf } from './members.ts';
import { nodeOf } from './node.ts';
import { within } from './people.ts';
import { birthsWhere, evidenceWhere, openMapWriter } from './stored.ts';

/** The columns of a shipped row that say who it was. */
export type FollowedRow = Parameters<typeof pairsOf>[0] & { message_id: string; at: string };

export type Followed = {
  /** New pairs of identifiers. */
  evidence: number;
  /** Identifiers that now belong to another profile, with that profile. */
  moved: { node: bigint; profile: bigint }[];
};

type Sighting = Pair & { at: string; messageId: string; nodeA: bigint; nodeB: bigint };

export async function followBlock(
  { facts }: Store,
  workspace: string,
  rows: readonly FollowedRow[],
  options: { now?: Date } = {},
): Promise<Followed> {
  const news = await onlyNew(facts, workspace, sightingsIn(rows));
  if (news.length === 0) return { evidence: 0, moved: [] };
  const now = options.now ?? new Date();
  await facts.insert(
    'identity_evidence',
    news.map((pair) => ({
      workspace,
      at: pair.at,
      node_a: String(pair.nodeA),
      node_b: String(pair.nodeB),
      identifier_a: pair.a,
      identifier_b: pair.b,
      method: pair.method,
      confidence: 1,
      message_id: pair.messageId,
      revoked: 0,
      recorded_at: toClickHouseTime(now),
    })),
  );
  return { evidence: news.length, moved: await relink(facts, workspace, news, now) };
}

/** Each pair once, at its first moment in the block. */
function sightingsIn(rows: readonly FollowedRow[]): Sighting[] {
  const first = new Map<string, Sighting>();
  for (const row of rows) {
    if (row.email_hash === '' && row.phone_hash === '' && row.previous_id === '' && isPlaceholder(row.user_id))
      continue;
    for (const pair of pairsOf(row)) {
      const key = `${pair.method} ${pair.a} ${pair.b}`;
      const before = first.get(key);
      if (before && (before.at < row.at || (before.at === row.at && before.messageId <= row.message_id))) continue;
      first.set(key, { ...pair, at: row.at, messageId: row.message_id, nodeA: nodeOf(pair.a), nodeB: nodeOf(pair.b) });
    }
  }
  return [...first.values()];
}

async function onlyNew(facts: Facts, workspace: string, sightings: readonly Sighting[]): Promise<Sighting[]> {
  if (sightings.length === 0) return [];
  const known = await facts.rows<{ node_a: string; node_b: string; method: Method; first_at: string }>(
    `SELECT node_a, node_b, method, min(at) AS first_at FROM identity_evidence
     WHERE workspace = {workspace:String} AND ${within(
       'node_a',
       sightings.map((pair) => pair.nodeA),
     )}
     GROUP BY node_a, node_b, method`,
    { workspace },
  );
  const firstAt = new Map(known.map((row) => [`${row.method} ${row.node_a} ${row.node_b}`, row.first_at]));
  return sightings.filter((pair) => {
    const before = firstAt.get(`${pair.method} ${pair.nodeA} ${pair.nodeB}`);
    return before === undefined || pair.at < before;
  });
}

/** Links the people that the new evidence touches once more, and writes what that changes. */
async function relink(facts: Facts, workspace: string, news: readonly Sighting[], now: Date) {
  const members = await membersOf(
    facts,
    workspace,
    news.flatMap((pair) => [pair.nodeA, pair.nodeB]),
  );
  const since = Math.min(...news.map((pair) => fromClickHouseTime(pair.at).getTime()));
  const evidence: Evidence[] = [];
  const touching = `${within('node_a', members)} OR ${within('node_b', members)}`;
  for await (const row of evidenceWhere(facts, workspace, touching)) evidence.push(row);
  const changes: Change[] = [];
  const links = openLinks((change) => changes.push(change));
  const nodes = [...new Set(evidence.flatMap((row) => [row.a, row.b]))];
  for await (const { node, at } of birthsWhere(facts, workspace, within('node', nodes))) links.born(node, at);
  for (const row of evidence) links.add(row);
  links.finish();

  const ours = new Set(members);
  const fresh = changes.filter((change) => change.since >= since && ours.has(change.node));
  const [{ version }] = await facts.rows<{ version: string }>(
    'SELECT max(version) AS version FROM identity_map WHERE workspace = {workspace:String}',
    { workspace },
  );
  await removeStale(facts, workspace, members, since, fresh);
  const writer = openMapWriter(facts, workspace, Math.max(now.getTime(), Number(version) + 1));
  for (const change of fresh) writer.push(change);
  await writer.write();
  return fresh.map(({ node, profile }) => ({ node, profile }));
}

/** Late evidence can make moves of a later moment untrue. */
async function removeStale(
  facts: Facts,
  workspace: string,
  members: readonly bigint[],
  since: number,
  fresh: readonly Change[],
): Promise<void> {
  const where = `workspace = {workspace:String} AND since >= {since:DateTime64(3, 'UTC')} AND ${within('node', members)}`;
  const params = { workspace, since: toClickHouseTime(since) };
  const rows = await facts.rows<{ node: string; since: string }>(
    `SELECT node, since FROM identity_map WHERE ${where}`,
    params,
  );
  const kept = new Set(fresh.map((change) => `${change.node} ${toClickHouseTime(change.since)}`));
  if (rows.some((row) => !kept.has(`${row.node} ${row.since}`))) await facts.remove('identity_map', where, params);
}
