// The browser SDK as a site has it: one script element that a running Inkling serves, a visitor who scrolls, clicks,
// fills in a form and leaves, several tabs, a service that is away, and what the visitor allows.

import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { withoutChromium } from '../support/chromium.ts';
import { type Inkling, openInkling } from './inkling.ts';
import { type Answer, openScripted, type Scripted } from './scripted.ts';
import { builtSdk, openSite, type Site, until } from './site.ts';

type Row = { event: string; name: string; page_path: string; scroll_depth: number; properties: string };
type Sdk = Record<string, (...values: unknown[]) => unknown>;

describe('the browser SDK on a page', { skip: withoutChromium }, () => {
  let sdk = '';
  let site: Site;
  let address = '';
  let key = 'wk_page';

  before(async () => {
    sdk = await builtSdk();
    site = await openSite((path) => snippet(path) + content);
  });
  after(() => site?.close());

  const snippet = (path: string) => {
    const more = path === '/ask' ? ' data-consent="ask"' : path === '/quiet' ? ' data-autocapture="off"' : '';
    return `<script>window.inkling = [['track', 'Before Loading']]</script>
      <script async src="${address}/sdk.js" data-key="${key}"${more}></script>`;
  };

  /** A visitor with a storage of his own, and a service that answers as told and has the SDK at its address. */
  async function visit(t: TestContext, prepare?: string, answers: readonly Answer[] = []) {
    const scripted = await openScripted(answers);
    const context = await site.browser.newContext();
    t.after(async () => {
      await context.close();
      await scripted.close();
    });
    if (prepare) await context.addInitScript({ content: prepare });
    ({ address } = scripted);
    await context.route('**/sdk.js', (route) => route.fulfill({ contentType: 'text/javascript', body: sdk }));
    return { scripted, context };
  }

  async function open(context: BrowserContext, path: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(site.origin + path);
    await page.waitForFunction('!Array.isArray(window.inkling)');
    return page;
  }

  const call = (page: Page, name: string, ...values: unknown[]) =>
    page.evaluate(({ name, values }) => (globalThis as unknown as { inkling: Sdk }).inkling[name](...values) as never, {
      name,
      values,
    });
  const named = (scripted: Scripted) => scripted.delivered().map(({ type, event }) => event ?? type);

  describe('served by Inkling', () => {
    let inkling: Inkling;
    before(async () => {
      inkling = await openInkling();
    });
    after(() => inkling?.close());

    test('one line captures pages, clicks, scrolling, time, forms, videos, downloads and leaving [MKT-18.3]', async (t) => {
      ({ address, writeKey: key } = inkling);
      const context = await site.browser.newContext();
      t.after(() => context.close());
      const page = await open(context, '/first?utm_source=letter&utm_campaign=spring');
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      await page.waitForTimeout(1100);
      await page.click('#button');
      await page.fill('#mail', 'anna@example.org');
      await page.fill('#secret', 'hunter2');
      await page.click('#send');
      await page.click('#file');
      await page.click('#ignored');
      await page.evaluate(`for (const type of ['play', 'play', 'ended'])
        document.querySelector('video').dispatchEvent(new Event(type))`);
      await page.evaluate(`history.pushState({}, '', '/second'); document.title = 'Second'`);
      await page.waitForTimeout(50);
      await page.click('#away');
      await call(page, 'flush');
      await page.close({ runBeforeUnload: true });
      const rows = await until(async () => {
        const found = await inkling.events<Row>('event, name, page_path, scroll_depth, properties');
        return found.some(({ event, page_path }) => event === 'page_exit' && page_path === '/second') && found;
      });
      const at = (path: string) => new Set(rows.filter((row) => row.page_path === path).map(({ event }) => event));
      const onFirst = 'page_view scroll time_on_page click form_start form_submit download video_play video_complete';
      for (const event of onFirst.split(' ')) assert.ok(at('/first').has(event), `${event} in ${[...at('/first')]}`);
      for (const event of ['page_view', 'external_link_click', 'page_exit']) assert.ok(at('/second').has(event), event);
      assert.ok(at('/first').has('page_exit') && at('/first').has('before_loading'));
      assert.equal(rows.filter(({ event }) => event === 'video_play').length, 1);
      const depths = rows.filter(({ event }) => event === 'scroll').map((row) => row.scroll_depth);
      assert.ok(depths.includes(100));
      const everything = JSON.stringify(rows);
      for (const typed of ['anna', 'hunter2', 'Ignored']) assert.ok(!everything.includes(typed), typed);
    });

    test('/sdk.js may be cached and asked for again without being sent [MKT-18.3]', async () => {
      const first = await fetch(`${inkling.address}/sdk.js`);
      assert.equal(await first.text(), sdk);
      const again = { headers: { 'if-none-match': first.headers.get('etag')! } };
      assert.equal((await fetch(`${inkling.address}/sdk.js`, again)).status, 304);
      assert.equal(first.headers.get('access-control-allow-origin'), '*');
    });
  });

  test('what the visit could not deliver, the next page does [MKT-18.2]', async (t) => {
    // A beacon sent as the page closes outlives what intercepts it, so this browser has none.
    const { scripted, context } = await visit(t, 'navigator.sendBeacon = () => false');
    await context.route('**/v1/batch', (route) => route.abort());
    const page = await open(context, '/quiet');
    await call(page, 'track', 'While Away');
    await page.waitForTimeout(700);
    await page.close();
    assert.deepEqual(scripted.requests, []);
    await context.unroute('**/v1/batch');
    await open(context, '/quiet');
    await until(() => named(scripted).includes('While Away'));
    assert.equal(named(scripted).filter((event) => event === 'While Away').length, 1);
  });

  for (const path of ['/quiet', '/page']) {
    test(`what was said last leaves with the page, on ${path} [MKT-18.2]`, async (t) => {
      const { scripted, context } = await visit(t);
      const page = await open(context, path);
      await call(page, 'flush');
      // Only a beacon outlives the page: its fetch is cut off, its timers never come.
      await page.evaluate(`window.fetch = () => new Promise(() => {}); inkling.track('Last Words')`);
      await page.goto('about:blank');
      await until(() => named(scripted).includes('Last Words'));
      assert.equal(named(scripted).includes('Page Exited'), path === '/page');
    });
  }

  for (const [how, prepare] of [
    ['by the Web Locks API', undefined],
    ['by a lease where that is absent', `Object.defineProperty(navigator, 'locks', { value: undefined })`],
  ] as const) {
    test(`tabs share the queue and send one at a time, ${how} [MKT-18.2]`, async (t) => {
      const { scripted, context } = await visit(t, prepare, [{ status: 500 }, ...Array(5).fill({ afterMs: 150 })]);
      const tabs = [await open(context, '/quiet'), await open(context, '/quiet'), await open(context, '/quiet')];
      const many = (tab: number) =>
        `for (let i = 0; i < 20; i++) inkling.track('Counted', { number: ${tab} * 100 + i })`;
      await Promise.all(tabs.map((tab, i) => tab.evaluate(many(i))));
      await Promise.all(tabs.map((tab) => call(tab, 'flush')));
      // A tab may see a little late what another took out of the storage, and send it again; the service takes it once.
      const counted = await until(() => {
        const arrived = scripted.delivered().filter(({ event }) => event === 'Counted');
        return new Set(arrived.map(({ messageId }) => messageId)).size >= 60 && arrived;
      });
      assert.equal(new Set(counted.map(({ messageId }) => messageId)).size, 60);
      assert.deepEqual(new Set(scripted.requests.map(({ beside }) => beside)), new Set([0]));
      assert.equal(new Set(counted.map(({ anonymousId }) => anonymousId)).size, 1);
    });
  }

  test('without a storage it works all the same [MKT-18.2]', async (t) => {
    const blocked = `Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked') } })`;
    const { scripted, context } = await visit(t, blocked);
    const page = await open(context, '/quiet');
    await call(page, 'track', 'Private');
    assert.equal(await call(page, 'flush'), true);
    assert.deepEqual(named(scripted), ['Before Loading', 'Private']);
  });

  for (const [signal, prepare] of [
    ['Global Privacy Control', `Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })`],
    ['Do Not Track', `Object.defineProperty(navigator, 'doNotTrack', { value: '1' })`],
  ]) {
    test(`with ${signal} nothing is kept and nothing sent, until the visitor says yes [MKT-14.1]`, async (t) => {
      const { scripted, context } = await visit(t, prepare);
      const page = await open(context, '/page');
      await page.click('#button');
      await call(page, 'identify', 'u1');
      assert.equal(await call(page, 'flush'), true);
      assert.deepEqual(scripted.requests, []);
      assert.equal(await page.evaluate('localStorage.length'), 0);
      await call(page, 'consent', { analytics: true });
      await call(page, 'flush');
      assert.deepEqual(named(scripted).slice(0, 2), ['Consent Updated', 'page']);
      assert.deepEqual((scripted.delivered()[0]['context'] as Record<string, unknown>)['consent'], {
        categoryPreferences: { analytics: true, personalisation: false, marketing: false },
      });
    });
  }

  test('a withdrawal is recorded, and what waited and who it was are forgotten [MKT-14.1]', async (t) => {
    const { scripted, context } = await visit(t);
    const page = await open(context, '/quiet');
    await call(page, 'flush');
    const before = scripted.delivered().length;
    const { anonymousId } = (await call(page, 'person')) as { anonymousId: string };
    await page.evaluate(`inkling.track('Waiting'); inkling.consent({ analytics: false }); inkling.track('Afterwards')`);
    assert.equal(await call(page, 'flush'), true);
    const [record, ...more] = scripted.delivered().slice(before);
    assert.deepEqual([record['event'], record['anonymousId'], more], ['Consent Updated', anonymousId, []]);
    const { analytics } = (record['properties'] ?? {}) as { analytics?: boolean };
    assert.equal(analytics, false);
    assert.equal(await call(page, 'person'), undefined);
    assert.ok(!(await page.evaluate<string>('JSON.stringify(localStorage)')).includes(anonymousId));
    const next = await open(context, '/page');
    await call(next, 'flush');
    assert.equal(scripted.delivered().length, before + 1);
  });

  test('a site that asks first collects nothing before the answer [MKT-14.1]', async (t) => {
    const { scripted, context } = await visit(t);
    const page = await open(context, '/ask');
    await call(page, 'flush');
    assert.deepEqual(scripted.requests, []);
    await call(page, 'consent', { analytics: true, personalisation: true, marketing: false });
    await call(page, 'flush');
    assert.ok(named(scripted).includes('page'));
  });

  test('a sign-in names the visitor, a reset makes a new one [MKT-18.2]', async (t) => {
    const { scripted, context } = await visit(t);
    const page = await open(context, '/quiet');
    await page.evaluate(`inkling.identify('u1'); inkling.track('Named'); inkling.reset(); inkling.track('New')`);
    await call(page, 'flush');
    const of = (event: string) => scripted.delivered().find((message) => message['event'] === event)!;
    assert.equal(of('Named')['userId'], 'u1');
    assert.equal(of('Named')['anonymousId'], of('Before Loading')['anonymousId']);
    assert.equal(of('New')['userId'], undefined);
    assert.notEqual(of('New')['anonymousId'], of('Named')['anonymousId']);
  });

  test('experiments and personalisation answer through hooks, the fallback where none does [MKT-18.3]', async (t) => {
    const { scripted, context } = await visit(t);
    const page = await open(context, '/quiet');
    assert.equal(await call(page, 'variant', 'checkout', 'control'), 'control');
    await page.evaluate(`
      inkling.use({ variant() { throw new Error('broken') }, content: () => new Promise(() => {}) });
      inkling.use({ variant: (experiment, { anonymousId }) => anonymousId && experiment + '-b', content: (slot) => ({ slot }) })`);
    assert.equal(await call(page, 'variant', 'checkout', 'control'), 'checkout-b');
    assert.equal(await call(page, 'variant', 'checkout', 'control'), 'checkout-b');
    assert.deepEqual(await call(page, 'content', 'hero', null), { slot: 'hero' });
    await call(page, 'consent', { personalisation: false });
    assert.equal(await call(page, 'content', 'hero', 'plain'), 'plain');
    await call(page, 'flush');
    const seen = scripted.delivered().filter(({ event }) => event === 'Experiment Viewed');
    assert.deepEqual(
      seen.map(({ properties }) => properties),
      [{ experiment_id: 'checkout', variation_id: 'checkout-b' }],
    );
  });
});

const content = `
  <div style="height: 3000px"></div>
  <button id="button">Compare</button>
  <form name="letter" onsubmit="return false">
    <input id="mail" name="mail"><input id="secret" type="password"><button id="send">Send</button>
  </form>
  <a id="file" href="/catalogue.pdf" target="_blank">Catalogue</a>
  <a id="away" href="http://localhost:1/elsewhere" onclick="event.preventDefault()">Away</a>
  <div data-inkling-ignore><button id="ignored">Ignored</button></div>
  <video title="Tour"></video>`;
