// Training, scoring and live prediction on the simulated shop: seconds of each stage of the road, people scored a second,
// and the latency of POST /api/v1/intent/predict over real HTTP, beside GET /health as the floor of the same server.
// Run: node bench/predict.ts [shoppers]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMessages } from '../src/collect/index.ts';
import { createKey, ensureWorkspace } from '../src/govern/index.ts';
import { openServer, walkTheRoad } from '../src/server/index.ts';
import { openShop } from '../src/simulate/index.ts';
import { openStore } from '../src/store/index.ts';

const shoppers = Number(process.argv[2] ?? 5000);
const workspace = 'bench';
const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
const store = await openStore({ dataDir: folder });
try {
  const now = new Date();
  await ensureWorkspace(store, workspace, now);
  const shop = openShop({ shoppers, seed: 1 }, now);
  const started = performance.now();
  const events = await loadMessages(store, { workspace, source: 'bench', messages: shop.events(), now });
  const load = (performance.now() - started) / 1000;
  const road = await walkTheRoad(store, { workspace, timeframeDays: 14, asOf: shop.settings.end, now });
  const { seconds, scored } = road;
  console.log(
    `${events} events, ${road.people} people; peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB\n`,
  );
  console.log('| load s | identify s | features s | train s | score s | events loaded/s | people scored/s |');
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  const stages = [load, seconds.identify, seconds.features, seconds.train, seconds.score].map((s) => s.toFixed(1));
  console.log(`| ${stages.join(' | ')} | ${Math.round(events / load)} | ${Math.round(scored / seconds.score)} |\n`);
  await measureLatency();
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

async function measureLatency(): Promise<void> {
  const server = await openServer({ store, logLevel: 'silent' });
  const { key } = await createKey(store, { workspace, kind: 'secret', label: 'bench', now: new Date() });
  const people = await store.facts.rows<{ id: string }>(
    `SELECT leftPad(lower(hex(profile)), 16, '0') AS id FROM profiles WHERE workspace = 'bench' ORDER BY sipHash64(profile) LIMIT 300`,
  );
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const predict = (id: string) =>
    fetch(`${server.address}/api/v1/intent/predict`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ profileId: id }),
    });
  await (await predict(people[0].id)).text();
  console.log('| request | p50 ms | p95 ms | p99 ms | p50 / floor |');
  console.log('| --- | ---: | ---: | ---: | ---: |');
  const floor = await time(people, () => fetch(`${server.address}/ready`));
  print('GET /ready (floor)', floor, floor);
  print('predict, person not in memory', await time(people, ({ id }) => predict(id)), floor);
  const warm = people.slice(0, 50);
  const many = Array.from({ length: 2000 }, (_, i) => warm[i % warm.length]);
  print('predict, person in memory', await time(many, ({ id }) => predict(id)), floor);
  await server.close();
}

async function time<T>(items: readonly T[], request: (item: T) => Promise<Response>): Promise<Float64Array> {
  const taken = new Float64Array(items.length);
  for (const [i, item] of items.entries()) {
    const start = performance.now();
    const response = await request(item);
    await response.text();
    taken[i] = performance.now() - start;
    if (!response.ok) throw new Error(`${response.status} ${response.url}`);
  }
  return taken.sort();
}

function print(name: string, taken: Float64Array, floor: Float64Array): void {
  const at = (sorted: Float64Array, share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const cells = [0.5, 0.95, 0.99].map((share) => at(taken, share).toFixed(1));
  console.log(`| ${name} | ${cells.join(' | ')} | ${(at(taken, 0.5) / at(floor, 0.5)).toFixed(1)} |`);
}
