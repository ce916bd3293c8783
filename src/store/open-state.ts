// Opens the state where it is: on a PostgreSQL server, or in a folder of this machine, which begins as a copy of a prepared one.

import { beginState, STATE_CACHE } from './empty-state.ts';
import { migrateState } from './migrate.ts';
import { openEmbeddedState, openServerState, type State } from './state.ts';

/** Opens the server at the URL, or PGlite in the folder, which is made from what `cache` keeps. */
export async function openState(options: { path: string; url?: string; cache?: string }): Promise<State> {
  const { path, url, cache = STATE_CACHE } = options;
  if (url) return openServerState(url);
  await beginState(path, cache, async (empty) => {
    const state = await openEmbeddedState(empty);
    await migrateState(state);
    await state.close();
  });
  return openEmbeddedState(path);
}
