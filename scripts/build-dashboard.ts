// Builds the dashboard into ui/dist when its sources are newer than what was built. Also a program of its own:
// node scripts/build-dashboard.ts

import { globSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Returns true when something was built. */
export async function buildDashboard(): Promise<boolean> {
  if (isFresh()) return false;
  // Vite is only needed here; a server with a built dashboard never loads it.
  const { build } = await import('vite');
  await build({ configFile: `${root}ui/vite.config.ts`, logLevel: 'warn' });
  return true;
}

function isFresh(): boolean {
  const built = statSync(`${root}ui/dist/index.html`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = globSync(['ui/src/**/*', 'ui/*.{html,ts}', 'package-lock.json'], { cwd: root });
  return sources.every((file) => statSync(`${root}${file}`).mtimeMs <= built);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildDashboard();
