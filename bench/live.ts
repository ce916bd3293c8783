// From the event to what is known of its person: how long after an event was sent its signal and its visit are there
// over HTTP, while others send in the background.
// Run: node bench/live.ts [--rate 2000] [--probes 150]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { createKey, ensureWorkspace } from '../src/govern/index.ts';
import { openServer } from '../src/server/index.ts';
import { openStore } from '../src/store/index.ts';

type Load = { address: string; writeKey: string; rate: number };

if (isMainThread) await main();
else await sendForEver(workerData as Load);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rate: { type: 'string', default: '2000' }, probes: { type: 'string', default: '150' } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
  const store = await openStore({ dataDir: folder });
  const now = new Date();
  const { writeKey } = await ensureWorkspace(store, 'bench', now);
  const { key } = await createKey(store, { workspace: 'bench', kind: 'secret', label: 'bench', now });
  const server = await openServer({ store, logLevel: 'silent' });
  const load = { address: server.address, writeKey, rate: Number(values.rate) };
  const worker = new Worker(new URL(import.meta.url), { workerData: load });
  try {
    await new Promise((resolve) => setTimeout(resolve, 8000));
    const read = async (path: string) => {
      const response = await fetch(`${server.address}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } });
      return (await response.json()) as Record<string, never>;
    };
    const features: number[] = [];
    const visits: number[] = [];
    await read('/live/sessions?limit=0');
    for (let i = 0; i < Number(values.probes); i++) {
      const userId = `probe-${i % 30}`;
      const seen = 1 + Math.floor(i / 30);
      const started = performance.now();
      await post(load, 'page', { userId, properties: { path: `/${i}`, url: `https://shop.example/${i}` } });
      const known = async () => (await read(`/people/${userId}/features`))?.['values']?.['pages_last_visit'] === seen;
      while (!(await known())) await new Promise((resolve) => setTimeout(resolve, 10));
      features.push(performance.now() - started);
      const there = async () =>
        ((await read(`/live/sessions?person=${userId}`))['sessions'] as { exitPage: string }[]).some(
          ({ exitPage }) => exitPage === `/${i}`,
        );
      while (!(await there())) await new Promise((resolve) => setTimeout(resolve, 10));
      visits.push(performance.now() - started);
    }
    const [health, live] = [await read('/../../health'), await read('/live/sessions?limit=0')];
    console.log(`background ${load.rate} events/s, ${(live as { active?: number }).active} visits under way
| from sending an event to | p50 ms | p99 ms | longest ms |\n| --- | ---: | ---: | ---: |`);
    for (const [name, times] of [
      ['its signal, over HTTP', features],
      ['its visit among those under way', visits],
    ] as const) {
      const sorted = times.toSorted((a, b) => a - b);
      const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
      console.log(`| ${name} | ${at(0.5)} | ${at(0.99)} | ${Math.round(sorted.at(-1)!)} |`);
    }
    console.log(`duplicates ${JSON.stringify(health['intake'])}; ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
  } finally {
    await worker.terminate();
    await server.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sendForEver(load: Load): Promise<void> {
  const size = Math.max(1, Math.round(load.rate / 20));
  for (let i = 0, due = performance.now(); ; i++, due += 50) {
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const batch = Array.from({ length: size }, (_, j) => {
      const visitor = Math.floor(Math.random() * 20_000);
      const page = { path: `/p/${(i * size + j) % 500}`, url: `https://shop.example/p/${(i * size + j) % 500}` };
      return { type: 'page', anonymousId: `visitor-${visitor}`, properties: page, context: { page } };
    });
    await post(load, 'batch', { batch });
  }
}

async function post({ address, writeKey }: Load, call: string, body: object): Promise<void> {
  const response = await fetch(`${address}/v1/${call}`, {
    method: 'POST',
    headers: { 'x-write-key': writeKey },
    body: JSON.stringify(body),
  });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
}
