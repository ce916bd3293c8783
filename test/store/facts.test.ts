import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { openTestStore } from '../support/store.ts';

const { facts, state, blobs } = await openTestStore();

const event = (i: number) => ({
  workspace: 'w',
  message_id: `m${i}`,
  type: 'track',
  event: 'page_view',
  name: 'page_view',
  at: '2026-01-01 00:00:00.000',
  anchor: `u:${i % 50}`,
});
const count = async () => Number((await facts.rows<{ n: string }>('SELECT count() AS n FROM events'))[0].n);

test('a block sent twice under the same token is there once, under another token twice', async () => {
  const block = Array.from({ length: 1000 }, (_, i) => event(i));
  for (let sent = 0; sent < 3; sent++) await facts.insert('events', block, { token: 'block-1' });
  assert.equal(await count(), 1000);
  await facts.insert('events', block, { token: 'block-2' });
  assert.equal(await count(), 2000);
});

test('rows are removed wherever they lie', async () => {
  await facts.remove('events', 'workspace = {workspace:String} AND anchor = {anchor:String}', {
    workspace: 'w',
    anchor: 'u:7',
  });
  assert.equal(await count(), 1960);
  const [{ nodes }] = await facts.rows<{ nodes: string }>('SELECT uniqExact(node) AS nodes FROM events');
  assert.equal(Number(nodes), 49);
});

test('parameters are values, never SQL', async () => {
  const text = "x' OR 1=1; --\\\n\t {n:UInt64} \\' \0 ü";
  const list = ["a'b", 'c\\d', '{text:String}', "\\'", 'x,y]'];
  const rows = await facts.rows<{ text: string; list: string[]; none: string[] }>(
    'SELECT {text:String} AS text, {list:Array(String)} AS list, {none:Array(String)} AS none',
    { text, list, none: [] },
  );
  assert.deepEqual(rows, [{ text, list, none: [] }]);
});

test('parameters have the type that they say', async () => {
  const [row] = await facts.rows<Record<string, string>>(
    `SELECT {big:UInt64} AS big, {small:Int64} AS small, {half:Float64} AS half, {day:DateTime64(3, 'UTC')} AS day,
       toTypeName({day:DateTime64(3, 'UTC')}) AS dayType, toTypeName({flag:UInt8}) AS flagType,
       toTypeName({codes:Array(UInt16)}) AS codesType, {codes:Array(UInt16)} AS codes
     FROM numbers({flag:UInt8}) LIMIT {flag:UInt8}`,
    { big: 18446744073709551615n, small: -5, half: 0.1, day: '2026-01-02 03:04:05.678', flag: true, codes: [1, 65535] },
  );
  assert.deepEqual(row, {
    big: '18446744073709551615',
    small: '-5',
    half: 0.1,
    day: '2026-01-02 03:04:05.678',
    dayType: "DateTime64(3, 'UTC')",
    flagType: 'UInt8',
    codesType: 'Array(UInt16)',
    codes: [1, 65535],
  });
});

test('what looks like a parameter in a text, a name or a comment is none', async () => {
  const [row] = await facts.rows<Record<string, string>>(
    `SELECT '{x:String}' AS a, 'it\\'s {x:String}' AS b, '''{x:String}' AS c, {x:String} AS "x {x:String}" -- {x:String}
     /* {x:String} */ FROM numbers(1)`,
    { x: "'; DROP TABLE events; --" },
  );
  assert.deepEqual(row, {
    a: '{x:String}',
    b: "it's {x:String}",
    c: "'{x:String}",
    'x {x:String}': "'; DROP TABLE events; --",
  });
  await assert.rejects(facts.rows('SELECT {missing:String} FROM numbers({n:UInt8})', { n: 1 }), /missing/);
});

test('a refused statement says which and why', async () => {
  await assert.rejects(facts.rows('SELECT nothing_like_it FROM events'), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'engine_failed');
    assert.match(error.message, /SELECT nothing_like_it FROM events/);
    assert.match(error.message, /nothing_like_it/);
    return true;
  });
});

test('a refused statement does not tell on the values in it', async () => {
  const person = "o'hara@example.com";
  const list = [person, 'x'];
  for (const where of ['anchor = {person:String}', 'anchor IN {list:Array(String)}', '{person:String} ! 1']) {
    await assert.rejects(
      facts.rows(`SELECT nothing_like_it FROM events WHERE ${where}`, { person, list }),
      (error: Error) => error.message.includes('nothing_like_it') && !inspect(error).includes('hara'),
    );
  }
});

test('a long query in the batch lane does not hold one in the online lane', async () => {
  let finished = false;
  const long = facts
    .rows('SELECT sum(sipHash64(number)) FROM numbers({n:UInt64})', { n: 150_000_000 }, 'batch')
    .then(() => {
      finished = true;
    });
  await facts.rows('SELECT {n:UInt64}', { n: 1 }, 'online');
  assert.equal(finished, false, 'the point query should have answered while the long one was still running');
  await long;
});

test('binary results carry exact 64-bit and floating point values', async () => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of facts.binary('SELECT toUInt64(18446744073709551615) AS a, toFloat32(nan) AS b'))
    chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  assert.equal(bytes.length, 12);
  assert.equal(bytes.readBigUInt64LE(0), 18446744073709551615n);
  assert.ok(Number.isNaN(bytes.readFloatLE(8)));
});

test('a failed transaction leaves nothing behind; json and times come back as values', async () => {
  const at = new Date('2026-02-03T04:05:06.789Z');
  await state.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, $3)', ['w', 'W', at]);
  await assert.rejects(
    state.transaction(async (tx) => {
      await tx.query('INSERT INTO settings (workspace, name, value, updated_at) VALUES ($1, $2, $3, $4)', [
        'w',
        'x',
        { a: [1] },
        at,
      ]);
      throw new Error('stop');
    }),
    /stop/,
  );
  assert.deepEqual(await state.query('SELECT * FROM settings'), []);
  await state.query('INSERT INTO settings (workspace, name, value, updated_at) VALUES ($1, $2, $3, $4)', [
    'w',
    'x',
    { a: [1] },
    at,
  ]);
  assert.deepEqual(await state.query('SELECT name, value, updated_at FROM settings'), [
    { name: 'x', value: { a: [1] }, updated_at: at },
  ]);
});

test('a blob is whole or absent and cannot leave its folder', async () => {
  assert.equal(await blobs.get('models/none.json'), undefined);
  await blobs.put('models/a.json', '{"a":1}');
  await blobs.put('models/a.json', '{"a":2}');
  assert.equal((await blobs.get('models/a.json'))?.toString(), '{"a":2}');
  await blobs.remove('models/a.json');
  assert.equal(await blobs.get('models/a.json'), undefined);
  await assert.rejects(async () => blobs.put('../outside', 'x'), /leaves the folder/);
});

test('events are found by their name, and what was deleted is not, before and after they are written anew [SEG-6] [CBP-14]', async () => {
  const w = 'by-name';
  await facts.command(
    `INSERT INTO events (workspace, message_id, event, at, anchor)
     SELECT {w:String}, toString(number), ['page_view', 'purchase'][1 + (number % 50 = 0)], now64(3) - number,
       concat('u:', toString(number % 500)) FROM numbers(50000)`,
    { w },
  );
  const purchases = async () => {
    const [row] = await facts.rows<{ events: string; people: string }>(
      `SELECT count() AS events, uniqExact(node) AS people FROM events WHERE workspace = {w:String} AND event = 'purchase'`,
      { w },
    );
    return [Number(row.events), Number(row.people)];
  };
  const isOrdered = async () => {
    const [{ share }] = await facts.rows<{ share: number }>(
      `SELECT sumIf(rows, has(projections, 'by_name')) / sum(rows) AS share FROM system.parts
       WHERE database = currentDatabase() AND table IN ('events', 'events_local') AND active`,
    );
    return share > 0.9;
  };
  await facts.tidy('events');
  assert.deepEqual(await purchases(), [1000, 10]);
  assert.ok(await isOrdered());
  const gone = [0, 50, 100, 150, 200].map((i) => `cityHash64('u:${i}')`).join(', ');
  await facts.remove('events', `workspace = {w:String} AND node IN (${gone})`, { w });
  assert.deepEqual(await purchases(), [500, 5]);
  // Of a cluster only the nodes that held them go without it, and one node is asked here.
  if (facts.engine === 'embedded') assert.equal(await isOrdered(), false);
  assert.equal(await facts.tidy('events'), true);
  assert.deepEqual(await purchases(), [500, 5]);
  // A merge that was under way has it done by the next time.
  let again = 0;
  while (await facts.tidy('events')) assert.ok(++again < 10, 'there is nothing left to do');
  assert.ok(await isOrdered());
});
