// An empty PGlite folder to begin from, its tables made. Making one (initdb, in WebAssembly) takes seconds, copying one a
// fraction of one, so the first is kept under node_modules/.cache, by PGlite's version and what the migrations are, and
// copied for every further data folder.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stateMigrationsDigest } from './migrate.ts';

export const STATE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/inkling/', import.meta.url));

/**
 * Copies the prepared folder to `path`, which `make` makes where there is none yet. Where `path` exists or no cache can be
 * kept, nothing happens: PGlite makes its own.
 */
export async function beginState(path: string, cache: string, make: (path: string) => Promise<void>): Promise<void> {
  if (existsSync(path)) return;
  const draft = `${path}.draft`;
  try {
    const prepared = await preparedState(cache, make);
    rmSync(draft, { recursive: true, force: true });
    cpSync(prepared, draft, { recursive: true });
    // In one step, so that a start that is cut off leaves no half of it behind.
    renameSync(draft, path);
  } catch {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function preparedState(cache: string, make: (path: string) => Promise<void>): Promise<string> {
  const name = `state-${pgliteVersion()}-${stateMigrationsDigest()}`;
  const prepared = join(cache, name);
  if (existsSync(prepared)) return prepared;
  mkdirSync(cache, { recursive: true });
  const aside = mkdtempSync(join(cache, 'making-'));
  try {
    await make(aside);
    renameSync(aside, prepared);
    // Those of other versions are of no more use; whoever copies one just now makes its own in place.
    for (const other of readdirSync(cache)) {
      if (other.startsWith('state-') && other !== name) rmSync(join(cache, other), { recursive: true, force: true });
    }
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    if (!existsSync(prepared)) throw error; // else another process was quicker
  }
  return prepared;
}

function pgliteVersion(): string {
  const manifest = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'));
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
