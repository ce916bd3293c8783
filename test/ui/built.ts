// The dashboard as the tests see it: built by Vite once per state of its sources, in a folder named after their hash,
// so that several test files at once neither wait for each other nor read a half-made build. Builds of earlier states
// are removed once they are a day old: another run may still be reading a younger one.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '../../ui');
const builds = join(import.meta.dirname, '../../node_modules/.cache/inkling/dashboard');
const keptMs = 24 * 3600 * 1000;

/** The folder with the built dashboard. */
export async function builtDashboard(): Promise<string> {
  const place = join(builds, sourceHash());
  if (existsSync(place)) return place;
  mkdirSync(builds, { recursive: true });
  removeOldBuilds();
  const draft = mkdtempSync(join(builds, 'draft-'));
  await build({
    configFile: join(root, 'vite.config.ts'),
    build: { outDir: draft, emptyOutDir: true },
    logLevel: 'error',
  });
  try {
    renameSync(draft, place);
  } catch {
    // Another test file was quicker; its build is the same.
    rmSync(draft, { recursive: true, force: true });
  }
  return place;
}

function removeOldBuilds() {
  for (const name of readdirSync(builds)) {
    const madeAt = statSync(join(builds, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - madeAt > keptMs) rmSync(join(builds, name), { recursive: true, force: true });
  }
}

function sourceHash(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(root, { recursive: true, withFileTypes: true }).sort(byPath)) {
    const path = join(file.parentPath, file.name);
    if (!file.isFile() || path.startsWith(join(root, 'dist'))) continue;
    hash.update(path.slice(root.length)).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 16);
}

function byPath(a: { parentPath: string; name: string }, b: { parentPath: string; name: string }): number {
  return join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1;
}
