// Which variant somebody is shown: drawn by a hash of person and test, so that they see the same one each time, on each
// device, with nothing to remember; adding a variant draws anew, which is why a test is a name of its own. Who drew one
// that is stopped, or not yet shown, draws once more among the others; everybody else keeps theirs.

import { createHash } from 'node:crypto';
import type { Content } from './contents.ts';

/** One piece of each test of a segment, for a person at a moment; `contents` are those of one segment. */
export function chooseContent(contents: readonly Content[], person: string, at: Date): Content[] {
  const tests = Map.groupBy(contents, ({ test, variantId, contentId }) =>
    // Content without variants is in no test: everybody is shown it.
    variantId === null ? `content ${contentId}` : `test ${test}`,
  );
  return [...tests].flatMap(([test, pieces]) => {
    const inOrder = pieces.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const name = `${contents[0].segmentId}\n${test}\n${person}`;
    const drawn = draw(inOrder, name);
    if (isShown(drawn, at)) return [drawn];
    const shown = inOrder.filter((one) => isShown(one, at));
    return shown.length === 0 ? [] : [draw(shown, `${name}\nagain`)];
  });
}

function isShown({ publishedAt, stoppedAt }: Content, at: Date): boolean {
  return stoppedAt === null && new Date(publishedAt) <= at;
}

function draw(pieces: readonly Content[], name: string): Content {
  return pieces[Math.floor(shareOf(name) * pieces.length)];
}

/** 0 ≤ share < 1. */
function shareOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
