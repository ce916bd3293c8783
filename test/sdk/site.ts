// A site of somebody else's, on its own origin, with the browser SDK on it; in real Chromium.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { buildIfStale } from '../../src/cli/built.ts';
import { launchBrowser } from '../support/chromium.ts';

export type Site = { origin: string; browser: Browser; close(): Promise<void> };

/** The SDK as it is served, built when its sources are newer. */
export async function builtSdk(): Promise<string> {
  await buildIfStale();
  return readFileSync(join(import.meta.dirname, '../../sdk/browser/dist/sdk.js'), 'utf8');
}

/** `pages` gives the body of an address; an address that it does not know is an empty page. */
export async function openSite(pages: (path: string) => string | undefined = () => undefined): Promise<Site> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    if (path.endsWith('.pdf')) return void response.setHeader('content-type', 'text/plain').end('a file');
    const body = pages(path) ?? '';
    response.setHeader('content-type', 'text/html; charset=utf-8').end(`<!doctype html><title>${path}</title>${body}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchBrowser();
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    browser,
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Looks every few milliseconds until something is there; gives up after ten seconds. */
export async function until<T>(look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (const end = performance.now() + 10_000; ; ) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) throw new Error(`waited ten seconds for ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
