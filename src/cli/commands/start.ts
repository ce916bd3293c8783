// `inkling start`: serves a data folder — the collection endpoints, the API and the dashboard — until it is stopped.

import type { Command } from 'commander';
import { createKey, ensureWorkspace, type Workspace } from '../../govern/index.ts';
import { openServer } from '../../server/index.ts';
import { natsOptionsFrom, openStore, type Store, storeOptionsFrom } from '../../store/index.ts';
import { buildIfStale } from '../built.ts';
import { DEFAULT_FOLDER } from '../place.ts';

export type ServeOptions = { host: string; port: string };

export function withServeOptions(command: Command): Command {
  return command
    .option('--host <address>', 'address to listen on', process.env['HOST'] ?? '127.0.0.1')
    .option('--port <number>', 'port to listen on', process.env['PORT'] ?? '8020');
}

export function addStart(program: Command): void {
  withServeOptions(program.command('start').description('serve a data folder: collection, API and dashboard'))
    .option('--data <dir>', 'data folder', DEFAULT_FOLDER)
    .option('--workspace <id>', 'workspace whose dashboard address is printed', 'default')
    .action(async (options: ServeOptions & { data: string; workspace: string }) => {
      await buildIfStale();
      const store = await openStore(storeOptionsFrom(process.env, options.data));
      const workspace = await ensureWorkspace(store, options.workspace, new Date());
      await serve(store, workspace, options);
    });
}

/** Listens until SIGINT or SIGTERM, then stops without losing what was acknowledged. Owns the store from here on. */
export async function serve(store: Store, workspace: Workspace, options: ServeOptions): Promise<void> {
  const server = await openServer({
    store,
    host: options.host,
    port: Number(options.port),
    intake: { nats: natsOptionsFrom(process.env) },
  });
  const session = await createKey(store, {
    workspace: workspace.id,
    kind: 'secret',
    label: `dashboard, printed at start ${new Date().toISOString()}`,
    now: new Date(),
  });
  process.stdout.write(`
  Dashboard   ${server.address}/#key=${session.key}
  Write key   ${workspace.writeKey}   (for SDKs: it may only send events)
  API docs    ${server.address}/docs
  Stop with Ctrl-C.

`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  process.stderr.write('Stopping: shipping what is in the journal …\n');
  await server.close();
  await store.close();
}
