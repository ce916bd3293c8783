// The road over NATS, with the intake of a node: runs where NATS_URL names a server (`npm run test:servers`).

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { openIntake } from '../../src/collect/index.ts';
import { openTestStore } from '../support/store.ts';

const url = process.env['NATS_URL'];
const skip = url ? false : 'NATS_URL names no server; npm run test:servers does';

test('over NATS what is acknowledged is in the facts once, whatever is sent again and however often the node starts [MKT-14.6]', {
  skip,
}, async () => {
  const store = await openTestStore({ after });
  const stream = `inkling_test_${randomBytes(6).toString('hex')}`;
  after(async () => {
    const connection = await connect({ servers: url });
    const manager = await jetstreamManager(connection);
    for (const name of [stream, `KV_${stream}_cursors`]) await manager.streams.delete(name);
    await connection.close();
  });
  const faults: unknown[] = [];
  const open = () =>
    openIntake(store, {
      waitMs: 5,
      blockRows: 40,
      nats: { url: url!, stream, maxBacklogBytes: 64 * 1024 * 1024, onDoubt: () => {} },
      onFault: (error) => faults.push(error),
    });
  const message = (i: number) => ({ type: 'track', event: 'Quiz', userId: `u${i % 7}`, messageId: `nats-${i}` });
  const ids = Array.from({ length: 300 }, (_, i) => i);
  for (let start = 0; start < 4; start++) {
    const intake = await open();
    // Each start sends a part again that an earlier one had.
    const batch = ids.slice(start * 50, start * 50 + 150);
    await Promise.all(
      [0, 1, 2].map((third) =>
        intake.accept('default', batch.slice(third * 50, third * 50 + 50).map(message), { source: '' }),
      ),
    );
    if (start % 2 === 0) await intake.settled();
    await intake.close();
  }
  assert.deepEqual(faults, []);
  const rows = await store.facts.rows<{ n: string; most: string }>(
    `SELECT count() AS n, max(times) AS most FROM
       (SELECT message_id, count() AS times FROM events WHERE startsWith(message_id, 'nats-') GROUP BY message_id)`,
  );
  assert.deepEqual([Number(rows[0].n), Number(rows[0].most)], [300, 1]);
});
