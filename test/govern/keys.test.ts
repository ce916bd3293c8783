import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createKey,
  createWorkspace,
  ensureWorkspace,
  listKeys,
  openKeyRing,
  revokeKey,
} from '../../src/govern/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore();
const now = new Date('2026-01-02T03:04:05Z');

test('a workspace is made once, with a write key that stays the same', async () => {
  const first = await ensureWorkspace(store, 'acme', now);
  const again = await ensureWorkspace(store, 'acme', now);
  assert.match(first.writeKey, /^wk_.{32}$/);
  assert.deepEqual(again, first);
  await assert.rejects(createWorkspace(store, { id: 'acme', name: 'Acme', timeZone: 'UTC', now }), /"acme" already/);
  await assert.rejects(ensureWorkspace(store, 'No Spaces', now), /"No Spaces" cannot be the id/);
});

test('a key opens its own workspace only, and of a secret key nothing readable is kept [MKT-13.5]', async () => {
  await ensureWorkspace(store, 'other', now);
  const secret = await createKey(store, { workspace: 'acme', kind: 'secret', label: 'test', now });
  const ring = openKeyRing(store);
  assert.deepEqual(await ring.resolve(secret.key), { id: secret.id, workspace: 'acme', kind: 'secret' });
  assert.equal(await ring.resolve(`${secret.key}x`), undefined);
  assert.equal(await ring.resolve(''), undefined);
  const kept = JSON.stringify(await store.state.query('SELECT * FROM api_keys'));
  assert.ok(kept.includes(secret.id));
  assert.ok(!kept.includes(secret.key));
  assert.ok((await listKeys(store, 'other')).every((key) => key.id !== secret.id));
});

test('a revoked key is refused; revoking in another workspace is not found', async () => {
  const key = await createKey(store, { workspace: 'acme', kind: 'write', label: 'site', now });
  await assert.rejects(revokeKey(store, { workspace: 'other', id: key.id, now }), /There is no key/);
  assert.ok(await openKeyRing(store).resolve(key.key));
  await revokeKey(store, { workspace: 'acme', id: key.id, now });
  assert.equal(await openKeyRing(store).resolve(key.key), undefined);
  await assert.rejects(
    createKey(store, { workspace: 'acme', kind: 'master', label: 'x', now }),
    /"master" is not a kind of key/,
  );
});
