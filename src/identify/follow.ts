// Who is who while events come in: the evidence of one shipped block, weighed against what is already known of the
// people it touches. In whatever order and blocks the events come, this gives what resolveAll gives.

import { isPlaceholder } from '../collect/index.ts';
import type { Facts, Store } from '../store/index.ts';
import { fromClickHouseTime, toClickHouseTime } from '../time.ts';
import { type IdentifyingRow, type Method, type Pair, pairsOf } from './evidence.ts';
import { perhapsFirst } from './late.ts';
import { nodeOf } from './node.ts';
import { within } from './people.ts';
import { type Moves, type News, relink } from './relink.ts';
import { noteConflicts } from './reviews.ts';
import { inTurn } from './turn.ts';

/** The columns of a shipped row that say who it was. */
export type FollowedRow = IdentifyingRow & { message_id: string; at: string };

export type Followed = {
  /** New pairs of identifiers. */
  evidence: number;
  /** Identifiers that now belong to another profile, with that profile. */
  moved: Moves;
};

type Sighting = Pair & { at: string; messageId: string; nodeA: bigint; nodeB: bigint; before?: string };

export async function followBlock(
  store: Store,
  workspace: string,
  rows: readonly FollowedRow[],
  options: { now?: Date } = {},
): Promise<Followed> {
  const now = options.now ?? new Date();
  return inTurn(store, workspace, async () => {
    const news = await onlyNew(store.facts, workspace, sightingsIn(rows));
    const earlier = await bornEarlier(store.facts, workspace, rows);
    if (news.length === 0 && earlier.length === 0) return { evidence: 0, moved: [] };
    await writeSightings(store.facts, workspace, news, now);
    const { moved, stopped } = await relink(store, workspace, {
      nodes: [...earlier, ...news.flatMap((pair) => [pair.nodeA, pair.nodeB])],
      news: news.map(toNews),
      identifiers: news.flatMap(({ a, b }) => [a, b]),
      now,
    });
    await noteConflicts(store, workspace, stopped, now);
    return { evidence: news.length, moved };
  });
}

/** Each pair once, at its first moment in the block. */
function sightingsIn(rows: readonly FollowedRow[]): Sighting[] {
  const first = new Map<string, Sighting>();
  for (const row of rows) {
    if (showsNothing(row)) continue;
    for (const pair of pairsOf(row)) {
      const key = `${pair.method} ${pair.a} ${pair.b}`;
      const before = first.get(key);
      if (before && (before.at < row.at || (before.at === row.at && before.messageId <= row.message_id))) continue;
      first.set(key, { ...pair, at: row.at, messageId: row.message_id, nodeA: nodeOf(pair.a), nodeB: nodeOf(pair.b) });
    }
  }
  return [...first.values()];
}

function showsNothing({ email_hash, phone_hash, previous_id, user_id, external_ids }: FollowedRow): boolean {
  if (email_hash !== '' || phone_hash !== '' || previous_id !== '' || (external_ids?.length ?? 0) > 0) return false;
  return isPlaceholder(user_id);
}

async function onlyNew(facts: Facts, workspace: string, sightings: readonly Sighting[]): Promise<Sighting[]> {
  if (sightings.length === 0) return [];
  const known = await facts.rows<{ node_a: string; node_b: string; method: Method; first_at: string }>(
    `SELECT node_a, node_b, method, toString(min(at)) AS first_at FROM identity_evidence
     WHERE workspace = {workspace:String} AND ${within(
       'node_a',
       sightings.map((pair) => pair.nodeA),
     )}
     GROUP BY node_a, node_b, method`,
    { workspace },
  );
  const firstAt = new Map(known.map((row) => [`${row.method} ${row.node_a} ${row.node_b}`, row.first_at]));
  return sightings.flatMap((pair) => {
    const before = firstAt.get(`${pair.method} ${pair.nodeA} ${pair.nodeB}`);
    if (before !== undefined && pair.at >= before) return [];
    return [{ ...pair, before }];
  });
}

/**
 * Of the late events of a block, the nodes in evidence that they are the first of: the oldest identifier names the
 * profile, so a late event can rename one without any new pair. The facts are asked only about those whom memory does not
 * know of earlier.
 */
async function bornEarlier(facts: Facts, workspace: string, rows: readonly FollowedRow[]): Promise<bigint[]> {
  const late = perhapsFirst(facts, workspace, rows);
  if (late.size === 0) return [];
  const firstHere = new Map([...late].map(([anchor, at]) => [String(nodeOf(anchor)), at]));
  const nodes = [...firstHere.keys()].map(BigInt);
  const born = await facts.rows<{ node: string; first_at: string }>(
    `SELECT node, toString(min(at)) AS first_at FROM events WHERE workspace = {workspace:String}
       AND node IN (SELECT arrayJoin([node_a, node_b]) FROM identity_evidence
         WHERE workspace = {workspace:String} AND (${within('node_a', nodes)} OR ${within('node_b', nodes)}))
     GROUP BY node`,
    { workspace },
  );
  return born.filter(({ node, first_at }) => first_at >= (firstHere.get(node) ?? '9')).map(({ node }) => BigInt(node));
}

async function writeSightings(facts: Facts, workspace: string, news: readonly Sighting[], now: Date): Promise<void> {
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
}

function toNews({ nodeA, nodeB, method, at, before }: Sighting): News {
  const ms = (time: string) => fromClickHouseTime(time).getTime();
  return {
    a: nodeA,
    b: nodeB,
    method,
    at: ms(at),
    revoked: false,
    before: before === undefined ? undefined : ms(before),
  };
}
