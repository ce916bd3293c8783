// The store: facts, state, blobs and cache of one installation, opened together. Embedded engines live in the data folder,
// which then belongs to this process; with server URLs only the journal and the blobs stay there.

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InklingError } from '../errors.ts';
import { type Blobs, openBlobs } from './blobs.ts';
import { type Cache, openMemoryCache } from './cache.ts';
import { openRedisCache } from './cache-redis.ts';
import { type Facts, openFacts } from './facts.ts';
import { lockFolder } from './lock.ts';
import { migrate } from './migrate.ts';
import { openState } from './open-state.ts';
import type { State } from './state.ts';

export interface Store {
  readonly facts: Facts;
  readonly state: State;
  readonly blobs: Blobs;
  readonly cache: Cache;
  readonly dataDir: string;
  close(): Promise<void>;
}

export type StoreOptions = {
  dataDir: string;
  /** ClickHouse server, or every node of a cluster with commas in between; absent = embedded. */
  clickhouseUrl?: string;
  clickhouseCluster?: string;
  clickhouseDatabase?: string;
  /** PostgreSQL server; absent = embedded. */
  databaseUrl?: string;
  /** Redis; absent = the memory of this process. */
  redisUrl?: string;
  threads?: number;
};

export async function openStore(options: StoreOptions): Promise<Store> {
  const dataDir = resolve(options.dataDir);
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    throw new InklingError('data_folder_unusable', `The data folder ${dataDir} cannot be made.`, {
      hint: 'Name a folder that you may write to with --data.',
      cause: error,
    });
  }
  const unlock = lockFolder(dataDir);
  const opened: { close(): Promise<void> }[] = [];
  try {
    const state = await openState({ path: join(dataDir, 'state'), url: options.databaseUrl });
    opened.push(state);
    const facts = await openFacts({
      path: join(dataDir, 'facts'),
      url: options.clickhouseUrl,
      cluster: options.clickhouseCluster,
      database: options.clickhouseDatabase,
      threads: options.threads,
    });
    opened.push(facts);
    await migrate(facts, state);
    const cache = options.redisUrl ? await openRedisCache(options.redisUrl) : openMemoryCache();
    opened.push(cache);
    return {
      facts,
      state,
      blobs: openBlobs(join(dataDir, 'blobs')),
      cache,
      dataDir,
      close: async () => {
        for (const engine of opened.reverse()) await engine.close();
        unlock();
      },
    };
  } catch (error) {
    for (const engine of opened.reverse()) await engine.close().catch(() => {});
    unlock();
    throw error;
  }
}

/** The engines that the environment names: CLICKHOUSE_URL, CLICKHOUSE_CLUSTER, CLICKHOUSE_DATABASE, DATABASE_URL, REDIS_URL. */
export function storeOptionsFrom(env: NodeJS.ProcessEnv, dataDir: string): StoreOptions {
  return {
    dataDir,
    clickhouseUrl: env['CLICKHOUSE_URL'],
    clickhouseCluster: env['CLICKHOUSE_CLUSTER'],
    clickhouseDatabase: env['CLICKHOUSE_DATABASE'],
    databaseUrl: env['DATABASE_URL'],
    redisUrl: env['REDIS_URL'] || undefined,
  };
}
