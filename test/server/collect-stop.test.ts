import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorkspace } from '../../src/govern/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore();
const { writeKey } = await createWorkspace(store, { id: 'stop', name: 'Stop', timeZone: 'UTC', now: new Date() });

test('a stop under fire loses nothing that was acknowledged, and refuses the rest honestly', async () => {
  const server = await openServer({ store, logLevel: 'silent' });
  const acknowledged = new Set<string>();
  let stopping = false;
  const client = async (name: number) => {
    for (let i = 0; !stopping || i < 3; i++) {
      const batch = Array.from({ length: 50 }, (_, k) => ({
        type: 'track',
        messageId: `${name}-${i}-${k}`,
        userId: `u${k}`,
        event: 'x',
      }));
      const headers = { 'x-write-key': writeKey };
      const status = await fetch(`${server.address}/v1/batch`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ batch }),
      }).then(
        (response) => response.status,
        () => 0,
      );
      if (status === 200) for (const { messageId } of batch) acknowledged.add(messageId);
      else if (status !== 0) assert.equal(status, 503);
      if (status === 0) return;
    }
  };
  const clients = Array.from({ length: 6 }, (_, name) => client(name));
  while (acknowledged.size < 2000) await new Promise((resolve) => setTimeout(resolve, 5));
  const closed = server.close();
  stopping = true;
  await Promise.all([closed, ...clients]);
  const rows = await store.facts.rows<{ id: string; n: string }>(
    'SELECT message_id AS id, count() AS n FROM events GROUP BY id',
  );
  const there = new Map(rows.map(({ id, n }) => [id, Number(n)]));
  assert.deepEqual(
    [...acknowledged].filter((id) => there.get(id) !== 1),
    [],
  );
});
