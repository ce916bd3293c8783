// Predictions while events arrive [WH-9][WH-10]: POST /api/v1/intent/predict over HTTP at a rate that does not wait for
// answers, beside batches of events at another, on a model learned from the simulated shop. `active`: the people who are
// asked about are those who send the events, so that most answers are worked out anew; `resting`: others send them, so that
// most answers are kept. The load is made in a process of its own, which shares the two cores.
// Run: node bench/answers.ts [--shoppers 5000] [--predictions 3000] [--events 5000] [--seconds 30] [--redis URL]

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
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
import { openClient } from './connection.ts';

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
    for (const [name, senders] of [
      ['active', ids],
      ['resting', others],
    ] as const) {
      await run({ ...common, asked: ids, senders, seconds: WARM_UP_S });
      const before = process.cpuUsage();
      const started = performance.now();
      const told = await run({ ...common, asked: ids, senders, seconds: Number(values.seconds) });
      const { user, system } = process.cpuUsage(before);
      const cores = ((user + system) / 1000 / (performance.now() - started)).toFixed(2);
      const { p50, p95, p99 } = told;
      const cells = [rates.predictions, told.answered, told.events].map(Math.round);
      const times = [p50, p95, p99].map((ms) => ms.toFixed(2));
      console.log(`| ${[name, ...cells, ...times, cores, loadavg()[0].toFixed(1)].join(' | ')} |`);
      if (told.failed > 0) console.log(`${told.failed} requests failed`);
    }
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

type Told = { answered: number; events: number; failed: number; p50: number; p95: number; p99: number };

async function run(settings: Load): Promise<Told> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--load'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(settings));
  return JSON.parse(await text(child.stdout)) as Told;
}

/** Two schedules that nothing holds up: what is answered late is measured from when it was due. */
async function load(): Promise<void> {
  const settings = JSON.parse(await text(process.stdin)) as Load;
  const { asked, senders, seconds } = settings;
  const times: number[] = [];
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
    times.push(ms);
    if (status === 200) counts.answered++;
    else counts.failed++;
  };
  const onTaken = (status: number) => {
    if (status === 200) counts.events += EVENTS_PER_BATCH;
    else counts.failed++;
  };
  const start = performance.now();
  await Promise.all([
    keepAsking(settings.port, { perSecond: settings.predictions, seconds, request: predict, onAnswer }),
    keepAsking(settings.port, {
      perSecond: settings.events / EVENTS_PER_BATCH,
      seconds,
      request: batch,
      onAnswer: onTaken,
    }),
  ]);
  const elapsed = (performance.now() - start) / 1000;
  const sorted = Float64Array.from(times).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const told: Told = {
    answered: counts.answered / elapsed,
    events: counts.events / elapsed,
    failed: counts.failed,
    ...{ p50: at(0.5), p95: at(0.95), p99: at(0.99) },
  };
  process.stdout.write(JSON.stringify(told));
}

function requestOf(path: string, authorization: string, value: object): string {
  const body = JSON.stringify(value);
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${authorization}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

type Asking = { perSecond: number; seconds: number; request(): string; onAnswer(status: number, ms: number): void };

async function keepAsking(port: number, { perSecond, seconds, request, onAnswer }: Asking): Promise<void> {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => openClient(port)));
  const free = [...clients];
  const waiting: { due: number; text: string }[] = [];
  let underWay = 0;
  const next = () => {
    while (free.length > 0 && waiting.length > 0) {
      const client = free.pop()!;
      const { due, text: sent } = waiting.shift()!;
      underWay++;
      client.ask(sent, (status) => {
        onAnswer(status, performance.now() - due);
        underWay--;
        free.push(client);
        next();
      });
    }
  };
  const start = performance.now();
  const all = Math.floor(perSecond * seconds);
  for (let made = 0; made < all; ) {
    const due = Math.min(all, Math.floor(((performance.now() - start) / 1000) * perSecond));
    for (; made < due; made++) waiting.push({ due: start + (made / perSecond) * 1000, text: request() });
    next();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  while (underWay > 0 || waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  for (const client of clients) client.close();
}
