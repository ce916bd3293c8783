// The ad for somebody at this second, over HTTP, from what they just did.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { scoreEveryone, trainModel } from '../../src/predict/index.ts';
import { openServer } from '../../src/server/index.ts';
import { END, makeShop } from '../predict/shop.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const now = END;
for (const id of ['shop', 'other']) await createWorkspace(store, { id, name: id, timeZone: 'UTC', now });
const { key } = await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now });
const { key: otherKey } = await createKey(store, { workspace: 'other', kind: 'secret', label: 'test', now });
await store.facts.insert('events', makeShop({ workspace: 'shop', people: 300, days: 40, end: END, readyRate: 0.08 }));
await resolveAll(store, { workspace: 'shop', now });
const signals = { include: ['hours_since_activity', 'cart_adds_1d', 'cart_adds_7d', 'purchases_7d'] };
await trainModel(store, { workspace: 'shop', modelType: 'GENERIC', timeframeDays: 7, signals, now });
await scoreEveryone(store, { workspace: 'shop', asOf: END, now });
const server = await openServer({ store, logLevel: 'silent', now: () => END });

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape each test checks
type Json = any;

async function ask(
  method: string,
  path: string,
  body?: unknown,
  secret = key,
): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${server.address}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${secret}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  return { status: response.status, body: response.status === 204 ? undefined : await response.json() };
}

const kinds: Record<string, string> = { HIGH: 'product', MEDIUM: 'category', LOW: 'brand' };

test('High is shown a product, Medium a category, Low the brand, and why [WH-11][CBP-11]', async () => {
  const { scores } = (await ask('GET', '/intent/scores?limit=1000')).body;
  const met = new Set<string>();
  for (const { userId } of scores) {
    const { body: prediction } = await ask('POST', '/intent/predict', { userId });
    if (met.has(prediction.intentLevel)) continue;
    const { body: ad } = await ask('POST', '/decide/ad', { userId });
    assert.equal(ad.intentLevel, prediction.intentLevel);
    assert.equal(ad.score, prediction.score);
    const wanted = prediction.product === null && ad.intentLevel === 'HIGH' ? 'category' : kinds[ad.intentLevel];
    assert.equal(ad.wantedKind, wanted);
    assert.equal(ad.creative, null);
    assert.match(ad.reason, /(High|Medium|Low) intent \(score \d+\): .* The workspace has no creatives yet\.$/);
    if (ad.wantedKind === 'product') assert.equal(ad.productId, `${ad.category}-1`);
    met.add(prediction.intentLevel);
  }
  assert.ok(met.has('LOW') && met.size >= 2, `only ${[...met]} was met`);
});

test('the closest creative is taken, the next wider where none fits, and each person keeps theirs [WH-11]', async () => {
  const put = (id: string, body: object, secret = key) => ask('PUT', `/decide/creatives/${id}`, body, secret);
  assert.equal((await put('brand-a', { kind: 'brand', content: { image: 'a.png' } })).status, 200);
  await put('brand-b', { kind: 'brand', content: { image: 'b.png' } });
  const { scores } = (await ask('GET', '/intent/scores?limit=1000')).body;
  const ads = await Promise.all(scores.slice(-30).map(({ userId }: Json) => ask('POST', '/decide/ad', { userId })));
  const chosen = new Set(ads.map(({ body }) => body.creative.id));
  assert.deepEqual([...chosen].sort(), ['brand-a', 'brand-b'], 'shared out');
  for (const [i, { userId }] of scores.slice(-30).entries()) {
    assert.deepEqual((await ask('POST', '/decide/ad', { userId })).body.creative, ads[i].body.creative, 'and kept');
  }

  const { body: best } = await ask('POST', '/decide/ad', { userId: scores[0].userId });
  assert.equal(best.kind, 'brand');
  assert.match(best.reason, /No creative fits that, so a brand creative is shown\./);
  await put('any', { kind: best.wantedKind, category: best.category ?? scores[0].category, content: { template: 1 } });
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const { body: closer } = await ask('POST', '/decide/ad', { userId: scores[0].userId });
  assert.equal(closer.creative.id, 'any');
  assert.equal(closer.kind, closer.wantedKind);
});

test('a stranger is shown the brand; mistakes and other workspaces are answered [WH-11][MKT-13.1]', async () => {
  const { body: stranger } = await ask('POST', '/decide/ad', { anonymousId: 'never-seen' });
  assert.equal(stranger.kind, 'brand');
  assert.equal(stranger.intentLevel, null);
  assert.match(stranger.reason, /Nothing is known of this person yet/);
  assert.equal((await ask('POST', '/decide/ad', {})).body.field, 'userId');
  const faulty = await ask('PUT', '/decide/creatives/x', { kind: 'product', content: {} });
  assert.equal(faulty.status, 400);
  assert.equal(faulty.body.field, 'productId');
  assert.deepEqual((await ask('GET', '/decide/creatives', undefined, otherKey)).body.creatives, []);
  assert.equal((await ask('DELETE', '/decide/creatives/brand-a', undefined, otherKey)).status, 404);
  assert.equal((await ask('DELETE', '/decide/creatives/brand-a')).status, 204);
});

test('who has not allowed advertising is shown the brand, under whatever name they are asked for [WH-11][MKT-14.1]', async () => {
  const { userId } = (await ask('GET', '/intent/scores?limit=1')).body.scores[0];
  const before = (await ask('POST', '/decide/ad', { userId })).body;
  assert.notEqual(before.intentLevel, null);
  const choose = (allowed: boolean) =>
    ask('POST', '/govern/consent', { userId, choices: { personalisation: allowed } });
  assert.equal((await choose(false)).status, 200);
  for (const who of [{ userId }, { profileId: before.profileId }]) {
    const { body: ad } = await ask('POST', '/decide/ad', who);
    assert.equal(ad.kind, 'brand');
    assert.deepEqual([ad.intentLevel, ad.score, ad.profileId], [null, null, null], 'nothing known of them is told');
    assert.match(ad.reason, /has not allowed personalisation/);
  }
  await choose(true);
  const { body: after } = await ask('POST', '/decide/ad', { userId });
  assert.equal(after.reason, before.reason);
});
