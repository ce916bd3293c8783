import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import fc from 'fast-check';
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
const now = new Date('2026-03-01T12:00:00.000Z');
const { writeKey } = await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now });
const secret = await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now });
const server = await openServer({ store, logLevel: 'silent', now: () => now, intake: { waitMs: 5 } });

type Answer = { status: number; headers: Record<string, string | null>; body: unknown };

/** With a length the quick lane takes it; in chunks whose number nobody knows beforehand it goes the ordinary way. */
async function post(path: string, body: string, headers: Record<string, string>, isQuick: boolean): Promise<Answer> {
  const sent = isQuick ? body : new Blob([body]).stream();
  const response = await fetch(server.address + path, {
    method: 'POST',
    body: sent,
    headers,
    ...({ duplex: 'half' } as object),
  });
  const names = ['content-type', 'retry-after', 'www-authenticate', 'access-control-allow-origin'];
  // What only a browser on another site reads is said to that alone by the quick lane.
  const more = 'origin' in headers ? ['access-control-allow-credentials', 'access-control-expose-headers', 'vary'] : [];
  const said = Object.fromEntries([...names, ...more].map((name) => [name, response.headers.get(name)]));
  const { requestId, ...answer } = (await response.json()) as { requestId?: string };
  assert.equal(requestId !== undefined, !response.ok);
  return { status: response.status, headers: said, body: answer };
}

/** Good as a rule, or hardly a message would be. */
const mostly = <T>(good: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 40, arbitrary: good as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: fc.jsonValue() });
const message = fc.record(
  {
    type: mostly(fc.constantFrom('track', 'page', 'identify')),
    event: mostly(fc.constantFrom('Product Viewed', 'x')),
    userId: mostly(fc.constantFrom('u', 'v', 7)),
    messageId: fc.uuid(),
    timestamp: mostly(fc.constantFrom('2026-03-01T11:00:00.000Z', 12)),
    properties: mostly(fc.dictionary(fc.string(), fc.jsonValue())),
  },
  { requiredKeys: ['type', 'event', 'userId'] },
);
const one = message.map((value) => JSON.stringify(value));
const several = fc.array(message, { maxLength: 3 }).map((batch) => JSON.stringify({ batch }));
const singles = fc.constantFrom('/v1/track', '/v1/t', '/v1/page', '/v1/identify', '/v1/alias');
const batches = fc.constantFrom('/v1/batch', '/v1/import');
const anything = fc.oneof(one, several, fc.json(), fc.string({ minLength: 1 }));
const call = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(singles, one) },
  { weight: 3, arbitrary: fc.tuple(batches, several) },
  { weight: 1, arbitrary: fc.tuple(fc.oneof(singles, batches), anything) },
);
const key = fc.constantFrom(writeKey, writeKey, writeKey, writeKey, writeKey, 'wk_unknown', secret.key, '');
const origin = fc.constantFrom(undefined, 'https://shop.example');

test('the quick lane answers as the ordinary way does, whatever is sent [MKT-1.1, MKT-18.4]', async () => {
  const taken = { good: 0, bad: 0 };
  await fc.assert(
    fc.asyncProperty(call, key, origin, async ([to, what], who, from) => {
      const headers = { 'x-write-key': who, ...(from && { origin: from }) };
      const quick = await post(to, what, headers, true);
      assert.deepEqual(quick, await post(to, what, headers, false));
      taken[quick.status === 200 ? 'good' : 'bad'] += 1;
    }),
    { numRuns: 120, seed: 3 },
  );
  assert.ok(taken.good > 20 && taken.bad > 20, JSON.stringify(taken));
});

test('a key within the body or as basic auth opens the quick lane too, and a body in pieces is read whole', async () => {
  const call = JSON.stringify({ event: 'In pieces', userId: 'pieces', messageId: 'pieces-1', writeKey });
  const socket = connect(Number(new URL(server.address).port), '127.0.0.1');
  const answered = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  socket.write(`POST /v1/track HTTP/1.1\r\nhost: x\r\ncontent-length: ${call.length}\r\n\r\n${call.slice(0, 10)}`);
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.write(call.slice(10));
  assert.match(await answered, /^HTTP\/1\.1 200 /);
  socket.destroy();
  const basic = { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` };
  assert.equal((await post('/v1/track', '{"event":"Basic","userId":"basic"}', basic, true)).status, 200);
});

test('a connection that breaks off in the middle of a body leaves nothing and harms nobody', async () => {
  const socket = connect(Number(new URL(server.address).port), '127.0.0.1');
  socket.write(
    `POST /v1/track HTTP/1.1\r\nhost: x\r\nx-write-key: ${writeKey}\r\ncontent-length: 100\r\n\r\n{"event":`,
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.destroy();
  const headers = { 'x-write-key': writeKey };
  assert.equal((await post('/v1/track', '{"event":"After it","userId":"after"}', headers, true)).status, 200);
});
