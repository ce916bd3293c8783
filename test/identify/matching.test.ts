// Matching by likeness gives the same people whatever the order and the blocks in which records came, and on whatever
// engine.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { type MatchingLimits, nodeOf, openFollower, profilesOf, resolveAll } from '../../src/identify/index.ts';
import { type EncodedField, openEncoder } from '../../src/learn/index.ts';
import { createRandom } from '../../src/math/index.ts';
import { drawRegister, registerColumns } from '../../src/simulate/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { toClickHouseTime } from '../../src/time.ts';
import { openTestStore } from '../support/store.ts';
import { row } from './streams.ts';

const store = await openTestStore();
const now = new Date('2025-06-01T00:00:00Z');
const encoder = openEncoder('a secret of the test');

const columnOf: Record<string, EncodedField> = {
  given_name: 'given_name',
  surname: 'surname',
  address_1: 'street',
  suburb: 'city',
  postcode: 'postcode',
  date_of_birth: 'birth_date',
  phone_number: 'phone',
};

/** People who each told of themselves once or more, some under several accounts, one account by another's hand. */
function tellings(records: number) {
  const random = createRandom('tellings');
  const register = [
    ...drawRegister({ seed: 'matching', records, duplicateShare: 0.35, mostDuplicates: 3, mostSlips: 2 }),
  ];
  return register.map((values, i) => {
    const told: Record<string, string> = {};
    registerColumns.forEach((column, c) => {
      const field = columnOf[column];
      const value = field === undefined ? '' : encoder.encode(field, values[c]);
      if (value !== '' && random.uniform() < 0.95) told[field] = value;
    });
    // Some records are told under one account, a part at a time.
    const account = values[0].includes('dup') && i % 5 === 0 ? values[0].replace(/-dup.*/, '-org') : values[0];
    const at = Date.UTC(2025, 0, 1) + random.int(100) * 3_600_000;
    return {
      ...row('', at, { type: 'identify', event: 'identify', user_id: account }),
      particulars: JSON.stringify(told),
    };
  });
}

const all = tellings(700);
const early = all.slice(0, 500);

async function openWorkspace(where: Store, workspace: string): Promise<void> {
  await where.state.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $1, $2)', [workspace, now]);
}

async function take(where: Store, workspace: string, rows: readonly object[]) {
  await where.facts.insert(
    'events',
    rows.map((one) => ({ ...one, workspace })),
  );
}

async function peopleIn(where: Store, workspace: string): Promise<Record<string, string>> {
  const anchors = [...new Set(all.map(({ anchor }) => anchor))].sort();
  const profiles = await profilesOf(where.facts, workspace, anchors.map(nodeOf));
  return Object.fromEntries(anchors.map((anchor) => [anchor, String(profiles.get(nodeOf(anchor)))]));
}

async function evidenceIn(where: Store, workspace: string) {
  return where.facts.rows(
    `SELECT identifier_a, identifier_b, toString(min(at)) AS since FROM identity_evidence FINAL
     WHERE workspace = {workspace:String} AND method = 'probabilistic' GROUP BY identifier_a, identifier_b
     HAVING argMax(revoked, at) = 0 ORDER BY identifier_a, identifier_b`,
    { workspace },
  );
}

/** Learns on the early records, then takes in the others. */
async function opened(where: Store, workspace: string, limits?: MatchingLimits): Promise<void> {
  await openWorkspace(where, workspace);
  await take(where, workspace, early);
  const { matching } = await resolveAll(where, { workspace, now, limits });
  assert.ok(matching.linked > 50 && matching.model !== null, JSON.stringify(matching));
}

let workspaces = 0;

test('records matched as they come in, in any order and blocks, give the people of a pass over everything [WH-3] [WH-4]', async () => {
  await opened(store, 'whole');
  await take(store, 'whole', all.slice(500));
  const { matching } = await resolveAll(store, { workspace: 'whole', now });
  const [expected, evidence] = [await peopleIn(store, 'whole'), await evidenceIn(store, 'whole')];
  assert.ok(new Set(Object.values(expected)).size < Object.keys(expected).length - 100);
  assert.equal(evidence.length, matching.linked);
  const shapes = fc.record({
    order: fc.array(fc.nat(), { minLength: 200, maxLength: 200 }),
    block: fc.integer({ min: 1, max: 60 }),
  });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ order, block }) => {
      const workspace = `live-${workspaces++}`;
      await opened(store, workspace);
      const late = all
        .slice(500)
        .map((one, i) => ({ one: { ...one, workspace }, key: order[i] }))
        .sort((x, y) => x.key - y.key)
        .map(({ one }) => one);
      const faults: unknown[] = [];
      const follower = openFollower(store, { now: () => now, refreshAfterMs: 60_000, onFault: (e) => faults.push(e) });
      for (let from = 0; from < late.length; from += block) {
        const some = late.slice(from, from + block);
        await store.facts.insert('events', some);
        await follower.shipped(some);
      }
      await follower.close();
      assert.deepEqual(faults, []);
      assert.deepEqual(await evidenceIn(store, workspace), evidence);
      assert.deepEqual(await peopleIn(store, workspace), expected);
      await resolveAll(store, { workspace, now });
      assert.deepEqual(await evidenceIn(store, workspace), evidence, 'a pass over everything changes nothing');
      assert.deepEqual(await peopleIn(store, workspace), expected);
    }),
    { numRuns: 2, endOnFailure: true },
  );
});

/** As another process finds the store: with nothing in memory. */
function restarted(): Store {
  return { ...store, facts: Object.create(store.facts) };
}

test('who comes before everybody is in memory, or came when nobody matched, is matched afterwards [WH-4]', async () => {
  const [expected, evidence] = [await peopleIn(store, 'whole'), await evidenceIn(store, 'whole')];
  await opened(store, 'restart');
  const late = all.slice(500).map((one) => ({ ...one, workspace: 'restart', received_at: toClickHouseTime(now) }));
  const [unseen, seen, last] = [late.slice(0, 60), late.slice(60, 130), late.slice(130)];
  // The process that had taken these in ended before it came to match them.
  await store.facts.insert('events', unseen);
  const next = restarted();
  const faults: unknown[] = [];
  const options = { now: () => now, refreshAfterMs: 60_000, onFault: (error: unknown) => faults.push(error) };
  const follower = openFollower(next, options);
  for (let from = 0; from < seen.length; from += 10) {
    const block = seen.slice(from, from + 10);
    await next.facts.insert('events', block);
    await follower.shipped(block);
  }
  await follower.settled();
  for (const block of [last.slice(0, 1), last.slice(1)]) {
    await next.facts.insert('events', block);
    await follower.shipped(block);
  }
  await follower.close();
  assert.deepEqual(faults, []);
  assert.deepEqual(await evidenceIn(store, 'restart'), evidence);
  assert.deepEqual(await peopleIn(store, 'restart'), expected);
});

test('a process that ends while everybody is read leaves those who came to the next [WH-4]', async () => {
  const evidence = await evidenceIn(store, 'whole');
  await opened(store, 'cut-off');
  const late = all.slice(500).map((one) => ({ ...one, workspace: 'cut-off', received_at: toClickHouseTime(now) }));
  const options = { now: () => now, refreshAfterMs: 60_000, onFault: (error: unknown) => assert.fail(String(error)) };
  const first = restarted();
  const cut = openFollower(first, options);
  await first.facts.insert('events', late);
  await cut.shipped(late);
  await cut.close();
  assert.ok((await evidenceIn(store, 'cut-off')).length < evidence.length, 'it was cut off before it had matched them');
  const second = restarted();
  const follower = openFollower(second, options);
  await follower.shipped(late.slice(0, 1));
  await follower.settled();
  await follower.close();
  assert.deepEqual(await evidenceIn(store, 'cut-off'), evidence);
});

test('more records than fit into memory are matched by a full pass, in shares, to the same people [WH-4]', async () => {
  const limits = { inMemory: 120, learnedFrom: 100_000 };
  const [expected, evidence] = [await peopleIn(store, 'whole'), await evidenceIn(store, 'whole')];
  await opened(store, 'large', limits);
  const late = all.slice(500).map((one) => ({ ...one, workspace: 'large' }));
  const faults: unknown[] = [];
  const next = restarted();
  const follower = openFollower(next, {
    now: () => now,
    refreshAfterMs: 60_000,
    onFault: (e) => faults.push(e),
    limits,
  });
  await next.facts.insert('events', late);
  await follower.shipped(late);
  await follower.settled();
  await follower.close();
  assert.deepEqual(faults, []);
  assert.ok((await evidenceIn(store, 'large')).length < evidence.length, 'live, nobody is matched');
  await resolveAll(store, { workspace: 'large', now, limits });
  assert.deepEqual(await evidenceIn(store, 'large'), evidence);
  assert.deepEqual(await peopleIn(store, 'large'), expected);
});

test('a model is learned from a draw of the records where they are many [WH-4]', async () => {
  await openWorkspace(store, 'drawn');
  await take(store, 'drawn', all);
  const limits = { inMemory: 100_000, learnedFrom: 350 };
  const { matching } = await resolveAll(store, { workspace: 'drawn', now, limits });
  const { learnedFrom = 0, records } = matching.model ?? assert.fail('nothing was learned');
  assert.ok(learnedFrom > 150 && learnedFrom < 0.6 * records, `${learnedFrom} of ${records}`);
  const numberOf = (identifier: string) => identifier.split('-')[1];
  const links = (await evidenceIn(store, 'drawn')) as { identifier_a: string; identifier_b: string }[];
  const right = links.filter(({ identifier_a: a, identifier_b: b }) => numberOf(a) === numberOf(b));
  const whole = (await evidenceIn(store, 'whole')).length;
  assert.ok(right.length > 0.9 * whole && right.length > 0.98 * links.length, `${right.length} of ${links.length}`);
});

test('a cluster finds the people that the embedded engine finds [WH-3]', {
  skip: store.facts.engine === 'embedded' && 'this run is on the embedded engine',
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-embedded-'));
  const embedded = await openStore({ dataDir: folder });
  after(async () => {
    await embedded.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await opened(embedded, 'whole');
  await take(embedded, 'whole', all.slice(500));
  await resolveAll(embedded, { workspace: 'whole', now });
  assert.deepEqual(await evidenceIn(embedded, 'whole'), await evidenceIn(store, 'whole'));
  assert.deepEqual(await peopleIn(embedded, 'whole'), await peopleIn(store, 'whole'));
});
