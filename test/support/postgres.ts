// The PostgreSQL server of `npm run test:servers`: DATABASE_URL, else the one on this machine.

import pg from 'pg';
import { InklingError } from '../../src/errors.ts';

const local = 'postgres://postgres@127.0.0.1:5432/postgres';

/** The URL of a server that answers and lets us make databases. */
export async function reachPostgres(): Promise<string> {
  const url = process.env['DATABASE_URL'] || local;
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await client.query('SELECT 1');
    return url;
  } catch (error) {
    throw new InklingError('unavailable', `No PostgreSQL answers at ${url.replace(/:[^:@/]*@/, ':…@')}.`, {
      hint: 'Start one (on Debian: apt-get install postgresql, pg_ctlcluster 15 main start) or set DATABASE_URL.',
      cause: error,
    });
  } finally {
    await client.end().catch(() => {});
  }
}
