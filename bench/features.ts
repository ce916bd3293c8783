// How long it takes to resolve everyone and to take a snapshot of every signal, and the memory it takes. The people are
// made by SQL: four visits of five events each in 180 days; two of five log in from their third visit on.
// Run: node bench/features.ts [--people 1000000] [--threads 2]   (20 events a person)

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openLivePeople, readMatrix, signals, streamFeatures, takeSnapshot } from '../src/features/index.ts';
import { followBlock, resolveAll } from '../src/identify/index.ts';
import { openStore, type Store } from '../src/store/index.ts';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '1000000' },
    threads: { type: 'string' },
    stage: { type: 'string' },
    data: { type: 'string' },
  },
});
const people = Number(values.people);
const EVENTS_PER_PERSON = 20;
const PEOPLE_PER_INSERT = 100_000;
const workspace = 'bench';
const now = new Date('2024-07-01T00:00:00Z');

if (values.stage) await run(values.stage, values.data!);
else {
  // Each stage in a process of its own, so that the memory of one does not count for the other.
  const data = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
  try {
    console.log(
      `| ${whole(people)} people, ${whole(people * EVENTS_PER_PERSON)} events | seconds | CPU seconds | peak RSS, MB |\n| --- | ---: | ---: | ---: |`,
    );
    for (const stage of ['make', 'resolve', 'snapshot', 'matrix', 'stream', 'live']) {
      const child = spawnSync(
        process.execPath,
        [fileURLToPath(import.meta.url), '--stage', stage, '--data', data, ...process.argv.slice(2)],
        { stdio: 'inherit' },
      );
      if (child.status !== 0) process.exit(child.status ?? 1);
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function run(stage: string, dataDir: string): Promise<void> {
  const store = await openStore({ dataDir, threads: values.threads ? Number(values.threads) : undefined });
  const stages: Record<string, (store: Store) => Promise<string>> = { make, resolve, snapshot, matrix, stream, live };
  const started = performance.now();
  const before = process.cpuUsage();
  const words = await stages[stage](store);
  const used = process.cpuUsage(before);
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `| ${words} | ${seconds.toFixed(1)} | ${((used.user + used.system) / 1e6).toFixed(1)} | ${whole(process.resourceUsage().maxRSS / 1024)} |`,
  );
  await store.close();
}

async function make({ facts }: Store): Promise<string> {
  for (let from = 0; from < people; from += PEOPLE_PER_INSERT) {
    const rows = Math.min(PEOPLE_PER_INSERT, people - from) * EVENTS_PER_PERSON;
    await facts.command(eventsSql(from * EVENTS_PER_PERSON, rows), { workspace });
  }
  return 'making them by SQL';
}

async function resolve(store: Store): Promise<string> {
  const { people: found, linked, sessions } = await resolveAll(store, { workspace, now });
  return `resolving: ${whole(found)} people, ${whole(linked)} identifiers linked, ${whole(sessions)} sessions`;
}

async function snapshot(store: Store): Promise<string> {
  const { people: found } = await takeSnapshot(store, { workspace, asOf: now, now });
  return `a snapshot: ${whole(found)} people × ${signals.length} signals`;
}

async function matrix(store: Store): Promise<string> {
  const { signalSet } = await takenSnapshot(store);
  const sample = { maxRows: 200_000, seed: 1 };
  const label = { event: 'purchase', timeframeDays: 30 };
  const { x } = await readMatrix(store, { workspace, signalSet, asOf: [now], sample, label });
  return `reading ${whole(x.rows)} rows with labels to learn from`;
}

async function stream(store: Store): Promise<string> {
  const { signalSet } = await takenSnapshot(store);
  let rows = 0;
  for await (const block of streamFeatures(store, { workspace, signalSet, asOf: now })) rows += block.x.rows;
  return `streaming ${whole(rows)} rows to score`;
}

async function live(store: Store): Promise<string> {
  const person = openLivePeople(store, { workspace });
  const times: number[] = [];
  const again: number[] = [];
  for (let i = 0; i < 300; i++) {
    for (const list of [times, again]) {
      const started = performance.now();
      await person.features(`d${i * 7}`, now);
      list.push(performance.now() - started);
    }
  }
  const block = Array.from({ length: 1000 }, (_, i) => ({
    ...{ type: 'track', anchor: `u:late${i}`, user_id: `late${i}`, anonymous_id: `d${i}`, previous_id: '' },
    ...{ email_hash: '', phone_hash: '', message_id: `late-${i}`, at: '2024-06-30 23:59:59.000' },
  }));
  const started = performance.now();
  const { moved } = await followBlock(store, workspace, block, { now });
  const following = performance.now() - started;
  return (
    `live signals of 300 people: p50 ${at(times, 0.5)}, p99 ${at(times, 0.99)} ms from the facts, ` +
    `p50 ${at(again, 0.5)} ms from memory; a block of 1,000 new logins followed in ${following.toFixed(0)} ms (${moved.length} moved)`
  );
}

async function takenSnapshot({ facts }: Store): Promise<{ signalSet: string }> {
  const [row] = await facts.rows<{ signalSet: string }>(
    'SELECT any(signal_set) AS signalSet FROM features WHERE workspace = {workspace:String}',
    { workspace },
  );
  return row;
}

function eventsSql(from: number, rows: number): string {
  const names = [
    'page_view',
    'page_view',
    'product_view',
    'product_view',
    'search_performed',
    'scroll',
    'add_to_cart',
    'purchase',
  ];
  const shown = `event IN ('product_view', 'add_to_cart', 'purchase')`;
  const line = (value: string) => `if(${shown}, [${value}], [])`;
  return `INSERT INTO events (workspace, message_id, type, event, at, received_at, anonymous_id, user_id, anchor, source,
      platform, device_type, page_path, traffic_source, medium, revenue, product_ids, categories, brands, prices, quantities, properties)
    WITH number + ${from} AS n, intDiv(n, ${EVENTS_PER_PERSON}) AS person, n % ${EVENTS_PER_PERSON} AS step, intDiv(step, 5) AS visit,
      ['${names.join("', '")}'][1 + cityHash64(n, 1) % ${names.length}] AS event, cityHash64(n, 2) % 5000 AS product,
      toDateTime64('2024-01-01 00:00:00', 3, 'UTC') + toIntervalSecond(cityHash64(person, visit) % 15500000 + step % 5 * 120) AS moment,
      if(cityHash64(person) % 5 < 2 AND visit > 1, concat('u', toString(person)), '') AS user, concat('d', toString(person)) AS device
    SELECT {workspace:String}, toString(n), 'track', event, moment, moment, device, user,
      if(user = '', concat('a:', device), concat('u:', user)), 'bench', if(person % 3 = 0, 'ios', 'web'),
      if(person % 2 = 0, 'mobile', 'desktop'), concat('/', toString(product)), 'google', if(person % 4 = 0, 'cpc', 'organic'),
      if(event = 'purchase', 10 + product % 90, 0), ${line(`concat('p', toString(product))`)}, ${line(`concat('c', toString(product % 20))`)},
      ${line(`concat('b', toString(product % 50))`)}, ${line('toFloat32(10 + product % 90)')}, ${line('toFloat32(1)')}, '{}'
    FROM numbers(${rows})`;
}

function at(times: number[], level: number): string {
  return times.toSorted((a, b) => a - b)[Math.floor(level * (times.length - 1))].toFixed(1);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
