// The dashboard as the tests see it: built by Vite once per state of its sources, in a folder named after their hash,
// so that several test files at once neither wait for each other nor read a half-made build.

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '../../ui');

/** The folder with the built dashboard. */
export async function builtDashboard(): Promise<string> {
  const place = join(tmpdir(), `inkling-ui-${sourceHash()}`);
  if (existsSync(place)) return place;
  const draft = mkdtempSync(join(tmpdir(), 'inkling-ui-draft-'));
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
