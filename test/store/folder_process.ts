// A process that holds a data folder, for folder.test.ts: says how many events it found, inserts on request, never ends.

import { InklingError } from '../../src/errors.ts';
import { openStore } from '../../src/store/index.ts';

try {
  const store = await openStore(JSON.parse(process.argv[2]));
  const [{ n }] = await store.facts.rows<{ n: string }>('SELECT count() AS n FROM events');
  console.log(`open ${n}`);
  process.stdin.on('data', async () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({
      workspace: 'w',
      message_id: `m${i}`,
      at: '2026-01-01 00:00:00.000',
      anchor: `u:${i}`,
    }));
    await store.facts.insert('events', rows);
    console.log('inserted');
  });
} catch (error) {
  if (!(error instanceof InklingError)) throw error;
  console.log(`${error.code} ${error.message} ${error.hint}`);
}
