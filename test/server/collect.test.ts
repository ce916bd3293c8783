import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Analytics } from '@segment/analytics-node';
import fc from 'fast-check';
import { catalogue, type EventRow } from '../../src/collect/index.ts';
import { createKey, createWorkspace, revokeKey } from '../../src/govern/index.ts';
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
const workspace = await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'Europe/Berlin', now });
const other = await createWorkspace(store, { id: 'other', name: 'Other', timeZone: 'UTC', now });
const secret = await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now });
const server = await openServer({ store, logLevel: 'silent' });

const basic = (key: string) => ({ authorization: `Basic ${btoa(`${key}:`)}` });
const bearer = { authorization: `Bearer ${secret.key}` };

async function post(path: string, body: unknown, headers: Record<string, string> = basic(workspace.writeKey)) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(server.address + path, { method: 'POST', body: text, headers });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

async function get<T = Record<string, unknown>>(path: string, headers: Record<string, string> = bearer) {
  const response = await fetch(server.address + path, { headers });
  return { status: response.status, headers: response.headers, body: (await response.json()) as T };
}

type Health = { status: string; intake: { backlog: { events: number }; lastShippedAt: string | null } };

/** Waits until everything acknowledged is in the facts, as /health tells. */
async function shipped(): Promise<void> {
  while ((await get<Health>('/health')).body.intake.backlog.events > 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

async function rowsWhere(condition: string, params = {}): Promise<EventRow[]> {
  await shipped();
  return store.facts.rows<EventRow>(`SELECT * FROM events WHERE ${condition} ORDER BY at, message_id`, params);
}

test('the real @segment/analytics-node client sends all six calls and they arrive [MKT-1.1]', async () => {
  const analytics = new Analytics({ writeKey: workspace.writeKey, host: server.address, flushAt: 3 });
  const failures: unknown[] = [];
  analytics.on('error', (error) => failures.push(error));
  const userId = 'sdk-user';
  analytics.identify({ userId, traits: { email: 'Anna@Example.ORG', plan: 'gold' } });
  analytics.track({
    userId,
    event: 'Order Completed',
    properties: { order_id: 'o1', total: 25, products: [{ product_id: 'p1', price: 25 }] },
  });
  analytics.page({ userId, name: 'Home', properties: { url: 'https://shop.example/', path: '/' } });
  analytics.screen({ anonymousId: 'sdk-device', name: 'Cart' });
  analytics.group({ userId, groupId: 'acme', traits: { name: 'Acme' } });
  analytics.alias({ userId, previousId: 'sdk-device' });
  await analytics.closeAndFlush();
  assert.deepEqual(failures, []);
  const rows = await rowsWhere("user_id = 'sdk-user' OR anonymous_id = 'sdk-device'");
  assert.deepEqual(rows.map(({ type, event }) => `${type} ${event}`).sort(), [
    'alias alias',
    'group group',
    'identify identify',
    'page page_view',
    'screen screen_view',
    'track purchase',
  ]);
  const purchase = rows.find(({ event }) => event === 'purchase')!;
  assert.deepEqual(
    [purchase.workspace, purchase.revenue, purchase.order_id, purchase.product_ids, purchase.source, purchase.platform],
    ['shop', 25, 'o1', ['p1'], '@segment/analytics-node', 'server'],
  );
  assert.equal(rows.find(({ type }) => type === 'alias')!.previous_id, 'sdk-device');
  assert.match(rows.find(({ type }) => type === 'identify')!.email_hash, /^[0-9a-f]{64}$/);
});

test('the real client is told when its key is wrong [MKT-1.1]', async () => {
  const analytics = new Analytics({ writeKey: 'wk_wrong', host: server.address, maxRetries: 0 });
  const failures: unknown[] = [];
  analytics.on('error', (error) => failures.push(error));
  analytics.track({ userId: 'nobody', event: 'x' });
  await analytics.closeAndFlush();
  assert.equal(failures.length, 1);
  assert.deepEqual(await rowsWhere("user_id = 'nobody'"), []);
});

test('without a valid write key nothing is taken: 401 that says how, 403 for the wrong kind [MKT-18.1]', async () => {
  const message = { userId: 'intruder', event: 'x' };
  const revoked = await createKey(store, { workspace: 'shop', kind: 'write', label: 'old', now });
  await revokeKey(store, { workspace: 'shop', id: revoked.id, now });
  for (const headers of [{}, basic('wk_unknown'), basic(''), { 'x-write-key': 'wk_unknown' }, basic(revoked.key)]) {
    const answer = await post('/v1/track', message, headers as Record<string, string>);
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get('www-authenticate') ?? '', /Basic/);
    assert.equal(answer.headers.get('content-type')?.split(';')[0], 'application/problem+json');
    assert.deepEqual(
      [answer.body['code'], typeof answer.body['hint'], typeof answer.body['requestId']],
      ['unauthorized', 'string', 'string'],
    );
  }
  assert.equal((await post('/v1/track', message, basic(secret.key))).status, 403);
  assert.equal((await get('/api/v1/live', basic(workspace.writeKey))).status, 403);
  assert.equal((await get('/api/v1/live', {})).status, 401);
  assert.deepEqual(await rowsWhere("user_id = 'intruder'"), []);
});

test('the key opens its own workspace, by header, basic auth or within the body [MKT-1.4]', async () => {
  const keys: [Record<string, string>, object][] = [
    [basic(other.writeKey), {}],
    [{ 'x-write-key': other.writeKey }, {}],
    [{ 'content-type': 'text/plain' }, { writeKey: other.writeKey }],
  ];
  for (const [headers, more] of keys) {
    assert.deepEqual((await post('/v1/track', { userId: 'own', event: 'x', ...more }, headers)).body, {
      success: true,
    });
  }
  const rows = await rowsWhere("user_id = 'own'");
  assert.deepEqual(
    rows.map((row) => row.workspace),
    ['other', 'other', 'other'],
  );
  assert.ok(!JSON.stringify(rows).includes(other.writeKey));
});

test('a malformed event is answered with the field, the value and a remedy [MKT-18.4]', async () => {
  const answer = await post('/v1/track', { userId: 'u', event: 42 });
  assert.deepEqual(
    [answer.status, answer.body['field'], answer.body['value'], answer.body['code'], answer.body['status']],
    [400, 'event', 42, 'invalid_input', 400],
  );
  assert.match(String(answer.body['hint']), /1 to 200 characters/);
  const long = await post('/v1/track', { userId: 'u', event: 'x'.repeat(5000) });
  assert.match(String(long.body['value']), /^"x{199}…$/, 'a long value is cut');
  const bodies: [unknown, string][] = [
    ['{"userId":', 'body'],
    [{ batch: 'all' }, 'batch'],
    ['[]', 'batch'],
    ['null', 'batch'],
  ];
  for (const [body, field] of bodies) {
    const refused = await post('/v1/batch', body);
    assert.deepEqual([refused.status, refused.body['field']], [400, field]);
  }
  const large = await post('/v1/batch', { batch: [{ type: 'track', event: 'x', userId: 'x'.repeat(520_000) }] });
  assert.deepEqual([large.status, large.body['code']], [413, 'payload_too_large']);
});

test('of a batch with faults the good ones are taken, the bad ones named, kept and shown [MKT-18.4]', async () => {
  const answer = await post('/v1/batch', {
    context: { app: { name: 'batch-app' }, locale: 'de-DE' },
    batch: [
      { type: 'track', userId: 'half', event: 'Good', context: { locale: 'fr-FR' } },
      { type: 'track', userId: 'half', event: 'Bad', timestamp: 'soon' },
      { type: 'track', event: 'Nobody' },
    ],
  });
  assert.equal(answer.status, 400);
  assert.deepEqual(
    [answer.body['field'], answer.body['value'], answer.body['accepted'], answer.body['rejected']],
    ['batch[1].timestamp', 'soon', 1, 2],
  );
  const [row, ...more] = await rowsWhere("user_id = 'half'");
  assert.deepEqual(
    [more.length, row.name, row.language, JSON.parse(row.context).app.name],
    [0, 'Good', 'fr-FR', 'batch-app'],
  );
  const { body } = await get<{
    rejected: { field: string; value: unknown; body: { event: string } }[];
    rejectedLastDay: number;
  }>('/api/v1/live');
  const kept = body.rejected.find(({ field }) => field === 'batch[1].timestamp')!;
  assert.deepEqual([kept.value, kept.body.event], ['soon', 'Bad']);
  assert.ok(body.rejectedLastDay >= 2);
});

test('every event of the catalogue is accepted under its own and every other name [CBP-1]', async () => {
  const named = catalogue.flatMap(({ event, aliases }) => [event, ...aliases].map((name) => ({ event, name })));
  const batch = named.map(({ name }, i) => ({
    type: 'track',
    userId: 'catalogue',
    messageId: `c${i}`,
    event: name,
    properties: { value: 1 },
  }));
  assert.deepEqual((await post('/v1/batch', { batch })).body, { success: true });
  const whose = "user_id = 'catalogue'";
  // Who enters and leaves a segment stands apart from what people do.
  const rows = await rowsWhere(whose);
  rows.push(...(await store.facts.rows<EventRow>(`SELECT * FROM membership_events WHERE ${whose}`)));
  assert.deepEqual(
    new Map(rows.map((row) => [row.message_id, row.event])),
    new Map(named.map(({ event }, i) => [`c${i}`, event] as const).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
});

test('custom events with any properties are accepted and come back as they were [MKT-1.6]', async () => {
  const sent: { name: string; properties: Record<string, unknown> }[] = [];
  const property = fc.record({
    name: fc
      .string({ minLength: 1, maxLength: 100, unit: 'grapheme' })
      .filter((name) => name.trim() !== '' && name.length <= 200),
    // Keys with a prefix, for some bare keys (such as `ip` or `lon`) are personal and left out.
    properties: fc.dictionary(
      fc.string({ maxLength: 20 }).map((key) => `p ${key}`),
      fc.jsonValue({ maxDepth: 3 }),
      { maxKeys: 8 },
    ),
  });
  for (const sample of fc.sample(property, { numRuns: 400, seed: 3 })) {
    const text = JSON.stringify(sample.properties);
    if (!/@|%40|"(name|ip|lat|lng|lon|tel|zip)"/i.test(text)) sent.push(JSON.parse(JSON.stringify(sample)));
  }
  assert.ok(sent.length > 100, String(sent.length));
  const batch = sent.map(({ name, properties }, i) => ({
    type: 'track',
    anonymousId: 'custom',
    messageId: `any${i}`,
    event: name,
    properties,
  }));
  assert.deepEqual((await post('/v1/import', { batch })).body, { success: true });
  const rows = new Map((await rowsWhere("anonymous_id = 'custom'")).map((row) => [row.message_id, row]));
  for (const [i, { name, properties }] of sent.entries()) {
    const row = rows.get(`any${i}`)!;
    assert.equal(row.name, name);
    assert.deepEqual(JSON.parse(row.properties), properties);
  }
});

test('browsers may send from anywhere, and only send: CORS is open under /v1 and closed elsewhere', async () => {
  const ask = (path: string) =>
    fetch(server.address + path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,authorization',
      },
    });
  const open = await ask('/v1/batch');
  assert.equal(open.headers.get('access-control-allow-origin'), 'https://shop.example');
  assert.match(open.headers.get('access-control-allow-headers') ?? '', /authorization/);
  assert.equal((await ask('/api/v1/live')).headers.get('access-control-allow-origin'), null);
  const beacon = { anonymousId: 'beacon', name: 'Home', writeKey: workspace.writeKey };
  const userAgent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0';
  assert.equal(
    (await post('/v1/p', beacon, { 'content-type': 'text/plain;charset=UTF-8', 'user-agent': userAgent })).status,
    200,
  );
  const [row] = await rowsWhere("anonymous_id = 'beacon'");
  assert.deepEqual([row.event, row.browser, row.platform], ['page_view', 'Firefox', 'web']);
});

test('live shows what came in last, with the profile it belongs to', async () => {
  await post('/v1/track', {
    userId: 'live',
    event: 'Product Viewed',
    properties: { product_id: 'p', category: 'Shoes', brand: 'Heron' },
  });
  await shipped();
  type Live = { freshness: { lastEventAt: string; eventsLastMinute: number }; events: Record<string, string>[] };
  const { status, body } = await get<Live>('/api/v1/live?limit=3');
  assert.equal(status, 200);
  assert.equal(body.events.length, 3);
  const [first] = body.events;
  assert.deepEqual(
    [first['event'], first['anchor'], first['summary']],
    ['product_view', 'u:live', 'Viewed a product: Shoes, by Heron'],
  );
  const [{ id }] = await store.facts.rows<{ id: string }>("SELECT lower(hex(cityHash64('u:live'))) AS id");
  assert.equal(first['profile'], id);
  assert.ok(Date.now() - Date.parse(body.freshness.lastEventAt) < 60_000);
  const refused = await get('/api/v1/live?limit=0');
  assert.deepEqual([refused.status, refused.body['field']], [400, 'limit']);
});

test('health, readiness and the workspace answer; an unknown address is a problem document', async () => {
  await shipped();
  const { body } = await get<Health>('/health', {});
  assert.deepEqual([body.status, body.intake.backlog.events, typeof body.intake.lastShippedAt], ['ok', 0, 'string']);
  assert.equal((await get('/ready', {})).status, 200);
  const { body: mine } = await get('/api/v1/workspace');
  assert.deepEqual(
    [mine['id'], mine['timeZone'], mine['writeKey'], mine['hasEvents']],
    ['shop', 'Europe/Berlin', workspace.writeKey, true],
  );
  const nothing = await get('/api/v1/nothing');
  assert.deepEqual([nothing.status, nothing.body['code']], [404, 'not_found']);
});

test('the API describes itself: every collect call with its schema, in OpenAPI 3.1 [MKT-18.5]', async () => {
  type Document = {
    openapi: string;
    paths: Record<string, { post?: { requestBody?: unknown; security?: unknown[] } }>;
  };
  const { body } = await get<Document>('/openapi.json', {});
  assert.match(body.openapi, /^3\.1/);
  for (const call of ['track', 'identify', 'page', 'screen', 'group', 'alias', 'batch', 'import']) {
    const described = body.paths[`/v1/${call}`]?.post;
    assert.ok(described?.requestBody, call);
    assert.deepEqual(described.security, [{ writeKey: [] }]);
  }
  assert.equal(body.paths['/v1/t'], undefined);
  assert.equal((await fetch(`${server.address}/docs`)).status, 200);
});
