import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { type Damage, type Journal, type JournalOptions, openJournal } from '../../src/store/index.ts';

const all = { records: Number.POSITIVE_INFINITY, bytes: 16 * 1024 * 1024 };

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-journal-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const segmentsIn = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.log'));
const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `{"id":${from + i}}`);

/** Takes everything there is, block by block. */
async function drain(journal: Journal, limit = all): Promise<string[]> {
  const payloads: string[] = [];
  for (let block = await journal.next(limit); block; block = await journal.next(limit)) {
    payloads.push(...block.records.map((record) => record.payload.toString()));
    journal.done(block);
  }
  return payloads;
}

async function written(folder: string, count: number, options: Partial<JournalOptions> = {}): Promise<void> {
  const journal = await openJournal({ folder, ...options });
  await journal.append('w', lines(0, count));
  await journal.close();
}

test('what was appended comes back in order, with its workspace, in blocks of the size asked for', async (t) => {
  const journal = await openJournal({ folder: folderFor(t) });
  await journal.append('one', ['{"text":"ünïcødé \\u0000"}']);
  await journal.append('two', lines(0, 9));
  assert.deepEqual(journal.backlog().records, 10);
  const block = (await journal.next({ records: 4, bytes: 1e6 }))!;
  assert.deepEqual(
    block.records.map((record) => record.workspace),
    ['one', 'two', 'two', 'two'],
  );
  assert.equal(block.records[0].payload.toString(), '{"text":"ünïcødé \\u0000"}');
  journal.done(block);
  assert.deepEqual(await drain(journal, { records: 4, bytes: 1e6 }), lines(3, 9));
  assert.deepEqual(journal.backlog(), { records: 0, bytes: 0 });
  await journal.close();
});

test('appends that arrive together share a sync: a thousand take far fewer turns than one by one', async (t) => {
  const journal = await openJournal({ folder: folderFor(t) });
  const order: number[] = [];
  await Promise.all(lines(0, 1000).map((line, i) => journal.append('w', [line]).then(() => order.push(i))));
  assert.deepEqual(
    order,
    Array.from({ length: 1000 }, (_, i) => i),
  );
  assert.deepEqual(await drain(journal), lines(0, 1000));
  assert.equal(journal.syncs(), 1);
  await journal.close();
});

test('an unfinished block goes out again with the same bounds and token, though more has come since', async (t) => {
  const folder = folderFor(t);
  const first = await openJournal({ folder });
  await first.append('w', lines(0, 10));
  const sent = (await first.next({ records: 6, bytes: 1e6 }))!;
  await first.append('w', lines(10, 20));
  // What a process that is killed here leaves behind.
  const left = folderFor(t);
  cpSync(folder, left, { recursive: true });
  const second = await openJournal({ folder: left });
  assert.equal(second.recovered.records, 20);
  const again = (await second.next({ records: 2, bytes: 1e6 }))!;
  assert.deepEqual(
    { token: again.token, from: again.from, to: again.to, resent: again.resent, size: again.records.length },
    { token: sent.token, from: sent.from, to: sent.to, resent: true, size: 6 },
  );
  second.done(again);
  assert.deepEqual(await drain(second), lines(6, 20));
  await second.close();
  await first.close();
});

test('two journals never share a token', async (t) => {
  const tokens = new Set<string>();
  for (const folder of [folderFor(t), folderFor(t)]) {
    const journal = await openJournal({ folder });
    await journal.append('w', lines(0, 1));
    tokens.add((await journal.next(all))!.token);
    await journal.close();
  }
  assert.equal(tokens.size, 2);
});

test('segments roll, are read across, and go when they are shipped', async (t) => {
  const folder = folderFor(t);
  const journal = await openJournal({ folder, segmentBytes: 1000 });
  for (let i = 0; i < 20; i++) await journal.append('w', lines(i * 10, i * 10 + 10));
  assert.ok(segmentsIn(folder).length > 3);
  assert.deepEqual(await drain(journal), lines(0, 200));
  await journal.close();
  assert.deepEqual(segmentsIn(folder), []);
  const again = await openJournal({ folder, segmentBytes: 1000 });
  assert.equal(await again.next(all), undefined);
  await again.append('w', lines(200, 201));
  assert.deepEqual(await drain(again), lines(200, 201));
  await again.close();
});

test('a write cut off at any byte is cut away; everything before it stays', async (t) => {
  const folder = folderFor(t);
  await written(folder, 3);
  const file = join(folder, segmentsIn(folder)[0]);
  const whole = readFileSync(file);
  const size = whole.length / 3;
  for (let length = size * 2; length < whole.length; length++) {
    writeFileSync(file, whole);
    truncateSync(file, length);
    const damages: Damage[] = [];
    const journal = await openJournal({ folder, onDamage: (damage) => damages.push(damage) });
    assert.deepEqual(journal.recovered, { records: 2, tornBytes: length - size * 2, damagedRecords: 0 });
    assert.deepEqual(damages, []);
    assert.equal(readFileSync(file).length, size * 2);
    assert.deepEqual(
      (await journal.next(all))!.records.map((record) => record.payload.toString()),
      lines(0, 2),
    );
    // Back to the start: the block above was never done, so the cursor must not keep it.
    rmSync(join(folder, 'cursor'));
    for (const name of segmentsIn(folder)) rmSync(join(folder, name));
  }
});

/** Opens a journal on the bytes of a segment with some of its bits flipped, and takes all there is. */
async function drainFlipped(folder: string, name: string, whole: Buffer, bits: readonly number[]) {
  for (const old of segmentsIn(folder)) rmSync(join(folder, old));
  rmSync(join(folder, 'cursor'), { force: true });
  const flipped = Buffer.from(whole);
  for (const bit of bits) flipped[bit >> 3] ^= 1 << (bit & 7);
  writeFileSync(join(folder, name), flipped);
  const damages: Damage[] = [];
  const journal = await openJournal({ folder, onDamage: (damage) => damages.push(damage) });
  const payloads = await drain(journal);
  const { damagedRecords, mendedRecords } = journal;
  const counts = [damagedRecords.call(journal), mendedRecords.call(journal)];
  await journal.close();
  return { payloads, damages, counts, tornBytes: journal.recovered.tornBytes };
}

test('a flipped bit anywhere is put right and reported [MKT-14.6]', async (t) => {
  const folder = folderFor(t);
  const sent = lines(10, 30);
  const journal = await openJournal({ folder });
  await journal.append('w', sent);
  await journal.close();
  const name = segmentsIn(folder)[0];
  const whole = readFileSync(join(folder, name));
  const recordBytes = whole.length / sent.length;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length * 8 - 1 }), async (bit) => {
      const { payloads, damages, counts } = await drainFlipped(folder, name, whole, [bit]);
      assert.deepEqual(payloads, sent);
      assert.deepEqual(counts, [1, 1]);
      const offset = Math.floor((bit >> 3) / recordBytes) * recordBytes;
      assert.deepEqual(damages, [
        { segment: join(folder, name), offset, bytes: recordBytes, records: 1, mended: true },
      ]);
    }),
    { numRuns: 100, seed: 7 },
  );
});

test('several flipped bits cost their own record only, and are reported', async (t) => {
  const folder = folderFor(t);
  const sent = lines(10, 30);
  const journal = await openJournal({ folder });
  await journal.append('w', sent);
  await journal.close();
  const name = segmentsIn(folder)[0];
  const whole = readFileSync(join(folder, name));
  const recordBytes = whole.length / sent.length;
  const bits = fc.uniqueArray(fc.integer({ min: 0, max: recordBytes * 8 - 1 }), { minLength: 2, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.nat(sent.length - 1), bits, async (hit, flips) => {
      const at = flips.map((bit) => hit * recordBytes * 8 + bit);
      const { payloads, damages, counts, tornBytes } = await drainFlipped(folder, name, whole, at);
      assert.deepEqual(
        payloads,
        sent.filter((_, i) => i !== hit),
      );
      // The last record with a length that grew cannot be told from a write that was cut off.
      const torn = hit === sent.length - 1 && tornBytes > 0;
      assert.deepEqual([damages.length, ...counts], torn ? [0, 0, 0] : [1, 1, 0]);
      if (!torn) assert.equal(damages[0].offset, hit * recordBytes);
    }),
    { numRuns: 100, seed: 7 },
  );
});

test('a cursor in which a bit has flipped is put right and reported; more stops the start', async (t) => {
  const folder = folderFor(t);
  const journal = await openJournal({ folder });
  await journal.append('w', lines(0, 20));
  journal.done((await journal.next({ records: 5, bytes: 1e6 }))!);
  await journal.next({ records: 5, bytes: 1e6 });
  const whole = readFileSync(join(folder, 'cursor'));
  for (let bit = 0; bit < whole.length * 8; bit += 7) {
    const copy = folderFor(t);
    cpSync(folder, copy, { recursive: true });
    const flipped = Buffer.from(whole);
    flipped[bit >> 3] ^= 1 << (bit & 7);
    writeFileSync(join(copy, 'cursor'), flipped);
    const damages: Damage[] = [];
    const after = await openJournal({ folder: copy, onDamage: (damage) => damages.push(damage) });
    assert.deepEqual(
      [after.position(), damages.map(({ mended }) => mended)],
      [journal.position(), [true]],
      String(bit),
    );
    assert.deepEqual(await drain(after), lines(5, 20));
    await after.close();
  }
  await journal.close();
});

test('a segment with damage is set aside, not thrown away', async (t) => {
  const folder = folderFor(t);
  await written(folder, 20);
  const file = join(folder, segmentsIn(folder)[0]);
  const bytes = readFileSync(file);
  bytes[100] ^= 7;
  writeFileSync(file, bytes);
  const journal = await openJournal({ folder });
  assert.equal((await drain(journal)).length, 19);
  await journal.close();
  assert.equal(readdirSync(join(folder, 'damaged')).length, 1);
  assert.equal(existsSync(file), false);
});

test('a full backlog refuses instead of acknowledging, and takes again when it was shipped', async (t) => {
  const journal = await openJournal({ folder: folderFor(t), maxBacklogBytes: 2000 });
  await journal.append('w', lines(0, 60));
  await assert.rejects(journal.append('w', lines(60, 120)), { code: 'unavailable' });
  assert.deepEqual(await drain(journal), lines(0, 60));
  await journal.append('w', lines(60, 120));
  assert.deepEqual(await drain(journal), lines(60, 120));
  await journal.close();
});

test('a disk that refuses a write refuses the append; what was acknowledged stays and later appends work', async (t) => {
  const folder = folderFor(t);
  const journal = await openJournal({ folder, segmentBytes: 600 });
  await journal.append('w', lines(0, 20));
  // The next segment cannot be made: a folder is in its place.
  const inTheWay = join(folder, `${String(journal.backlog().bytes).padStart(16, '0')}.log`);
  mkdirSync(inTheWay);
  await assert.rejects(journal.append('w', lines(20, 40)), { code: 'unavailable' });
  assert.equal(journal.backlog().records, 20);
  rmdirSync(inTheWay);
  await journal.append('w', lines(40, 60));
  assert.deepEqual(await drain(journal), [...lines(0, 20), ...lines(40, 60)]);
  await journal.close();
});

test('a cursor that cannot be read stops the start, for shipping everything again would double it', async (t) => {
  const folder = folderFor(t);
  await written(folder, 3);
  writeFileSync(join(folder, 'cursor'), '{"journal":');
  await assert.rejects(openJournal({ folder }), { code: 'journal_damaged' });
});

test('after close nothing is acknowledged any more', async (t) => {
  const journal = await openJournal({ folder: folderFor(t) });
  await journal.close();
  await assert.rejects(journal.append('w', lines(0, 1)), { code: 'unavailable' });
});
