// Facts: ClickHouse SQL, spoken through the official client whichever engine is underneath (see engines.ts).
// Statements on one connection queue behind each other in the embedded engine, so work runs in lanes: what people
// wait for ('online') never queues behind a shipment ('ingest'), people being drawn anew after one ('follow') or a
// training query ('batch').

import { mkdirSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { threadsToUse } from '../environment.ts';
import { InklingError } from '../errors.ts';
import { loadEmbedded } from './embedded.ts';
import { type FactsCapabilities, type FactsEngine, factsEngines } from './engines.ts';
import { type Params, quote, withoutValues } from './literals.ts';

export type Lane = 'ingest' | 'online' | 'follow' | 'batch';

/** token: the same token twice inserts once. */
export type InsertOptions = { token?: string; lane?: Lane };

/** Rows in RowBinary (row-writer.ts), the columns in that order. */
export type BinaryRows = { columns: readonly string[]; rows: number; bytes: Uint8Array };

export interface Facts {
  readonly engine: FactsEngine;
  readonly capabilities: FactsCapabilities;
  /** Rows as objects; 64-bit integers arrive as strings, NaN as the string 'nan'. */
  rows<T>(sql: string, params?: Params, lane?: Lane): Promise<T[]>;
  /** Whether any row fits; looks no further than the first that does. */
  holds(table: string, where: string, params?: Params, lane?: Lane): Promise<boolean>;
  /** The result in RowBinary, in chunks that may cut a row anywhere. */
  binary(sql: string, params?: Params, lane?: Lane): AsyncIterable<Uint8Array>;
  /** A statement without a result: DDL, INSERT … SELECT. */
  command(sql: string, params?: Params, lane?: Lane): Promise<void>;
  /** Inserts objects by column name. The same token twice inserts once. */
  insert(table: string, rows: readonly object[], options?: InsertOptions): Promise<void>;
  /** Inserts rows that are already JSON text, one a line (chunks may end anywhere). */
  insertLines(table: string, chunks: readonly Uint8Array[], options?: InsertOptions): Promise<void>;
  /** Inserts rows in RowBinary: ten times as fast as lines where rows are many. */
  insertBinary(table: string, rows: BinaryRows, options?: Pick<InsertOptions, 'lane'>): Promise<void>;
  /** Deletes rows of a table on every node that holds some. */
  remove(table: string, where: string, params?: Params, lane?: Lane): Promise<void>;
  /**
   * Writes a table anew on the nodes where much of it goes without its projections, as after a deletion; what was deleted is
   * then gone from the disk as well. Returns whether any was.
   */
  tidy(table: string): Promise<boolean>;
  /** Runs one DDL statement of a schema file, split over the nodes where tables are sharded. */
  define(statement: string): Promise<void>;
  close(): Promise<void>;
}

export type FactsOptions = {
  /** Folder of the embedded engine; used when there is no URL. */
  path: string;
  /** `http://user:password@host:8123`, several with commas in between (every node of the cluster). */
  url?: string;
  /** Name of the cluster in `remote_servers`; needed with several nodes. */
  cluster?: string;
  database?: string;
  threads?: number;
};

/** So much of a table may go without its projections. */
const BARE_SHARE = 0.05;
const LANES: readonly Lane[] = ['ingest', 'online', 'follow', 'batch'];

export async function openFacts(options: FactsOptions): Promise<Facts> {
  const urls = (options.url ?? '').split(',').filter(Boolean);
  const engine: FactsEngine = urls.length === 0 ? 'embedded' : options.cluster ? 'cluster' : 'server';
  if (urls.length > 1 && !options.cluster) {
    throw new InklingError('invalid_input', `CLICKHOUSE_URL names ${urls.length} nodes but no cluster.`, {
      field: 'CLICKHOUSE_CLUSTER',
      hint: 'Set CLICKHOUSE_CLUSTER to the name of the cluster in remote_servers, or give one URL.',
    });
  }
  const capabilities = factsEngines[engine];
  const database = options.database ?? 'inkling';
  const settings = { ...capabilities.settings, max_threads: options.threads ?? threadsToUse() };
  if (urls.length > 0) await createDatabase(urls, database);
  const embed = urls.length === 0 ? await loadEmbedded() : undefined;
  const connect = (url: string | undefined) =>
    url === undefined
      ? createClient({ connection: embed?.(options.path, settings) })
      : createClient({
          url,
          database,
          // Without progress headers a proxy in between takes a long query for a dead connection.
          clickhouse_settings: {
            ...settings,
            send_progress_in_http_headers: 1,
            http_headers_progress_interval_ms: '20000',
          } as unknown as ClickHouseSettings,
          request_timeout: 3_600_000,
          // Whoever asked is told what failed; said twice, it would quote statements in the log.
          log: { level: ClickHouseLogLevel.OFF },
          max_open_connections: 8,
        });
  const clients = Object.fromEntries(LANES.map((lane) => [lane, connect(urls[0])])) as Record<Lane, ClickHouseClient>;
  const nodes = urls.length > 1 ? urls.map(connect) : [clients.batch];
  const incoming = capabilities.readsLocalFiles ? emptyFolder(join(dirname(options.path), 'incoming')) : undefined;
  return new ClickHouseFacts(engine, capabilities, clients, nodes, options.cluster, database, incoming);
}

class ClickHouseFacts implements Facts {
  readonly engine: FactsEngine;
  readonly capabilities: FactsCapabilities;
  private readonly clients: Record<Lane, ClickHouseClient>;
  private readonly nodes: readonly ClickHouseClient[];
  private readonly cluster: string | undefined;
  private readonly database: string;
  /** Where blocks wait for an engine that reads them from files. */
  private readonly incoming: string | undefined;
  private files = 0;

  constructor(
    engine: FactsEngine,
    capabilities: FactsCapabilities,
    clients: Record<Lane, ClickHouseClient>,
    nodes: readonly ClickHouseClient[],
    cluster: string | undefined,
    database: string,
    incoming: string | undefined,
  ) {
    this.engine = engine;
    this.capabilities = capabilities;
    this.clients = clients;
    this.nodes = nodes;
    this.cluster = cluster;
    this.database = database;
    this.incoming = incoming;
  }

  async rows<T>(sql: string, params?: Params, lane: Lane = 'online'): Promise<T[]> {
    try {
      const result = await this.clients[lane].query({ query: sql, query_params: params, format: 'JSONEachRow' });
      return await result.json<T>();
    } catch (error) {
      throw explain(error, sql, params);
    }
  }

  /**
   * In the order of the key, which every table begins with its workspace: a limit without an order has a cluster break off
   * its other nodes as soon as one has answered, and a node that is broken off while it reads may end (chdb 26.7 does).
   */
  async holds(table: string, where: string, params?: Params, lane: Lane = 'online'): Promise<boolean> {
    return (
      (await this.rows(`SELECT 1 FROM ${table} WHERE ${where} ORDER BY workspace LIMIT 1`, params, lane)).length > 0
    );
  }

  async *binary(sql: string, params?: Params, lane: Lane = 'batch'): AsyncIterable<Uint8Array> {
    try {
      const result = await this.clients[lane].exec({ query: `${sql} FORMAT RowBinary`, query_params: params });
      for await (const chunk of result.stream) yield chunk as Uint8Array;
    } catch (error) {
      throw explain(error, sql, params);
    }
  }

  async command(sql: string, params?: Params, lane: Lane = 'batch'): Promise<void> {
    await runOn(this.clients[lane], sql, params);
  }

  async insert(table: string, rows: readonly object[], options: InsertOptions = {}): Promise<void> {
    if (rows.length > 0) await this.insertLines(table, encodeRows(rows), options);
  }

  async insertLines(table: string, chunks: readonly Uint8Array[], options: InsertOptions = {}): Promise<void> {
    // In the statement, not beside it: the embedded engine takes none beside it (and would keep it for the next ones).
    const token = options.token ? ` SETTINGS insert_deduplication_token = ${quote(options.token)}` : '';
    await this.send(this.clients[options.lane ?? 'ingest'], table, chunks, {
      file: (path) => `INSERT INTO ${table} FROM INFILE ${quote(path)}${token} FORMAT JSONEachRow`,
      body: `INSERT INTO ${table}${token} FORMAT JSONEachRow`,
    });
  }

  async insertBinary(
    table: string,
    { columns, rows, bytes }: BinaryRows,
    { lane = 'ingest' }: Pick<InsertOptions, 'lane'> = {},
  ): Promise<void> {
    if (rows === 0) return;
    const names = columns.join(', ');
    const types = await this.plainTypesOf(table, lane);
    const structure = quote(columns.map((column) => `${column} ${types.get(column)}`).join(', '));
    // Texts of low cardinality are read as plain ones and numbered a block at a time: one by one they take four times as long.
    const from = (source: string) => `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${source}`;
    await this.send(this.clients[lane], table, [bytes], {
      file: (path) => from(`file(${quote(path)}, 'RowBinary', ${structure})`),
      body: from(`input(${structure}) FORMAT RowBinary`),
    });
  }

  /** The types of a table's columns without the dictionaries of low cardinality. */
  private async plainTypesOf(table: string, lane: Lane): Promise<ReadonlyMap<string, string>> {
    const columns = await this.rows<{ name: string; type: string }>(`DESCRIBE TABLE ${table}`, undefined, lane);
    const plain = (type: string) => type.replace(/LowCardinality\(((?:[^()]|\([^()]*\))*)\)/g, '$1');
    return new Map(columns.map(({ name, type }) => [name, plain(type)]));
  }

  /** Sends an insert with its rows: the embedded engine reads them from a file, others from the request. */
  private async send(
    client: ClickHouseClient,
    table: string,
    chunks: readonly Uint8Array[],
    query: { file: (path: string) => string; body: string },
  ): Promise<void> {
    try {
      if (this.incoming) {
        this.files += 1;
        await insertFromFile(client, join(this.incoming, `${this.files}`), chunks, query.file);
      } else {
        const { stream } = await client.exec({
          query: query.body,
          values: Readable.from(chunks, { objectMode: false }),
        });
        // A statement that takes long has its status sent before its fate is known: a late failure stands in the body.
        const complaint = await text(stream);
        if (complaint.trim() !== '') throw new Error(complaint.slice(0, 1000));
      }
    } catch (error) {
      throw explain(error, `INSERT INTO ${table}`);
    }
  }

  async remove(table: string, where: string, params?: Params, lane: Lane = 'batch'): Promise<void> {
    const name = this.capabilities.sharded ? `${table}_local` : table;
    const nodes = this.nodes.length > 1 ? this.nodes : [this.clients[lane]];
    for (const node of nodes) await runOn(node, `DELETE FROM ${name} WHERE ${where}`, params);
  }

  async tidy(table: string): Promise<boolean> {
    const name = this.capabilities.sharded ? `${table}_local` : table;
    let any = false;
    for (const node of this.nodes) {
      const result = await node.query({
        query: `SELECT sumIf(rows, NOT hasAll(projections, made)) AS bare, sum(rows) AS all, any(made) AS wanted
          FROM system.parts, (SELECT groupArray(name) AS made FROM system.projections
            WHERE database = currentDatabase() AND table = {name:String}) AS one
          WHERE database = currentDatabase() AND table = {name:String} AND active`,
        query_params: { name },
        format: 'JSONEachRow',
      });
      const [{ bare, all, wanted }] = await result.json<{ bare: string; all: string; wanted: string[] }>();
      if (Number(bare) <= BARE_SHARE * Number(all)) continue;
      // In one mutation: a projection made of a part that still holds deleted rows would show them.
      const made = wanted.map((projection) => `MATERIALIZE PROJECTION ${projection}`);
      await runOn(node, `ALTER TABLE ${name} ${['APPLY DELETED MASK', ...made].join(', ')}`);
      any = true;
    }
    return any;
  }

  async define(statement: string): Promise<void> {
    for (const sql of this.capabilities.sharded ? this.spread(statement) : [withoutShardKey(statement)]) {
      for (const node of this.nodes) await runOn(node, sql);
    }
  }

  async close(): Promise<void> {
    const all = new Set([...Object.values(this.clients), ...this.nodes]);
    for (const client of all) await client.close();
  }

  /**
   * A table becomes NAME_local and a Distributed NAME; a change of columns reaches both, one of settings, projections or
   * indexes only the former; views stay as they are.
   */
  private spread(statement: string): string[] {
    const shardKey = statement.match(/--\s*shard by\s+(.+?)\s*$/m)?.[1];
    const plain = withoutShardKey(statement);
    const table = plain.match(/^CREATE TABLE (?:IF NOT EXISTS )?(\w+)/m)?.[1];
    if (table) {
      return [
        plain.replace(/^CREATE TABLE (?:IF NOT EXISTS )?\w+/m, `CREATE TABLE IF NOT EXISTS ${table}_local`),
        `CREATE TABLE IF NOT EXISTS ${table} AS ${table}_local ` +
          `ENGINE = Distributed('${this.cluster}', '${this.database}', '${table}_local', ${shardKey ?? 'rand()'})`,
      ];
    }
    const altered = plain.match(/^ALTER TABLE (\w+)/m)?.[1];
    if (!altered) return [plain];
    const local = plain.replace(`ALTER TABLE ${altered}`, `ALTER TABLE ${altered}_local`);
    return /\b(MODIFY SETTING|ADD PROJECTION|ADD INDEX|MATERIALIZE INDEX)\b/.test(plain) ? [local] : [local, plain];
  }
}

async function runOn(client: ClickHouseClient, sql: string, params?: Params): Promise<void> {
  try {
    await client.command({ query: sql, query_params: params });
  } catch (error) {
    throw explain(error, sql, params);
  }
}

/** Inline data passes chDB's statement splitter at 20 MB/s; from a file the same rows arrive five times as fast. */
async function insertFromFile(
  client: ClickHouseClient,
  file: string,
  chunks: readonly Uint8Array[],
  query: (path: string) => string,
): Promise<void> {
  try {
    const handle = await open(file, 'wx');
    try {
      for (const chunk of chunks) await handle.writeFile(chunk);
    } finally {
      await handle.close();
    }
    await client.command({ query: query(file) });
  } finally {
    await rm(file, { force: true });
  }
}

/** Rows as JSON lines, some thousand a chunk, so that no string grows past what the runtime can hold. */
function encodeRows(rows: readonly object[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let from = 0; from < rows.length; from += 5000) {
    const lines = rows.slice(from, from + 5000).map((row) => JSON.stringify(row));
    chunks.push(Buffer.from(`${lines.join('\n')}\n`));
  }
  return chunks;
}

function emptyFolder(path: string): string {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return path;
}

async function createDatabase(urls: readonly string[], database: string): Promise<void> {
  for (const url of urls) {
    const client = createClient({ url });
    try {
      await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` });
    } catch (error) {
      throw new InklingError('engine_failed', `ClickHouse at ${withoutPassword(url)} cannot be used.`, {
        hint: 'Check CLICKHOUSE_URL, the user and the password, and that the server answers /ping.',
        cause: error,
      });
    } finally {
      await client.close();
    }
  }
}

function withoutPassword(url: string): string {
  return url.replace(/:[^:@/]*@/, ':…@');
}

function withoutShardKey(statement: string): string {
  return statement.replace(/--\s*shard by .*$/m, '').trim();
}

function explain(error: unknown, sql: string, params?: Params): InklingError {
  if (error instanceof InklingError) return error;
  const message = withoutValues(error instanceof Error ? error.message : String(error), params);
  const first = sql.trim().split('\n')[0].slice(0, 120);
  // Without its cause, which a log would write out, values and all.
  return new InklingError('engine_failed', `ClickHouse refused "${first}": ${message}`);
}
