// The dashboard is built into ui/dist when its sources are newer than what was built. An installation that has only
// the built files, or no Vite, serves what is there.

import { existsSync, globSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Builds when stale; a failure is told on standard error and stops nothing else. */
export async function buildDashboardIfStale(): Promise<void> {
  if (isFresh()) return;
  try {
    process.stderr.write('Building the dashboard …\n');
    // Loaded only here: a server whose dashboard is built never needs it.
    const { build } = await import('vite');
    await build({ configFile: `${root}ui/vite.config.ts`, logLevel: 'error' });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    process.stderr.write(`The dashboard could not be built (${reason}); the API is served without it.\n`);
  }
}

function isFresh(): boolean {
  const built = statSync(`${root}ui/dist/index.html`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (!existsSync(`${root}ui/src`)) return true;
  const sources = globSync(['ui/src/**/*', 'ui/public/*', 'ui/*.{html,ts,json}', 'package-lock.json'], { cwd: root });
  return sources.every((file) => statSync(`${root}${file}`).mtimeMs <= built);
}
