import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { applyPatch, type EventRow, pruneRejected } from '../../src/collect/index.ts';
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
const shop = await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now });
const other = await createWorkspace(store, { id: 'other', name: 'Other', timeZone: 'UTC', now });
const keyOf = async (workspace: string) =>
  (await createKey(store, { workspace, kind: 'secret', label: 'test', now })).key;
const shopKey = await keyOf('shop');
const otherKey = await keyOf('other');
const server = await openServer({ store, logLevel: 'silent', now: () => now, intake: { waitMs: 2 } });

async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  key = shopKey,
): Promise<{ status: number; body: T }> {
  const headers = { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) };
  const response = await fetch(server.address + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as T };
}

async function send(path: string, body: object, writeKey = shop.writeKey): Promise<number> {
  const headers = { 'x-write-key': writeKey };
  const response = await fetch(server.address + path, { method: 'POST', headers, body: JSON.stringify(body) });
  await response.arrayBuffer();
  return response.status;
}

async function shipped(): Promise<void> {
  type Health = { intake: { backlog: { events: number } } };
  while ((await call<Health>('GET', '/health')).body.intake.backlog.events > 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

type Rejected = {
  id: string;
  at: string;
  code: string;
  reason: string;
  field: string | null;
  value: unknown;
  body: Record<string, unknown>;
};
type Page = { rejected: Rejected[]; nextCursor: string | null; total: number };
type Replayed = {
  replayed: number;
  failed: { id: string; code: string; field: string | null; detail: string; hint: string }[];
};

async function list(query = '', key = shopKey): Promise<Page> {
  await shipped();
  return (await call<Page>('GET', `/api/v1/rejected${query}`, undefined, key)).body;
}

/** Messages of the same millisecond stand in no order. */
async function keptOf(messageId: string): Promise<Rejected> {
  return (await list()).rejected.find(({ body }) => body['messageId'] === messageId)!;
}

const replay = (body: object, key = shopKey) => call<Replayed>('POST', '/api/v1/rejected/replay', body, key);

async function eventsOf(user: string): Promise<EventRow[]> {
  await shipped();
  return store.facts.rows<EventRow>('SELECT * FROM events WHERE user_id = {user:String} ORDER BY at, message_id', {
    user,
  });
}

test('what fails is listed page by page, newest first, for its workspace only [MKT-18.4]', async () => {
  for (let i = 0; i < 7; i++) {
    now = new Date(now.getTime() + 1000);
    const faulty = { type: 'track', userId: 'pages', messageId: `p${i}`, event: i };
    assert.equal(await send('/v1/batch', { batch: [faulty, faulty, { ...faulty, event: 'Good' }] }), 400);
  }
  const pages: Page[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = await list(`?limit=4${cursor && `&cursor=${cursor}`}`);
    pages.push(page);
    cursor = page.nextCursor;
  }
  const all = pages.flatMap((page) => page.rejected);
  assert.deepEqual(
    pages.map((page) => page.rejected.length),
    [4, 4, 4, 2],
  );
  assert.deepEqual(
    pages.map((page) => page.total),
    [14, 14, 14, 14],
  );
  assert.equal(new Set(all.map(({ id }) => id)).size, 14);
  assert.deepEqual(
    all.map(({ value }) => value),
    [6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0],
  );
  assert.match(all[0].field ?? '', /^batch\[[01]\]\.event$/);
  assert.deepEqual([all[0].code, all[0].body['messageId']], ['invalid_input', 'p6']);
  assert.equal((await list('', otherKey)).total, 0);
  assert.equal((await call('GET', '/api/v1/rejected?cursor=nonsense')).status, 400);
  assert.equal((await call('GET', '/api/v1/rejected', undefined, shop.writeKey)).status, 403);
  const taken = await replay({ ids: [all[0].id] }, otherKey);
  assert.deepEqual([taken.body.replayed, taken.body.failed[0].code], [0, 'not_found']);
});

test('mended by a patch and sent again in one call: the event is there with its own time, and the rejected one is gone', async () => {
  const faulty = {
    messageId: 'mend-1',
    userId: 'mend',
    event: 42,
    timestamp: '2026-03-01T09:00:00.000Z',
    sentAt: now.toISOString(),
    properties: { price: '12' },
  };
  const cameAt = now;
  // A call that names its type: the message itself says none.
  assert.equal(await send('/v1/track', faulty), 400);
  const kept = await keptOf('mend-1');
  assert.deepEqual([kept.field, kept.body['type'], kept.at], ['event', 'track', cameAt.toISOString()]);
  now = new Date(now.getTime() + 3_600_000);
  const asItIs = await replay({ ids: [kept.id] });
  assert.deepEqual([asItIs.status, asItIs.body.replayed, asItIs.body.failed[0].field], [200, 0, 'event']);
  assert.ok(asItIs.body.failed[0].hint.length > 10);
  const wrong = await replay({ ids: [kept.id], patch: [{ op: 'replace', path: '/nowhere', value: 1 }] });
  assert.deepEqual([wrong.body.replayed, wrong.body.failed[0].field], [0, 'patch[0].path']);
  assert.equal((await keptOf('mend-1')).id, kept.id);
  const patch = [
    { op: 'test', path: '/event', value: 42 },
    { op: 'replace', path: '/event', value: 'Quiz Finished' },
    { op: 'add', path: '/properties/price', value: 12 },
  ];
  assert.deepEqual((await replay({ ids: [kept.id], patch })).body, { replayed: 1, failed: [] });
  const [event, ...more] = await eventsOf('mend');
  assert.deepEqual(
    [more.length, event.name, event.at, event.message_id],
    [0, 'Quiz Finished', '2026-03-01 09:00:00.000', 'mend-1'],
  );
  assert.equal(JSON.parse(event.properties).price, 12);
  assert.ok((await list()).rejected.every(({ id }) => id !== kept.id));
  assert.equal((await replay({ ids: [kept.id], patch })).body.failed[0].code, 'not_found');
});

test('a replay that is made again stores nothing twice, also without a messageId', async () => {
  await send('/v1/batch', {
    batch: [
      { type: 'track', userId: 'twice', event: 1 },
      { type: 'track', userId: 'twice', event: 2 },
    ],
  });
  const ids = (await list()).rejected.filter(({ body }) => body['userId'] === 'twice').map(({ id }) => id);
  assert.equal(ids.length, 2);
  const patch = [{ op: 'replace', path: '/event', value: 'Mended' }];
  const { remove } = store.facts;
  // The process ends between the journal and the quarantine.
  store.facts.remove = () => Promise.reject(new Error('cut off'));
  assert.equal((await replay({ ids, patch })).status, 500);
  store.facts.remove = remove;
  assert.equal((await replay({ ids, patch })).body.replayed, 2);
  assert.equal((await eventsOf('twice')).length, 2);
});

test('nothing personal is kept of what was refused, and a replay still knows whose event it was [MKT-1.6]', async () => {
  const secrets = ['anna@secret.example', '+49 30 901820', 'Anna', 'Lindenstrasse 5', '203.0.113.9'];
  const faulty = {
    type: 'identify',
    messageId: 'personal',
    userId: { not: 'an id' },
    traits: { email: secrets[0], phone: secrets[1], firstName: secrets[2], address: secrets[3], plan: 'gold' },
    context: { ip: secrets[4], traits: { email: secrets[0] } },
  };
  await send('/v1/batch', { batch: [faulty] });
  const kept = await keptOf('personal');
  const stored = JSON.stringify(await store.facts.rows('SELECT * FROM rejected_events'));
  for (const secret of secrets) assert.ok(!stored.includes(secret), secret);
  assert.equal((await replay({ ids: [kept.id], patch: [{ op: 'remove', path: '/userId' }] })).body.replayed, 1);
  await shipped();
  const [row] = await store.facts.rows<EventRow>("SELECT * FROM events WHERE message_id = 'personal'");
  assert.match(row.email_hash, /^[0-9a-f]{64}$/);
  assert.match(row.phone_hash, /^[0-9a-f]{64}$/);
  assert.equal(JSON.parse(row.traits).plan, 'gold');
});

test('a message over the limit is kept whole, so that it can be mended', async () => {
  const large = {
    userId: 'large',
    messageId: 'large',
    event: 'Export',
    properties: { keep: 1, dump: 'x'.repeat(100_000) },
  };
  assert.equal(await send('/v1/track', large), 413);
  const kept = await keptOf('large');
  assert.equal(kept.code, 'payload_too_large');
  assert.equal((await replay({ ids: [kept.id] })).body.failed[0].code, 'payload_too_large');
  assert.equal(
    (await replay({ ids: [kept.id], patch: [{ op: 'remove', path: '/properties/dump' }] })).body.replayed,
    1,
  );
  assert.deepEqual(
    (await eventsOf('large')).map((row) => JSON.parse(row.properties)),
    [{ keep: 1 }],
  );
});

test('the quarantine keeps the newest within its days, its number and its size', async () => {
  const faulty = (i: number) => ({ type: 'track', messageId: `old-${i}`, event: i });
  const { writeKey } = other;
  const begin = now;
  for (let i = 0; i < 6; i++) {
    now = new Date(begin.getTime() + i * 86_400_000);
    await send('/v1/batch', { batch: [faulty(i)] }, writeKey);
  }
  await shipped();
  const kept = async () => (await list('', otherKey)).rejected.map(({ value }) => value);
  const bounds = { days: 30, messages: 100, bytes: 1e9 };
  await pruneRejected(store, now, bounds);
  assert.deepEqual(await kept(), [5, 4, 3, 2, 1, 0]);
  await pruneRejected(store, now, { ...bounds, messages: 5 });
  assert.deepEqual(await kept(), [5, 4, 3, 2, 1]);
  await pruneRejected(store, now, { ...bounds, days: 3.5 });
  assert.deepEqual(await kept(), [5, 4, 3, 2]);
  const [{ bytes }] = await store.facts.rows<{ bytes: string }>(
    "SELECT sum(length(body) + length(reason) + length(value)) AS bytes FROM rejected_events WHERE workspace = 'other'",
  );
  await pruneRejected(store, now, { ...bounds, bytes: Number(bytes) - 1 });
  assert.deepEqual(await kept(), [5, 4, 3]);
  await pruneRejected(store, new Date(now.getTime() + 60 * 86_400_000), bounds);
  assert.deepEqual(await kept(), []);
});

test('what is rejected cannot fill the disk: past a rate it is answered and counted, but not kept', async () => {
  const dump = 'x'.repeat(450_000);
  type Health = { intake: { rejectedUnkept: number } };
  const unkept = async () => (await call<Health>('GET', '/health')).body.intake.rejectedUnkept;
  let sent = 0;
  while ((await unkept()) === 0 && sent < 400) {
    assert.equal(await send('/v1/track', { event: 'x', properties: { dump } }, other.writeKey), 413);
    sent += 1;
  }
  assert.ok(sent > 100 && sent < 400, String(sent));
  // The next in line is taken all the same when it is good.
  assert.equal(await send('/v1/track', { event: 'x', userId: 'after-flood' }, other.writeKey), 200);
  assert.equal((await eventsOf('after-flood')).length, 1);
});

test('JSON Patch: the examples of RFC 6902, appendix A', () => {
  const cases: [value: unknown, patch: object[], result: unknown][] = [
    [{ foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { foo: 'bar', baz: 'qux' }],
    [{ foo: ['bar', 'baz'] }, [{ op: 'add', path: '/foo/1', value: 'qux' }], { foo: ['bar', 'qux', 'baz'] }],
    [{ baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
    [{ foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
    [{ baz: 'qux', foo: 'bar' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo', foo: 'bar' }],
    [
      { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
      [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
      { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
    ],
    [
      { foo: ['all', 'grass', 'cows', 'eat'] },
      [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
      { foo: ['all', 'cows', 'eat', 'grass'] },
    ],
    [
      { baz: 'qux', foo: ['a', 2, 'c'] },
      [
        { op: 'test', path: '/baz', value: 'qux' },
        { op: 'test', path: '/foo/1', value: 2 },
      ],
      { baz: 'qux', foo: ['a', 2, 'c'] },
    ],
    [
      { foo: 'bar' },
      [{ op: 'add', path: '/child', value: { grandchild: {} } }],
      { foo: 'bar', child: { grandchild: {} } },
    ],
    [{ '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
    [{ foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }], { foo: ['bar', ['abc', 'def']] }],
    [{ foo: 1 }, [{ op: 'replace', path: '', value: [1] }], [1]],
    [{ foo: 1 }, [{ op: 'copy', from: '/foo', path: '/bar' }], { foo: 1, bar: 1 }],
  ];
  for (const [value, patch, result] of cases) {
    const before = structuredClone(value);
    assert.deepEqual(applyPatch(value, patch as never), result, JSON.stringify(patch));
    assert.deepEqual(value, before);
  }
  const refused: [value: unknown, operation: object][] = [
    [{ baz: 'qux' }, { op: 'test', path: '/baz', value: 'bar' }],
    [{ foo: 'bar' }, { op: 'add', path: '/baz/bat', value: 'qux' }],
    [
      { '/': 9, '~1': 10 },
      { op: 'test', path: '/~01', value: '10' },
    ],
    [{ foo: [1] }, { op: 'add', path: '/foo/2', value: 1 }],
    [{ foo: [1] }, { op: 'remove', path: '/foo/length' }],
    [{ foo: {} }, { op: 'move', from: '/foo', path: '/foo/bar' }],
    [{ foo: 1 }, { op: 'remove', path: '/toString' }],
    [{ foo: 1 }, { op: 'add', path: '/__proto__', value: {} }],
    [{ foo: 1 }, { op: 'add', path: 'foo', value: {} }],
  ];
  for (const [value, operation] of refused) {
    assert.throws(() => applyPatch(value, [operation] as never), /patch\[0\]\.(path|from)/, JSON.stringify(operation));
  }
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (value, other) => {
      assert.deepEqual(applyPatch(value, [{ op: 'replace', path: '', value: other }]), other);
    }),
    { seed: 11 },
  );
});
