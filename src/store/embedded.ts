// The embedded engine as a connection of the official client. Three things about chDB 3.4 are put right here, so that
// nothing above needs to know them: it runs statements with parameters one at a time in the whole process, whatever
// their connection, so values are written into the statement; it keeps settings once set, so they are sent once and not
// before each statement (1.2 ms); and a statement waiting for its connection holds one of Node's four threads for
// files, so each connection takes one at a time and has a thread more.

import type { ClickHouseClientConfigOptions } from '@clickhouse/client';
import { literal, type Params, writeParameters } from './literals.ts';

// Set before anything asks for a thread, from when on their number stands.
process.env.UV_THREADPOOL_SIZE ??= '8';
// Read by the engine's allocator as its library is loaded. Without a thread of its own it gives memory back to the system in
// whichever thread calls it next, and that is the one that answers requests, 20 ms at a time; ClickHouse's server has one, too.
process.env.JE_MALLOC_CONF ??= 'background_thread:true';

type Connection = NonNullable<ClickHouseClientConfigOptions['connection']>;
/** What the client hands to a connection, as far as it concerns us. */
type Statement = { query: string; query_params?: Record<string, unknown> };

/**
 * Loaded when it is opened, not when this file is imported: a worker thread that had the engine's library loaded would
 * shut it down for the whole process when it ends. chDB types its connection by another copy of the client's own
 * declarations; the shape is the same.
 */
export async function loadEmbedded(): Promise<(path: string, settings: Record<string, string | number>) => Connection> {
  const { createChdbConnection } = await import('chdb/connection');
  return (path, settings) => oneAtATime(createChdbConnection({ path }) as unknown as Connection, settings);
}

function oneAtATime(engine: Connection, settings: Record<string, string | number>): Connection {
  const set = Object.entries(settings).map(([name, value]) => `${name} = ${literal(value)}`);
  let last: Promise<unknown> = engine.command({ query: `SET ${set.join(', ')}` });
  // Whoever sends the first statement is told what was wrong with the settings.
  last.catch(() => undefined);
  const line =
    <P extends Statement, R>(send: (statement: P) => Promise<R>) =>
    ({ query, query_params, ...rest }: P): Promise<R> => {
      const statement = { ...rest, query: writeParameters(query, query_params as Params), clickhouse_settings: {} };
      const result = last.then(() => send(statement as unknown as P));
      last = result.catch(() => undefined);
      return result;
    };
  return {
    ping: (options) => engine.ping(options),
    query: line((statement) => engine.query(statement)),
    exec: line((statement) => engine.exec(statement)),
    command: line((statement) => engine.command(statement)),
    insert: line((statement: Parameters<Connection['insert']>[0]) => engine.insert(statement)),
    close: () => last.then(() => engine.close()),
  };
}
