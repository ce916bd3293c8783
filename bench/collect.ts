// How many events a second the service acknowledges (after they are on disk), over real HTTP, with the load generator in
// a process of its own on the same machine; beside it a bare node:http handler that parses the same JSON and keeps
// nothing. Then how long an event takes until it can be queried, and whether memory stays flat; the parts of the way
// alone; and what telling messages apart costs with 10 million ids.
// Run: node bench/collect.ts [seconds] | fresh [seconds] | dedupe [ids]

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openSeen } from '../src/collect/dedupe/seen.ts';
import { faultOf, toEventRow } from '../src/collect/index.ts';
import { ensureWorkspace } from '../src/govern/index.ts';
import { openServer } from '../src/server/index.ts';
import { openStore, type Store } from '../src/store/index.ts';
import type { Load, LoadResult } from './collect-load.ts';
import { messageOf } from './collect-message.ts';

const count = (value: number) => Math.round(value).toLocaleString('en-US');
const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);

const [mode, amount] = process.argv.slice(2);
if (mode === 'dedupe') await measureDedupe(Number(amount ?? 10_000_000));
else if (mode === 'fresh') await measureFreshness(Number(amount ?? 60));
else await measureThroughput(Number(mode ?? 10));

async function measureThroughput(seconds: number): Promise<void> {
  measureParts();
  console.log(
    '\n| batch | connections | acknowledged/s | p50 ms | p99 ms | requests/s | bare handler | share | waiting after | ' +
      'cores: generator | service | its main thread |',
  );
  console.log(`|${' ---: |'.repeat(12)}`);
  for (const [batchSize, connections] of [
    [50, 16],
    [50, 32],
    [1000, 8],
    [1, 256],
  ]) {
    const load = { batchSize, connections, seconds, firstId: 0 };
    // Half before and half after, for the machine is not the same from one minute to the next.
    const half = { ...load, seconds: seconds / 2 };
    const before = await measureBare(half);
    const { service, cores, waiting } = await withService(async (door, _, backlog) => {
      const start = { all: process.cpuUsage(), main: process.threadCpuUsage() };
      const result = await runLoad({ ...load, ...door });
      const used = { all: process.cpuUsage(start.all), main: process.threadCpuUsage(start.main) };
      const perSecond = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6 / result.seconds;
      const spent = { all: perSecond(used.all), main: perSecond(used.main) };
      return { service: result, cores: spent, waiting: await backlog() };
    });
    const rate = (of: LoadResult, what: number) => what / of.seconds;
    const requests = rate(service, service.requests);
    const after = await measureBare(half);
    const bareRequests = (before.requests + after.requests) / (before.seconds + after.seconds);
    const cells = [
      batchSize,
      connections,
      count(rate(service, service.events)),
      service.p50.toFixed(1),
      service.p99.toFixed(1),
      count(requests),
      count(bareRequests),
      (requests / bareRequests).toFixed(2),
      count(waiting),
      service.cpuShare.toFixed(2),
      cores.all.toFixed(2),
      cores.main.toFixed(2),
    ];
    console.log(`| ${cells.join(' | ')} |${service.refused > 0 ? ` ${service.refused} refused` : ''}`);
  }
}

/** 20,000 events a second for a while: how old the newest row is that a query finds, and what memory does. */
async function measureFreshness(seconds: number): Promise<void> {
  console.log('| second | to queryable p50 ms | p99 ms | waiting | resident MB |');
  console.log('| ---: | ---: | ---: | ---: | ---: |');
  await withService(async (door, store, backlog) => {
    const running = runLoad({ ...door, batchSize: 50, connections: 16, seconds, rate: 20_000, firstId: 0 });
    let isOver = false;
    void running.finally(() => {
      isOver = true;
    });
    const start = performance.now();
    const all: number[] = [];
    let lags: number[] = [];
    let told = 0;
    while (!isOver) {
      // What was received before now minus the lag is there: the newest row's age is the age of the oldest that is not.
      const [row] = await store.facts.rows<{ last: string }>(
        'SELECT toUnixTimestamp64Milli(max(received_at)) AS last FROM events',
      );
      if (Number(row.last) > 0) lags.push(Date.now() - Number(row.last));
      await new Promise((resolve) => setTimeout(resolve, 20));
      const second = Math.floor((performance.now() - start) / 1000);
      if (second < told + Math.max(5, Math.round(seconds / 12))) continue;
      told = second;
      const { p50, p99 } = quantiles(lags);
      const waiting = await backlog();
      console.log(`| ${second} | ${p50} | ${p99} | ${count(waiting)} | ${megabytes(process.memoryUsage().rss)} |`);
      all.push(...lags);
      lags = [];
    }
    const result = await running;
    const { p50, p99 } = quantiles(all);
    const rate = count(result.events / result.seconds);
    console.log(
      `\n${rate} events/s, answers p99 ${result.p99.toFixed(1)} ms; to queryable p50 ${p50} ms, p99 ${p99} ms`,
    );
  });
}

function quantiles(values: readonly number[]): { p50: number; p99: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
  return { p50: at(0.5), p99: at(0.99) };
}

/** The steps between parsing and the journal, alone on this thread. */
function measureParts(): void {
  const messages = Array.from({ length: 20_000 }, (_, i) => messageOf(i));
  const arrival = { workspace: 'w', receivedAt: Date.now(), source: '' };
  const parts: [string, () => unknown][] = [
    ['check', () => messages.every((message) => !faultOf(message, 'batch[0]'))],
    ['to a row', () => messages.map((message) => toEventRow(message, arrival))],
  ];
  console.log('| part | events/s |\n| --- | ---: |');
  for (const [name, run] of parts) {
    const rates = Array.from({ length: 8 }, () => {
      const start = performance.now();
      run();
      return (messages.length / (performance.now() - start)) * 1000;
    });
    console.log(`| ${name} | ${Math.round(Math.max(...rates)).toLocaleString('en-US')} |`);
  }
}

/** Blocks of the usual size, a tenth of whose messages were seen before; ids of 10 days. */
async function measureDedupe(ids: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
  const journal = '0011223344556677';
  const onFault = (error: unknown) => {
    throw error;
  };
  const seen = await openSeen({ folder, position: { journal, shipped: 0 }, onFault });
  console.log('| ids | lines/s since the last row | resident MB | heap + buffers MB | filters MB | runs |');
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: |');
  let milliseconds = 0;
  let lines = 0;
  let made = 0;
  for (let block = 0; made < ids; block++) {
    const batch = Array.from({ length: 20_000 }, (_, i) => {
      const isRepeated = i % 10 === 9 && made > 0;
      const id = isRepeated ? Math.floor((((i * 7919 + block * 104_729) % 1_000_003) / 1_000_003) * made) : made++;
      const day = 1 + Math.floor((10 * made) / (ids + 1));
      const at = `2026-03-${String(day).padStart(2, '0')} 12:00:00.000`;
      const row = { workspace: 'default', message_id: `bench-${id}-0a1b2c3d4e5f`, type: 'track', at, received_at: at };
      return Buffer.from(`E${JSON.stringify(row)}`);
    });
    const start = performance.now();
    const fresh = await seen.judge({ journal, shipped: block }, batch);
    await seen.remember({ journal, shipped: block });
    milliseconds += performance.now() - start;
    lines += batch.length;
    if (block > 0 && fresh.length !== 18_000) throw new Error(`Block ${block}: ${fresh.length} of 18,000 are fresh.`);
    if (block % 50 !== 49 && made < ids) continue;
    const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
    const { runs, filterBytes } = seen.size();
    const rate = Math.round((lines / milliseconds) * 1000).toLocaleString('en-US');
    console.log(
      `| ${made.toLocaleString('en-US')} | ${rate} | ${megabytes(rss)} | ${megabytes(heapUsed + arrayBuffers)} | ` +
        `${megabytes(filterBytes)} | ${runs} |`,
    );
    lines = 0;
    milliseconds = 0;
  }
  await seen.close();
  rmSync(folder, { recursive: true, force: true });
}

type DoorOf = { port: number; writeKey: string };
type Backlog = () => Promise<number>;

async function withService<T>(work: (door: DoorOf, store: Store, backlog: Backlog) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
  const store = await openStore({ dataDir });
  try {
    const { writeKey } = await ensureWorkspace(store, 'default', new Date());
    const server = await openServer({ store, logLevel: 'error' });
    try {
      const port = Number(new URL(server.address).port);
      return await work({ port, writeKey }, store, () => health(port));
    } finally {
      await server.close();
    }
  } finally {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function health(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/health`);
  return ((await answer.json()) as { intake: { backlog: { events: number } } }).intake.backlog.events;
}

async function measureBare(load: Omit<Load, 'port' | 'writeKey'>): Promise<LoadResult> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const answer = '{"success":true}';
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
      response.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const result = await runLoad({ ...load, port, writeKey: 'none' });
  server.closeAllConnections();
  server.close();
  return result;
}

async function runLoad(load: Load): Promise<LoadResult> {
  const script = fileURLToPath(new URL('collect-load.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(load)]);
  return JSON.parse(stdout) as LoadResult;
}
