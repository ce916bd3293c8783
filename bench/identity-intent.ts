// What knowing who is who is worth to the intent model: the same simulated shop with every identifier a person of its
// own, with people by identifiers, and with likeness besides. Each model learns and scores what lies before a moment;
// shoppers are then ranked by the chance that any of their identifiers buys, and held against who bought in the 14 days
// that followed. Several shops, each a seed: the same shoppers of a shop are ranked in all three ways, so differences are
// paired, within a shop (DeLong) and over the shops (Student's t on the differences).
// Run: node bench/identity-intent.ts [shoppers] [shops]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMessages } from '../src/collect/index.ts';
import { ensureWorkspace, writePersonalPolicy } from '../src/govern/index.ts';
import { nodeOf, profilesOf } from '../src/identify/index.ts';
import { compareRocAuc, correctedResampledT, rocAuc } from '../src/learn/index.ts';
import { walkTheRoad } from '../src/server/index.ts';
import { openShop, type SegmentMessage, type Shop } from '../src/simulate/index.ts';
import { openStore, type Store } from '../src/store/index.ts';
import { addDays } from '../src/time.ts';

const TIMEFRAME_DAYS = 14;
const shoppers = Number(process.argv[2] ?? 1500);
const shops = Number(process.argv[3] ?? 6);
const ways = ['nothing', 'identifiers', 'identifiers and likeness'] as const;
type Way = (typeof ways)[number];

const found: { aucs: Record<Way, number>; bestPossible: number }[] = [];
for (let seed = 1; seed <= shops; seed++) found.push(await oneShop(seed));
const compared: readonly [Way, Way][] = [
  ['identifiers', 'nothing'],
  ['identifiers and likeness', 'identifiers'],
  ['identifiers and likeness', 'nothing'],
];
console.log(`\n| over ${shops} shops | mean AUC | |\n| --- | ---: | --- |`);
for (const way of ways) console.log(`| ${way} | ${meanOf(found.map(({ aucs }) => aucs[way])).toFixed(4)} | |`);
console.log(`| best possible | ${meanOf(found.map(({ bestPossible }) => bestPossible)).toFixed(4)} | |`);
for (const [one, other] of compared) {
  const differences = found.map(({ aucs }) => aucs[one] - aucs[other]);
  // Shops share no rows, so there is nothing to correct for.
  const { difference, interval } = correctedResampledT(differences, { trainRows: 1, testRows: 0 });
  const [low, high] = interval.map((end) => end.toFixed(4));
  const above = differences.filter((value) => value > 0).length;
  console.log(
    `| ${one} − ${other} | ${difference.toFixed(4)} | 95 % ${low} to ${high}; above 0 in ${above} of ${shops} |`,
  );
}

async function oneShop(seed: number): Promise<(typeof found)[number]> {
  const shop = openShop({
    ...{ seed, shoppers, end: new Date('2026-11-01T00:00:00Z') },
    // Twice as many second accounts as usual, so that likeness has something to find.
    ...{ duplicateAccountShare: 0.25, relayShare: 0.6 },
  });
  const asOf = addDays(shop.settings.end, -TIMEFRAME_DAYS);
  const truth = [...shop.truthAt(asOf, TIMEFRAME_DAYS)].filter(({ bot, known }) => known && !bot);
  const bought = Float64Array.from(truth, (one) => (one.bought ? 1 : 0));
  const bestPossible = rocAuc(
    bought,
    Float64Array.from(truth, ({ probability }) => probability),
  );
  const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
  const store = await openStore({ dataDir: folder });
  try {
    const chances = new Map<Way, Float64Array>();
    for (const way of ways) chances.set(way, await rankedBy(store, shop, { way, asOf, truth }));
    const aucs = Object.fromEntries(
      ways.map((way) => [way, rocAuc(bought, chances.get(way) as Float64Array)]),
    ) as Record<Way, number>;
    const { difference, interval } = compareRocAuc(
      bought,
      chances.get('identifiers and likeness') as Float64Array,
      chances.get('nothing') as Float64Array,
    );
    const within = `${difference.toFixed(4)} (${interval.map((end) => end.toFixed(4)).join(' to ')})`;
    console.log(`shop ${seed}: ${truth.length} shoppers,`, aucs, { bestPossible }, `both − nothing ${within}`);
    return { aucs, bestPossible };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Ranking = { way: Way; asOf: Date; truth: readonly { anchors: readonly string[] }[] };

/** Of each shopper the chance that any of their profiles buys. */
async function rankedBy(store: Store, shop: Shop, { way, asOf, truth }: Ranking): Promise<Float64Array> {
  const workspace = way.replaceAll(' ', '-');
  await ensureWorkspace(store, workspace, asOf);
  const linkage = way === 'identifiers and likeness' ? 'encoded' : 'none';
  await writePersonalPolicy(store, workspace, { linkage }, asOf);
  const messages = way === 'nothing' ? unlinked(before(shop, asOf)) : before(shop, asOf);
  await loadMessages(store, { workspace, source: 'bench', messages, now: asOf });
  await walkTheRoad(store, { workspace, timeframeDays: TIMEFRAME_DAYS, asOf, now: asOf, seed: 1 });
  const rows = await store.facts.rows<{ profile: string; probability: number }>(
    'SELECT profile, argMax(probability, as_of) AS probability FROM scores FINAL WHERE workspace = {workspace:String} GROUP BY profile',
    { workspace },
  );
  const chance = new Map(rows.map(({ profile, probability }) => [BigInt(profile), Number(probability)]));
  const chances = new Float64Array(truth.length);
  for (const [i, { anchors }] of truth.entries()) {
    const profiles = new Set((await profilesOf(store.facts, workspace, anchors.map(nodeOf))).values());
    let none = 1;
    for (const profile of profiles) none *= 1 - (chance.get(profile) ?? 0);
    chances[i] = 1 - none;
  }
  return chances;
}

function* before(shop: Shop, asOf: Date): Generator<SegmentMessage> {
  for (const message of shop.events()) {
    if (message.timestamp >= asOf.toISOString()) return;
    yield message;
  }
}

/** The same messages under one identifier each. */
function* unlinked(messages: Iterable<SegmentMessage>): Generator<SegmentMessage> {
  for (const { anonymousId, previousId: _, ...message } of messages) {
    if (message.type === 'alias') continue;
    const traits = message.traits && { ...message.traits, email: undefined, phone: undefined };
    yield { ...message, ...(traits && { traits }), ...(message.userId ? {} : { anonymousId }) };
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
