import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { openSeen, type Seen, type SeenOptions } from '../../src/collect/dedupe/seen.ts';
import { createWorkspace } from '../../src/govern/index.ts';
import { openServer, type Server } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const DAY_MS = 86_400_000;
const start = Date.parse('2026-03-01T12:00:00Z');
let day = 0;
const now = () => new Date(start + day * DAY_MS);

let server: Server | undefined;
const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server?.close();
      await end();
    }),
});
const a = await createWorkspace(store, { id: 'a', name: 'A', timeZone: 'UTC', now: now() });
const b = await createWorkspace(store, { id: 'b', name: 'B', timeZone: 'UTC', now: now() });
// Blocks of a few rows, so that a message meets itself within a block and in a later one.
const open = () => openServer({ store, logLevel: 'silent', now, intake: { waitMs: 2, blockRows: 7 } });
server = await open();

async function restart(): Promise<void> {
  await server?.close();
  server = await open();
}

async function send(writeKey: string, batch: object[]): Promise<number> {
  const headers = { 'x-write-key': writeKey };
  const response = await fetch(`${server!.address}/v1/batch`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ batch }),
  });
  await response.arrayBuffer();
  return response.status;
}

async function shipped(): Promise<void> {
  type Health = { intake: { backlog: { events: number } } };
  const waiting = async () =>
    ((await (await fetch(`${server!.address}/health`)).json()) as Health).intake.backlog.events;
  while ((await waiting()) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function timesOf(prefix: string): Promise<Record<string, number>> {
  await shipped();
  const rows = await store.facts.rows<{ id: string; n: string }>(
    `SELECT concat(workspace, ' ', message_id) AS id, count() AS n FROM events
     WHERE startsWith(message_id, {prefix:String}) GROUP BY id ORDER BY id`,
    { prefix },
  );
  return Object.fromEntries(rows.map(({ id, n }) => [id, Number(n)]));
}

const track = (messageId: string, more = {}) => ({ type: 'track', event: 'Quiz', userId: 'u', messageId, ...more });

type Sending = { to: 'a' | 'b'; id: number; on: number; timestamp?: string; restart: boolean };

/** Each event is sent 1 to 20 times on days from 0 to 29, to one workspace or the other, its clock saying anything. */
const sendings = fc
  .array(fc.tuple(fc.constantFrom('a' as const, 'b' as const), fc.nat(5), fc.array(fc.nat(29), { maxLength: 19 })), {
    minLength: 4,
    maxLength: 10,
  })
  .chain((events) => {
    const all = events.flatMap(([to, id, again]) => [0, ...again].map((on) => ({ to, id, on })));
    const more = fc.record({
      timestamp: fc.option(
        fc.date({ min: new Date('2026-01-01'), max: new Date('2026-06-01'), noInvalidDate: true }).map(String),
        { nil: undefined },
      ),
      restart: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
    });
    return fc
      .tuple(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.array(more, { minLength: all.length, maxLength: all.length }),
      )
      .map(([order, extras]): Sending[] => order.map((one, i) => ({ ...one, ...extras[i] })));
  });

let rounds = 0;

test('an event sent 1 to 20 times, in any order, across restarts, up to day 29, is one row; the same messageId in another workspace is another event [CBP-14]', async () => {
  await fc.assert(
    fc.asyncProperty(sendings, async (all) => {
      // A window of its own for each round; ids are of the round, and the same in both workspaces.
      const from = rounds * 100;
      const prefix = `round-${rounds++}-`;
      for (const { to, id, on, timestamp, restart: again } of all.toSorted((x, y) => x.on - y.on)) {
        day = from + on;
        if (again) await restart();
        const { writeKey } = to === 'a' ? a : b;
        assert.equal(await send(writeKey, [track(prefix + id, { ...(timestamp && { timestamp }) })]), 200);
      }
      const expected = new Set(all.map(({ to, id }) => `${to} ${prefix}${id}`));
      assert.deepEqual(await timesOf(prefix), Object.fromEntries([...expected].sort().map((key) => [key, 1])));
    }),
    { numRuns: 4, seed: 7 },
  );
});

test('what is sent again on day 31 is another event', async () => {
  const first = day;
  for (const on of [0, 30, 31]) {
    day = first + on;
    for (let i = 0; i < 2; i++) await send(a.writeKey, [track('window-1')]);
    if (on === 30) assert.deepEqual(await timesOf('window-'), { 'a window-1': 1 });
    await restart();
  }
  assert.deepEqual(await timesOf('window-'), { 'a window-1': 2 });
});

test('events without a messageId are each their own, also when they are equal', async () => {
  const same = { type: 'track', event: 'Quiz', userId: 'no-id', timestamp: '2026-03-01T00:00:00Z' };
  for (let i = 0; i < 3; i++) await send(a.writeKey, [same, { ...same, messageId: '' }, { ...same, messageId: null }]);
  // What broken clients send where they have none.
  for (let i = 0; i < 3; i++)
    await send(a.writeKey, [
      { ...same, messageId: 'undefined' },
      { ...same, messageId: '0' },
    ]);
  await shipped();
  const [{ n }] = await store.facts.rows<{ n: string }>("SELECT count() AS n FROM events WHERE user_id = 'no-id'");
  assert.equal(Number(n), 15);
});

test('ids that look alike are told apart: letters, numbers, quotes, halves of pairs, 256 characters', async () => {
  const ids = [
    'odd-a',
    'odd-A',
    'odd-1',
    'odd-"',
    'odd-\\"',
    'odd-","type":"',
    `odd-${'x'.repeat(252)}`,
    `odd-${'x'.repeat(251)}`,
  ];
  for (let i = 0; i < 2; i++)
    await send(
      a.writeKey,
      ids.map((id) => track(id)),
    );
  const times = await timesOf('odd-');
  assert.deepEqual(
    Object.values(times),
    ids.map(() => 1),
  );
});

type Line = { id: number; day: number };

/** Lines as the journal holds them. */
function linesOf(lines: readonly Line[]): Buffer[] {
  return lines.map(({ id, day }) => {
    const received = new Date(Date.UTC(2026, 0, 1) + day * DAY_MS).toISOString().replace('T', ' ').slice(0, 23);
    const row = { workspace: 'w', message_id: `m${id}`, type: 'track', at: received, received_at: received };
    return Buffer.from(`E${JSON.stringify(row)}`);
  });
}

function place(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-seen-'));
  const opened = new Set<Seen>();
  t.after(async () => {
    for (const seen of opened) await seen.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const faults: string[] = [];
  const onFault = (error: unknown) => faults.push((error as Error).message);
  const journal = '0011223344556677';
  return {
    folder,
    faults,
    at: (shipped: number) => ({ journal, shipped }),
    open: async (shipped: number, more: Partial<SeenOptions> = {}) => {
      const seen = await openSeen({ folder, position: { journal, shipped }, onFault, ...more });
      opened.add(seen);
      return seen;
    },
    shut: async (seen: Seen) => {
      opened.delete(seen);
      await seen.close();
    },
  };
}

const numbersOf = (lines: readonly Buffer[]) =>
  lines.map((line) => Number((JSON.parse(line.toString('utf8', 1)) as { message_id: string }).message_id.slice(1)));

test('whatever the blocks, runs, merges and restarts, the verdict is that of a plain list', async (t) => {
  const { at, open, shut, faults } = place(t);
  // Runs of 40 keys, so that there are dozens; filters for the newest of them only.
  const small = { recentKeys: 40, filterBytes: 500 };
  let seen = await open(0, small);
  const firsts = new Map<number, number[]>();
  let random = 12345;
  const next = (most: number) => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((random / 2 ** 32) * most);
  };
  for (let block = 0; block < 400; block++) {
    const today = Math.floor(block / 5);
    const lines = Array.from({ length: next(30) }, () => ({ id: next(3000), day: Math.max(0, today - next(2)) }));
    const expected: number[] = [];
    for (const { id, day } of lines) {
      const known = firsts.get(id) ?? [];
      if (known.some((first) => Math.abs(day - first) <= 30)) continue;
      firsts.set(id, [...known, day]);
      expected.push(id);
    }
    assert.deepEqual(numbersOf(await seen.judge(at(block), linesOf(lines))), expected, `block ${block}`);
    await seen.remember(at(block));
    if (block % 17 === 0) {
      await shut(seen);
      seen = await open(block + 1, small);
    }
  }
  assert.ok(seen.size().runs > 2 && seen.size().runs < 30, String(seen.size().runs));
  assert.ok(seen.size().filterBytes <= 500);
  assert.deepEqual(faults, []);
});

test('a block that is shipped again is judged as it was, in this process and after a crash at any moment', async (t) => {
  const { at, open, shut, folder } = place(t);
  const seen = await open(0);
  const first = linesOf([1, 2, 3, 2].map((id) => ({ id, day: 0 })));
  const second = linesOf([3, 4, 5, 4].map((id) => ({ id, day: 1 })));
  assert.deepEqual(numbersOf(await seen.judge(at(0), first)), [1, 2, 3]);
  assert.deepEqual(numbersOf(await seen.judge(at(0), first)), [1, 2, 3]);
  await seen.remember(at(0));
  assert.deepEqual(numbersOf(await seen.judge(at(100), second)), [4, 5]);
  await seen.remember(at(100));
  assert.deepEqual(numbersOf(await seen.judge(at(100), second)), [4, 5]);
  await shut(seen);
  const log = readFileSync(join(folder, 'recent.log'));
  // Cut off anywhere within the second frame, or whole: the journal has not done with that block.
  for (const length of [log.length, log.length - 1, log.length - 40, log.length - 64]) {
    writeFileSync(join(folder, 'recent.log'), log.subarray(0, length));
    const again = await open(100);
    assert.deepEqual(numbersOf(await again.judge(at(100), second)), [4, 5], String(length));
    assert.deepEqual(numbersOf(await again.judge(at(200), second)), []);
    await shut(again);
  }
  writeFileSync(join(folder, 'recent.log'), log);
  const done = await open(200);
  assert.deepEqual(numbersOf(await done.judge(at(200), second)), []);
});

test('a flipped bit of a run or of the log is put right and reported: what was seen stays seen', async (t) => {
  const { at, open, shut, folder, faults } = place(t);
  const seen = await open(0, { recentKeys: 300 });
  const all = Array.from({ length: 800 }, (_, id) => ({ id, day: 0 }));
  for (let block = 0; block < 4; block++) {
    await seen.judge(at(block), linesOf(all.slice(block * 200, block * 200 + 200)));
    await seen.remember(at(block));
  }
  await shut(seen);
  const names = readdirSync(folder);
  assert.ok(names.includes('recent.log') && names.some((name) => name.endsWith('.run')), String(names));
  for (const name of names) {
    const whole = readFileSync(join(folder, name));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length * 8 - 1), async (bit) => {
        const flipped = Buffer.from(whole);
        flipped[bit >> 3] ^= 1 << (bit & 7);
        writeFileSync(join(folder, name), flipped);
        faults.length = 0;
        const after = await open(4, { recentKeys: 100_000 });
        assert.deepEqual(numbersOf(await after.judge(at(4), linesOf(all))), []);
        await shut(after);
        assert.equal(faults.length, 1, `${name} bit ${bit}: ${faults.join('; ')}`);
        writeFileSync(join(folder, name), whole);
      }),
      { numRuns: 40, seed: 7 },
    );
  }
});

test('a run that is damaged is reported and set aside, and the service starts', async (t) => {
  const { at, open, shut, folder, faults } = place(t);
  const seen = await open(0, { recentKeys: 10 });
  for (let block = 0; block < 3; block++) {
    await seen.judge(at(block), linesOf(Array.from({ length: 12 }, (_, i) => ({ id: block * 12 + i, day: 0 }))));
    await seen.remember(at(block));
  }
  await shut(seen);
  const [run] = readdirSync(folder).filter((name) => name.endsWith('.run'));
  const bytes = readFileSync(join(folder, run));
  bytes[bytes.length - 1] ^= 3;
  writeFileSync(join(folder, run), bytes);
  const after = await open(3, { recentKeys: 10 });
  assert.equal(faults.length, 1);
  assert.match(faults[0], /fails its checksum/);
  assert.deepEqual(numbersOf(await after.judge(at(3), linesOf([{ id: 13, day: 0 }]))), []);
});
