import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRowWriter } from '../../src/store/index.ts';
import { openTestStore } from '../support/store.ts';

const { facts } = await openTestStore();

const event = (workspace: string, i: number) => ({
  workspace,
  message_id: `m${i}`,
  name: "it's \\ ünique\n",
  anchor: 'a:1',
});
const count = async (workspace: string) =>
  Number(
    (
      await facts.rows<{ n: string }>('SELECT count() AS n FROM events WHERE workspace = {workspace:String}', {
        workspace,
      })
    )[0].n,
  );

test('a token holds for its own block only: the next block without one is kept', async () => {
  await facts.insert('events', [event('token', 1)], { token: "it's" });
  await facts.insert('events', [event('token', 2)]);
  await facts.insert('events', [event('token', 3)]);
  await facts.insert('events', [event('token', 4)], { token: "it's" });
  assert.equal(await count('token'), 3);
});

test('lines cut anywhere arrive whole, with every character', async () => {
  const text = Buffer.from(Array.from({ length: 100 }, (_, i) => JSON.stringify(event('lines', i))).join('\n'));
  const chunks = Array.from({ length: Math.ceil(text.length / 97) }, (_, i) => text.subarray(i * 97, (i + 1) * 97));
  await facts.insertLines('events', chunks, { token: 'lines' });
  assert.equal(await count('lines'), 100);
  const [row] = await facts.rows<{ name: string }>("SELECT DISTINCT name FROM events WHERE workspace = 'lines'");
  assert.equal(row.name, event('lines', 0).name);
});

test('rows in binary arrive as they were written, however many', async () => {
  const writer = openRowWriter(16);
  for (let i = 0; i < 3000; i++) {
    writer.text('binary');
    writer.text(`${'n'.repeat(i % 300)}ü`);
    writer.u64(BigInt(2 ** 53) + BigInt(i));
    writer.u64(1_700_000_000_123n);
    writer.f32(i / 7);
    writer.u8(i % 2);
    writer.length(i % 3);
    for (let k = 0; k < i % 3; k++) writer.text(`c${k}`);
  }
  const columns = ['workspace', 'anchor', 'node', 'at', 'rating', 'bot', 'categories'];
  await assert.rejects(facts.insertBinary('events', { columns, rows: 1, bytes: Uint8Array.of(1) }), {
    code: 'engine_failed',
    message: /INSERT INTO events/,
  });
  assert.equal(await count('binary'), 0);
  await facts.insertBinary('events', { columns, rows: 3000, bytes: writer.take() });
  const rows = await facts.rows<Record<string, unknown>>(
    `SELECT anchor, node, toUnixTimestamp64Milli(at) AS at, rating, bot, categories FROM events
     WHERE workspace = 'binary' ORDER BY node`,
  );
  assert.equal(rows.length, 3000);
  rows.forEach((row, i) => {
    assert.equal(row['anchor'], `${'n'.repeat(i % 300)}ü`);
    assert.equal(row['node'], String(2n ** 53n + BigInt(i)));
    assert.equal(row['at'], '1700000000123');
    assert.equal(Math.fround(Number(row['rating'])), Math.fround(i / 7));
    assert.equal(row['bot'], i % 2);
    assert.deepEqual(row['categories'], ['c0', 'c1'].slice(0, i % 3));
  });
});

test('a line that is no JSON is refused with the table named, and nothing of the block stays', async () => {
  await assert.rejects(facts.insertLines('events', [Buffer.from('{"workspace":"bad","anchor":"a:1"}\n{oops\n')]), {
    code: 'engine_failed',
    message: /INSERT INTO events/,
  });
  assert.equal(await count('bad'), 0);
});
