import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSegmentFeed } from '../../src/activate/index.ts';
import { loadMessages, openIntake, type SegmentMessage } from '../../src/collect/index.ts';
import { openSegmentsNow } from '../../src/decide/index.ts';
import { ensureWorkspace, openConsentBook } from '../../src/govern/index.ts';
import { findProfile, openSessionsNow } from '../../src/identify/index.ts';
import { openIntentNow, trainModel } from '../../src/predict/index.ts';
import { openNumbers } from '../../src/server/metrics.ts';
import { openUpkeep } from '../../src/server/upkeep.ts';
import { openShop } from '../../src/simulate/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore();
let now = new Date('2026-03-02T23:00:00Z');
const faults: unknown[] = [];
const shop = openShop({ shoppers: 150, days: 60, seed: 5, end: new Date('2026-03-02T00:00:00Z') });
await ensureWorkspace(store, 'acme', now);
await store.state.query("UPDATE workspaces SET time_zone = 'Europe/Berlin' WHERE id = 'acme'");
await loadMessages(store, { workspace: 'acme', source: 'test', messages: shop.events(), now });

const people = async () =>
  Number(
    (await store.facts.rows<{ n: string }>(`SELECT uniq(profile) AS n FROM profiles WHERE workspace = 'acme'`))[0].n,
  );
const scored = () =>
  store.facts.rows<{ at: string; n: string }>(
    `SELECT toString(as_of) AS at, count() AS n FROM scores FINAL WHERE workspace = 'acme' GROUP BY as_of ORDER BY as_of`,
  );

test('people are resolved after a start that finds new events, and soon after more came in [INT-3]', async (t) => {
  const intake = await openIntake(store, { now: () => now });
  const upkeep = await openUpkeep({
    store,
    intake,
    live: openIntentNow(store),
    sessions: openSessionsNow(store),
    segments: openSegmentsNow(store, {
      now: () => now,
      consentOf: (id) => openConsentBook(store).of(id),
      onFault: (error) => faults.push(error),
    }),
    feed: openSegmentFeed(store, {
      accept: intake.accept,
      now: () => now,
      consentOf: (id) => openConsentBook(store).of(id),
      onFault: (error) => faults.push(error),
    }),
    numbers: openNumbers(),
    now: () => now,
    onNews: () => {},
    onFault: (error) => faults.push(error),
  });
  t.after(async () => {
    await intake.close();
    await upkeep.close();
  });
  assert.equal(await people(), 0);
  await upkeep.tick();
  const before = await people();
  assert.ok(before > 100);

  const message = (fields: object) => ({
    type: 'track',
    event: 'Product Viewed',
    timestamp: now.toISOString(),
    ...fields,
  });
  const messages = [message({ anonymousId: 'new-1' }), message({ anonymousId: 'new-1', userId: 'new-user' })];
  await intake.accept('acme', messages as SegmentMessage[], { source: '' });
  await intake.settled();
  for (let waited = 0; waited < 200 && (await people()) === before; waited++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(await people(), before + 1, 'two identifiers, one new person');
  assert.equal(await findProfile(store, 'acme', 'new-1'), await findProfile(store, 'acme', 'new-user'));

  await trainModel(store, { workspace: 'acme', timeframeDays: 7, now: new Date('2026-03-02T12:00:00Z') });
  now = new Date('2026-03-03T00:30:00Z'); // 01:30 in Berlin: not yet
  await upkeep.tick();
  assert.deepEqual(await scored(), []);
  now = new Date('2026-03-03T01:30:00Z'); // 02:30 in Berlin
  await upkeep.tick();
  await upkeep.tick();
  const nights = await scored();
  assert.equal(nights.length, 1, 'once a night');
  assert.ok(Number(nights[0].n) > 100);
  assert.deepEqual(faults, []);
});
