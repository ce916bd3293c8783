// Alerts over HTTP: no data for a day is told at once, by a signed call, until data come again [WH-14]; and numbers for
// Prometheus [WH-13].

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { signatureOf } from '../../src/activate/index.ts';
import { watchOver } from '../../src/alerts/index.ts';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      receiver.close();
      await end();
    }),
});
let now = new Date('2026-03-01T08:00:00.000Z');
const { writeKey } = await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now });
await createWorkspace(store, { id: 'quiet', name: 'Quiet', timeZone: 'UTC', now });
const { key } = await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now });
const server = await openServer({ store, logLevel: 'silent', now: () => now });

type Call = { body: string; signature: string };
const calls: Call[] = [];
let answer = 204;
const receiver = createServer(async (request: IncomingMessage, response) => {
  let body = '';
  for await (const part of request) body += part;
  calls.push({ body, signature: String(request.headers['x-inkling-signature']) });
  response.writeHead(answer).end();
});
receiver.listen(0, '127.0.0.1');
await once(receiver, 'listening');
const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape each test checks
type Json = any;

async function ask(path: string, method = 'GET', body?: object): Promise<Json> {
  const response = await fetch(`${server.address}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

async function send(): Promise<void> {
  const body = JSON.stringify({ userId: 'anna', event: 'Product Viewed' });
  const response = await fetch(`${server.address}/v1/track`, {
    method: 'POST',
    headers: { 'x-write-key': writeKey },
    body,
  });
  assert.equal(response.status, 200);
  const shipped = async () =>
    (
      await store.facts.rows<{ n: string }>('SELECT count() AS n FROM events WHERE received_at = {now:String}', {
        now: now.toISOString().replace('T', ' ').slice(0, 23),
      })
    )[0].n;
  while ((await shipped()) === '0') await new Promise((resolve) => setTimeout(resolve, 30));
}

const logged: string[] = [];
const faults: string[] = [];
async function look(workspace = 'shop'): Promise<void> {
  const onFault = (error: unknown, doing: string) => void faults.push(`${doing}: ${(error as Error).message}`);
  await watchOver(store, { workspace, now, log: (text) => logged.push(text), onFault });
}

test('an address within the network is never called, unless whoever runs the service allows it [WH-14]', async () => {
  const inside = [
    url,
    'http://localhost/x',
    'http://169.254.169.254/latest',
    'http://[::ffff:10.0.0.1]/',
    'http://2130706433/',
  ];
  for (const webhook of [...inside, 'ftp://example.org/', 'https://user:word@example.org/']) {
    const refused = await ask('/api/v1/alerts/settings', 'PATCH', { webhook: { url: webhook } });
    assert.deepEqual([refused.status, refused.field], [400, 'webhook.url'], webhook);
  }
  process.env['OUTBOUND_ALLOW'] = '127.0.0.1/32';
  const { webhook, alerts } = await ask('/api/v1/alerts/settings', 'PATCH', { webhook: { url } });
  assert.equal(webhook.url, url);
  assert.ok(webhook.secret.length >= 32);
  assert.deepEqual(alerts.no_data, { enabled: true, hours: 24 });
});

test('no data for 24 hours is told once, and its end as well; hours are the workspace’s [WH-14]', async () => {
  await send();
  await look();
  await look('quiet');
  now = new Date(now.getTime() + 23 * 3_600_000);
  await look();
  assert.deepEqual((await ask('/api/v1/alerts')).alerts, []);
  assert.equal((await ask('/health')).alerts.open, 0);

  now = new Date(now.getTime() + 2 * 3_600_000);
  answer = 500;
  await look();
  assert.equal(calls.length, 1);
  assert.match(faults.join(), /by webhook: .* answered 500/);
  answer = 204;
  await look();
  await look();
  assert.equal(calls.length, 2, 'told again after a failure, and then no more');
  const [open] = (await ask('/api/v1/alerts')).alerts;
  assert.deepEqual(
    [open.alert, open.message, open.since],
    ['no_data', 'No event has come in for 25 hours.', '2026-03-01T08:00:00.000Z'],
  );
  assert.equal((await ask('/health')).alerts.open, 1);
  const { secret } = (await ask('/api/v1/alerts/settings')).webhook;
  assert.equal(calls[1].signature, signatureOf(secret, calls[1].body, now));
  const told = JSON.parse(calls[1].body);
  assert.deepEqual([told.event, told.workspace, told.alert], ['alert.raised', 'shop', 'no_data']);
  assert.equal(logged.length, 1);

  await send();
  await look();
  assert.equal(JSON.parse(calls[2].body).event, 'alert.resolved');
  assert.match(logged[1], /Alert is over/);
  assert.equal((await ask('/health')).alerts.open, 0);
  const [over] = (await ask('/api/v1/alerts')).alerts;
  assert.equal(over.resolvedAt, now.toISOString());

  await ask('/api/v1/alerts/settings', 'PATCH', { alerts: { no_data: { hours: 2 } }, webhook: null });
  now = new Date(now.getTime() + 3 * 3_600_000);
  await look();
  assert.equal((await ask('/health')).alerts.open, 1);
  assert.equal(calls.length, 3);
  await ask('/api/v1/alerts/settings', 'PATCH', { alerts: { no_data: { enabled: false } } });
  await look();
  assert.equal((await ask('/health')).alerts.open, 0);
  const wrong = await ask('/api/v1/alerts/settings', 'PATCH', { alerts: { no_data: { hours: 0 } } });
  assert.deepEqual([wrong.status, wrong.field], [400, 'alerts.no_data.hours']);
});

test('Prometheus reads what came in and how long the engines took [WH-13]', async () => {
  const read = async (headers = {}) => {
    const response = await fetch(`${server.address}/metrics`, { headers });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  const { status, type, text } = await read();
  assert.equal(status, 200);
  assert.match(type ?? '', /text\/plain; version=0\.0\.4/);
  assert.match(text, /^inkling_events_accepted_total 2$/m);
  assert.match(text, /^inkling_events_shipped_total 2$/m);
  assert.match(text, /^inkling_http_seconds_bucket\{route="\/v1\/track",status="2xx",le="\+Inf"\} 2$/m);
  assert.match(text, /^inkling_engine_seconds_count\{engine="facts",lane="ingest"\} [1-9]/m);
  assert.match(text, /^inkling_shipping_seconds_bucket\{le="\+Inf"\} 2$/m);
  assert.match(text, /^inkling_engine_seconds_count\{engine="state",lane="query"\} [1-9]/m);
  const samples = text.split('\n').filter((line) => line && !line.startsWith('#'));
  assert.ok(samples.every((line) => /^[a-z_0-9]+(\{[^}]*\})? \S+$/.test(line)));
  process.env['METRICS_TOKEN'] = 'let-me-in';
  assert.equal((await read()).status, 401);
  assert.equal((await read({ authorization: 'Bearer let-me-in' })).status, 200);
  delete process.env['METRICS_TOKEN'];
});
