// A real two-shard ClickHouse cluster for `npm run test:servers`, started from the engine of the chdb package (see
// clickhouse-node.c). Replication can't be tested this way: the engine has no interserver listener.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveLibchdb } from 'chdb/libchdb';
import { InklingError } from '../../src/errors.ts';

export type Cluster = {
  urls: string[];
  name: string;
  /** Ends a node at once, as a crash would. */
  kill(node: number): Promise<void>;
  /** Starts a node that was killed, on what it left. */
  restart(node: number): Promise<void>;
  stop(): void;
};

const NAME = 'inkling';

export async function startCluster(shards = 2): Promise<Cluster> {
  const program = compileNode();
  const folder = mkdtempSync(join(tmpdir(), 'inkling-cluster-'));
  const ports = await freePorts(shards * 2);
  const httpPorts = ports.slice(0, shards);
  const tcpPorts = ports.slice(shards);
  const config = join(folder, 'config.xml');
  writeFileSync(config, configuration(tcpPorts));
  const start = (i: number) => startNode(program, config, join(folder, `node${i + 1}`), httpPorts[i], tcpPorts[i]);
  const children = httpPorts.map((_, i) => start(i));
  const stop = () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const [i, port] of httpPorts.entries()) await untilReady(port, children[i]);
  } catch (error) {
    stop();
    throw error;
  }
  return {
    urls: httpPorts.map((port) => `http://127.0.0.1:${port}`),
    name: NAME,
    kill: async (node) => {
      children[node].kill('SIGKILL');
      await once(children[node], 'exit');
    },
    restart: async (node) => {
      children[node] = start(node);
      await untilReady(httpPorts[node], children[node]);
    },
    stop,
  };
}

function compileNode(): string {
  const source = fileURLToPath(new URL('./clickhouse-node.c', import.meta.url));
  const cache = fileURLToPath(new URL('../../node_modules/.cache/inkling/', import.meta.url));
  const program = join(cache, 'clickhouse-node');
  if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return program;
  mkdirSync(cache, { recursive: true });
  try {
    execFileSync('cc', ['-O1', '-o', program, source, '-ldl'], { stdio: 'pipe' });
  } catch (error) {
    throw new InklingError('unavailable', 'The ClickHouse node of the tests cannot be compiled.', {
      hint: 'Install a C compiler, on Debian: apt-get install gcc libc6-dev',
      cause: error,
    });
  }
  return program;
}

function configuration(tcpPorts: readonly number[]): string {
  const shards = tcpPorts.map((port) => `<shard><replica><host>127.0.0.1</host><port>${port}</port></replica></shard>`);
  return `<clickhouse><remote_servers><${NAME}>${shards.join('')}</${NAME}></remote_servers></clickhouse>\n`;
}

function startNode(program: string, config: string, path: string, http: number, tcp: number): ChildProcess {
  const forever =
    'SELECT sleepEachRow(1) FROM system.numbers SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 0 FORMAT Null';
  return spawn(
    program,
    [
      resolveLibchdb().path,
      `--config-file=${config}`,
      `--path=${path}`,
      `--http_port=${http}`,
      `--tcp_port=${tcp}`,
      '--listen_host=127.0.0.1',
      '--multiquery',
      `--query=SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; ${forever}`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
}

async function untilReady(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (child.exitCode !== null) break;
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/ping`);
      if (answer.ok) return;
    } catch {
      // not listening yet
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new InklingError('unavailable', `The ClickHouse node on port ${port} did not start.`);
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
