// A shop whose law changes, and changes back: the challenger takes the champion's place when it predicts better, not
// otherwise, and gives way again to the one before.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { createRandom } from '../../src/math/index.ts';
import { type Decision, findActiveModel, keepChampion, trainModel } from '../../src/predict/index.ts';
import { openServer } from '../../src/server/index.ts';
import { addDays, DAY_MS } from '../../src/time.ts';
import { makeEvent } from '../predict/shop.ts';
import { type Answer, callApi } from '../support/api.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const START = new Date('2025-01-01T00:00:00Z');
let now = START;
await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now });
const { key } = await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now });
const server = await openServer({ store, logLevel: 'silent', now: () => now });

/** Everybody now and then searches or fills a cart; a purchase follows one of the two, which one is the law of the time. */
async function live(fromDay: number, toDay: number, law: 'add_to_cart' | 'search'): Promise<void> {
  const random = createRandom(`${fromDay} ${law}`);
  const events = [];
  for (let person = 0; person < 220; person++) {
    for (let day = fromDay; day < toDay; day++) {
      const at = (hours: number) => new Date(START.getTime() + day * DAY_MS + hours * 3_600_000);
      if (random.uniform() < 0.3) events.push(makeEvent('shop', `u${person}`, 'page_view', at(8)));
      for (const event of ['add_to_cart', 'search'] as const) {
        if (random.uniform() > 0.12) continue;
        events.push(makeEvent('shop', `u${person}`, event, at(9)));
        if (event === law && random.uniform() < 0.7)
          events.push(makeEvent('shop', `u${person}`, 'purchase', at(30), 'shoes', 20));
      }
    }
  }
  await store.facts.insert('events', events);
  now = addDays(START, toDay);
  await resolveAll(store, { workspace: 'shop', now });
}

const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
  callApi({ address: server.address, key }, method, `intent${path}`, body);

async function decided(count: number): Promise<Decision> {
  for (let waited = 0; waited < 1200; waited++) {
    const { body } = await ask('GET', '/challenges');
    if (body.decisions.length >= count) return body.decisions[0];
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('no decision came');
}

test('a challenger has to beat the champion on people neither learned from [WH-15][MKT-10.3][MKT-10.6]', async () => {
  await live(0, 75, 'add_to_cart');
  const signals = { include: ['hours_since_activity', 'searches_1d', 'searches_7d', 'cart_adds_1d', 'cart_adds_7d'] };
  const first = await trainModel(store, { workspace: 'shop', modelType: 'GENERIC', timeframeDays: 2, signals, now });

  const early = await ask('POST', '/challenges');
  assert.equal(early.status, 409);
  assert.match(early.body.hint, /2025-03-20/);
  assert.equal(await keepChampion(store, { workspace: 'shop', now }), undefined, 'nothing is due');

  await live(75, 84, 'add_to_cart');
  assert.equal((await ask('POST', '/challenges')).status, 202);
  const kept = await decided(1);
  assert.equal(kept.verdict, 'KEPT', kept.reason);
  assert.equal((await findActiveModel(store, 'shop'))?.id, first.id);
  assert.ok(Date.parse(kept.holdout!.asOf) >= Date.parse(first.lineage!.dataTo!));
  assert.ok(kept.holdout!.people > 150 && kept.holdout!.conversions > 20);

  await live(84, 148, 'search');
  const deployed = await keepChampion(store, { workspace: 'shop', now });
  assert.equal(deployed?.verdict, 'DEPLOYED', deployed?.reason);
  assert.match(
    deployed!.reason,
    /The challenger did better on \d+ people as known on 2025-05-2\d, \d+ of whom converted/,
  );
  const second = await findActiveModel(store, 'shop');
  assert.equal(second?.id, deployed?.challengerId);
  assert.ok(deployed!.figures!.challenger.logLoss < deployed!.figures!.champion.logLoss);

  // The old law is back: the model before does better again, though it is older.
  await live(148, 162, 'add_to_cart');
  const restored = await keepChampion(store, { workspace: 'shop', now });
  assert.equal(restored?.verdict, 'ROLLED_BACK', restored?.reason);
  assert.equal((await findActiveModel(store, 'shop'))?.id, first.id);
});

test('the schedule is set, paused, and a model is put to use by hand [MKT-10.3][MKT-10.6]', async () => {
  const before = (await ask('GET', '/challenges')).body;
  assert.deepEqual([before.everyDays, before.paused, before.isFresh], [7, false, true]);
  assert.equal((await ask('PATCH', '/challenges', { everyDays: 0 })).status, 400);
  assert.deepEqual((await ask('PATCH', '/challenges', { paused: true })).body, { everyDays: 7, paused: true });
  assert.equal(await keepChampion(store, { workspace: 'shop', now }), undefined);

  now = new Date(now.getTime() + 60_000);
  const { challengerId } = before.decisions.find(({ verdict }: Decision) => verdict === 'DEPLOYED');
  const active = await ask('POST', `/models/${challengerId}/activate`);
  assert.deepEqual(active.body, { id: challengerId, status: 'ACTIVE' });
  assert.equal((await ask('POST', `/models/${challengerId}/activate`)).status, 409);
  const [newest] = (await ask('GET', '/challenges')).body.decisions;
  assert.equal(newest.verdict, 'BY_HAND');
  assert.match(newest.decidedBy, /^key_/);
  for (let waited = 0; waited < 600; waited++) {
    const { body } = await ask('GET', '/scores?limit=1');
    if (body.scores.length === 1) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('nobody was scored with the model that was put to use');
});
