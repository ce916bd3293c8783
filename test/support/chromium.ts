// Chromium for whatever looks at pages: where it is, how to open it, how to get it. `npm test` installs Debian's where
// it may; a test that finds none skips and says what to install. CHROMIUM names another than the first that is found.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];
const places = [
  '/usr/bin/chromium',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const howToInstall =
  'no Chromium found: install one (Debian and Ubuntu: apt install chromium; macOS: brew install --cask chromium) ' +
  'or name its program in CHROMIUM';

/** The program to start, or null when there is none. A CHROMIUM that cannot be run is an error, not a skip. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | null {
  const named = environment['CHROMIUM'];
  if (named) {
    if (!canRun(named)) throw new Error(`CHROMIUM names ${named}, which cannot be run.`);
    return named;
  }
  const folders = (environment['PATH'] ?? '').split(delimiter).filter(Boolean);
  const candidates = [...places, ...names.flatMap((name) => folders.map((folder) => join(folder, name)))];
  return candidates.find(canRun) ?? null;
}

/** For `test(name, { skip: withoutChromium }, …)`: false, or the reason with its remedy. */
export const withoutChromium: string | false = findChromium() === null ? howToInstall : false;

/** Installs Debian's package when this user may; says what to do otherwise. */
export function installChromium(): void {
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!mayInstall) {
    console.error(`The page tests are skipped: ${howToInstall}.`);
    return;
  }
  console.error('Installing Chromium for the page tests …');
  const quiet = { stdio: 'ignore' as const };
  spawnSync('apt-get', ['update', '-qq'], quiet);
  const { status } = spawnSync('apt-get', ['install', '-y', '-qq', 'chromium'], quiet);
  if (status !== 0) console.error(`The installation failed, so the page tests are skipped: ${howToInstall}.`);
}

export function launchBrowser(): Promise<Browser> {
  const program = findChromium();
  if (program === null) throw new Error(howToInstall);
  return chromium.launch({
    executablePath: program,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

function canRun(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
