// An empty PGlite folder to begin from. Making one (initdb, in WebAssembly) takes seconds, copying one a fraction of
// one, so the first is kept under node_modules/.cache by PGlite's version and copied for every further data folder.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const STATE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/inkling/', import.meta.url));

/** Copies the prepared folder to `path`. Where `path` exists or no cache can be kept, nothing happens: PGlite makes its own. */
export async function beginState(path: string, cache = STATE_CACHE): Promise<void> {
  if (existsSync(path)) return;
  const draft = `${path}.draft`;
  try {
    const prepared = await preparedState(cache);
    rmSync(draft, { recursive: true, force: true });
    cpSync(prepared, draft, { recursive: true });
    // In one step, so that a start that is cut off leaves no half of it behind.
    renameSync(draft, path);
  } catch {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function preparedState(cache: string): Promise<string> {
  const prepared = join(cache, `state-${pgliteVersion()}`);
  if (existsSync(prepared)) return prepared;
  mkdirSync(cache, { recursive: true });
  const aside = mkdtempSync(join(cache, 'state-'));
  try {
    const { PGlite } = await import('@electric-sql/pglite');
    await (await PGlite.create(aside)).close();
    renameSync(aside, prepared);
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
