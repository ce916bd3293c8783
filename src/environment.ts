// Every environment variable that the product reads, in one table: docs/reference/environment.md is drawn from it, and a test
// holds it equal to what the code reads and to what the files in deploy/ set.

import { availableParallelism } from 'node:os';

type Variable = {
  meaning: string;
  /** Where it is not set. */
  usual: string;
  /** Never in a file that is kept with the code. */
  secret?: true;
};

export const environment: Readonly<Record<string, Variable>> = {
  INKLING_DATA: {
    meaning: 'The data folder: journal, memory of messages, model files, and the embedded engines.',
    usual: '.inkling',
  },
  INKLING_THREADS: {
    meaning: 'How many threads learning, scoring and each query may use. The results are the same.',
    usual: 'as many as there are cores',
  },
  HOST: { meaning: 'The address to listen on.', usual: '127.0.0.1' },
  PORT: { meaning: 'The port to listen on.', usual: '8020' },
  LOG_LEVEL: { meaning: 'trace, debug, info, warn, error or silent.', usual: 'warn' },
  CLICKHOUSE_URL: {
    meaning:
      'The ClickHouse server (http://user:password@host:8123), or every node of a cluster with commas in between.',
    usual: 'ClickHouse in the process, in the data folder',
    secret: true,
  },
  CLICKHOUSE_CLUSTER: {
    meaning: 'The name of the cluster in remote_servers; needed with several nodes.',
    usual: 'no cluster',
  },
  CLICKHOUSE_DATABASE: { meaning: 'The database there.', usual: 'inkling' },
  DATABASE_URL: {
    meaning: 'The PostgreSQL server (postgres://user:password@host:5432/database).',
    usual: 'PostgreSQL in the process, in the data folder',
    secret: true,
  },
  REDIS_URL: {
    meaning: 'The Redis (or Valkey) server in which several nodes share answers: redis://user:password@host:6379.',
    usual: 'the memory of each process',
    secret: true,
  },
  JOURNAL_URL: {
    meaning: 'The journal that several nodes share: nats://host:4222 of a NATS server with JetStream.',
    usual: 'files in the data folder',
    secret: true,
  },
  JOURNAL_PARTITION: {
    meaning: 'The part of the shared journal that this node ships, such as 1/3.',
    usual: '1/1',
  },
  JOURNAL_REPLICAS: {
    meaning: 'How many NATS servers keep each record of the shared journal.',
    usual: '1',
  },
  JOURNAL_MONITOR: { meaning: 'Where the NATS servers answer about themselves, http://host:8222.', usual: 'not asked' },
  INKLING_SECRET_KEY: {
    meaning: 'The key that secrets are encrypted with: 32 bytes in base64 or hex. The same on every node.',
    usual: 'secret.key in the data folder, made on first use',
    secret: true,
  },
  INKLING_LINKAGE_RECORDS: {
    meaning:
      'Records of people that matching holds in memory at most. A workspace with more is matched by full passes alone, in shares.',
    usual: '4000000',
  },
  METRICS_TOKEN: {
    meaning: 'The bearer token that a scraper sends for /metrics.',
    usual: 'anybody who reaches the service may read it',
    secret: true,
  },
  OUTBOUND_ALLOW: {
    meaning: 'What may be called beside public addresses: host names, addresses and ranges with commas in between.',
    usual: 'public addresses only',
  },
};

/** Threads that one piece of work may use: INKLING_THREADS, or as many as there are cores. */
export function threadsToUse(env: NodeJS.ProcessEnv = process.env): number {
  const named = Number(env['INKLING_THREADS']);
  return Number.isInteger(named) && named > 0 ? named : availableParallelism();
}
