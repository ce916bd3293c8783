// Where Chromium is, for the tests that look at pages. `npm test` installs Debian's where it may; a test that finds
// none skips and says how to install it.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export const howToInstallChromium =
  'No Chromium found: install it (on Debian: apt-get install chromium) or set CHROMIUM to its path.';

export function findChromium(): string | undefined {
  return [process.env['CHROMIUM'], ...places].find((place) => place && existsSync(place));
}

/** Installs Debian's package when this user may; says what to do otherwise. */
export function installChromium(): void {
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!mayInstall) {
    console.error(`${howToInstallChromium} The page tests are skipped.`);
    return;
  }
  console.error('Installing Chromium for the page tests …');
  const quiet = { stdio: 'ignore' as const };
  spawnSync('apt-get', ['update', '-qq'], quiet);
  const { status } = spawnSync('apt-get', ['install', '-y', '-qq', 'chromium'], quiet);
  if (status !== 0) console.error(`The installation failed. ${howToInstallChromium}`);
}
