// Which variant somebody is shown: drawn by a hash of person and test, so that they see the same one each time, on each
// device, with nothing to remember; adding a variant draws anew, which is why a test is a name of its own.

import { createHash } from 'node:crypto';
import type { Content } from './contents.ts';

/** One piece of each test of a segment, for a person; `contents` are those of one segment. */
export function chooseContent(contents: readonly Content[], person: string): Content[] {
  const tests = Map.groupBy(contents, ({ test, variantId, contentId }) =>
    // Content without variants is in no test: everybody is shown it.
    variantId === null ? `content ${contentId}` : `test ${test}`,
  );
  return [...tests].map(([test, pieces]) => {
    const inOrder = pieces.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    return inOrder[Math.floor(shareOf(`${contents[0].segmentId}\n${test}\n${person}`) * inOrder.length)];
  });
}

/** 0 ≤ share < 1. */
function shareOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
