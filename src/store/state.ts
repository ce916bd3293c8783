// State: PostgreSQL SQL, on PGlite inside the process or on a PostgreSQL server. One small interface over both:
// $1 placeholders, rows as objects, timestamptz as Date, jsonb as parsed values.

import pg from 'pg';
import { InklingError } from '../errors.ts';

export interface State {
  readonly engine: 'embedded' | 'server';
  query<T>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  /** Runs the work in one transaction; an exception rolls it back. */
  transaction<T>(work: (tx: Pick<State, 'query'>) => Promise<T>): Promise<T>;
  /** Several statements without parameters, as in a migration. */
  script(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** PGlite in the folder, which it makes where there is none. */
export async function openEmbeddedState(path: string): Promise<State> {
  // Loaded when it is opened: with a server behind DATABASE_URL it is never needed.
  const { PGlite } = await import('@electric-sql/pglite');
  const db = await PGlite.create(path);
  return {
    engine: 'embedded',
    query: async <T>(sql: string, params: readonly unknown[] = []) =>
      (await db.query<T>(sql, encode(params)).catch((e) => refuse(e, sql))).rows,
    transaction: <T>(work: (tx: Pick<State, 'query'>) => Promise<T>) =>
      db.transaction((tx) =>
        work({
          query: async <R>(sql: string, params: readonly unknown[] = []) =>
            (await tx.query<R>(sql, encode(params)).catch((e) => refuse(e, sql))).rows,
        }),
      ) as Promise<T>,
    script: async (sql) => {
      await db.exec(sql);
    },
    close: () => db.close(),
  };
}

export async function openServerState(url: string): Promise<State> {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  // Without a listener a connection that the server drops while idle would end the process.
  pool.on('error', () => {});
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    throw new InklingError('engine_failed', `PostgreSQL at ${url.replace(/:[^:@/]*@/, ':…@')} cannot be used.`, {
      hint: 'Check DATABASE_URL and that the server accepts connections from here.',
      cause: error,
    });
  }
  const run = async <T>(client: pg.Pool | pg.PoolClient, sql: string, params: readonly unknown[] = []) =>
    (await client.query(sql, encode(params)).catch((e) => refuse(e, sql))).rows as T[];
  return {
    engine: 'server',
    query: (sql, params) => run(pool, sql, params),
    transaction: async (work) => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const result = await work({ query: (sql, params) => run(client, sql, params) });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
    script: async (sql) => {
      await pool.query(sql);
    },
    close: () => pool.end(),
  };
}

/** Plain objects and arrays travel as JSON text, which both engines accept for jsonb. */
function encode(params: readonly unknown[]): unknown[] {
  return params.map((value) =>
    value !== null && typeof value === 'object' && !(value instanceof Date) && !(value instanceof Uint8Array)
      ? JSON.stringify(value)
      : value,
  );
}

function refuse(error: unknown, sql: string): never {
  const message = error instanceof Error ? error.message : String(error);
  throw new InklingError(
    'engine_failed',
    `PostgreSQL refused "${sql.trim().split('\n')[0].slice(0, 120)}": ${message}`,
    {
      cause: error,
    },
  );
}
