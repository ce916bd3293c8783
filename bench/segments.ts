// Segments at size: one rule and two hundred over everybody, a preview, the live side event by event, and how long after
// an event was sent its person is in the segment. People and their events are made by SQL.
// Run: node bench/segments.ts [--people 1000000] [--events 50] [--segments 200] [--stage batch,preview,live,visible]
// [--data FOLDER, kept and not made again]

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { type EventRow, toEventRow } from '../src/collect/index.ts';
import {
  countRule,
  createRuleSegment,
  type LiveSegments,
  listRuleSegments,
  openLiveSegments,
  openSegmentsNow,
  previewRule,
  programOf,
  type Rule,
  readAround,
} from '../src/decide/index.ts';
import { noProducts, noSurroundings } from '../src/features/index.ts';
import { ensureWorkspace, openConsentBook } from '../src/govern/index.ts';
import { nodeOf, sessionRuleOf } from '../src/identify/index.ts';
import { openServer } from '../src/server/index.ts';
import { openStore, type Store } from '../src/store/index.ts';
import { DAY_MS, toClickHouseTime } from '../src/time.ts';

const { values: settings } = parseArgs({
  options: {
    people: { type: 'string', default: '1000000' },
    events: { type: 'string', default: '50' },
    segments: { type: 'string', default: '200' },
    stage: { type: 'string', default: 'batch,preview,live,visible' },
    probes: { type: 'string', default: '200' },
    rate: { type: 'string', default: '1000' },
    data: { type: 'string' },
  },
});
const people = Number(settings.people);
const perPerson = Number(settings.events);
const workspace = 'bench';
const events = [
  'page_view',
  'product_view',
  'search_performed',
  'scroll',
  'add_to_cart',
  'purchase',
  'email_opened',
  'click',
];
/** Out of 100 events. */
const weights = [42, 20, 8, 12, 6, 2, 4, 6];

type Load = { address: string; writeKey: string; rate: number };

async function main(): Promise<void> {
  const folder = settings.data ?? mkdtempSync(join(tmpdir(), 'inkling-bench-'));
  const isMade = existsSync(join(folder, 'facts'));
  const store = await openStore({ dataDir: folder });
  const now = new Date();
  await ensureWorkspace(store, workspace, now);
  const stages = new Set(settings.stage.split(','));
  try {
    console.log(`${whole(people)} people, ${whole(people * perPerson)} events\n\n| what | figure |\n| --- | ---: |`);
    if (!isMade) await timed('making them by SQL', () => make(store, now));
    if (stages.has('batch')) await batch(store, now);
    if (stages.has('preview')) await preview(store, now);
    if (stages.has('live')) await live(store, now);
    if (stages.has('visible')) await visible(store);
  } finally {
    await store.close();
    if (!settings.data) rmSync(folder, { recursive: true, force: true });
  }
}

async function make({ facts }: Store, now: Date): Promise<void> {
  const at = toClickHouseTime(now);
  const chosen = weights.flatMap((weight, i) => Array.from({ length: weight }, () => `'${events[i]}'`)).join(', ');
  for (let from = 0; from < people; from += 50_000) {
    const rows = Math.min(50_000, people - from) * perPerson;
    await facts.command(
      `INSERT INTO events (workspace, message_id, type, event, at, received_at, anonymous_id, anchor, platform, country, device_type,
         revenue, categories, properties)
       SELECT '${workspace}', toString(n), 'track', [${chosen}][1 + cityHash64(n) % 100] AS event,
         toDateTime64('${at}', 3, 'UTC') - toIntervalSecond(cityHash64(n, 'at') % (180 * 86400)) AS at, at,
         concat('d', toString(intDiv(n, ${perPerson}))) AS name, concat('a:', name), if(n % 5 = 0, 'app', 'web'),
         ['DE', 'FR', 'US', 'GB'][1 + intDiv(n, ${perPerson}) % 4], if(intDiv(n, ${perPerson}) % 3 = 0, 'desktop', 'mobile'),
         if(event = 'purchase', cityHash64(n, 'r') % 20000 / 100, 0),
         if(event IN ('product_view', 'add_to_cart', 'purchase'), [concat('c', toString(cityHash64(n, 'c') % 20))], []),
         if(event = 'page_view', concat('{"section":"s', toString(cityHash64(n, 's') % 10), '"}'), '{}')
       FROM (SELECT ${from * perPerson} + number AS n FROM numbers(${rows}))`,
    );
  }
  await facts.command(
    `INSERT INTO profiles (workspace, profile, version, first_seen, last_seen, anonymous_ids, traits, platforms, country, device_type, events)
     SELECT '${workspace}', cityHash64(concat('a:d', toString(number))), ${now.getTime() + DAY_MS}, now() - 180 * 86400, now() - cityHash64(number) % 8000000,
       [concat('d', toString(number))], concat('{"plan":"', ['free', 'pro', 'team'][1 + cityHash64(number, 'p') % 3], '","age":', toString(18 + number % 60), '}'),
       ['web'], ['DE', 'FR', 'US', 'GB'][1 + number % 4], if(number % 3 = 0, 'desktop', 'mobile'), ${perPerson}
     FROM numbers(${people})`,
  );
}

const five = {
  all: [
    { kind: 'event', event: 'purchase', op: 'at_least', value: 1, window: { last: 90, unit: 'days' } },
    { kind: 'event', event: 'purchase', measure: 'sum', of: 'revenue', op: 'more_than', value: 50 },
    { kind: 'event', event: 'add_to_cart', op: 'at_least', value: 2, window: { last: 30, unit: 'days' } },
    { kind: 'event', event: 'email_opened', op: 'at_most', value: 0, window: { last: 14, unit: 'days' } },
    { kind: 'profile', field: 'country', op: 'is', value: ['DE', 'FR'] },
  ],
} satisfies Rule;
const fiveOfEvents: Rule = {
  all: [
    ...five.all.slice(0, 4),
    { kind: 'event', event: 'purchase', measure: 'days_since_last', op: 'at_most', value: 60 },
  ],
};

/** As a shop would have them: what people did how often, how lately, in what order, and who they are. */
function ruleOf(i: number): Rule {
  const event = events[i % events.length];
  const days = [1, 3, 7, 14, 30, 60, 90][i % 7];
  const did: Rule = { kind: 'event', event, op: 'at_least', value: 1 + (i % 4), window: { last: days, unit: 'days' } };
  const last: Rule = { kind: 'event', event: 'purchase', measure: 'days_since_last', op: 'more_than', value: days };
  const spent: Rule = {
    kind: 'event',
    event: 'purchase',
    measure: 'sum',
    of: 'revenue',
    op: 'at_least',
    value: 20 * (i % 9),
  };
  const country: Rule = { kind: 'profile', field: 'country', op: 'is', value: ['DE', 'FR', 'US', 'GB'][i % 4] };
  const plan: Rule = { kind: 'trait', trait: 'plan', op: 'is', value: ['free', 'pro', 'team'][i % 3] };
  const category: Rule = {
    ...{ kind: 'event', event: 'product_view', where: [{ field: 'categories', op: 'is', value: `c${i % 20}` }] },
    ...{ op: 'at_least', value: 1 + (i % 3), window: { last: days + 7, unit: 'days' } },
  } as Rule;
  const left: Rule = {
    ...{
      kind: 'sequence',
      steps: [{ event: 'product_view' }, { event: 'add_to_cart', within: { amount: 1 + (i % 5), unit: 'days' } }],
    },
    ...{
      then_not: { event: 'purchase', within: { amount: 2, unit: 'days' } },
      window: { last: days + 7, unit: 'days' },
    },
  } as Rule;
  const forms: Rule[] = [
    { all: [did, country] },
    { all: [did, { not: last }, spent] },
    { any: [category, { all: [plan, did] }] },
    { all: [category, spent, { any: [country, plan] }] },
    { all: [left, country] },
    { all: [{ not: did }, last] },
    {
      all: [
        { kind: 'event', measure: 'days', op: 'at_least', value: 2 + (i % 6), window: { last: 30, unit: 'days' } },
        plan,
      ],
    },
    { all: [did, category, spent, plan, country] },
  ];
  return forms[i % forms.length];
}

async function batch(store: Store, now: Date): Promise<void> {
  const asking = { workspace, consent: undefined, now };
  for (const [name, rule] of [
    ['5 conditions, one of the profile', five],
    ['5 conditions on events', fiveOfEvents],
  ] as const) {
    let size = 0;
    const taken = await repeat(7, async () => {
      ({ size } = await countRule(store, rule, asking));
    });
    row(
      `${name}: everybody, ${whole(size)} in it`,
      `p50 ${taken[3].toFixed(0)}, worst ${taken[6].toFixed(0)} ms (${taken.core})`,
    );
  }
  for (let i = 0; i < Number(settings.segments); i++) {
    await createRuleSegment(store, { name: `segment ${i}`, criteria: ruleOf(i) }, { workspace, by: 'bench', now });
  }
  const segments = segmentsOf(store, now);
  await timed(`${settings.segments} new segments put together and written`, () => segments.changed(workspace));
  const looked = await segments.look(workspace);
  row(
    `the look at everybody for ${settings.segments} segments (${whole(looked.people)} loaded)`,
    `${looked.seconds.toFixed(1)} s`,
  );
  const memberships = (await listRuleSegments(store, workspace)).reduce((sum, { size }) => sum + (size ?? 0), 0);
  row('memberships', whole(memberships));
  await segments.close();
}

async function preview(store: Store, now: Date): Promise<void> {
  const asking = { workspace, consent: undefined, now };
  const { size } = await countRule(store, five, asking);
  let seen: Awaited<ReturnType<typeof previewRule>> | undefined;
  const taken = await repeat(9, async () => {
    seen = await previewRule(store, five, asking);
  });
  const { interval, size: guess } = seen!;
  row(
    `preview: ${whole(guess)} (${interval.map(whole).join(' to ')}), in truth ${whole(size)}`,
    `p50 ${taken[4].toFixed(0)}, worst ${taken[8].toFixed(0)} ms (${taken.core})`,
  );
}

/** Blocks as the shipper hands them over, first for people nobody has in memory, then for the same again. */
async function live(store: Store, now: Date): Promise<void> {
  const around = await readAround(store, workspace, undefined);
  const program = programOf(around);
  const context = {
    ...{ program, allows: around.allows, products: noProducts, surroundings: noSurroundings },
    sessionRule: await sessionRuleOf(store, workspace),
  };
  let clock = now.getTime();
  let changed = 0;
  const side = openLiveSegments(store, {
    ...{ workspace, context, now: () => clock },
    onChanges: (changes) => {
      changed += changes.length;
    },
  });
  const active = Math.min(people, 20_000);
  const blockOf = (block: number): EventRow[] =>
    Array.from({ length: 2000 }, (_, i) =>
      rowOf((block * 2000 + i) % active, `live-${block}-${i}`, clock, block * 2000 + i),
    );
  const run = async (name: string, from: number, blocks: number) => {
    changed = 0;
    let ms = 0;
    let core = 0;
    for (let block = from; block < from + blocks; block++) {
      clock += 200;
      const rows = blockOf(block);
      await store.facts.insert('events', rows);
      const started = performance.now();
      const before = process.cpuUsage();
      await side.take(rows);
      const used = process.cpuUsage(before);
      ms += performance.now() - started;
      core += (used.user + used.system) / 1e6;
    }
    row(
      `live, ${program.segments.length} segments, ${name}: ${whole(changed)} changes written`,
      `${whole((blocks * 2000) / (ms / 1000))} events/s (${whole((blocks * 2000) / core)} a second of a core)`,
    );
  };
  await run('people not in memory', 0, active / 2000);
  await run('people in memory', active / 2000, 50);
  await waking(side);
}

async function waking(side: LiveSegments): Promise<void> {
  const started = performance.now();
  await side.tick();
  row(
    `one look at whom time may change (${whole(side.people)} people in memory)`,
    `${(performance.now() - started).toFixed(0)} ms`,
  );
}

function rowOf(person: number, messageId: string, at: number, n: number): EventRow {
  const event = events[n % 7 === 0 ? 5 : n % events.length];
  const properties =
    event === 'page_view'
      ? { section: `s${n % 10}` }
      : { category: `c${n % 20}`, product_id: 'p', revenue: event === 'purchase' ? n % 200 : undefined };
  return toEventRow(
    { type: 'track', event, messageId, anonymousId: `d${person}`, timestamp: new Date(at).toISOString(), properties },
    { workspace, receivedAt: at, source: 'bench' },
  );
}

/** From the call over HTTP to the row that says the person is in it, while others send in the background. */
async function visible(store: Store): Promise<void> {
  const now = new Date();
  const run = now.getTime();
  const { writeKey } = await ensureWorkspace(store, workspace, now);
  const probe: Rule = { kind: 'event', event: 'probed', op: 'at_least', value: 1, window: { last: 1, unit: 'days' } };
  const { number } = await createRuleSegment(
    store,
    { name: `probed ${run}`, criteria: probe },
    { workspace, by: 'bench', now },
  );
  const before = segmentsOf(store, now);
  await before.changed(workspace);
  await before.close();
  const server = await openServer({ store, logLevel: 'error' });
  const load = { address: server.address, writeKey, rate: Number(settings.rate) };
  const worker = new Worker(new URL(import.meta.url), { workerData: load, argv: process.argv.slice(2) });
  const taken: number[] = [];
  const probeOnce = async (anonymousId: string) => {
    const profile = nodeOf(`a:${anonymousId}`);
    const started = performance.now();
    await post(load, { batch: [{ type: 'track', event: 'probed', anonymousId }] });
    while (!(await isIn(store, profile, number))) await new Promise((resolve) => setTimeout(resolve, 10));
    return performance.now() - started;
  };
  // After a start everybody who does something is loaded once: that is told apart.
  const began = performance.now();
  for (let quick = 0, i = 0; quick < 10; i++) quick = (await probeOnce(`early-${run}-${i}`)) < 1000 ? quick + 1 : 0;
  row(
    'from the start until ten in a row were seen within a second',
    `${((performance.now() - began) / 1000).toFixed(1)} s`,
  );
  for (let i = 0; i < Number(settings.probes); i++) taken.push(await probeOnce(`probe-${run}-${i}`));
  await worker.terminate();
  await server.close();
  taken.sort((a, b) => a - b);
  const at = (share: number) => taken[Math.min(taken.length - 1, Math.floor(share * taken.length))].toFixed(0);
  row(
    `from sending an event to the membership, beside ${settings.rate} events/s`,
    `p50 ${at(0.5)}, p99 ${at(0.99)}, worst ${at(1)} ms`,
  );
}

async function isIn({ facts }: Store, profile: bigint, number: number): Promise<boolean> {
  const where = 'workspace = {workspace:String} AND profile = {profile:UInt64} AND has(segments, {number:UInt32})';
  return facts.holds('segment_people', where, { workspace, profile, number });
}

async function sendForEver(load: Load): Promise<void> {
  const size = Math.max(1, Math.round(load.rate / 20));
  for (let i = 0, due = performance.now(); ; i++, due += 50) {
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const batch = Array.from({ length: size }, (_, j) => {
      const n = i * size + j;
      return { type: 'track', event: events[n % events.length], anonymousId: `d${Math.floor(Math.random() * 20_000)}` };
    });
    await post(load, { batch });
  }
}

async function post({ address, writeKey }: Load, body: object): Promise<void> {
  const response = await fetch(`${address}/v1/batch`, {
    method: 'POST',
    headers: { 'x-write-key': writeKey },
    body: JSON.stringify(body),
  });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
}

function segmentsOf(store: Store, now: Date) {
  const book = openConsentBook(store);
  return openSegmentsNow(store, {
    now: () => now,
    consentOf: (id) => book.of(id),
    onFault: (error) => {
      throw error;
    },
  });
}

/** Milliseconds, ascending, with what a core worked for one of them on average. */
async function repeat(times: number, work: () => Promise<unknown>): Promise<number[] & { core: string }> {
  const taken: number[] = [];
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await work();
    taken.push(performance.now() - started);
  }
  const used = process.cpuUsage(before);
  const core = `${((used.user + used.system) / 1000 / times).toFixed(0)} ms of a core`;
  return Object.assign(
    taken.sort((a, b) => a - b),
    { core },
  );
}

async function timed(name: string, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  const before = process.cpuUsage();
  await work();
  const used = process.cpuUsage(before);
  row(
    name,
    `${((performance.now() - started) / 1000).toFixed(1)} s (${((used.user + used.system) / 1e6).toFixed(1)} s of a core)`,
  );
}

function row(name: string, figure: string): void {
  console.log(`| ${name} | ${figure} |`);
}

function whole(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

// Behind the constants that both need.
if (isMainThread) await main();
else await sendForEver(workerData as Load);
