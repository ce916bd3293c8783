// One contract over both journals. That on NATS runs where NATS_URL names a server (`npm run test:servers`).

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type NatsOptions, openJournal, openNatsJournal } from '../../src/store/index.ts';
import { journalContract } from './journal-contract.ts';

journalContract('files', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-journal-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return () => openJournal({ folder });
});

const url = process.env['NATS_URL'];

/** A stream of its own, removed at the end. */
function placeOn(server: string, t: TestContext): string {
  const stream = `inkling_test_${randomBytes(6).toString('hex')}`;
  t.after(async () => {
    const connection = await connect({ servers: server });
    const manager = await jetstreamManager(connection);
    for (const name of [stream, `KV_${stream}_cursors`]) await manager.streams.delete(name).catch(() => {});
    await connection.close();
  });
  return stream;
}

if (url) {
  const maxBacklogBytes = 64 * 1024 * 1024;
  journalContract('NATS', async (t) => {
    const stream = placeOn(url, t);
    return () => openJournal({ folder: '', nats: { url, stream, maxBacklogBytes } });
  });

  test('NATS: a workspace is shipped by the node of its partition, whichever took it', async (t) => {
    const options = { url, stream: placeOn(url, t), maxBacklogBytes };
    const nodes = await Promise.all(
      [1, 2, 3].map((index) => openNatsJournal({ ...options, partition: { index, of: 3 } })),
    );
    const workspaces = Array.from({ length: 30 }, (_, i) => `workspace-${i}`);
    for (const node of nodes) for (const name of workspaces) await node.append(name, [`"${name}"`]);
    const shipped: string[][] = [];
    for (const node of nodes) {
      const names: string[] = [];
      for (
        let block = await node.next({ records: 7, bytes: 1e6 });
        block;
        block = await node.next({ records: 7, bytes: 1e6 })
      ) {
        names.push(...block.records.map(({ workspace }) => workspace));
        node.done(block);
      }
      shipped.push(names);
    }
    for (const name of workspaces) {
      const counts = shipped.map((names) => names.filter((one) => one === name).length);
      assert.deepEqual(counts.toSorted(), [0, 0, 3], name);
    }
    assert.ok(shipped.every((names) => names.length > 0));
    for (const node of nodes) await node.close();
  });

  test('NATS: two nodes with one partition are told, and another number of partitions waits until none is left', async (t) => {
    const options = { url, stream: placeOn(url, t), maxBacklogBytes };
    const [one, other] = [await openNatsJournal(options), await openNatsJournal(options)];
    await one.append('w', ['1']);
    assert.ok(await one.next({ records: 1, bytes: 1e6 }));
    await assert.rejects(other.next({ records: 1, bytes: 1e6 }), { code: 'conflict' });
    const changed: NatsOptions = { ...options, partition: { index: 1, of: 2 } };
    await assert.rejects(openNatsJournal(changed), { code: 'conflict', field: 'JOURNAL_PARTITION' });
    await one.close();
    await other.close();
  });

  test('NATS: a full stream refuses instead of acknowledging, and a server that cannot sync each message is named', async (t) => {
    const doubts: string[] = [];
    const onDoubt = (error: Error) => doubts.push(error.message);
    const journal = await openNatsJournal({ url, stream: placeOn(url, t), maxBacklogBytes: 20_000, onDoubt });
    assert.equal(doubts.length, 1);
    const line = `"${'x'.repeat(5000)}"`;
    const taken: string[] = [];
    await assert.rejects(
      async () => {
        for (let i = 0; i < 20; i++) {
          await journal.append('w', [line]);
          taken.push(line);
        }
      },
      { code: 'unavailable' },
    );
    assert.ok(taken.length > 0 && taken.length < 5);
    const block = (await journal.next({ records: 100, bytes: 1e6 }))!;
    assert.equal(block.records.length, taken.length);
    journal.done(block);
    assert.equal(await journal.next({ records: 1, bytes: 1 }), undefined);
    await journal.append('w', [line]);
    await journal.close();
  });
} else {
  test('NATS', { skip: 'NATS_URL names no server; npm run test:servers does' }, () => {});
}

test('a journal on NATS that does not answer is refused with what to do', async () => {
  await assert.rejects(openJournal({ folder: '', nats: { url: 'nats://127.0.0.1:1' } }), {
    code: 'unavailable',
    field: 'JOURNAL_URL',
  });
});
