// What the Drivers page asks at size: movement and journeys, first after a scoring and again; segment drivers are not in
// it, for they need a trained model. People, scores and events are made by SQL, for only their number matters here.
// Run: node bench/movement.ts make FOLDER [people] [events]; node bench/movement.ts measure FOLDER

import { ensureWorkspace } from '../src/govern/index.ts';
import { readCorrelations } from '../src/measure/index.ts';
import { getModel, readDriverReport, readMovement, writeDriverReport } from '../src/predict/index.ts';
import { openStore } from '../src/store/index.ts';

const [stage, folder, people = '1000000', events = '20000000'] = process.argv.slice(2);
const SCORINGS = 15;
const workspace = 'bench';
const now = new Date('2026-11-28T00:00:00.000Z');
const store = await openStore({ dataDir: folder });
const { facts } = store;
try {
  await (stage === 'make' ? make(Number(people), Number(events)) : measure());
} finally {
  await store.close();
}

async function make(persons: number, count: number): Promise<void> {
  await ensureWorkspace(store, workspace, now);
  await facts.command(
    `INSERT INTO profiles (workspace, profile, version, first_seen, last_seen, user_ids, events, purchases, revenue)
     SELECT '${workspace}', cityHash64(concat('u:', toString(number))), 1, toDateTime64('2026-09-01 00:00:00', 3, 'UTC'),
       toDateTime64('2026-11-27 00:00:00', 3, 'UTC'), [toString(number)], 20, 2, 50 FROM numbers(${persons})`,
  );
  await store.state.query(
    `INSERT INTO models (id, workspace, version, name, question, model_type, conversion_event, timeframe_days, status,
       settings, signals, created_at, updated_at)
     VALUES ('m', $1, 1, 'bench', 'purchase_intent', 'GENERIC', 'purchase', 30, 'ACTIVE', '{"conversionEvent": "purchase"}', '[]', $2, $2)`,
    [workspace, now],
  );
  for (let day = SCORINGS; day > 0; day--) {
    await facts.command(
      `INSERT INTO scores (workspace, model_id, model_version, as_of, profile, score, probability, segment, confidence,
         category, signals, contributions, signal_values, scored_at)
       SELECT '${workspace}', 'm', 1, toDateTime64('2026-11-28 00:00:00', 3, 'UTC') - INTERVAL ${2 * day - 1} DAY,
         cityHash64(concat('u:', toString(number))),
         least(100, greatest(0, toInt32(100 * pow(cityHash64(number, 'base') / 18446744073709551615, 4))
           + toInt32(cityHash64(number, ${day}) % 7) - 3)) AS s,
         s / 100, multiIf(s >= 70, 'HIGH', s >= 40, 'MEDIUM', 'LOW'), 0.5, concat('c', toString(number % 10)),
         ['visits_7d', 'cart_adds_7d'], [0.5, 0.2], [1, 2], now() FROM numbers(${persons})`,
    );
  }
  const names =
    "['page_view','product_view','product_view','search','add_to_cart','checkout_start','purchase','email_click']";
  await facts.command(
    `INSERT INTO events (workspace, message_id, type, event, at, received_at, user_id, anchor, page_path, revenue, categories)
     SELECT '${workspace}', toString(number), 'track', ${names}[1 + cityHash64(number, 1) % 8] AS name,
       toDateTime64('2026-11-28 00:00:00', 3, 'UTC') - toIntervalSecond(cityHash64(number, 2) % 7776000) AS t, t,
       toString(number % ${persons}) AS u, concat('u:', u), '/guides/boots', if(name = 'purchase', 40, 0),
       [concat('c', toString(cityHash64(number, 3) % 10))] FROM numbers(${count})`,
  );
}

async function measure(): Promise<void> {
  const [size] = await facts.rows<{ people: string; scores: string; events: string }>(
    `SELECT (SELECT count() FROM profiles) AS people, (SELECT count() FROM scores) AS scores,
       (SELECT count() FROM events) AS events`,
  );
  await store.state.query("DELETE FROM settings WHERE name LIKE 'movement%'");
  const model = await getModel(store, workspace, 'm');
  const timed = async (name: string, work: () => Promise<unknown>) => {
    const started = performance.now();
    await work();
    console.log(`| ${name} | ${((performance.now() - started) / 1000).toFixed(2)} |`);
  };
  console.log(`${size.people} people, ${size.scores} scores, ${size.events} events\n\n| what | s |\n| --- | ---: |`);
  await timed('movement and journeys, first after a scoring', () => readMovement(store, model, now));
  await timed('movement and journeys again', () => readMovement(store, model, now));
  await timed('report as PDF', async () => writeDriverReport(await readDriverReport(store, model, now), 'pdf'));
  await timed('correlations', () => readCorrelations(store, model));
  console.log(`\nMost memory of the process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
}
