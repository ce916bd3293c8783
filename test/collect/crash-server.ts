// A serving process for crash.ts to kill: opens the store it is told to, says where it listens and with which key, and
// stops in good order on SIGTERM.

import { ensureWorkspace } from '../../src/govern/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openStore, type StoreOptions } from '../../src/store/index.ts';

const store = await openStore(JSON.parse(process.env['INKLING_TEST_STORE']!) as StoreOptions);
const { writeKey } = await ensureWorkspace(store, 'default', new Date());
const server = await openServer({ store, logLevel: process.env['LOG_LEVEL'] ?? 'error' });
process.stdout.write(`${JSON.stringify({ address: server.address, writeKey })}\n`);
process.once('SIGTERM', async () => {
  await server.close();
  await store.close();
});
