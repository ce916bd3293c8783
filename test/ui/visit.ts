// A visit to the dashboard: one fixture server and one browser per test file, and a fresh tab per test that signs in,
// waits until a page stands still, and collects whatever the browser complains about.

import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../support/chromium.ts';
import { builtDashboard } from './built.ts';
import { type Fixture, startFixture, type Variant } from './fixture.ts';

export type House = { fixture: Fixture; browser: Browser };
export type Tab = {
  page: Page;
  /** Console errors and warnings (a failed request is one) and page errors, as they came. */
  complaints: string[];
  leave(): Promise<void>;
};
export type Visit = Tab & { open(path: string): Promise<void> };

export async function openHouse(): Promise<House> {
  const fixture = await startFixture({ dist: await builtDashboard() });
  return { fixture, browser: await launchBrowser() };
}

export async function closeHouse(house: House | undefined): Promise<void> {
  await house?.browser.close();
  await house?.fixture.close();
}

export type VisitSettings = { variant?: Variant; context?: BrowserContextOptions };

export async function visit(house: House, settings: VisitSettings = {}): Promise<Visit> {
  const { fixture, browser } = house;
  fixture.setVariant(settings.variant ?? 'full');
  const tab = await openTab(browser, settings.context);
  return {
    ...tab,
    async open(path) {
      await tab.page.goto(`${fixture.url}${path}#key=${fixture.key}`);
      await standStill(tab.page);
    },
  };
}

export async function openTab(browser: Browser, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({
    reducedMotion: 'reduce',
    locale: 'en-GB',
    viewport: { width: 1360, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints, leave: () => context.close() };
}

/** Waits until the answer is on the page and every chart is drawn. */
export async function standStill(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  await page.locator('[data-chart="waiting"]').first().waitFor({ state: 'detached' });
}

/** The text of an element as it is to be read, hidden parts left out, in one line. */
export async function wordsOf(locator: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: what is seen is the point, and layout decides that
  const text = await locator.first().innerText();
  return text.replace(/\s+/g, ' ').trim();
}
