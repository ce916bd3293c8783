// What every journal promises, wherever it is: order, blocks that repeat exactly, nothing twice, nothing after its end.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Journal } from '../../src/store/index.ts';

/** Opens the same journal again each time it is called. */
export type OpenAgain = () => Promise<Journal>;

const all = { records: Number.POSITIVE_INFINITY, bytes: 16 * 1024 * 1024 };
const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `{"id":${from + i}}`);

async function drain(journal: Journal, limit = all): Promise<string[]> {
  const payloads: string[] = [];
  for (let block = await journal.next(limit); block; block = await journal.next(limit)) {
    payloads.push(...block.records.map((record) => record.payload.toString()));
    journal.done(block);
  }
  return payloads;
}

export function journalContract(name: string, makePlace: (t: TestContext) => Promise<OpenAgain>): void {
  test(`${name}: what was appended comes back in order, with its workspace, in blocks`, async (t) => {
    const open = await makePlace(t);
    const journal = await open();
    for (let i = 0; i < 10; i++) await journal.append(i % 2 ? 'odd' : 'even', [`{"text":"ünïcødé ${i}"}`]);
    assert.ok(journal.backlog().records >= 10);
    const block = (await journal.next({ records: 4, bytes: 1e6 }))!;
    assert.deepEqual(
      block.records.map(({ workspace, payload }) => `${workspace} ${payload}`),
      [0, 1, 2, 3].map((i) => `${i % 2 ? 'odd' : 'even'} {"text":"ünïcødé ${i}"}`),
    );
    journal.done(block);
    assert.deepEqual(
      await drain(journal, { records: 3, bytes: 1e6 }),
      [4, 5, 6, 7, 8, 9].map((i) => `{"text":"ünïcødé ${i}"}`),
    );
    assert.equal(journal.backlog().records, 0);
    await journal.close();
  });

  test(`${name}: a block that was not done goes out again with the same bounds and token, one that was does not`, async (t) => {
    const open = await makePlace(t);
    const first = await open();
    for (let i = 0; i < 10; i++) await first.append('w', lines(i, i + 1));
    const done = (await first.next({ records: 3, bytes: 1e6 }))!;
    first.done(done);
    const sent = (await first.next({ records: 3, bytes: 1e6 }))!;
    await first.append('w', lines(10, 12));
    await first.close();
    const second = await open();
    const again = (await second.next({ records: 1, bytes: 1e6 }))!;
    assert.deepEqual(
      { ...again, records: again.records.map(String) },
      { ...sent, resent: true, records: sent.records.map(String) },
    );
    second.done(again);
    assert.deepEqual(await drain(second), lines(6, 12));
    await second.close();
    const third = await open();
    assert.equal(await third.next(all), undefined);
    assert.deepEqual(third.position().journal, first.position().journal);
    await third.append('w', lines(12, 14));
    assert.deepEqual(await drain(third), lines(12, 14));
    await third.close();
  });

  test(`${name}: appends that arrive together share a few writes, and none is lost`, async (t) => {
    const open = await makePlace(t);
    const journal = await open();
    await Promise.all(lines(0, 1000).map((line) => journal.append('w', [line])));
    assert.ok(journal.syncs() < 20, String(journal.syncs()));
    assert.deepEqual(await drain(journal), lines(0, 1000));
    await journal.close();
  });

  test(`${name}: two journals never share a token`, async (t) => {
    const tokens = new Set<string>();
    for (let i = 0; i < 2; i++) {
      const journal = await (await makePlace(t))();
      await journal.append('w', lines(0, 1));
      tokens.add((await journal.next(all))!.token);
      await journal.close();
    }
    assert.equal(tokens.size, 2);
  });

  test(`${name}: after close nothing is acknowledged any more`, async (t) => {
    const journal = await (await makePlace(t))();
    await journal.close();
    await assert.rejects(journal.append('w', lines(0, 1)), { code: 'unavailable' });
  });
}
