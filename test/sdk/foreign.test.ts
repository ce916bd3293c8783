// The browser libraries of Segment and RudderStack, unchanged from the registry and in real Chromium, told nothing but
// the key and the address. RudderStack's is its "bundled" form, which fetches no code from a CDN.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { withoutChromium } from '../support/chromium.ts';
import { type Inkling, openInkling } from './inkling.ts';
import { openSite, type Site, until } from './site.ts';

type Row = { type: string; event: string; user_id: string; anonymous_id: string; source: string; platform: string };

const calls = `
  analytics.identify('USER', { plan: 'gold' });
  analytics.track('Order Completed', { order_id: 'o1', total: 25, products: [{ product_id: 'p1', price: 25 }] });
  analytics.page('Home');
  analytics.group('acme', { name: 'Acme' });
  analytics.alias('USER', 'device-7');`;

describe('libraries of others in a browser', { skip: withoutChromium }, () => {
  let site: Site;
  let inkling: Inkling;
  let clients = '';
  before(async () => {
    clients = await bundle();
    inkling = await openInkling();
    site = await openSite();
  });
  after(async () => {
    await site?.close();
    await inkling?.close();
  });

  async function open(site: Site): Promise<{ page: Page; strangers: string[] }> {
    const page = await site.browser.newPage();
    const strangers: string[] = [];
    page.on('request', (request) => {
      const { origin } = new URL(request.url());
      if (origin !== site.origin && origin !== inkling.address) strangers.push(request.url());
    });
    await page.goto(site.origin);
    await page.addScriptTag({ content: clients });
    return { page, strangers };
  }

  const arrived = (user: string, count: number) =>
    until(async () => {
      const rows = await inkling.events<Row>('type, event, user_id, anonymous_id, source, platform');
      const own = rows.filter((row) => row.user_id === user);
      return own.length >= count && own;
    });

  test('@segment/analytics-next delivers every call [MKT-1.1]', async (t) => {
    const { page, strangers } = await open(site);
    t.after(() => page.close());
    await page.evaluate(`
      const analytics = Foreign.AnalyticsBrowser.load({ writeKey: '${inkling.writeKey}', cdnURL: '${inkling.address}' });
      ${calls.replaceAll('USER', 'segment-user')}
      analytics.screen('Cart');`);
    const rows = await arrived('segment-user', 6);
    assert.deepEqual(rows.map(({ type, event }) => `${type} ${event}`).sort(), [
      'alias alias',
      'group group',
      'identify identify',
      'page page_view',
      'screen screen_view',
      'track purchase',
    ]);
    assert.deepEqual([...new Set(rows.map(({ platform }) => platform))], ['web']);
    assert.deepEqual(strangers, []);
  });

  test('@rudderstack/analytics-js delivers every call [MKT-1.1]', async (t) => {
    const { page, strangers } = await open(site);
    t.after(() => page.close());
    await page.evaluate(`
      const analytics = new Foreign.RudderAnalytics();
      analytics.load('${inkling.writeKey}', '${inkling.address}', { configUrl: '${inkling.address}' });
      ${calls.replaceAll('USER', 'rudder-user')}`);
    const rows = await arrived('rudder-user', 5);
    // RudderStack's browser library has no screen call.
    assert.deepEqual(rows.map(({ type, event }) => `${type} ${event}`).sort(), [
      'alias alias',
      'group group',
      'identify identify',
      'page page_view',
      'track purchase',
    ]);
    assert.deepEqual([...new Set(rows.map(({ platform }) => platform))], ['web']);
    assert.deepEqual(strangers, []);
  });

  test('settings are told for a write key only [MKT-18.1]', async () => {
    assert.equal((await fetch(`${inkling.address}/v1/projects/wk_unknown/settings`)).status, 404);
    assert.equal((await fetch(`${inkling.address}/sourceConfig/?writeKey=wk_unknown`)).status, 401);
  });
});

async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('foreignClients.mjs', import.meta.url));
  const lib = { entry, name: 'Foreign', formats: ['iife' as const], fileName: 'foreign' };
  const define = { 'process.env.NODE_ENV': '"production"' };
  const built = await build({
    configFile: false,
    logLevel: 'error',
    define,
    build: { write: false, minify: false, lib },
  });
  const [{ output }] = built as { output: { code?: string }[] }[];
  return output[0].code ?? '';
}
