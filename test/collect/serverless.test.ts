// A function per request: what is acknowledged is in the facts when the answer goes out, what is sent again is stored once,
// and nothing is acknowledged while the facts cannot take it. Runs on remote stores with test:servers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorkspace } from '../../src/govern/index.ts';
import { handler, openServerless, openServerlessStore } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore();
const now = new Date('2026-03-01T12:00:00.000Z');
const { writeKey } = await createWorkspace(store, { id: 'calls', name: 'Calls', timeZone: 'UTC', now });
const service = await openServerless(store, () => now);

const post = (path: string, body: object, headers: Record<string, string> = { 'x-write-key': writeKey }) =>
  service.fetch(new Request(`https://events.example${path}`, { method: 'POST', body: JSON.stringify(body), headers }));

const stored = async (event: string) =>
  store.facts.rows<{ message_id: string; at: string }>(
    `SELECT message_id, toString(at) AS at FROM events WHERE workspace = 'calls' AND event = {event:String} ORDER BY message_id`,
    { event },
  );

test('a batch is in the facts when it is answered, and once however often it is sent', async () => {
  const message = (id: string) => ({ type: 'track', userId: 'u1', event: 'batched', messageId: id });
  const batch = [message('a'), message('b'), message('a')];
  const answer = await post('/v1/batch', { batch });
  assert.deepEqual([answer.status, await answer.json()], [200, { success: true }]);
  assert.deepEqual(
    (await stored('batched')).map(({ message_id }) => message_id),
    ['a', 'b'],
  );
  assert.equal((await post('/v1/batch', { batch })).status, 200);
  assert.equal((await post('/v1/batch', { batch: [message('b'), message('c')] })).status, 200);
  assert.deepEqual(
    (await stored('batched')).map(({ message_id }) => message_id),
    ['a', 'b', 'c'],
  );
});

test('faults are named and kept, keys are asked for, addresses beside /v1 answer as well', async () => {
  const faulty = await post('/v1/batch', {
    batch: [
      { type: 'track', userId: 'u', event: 'good', messageId: 'g' },
      { type: 'track', event: 'x' },
    ],
  });
  assert.equal(faulty.status, 400);
  assert.match(await faulty.text(), /batch\[1\]\.userId/);
  assert.equal((await stored('good')).length, 1);
  const [{ kept }] = await store.facts.rows<{ kept: string }>(
    `SELECT count() AS kept FROM rejected_events WHERE workspace = 'calls'`,
  );
  assert.equal(kept, '1');
  assert.equal((await post('/v1/track', { userId: 'u', event: 'x' }, {})).status, 401);
  const health = await service.fetch(new Request('https://events.example/health'));
  assert.equal(((await health.json()) as { status: string }).status, 'ok');
  const preflight = new Request('https://events.example/v1/track', {
    method: 'OPTIONS',
    headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
  });
  assert.equal((await service.fetch(preflight)).status, 204);
});

test('the shape of AWS Lambda, plain and in base64', async () => {
  const call = (body: string, isBase64Encoded: boolean) =>
    service.lambda({
      rawPath: '/v1/track',
      rawQueryString: '',
      headers: { 'content-type': 'application/json', 'x-write-key': writeKey },
      requestContext: { http: { method: 'POST' } },
      body,
      isBase64Encoded,
    });
  const text = (id: string) => JSON.stringify({ userId: 'u1', event: 'lambda', messageId: id });
  const answers = [await call(text('l1'), false), await call(Buffer.from(text('l2')).toString('base64'), true)];
  for (const { statusCode, body, isBase64Encoded } of answers) {
    assert.deepEqual([statusCode, isBase64Encoded], [200, true]);
    assert.deepEqual(JSON.parse(Buffer.from(body, 'base64').toString()), { success: true });
  }
  assert.equal((await stored('lambda')).length, 2);
  const pixel = await service.lambda({
    rawPath: '/v1/pixel/track',
    rawQueryString: `writeKey=${writeKey}&userId=u1&event=seen`,
    requestContext: { http: { method: 'GET' } },
  });
  assert.deepEqual([pixel.statusCode, Buffer.from(pixel.body, 'base64').toString('latin1', 0, 3)], [200, 'GIF']);
});

test('facts that cannot take events are answered with 503, and nothing is acknowledged', async () => {
  const broken = {
    ...store,
    facts: Object.create(store.facts, { insertLines: { value: () => Promise.reject(new Error('down')) } }),
  };
  const failing = await openServerless(broken, () => now);
  const body = JSON.stringify({ userId: 'u1', event: 'lost', messageId: 'x' });
  const request = () =>
    new Request('https://e/v1/track', { method: 'POST', body, headers: { 'x-write-key': writeKey } });
  const answer = await failing.fetch(request());
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '2']);
  assert.equal((await stored('lost')).length, 0);
  assert.equal((await service.fetch(request())).status, 200);
  assert.equal((await stored('lost')).length, 1);
});

test('without remote stores it does not start, and says what to set', async () => {
  await assert.rejects(openServerlessStore({ CLICKHOUSE_URL: 'http://x:8123' }), {
    code: 'invalid_input',
    message: 'DATABASE_URL and INKLING_SECRET_KEY must be set to run without a server.',
  });
  const kept = { ...process.env };
  for (const name of ['CLICKHOUSE_URL', 'DATABASE_URL', 'INKLING_SECRET_KEY']) delete process.env[name];
  const event = { rawPath: '/health', requestContext: { http: { method: 'GET' } } };
  await assert.rejects(handler(event), { code: 'invalid_input' }).finally(() => Object.assign(process.env, kept));
});
