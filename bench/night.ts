// The night at size [INT-3]: features and scores of everybody, with exact reasons, and the day after on which two people in a
// hundred did something. People are made by SQL: ten visits of five events each in 180 days, two of five log in from the
// sixth visit on, and each buys as often as suits them. Every stage runs in a process of its own.
// Run: node bench/night.ts [--people 1000000] [--threads 2] [--data FOLDER, kept, stages that were done are left out]

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { forgetSnapshots } from '../src/features/index.ts';
import { resolveAll } from '../src/identify/index.ts';
import {
  countMatching,
  findActiveModel,
  listSegments,
  scoreEveryone,
  segmentDrivers,
  trainModel,
} from '../src/predict/index.ts';
import { openStore, type Store } from '../src/store/index.ts';
import { addDays, DAY_MS, fromClickHouseTime, startOfDay, toClickHouseTime } from '../src/time.ts';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '1000000' },
    threads: { type: 'string' },
    stage: { type: 'string' },
    only: { type: 'string' },
    data: { type: 'string' },
  },
});
const people = Number(values.people);
const EVENTS_PER_PERSON = 50;
const PEOPLE_TO_LEARN_FROM = 40_000;
const PEOPLE_PER_INSERT = 50_000;
const workspace = 'bench';
const end = new Date('2025-06-30T00:00:00Z');
const now = end;

const stages: Record<string, (store: Store) => Promise<string>> = { learn, make, resolve, earlier, night, pages, day };
/** What is done once for a folder that is kept. */
const preparations = new Set(['learn', 'make', 'resolve', 'earlier']);

if (values.stage) await run(values.stage, values.data!);
else {
  const data = values.data ?? mkdtempSync(join(tmpdir(), 'inkling-bench-'));
  try {
    console.log(
      `| ${whole(people)} people, ${whole(people * EVENTS_PER_PERSON)} events | seconds | CPU seconds | peak RSS, MB | load |`,
    );
    console.log('| --- | ---: | ---: | ---: | ---: |');
    for (const stage of values.only?.split(',') ?? Object.keys(stages)) {
      const done = join(data, `${stage}.done`);
      if (existsSync(done)) continue;
      const again = [fileURLToPath(import.meta.url), '--stage', stage, '--data', data, '--people', String(people)];
      const threads = values.threads ? ['--threads', values.threads] : [];
      const child = spawnSync(process.execPath, [...again, ...threads], { stdio: 'inherit' });
      if (child.status !== 0) process.exit(child.status ?? 1);
      if (preparations.has(stage)) writeFileSync(done, '');
    }
  } finally {
    if (!values.data) rmSync(data, { recursive: true, force: true });
  }
}

async function run(stage: string, dataDir: string): Promise<void> {
  const store = await openStore({ dataDir, threads: values.threads ? Number(values.threads) : undefined });
  const started = performance.now();
  const before = process.cpuUsage();
  const words = await stages[stage](store);
  const used = process.cpuUsage(before);
  const seconds = (performance.now() - started) / 1000;
  const cpu = (used.user + used.system) / 1e6;
  const memory = whole(process.resourceUsage().maxRSS / 1024);
  console.log(`| ${words} | ${seconds.toFixed(1)} | ${cpu.toFixed(1)} | ${memory} | ${loadavg()[0].toFixed(1)} |`);
  await store.close();
}

/** A model learned from the first people: what it costs to learn is measured by bench/train.ts. */
async function learn(store: Store): Promise<string> {
  await store.state.query("INSERT INTO workspaces (id, name, created_at) VALUES ('bench', 'Bench', $1)", [now]);
  await store.facts.command(eventsSql(0, PEOPLE_TO_LEARN_FROM), { workspace });
  const model = await trainModel(store, { workspace, timeframeDays: 14, now });
  await forgetSnapshots(store, workspace);
  return `learning from ${whole(PEOPLE_TO_LEARN_FROM)} of them (${model.learner}, ROC AUC ${model.performance?.auc?.toFixed(3)})`;
}

async function make({ facts }: Store): Promise<string> {
  for (let from = PEOPLE_TO_LEARN_FROM; from < people; from += PEOPLE_PER_INSERT) {
    await facts.command(eventsSql(from, Math.min(PEOPLE_PER_INSERT, people - from)), { workspace });
  }
  return 'making them by SQL';
}

async function resolve(store: Store): Promise<string> {
  const { people: found, linked, sessions } = await resolveAll(store, { workspace, now });
  return `resolving: ${whole(found)} people, ${whole(linked)} identifiers linked, ${whole(sessions)} sessions`;
}

/** A night two weeks before the day after: what was said then tells the level on that day. Nothing is kept of it for the night. */
async function earlier(store: Store): Promise<string> {
  const asOf = addDays(end, -13);
  const { people: scored } = await scoreEveryone(store, { workspace, asOf, now: asOf });
  await forgetSnapshots(store, workspace);
  return `a night two weeks earlier: ${whole(scored)} people`;
}

async function night(store: Store): Promise<string> {
  const { people: scored, seconds } = await scoreEveryone(store, { workspace, asOf: end, now });
  return `the night: ${whole(scored)} people, features ${seconds.features.toFixed(1)} s, scores with reasons ${seconds.score.toFixed(1)} s`;
}

/** What a page waits for, at this size. */
async function pages(store: Store): Promise<string> {
  const model = (await findActiveModel(store, workspace))!;
  const parts = [
    await timed('segment counts', () => listSegments(store, workspace)),
    await timed('one segment', () => countMatching(store, model, { segment: 'HIGH' })),
    await timed('drivers of a segment', () => segmentDrivers(store, model, { segment: 'LOW' })),
  ];
  return `pages, second time of asking: ${parts.join(', ')}`;
}

async function timed(name: string, work: () => Promise<unknown>): Promise<string> {
  await work();
  const started = performance.now();
  await work();
  return `${name} ${Math.round(performance.now() - started)} ms`;
}

/** The day after the last one: two people in a hundred come back, others each day. */
async function day(store: Store): Promise<string> {
  const [row] = await store.facts.rows<{ last: string }>('SELECT max(at) AS last FROM events');
  const begin = startOfDay(addDays(fromClickHouseTime(row.last), 1));
  const tomorrow = addDays(begin, 1);
  const others = (begin.getTime() - end.getTime()) / DAY_MS;
  await store.facts.command(
    `INSERT INTO events (workspace, message_id, type, event, at, received_at, anonymous_id, anchor, platform, device_type, properties)
     SELECT {workspace:String}, concat('day ${others} ', toString(number)), 'track', ['page_view', 'product_view', 'add_to_cart'][1 + number % 3],
       toDateTime64('${toClickHouseTime(begin)}', 3, 'UTC') + toIntervalSecond(cityHash64(number) % 86400) AS moment,
       moment, concat('d', toString(intDiv(number, 3) * 50 + ${others % 50})) AS device, concat('a:', device), 'web', 'mobile', '{}'
     FROM numbers(${Math.floor(people / 50) * 3})`,
    { workspace },
  );
  const started = performance.now();
  const { people: scored, seconds } = await scoreEveryone(store, { workspace, asOf: tomorrow, now: tomorrow });
  const all = (performance.now() - started) / 1000;
  return `the day after, made and scored: ${whole(scored)} people in ${all.toFixed(1)} s (features ${seconds.features.toFixed(1)}, scores ${seconds.score.toFixed(1)})`;
}

function eventsSql(from: number, count: number): string {
  const shown = `event IN ('product_view', 'add_to_cart', 'purchase')`;
  const line = (value: string) => `if(${shown}, [${value}], [])`;
  return `INSERT INTO events (workspace, message_id, type, event, at, received_at, anonymous_id, user_id, anchor, source,
      platform, device_type, page_path, traffic_source, medium, revenue, product_ids, categories, brands, prices, quantities, properties)
    WITH number + ${from * EVENTS_PER_PERSON} AS n, intDiv(n, ${EVENTS_PER_PERSON}) AS person, n % ${EVENTS_PER_PERSON} AS step,
      intDiv(step, 5) AS visit, step % 5 AS place,
      cityHash64(person, visit, 'buys') % 100 < 2 + cityHash64(person, 'bent') % 20 AS buying,
      multiIf(place = 0, 'page_view', place = 1, 'product_view', place = 2, if(cityHash64(n) % 3 = 0, 'search_performed', 'product_view'),
        place = 3, if(buying OR cityHash64(n, 'cart') % 10 = 0, 'add_to_cart', 'product_view'), if(buying, 'purchase', 'page_view')) AS event,
      cityHash64(n, 2) % 5000 AS product,
      toDateTime64('2025-01-01 00:00:00', 3, 'UTC') + toIntervalSecond(cityHash64(person, visit) % 15500000 + place * 120) AS moment,
      if(cityHash64(person) % 5 < 2 AND visit > 5, concat('u', toString(person)), '') AS user, concat('d', toString(person)) AS device
    SELECT {workspace:String}, toString(n), 'track', event, moment, moment, device, user,
      if(user = '', concat('a:', device), concat('u:', user)), 'bench', if(person % 3 = 0, 'ios', 'web'),
      if(person % 2 = 0, 'mobile', 'desktop'), concat('/', toString(product)), 'google', if(person % 4 = 0, 'cpc', 'organic'),
      if(event = 'purchase', 10 + product % 90, 0), ${line(`concat('p', toString(product))`)}, ${line(`concat('c', toString(product % 20))`)},
      ${line(`concat('b', toString(product % 50))`)}, ${line('toFloat32(10 + product % 90)')}, ${line('toFloat32(1)')}, '{}'
    FROM numbers(${count * EVENTS_PER_PERSON})`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
