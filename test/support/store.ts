// A store of its own for a test file: a temporary folder, and where the environment names servers (CLICKHOUSE_URL,
// CLICKHOUSE_CLUSTER, DATABASE_URL) fresh databases on them, all removed at the end. The embedded facts engine allows
// one data path per process, so a file opens one store and shares it among its tests.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createClient } from '@clickhouse/client';
import pg from 'pg';
import { openStore, type Store, type StoreOptions } from '../../src/store/index.ts';

type Lifetime = { after(end: () => Promise<void>): void };

export type TestPlace = {
  /** What openStore takes, here or in a child process. */
  options: StoreOptions;
  remove(): Promise<void>;
};

/** Opens an empty store that is closed and removed when the test (or, without one, the file) ends. */
export async function openTestStore(t?: Lifetime): Promise<Store> {
  const place = await makeTestPlace();
  const store = await openStore(place.options);
  const end = async () => {
    await store.close();
    await place.remove();
  };
  if (t) t.after(end);
  else after(end);
  return store;
}

/** A fresh folder and fresh databases, for tests that open the store themselves or let a child process do it. */
export async function makeTestPlace(env: NodeJS.ProcessEnv = process.env): Promise<TestPlace> {
  const name = `inkling_test_${randomBytes(6).toString('hex')}`;
  const dataDir = mkdtempSync(join(tmpdir(), 'inkling-test-'));
  const clickhouseUrl = env['CLICKHOUSE_URL'] || undefined;
  const adminUrl = env['DATABASE_URL'] || undefined;
  if (adminUrl) await runOnPostgres(adminUrl, `CREATE DATABASE ${name}`);
  return {
    options: {
      dataDir,
      clickhouseUrl,
      clickhouseCluster: env['CLICKHOUSE_CLUSTER'] || undefined,
      clickhouseDatabase: clickhouseUrl ? name : undefined,
      databaseUrl: adminUrl ? withDatabase(adminUrl, name) : undefined,
    },
    remove: async () => {
      rmSync(dataDir, { recursive: true, force: true });
      for (const url of clickhouseUrl?.split(',') ?? []) await runOnClickHouse(url, `DROP DATABASE IF EXISTS ${name}`);
      if (adminUrl) await runOnPostgres(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

async function runOnPostgres(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function runOnClickHouse(url: string, sql: string): Promise<void> {
  const client = createClient({ url });
  try {
    await client.command({ query: sql });
  } finally {
    await client.close();
  }
}
