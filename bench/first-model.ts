// The first useful model of a young shop [INT-4][INT-18]: from the events of a simulated shop with some 50 conversions to a
// model and everybody's scores, beside what recency alone knows.
// Run: node bench/first-model.ts [--shoppers 250] [--days 60] [--seed 1]

import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadMessages } from '../src/collect/index.ts';
import { ensureWorkspace } from '../src/govern/index.ts';
import { getModel } from '../src/predict/index.ts';
import { walkTheRoad } from '../src/server/index.ts';
import { openShop } from '../src/simulate/index.ts';
import { openStore } from '../src/store/index.ts';

const { values } = parseArgs({
  options: {
    shoppers: { type: 'string', default: '250' },
    days: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
  },
});
const workspace = 'bench';
const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
const store = await openStore({ dataDir: folder });
try {
  const now = new Date();
  await ensureWorkspace(store, workspace, now);
  const settings = { shoppers: Number(values.shoppers), days: Number(values.days), seed: Number(values.seed) };
  const shop = openShop(settings, now);
  const events = await loadMessages(store, { workspace, source: 'bench', messages: shop.events(), now });
  const started = performance.now();
  const road = await walkTheRoad(store, { workspace, timeframeDays: 14, asOf: shop.settings.end, now });
  const all = (performance.now() - started) / 1000;
  const model = await getModel(store, workspace, road.model.id);
  const { performance: figures, rung, warnings, trainingDataSize } = model;
  const { identify, features, train, score } = road.seconds;
  console.log(
    '| events | people | conversions learned from | answers | ROC AUC | recency alone | seconds in all | load |',
  );
  console.log('| ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: |');
  const figure = (value: number | null | undefined) => value?.toFixed(3) ?? '';
  const cells = [events, road.people, trainingDataSize, rung, figure(figures?.auc), figure(figures?.baselineAuc)];
  console.log(`| ${[...cells, all.toFixed(1), loadavg()[0].toFixed(1)].join(' | ')} |`);
  const stages = Object.entries({ identify, features, train, score }).map(([name, s]) => `${name} ${s.toFixed(1)} s`);
  console.log(`\n${stages.join(', ')}\n${warnings.join('\n')}`);
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
