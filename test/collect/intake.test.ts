import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type EventRow, type Intake, type IntakeOptions, openIntake } from '../../src/collect/index.ts';
import { InklingError } from '../../src/errors.ts';
import type { Facts } from '../../src/store/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore();
const how = { source: '', path: 'batch' };
let workspaces = 0;

type Place = { workspace: string; open(options?: IntakeOptions): Promise<Intake> };

/** A workspace and a journal of its own for each test, over the facts they share; `change` stands before the facts. */
function place(t: TestContext, change: Partial<Facts> = {}): Place {
  const dataDir = mkdtempSync(join(tmpdir(), 'inkling-intake-'));
  const facts = new Proxy(store.facts, {
    get: (target, name) => change[name as keyof Facts] ?? bound(target, name as keyof Facts),
  });
  const opened: Intake[] = [];
  t.after(async () => {
    // Also when the test failed: a shipper keeps the process alive.
    for (const intake of opened) await intake.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  workspaces += 1;
  return {
    workspace: `w${workspaces}`,
    open: async (options) => {
      const intake = await openIntake({ ...store, facts, dataDir }, { waitMs: 5, ...options });
      opened.push(intake);
      return intake;
    },
  };
}

function bound(facts: Facts, name: keyof Facts): unknown {
  const value = facts[name];
  return typeof value === 'function' ? value.bind(facts) : value;
}

const track = (i: number, more = {}) => ({
  type: 'track',
  messageId: `m${i}`,
  userId: `u${i}`,
  event: 'Quiz Finished',
  ...more,
});
const tracks = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => track(from + i));

async function arrived(workspace: string): Promise<{ rows: number; messages: number }> {
  const [row] = await store.facts.rows<{ rows: string; messages: string }>(
    'SELECT count() AS rows, uniqExact(message_id) AS messages FROM events WHERE workspace = {workspace:String}',
    { workspace },
  );
  return { rows: Number(row.rows), messages: Number(row.messages) };
}

test('what is accepted arrives, what is refused is kept with its reason and can be sent again mended', async (t) => {
  const { workspace, open } = place(t);
  const intake = await open();
  const broken = {
    type: 'track',
    messageId: 'bad',
    userId: 'u',
    event: 9,
    traits: { email: 'anna@secret.example', plan: 'gold' },
  };
  const { accepted, faults } = await intake.accept(workspace, [...tracks(0, 3), broken], how);
  assert.deepEqual([accepted, faults.map(({ index, error }) => [index, error.field])], [3, [[3, 'batch[3].event']]]);
  await intake.settled();
  assert.deepEqual(await arrived(workspace), { rows: 3, messages: 3 });
  const [kept] = await store.facts.rows<{ reason: string; field: string; value: string; body: string; code: string }>(
    'SELECT * FROM rejected_events WHERE workspace = {workspace:String}',
    { workspace },
  );
  assert.deepEqual([kept.code, kept.field, kept.value], ['invalid_input', 'batch[3].event', '9']);
  assert.ok(!kept.body.includes('anna'));
  const mended = { ...(JSON.parse(kept.body) as object), event: 'Mended' };
  assert.deepEqual((await intake.accept(workspace, [mended], how)).faults, []);
  await intake.close();
  const [row] = await store.facts.rows<EventRow>(
    "SELECT * FROM events WHERE workspace = {workspace:String} AND message_id = 'bad'",
    { workspace },
  );
  assert.deepEqual([row.event, row.email_hash.length, JSON.parse(row.traits).plan], ['mended', 64, 'gold']);
});

test('messages without an id get one; rows arrive as the listeners hear them', async (t) => {
  const { workspace, open } = place(t);
  const intake = await open();
  const heard: EventRow[] = [];
  const deaf = intake.onShipped(() => {
    throw new Error('this listener fails');
  });
  intake.onShipped((rows) => {
    heard.push(...rows);
  });
  const text = 'quote " backslash \\ line \n nul \u0000 half \ud800 emoji 💥';
  await intake.accept(
    workspace,
    [track(1, { messageId: undefined, properties: { text, products: [{ id: text, price: 1.5 }] } })],
    how,
  );
  await intake.close();
  deaf();
  const [row] = await store.facts.rows<EventRow & { node: string; rating: number }>(
    'SELECT * FROM events WHERE workspace = {workspace:String}',
    {
      workspace,
    },
  );
  // Columns that the engine fills.
  const { node: _node, rating: _rating, ...columns } = row;
  assert.deepEqual(columns, heard[0]);
  assert.match(row.message_id, /^[0-9a-f-]{36}$/);
  assert.equal(JSON.parse(row.properties).text, text);
});

test('an engine that is down is waited for: nothing is lost, nothing doubled, and health says so', async (t) => {
  let down = true;
  const sent: number[] = [];
  const { workspace, open } = place(t, {
    insertLines: async (table, chunks, options) => {
      sent.push(chunks.length);
      if (down) throw new InklingError('engine_failed', 'the engine is away');
      await store.facts.insertLines(table, chunks, options);
    },
  });
  const faults: unknown[] = [];
  const intake = await open({ onFault: (error) => faults.push(error) });
  await intake.accept(workspace, tracks(0, 50), how);
  while (sent.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const { failing, backlog } = intake.health();
  assert.deepEqual([failing, backlog.records], [true, 50]);
  await intake.accept(workspace, tracks(50, 100), how);
  down = false;
  await intake.settled();
  assert.deepEqual(await arrived(workspace), { rows: 100, messages: 100 });
  assert.equal(intake.health().failing, false);
  assert.ok(faults.length >= 2);
});

test('a block whose answer was lost is not doubled, though it is sent again [exactly once]', async (t) => {
  let answers = 0;
  const { workspace, open } = place(t, {
    insertLines: async (table, chunks, options) => {
      await store.facts.insertLines(table, chunks, options);
      answers += 1;
      if (answers <= 2) throw new InklingError('engine_failed', 'the connection broke after the engine had it');
    },
  });
  const intake = await open();
  await intake.accept(workspace, tracks(0, 100), how);
  await intake.settled();
  assert.deepEqual(await arrived(workspace), { rows: 100, messages: 100 });
});

test('entries and exits of segments are kept apart from what people do, once, whatever breaks on the way [SEG-6]', async (t) => {
  let answers = 0;
  const { workspace, open } = place(t, {
    insertLines: async (table, chunks, options) => {
      await store.facts.insertLines(table, chunks, options);
      answers += 1;
      if (answers <= 3) throw new InklingError('engine_failed', 'the connection broke after the engine had it');
    },
  });
  const intake = await open();
  const heard: string[][] = [];
  intake.onShipped((rows, memberships) => {
    heard.push([rows, memberships].map((some) => some.map(({ event }) => event).join()));
  });
  const entries = ['Segment Entered', 'segment_exited', 'Segment Entered'].map((event, i) => track(i, { event }));
  await intake.accept(workspace, [...entries, track(9)], how);
  await intake.accept(workspace, [entries[0]], how);
  await intake.settled();
  assert.deepEqual(await arrived(workspace), { rows: 1, messages: 1 });
  const kept = await store.facts.rows<{ event: string }>(
    'SELECT event FROM membership_events WHERE workspace = {workspace:String} ORDER BY message_id',
    { workspace },
  );
  assert.deepEqual(
    kept.map(({ event }) => event),
    ['segment_entered', 'segment_exited', 'segment_entered'],
  );
  assert.deepEqual(heard.at(0), ['quiz_finished', 'segment_entered,segment_exited,segment_entered']);
});

test('an engine that remembers a token but lost the rows is given them again', async (t) => {
  let calls = 0;
  const { workspace, open } = place(t, {
    insertLines: async (table, chunks, options) => {
      calls += 1;
      // Dies between the token and the rows, then takes the token for proof that it has them.
      if (calls === 1) throw new InklingError('engine_failed', 'gone');
      if (calls === 2) return;
      await store.facts.insertLines(table, chunks, options);
    },
  });
  const intake = await open();
  await intake.accept(workspace, tracks(0, 10), how);
  await intake.settled();
  assert.deepEqual(await arrived(workspace), { rows: 10, messages: 10 });
});

test('a line that the engine cannot read is set aside and holds up nobody', async (t) => {
  const { workspace, open } = place(t, {
    insertLines: async (table, chunks, options) => {
      const text = Buffer.concat([...chunks]).toString();
      if (table === 'events' && text.includes('"m13"')) {
        throw new InklingError('engine_failed', "ClickHouse refused: Cannot parse input: expected '\"'");
      }
      await store.facts.insertLines(table, chunks, options);
    },
  });
  const intake = await open();
  await intake.accept(workspace, tracks(0, 40), how);
  await intake.settled();
  assert.deepEqual(await arrived(workspace), { rows: 39, messages: 39 });
  const kept = await store.facts.rows<{ body: string }>(
    'SELECT body FROM rejected_events WHERE workspace = {workspace:String}',
    {
      workspace,
    },
  );
  assert.deepEqual(
    kept.map(({ body }) => JSON.parse(body).message_id),
    ['m13'],
  );
});

test('what could not be shipped before the stop is shipped after the start', async (t) => {
  let down = true;
  const { workspace, open } = place(t, {
    insertLines: (table, chunks, options) =>
      down
        ? Promise.reject(new InklingError('engine_failed', 'away'))
        : store.facts.insertLines(table, chunks, options),
  });
  const before = await open();
  await before.accept(workspace, tracks(0, 30), how);
  await before.close();
  assert.deepEqual(await arrived(workspace), { rows: 0, messages: 0 });
  down = false;
  const after = await open();
  await after.settled();
  assert.deepEqual(await arrived(workspace), { rows: 30, messages: 30 });
});

test('a backlog that is full refuses with unavailable, and never acknowledges what it did not keep', async (t) => {
  let down = true;
  const { workspace, open } = place(t, {
    insertLines: (table, chunks, options) =>
      down
        ? Promise.reject(new InklingError('engine_failed', 'away'))
        : store.facts.insertLines(table, chunks, options),
  });
  const intake = await open({ maxBacklogBytes: 20_000 });
  let acknowledged = 0;
  for (let i = 0; i < 20; i++) {
    try {
      acknowledged += (await intake.accept(workspace, tracks(i * 10, i * 10 + 10), how)).accepted;
    } catch (error) {
      assert.equal((error as InklingError).code, 'unavailable');
    }
  }
  assert.ok(acknowledged > 0 && acknowledged < 200, String(acknowledged));
  down = false;
  await intake.settled();
  assert.deepEqual(await arrived(workspace), { rows: acknowledged, messages: acknowledged });
});

for (const [what, blockRows] of [
  ['it fills blocks', 60],
  ['no block is ever full', 1_000_000],
] as const) {
  test(`in a rush what came waits for the facts, but not longer than is said: ${what} [CBP-1]`, async (t) => {
    const { workspace, open } = place(t);
    // Whatever comes in is a rush here.
    const intake = await open({ blockRows, rush: { rate: 0.001, share: 0, forMs: 1500 } });
    let sent = 0;
    let rushed = 0;
    const started = performance.now();
    while (intake.health().shipped <= 120 && performance.now() - started < 20_000) {
      const { accepted } = await intake.accept(workspace, tracks(sent, sent + 20), how);
      assert.equal(accepted, 20);
      sent += accepted;
      if (intake.isRush()) rushed = performance.now() - started;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const waited = performance.now() - started;
    assert.ok(intake.health().shipped > 120, `nothing was shipped within ${waited} ms`);
    assert.ok(rushed > 1000 && waited > 1000, `shipped after ${waited} ms, rush until ${rushed}`);
    await intake.settled();
    assert.deepEqual(await arrived(workspace), { rows: sent, messages: sent });
  });
}
