import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  findProfile,
  followBlock,
  identityOf,
  mergePeople,
  openFollower,
  resolveAll,
  undoDecision,
  undoEvidence,
  writeRules,
} from '../../src/identify/index.ts';
import { openTestStore } from '../support/store.ts';
import { type Row, randomStream } from './streams.ts';

const store = await openTestStore();
const { facts, state } = store;
const now = new Date('2025-01-01T00:00:00Z');

let workspaces = 0;

/** A workspace of its own with narrow limits, so that some are met. */
async function openWorkspace(): Promise<string> {
  const workspace = `inc-${workspaces++}`;
  await state.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $1, $2)', [workspace, now]);
  await writeRules(store, workspace, { types: { user: { perProfile: 3 }, anonymous: { perProfile: 6 } } }, now);
  return workspace;
}

async function known(workspace: string) {
  const rows = (sql: string) => facts.rows(sql, { workspace });
  return {
    map: await rows(
      'SELECT node, profile, since FROM identity_map FINAL WHERE workspace = {workspace:String} ORDER BY node, since',
    ),
    evidence: await rows(
      `SELECT identifier_a, identifier_b, method, min(at) AS first_at FROM identity_evidence
       WHERE workspace = {workspace:String} GROUP BY ALL ORDER BY ALL`,
    ),
    profiles: await rows(
      'SELECT * EXCEPT (version, workspace) FROM profiles FINAL WHERE workspace = {workspace:String} ORDER BY profile',
    ),
    sessions: await rows(
      'SELECT * EXCEPT (version, workspace) FROM sessions FINAL WHERE workspace = {workspace:String} ORDER BY profile, start_time',
    ),
  };
}

const inWorkspace = (rows: readonly Row[], workspace: string) => rows.map((row) => ({ ...row, workspace }));

test('what is followed live is what a pass over everything finds, in whatever order and blocks it came [WH-3]', async () => {
  const shapes = fc.record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    order: fc.array(fc.nat(), { minLength: 70, maxLength: 70 }),
    block: fc.integer({ min: 4, max: 40 }),
  });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ seed, order, block }) => {
      const stream = randomStream('', { events: 70, seed });
      const [live, whole] = [await openWorkspace(), await openWorkspace()];
      const arrived = stream.map((row, i) => ({ row, key: order[i] })).sort((x, y) => x.key - y.key);
      const rows = inWorkspace(
        arrived.map(({ row }) => row),
        live,
      );
      const faults: unknown[] = [];
      const follower = openFollower(store, { now: () => now, refreshAfterMs: 60_000, onFault: (e) => faults.push(e) });
      for (let from = 0; from < rows.length; from += block) {
        const some = rows.slice(from, from + block);
        await facts.insert('events', some);
        await follower.shipped(some);
      }
      await follower.close();
      assert.deepEqual(faults, []);
      await facts.insert('events', inWorkspace(stream, whole));
      await resolveAll(store, { workspace: whole, now });
      const expected = await known(whole);
      assert.ok(expected.evidence.length > 20);
      assert.deepEqual(await known(live), expected);
      // And the full pass over what was followed changes nothing.
      await resolveAll(store, { workspace: live, now });
      assert.deepEqual((await known(live)).map, expected.map);
    }),
    { numRuns: 3, endOnFailure: true },
  );
});

test('decisions in between, undone or not, leave what a pass over everything finds, moments included [WH-4]', async () => {
  const live = await openWorkspace();
  const rows = randomStream(live, { events: 90, seed: 77 });
  const by = { workspace: live, actor: 'test', reason: 'test', now };
  const same = async (what: string) => {
    const followed = (await known(live)).map;
    await resolveAll(store, { workspace: live, now });
    assert.deepEqual(followed, (await known(live)).map, what);
  };
  const follow = async (from: number, to: number) => {
    const some = rows.slice(from, to);
    await facts.insert('events', some);
    await followBlock(store, live, some, { now });
  };
  await follow(0, 50);
  const merged = await mergePeople(store, by, ['u:user-1', 'a:browser-3']).catch(() => undefined);
  const also = await mergePeople(store, by, ['u:user-2', 'u:user-7', 'a:browser-9']).catch(() => undefined);
  assert.ok(merged?.decision ?? also?.decision);
  await same('merged');
  await follow(50, 70);
  const { evidence } = await identityOf(store, live, (await findProfile(store, live, 'u:user-2'))!);
  const link = evidence.find(({ method, revoked }) => method === 'login' && !revoked)!;
  const ended = await undoEvidence(store, by, link);
  await same('a link ended');
  for (const outcome of [merged, also]) if (outcome) await undoDecision(store, by, outcome.decision!);
  await same('undone');
  await follow(70, 90);
  await undoDecision(store, by, ended.decision!);
  await same('the link holds again');
});

test('people who are merged while they are drawn anew are drawn as they are in the end [WH-4] [CBP-2]', async () => {
  const live = await openWorkspace();
  const rows = randomStream(live, { events: 60, seed: 91 });
  const by = { workspace: live, actor: 'test', reason: 'test', now };
  const faults: unknown[] = [];
  // Once it is closed, drawing stops in the midst of it until the merge has been made and drawn.
  const [atGate, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isClosed = false;
  const command: typeof facts.command = async (sql, ...rest) => {
    if (isClosed && sql.includes('INSERT INTO profiles')) {
      atGate.resolve();
      await gate.promise;
    }
    return facts.command(sql, ...rest);
  };
  const slow = { ...store, facts: Object.assign(Object.create(facts), { command }) as typeof facts };
  const follower = openFollower(slow, { now: () => now, refreshAfterMs: 1, onFault: (error) => faults.push(error) });
  const ship = async (some: readonly Row[]) => {
    await facts.insert('events', some);
    await follower.shipped(some);
  };
  await ship(rows);
  const count = async () => (await known(live)).profiles.length;
  while ((await count()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const strangers = await facts.rows<{ identifier: string }>(
    `SELECT anchor AS identifier FROM events WHERE workspace = {live:String} GROUP BY anchor, node
     HAVING node NOT IN (SELECT arrayJoin([node, profile]) FROM identity_map WHERE workspace = {live:String}) LIMIT 2`,
    { live },
  );
  const pair = strangers.map(({ identifier }) => identifier);
  const again = rows.find(({ anchor }) => anchor === pair[0])!;
  isClosed = true;
  await ship([{ ...again, message_id: 'once more' }]);
  await atGate.promise;
  assert.ok((await mergePeople(store, by, pair)).decision);
  gate.resolve();
  await follower.close();
  assert.deepEqual(faults, []);
  const followed = await known(live);
  await resolveAll(store, { workspace: live, now });
  const { profiles, sessions } = await known(live);
  assert.deepEqual(followed.profiles, profiles);
  assert.deepEqual(followed.sessions, sessions);
});

test('blocks that come again tell nothing new', async () => {
  const live = await openWorkspace();
  const rows = randomStream(live, { events: 60, seed: 5 });
  await facts.insert('events', rows);
  await followBlock(store, live, rows, { now });
  assert.deepEqual(await followBlock(store, live, rows, { now }), { evidence: 0, moved: [] });
});
