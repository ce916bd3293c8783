import assert from 'node:assert/strict';
import { test } from 'node:test';
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

test('a line that is no JSON is refused with the table named, and nothing of the block stays', async () => {
  await assert.rejects(facts.insertLines('events', [Buffer.from('{"workspace":"bad","anchor":"a:1"}\n{oops\n')]), {
    code: 'engine_failed',
    message: /INSERT INTO events/,
  });
  assert.equal(await count('bad'), 0);
});
