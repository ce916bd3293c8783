// Visits over HTTP: from the event that came in to the visit that is listed, live and in history.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const begin = new Date();
const { writeKey } = await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now: begin });
await createWorkspace(store, { id: 'other', name: 'Other', timeZone: 'UTC', now: begin });
const { key } = await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now: begin });
const { key: otherKey } = await createKey(store, { workspace: 'other', kind: 'secret', label: 'test', now: begin });
const server = await openServer({ store, logLevel: 'silent' });
const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0';

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape each test checks
type Json = any;

async function ask(path: string, { method = 'GET', body, secret = key }: Json = {}): Promise<Json> {
  const response = await fetch(`${server.address}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${secret}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

async function send(userId: string, minutesAgo: number, event: string, { path = '/', ...more }: Json = {}) {
  const timestamp = new Date(Date.now() - minutesAgo * 60_000).toISOString();
  const page = { path, url: `https://shop.example${path}${more.query ?? ''}`, referrer: more.referrer };
  const type = event === 'page' ? 'page' : 'track';
  const context = { userAgent: more.agent ?? firefox, page, sessionId: more.sessionId };
  const properties = { ...(type === 'page' ? page : {}), ...more.properties };
  const response = await fetch(`${server.address}/v1/${type}`, {
    method: 'POST',
    headers: { 'x-write-key': writeKey },
    body: JSON.stringify({ userId, event, timestamp, context, properties }),
  });
  assert.equal(response.status, 200);
}

async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not come true in time`);
}

const ad = '?utm_source=news&utm_medium=email&utm_campaign=spring&utm_term=shoes&utm_content=top&gclid=Cj0';

test('an event is in the signals of its person before anything is resolved [CBP-2][CBP-14][MKT-6.2]', async () => {
  await send('quick', 3, 'page', { path: '/shoes' });
  const seen = (wanted: Json) => async () => {
    const { values } = await ask('/people/quick/features');
    return values && Object.entries(wanted).every(([name, value]) => values[name] === value) && values;
  };
  await until('the first page', seen({ pages_last_visit: 1, cart_adds_last_visit: 0 }));
  await send('quick', 1, 'page', { path: '/boots' });
  await send('quick', 0, 'Product Added', { path: '/boots', properties: { product_id: 'p1', price: 20 } });
  const values = await until('the cart', seen({ pages_last_visit: 2, cart_adds_last_visit: 1, visits_all: 1 }));
  assert.ok(values.hours_since_visit > 2.9 / 60 && values.minutes_last_visit > 2.9);
  assert.equal((await ask('/people/nobody/features')).status, 404);
});

test('visits are listed with all that is said of them, in pages and by filters [CBP-2][MKT-6.1]', async () => {
  await send('anna', 200, 'page', { path: '/', query: ad, referrer: 'https://www.google.com/' });
  await send('anna', 199, 'Link Clicked', { path: '/' });
  await send('anna', 198, 'page', { path: '/shoes', properties: { scroll_depth: 80 } });
  await send('anna', 197, 'Order Completed', { path: '/done', properties: { revenue: 30, order_id: 'o1' } });
  await send('anna', 100, 'page', { path: '/late' });
  await send('ben', 150, 'page', { path: '/shoes' });
  const page = await until('three visits', async () => {
    const { sessions } = await ask('/people/anna/sessions');
    return sessions?.length === 2 && sessions;
  });
  assert.deepEqual(
    page.map(({ entryPage }: Json) => entryPage),
    ['/late', '/'],
  );
  const { id, profile, startAt, endAt, conversionAt, ...first } = page[1];
  assert.deepEqual(first, {
    ...{ durationSeconds: 180, pageCount: 2, eventCount: 4, converted: true, conversionType: 'purchase' },
    ...{ conversionValue: 30, bounced: false, avgSecondsOnPage: 0, avgScrollDepth: 80, totalClicks: 1 },
    ...{ entryPage: '/', exitPage: '/shoes', pageSequence: ['/', '/shoes'] },
    actionSequence: ['page_view', 'internal_link_click', 'page_view', 'purchase'],
    actionCounts: { page_view: 2, internal_link_click: 1, purchase: 1 },
    ...{ platform: 'web', deviceType: 'desktop', browser: 'Firefox', os: 'Windows', country: '' },
    ...{ trafficSource: 'news', medium: 'email', campaign: 'spring', term: 'shoes', content: 'top' },
    ...{ clickId: 'gclid=Cj0', referrer: 'https://www.google.com/', botScore: 0, botReasons: [] },
  });
  assert.deepEqual((({ status, ...one }) => one)(await ask(`/sessions/${id}`)), page[1]);
  assert.equal((await ask(`/sessions/${id}`, { secret: otherKey })).status, 404);
  assert.equal((await ask('/sessions/none')).status, 404);
  const everyone = await until('all visits', async () => {
    const { sessions } = await ask('/sessions');
    return sessions.length === 4 && sessions;
  });
  const cut: Json[] = [];
  for (let cursor = ''; ; ) {
    const { sessions, nextCursor } = await ask(`/sessions?limit=1${cursor}`);
    cut.push(...sessions);
    if (nextCursor === null) break;
    cursor = `&cursor=${nextCursor}`;
  }
  assert.deepEqual(cut, everyone);
  const ids = async (filter: string) => (await ask(`/sessions?${filter}`)).sessions.map(({ id }: Json) => id);
  assert.deepEqual(await ids('source=news&campaign=spring&device=desktop&platform=web&converted=true'), [id]);
  assert.deepEqual(await ids(`to=${new Date(Date.now() - 180 * 60_000).toISOString()}`), [id]);
  assert.equal((await ids('source=')).length, 3);
  assert.deepEqual(await ids('converted=true&source='), []);
  assert.equal((await ask('/sessions?cursor=no')).field, 'cursor');
  assert.deepEqual((await ask('/sessions', { secret: otherKey })).sessions, []);
});

test('who is here now is counted, and told again with every change [CBP-15]', async () => {
  await send('cora', 1, 'page', { path: '/now', query: '?utm_source=news&utm_campaign=x' });
  const here = await until('a visit under way', async () => {
    const now = await ask('/live/sessions');
    return now.byPage.some(({ name }: Json) => name === '/now') && now;
  });
  // Who came to the tests before is here as well.
  assert.equal(here.active, 2);
  assert.equal(here.sessions[0].trafficSource, '');
  assert.deepEqual(here.bySource, [
    { name: '', sessions: 1 },
    { name: 'news', sessions: 1 },
  ]);
  assert.equal((await ask('/live/sessions', { secret: otherKey })).active, 0);
  const pagesOf = async (person: string) =>
    (await ask(`/live/sessions?person=${person}`)).sessions.map(({ exitPage }: Json) => exitPage);
  assert.deepEqual(await pagesOf('cora'), ['/now']);
  assert.deepEqual(await pagesOf('nobody'), []);
  const stream = await fetch(`${server.address}/api/v1/live/sessions/stream?limit=1`, {
    headers: { authorization: `Bearer ${key}` },
  });
  assert.match(stream.headers.get('content-type') ?? '', /text\/event-stream/);
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const told = async (count: number) => {
    while (text.split('\n\n').length <= count) text += (await reader.read()).value;
    return text
      .split('\n\n')
      .slice(0, -1)
      .map((event) => JSON.parse(event.split('\ndata: ')[1]));
  };
  assert.equal((await told(1))[0].active, 2);
  await send('dora', 0, 'page', { path: '/new' });
  const [, next] = await told(2);
  assert.equal(next.active, 3);
  assert.equal(next.sessions.length, 1);
  assert.equal(next.sessions[0].entryPage, '/new');
  await reader.cancel();
});

test('who leaves before the first visits are told is not told of any later [CBP-15]', async () => {
  const { port } = new URL(server.address);
  const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
  const before = timers();
  for (let i = 0; i < 10; i++) {
    // The first who asks of a workspace waits for the facts.
    const { id } = await createWorkspace(store, { id: `left-${i}`, name: 'Left', timeZone: 'UTC', now: begin });
    const { key } = await createKey(store, { workspace: id, kind: 'secret', label: 'test', now: begin });
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET /api/v1/live/sessions/stream HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer ${key}\r\n\r\n`);
    await new Promise((resolve) => setTimeout(resolve, 3));
    socket.destroy();
    assert.equal((await ask('/live/sessions', { secret: key })).active, 0);
  }
  await until('nobody looked for', async () => timers() <= before);
});

test('visits are cut as the workspace sets it [CBP-2]', async () => {
  const before = await ask('/collect/sessions');
  assert.deepEqual(
    { ...before, status: 0 },
    { status: 0, timeoutMinutes: 30, sdkIds: true, newOnCampaign: false, midnight: false },
  );
  const wrong = await ask('/collect/sessions', { method: 'PATCH', body: { timeoutMinutes: 0 } });
  assert.deepEqual([wrong.status, wrong.field], [400, 'timeoutMinutes']);
  await ask('/collect/sessions', { method: 'PATCH', body: { timeoutMinutes: 5, newOnCampaign: true } });
  await send('eve', 90, 'page', { path: '/a', sessionId: 's1' });
  await send('eve', 88, 'page', { path: '/b', sessionId: 's1' });
  await send('eve', 87, 'page', { path: '/c', sessionId: 's2' });
  await send('eve', 86, 'page', { path: '/d', sessionId: 's2' });
  await send('eve', 84, 'page', { path: '/e', query: '?utm_source=x&utm_campaign=y', sessionId: 's2' });
  await send('eve', 78, 'page', { path: '/f', sessionId: 's2' });
  const entries = await until('four visits', async () => {
    const { sessions } = await ask('/people/eve/sessions');
    return sessions?.length === 4 && sessions.map(({ entryPage }: Json) => entryPage);
  });
  assert.deepEqual(entries, ['/f', '/e', '/c', '/a']);
});

test('who behaves like a program is flagged with the reason, kept, and left out until asked for [CBP-2][CBP-7]', async () => {
  const settings = await ask('/collect/door', { method: 'PATCH', body: { hostingRanges: ['127.0.0.0/8'] } });
  assert.deepEqual(settings.hostingRanges, ['127.0.0.0/8']);
  const wrong = await ask('/collect/door', { method: 'PATCH', body: { hostingRanges: ['10.0.0.0/8', 'here'] } });
  assert.deepEqual([wrong.status, wrong.field], [400, 'hostingRanges[1]']);
  for (let i = 0; i < 8; i++) await send('scraper', 60 - i / 30, 'page', { path: `/shelf/${i}` });
  await ask('/collect/door', { method: 'PATCH', body: { hostingRanges: null } });
  const pauses = [0, 4, 47, 55, 130, 140, 290, 300];
  for (const [i, seconds] of pauses.entries()) {
    await send('reader', 60 - seconds / 60, 'page', { path: `/shelf/${i}` });
  }
  const [visit] = await until('the visit', async () => {
    const { sessions } = await ask('/people/scraper/sessions');
    return sessions?.[0]?.pageCount === 8 && sessions;
  });
  assert.deepEqual([visit.botScore, visit.botReasons], [100, ['hosted', 'even']]);
  const listed = async (filter: string) => {
    const { people } = await ask(`/people?sort=lastSeen&limit=100${filter}`);
    return people.flatMap(({ identifiers }: Json) => identifiers.userIds);
  };
  await until('both people', async () => (await listed('&bots=with')).includes('reader'));
  const people = await listed('');
  assert.ok(people.includes('reader') && !people.includes('scraper'));
  assert.deepEqual(await listed('&bots=only'), ['scraper']);
  const { id, bot } = await ask('/people/scraper');
  assert.equal(bot, true);
  const visits = async (filter: string) => (await ask(`/sessions?limit=500${filter}`)).sessions;
  assert.ok((await visits('')).every(({ profile }: Json) => profile !== id));
  assert.deepEqual(
    (await visits('&bots=only')).map(({ profile }: Json) => profile),
    [id],
  );
  const without = (await ask('/overview')).totals;
  const everything = (await ask('/overview?bots=with')).totals;
  assert.deepEqual(without.bots, { people: 1, events: 8, sessions: 1 });
  assert.deepEqual(
    [everything.people, everything.events, everything.sessions],
    [without.people + 1, without.events + 8, without.sessions + 1],
  );
});
