// People matched while events come in, behind the blocks that tell of them. Where the index is still to be filled the
// blocks go on; who told something waits, and is weighed when everybody is in.

import type { Store } from '../../store/index.ts';
import { fromClickHouseTime, MINUTE_MS } from '../../time.ts';
import { nodeOf } from '../node.ts';
import type { Moves } from '../relink.ts';
import { readRules } from '../rules.ts';
import { beginIndex, type Live, liveOf, nameOf, noteMatched } from './indexes.ts';
import { limitsFrom, type MatchingLimits } from './limits.ts';
import { matchWaiting } from './live.ts';
import { readModel } from './model.ts';

export type TellingRow = { anchor: string; particulars?: string; received_at?: string };

export type MatcherOptions = {
  now: () => Date;
  onMoved?: (workspace: string, moves: Moves) => void;
  /** What failed without anybody waiting for it; the next full pass makes it good. */
  onFault?: (error: unknown, doing: string) => void;
  limits?: MatchingLimits;
};

export type Matcher = {
  /** Takes in who told something; to be called when the block is in the facts. Waits for the work only where the index is filled. */
  told(workspace: string, rows: readonly TellingRow[]): Promise<void>;
  /** When nobody waits any more. */
  settled(): Promise<void>;
  /** Ends what is under way; who still waits is weighed after the next start. */
  close(): Promise<void>;
};

const PEOPLE_AT_A_TIME = 1000;
const NOTE_EVERY_MS = MINUTE_MS;

export function openMatcher(store: Store, options: MatcherOptions): Matcher {
  const { now, onMoved, onFault, limits = limitsFrom() } = options;
  const running = new Map<string, Promise<void>>();
  const noted = new Map<string, number>();
  let closed = false;

  /** The index under the model and the rules in force, begun where there is none; undefined where no model is learned. */
  const currentOf = async (workspace: string): Promise<Live | undefined> => {
    const model = await readModel(store, workspace);
    if (model === undefined) return undefined;
    const floor = (await readRules(store, workspace)).rules.probabilistic.reviewAt;
    const known = liveOf(store.facts, workspace);
    if (known?.isFullPass && known.filling !== undefined) return known;
    const isCurrent = known?.name === nameOf(model, floor) && (known.filling !== undefined || !isWorn(known, limits));
    if (isCurrent) return known;
    const begun = beginIndex(store, { workspace, model, floor, limits });
    // Whoever came to the facts before the index was filled, and is told of afterwards, was taken in like those of before.
    void begun.filling?.then(
      () => {
        begun.unweighedUntil = now().getTime();
      },
      () => {},
    );
    return begun;
  };

  /** Weighs who waits in whatever index there is by then, until nobody does. */
  const work = async (workspace: string): Promise<void> => {
    for (let live = liveOf(store.facts, workspace); live !== undefined && !closed; ) {
      if (live.filling !== undefined) await live.filling;
      else if (live.waiting.size === 0) break;
      else {
        const moved = await matchWaiting(store, workspace, live, { now: now(), most: PEOPLE_AT_A_TIME });
        if (moved.length > 0) onMoved?.(workspace, moved);
      }
      live = liveOf(store.facts, workspace);
    }
    await note(workspace);
  };
  const note = async (workspace: string, anyway = false): Promise<void> => {
    const live = liveOf(store.facts, workspace);
    if (live?.index === undefined || live.filling !== undefined || live.waiting.size > 0) return;
    const last = noted.get(workspace) ?? Number.NEGATIVE_INFINITY;
    if (!anyway && performance.now() - last < NOTE_EVERY_MS) return;
    noted.set(workspace, performance.now());
    await noteMatched(store, workspace, now());
  };
  const run = (workspace: string): Promise<void> => {
    const before = running.get(workspace);
    if (before !== undefined) return before;
    const mine = work(workspace)
      .catch((error) => onFault?.(error, 'matching people'))
      .finally(() => running.delete(workspace));
    running.set(workspace, mine);
    return mine;
  };

  return {
    async told(workspace, rows) {
      const telling = rows.filter(({ particulars = '' }) => particulars !== '');
      if (telling.length === 0) return;
      const live = await currentOf(workspace);
      if (live === undefined) return;
      const isFilling = live.filling !== undefined;
      for (const { anchor, received_at: received } of telling) {
        const node = nodeOf(anchor);
        const isUnweighed = received === undefined || fromClickHouseTime(received).getTime() <= live.unweighedUntil;
        live.waiting.set(node, isFilling || isUnweighed || live.waiting.get(node) === true);
      }
      const done = run(workspace);
      if (!isFilling) await done;
    },
    async settled() {
      while (running.size > 0) await Promise.all(running.values());
    },
    async close() {
      closed = true;
      for (const workspace of running.keys()) {
        const live = liveOf(store.facts, workspace);
        if (live?.filling !== undefined && !live.isFullPass) live.ended = true;
      }
      await Promise.all(running.values());
      for (const workspace of noted.keys()) {
        await note(workspace, true).catch((error) => onFault?.(error, 'noting whom was matched'));
      }
    },
  };
}

/** What people said before stays in memory: where it is most of it, or there are more than fit, it is filled anew. */
function isWorn({ index }: Live, { inMemory }: MatchingLimits): boolean {
  if (index === undefined) return false;
  const { records, places } = index.counts();
  return places > 2 * records + 10_000 || places > 1.2 * inMemory;
}
