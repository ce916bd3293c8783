import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadMessages, type SegmentMessage } from '../../src/collect/index.ts';
import { createKey, ensureWorkspace } from '../../src/govern/index.ts';
import { nodeOf, resolveAll, toHexId } from '../../src/identify/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore();
const now = new Date('2026-03-01T12:00:00Z');
await ensureWorkspace(store, 'acme', now);

/** The parts of the answers that are looked at. */
type Body = {
  total: number;
  people: { id: string; displayName: string }[];
  nextCursor: string | null;
  events: { messageId: string; summary: string }[];
  nextBefore: string | null;
  displayName: string;
  intent: object | null;
  detail: string;
  field: string;
};

/** Somebody whose id begins with zeros, which a plain hex() would leave out. */
const small = Array.from({ length: 5000 }, (_, i) => `user-${i}`).find((id) => nodeOf(`u:${id}`) < 2n ** 56n)!;

const messages: SegmentMessage[] = [small, 'anna', 'bert'].flatMap((userId, person) =>
  Array.from({ length: 5 }, (_, i) => ({
    type: 'track' as const,
    event: 'Product Viewed',
    userId,
    messageId: `${userId}-${i}`,
    timestamp: new Date(now.getTime() - (person * 5 + i) * 3_600_000).toISOString(),
    properties: { product_id: 'p1', category: 'Shoes' },
  })),
);
await loadMessages(store, { workspace: 'acme', source: 'test', messages, now });
await resolveAll(store, { workspace: 'acme', now });
const server = await openServer({ store, logLevel: 'silent', now: () => now });
const { key } = await createKey(store, { workspace: 'acme', kind: 'secret', label: 'test', now });
const get = async (path: string) => {
  const response = await fetch(`${server.address}${path}`, { headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, body: (await response.json()) as Body };
};

test('everybody in the list opens, with an id of 16 digits however small it is', async () => {
  const { body } = await get('/api/v1/people?sort=lastSeen');
  assert.equal(body.total, 3);
  assert.ok(body.people.some((person) => person.id === toHexId(nodeOf(`u:${small}`))));
  for (const { id, displayName } of body.people) {
    assert.match(id, /^[0-9a-f]{16}$/);
    const one = await get(`/api/v1/people/${id}`);
    assert.equal(one.status, 200);
    assert.equal(one.body.displayName, displayName);
    assert.equal(one.body.intent, null, 'no score without a model');
  }
});

test('the list and the timeline turn pages without losing or doubling anything', async () => {
  const first = await get('/api/v1/people?sort=lastSeen&limit=2');
  const second = await get(`/api/v1/people?sort=lastSeen&limit=2&cursor=${first.body.nextCursor}`);
  assert.equal(second.body.nextCursor, null);
  const ids = [...first.body.people, ...second.body.people].map((person) => person.id);
  assert.equal(new Set(ids).size, 3);

  const newest = await get('/api/v1/people/anna/timeline?limit=3');
  assert.equal(newest.body.events[0].summary, 'Viewed a product: Shoes');
  const older = await get(`/api/v1/people/anna/timeline?limit=3&before=${newest.body.nextBefore}`);
  const seen = [...newest.body.events, ...older.body.events].map((event) => event.messageId);
  assert.deepEqual(seen, ['anna-0', 'anna-1', 'anna-2', 'anna-3', 'anna-4']);
});

test('nobody, a broken cursor and a wrong key are answered with the remedy', async () => {
  const nobody = await get('/api/v1/people/unknown-person');
  assert.equal(nobody.status, 404);
  assert.match(nobody.body.detail, /"unknown-person"/);
  const cursor = await get('/api/v1/people?cursor=zzz');
  assert.equal(cursor.status, 400);
  assert.equal(cursor.body.field, 'cursor');
  const keyless = await fetch(`${server.address}/api/v1/people`);
  assert.equal(keyless.status, 401);
});

test('the service stops', () => server.close());
