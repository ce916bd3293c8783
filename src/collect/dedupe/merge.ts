// Runs of like size become one, so that a key is looked for in a handful of them however many there have been: four of
// a size make one of the next. What is older than the window is left out on the way.

import { copyKey, WINDOW_DAYS, WORDS } from './key.ts';
import { type Run, type RunPlace, readKeys, writeRun } from './run.ts';

/** How many runs of one size are merged. */
const FAN_IN = 4;
const CHUNK_KEYS = 32_768;

/** The runs that should become one, or undefined. `unit` is the usual number of keys of a new run. */
export function runsToMerge(runs: readonly Run[], unit: number): Run[] | undefined {
  const tiers = new Map<number, Run[]>();
  for (const run of runs) {
    const tier = Math.max(0, Math.floor(Math.log(Math.max(1, run.count / unit)) / Math.log(FAN_IN)));
    tiers.set(tier, [...(tiers.get(tier) ?? []), run]);
  }
  return [...tiers.values()].find((tier) => tier.length >= FAN_IN);
}

/** Merges runs into a file; they stay as they are. `today` is a day since 1970. Rejects when it is told to stop. */
export function mergeRuns(
  place: RunPlace,
  runs: readonly Run[],
  file: string,
  today: number,
  stop: AbortSignal,
): Promise<Run> {
  const most = runs.reduce((sum, run) => sum + run.count, 0);
  return writeRun(place, file, most, mergedKeys(place, runs, today - WINDOW_DAYS - 1, stop));
}

type Head = { run: Run; keys: Uint32Array; at: number; next: number };

async function* mergedKeys(
  place: RunPlace,
  runs: readonly Run[],
  oldestDay: number,
  stop: AbortSignal,
): AsyncGenerator<Uint32Array> {
  const heads: Head[] = [];
  for (const run of runs) heads.push(await refill(place, { run, keys: new Uint32Array(), at: 0, next: 0 }));
  const out = new Uint32Array(CHUNK_KEYS * WORDS);
  let filled = 0;
  for (;;) {
    let least: Head | undefined;
    for (const head of heads) {
      if (head.at < head.keys.length && (!least || head.keys[head.at] < least.keys[least.at])) least = head;
    }
    if (!least) break;
    const { keys, at } = least;
    if ((keys[at + 3] & 0xffff) >= oldestDay) {
      copyKey(keys, at, out, filled);
      filled += WORDS;
    }
    least.at += WORDS;
    if (least.at === keys.length) await refill(place, least);
    if (filled === out.length) {
      stop.throwIfAborted();
      yield out;
      filled = 0;
    }
  }
  if (filled > 0) yield out.subarray(0, filled);
}

async function refill(place: RunPlace, head: Head): Promise<Head> {
  const to = Math.min(head.run.count, head.next + CHUNK_KEYS);
  head.keys = to > head.next ? await readKeys(place, head.run, head.next, to) : new Uint32Array();
  head.at = 0;
  head.next = to;
  return head;
}
