import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { isPlaceholder, placeholderIds } from '../../src/collect/index.ts';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
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
const { writeKey } = await createWorkspace(store, { id: 'w', name: 'W', timeZone: 'UTC', now });
const { key } = await createKey(store, { workspace: 'w', kind: 'secret', label: 'test', now });
const server = await openServer({ store, logLevel: 'silent' });

const zeroes = '00000000-0000-0000-0000-000000000000';
const nobody = ['null', 'undefined', 'None', '0', '000', 'n/a', 'UNKNOWN', 'anonymous', ' null ', '   ', '-', zeroes];

async function post(path: string, body: object) {
  const headers = { authorization: `Basic ${btoa(`${writeKey}:`)}` };
  const response = await fetch(server.address + path, { method: 'POST', body: JSON.stringify(body), headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(server.address + path, { headers: { authorization: `Bearer ${key}` } });
  return (await response.json()) as T;
}

async function shipped(): Promise<void> {
  while ((await get<{ intake: { backlog: { events: number } } }>('/health')).intake.backlog.events > 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

test('ids of nobody neither make a person nor join two; the event stays with its other id', async () => {
  const batch = nobody.flatMap((id, i) => [
    { type: 'track', event: 'x', userId: id, anonymousId: `browser-${i}` },
    { type: 'track', event: 'x', userId: `user-${i}`, anonymousId: id },
    { type: 'identify', userId: `user-${i}`, traits: { email: hash('sha256', id.trim()), phone: hash('sha256', '') } },
    { type: 'identify', userId: `user-${i}`, traits: { email: 'test@test.com' } },
  ]);
  assert.deepEqual((await post('/v1/batch', { batch })).body, { success: true });
  await shipped();
  const { people } = await resolveAll(store, { workspace: 'w', now });
  assert.equal(people, 2 * nobody.length);
  const rows = await store.facts.rows<{ anchor: string }>("SELECT DISTINCT anchor FROM events WHERE workspace = 'w'");
  assert.equal(rows.length, 2 * nobody.length);
  assert.ok(rows.every(({ anchor }) => /^(u:user|a:browser)-\d+$/.test(anchor)));
});

test('what was left out is counted where events are watched', async () => {
  const { ignoredIds } = await get<{ ignoredIds: { field: string; value: string; events: number }[] }>('/api/v1/live');
  const found = new Map(ignoredIds.map(({ field, value, events }) => [`${field} ${value}`, events]));
  assert.equal(found.get('userId null'), 1);
  assert.equal(found.get(`anonymousId ${zeroes}`), 1);
  assert.ok((found.get('emailHash ') ?? 0) >= nobody.length, 'of an address only that it was one');
});

test('an event that nobody else can be named for is rejected with the reason', async () => {
  for (const id of [...nobody, 0]) {
    for (const field of ['userId', 'anonymousId']) {
      const { status, body } = await post('/v1/track', { event: 'x', [field]: id });
      assert.deepEqual([status, body['field'], body['value']], [400, field, id]);
      assert.match(String(body['detail']), /stands for nobody, and there is no other id/);
    }
  }
  const alias = await post('/v1/alias', { userId: 'anna', previousId: 'null' });
  assert.deepEqual([alias.status, alias.body['field']], [400, 'previousId']);
});

test('ids that only look like it are ids', () => {
  for (const id of ['nullable', '01', '0x0', 'testuser', 'anonymous-7f3a', 'a', '-2', 'none@shop.example', '0-a'])
    assert.equal(isPlaceholder(id), false, id);
  fc.assert(fc.property(fc.uuid({ version: 4 }), (id) => !isPlaceholder(id)));
  for (const id of placeholderIds) assert.ok(isPlaceholder(id.toUpperCase()), id);
});
