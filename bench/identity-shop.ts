// Who is who in a simulated shop, against its hidden truth: by identifiers alone, and with likeness of names, addresses
// and days of birth besides. Pairs are judged among the identifiers that anybody could know something of: those of
// accounts, and those under which somebody signed in or told an address.
// Run: node bench/identity-shop.ts [shoppers]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMessages } from '../src/collect/index.ts';
import { ensureWorkspace, writePersonalPolicy } from '../src/govern/index.ts';
import { describeMatching, resolveAll } from '../src/identify/index.ts';
import { openShop } from '../src/simulate/index.ts';
import { openStore } from '../src/store/index.ts';
import { identifiersKnown, judgePairs } from '../test/identify/truth.ts';

const shop = openShop({ shoppers: Number(process.argv[2] ?? 20_000), end: new Date('2026-11-01T00:00:00Z') });
const now = shop.settings.end;
const truth = new Map<string, number>();
for (const { shopper, anchors, bot } of shop.truthAt(now, 1)) {
  if (!bot) for (const anchor of anchors) truth.set(anchor, shopper);
}
const known = identifiersKnown(shop.events());
const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
const store = await openStore({ dataDir: folder });
try {
  console.log('| by | people | precision | recall | pairs by likeness | waiting | seconds to resolve | MB |');
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const linkage of ['none', 'encoded'] as const) {
    const workspace = `shop-${linkage}`;
    await ensureWorkspace(store, workspace, now);
    await writePersonalPolicy(store, workspace, { linkage }, now);
    await loadMessages(store, { workspace, source: 'bench', messages: shop.events(), now });
    let most = 0;
    const watching = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 50);
    const begun = performance.now();
    const { people, matching } = await resolveAll(store, { workspace, now });
    const seconds = (performance.now() - begun) / 1000;
    clearInterval(watching);
    const { precision, recall } = await judgePairs(store, workspace, truth, known);
    console.log(
      `| ${linkage === 'none' ? 'identifiers' : 'identifiers and likeness'} | ${people} | ${precision.toFixed(4)} | ${recall.toFixed(4)} | ${matching.linked} | ${matching.waiting} | ${seconds.toFixed(1)} | ${Math.round(most / 1e6)} |`,
    );
    if (process.env['EXPLAIN'])
      console.log(JSON.stringify({ matching, state: await describeMatching(store, workspace) }, null, 1));
  }
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
