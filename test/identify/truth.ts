// A simulated shop's people as they were resolved, held against who they are.

import { nodeOf, profilesOf } from '../../src/identify/index.ts';
import type { SegmentMessage } from '../../src/simulate/index.ts';
import type { Store } from '../../src/store/index.ts';

/** Identifiers that anybody could know something of: user ids, and browsers in which somebody signed in or told an address. */
export function identifiersKnown(messages: Iterable<SegmentMessage>): Set<string> {
  const known = new Set<string>();
  for (const { userId, anonymousId, type } of messages) {
    if (userId) known.add(`u:${userId}`);
    if (anonymousId && (userId || type === 'identify')) known.add(`a:${anonymousId}`);
  }
  return known;
}

/** Pairs of identifiers: how many of those that were put together belong together, and the other way round. */
export async function judgePairs(
  store: Store,
  workspace: string,
  truth: ReadonlyMap<string, number>,
  known: ReadonlySet<string>,
): Promise<{ precision: number; recall: number; wrong: [string, string][] }> {
  const anchors = [...truth.keys()].filter((anchor) => known.has(anchor));
  const profile = new Map<string, bigint>();
  for (let from = 0; from < anchors.length; from += 5000) {
    const some = anchors.slice(from, from + 5000);
    const found = await profilesOf(store.facts, workspace, some.map(nodeOf));
    for (const anchor of some) profile.set(anchor, found.get(nodeOf(anchor)) as bigint);
  }
  const pairsIn = (groups: Map<unknown, string[]>) =>
    groups.values().reduce((sum, group) => sum + (group.length * (group.length - 1)) / 2, 0);
  const found = Map.groupBy(anchors, (anchor) => profile.get(anchor));
  const actual = Map.groupBy(anchors, (anchor) => truth.get(anchor));
  const both = Map.groupBy(anchors, (anchor) => `${profile.get(anchor)} ${truth.get(anchor)}`);
  const wrong = [...found.values()].flatMap((group): [string, string][] => {
    const other = group.find((anchor) => truth.get(anchor) !== truth.get(group[0]));
    return other === undefined ? [] : [[group[0], other]];
  });
  const right = pairsIn(both);
  return { precision: right / Math.max(1, pairsIn(found)), recall: right / Math.max(1, pairsIn(actual)), wrong };
}
