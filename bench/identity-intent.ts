// What knowing who is who is worth to the intent model: the same simulated shop with every identifier a person of its
// own, with people by identifiers, and with likeness besides. Each model learns and scores what lies before a moment;
// shoppers are then ranked by the chance that any of their identifiers buys, and held against who bought in the 14 days
// that followed.
// Run: node bench/identity-intent.ts [shoppers] [nothing | identifiers | "identifiers and likeness"]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMessages } from '../src/collect/index.ts';
import { ensureWorkspace, writePersonalPolicy } from '../src/govern/index.ts';
import { nodeOf, profilesOf } from '../src/identify/index.ts';
import { rocAuc } from '../src/learn/index.ts';
import { walkTheRoad } from '../src/server/index.ts';
import { openShop, type SegmentMessage } from '../src/simulate/index.ts';
import { openStore } from '../src/store/index.ts';
import { addDays } from '../src/time.ts';

const TIMEFRAME_DAYS = 14;
const shop = openShop({
  ...{ shoppers: Number(process.argv[2] ?? 5000), end: new Date('2026-11-01T00:00:00Z') },
  // Twice as many second accounts as usual, so that likeness has something to find.
  ...{ duplicateAccountShare: 0.25, relayShare: 0.6 },
});
const asOf = addDays(shop.settings.end, -TIMEFRAME_DAYS);
const truth = [...shop.truthAt(asOf, TIMEFRAME_DAYS)].filter(({ bot, known }) => known && !bot);
const best = rocAuc(...columnsOf(truth.map(({ probability }) => probability)));
const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
const store = await openStore({ dataDir: folder });
try {
  console.log('| people by | profiles | AUC over shoppers | of the best possible |\n| --- | --- | --- | --- |');
  const all = ['nothing', 'identifiers', 'identifiers and likeness'] as const;
  for (const by of all.filter((one) => [undefined, one].includes(process.argv[3] as typeof one | undefined))) {
    const workspace = by.replaceAll(' ', '-');
    await ensureWorkspace(store, workspace, asOf);
    const linkage = by === 'identifiers and likeness' ? 'encoded' : 'none';
    await writePersonalPolicy(store, workspace, { linkage }, asOf);
    const messages = by === 'nothing' ? unlinked(before()) : before();
    await loadMessages(store, { workspace, source: 'bench', messages, now: asOf });
    const { people } = await walkTheRoad(store, { workspace, timeframeDays: TIMEFRAME_DAYS, asOf, now: asOf, seed: 1 });
    const auc = rocAuc(...columnsOf(await chancesIn(workspace)));
    console.log(`| ${by} | ${people} | ${auc.toFixed(4)} | ${((100 * (auc - 0.5)) / (best - 0.5)).toFixed(1)} % |`);
  }
  console.log(`\nBest possible AUC ${best.toFixed(4)} over ${truth.length} shoppers.`);
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

function* before(): Generator<SegmentMessage> {
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

/** Of each shopper the chance that any of their profiles buys. */
async function chancesIn(workspace: string): Promise<number[]> {
  const rows = await store.facts.rows<{ profile: string; probability: number }>(
    'SELECT profile, argMax(probability, as_of) AS probability FROM scores FINAL WHERE workspace = {workspace:String} GROUP BY profile',
    { workspace },
  );
  const chance = new Map(rows.map(({ profile, probability }) => [BigInt(profile), Number(probability)]));
  const chances: number[] = [];
  for (const { anchors } of truth) {
    const profiles = new Set((await profilesOf(store.facts, workspace, anchors.map(nodeOf))).values());
    let none = 1;
    for (const profile of profiles) none *= 1 - (chance.get(profile) ?? 0);
    chances.push(1 - none);
  }
  return chances;
}

function columnsOf(chances: readonly number[]): [Float64Array, Float64Array] {
  return [Float64Array.from(truth, ({ bought }) => (bought ? 1 : 0)), Float64Array.from(chances)];
}
