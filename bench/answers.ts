// Predictions while events arrive [WH-9][WH-10]: POST /api/v1/intent/predict over HTTP at a rate that does not wait for
// answers, beside batches of events at another, on a model learned from the simulated shop. `active`: the people who are
// asked about are those who send the events, so that most answers are worked out anew; `resting`: others send them, so that
// most answers are kept. The load is made in a process of its own, which shares the two cores; `bare` is what is left of it where
// a handler takes the same requests, reads them and answers something of that size: what lies above is ours.
// Run: node bench/answers.ts [--shoppers 5000] [--predictions 3000] [--events 5000] [--seconds 30] [--redis URL]

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadMessages } from '../src/collect/index.ts';
import { createKey, ensureWorkspace } from '../src/govern/index.ts';
import { openServer, walkTheRoad } from '../src/server/index.ts';
import { openShop } from '../src/simulate/index.ts';
import { openStore } from '../src/store/index.ts';
import { type Client, openClient } from './connection.ts';

const workspace = 'bench';
const EVENTS_PER_BATCH = 50;
const CONNECTIONS = 32;
const WARM_UP_S = 5;
/** Asked about; those who are live, whose histories are in memory. */
const PEOPLE = 1000;

type Load = {
  port: number;
  key: string;
  writeKey: string;
  asked: string[];
  senders: string[];
  predictions: number;
  events: number;
  seconds: number;
};

if (process.argv[2] === '--load') await load();
else await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      shoppers: { type: 'string', default: '5000' },
      predictions: { type: 'string', default: '3000' },
      events: { type: 'string', default: '5000' },
      seconds: { type: 'string', default: '30' },
      redis: { type: 'string' },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
  const store = await openStore({ dataDir: folder, redisUrl: values.redis });
  try {
    const now = new Date();
    const { writeKey } = await ensureWorkspace(store, workspace, now);
    const shop = openShop({ shoppers: Number(values.shoppers), seed: 1 }, now);
    await loadMessages(store, { workspace, source: 'bench', messages: shop.events(), now });
    const { model } = await walkTheRoad(store, { workspace, timeframeDays: 14, asOf: shop.settings.end, now });
    const people = await store.facts.rows<{ id: string }>(
      `SELECT anonymous_ids[1] AS id FROM profiles FINAL WHERE workspace = 'bench' AND notEmpty(anonymous_ids)
       ORDER BY sipHash64(profile) LIMIT ${PEOPLE}`,
    );
    const ids = people.map(({ id }) => id);
    const { key } = await createKey(store, { workspace, kind: 'secret', label: 'bench', now });
    const server = await openServer({ store, logLevel: 'silent' });
    const rates = { predictions: Number(values.predictions), events: Number(values.events) };
    const common = { port: Number(new URL(server.address).port), key, writeKey, ...rates };
    console.log(
      `${ids.length} people asked about, ${model.learner}, cache in ${values.redis ? 'Redis' : 'memory'}, histories in memory`,
    );
    console.log('| who sends | asked/s | answered/s | events/s | p50 ms | p95 ms | p99 ms | service, cores | load |');
    console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
    await meet(server.address, key, ids);
    const others = ids.map((_, i) => `other-${i}`);
    const bare = await openBareHandler(await sizeOfAnswer(server.address, key, ids[0]));
    for (const [name, senders, port] of [
      ['nobody: bare', others, bare.port],
      ['resting', others, common.port],
      ['active', ids, common.port],
    ] as const) {
      let [before, started] = [process.cpuUsage(), performance.now()];
      const told = await run({ ...common, port, asked: ids, senders, seconds: Number(values.seconds) }, () => {
        [before, started] = [process.cpuUsage(), performance.now()];
      });
      const { user, system } = process.cpuUsage(before);
      const cores = ((user + system) / 1000 / (performance.now() - started)).toFixed(2);
      const { p50, p95, p99 } = told;
      const cells = [rates.predictions, told.answered, told.events].map(Math.round);
      const times = [p50, p95, p99].map((ms) => ms.toFixed(2));
      console.log(`| ${[name, ...cells, ...times, cores, loadavg()[0].toFixed(1)].join(' | ')} |`);
      if (told.failed > 0) console.log(`${told.failed} requests failed`);
    }
    bare.close();
    await server.close();
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Everybody once, so that their histories are in memory. */
async function meet(address: string, key: string, ids: readonly string[]): Promise<void> {
  const left = [...ids];
  const started = performance.now();
  const ask = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const answer = await fetch(`${address}/api/v1/intent/predict`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ anonymousId: id }),
      });
      await answer.text();
    }
  };
  await Promise.all(Array.from({ length: 8 }, ask));
  console.error(`${ids.length} histories read in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

async function sizeOfAnswer(address: string, key: string, anonymousId: string): Promise<number> {
  const answer = await fetch(`${address}/api/v1/intent/predict`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ anonymousId }),
  });
  return (await answer.arrayBuffer()).byteLength;
}

async function openBareHandler(bytes: number): Promise<{ port: number; close(): void }> {
  const body = Buffer.alloc(bytes, ' ');
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString());
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes });
      response.end(body);
    });
  });
  // Connections that rest are not to be closed on the one who asks.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { port, close: () => void server.close() };
}

type Told = { answered: number; events: number; failed: number; p50: number; p95: number; p99: number };

/** `onWarm` hears when the time is up for both sides to get going. */
async function run(settings: Load, onWarm: () => void): Promise<Told> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--load'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(settings));
  let told = '';
  for await (const chunk of child.stdout) {
    if (told === '') onWarm();
    told += chunk;
  }
  return JSON.parse(told) as Told;
}

/**
 * Two schedules that nothing holds up: what is answered late is measured from when it was due. Every request is written
 * before the first is sent, or what the writing leaves behind would have to be swept up while times are taken.
 */
async function load(): Promise<void> {
  const settings = JSON.parse(await text(process.stdin)) as Load;
  const { asked, senders, seconds } = settings;
  const times = new Float64Array(settings.predictions * seconds);
  let told = 0;
  const counts = { answered: 0, events: 0, failed: 0 };
  const pick = (of: readonly string[]) => of[Math.floor(Math.random() * of.length)];
  const predict = () =>
    requestOf(`/api/v1/intent/predict`, `authorization: Bearer ${settings.key}`, { anonymousId: pick(asked) });
  const batch = () =>
    requestOf('/v1/batch', `x-write-key: ${settings.writeKey}`, {
      batch: Array.from({ length: EVENTS_PER_BATCH }, () => ({
        type: 'track',
        event: Math.random() < 0.8 ? 'Product Viewed' : 'Product Added',
        anonymousId: pick(senders),
        messageId: crypto.randomUUID(),
        properties: { product_id: `p${Math.floor(Math.random() * 500)}`, category: 'shoes', price: 20 },
      })),
    });
  const onAnswer = (status: number, ms: number) => {
    times[told++] = ms;
    if (status === 200) counts.answered++;
    else counts.failed++;
  };
  const onTaken = (status: number) => {
    if (status === 200) counts.events += EVENTS_PER_BATCH;
    else counts.failed++;
  };
  const clients = await openClients(settings.port);
  const batchesPerSecond = settings.events / EVENTS_PER_BATCH;
  const askFor = async (length: number, onAnswered: typeof onAnswer, onSent: typeof onTaken) => {
    const predictions = Array.from({ length: Math.floor(settings.predictions * length) }, predict);
    const batches = Array.from({ length: Math.floor(batchesPerSecond * length) }, batch);
    const begun = performance.now();
    await Promise.all([
      keepAsking(clients.predictions, { seconds: length, requests: predictions, onAnswer: onAnswered }),
      keepAsking(clients.batches, { seconds: length, requests: batches, onAnswer: onSent }),
    ]);
    return begun;
  };
  const ignore = () => {};
  await askFor(WARM_UP_S, ignore, ignore);
  process.stdout.write(' ');
  const start = await askFor(seconds, onAnswer, onTaken);
  for (const client of [...clients.predictions, ...clients.batches]) client.close();
  const elapsed = (performance.now() - start) / 1000;
  const sorted = times.subarray(0, told).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const figures: Told = {
    answered: counts.answered / elapsed,
    events: counts.events / elapsed,
    failed: counts.failed,
    ...{ p50: at(0.5), p95: at(0.95), p99: at(0.99) },
  };
  process.stdout.write(JSON.stringify(figures));
}

function requestOf(path: string, authorization: string, value: object): Buffer {
  const body = JSON.stringify(value);
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${authorization}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

type Asking = { seconds: number; requests: readonly Buffer[]; onAnswer(status: number, ms: number): void };

/** Asks at an even rate over so many seconds. */
async function keepAsking(clients: readonly Client[], { seconds, requests, onAnswer }: Asking): Promise<void> {
  const free = [...clients];
  const msApart = (seconds * 1000) / requests.length;
  let [due, sent, answered] = [0, 0, 0];
  const start = performance.now();
  const next = () => {
    while (free.length > 0 && sent < due) {
      const client = free.pop()!;
      const dueAt = start + sent * msApart;
      client.ask(requests[sent++], (status) => {
        onAnswer(status, performance.now() - dueAt);
        answered++;
        free.push(client);
        next();
      });
    }
  };
  while (answered < requests.length) {
    due = Math.min(requests.length, Math.ceil((performance.now() - start) / msApart));
    next();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function openClients(port: number) {
  const open = () => Promise.all(Array.from({ length: CONNECTIONS }, () => openClient(port)));
  return { predictions: await open(), batches: await open() };
}
