// The indexes of people that this process has in memory, one for each workspace, under the model and the rules in force.
// An index is filled from the facts, by the first who needs it or by a full pass on its way; people who tell something
// meanwhile wait, and are weighed when it is filled.

import type { Facts, Store } from '../../store/index.ts';
import { readSetting, writeSetting } from '../../store/index.ts';
import { MINUTE_MS } from '../../time.ts';
import type { MatchingLimits } from './limits.ts';
import type { MatchModel } from './model.ts';
import { openPeopleIndex, type PeopleIndex, type PlacedPair } from './peopleIndex.ts';
import { countTelling, readRecords, toldSince } from './records.ts';

export type Live = {
  /** The model and the floor it is filled under. */
  name: string;
  model: MatchModel;
  /** Undefined where there are more records than fit: then only full passes match. */
  index: PeopleIndex | undefined;
  /** People to be weighed; true: even where nothing of theirs is other than what is in the index. */
  waiting: Map<bigint, boolean>;
  /** Settles, and is undefined from then on, when everybody is in, or it was ended. */
  filling: Promise<void> | undefined;
  /** Filled by a full pass, which nothing ends. */
  isFullPass: boolean;
  /** Epoch ms: what was received until then may stand in the index without having been weighed. */
  unweighedUntil: number;
  /** Another is filled in its place, or it did not come to its end. */
  ended: boolean;
  seconds: number;
};

const lives = new WeakMap<Facts, Map<string, Live>>();

/** Records taken in before others are let through. */
const AT_A_TIME = 500;
/** People who told something while nobody matched; more are left to the next full pass. */
const CATCH_UP_AT_MOST = 50_000;
/** What was received is in the facts, and matched, after so long. */
const UNDER_WAY_MS = 5 * MINUTE_MS;

/** The name of the model and the floor in force. */
export function nameOf(model: MatchModel, floor: number): string {
  return `${model.kept.id} ${floor}`;
}

export function liveOf(facts: Facts, workspace: string): Live | undefined {
  return lives.get(facts)?.get(workspace);
}

export type Filling = {
  workspace: string;
  model: MatchModel;
  floor: number;
  limits: MatchingLimits;
  /** Gets every pair: a full pass. Without it they were weighed before, and only who waits is weighed. */
  onPair?: (pair: PlacedPair) => void;
};

/** Begins an index of the workspace in place of the one there was. */
export function beginIndex(store: Store, filling: Filling): Live {
  const { facts } = store;
  const { workspace, model, floor } = filling;
  const known = lives.get(facts) ?? new Map<string, Live>();
  lives.set(facts, known);
  const before = known.get(workspace);
  const waiting = new Map<bigint, boolean>();
  if (before !== undefined) {
    before.ended = true;
    for (const node of before.waiting.keys()) waiting.set(node, true);
  }
  const live: Live = {
    ...{ name: nameOf(model, floor), model, waiting, ended: false, seconds: 0 },
    isFullPass: filling.onPair !== undefined,
    unweighedUntil: filling.onPair === undefined ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
    index: undefined,
    filling: undefined,
  };
  known.delete(workspace);
  known.set(workspace, live);
  const begun = performance.now();
  live.filling = fill(store, live, filling, known)
    .catch((error) => {
      live.ended = true;
      throw error;
    })
    .finally(() => {
      live.filling = undefined;
      live.seconds = (performance.now() - begun) / 1000;
      if (live.ended && known.get(workspace) === live) known.delete(workspace);
    });
  // Whoever waits for it hears of what failed.
  live.filling.catch(() => {});
  return live;
}

async function fill(
  store: Store,
  live: Live,
  { workspace, model, floor, limits, onPair }: Filling,
  known: Map<string, Live>,
): Promise<void> {
  const { facts } = store;
  const expected = await countTelling(facts, workspace);
  if (expected > limits.inMemory) {
    // Nobody can wait for what will not come: the next full pass matches them.
    live.waiting.clear();
    return;
  }
  makeRoom(known, live, limits.inMemory - expected);
  if (onPair === undefined) await catchUp(store, workspace, live);
  const index = openPeopleIndex(model.frozen, { floor, capacity: Math.ceil(1.1 * expected) + 100 });
  live.index = index;
  let taken = 0;
  for await (const record of readRecords(facts, workspace)) {
    if (live.ended) return;
    if (onPair !== undefined) for (const pair of index.add(record)) onPair(pair);
    else if (live.waiting.has(record.node)) index.hear(record.node);
    else index.take(record);
    if (++taken % AT_A_TIME === 0) await new Promise(setImmediate);
  }
}

/** Lets go of the indexes of other workspaces, those that were begun first. */
function makeRoom(known: Map<string, Live>, own: Live, room: number): void {
  const others = [...known].filter(([, live]) => live !== own && live.filling === undefined);
  let held = others.reduce((sum, [, { index }]) => sum + (index?.counts().places ?? 0), 0);
  for (const [workspace, live] of others) {
    if (held <= room) return;
    held -= live.index?.counts().places ?? 0;
    live.ended = true;
    known.delete(workspace);
  }
}

const SETTING = 'linkage_matched';

/** Who told something after the moment up to which everybody was weighed: a process may have ended before it came to them. */
async function catchUp(store: Store, workspace: string, live: Live): Promise<void> {
  const through = await readSetting<string>(store, workspace, SETTING);
  const since = new Date(through ?? live.model.kept.learnedAt);
  const nodes = await toldSince(store.facts, workspace, since, CATCH_UP_AT_MOST);
  for (const node of nodes ?? []) live.waiting.set(node, true);
}

/** Notes that everybody who told something until now was weighed. */
export async function noteMatched(store: Store, workspace: string, now: Date): Promise<void> {
  const through = new Date(now.getTime() - UNDER_WAY_MS).toISOString();
  await writeSetting(store, { workspace, name: SETTING, value: through, now });
}
