import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { EventRow } from '../../src/collect/index.ts';
import { createKey, createWorkspace, pseudonymOf, readPersonal } from '../../src/govern/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const now = new Date();
const serve = () => openServer({ store, logLevel: 'silent', intake: { waitMs: 2 } });
let server = await serve();

type Shop = { id: string; writeKey: string; secret: string };

/** A workspace of its own for a test, so that no choice of another test holds in it. */
async function openShop(id: string): Promise<Shop> {
  const { writeKey } = await createWorkspace(store, { id, name: id, timeZone: 'UTC', now });
  const { key } = await createKey(store, { workspace: id, kind: 'secret', label: 'test', now });
  return { id, writeKey, secret: key };
}

async function call<T = Record<string, unknown>>(
  shop: Shop,
  method: string,
  path: string,
  body?: unknown,
  more: Record<string, string> = {},
): Promise<{ status: number; body: T; headers: Headers }> {
  const headers = {
    authorization: `Bearer ${shop.secret}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...more,
  };
  const response = await fetch(server.address + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') && !text.includes('}\n{');
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
}

async function send(shop: Shop, messages: object[], headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(`${server.address}/v1/batch`, {
    method: 'POST',
    headers: { 'x-write-key': shop.writeKey, ...headers },
    body: JSON.stringify({ batch: messages }),
  });
  await response.arrayBuffer();
  return response.status;
}

const track = (userId: string, event: string, more: object = {}) => ({ type: 'track', userId, event, ...more });
const saying = (categoryPreferences: object) => ({ context: { consent: { categoryPreferences } } });
const ANSWER = 'Segment Consent Preference Updated';

type Health = { intake: { backlog: { events: number }; withheld: number } };

async function settle(shop: Shop): Promise<Health['intake']> {
  for (;;) {
    const { intake } = (await call<Health>(shop, 'GET', '/health')).body;
    if (intake.backlog.events === 0) return intake;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function stored(shop: Shop): Promise<EventRow[]> {
  await settle(shop);
  return store.facts.rows<EventRow>('SELECT * FROM events WHERE workspace = {workspace:String} ORDER BY name', {
    workspace: shop.id,
  });
}

const namesOf = async (shop: Shop) => (await stored(shop)).map(({ name }) => name);

type Withheld = { category: string; reason: string; kept: string; event: string; events: number };

async function withheld(shop: Shop): Promise<Withheld[]> {
  await settle(shop);
  return store.facts.rows<Withheld>(
    `SELECT category, reason, kept, event, toUInt32(sum(events)) AS events FROM withheld_events
     WHERE workspace = {workspace:String} GROUP BY ALL ORDER BY event, reason`,
    { workspace: shop.id },
  );
}

type PersonConsent = {
  categories: { category: string; allowed: boolean; because: string }[];
  history: { origin: string; choices: object; subjects: string[]; notice: string; recordedBy: string }[];
};

test('an opt-out through the API holds for the next event, for every identifier, and after a restart [MKT-14.6]', async () => {
  const shop = await openShop('opt-out');
  const before = (await settle(shop)).withheld;
  await send(shop, [{ type: 'identify', userId: 'anna', anonymousId: 'phone-1' }, track('anna', 'Before')]);
  assert.deepEqual(await namesOf(shop), ['', 'Before']);
  const answer = await call<PersonConsent>(shop, 'POST', '/api/v1/govern/consent', {
    userId: 'anna',
    choices: { analytics: false },
    notice: '2026-03',
  });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body.categories[0], { category: 'analytics', allowed: false, because: 'choice' });
  assert.equal(answer.body.history[0].notice, '2026-03');
  // The SDK still says yes, and the other event knows only the device: neither counts.
  assert.equal(await send(shop, [track('anna', 'Next', saying({ analytics: true }))]), 200);
  assert.equal(await send(shop, [{ type: 'track', anonymousId: 'phone-1', event: 'Device' }]), 200);
  assert.equal(await send(shop, [track('ben', 'Other')]), 200);
  await server.close();
  server = await serve();
  assert.equal(await send(shop, [track('anna', 'Restarted')]), 200);
  assert.deepEqual(await namesOf(shop), ['', 'Before', 'Other']);
  assert.deepEqual(await withheld(shop), [
    { category: 'analytics', reason: 'choice', kept: 'count', event: 'Device', events: 1 },
    { category: 'analytics', reason: 'choice', kept: 'count', event: 'Next', events: 1 },
    { category: 'analytics', reason: 'choice', kept: 'count', event: 'Restarted', events: 1 },
  ]);
  assert.equal((await settle(shop)).withheld, 1, 'counted since the restart');
  assert.ok(before >= 0);
});

test("Segment's consent event holds for what comes behind it in the same batch, and an answer undoes it [MKT-14.6] [MKT-14.1]", async () => {
  const shop = await openShop('answers');
  const no = track('anna', ANSWER, saying({ Analytics: false, Advertising: true }));
  assert.equal(await send(shop, [track('anna', 'First'), no, track('anna', 'Second')]), 200);
  // A mention in a message is no answer.
  await send(shop, [track('anna', 'Third', saying({ Analytics: true }))]);
  assert.deepEqual(await namesOf(shop), ['First']);
  await send(shop, [track('anna', ANSWER, saying({ Analytics: true })), track('anna', 'Fourth')]);
  assert.deepEqual(await namesOf(shop), ['First', 'Fourth', ANSWER]);
  const { body } = await call<PersonConsent>(shop, 'GET', '/api/v1/people/anna/consent');
  assert.deepEqual(
    body.history.map(({ origin, choices }) => [origin, choices]),
    [
      ['answer', { analytics: true }],
      ['answer', { analytics: false, advertising: true }],
    ],
  );
});

test('an older answer that arrives late leaves the newer one as it is [MKT-14.1]', async () => {
  const shop = await openShop('late');
  const at = (hours: number) => ({ timestamp: new Date(Date.now() - hours * 3_600_000).toISOString() });
  await send(shop, [track('anna', ANSWER, { ...saying({ analytics: false }), ...at(1) })]);
  await send(shop, [track('anna', ANSWER, { ...saying({ analytics: true }), ...at(2) })]);
  await send(shop, [track('anna', 'Afterwards')]);
  assert.ok(!(await namesOf(shop)).includes('Afterwards'));
});

test('what a message mentions holds until another one says otherwise [MKT-14.1]', async () => {
  const shop = await openShop('mentions');
  await send(shop, [track('anna', 'Said No', saying({ analytics: false }))]);
  await send(shop, [track('anna', 'Silent')]);
  await send(shop, [track('anna', 'Said Yes', saying({ analytics: true })), track('anna', 'Silent Again')]);
  assert.deepEqual(await namesOf(shop), ['Said Yes', 'Silent Again']);
});

test('with a default of no nothing is stored before a yes, and what is kept instead is what was set [MKT-14.6]', async () => {
  const shop = await openShop('ask-first');
  const { body: settings } = await call<{ categories: { name: string }[] }>(shop, 'GET', '/api/v1/govern/privacy');
  const policies: Record<string, string> = { analytics: 'count', advertising: 'anonymous', personalisation: 'nothing' };
  const categories = settings.categories.map((one) => ({
    ...one,
    byDefault: 'denied',
    withoutConsent: policies[one.name] ?? 'keep',
  }));
  const events = [
    { event: 'Ad *', category: 'advertising' },
    { event: 'Content Shown', category: 'personalisation' },
    { event: 'purchase', category: 'functional' },
  ];
  assert.equal((await call(shop, 'PATCH', '/api/v1/govern/privacy', { categories, events })).status, 200);
  const ad = track('anna', 'Ad Clicked', { properties: { product_id: 'p1', order_id: 'secret-order', revenue: 3 } });
  await send(shop, [track('anna', 'Looked'), track('ben', 'Looked'), ad, track('anna', 'Content Shown')]);
  await send(shop, [track('anna', 'Order Completed', { properties: { order_id: 'o1', total: 5 } })]);
  assert.deepEqual(await namesOf(shop), ['Order Completed'], 'kept whatever was said');
  assert.deepEqual(await withheld(shop), [
    { category: 'personalisation', reason: 'default', kept: 'nothing', event: '', events: 1 },
    { category: 'advertising', reason: 'default', kept: 'anonymous', event: 'Ad Clicked', events: 1 },
    { category: 'analytics', reason: 'default', kept: 'count', event: 'Looked', events: 2 },
  ]);
  const [row] = await store.facts.rows<Record<string, unknown>>(
    `SELECT * FROM withheld_events WHERE workspace = 'ask-first' AND kept = 'anonymous'`,
  );
  assert.deepEqual([row['product_ids'], row['revenue']], [['p1'], 3]);
  assert.doesNotMatch(JSON.stringify(row), /anna|secret-order/);
  assert.match(String(row['at']), /:00:00/, 'by the hour');
  await send(shop, [track('anna', ANSWER, saying({ analytics: true })), track('anna', 'Looked Again')]);
  assert.ok((await namesOf(shop)).includes('Looked Again'));
});

test('Global Privacy Control is heeded by default, Do Not Track when it is set, and an answer goes before both [MKT-14.6]', async () => {
  const shop = await openShop('signals');
  const allowed = async (id: string, category: string) => {
    await call(shop, 'POST', '/api/v1/govern/consent', { userId: 'nobody', choices: { functional: true } });
    const { categories } = (await call<PersonConsent>(shop, 'GET', `/api/v1/people/${id}/consent`)).body;
    return categories.find((one) => one.category === category)?.allowed;
  };
  await send(shop, [track('anna', 'Gpc')], { 'sec-gpc': '1' });
  await send(shop, [track('ben', 'Dnt')], { dnt: '1' });
  assert.deepEqual(await namesOf(shop), ['Dnt', 'Gpc'], 'it is no to advertising, not to analytics');
  assert.deepEqual([await allowed('anna', 'advertising'), await allowed('ben', 'advertising')], [false, true]);
  const change = { events: [{ event: 'Ad *', category: 'advertising' }], doNotTrack: ['analytics'] };
  await call(shop, 'PATCH', '/api/v1/govern/privacy', change);
  await send(shop, [track('carl', 'Ad Seen')], { 'sec-gpc': '1' });
  await send(shop, [track('carl', 'Ad Later')]);
  await send(shop, [track('dora', 'Refused')], { dnt: '1' });
  await call(shop, 'POST', '/api/v1/govern/consent', { userId: 'emil', choices: { advertising: true } });
  await send(shop, [track('emil', 'Ad Wanted')], { 'sec-gpc': '1' });
  assert.deepEqual(await namesOf(shop), ['Ad Wanted', 'Dnt', 'Gpc']);
  const reasons = (await withheld(shop)).map(({ event, reason }) => `${event}: ${reason}`);
  assert.deepEqual(reasons, ['Ad Later: choice', 'Ad Seen: gpc', 'Refused: dnt']);
  const { body } = await call<PersonConsent>(shop, 'GET', '/api/v1/people/anna/consent');
  assert.deepEqual(
    body.history.map(({ origin }) => origin),
    ['gpc'],
  );
});

test('a faulty message of somebody who said no is refused, counted and not kept [MKT-14.6]', async () => {
  const shop = await openShop('faulty');
  await call(shop, 'POST', '/api/v1/govern/consent', { userId: 'anna', choices: { analytics: false } });
  const faulty = { type: 'track', userId: 'anna', event: 42, properties: { note: 'private-note' } };
  assert.equal(await send(shop, [faulty, { ...faulty, userId: 'ben' }]), 400);
  await settle(shop);
  const { body } = await call<{ rejected: { body: { userId: string } }[] }>(shop, 'GET', '/api/v1/rejected');
  assert.deepEqual(
    body.rejected.map((one) => one.body.userId),
    ['ben'],
  );
  assert.equal((await withheld(shop))[0].events, 1);
});

test('the log is append-only, exported whole, and knows people by pseudonym only [MKT-14.1]', async () => {
  const shop = await openShop('log');
  const other = await openShop('log-other');
  await call(shop, 'POST', '/api/v1/govern/consent', { email: 'Anna@Example.org', choices: { marketing: false } });
  await send(shop, [track('carl', ANSWER, saying({ analytics: true }))]);
  await call(other, 'POST', '/api/v1/govern/consent', { userId: 'carl', choices: { analytics: false } });
  const { body } = await call<string>(shop, 'GET', '/api/v1/govern/consent/export');
  const lines = body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ origin, choices }) => [origin, choices]),
    [
      ['api', { advertising: false }],
      ['answer', { analytics: true }],
    ],
  );
  assert.deepEqual(lines[1].subjects, [pseudonymOf((await readPersonal(store, 'log')).pepper, 'u:carl')]);
  assert.doesNotMatch(body, /carl|anna/i);
  type Page = { log: { id: string }[]; nextCursor: string | null };
  const page = (await call<Page>(shop, 'GET', '/api/v1/govern/consent/log?limit=1')).body;
  assert.equal(page.log[0].id, lines[1].id);
  const next = (await call<Page>(shop, 'GET', `/api/v1/govern/consent/log?limit=1&cursor=${page.nextCursor}`)).body;
  assert.deepEqual([next.log[0].id, next.nextCursor], [lines[0].id, null]);
  await assert.rejects(
    store.state.query(`UPDATE consent_log SET choices = '{}' WHERE workspace = 'log'`),
    /append-only/,
  );
  await assert.rejects(store.state.query(`DELETE FROM consent_log WHERE workspace = 'log'`), /append-only/);
  await store.state.query(`DELETE FROM workspaces WHERE id = 'log-other'`);
  await send(shop, [track('carl', 'Afterwards')]);
  assert.ok((await namesOf(shop)).includes('Afterwards'), "another workspace's no is not this one's");
});

test('settings that cannot be used are refused with field, value and remedy, and nobody writes over another [MKT-14.1]', async () => {
  const shop = await openShop('settings');
  const read = await call(shop, 'GET', '/api/v1/govern/privacy');
  const match = { 'if-match': read.headers.get('etag')! };
  assert.equal((await call(shop, 'PATCH', '/api/v1/govern/privacy', { doNotTrack: ['analytics'] }, match)).status, 200);
  const late = await call(shop, 'PATCH', '/api/v1/govern/privacy', { doNotTrack: [] }, match);
  assert.deepEqual([late.status, late.body['code'], late.body['field']], [409, 'conflict', 'revision']);
  for (const [body, field] of [
    [{ doNotTrack: ['tracking'] }, 'doNotTrack[0]'],
    [{ events: [{ event: 'x', category: 'tracking' }] }, 'events[0].category'],
    [{ properties: [{ path: 'card', action: 'drop' }] }, 'properties[0].path'],
    [{ properties: [{ path: 'userId', action: 'mask' }] }, 'properties[0].path'],
  ] as const) {
    const answer = await call(shop, 'PATCH', '/api/v1/govern/privacy', body);
    assert.deepEqual([answer.status, answer.body['field'], typeof answer.body['hint']], [400, field, 'string']);
  }
  const nobody = await call(shop, 'POST', '/api/v1/govern/consent', { choices: { analytics: false } });
  assert.deepEqual([nobody.status, nobody.body['field']], [400, 'userId']);
  const unknown = await call(shop, 'POST', '/api/v1/govern/consent', { userId: 'a', choices: { tracking: false } });
  assert.deepEqual([unknown.status, unknown.body['field']], [400, 'choices']);
});
