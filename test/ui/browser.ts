// Finds the Chromium of this machine and opens pages in it. Where there is none the tests are skipped with a sentence
// that says how to get one; set CHROMIUM to use another browser than the first that is found.

import { accessSync, constants } from 'node:fs';
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
  const named = environment.CHROMIUM;
  if (named) {
    if (!canRun(named)) throw new Error(`CHROMIUM names ${named}, which cannot be run.`);
    return named;
  }
  const folders = (environment.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = [...places, ...names.flatMap((name) => folders.map((folder) => join(folder, name)))];
  return candidates.find(canRun) ?? null;
}

/** For `test(name, { skip: withoutChromium }, …)`: false, or the reason with its remedy. */
export const withoutChromium: string | false = findChromium() === null ? howToInstall : false;

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
