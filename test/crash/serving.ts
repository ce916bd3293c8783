// A serving process to be killed: opens the store it is told to, says where it listens and with which key, and stops in
// good order on SIGTERM. Told to count instead, it says how often each message is in the facts.

import { ensureWorkspace } from '../../src/govern/index.ts';
import { openServer, type ServerOptions } from '../../src/server/index.ts';
import { openStore, type StoreOptions } from '../../src/store/index.ts';

export type ServingPlan = {
  store: StoreOptions;
  task: 'serve' | 'count';
  intake?: ServerOptions['intake'];
  /** What the clock of this machine is off by. */
  clockMs?: number;
};

const { store: options, task, intake, clockMs = 0 } = JSON.parse(process.env['INKLING_TEST_PLAN']!) as ServingPlan;
const now = () => new Date(Date.now() + clockMs);
const store = await openStore(options);
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);

if (task === 'count') {
  const rows = await store.facts.rows<{ id: string; times: string }>(
    "SELECT message_id AS id, count() AS times FROM events WHERE workspace = 'default' GROUP BY id",
  );
  say(rows.map(({ id, times }) => [id, Number(times)]));
  await store.close();
} else {
  const { writeKey } = await ensureWorkspace(store, 'default', now());
  const server = await openServer({ store, logLevel: 'error', intake, now });
  say({ address: server.address, writeKey });
  process.once('SIGTERM', async () => {
    await server.close();
    await store.close();
  });
}
