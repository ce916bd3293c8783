// What pages load is built by Vite when its sources are newer than what was built: the dashboard and the browser SDK.
// An installation that has only the built files, or no Vite, serves what is there.

import { existsSync, globSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

type Part = { name: string; folder: string; built: string; sources: readonly string[] };

const parts: readonly Part[] = [
  { name: 'dashboard', folder: 'ui', built: 'dist/index.html', sources: ['src/**/*', 'public/*', '*.{html,ts,json}'] },
  { name: 'browser SDK', folder: 'sdk/browser', built: 'dist/sdk.js', sources: ['src/*', '*.{ts,json}'] },
];

/** Builds what is stale; a failure is told on standard error and stops nothing else. */
export async function buildIfStale(): Promise<void> {
  for (const part of parts) if (!isFresh(part)) await build(part);
}

function isFresh({ folder, built, sources }: Part): boolean {
  const builtMs = statSync(`${root}${folder}/${built}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (!existsSync(`${root}${folder}/src`)) return true;
  const files = globSync([...sources.map((source) => `${folder}/${source}`), 'package-lock.json'], { cwd: root });
  return files.every((file) => statSync(`${root}${file}`).mtimeMs <= builtMs);
}

async function build({ name, folder }: Part): Promise<void> {
  try {
    process.stderr.write(`Building the ${name} …\n`);
    // Loaded only here: a server whose parts are built never needs it.
    const { build } = await import('vite');
    await build({ configFile: `${root}${folder}/vite.config.ts`, logLevel: 'error' });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    process.stderr.write(`The ${name} could not be built (${reason}); the rest is served without it.\n`);
  }
}
