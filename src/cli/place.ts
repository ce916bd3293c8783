// Where a command works: the data folder, the workspace, and how it answers. Every command takes the same options.

import type { Command } from 'commander';
import { ensureWorkspace, type Workspace } from '../govern/index.ts';
import { openStore, type Store, storeOptionsFrom } from '../store/index.ts';
import { openProgress, type Progress } from './progress.ts';

export type PlaceOptions = { data: string; workspace: string; json?: boolean };

export type Place = { store: Store; workspace: Workspace; progress: Progress };

export const DEFAULT_FOLDER = process.env['INKLING_DATA'] ?? '.inkling';

export function withPlaceOptions(command: Command, folder = DEFAULT_FOLDER): Command {
  return command
    .option('--data <dir>', 'data folder', folder)
    .option('--workspace <id>', 'workspace', 'default')
    .option('--json', 'print the result as JSON');
}

/** Opens the store and the workspace, runs the work, and closes both however it ends. */
export async function inPlace<T>(options: PlaceOptions, work: (place: Place) => Promise<T>): Promise<T> {
  const progress = openProgress(process.stderr, options.json ? 'quiet' : 'shown');
  const store = await openStore(storeOptionsFrom(process.env, options.data));
  try {
    const workspace = await ensureWorkspace(store, options.workspace, new Date());
    return await work({ store, workspace, progress });
  } finally {
    progress.close();
    await store.close();
  }
}

/** JSON for programs, the given text for people. */
export function answer(options: { json?: boolean }, value: unknown, text: () => string): void {
  process.stdout.write(`${options.json ? JSON.stringify(value, null, 2) : text()}\n`);
}
