// Surroundings that are loaded or taken away change what was known of the past, so its snapshots are forgotten with them.

import {
  forgetSurroundings,
  loadSurroundings,
  loadSurroundingsFile,
  type SurroundingsLoaded,
} from '../collect/index.ts';
import type { Store } from '../store/index.ts';
import { forgetSnapshots } from './snapshot.ts';

export type SurroundingsChange = {
  workspace: string;
  /** A file (CSV, NDJSON, Parquet, iCalendar) or rows. */
  from: string | readonly Readonly<Record<string, unknown>>[];
  defaults?: Readonly<Record<string, string>>;
  now: Date;
};

/** Loads surroundings; what was computed of the past without them is computed anew when it is next asked for. */
export async function addSurroundings(store: Store, change: SurroundingsChange): Promise<SurroundingsLoaded> {
  const { from, ...options } = change;
  const loaded =
    typeof from === 'string'
      ? await loadSurroundingsFile(store, from, options)
      : await loadSurroundings(store, from, options);
  if (loaded.loaded > 0) await forgetSnapshots(store, change.workspace);
  return loaded;
}

export async function removeSurroundings(store: Store, workspace: string, kind?: string): Promise<void> {
  await forgetSurroundings(store, workspace, kind);
  await forgetSnapshots(store, workspace);
}
