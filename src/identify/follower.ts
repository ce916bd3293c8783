// People kept up with what is shipped: identities block by block, in order, and every so often the profiles and visits
// of those who did something [CBP-2]. What a crash cuts off here is made good by the next resolveAll.

import { adoptCurrency, inCurrency } from '../govern/index.ts';
import type { Store } from '../store/index.ts';
import { type FollowedRow, followBlock } from './follow.ts';
import type { MatchingLimits } from './matching/limits.ts';
import { openMatcher, type TellingRow } from './matching/matcher.ts';
import { membersOf } from './members.ts';
import { nodeOf } from './node.ts';
import { profiles } from './profiles.ts';
import { redraw } from './rebuild.ts';
import { sessionRuleOf, sessionsTable } from './sessions/index.ts';
import { inTurn } from './turn.ts';

export type FollowerOptions = {
  now: () => Date;
  /** Profiles and visits are drawn anew this long after somebody did something. */
  refreshAfterMs?: number;
  /** Identifiers that changed hands. */
  onMoved?: (workspace: string, moves: { node: bigint; profile: bigint }[]) => void;
  /** What failed without anybody waiting for it; the next resolveAll makes it good. */
  onFault?: (error: unknown, doing: string) => void;
  /** What matching may hold in memory; by default what the environment says. */
  limits?: MatchingLimits;
};

export interface Follower {
  /** Hand this to the intake's onShipped. */
  shipped(rows: readonly (FollowedRow & TellingRow & { workspace: string })[]): Promise<void>;
  /** When nobody who came waits to be matched any more; after a start that takes until everybody is in memory. */
  settled(): Promise<void>;
  /** Finishes what is under way; who waits to be matched is after the next start. */
  close(): Promise<void>;
}

const PEOPLE_PER_STATEMENT = 2000;

export function openFollower(store: Store, options: FollowerOptions): Follower {
  const { now, refreshAfterMs = 2000, onMoved, onFault, limits } = options;
  const matcher = openMatcher(store, { now, onMoved, onFault, limits });
  const touched = new Map<string, Set<string>>();
  let timer: NodeJS.Timeout | undefined;
  let refreshing: Promise<void> = Promise.resolve();

  const refresh = async () => {
    timer = undefined;
    const taken = [...touched];
    touched.clear();
    for (const [workspace, anchors] of taken) {
      const nodes = [...anchors].map(nodeOf);
      await inTurn(store, workspace, () => refreshPeople(store, workspace, nodes, now())).catch((error) =>
        onFault?.(error, 'refreshing profiles and visits'),
      );
    }
  };
  const refreshNext = () => {
    refreshing = refreshing.then(refresh);
    return refreshing;
  };

  return {
    async shipped(rows) {
      for (const [workspace, block] of Map.groupBy(rows, (row) => row.workspace)) {
        const anchors = touched.get(workspace) ?? new Set();
        for (const row of block) anchors.add(row.anchor);
        touched.set(workspace, anchors);
        try {
          const { moved } = await followBlock(store, workspace, block, { now: now() });
          if (moved.length > 0) onMoved?.(workspace, moved);
          await matcher.told(workspace, block);
        } catch (error) {
          onFault?.(error, 'following identities');
        }
      }
      timer ??= setTimeout(refreshNext, refreshAfterMs).unref();
    },
    settled: matcher.settled,
    async close() {
      await matcher.close();
      clearTimeout(timer);
      await refreshNext();
    },
  };
}

/** Draws anew the profiles and visits of the people whom the nodes belong to. */
export async function refreshPeople(
  store: Store,
  workspace: string,
  nodes: readonly bigint[],
  now: Date,
): Promise<void> {
  const { facts } = store;
  const summed = inCurrency(await adoptCurrency(store, workspace));
  const sessions = sessionsTable(await sessionRuleOf(store, workspace));
  for (let from = 0; from < nodes.length; from += PEOPLE_PER_STATEMENT) {
    const members = await membersOf(facts, workspace, nodes.slice(from, from + PEOPLE_PER_STATEMENT));
    await redraw(facts, sessions, members, { workspace, now, summed });
    await redraw(facts, profiles, members, { workspace, now, summed });
  }
}
