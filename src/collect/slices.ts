// Work on many things on the thread that also answers requests: a millisecond of it, then everybody else's turn. While the
// door is idle turns are short and the work goes on at full speed; while it is busy turns are long, and the work recedes.

import { setImmediate } from 'node:timers/promises';

const SLICE_MS = 1;
/** Looking at the clock costs as much as a small piece of work. */
const BETWEEN_LOOKS = 16;

/** What the work makes of each item. */
export async function inSlices<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  let began = performance.now();
  for (let i = 0; i < items.length; i++) {
    results.push(work(items[i], i));
    if (i % BETWEEN_LOOKS !== BETWEEN_LOOKS - 1 || performance.now() - began < SLICE_MS) continue;
    await setImmediate();
    began = performance.now();
  }
  return results;
}
