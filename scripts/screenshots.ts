// Takes the pictures of the dashboard that the docs show: every page, light and dark, from a running server.
//   node scripts/screenshots.ts --url http://127.0.0.1:8020 --key SECRET_KEY
// writes docs/screenshots/<page>-<light|dark>.png, what a window of 1440 × 900 pixels shows. --tall takes whole pages,
// --pages a,b some of them, --width 320 narrow ones, --out elsewhere.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../test/support/chromium.ts';

const windowHeight = 900;
const longestPixels = 4000;

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8020' },
    key: { type: 'string' },
    out: { type: 'string', default: 'docs/screenshots' },
    pages: { type: 'string' },
    schemes: { type: 'string', default: 'light,dark' },
    width: { type: 'string', default: '1440' },
    tall: { type: 'boolean', default: false },
  },
});
if (!values.key) throw new Error('Say which key to sign in with: --key SECRET_KEY (npm run -s inkling -- keys).');

const { url, key, out } = values;
mkdirSync(out, { recursive: true });
const addresses = await pageAddresses();
const wanted = values.pages?.split(',') ?? Object.keys(addresses);
const browser = await launchBrowser();
try {
  for (const scheme of values.schemes.split(',')) await takeAll(scheme === 'dark' ? 'dark' : 'light');
} finally {
  await browser.close();
}

async function takeAll(scheme: 'light' | 'dark') {
  const width = Number(values.width);
  const page = await browser.newPage({
    colorScheme: scheme,
    reducedMotion: 'reduce',
    viewport: { width, height: windowHeight },
  });
  await page.goto(`${url}/#key=${key}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  for (const name of wanted) {
    await page.setViewportSize({ width, height: windowHeight });
    await page.goto(url + addresses[name]);
    await settle(page);
    if (values.tall) await growToFit(page, width);
    if ((await page.getByRole('alert').count()) > 0) throw new Error(`${name} shows a problem: no picture is taken.`);
    const file = join(out, `${name}-${scheme}.png`);
    await page.screenshot({ path: file });
    console.log(file);
  }
  await page.close();
}

async function growToFit(page: Page, width: number) {
  const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
  await page.setViewportSize({ width, height: Math.min(longestPixels, Math.max(windowHeight, height)) });
  await settle(page);
}

/** Waits until every answer stands on the page and every chart is drawn. */
async function settle(page: Page) {
  // A page that follows events keeps a request open and never falls silent: for it five seconds are enough.
  await page.waitForLoadState('networkidle', { timeout: 5000 }).catch(() => undefined);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  await page.locator('[data-chart="waiting"]').first().waitFor({ state: 'detached' });
  await page.waitForTimeout(250);
}

async function pageAddresses(): Promise<Record<string, string>> {
  const { people } = await read<{ people: { id: string }[] }>('/api/v1/people?sort=score&limit=1');
  const { models } = await read<{ models: { id: string; status: string }[] }>('/api/v1/intent/models');
  const { segments } = await read<{ segments: { id: string }[] }>('/api/v1/segments?status=active');
  const ids = segments.slice(0, 4).map(({ id }) => id);
  const model = models.find(({ status }) => status === 'ACTIVE');
  return {
    overview: '/',
    live: '/live',
    plans: '/live/plans',
    people: '/people',
    ...(people[0] && { person: `/people/${people[0].id}` }),
    review: '/people/review',
    matching: '/people/matching',
    features: '/features',
    models: '/models',
    ...(model && { model: `/models/${model.id}` }),
    segments: '/segments',
    measure: '/measure',
    govern: '/govern',
    segment: '/segments/ready%3AHIGH',
    'new-segment': '/segments/new',
    ...(ids[0] && { 'rule-segment': `/segments/${ids[0]}`, rule: `/segments/${ids[0]}/edit` }),
    ...(ids[1] && { comparison: `/segments/compare?ids=${ids.join(',')}` }),
  };
}

async function read<T>(path: string): Promise<T> {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${key}` } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
