// Which late events may be the first of their identifier, as far as memory can tell. Events come from many connections,
// so most are a little late; but whoever was seen at an earlier moment is known, and for those nobody need look.

import type { Facts } from '../store/index.ts';

type Seen = {
  /** The newest moment that blocks reached in this process. */
  newest: string;
  /** The earliest moment at which each anchor was seen in this process; who was not seen for long falls out. */
  firsts: Map<string, string>;
  older: Map<string, string>;
};

/** Some 10 MB for the two generations of a workspace at most. */
const ANCHORS_A_GENERATION = 50_000;
const seenBy = new WeakMap<Facts, Map<string, Seen>>();

/**
 * Anchors of the rows of a block whose event here may be the first they have, with its moment. Rows are events that reached
 * the facts, times as ClickHouse writes them.
 */
export function perhapsFirst(
  facts: Facts,
  workspace: string,
  rows: readonly { at: string; anchor: string }[],
): Map<string, string> {
  const workspaces = seenBy.get(facts) ?? new Map<string, Seen>();
  seenBy.set(facts, workspaces);
  const seen = workspaces.get(workspace) ?? { newest: '', firsts: new Map(), older: new Map() };
  // Nothing is known of what was followed before this process began.
  const knowsNothing = !workspaces.has(workspace);
  workspaces.set(workspace, seen);
  const late = new Map<string, string>();
  for (const { at, anchor } of rows) {
    const isLate = knowsNothing || at < seen.newest;
    if (at > seen.newest) seen.newest = at;
    const first = seen.firsts.get(anchor) ?? seen.older.get(anchor);
    const isEarlier = first === undefined || at < first;
    if (isLate && isEarlier) late.set(anchor, at);
    if (isEarlier || !seen.firsts.has(anchor)) note(seen, anchor, isEarlier ? at : first);
  }
  return late;
}

function note(seen: Seen, anchor: string, at: string): void {
  seen.firsts.set(anchor, at);
  if (seen.firsts.size < ANCHORS_A_GENERATION) return;
  seen.older = seen.firsts;
  seen.firsts = new Map();
}
