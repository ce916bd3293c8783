// Discovery at a million people: the sample, the groups and the pass that counts everybody, over made-up behaviour of three
// kinds. The snapshot before it costs what every snapshot costs (bench/features.ts).
//   node bench/discover.ts [people]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discoverySignals } from '../src/decide/discovery/behaviours.ts';
import { assignGroups, findGroups } from '../src/decide/discovery/groups.ts';
import { readMatrix, signalSetOf, streamFeatures } from '../src/features/index.ts';
import { openStore } from '../src/store/index.ts';
import { toClickHouseTime } from '../src/time.ts';

const people = Number(process.argv[2] ?? 1_000_000);
const dataDir = mkdtempSync(join(tmpdir(), 'inkling-discover-'));
const store = await openStore({ dataDir });
const asOf = new Date('2026-07-01T00:00:00Z');
const signalSet = signalSetOf(discoverySignals);
const source = { workspace: 'bench', signalSet, signals: discoverySignals };
let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 50);
const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
  const started = performance.now();
  const done = await work();
  console.log(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return done;
};

await timed('insert', () =>
  store.facts.command(
    `INSERT INTO features (workspace, as_of, profile, signal_set, values, category, version)
     SELECT 'bench', {asOf:DateTime64(3, 'UTC')}, cityHash64(number), {signalSet:String},
       arrayMap(i -> toFloat32(4 * exp(1 + 0.3 * randNormal(0, 1, i) + if(number % 3 = i % 3, 1.5, 0))),
         range(${discoverySignals.length})), '', 1 FROM numbers(${people})`,
    { asOf: toClickHouseTime(asOf), signalSet },
  ),
);
const { x } = await timed('sample of 50,000', () =>
  readMatrix(store, { ...source, asOf: [asOf], sample: { maxRows: 50_000, seed: 1 } }),
);
const found = await timed('groups', async () => findGroups(x, { seed: 1 }));
console.log(`${found.groups.length} groups ${found.refusal ?? ''}`);
const sizes = new Map<number, number>();
await timed('everybody', async () => {
  for await (const block of streamFeatures(store, { ...source, asOf })) {
    for (const label of assignGroups(block.x, found)) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  }
});
clearInterval(watch);
console.log([...sizes.values()], `peak ${Math.round(peak / 2 ** 20)} MB`);
await store.close();
rmSync(dataDir, { recursive: true });
