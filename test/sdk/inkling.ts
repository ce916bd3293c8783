// A running Inkling for the SDKs: one store, one server on a free port, one workspace with its write key.

import { createWorkspace } from '../../src/govern/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

export type Inkling = {
  address: string;
  writeKey: string;
  /** Rows of `events`, once everything acknowledged has reached the facts. */
  events<T>(columns: string): Promise<T[]>;
  close(): Promise<void>;
};

export async function openInkling(): Promise<Inkling> {
  let removeStore = async () => {};
  const store = await openTestStore({
    after: (end) => {
      removeStore = end;
    },
  });
  const { writeKey } = await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now: new Date() });
  const server = await openServer({ store, logLevel: 'silent' });
  return {
    address: server.address,
    writeKey,
    events: async (columns) => {
      await untilShipped(server.address);
      return store.facts.rows(`SELECT ${columns} FROM events ORDER BY at, message_id`);
    },
    close: async () => {
      await server.close();
      await removeStore();
    },
  };
}

async function untilShipped(address: string): Promise<void> {
  for (;;) {
    const health = (await (await fetch(`${address}/health`)).json()) as { intake: { backlog: { events: number } } };
    if (health.intake.backlog.events === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
