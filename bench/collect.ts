// How many events a second the service acknowledges (after they are on disk) and ships to the facts, over real HTTP,
// with the load generator in a thread of the same machine; beside it a bare node:http handler that parses the same
// JSON and keeps nothing, the parts of the way alone, and what telling messages apart costs with 10 million ids.
// Run: node bench/collect.ts [events], or node bench/collect.ts dedupe [ids]

import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openSeen } from '../src/collect/dedupe/seen.ts';
import { faultOf, type SegmentMessage, toEventRow } from '../src/collect/index.ts';
import { ensureWorkspace } from '../src/govern/index.ts';
import { openServer } from '../src/server/index.ts';
import { openStore } from '../src/store/index.ts';

type Load = { address: string; writeKey: string; events: number; batchSize: number; connections: number };
type Result = { seconds: number; p50: number; p99: number };

if (isMainThread && process.argv[2] === 'dedupe') await measureDedupe(Number(process.argv[3] ?? 10_000_000));
else if (isMainThread) await main(Number(process.argv[2] ?? 200_000));
else parentPort!.postMessage(await generateLoad(workerData as Load));

async function main(events: number): Promise<void> {
  measureParts();
  console.log('\n| batch | connections | acknowledged/s | p50 ms | p99 ms | shipped/s | bare handler/s |');
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const [batchSize, connections] of [
    [50, 16],
    [1000, 8],
    [1, 64],
  ]) {
    const amount = batchSize === 1 ? events / 10 : events;
    const load = { events: amount, batchSize, connections };
    const bare = await measureBare(load);
    const { result, shippedSeconds } = await measureService(load);
    const rate = (seconds: number) => Math.round(amount / seconds).toLocaleString('en-US');
    console.log(
      `| ${batchSize} | ${connections} | ${rate(result.seconds)} | ${result.p50.toFixed(1)} | ${result.p99.toFixed(1)} | ` +
        `${rate(shippedSeconds)} | ${rate(bare.seconds)} |`,
    );
  }
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
    const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);
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

async function measureService(
  load: Omit<Load, 'address' | 'writeKey'>,
): Promise<{ result: Result; shippedSeconds: number }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
  const store = await openStore({ dataDir });
  try {
    const { writeKey } = await ensureWorkspace(store, 'default', new Date());
    const server = await openServer({ store, logLevel: 'error' });
    const start = performance.now();
    const result = await runLoad({ ...load, address: server.address, writeKey });
    // Closing ships what is left.
    await server.close();
    return { result, shippedSeconds: (performance.now() - start) / 1000 };
  } finally {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measureBare(load: Omit<Load, 'address' | 'writeKey'>): Promise<Result> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString('utf8'));
      response.setHeader('content-type', 'application/json');
      response.end('{"success":true}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const result = await runLoad({ ...load, address: `http://127.0.0.1:${port}`, writeKey: 'none' });
  server.close();
  return result;
}

function runLoad(load: Load): Promise<Result> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: load });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

async function generateLoad({ address, writeKey, events, batchSize, connections }: Load): Promise<Result> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(address);
  const headers = { 'content-type': 'application/json', 'x-write-key': writeKey };
  const times: number[] = [];
  let next = 0;
  // Bodies are made before the clock starts: the generator shares the machine with the service.
  const bodies = Array.from({ length: Math.ceil(events / batchSize) }, (_, b) =>
    Buffer.from(
      batchSize === 1
        ? JSON.stringify(messageOf(b))
        : JSON.stringify({ batch: Array.from({ length: batchSize }, (_, i) => messageOf(b * batchSize + i)) }),
    ),
  );
  const path = batchSize === 1 ? '/v1/track' : '/v1/batch';
  const send = (body: Buffer) =>
    new Promise<void>((resolve, reject) => {
      const options = {
        agent,
        hostname,
        port,
        path,
        method: 'POST',
        headers: { ...headers, 'content-length': body.length },
      };
      const outgoing = request(options, (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`HTTP ${response.statusCode}`)),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  const start = performance.now();
  const client = async () => {
    while (next < bodies.length) {
      const body = bodies[next++];
      const sent = performance.now();
      await send(body);
      times.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const quantile = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { seconds, p50: quantile(0.5), p99: quantile(0.99) };
}

/** About 450 bytes, so that a thousand stay under Segment's 500 kB a batch. */
function messageOf(i: number): SegmentMessage {
  return {
    type: 'track',
    messageId: `bench-${i}-0a1b2c3d4e5f`,
    anonymousId: `visitor-${i % 5000}`,
    timestamp: new Date(1_760_000_000_000 + i * 100).toISOString(),
    event: 'Product Viewed',
    properties: { product_id: `p${i % 500}`, category: 'Shoes', brand: 'Heron', price: 49.9, currency: 'EUR' },
    context: {
      library: { name: 'analytics.js', version: '2.0.0' },
      page: { url: `https://shop.example/p/${i % 500}`, path: `/p/${i % 500}` },
      locale: 'de-DE',
    },
  };
}
