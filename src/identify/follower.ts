// People kept up with what is shipped: identities block by block, in order, and every so often the profiles and visits
// of those who did something [CBP-2]. What a crash cuts off here is made good by the next resolveAll.

import { adoptCurrency, inCurrency } from '../govern/index.ts';
import type { Store } from '../store/index.ts';
import { type FollowedRow, followBlock } from './follow.ts';
import type { MatchingLimits } from './matching/limits.ts';
import { openMatcher, type TellingRow } from './matching/matcher.ts';
import { membersOf, profilesOf } from './members.ts';
import { nodeOf } from './node.ts';
import { profiles } from './profiles.ts';
import { redraw } from './rebuild.ts';
import { sessionRuleOf, sessionsTable } from './sessions/index.ts';

export type FollowerOptions = {
  now: () => Date;
  /** Profiles and visits are drawn anew this long after somebody did something. */
  refreshAfterMs?: number;
  /** Whether so much comes in that drawing people anew should wait; it waits some seconds at most. */
  isRush?: () => boolean;
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
  /** When nobody who came waits to be matched or drawn any more; after a start that takes until everybody is in memory. */
  settled(): Promise<void>;
  /** Finishes what is under way; who waits to be matched is after the next start. */
  close(): Promise<void>;
}

/** Few enough that what people wait for hardly notices. */
const PEOPLE_PER_STATEMENT = 250;
/** Drawing people anew takes a fifth of the time at most, however long their histories are: it rests after each statement. */
const RESTS_PER_STATEMENT = 4;
const WAITS_IN_A_RUSH = 10;
/** Somebody who changes hands while being drawn is drawn again; whoever does so at every try is at the next refresh. */
const TRIES = 3;

export function openFollower(store: Store, options: FollowerOptions): Follower {
  const { now, refreshAfterMs = 2000, isRush = () => false, onMoved, onFault, limits } = options;
  const matcher = openMatcher(store, { now, onMoved, onFault, limits });
  const touched = new Map<string, Set<string>>();
  let timer: NodeJS.Timeout | undefined;
  let refreshing: Promise<void> = Promise.resolve();
  let isHurried = false;
  let endRest = () => {};

  const rest = (workedMs: number): Promise<void> =>
    new Promise((resolve) => {
      if (isHurried) return resolve();
      const rested = setTimeout(resolve, workedMs * RESTS_PER_STATEMENT).unref();
      endRest = () => {
        clearTimeout(rested);
        resolve();
      };
    });
  const refresh = async () => {
    const taken = [...touched];
    touched.clear();
    for (const [workspace, anchors] of taken) {
      const nodes = [...anchors].map(nodeOf);
      await refreshPeople(store, workspace, nodes, now(), rest).catch((error) =>
        onFault?.(error, 'refreshing profiles and visits'),
      );
    }
    clearTimeout(timer);
    timer = undefined;
    if (touched.size > 0) plan();
  };
  const refreshNext = () => {
    refreshing = refreshing.then(refresh);
    return refreshing;
  };
  const plan = (waits = 0) => {
    const next = () => {
      if (!isRush() || waits === WAITS_IN_A_RUSH) return refreshNext();
      timer = undefined;
      plan(waits + 1);
    };
    timer ??= setTimeout(next, refreshAfterMs).unref();
  };
  const finish = async () => {
    isHurried = true;
    endRest();
    await refreshNext();
    isHurried = false;
  };

  return {
    async shipped(rows) {
      for (const [workspace, block] of Map.groupBy(rows, (row) => row.workspace)) {
        try {
          const { moved } = await followBlock(store, workspace, block, { now: now() });
          if (moved.length > 0) onMoved?.(workspace, moved);
          await matcher.told(workspace, block);
        } catch (error) {
          onFault?.(error, 'following identities');
        }
        // Not before: a refresh that began in the midst of it would have drawn them as they were.
        const anchors = touched.get(workspace) ?? new Set();
        for (const row of block) anchors.add(row.anchor);
        touched.set(workspace, anchors);
      }
      plan();
    },
    async settled() {
      await matcher.settled();
      await finish();
    },
    async close() {
      await matcher.close();
      clearTimeout(timer);
      await finish();
    },
  };
}

/**
 * Draws anew the profiles and visits of the people whom the nodes belong to. It needs no turn, so that no block waits
 * for long histories: whoever has changed hands in the meantime is drawn again. `rest` is waited for after each some hundred.
 */
export async function refreshPeople(
  store: Store,
  workspace: string,
  nodes: readonly bigint[],
  now: Date,
  rest: (workedMs: number) => Promise<void> = async () => {},
): Promise<void> {
  const { facts } = store;
  const summed = inCurrency(await adoptCurrency(store, workspace));
  const sessions = sessionsTable(await sessionRuleOf(store, workspace));
  // In the order of the table of events, so that no two statements read the same part of it.
  const ordered = BigUint64Array.from(nodes).sort();
  for (let from = 0; from < ordered.length; from += PEOPLE_PER_STATEMENT) {
    const some = [...ordered.subarray(from, from + PEOPLE_PER_STATEMENT)];
    const started = performance.now();
    let members = await membersOf(facts, workspace, some);
    for (let attempt = 1; ; attempt++) {
      const before = await profilesOf(facts, workspace, members);
      await redraw(facts, sessions, members, { workspace, now, summed });
      await redraw(facts, profiles, members, { workspace, now, summed });
      members = await membersOf(facts, workspace, some);
      const after = await profilesOf(facts, workspace, members);
      const isSame = after.size === before.size && members.every((node) => before.get(node) === after.get(node));
      if (isSame || attempt === TRIES) break;
      members = [...new Set([...before.keys(), ...members])];
    }
    await rest(performance.now() - started);
  }
}
