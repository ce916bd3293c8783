// Whatever changes who is who in a workspace does so one after the other: a block that is followed while a person merges
// two would otherwise write over what the other has just found.

import type { Store } from '../store/index.ts';

const lines = new WeakMap<Store['facts'], Map<string, Promise<unknown>>>();

/** Runs the work once all before it in this workspace has ended. Not to be called from within itself. */
export async function inTurn<T>({ facts }: Store, workspace: string, work: () => Promise<T>): Promise<T> {
  const waiting = lines.get(facts) ?? new Map<string, Promise<unknown>>();
  lines.set(facts, waiting);
  const before = waiting.get(workspace) ?? Promise.resolve();
  const mine = before.then(work, work);
  const settled = mine.catch(() => {});
  waiting.set(workspace, settled);
  try {
    return await mine;
  } finally {
    if (waiting.get(workspace) === settled) waiting.delete(workspace);
  }
}
