import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { EventRow } from '../../src/collect/index.ts';
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
let now = new Date('2026-03-01T12:00:00.000Z');
const workspace = await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now });
const limited = await createWorkspace(store, { id: 'limited', name: 'Limited', timeZone: 'UTC', now });
const secret = await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now });
const limitedSecret = await createKey(store, { workspace: 'limited', kind: 'secret', label: 'test', now });
// Segments of one append, and a backlog that is soon full.
const intake = { waitMs: 5, segmentBytes: 1, maxBacklogBytes: 2_000_000 };
const server = await openServer({ store, logLevel: 'silent', now: () => now, intake });

type Answer = { status: number; headers: Headers; body: Record<string, unknown> };

async function post(
  path: string,
  body: string | Uint8Array | object,
  headers: Record<string, string> = { 'x-write-key': workspace.writeKey },
): Promise<Answer> {
  const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const response = await fetch(server.address + path, { method: 'POST', body: sent as string, headers });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

async function setDoor(body: object, key = secret.key): Promise<Answer> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const address = `${server.address}/api/v1/collect/door`;
  const response = await fetch(address, { method: 'PATCH', headers, body: JSON.stringify(body) });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

async function shipped(): Promise<void> {
  type Health = { intake: { backlog: { events: number } } };
  const waiting = async () =>
    ((await (await fetch(`${server.address}/health`)).json()) as Health).intake.backlog.events;
  while ((await waiting()) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function rowsOf(user: string): Promise<EventRow[]> {
  await shipped();
  return store.facts.rows<EventRow>('SELECT * FROM events WHERE user_id = {user:String} ORDER BY at, message_id', {
    user,
  });
}

const track = (userId: string, more = {}) => ({ type: 'track', event: 'Quiz Finished', userId, ...more });

test('bodies may be packed with gzip, deflate or brotli, by any call [MKT-1.2]', async () => {
  const packers = { gzip: gzipSync, 'x-gzip': gzipSync, deflate: deflateSync, br: brotliCompressSync };
  for (const [encoding, pack] of Object.entries(packers)) {
    const headers = { 'content-encoding': encoding, 'x-write-key': workspace.writeKey };
    const body = pack(JSON.stringify({ batch: [track(`packed-${encoding}`)] }));
    assert.equal((await post('/v1/batch', body, headers)).status, 200, encoding);
    assert.equal((await rowsOf(`packed-${encoding}`)).length, 1, encoding);
  }
  const inBody = gzipSync(JSON.stringify(track('packed-key', { writeKey: workspace.writeKey })));
  assert.equal((await post('/v1/track', inBody, { 'content-encoding': 'gzip' })).status, 200);
});

test('a body that is packed wrongly, or unfolds beyond the limit, is refused with the reason', async () => {
  const key = { 'x-write-key': workspace.writeKey };
  const bomb = gzipSync(JSON.stringify({ batch: [track('bomb', { properties: { text: ' '.repeat(50_000_000) } })] }));
  assert.ok(bomb.length < 100_000);
  const refused: [Uint8Array, string, number, string][] = [
    [bomb, 'gzip', 413, 'payload_too_large'],
    [Buffer.from('{}'), 'gzip', 400, 'invalid_input'],
    [gzipSync('{"userId":'), 'gzip', 400, 'invalid_input'],
    [Buffer.from('{}'), 'zstd', 400, 'invalid_input'],
  ];
  for (const [body, encoding, status, code] of refused) {
    const answer = await post('/v1/batch', body, { ...key, 'content-encoding': encoding });
    assert.deepEqual([answer.status, answer.body['code']], [status, code], encoding);
    assert.ok(answer.body['hint']);
  }
});

test("Segment's limits hold to the byte: 32 kB a message, 500 kB a batch", async () => {
  const key = { 'x-write-key': workspace.writeKey };
  const sized = (bytes: number) => {
    const empty = Buffer.byteLength(JSON.stringify(track('sized', { properties: { text: '' } })));
    return track('sized', { properties: { text: 'x'.repeat(bytes - empty) } });
  };
  assert.equal((await post('/v1/track', sized(32 * 1024), key)).status, 200);
  const large = await post('/v1/track', sized(32 * 1024 + 1), key);
  assert.deepEqual([large.status, large.body['code'], large.body['value']], [413, 'payload_too_large', 32 * 1024 + 1]);
  const several = Array.from({ length: 16 }, () => sized(30_000));
  const whole = JSON.stringify({ batch: several });
  const padded = (bytes: number) => whole + ' '.repeat(bytes - whole.length);
  assert.equal((await post('/v1/batch', padded(500 * 1024), key)).status, 200);
  await shipped();
  assert.equal((await post('/v1/batch', padded(500 * 1024 + 1), key)).status, 413);
});

test('a wrong clock is set right by sentAt as Segment documents it, and the time as sent is kept [MKT-1.7]', async () => {
  const slow = { timestamp: '2026-03-01T10:30:00.000Z', sentAt: '2026-03-01T11:00:00.000Z' };
  await post('/v1/track', track('skew-one', { ...slow, messageId: 's1' }));
  await post('/v1/batch', {
    sentAt: slow.sentAt,
    batch: [
      track('skew-batch', { messageId: 's2', timestamp: slow.timestamp }),
      track('skew-batch', { messageId: 's3', originalTimestamp: slow.timestamp, sentAt: '2026-03-01T12:00:00.000Z' }),
      track('skew-batch', { messageId: 's4' }),
    ],
  });
  const [one] = await rowsOf('skew-one');
  assert.equal(one.at, '2026-03-01 11:30:00.000');
  assert.equal(JSON.parse(one.context).originalTimestamp, slow.timestamp);
  const batch = await rowsOf('skew-batch');
  assert.deepEqual(
    batch.map((row) => [row.message_id, row.at, JSON.parse(row.context).originalTimestamp]),
    [
      ['s3', '2026-03-01 10:30:00.000', undefined],
      ['s2', '2026-03-01 11:30:00.000', slow.timestamp],
      ['s4', '2026-03-01 12:00:00.000', undefined],
    ],
  );
  const broken = await post('/v1/track', track('skew-bad', { ...slow, sentAt: 'yesterday' }));
  assert.deepEqual([broken.status, broken.body['field']], [400, 'sentAt']);
});

test('a preflight allows what browsers send, beacons with credentials included', async () => {
  const answer = await fetch(`${server.address}/v1/batch`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://shop.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,content-encoding,authorization,anonymousid',
    },
  });
  assert.equal(answer.status, 204);
  assert.equal(answer.headers.get('access-control-allow-origin'), 'https://shop.example');
  assert.equal(answer.headers.get('access-control-allow-credentials'), 'true');
  const allowed = answer.headers.get('access-control-allow-headers') ?? '';
  for (const header of ['content-type', 'content-encoding', 'authorization', 'anonymousid']) {
    assert.ok(allowed.includes(header), header);
  }
});

const pixel = (type: string, query: Record<string, string>) =>
  fetch(`${server.address}/v1/pixel/${type}?${new URLSearchParams(query)}`);
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

test('the pixel takes a message from its address, as base64 or openly, and answers an image [MKT-1.3]', async () => {
  const { writeKey } = workspace;
  const mark = { writeKey, userId: 'pixel', event: 'Email Opened', properties: { subject: 'Größe ≥ 3 >>>???' } };
  for (const data of [base64(mark), Buffer.from(JSON.stringify(mark)).toString('base64url')]) {
    const answer = await pixel('track', { data });
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'image/gif']);
    const image = Buffer.from(await answer.arrayBuffer());
    assert.deepEqual([image.toString('latin1', 0, 6), image.readUInt16LE(6), image.readUInt16LE(8)], ['GIF89a', 1, 1]);
  }
  assert.equal((await fetch(`${server.address}/v1/pixel/track?data=${base64(mark)}`, { method: 'HEAD' })).status, 404);
  await pixel('page', { writeKey, userId: 'pixel-open', name: 'Home', 'properties.url': 'https://shop.example/' });
  const rows = await rowsOf('pixel');
  assert.deepEqual(
    rows.map((row) => [row.event, JSON.parse(row.properties).subject]),
    [
      ['email_opened', 'Größe ≥ 3 >>>???'],
      ['email_opened', 'Größe ≥ 3 >>>???'],
    ],
  );
  assert.deepEqual(
    (await rowsOf('pixel-open')).map((row) => [row.event, row.page_url]),
    [['page_view', 'https://shop.example/']],
  );
});

test('a pixel that was not taken is an image all the same, but never under a 200', async () => {
  const { writeKey } = workspace;
  const cases: [Record<string, string>, number][] = [
    [{ data: base64({ userId: 'u', event: 'x' }) }, 401],
    [{ data: base64({ writeKey: 'wk_unknown', userId: 'u', event: 'x' }) }, 401],
    [{ data: base64({ writeKey, event: 'x' }) }, 400],
    [{ data: base64([1]) }, 400],
    [{ data: '%%%' }, 400],
    [{}, 401],
  ];
  for (const [query, status] of cases) {
    const answer = await pixel('track', query);
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [status, 'image/gif'], JSON.stringify(query));
  }
});

async function setSecret(shared: string | null): Promise<void> {
  const headers = { authorization: `Bearer ${secret.key}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ secret: shared });
  assert.equal(
    (await fetch(`${server.address}/api/v1/sources/segment`, { method: 'PATCH', headers, body })).status,
    200,
  );
}

test("Segment's webhook is taken with its times as they are, and signed once a secret is set [MKT-18.2]", async () => {
  const message = track('hook', {
    messageId: 'h1',
    timestamp: '2026-03-01T09:00:00.000Z',
    sentAt: '2026-03-01T08:00:00Z',
  });
  assert.equal((await post('/v1/webhook/segment', message)).status, 200);
  const [row] = await rowsOf('hook');
  assert.deepEqual([row.at, row.source], ['2026-03-01 09:00:00.000', 'segment']);
  await setSecret('shared');
  const sign = (text: string, by = 'shared') => createHmac('sha1', by).update(text).digest('hex');
  const send = (body: string, signature?: string) =>
    post('/v1/webhook/segment', body, {
      'x-write-key': workspace.writeKey,
      ...(signature !== undefined && { 'x-signature': signature }),
    });
  // Blanks belong to what is signed.
  const text = JSON.stringify(track('hook-signed', { messageId: 'h2' }), null, 1);
  assert.equal((await send(text)).status, 401);
  for (const wrong of ['', 'zz', sign(text, 'other'), sign(`${text} `)]) {
    assert.equal((await send(text, wrong)).status, 401, wrong);
  }
  assert.equal((await send(text, sign(text))).status, 200);
  const several = [track('hook-signed', { messageId: 'h3' }), track('hook-signed', { messageId: 'h4' })];
  assert.equal((await send(JSON.stringify(several), sign(JSON.stringify(several[1])))).status, 401);
  assert.equal((await send(JSON.stringify(several), sign(JSON.stringify(several[0])))).status, 200);
  assert.deepEqual(
    (await rowsOf('hook-signed')).map((one) => one.message_id),
    ['h2', 'h3', 'h4'],
  );
  await setSecret(null);
  assert.equal((await send(JSON.stringify(message))).status, 200);
});

test('a key that sends too much is told when to come back, and others are not held up [MKT-18.3]', async () => {
  assert.equal((await setDoor({ eventsPerSecond: 0 }, limitedSecret.key)).status, 400);
  const { body } = await setDoor({ eventsPerSecond: 2, burst: 10 }, limitedSecret.key);
  assert.deepEqual([body['eventsPerSecond'], body['burst']], [2, 10]);
  const key = { 'x-write-key': limited.writeKey };
  const batch = (name: string, size: number) => ({ batch: Array.from({ length: size }, () => track(name)) });
  assert.equal((await post('/v1/batch', batch('fast', 9), key)).status, 200);
  // One token is left, so the request is let through and the bucket goes into debt.
  assert.equal((await post('/v1/batch', batch('fast', 9), key)).status, 200);
  const refused = await post('/v1/track', track('fast'), key);
  // Nine tokens to one, at two a second.
  assert.deepEqual(
    [refused.status, refused.body['code'], refused.headers.get('retry-after')],
    [429, 'rate_limited', '5'],
  );
  assert.equal((await post('/v1/track', track('others'))).status, 200);
  now = new Date(now.getTime() + 4000);
  assert.equal((await post('/v1/track', track('fast'), key)).status, 429);
  now = new Date(now.getTime() + 1000);
  assert.equal((await post('/v1/track', track('fast'), key)).status, 200);
  assert.equal((await rowsOf('fast')).length, 19);
  const second = await createKey(store, { workspace: 'limited', kind: 'write', label: 'second', now });
  await setDoor({ keys: { [second.id]: { eventsPerSecond: 1000, burst: 1000 } } }, limitedSecret.key);
  for (let i = 0; i < 5; i++) {
    assert.equal((await post('/v1/batch', batch('second', 50), { 'x-write-key': second.key })).status, 200);
  }
});

test('a full disk is answered with 503 and Retry-After, nothing is acknowledged, and it mends itself [MKT-14.6]', async () => {
  await shipped();
  const folder = join(store.dataDir, 'journal');
  const logs = () =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.log'))
      .sort();
  assert.equal((await post('/v1/track', track('before-full'))).status, 200);
  const last = logs().at(-1)!;
  const end = Number.parseInt(last, 10) + statSync(join(folder, last)).size;
  // The next segment is a device on which every write fails with ENOSPC.
  const next = join(folder, `${String(end).padStart(16, '0')}.log`);
  symlinkSync('/dev/full', next);
  for (let i = 0; i < 3; i++) {
    const refused = await post('/v1/track', track('full', { messageId: `full-${i}` }));
    assert.deepEqual([refused.status, refused.body['code']], [503, 'unavailable']);
    assert.ok(Number(refused.headers.get('retry-after')) >= 1);
    assert.equal(
      (await pixel('track', { data: base64({ ...track('full'), writeKey: workspace.writeKey }) })).status,
      503,
    );
  }
  rmSync(next);
  assert.equal((await post('/v1/track', track('full', { messageId: 'full-0' }))).status, 200);
  assert.deepEqual(
    (await rowsOf('full')).map((row) => row.message_id),
    ['full-0'],
  );
});

test('a journal that the facts do not follow refuses with 503 until they do, and keeps what it acknowledged', async (t) => {
  const { insertLines } = store.facts;
  t.after(() => {
    store.facts.insertLines = insertLines;
  });
  store.facts.insertLines = () => Promise.reject(new Error('the engine is away'));
  const acknowledged: string[] = [];
  let refused: Answer | undefined;
  for (let i = 0; i < 200 && !refused; i++) {
    const batch = Array.from({ length: 50 }, (_, k) =>
      track('backlog', { messageId: `b${i}-${k}`, properties: { text: 'x'.repeat(500) } }),
    );
    const answer = await post('/v1/batch', { batch });
    if (answer.status === 200) acknowledged.push(...batch.map((_, k) => `b${i}-${k}`));
    else refused = answer;
  }
  assert.equal(refused?.status, 503);
  assert.equal(refused.headers.get('retry-after'), '5');
  assert.ok(acknowledged.length > 0);
  store.facts.insertLines = insertLines;
  assert.deepEqual((await rowsOf('backlog')).map((row) => row.message_id).sort(), acknowledged.sort());
});
