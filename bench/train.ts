// Training and scoring at size [INT-12]: people made by SQL, ten events each over 120 days, some of whom put something in
// the cart and buy a day or two later. Seconds and peak memory of the snapshots, the training and the scoring.
// Run: node bench/train.ts [--people 1000000] [--threads 2]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { planModelSnapshots, prepareSnapshots, scoreEveryone, trainModel } from '../src/predict/index.ts';
import { openStore } from '../src/store/index.ts';

const { values } = parseArgs({
  options: { people: { type: 'string', default: '1000000' }, threads: { type: 'string' } },
});
const people = Number(values.people);
const EVENTS_PER_PERSON = 10;
const PEOPLE_PER_INSERT = 100_000;
const DAYS = 120;
const workspace = 'bench';
const end = new Date('2025-06-01T00:00:00Z');
const now = end;

const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
const store = await openStore({ dataDir: folder, threads: values.threads ? Number(values.threads) : undefined });
try {
  await store.state.query("INSERT INTO workspaces (id, name, created_at) VALUES ('bench', 'Bench', $1)", [now]);
  const counted = `${whole(people)} people, ${whole(people * EVENTS_PER_PERSON)} events`;
  console.log(`| ${counted} | seconds | peak MB so far |\n| --- | ---: | ---: |`);
  await stage('making them by SQL', make);
  const plan = await planModelSnapshots(store, { workspace, timeframeDays: 7 });
  const moments = [...plan.train, ...plan.test, ...plan.retrain.flat(), ...plan.deploy];
  await stage('snapshots of every signal', () => prepareSnapshots(store, { workspace, moments, now }));
  await stage('a custom model on top of them', async () => {
    const model = await trainModel(store, { workspace, modelType: 'CUSTOM', timeframeDays: 7, now });
    console.log(
      `${model.learner}, ROC AUC ${model.performance?.auc?.toFixed(3)}, ${JSON.stringify(model.lineage?.seconds)}`,
    );
  });
  await stage('scoring everybody, reasons included', () => scoreEveryone(store, { workspace, asOf: end, now }));
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

async function stage(name: string, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  console.log(`| ${name} | ${seconds.toFixed(1)} | ${whole(process.resourceUsage().maxRSS / 1024)} |`);
}

async function make(): Promise<void> {
  for (let from = 0; from < people; from += PEOPLE_PER_INSERT) {
    await store.facts.command(eventsSql(from, Math.min(PEOPLE_PER_INSERT, people - from)), { workspace });
  }
}

/** Steps 7 and 8 are a cart and the purchase that follows it, of one person in three. */
function eventsSql(from: number, count: number): string {
  return `INSERT INTO events (workspace, message_id, type, event, at, received_at, user_id, anchor, platform, device_type,
      revenue, product_ids, categories, brands, prices, quantities, properties)
    WITH intDiv(number, ${EVENTS_PER_PERSON}) + ${from} AS person, number % ${EVENTS_PER_PERSON} AS step,
      person % 3 = 0 AND step IN (7, 8) AS buying,
      multiIf(NOT buying, if(step % 2 = 0, 'page_view', 'product_view'), step = 7, 'add_to_cart', 'purchase') AS event,
      if(buying, cityHash64(person, 'when') % ${DAYS - 3} * 86400 + (step - 7) * (86400 + cityHash64(person) % 86400),
        cityHash64(person, step) % ${DAYS * 86_400}) AS second,
      toDateTime64('${new Date(end.getTime() - DAYS * 86_400_000).toISOString().slice(0, 19).replace('T', ' ')}', 3, 'UTC')
        + toIntervalSecond(second) AS moment, concat('u', toString(person)) AS user, cityHash64(person, step, 'p') % 5000 AS product,
      event != 'page_view' AS shown
    SELECT {workspace:String}, concat(user, ' ', toString(step)), 'track', event, moment, moment, user, concat('u:', user), 'web',
      if(person % 2 = 0, 'mobile', 'desktop'), if(event = 'purchase', 10 + product % 90, 0),
      if(shown, [concat('p', toString(product))], []), if(shown, [concat('c', toString(product % 20))], []), if(shown, [''], []),
      if(shown, [toFloat32(10 + product % 90)], []), if(shown, [toFloat32(1)], []), '{}'
    FROM numbers(${count * EVENTS_PER_PERSON})`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
