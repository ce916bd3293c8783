// What it costs to use a segment and to say what that brought, at size: drawing three arms (the demographic rule learned
// from everybody's events), reading the lift, logging accuracy with people set aside, thresholds, and drift over 150
// signals. People, events, scores and snapshots are made by SQL, for only their number matters here.
// Run: node bench/lift.ts [people]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startActivation } from '../src/decide/index.ts';
import { signalSetOf, signals } from '../src/features/index.ts';
import { ensureWorkspace } from '../src/govern/index.ts';
import { readLift } from '../src/measure/index.ts';
import { createSegment, getModel, logAccuracy, measureDrift, readCuts } from '../src/predict/index.ts';
import { openStore } from '../src/store/index.ts';
import { addDays, startOfDay, toClickHouseTime } from '../src/time.ts';

const people = Number(process.argv[2] ?? 200_000);
const days = 14;
const workspace = 'bench';
const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
const store = await openStore({ dataDir: folder });
const now = startOfDay(new Date());
const asOf = addDays(now, -days - 1);
try {
  await ensureWorkspace(store, workspace, now);
  await makePeople();
  console.log(`${people.toLocaleString('en-US')} people, five events each\n\n| what | seconds |\n| --- | ---: |`);
  const segment = await createSegment(store, { workspace, name: 'Upper half', minScore: 50, now });
  const draw = { workspace, segmentId: segment.id, at: asOf, now, by: 'bench' };
  await timed('draw a segment into two arms', () => startActivation(store, { ...draw, name: 'two' }));
  const three = { ...draw, name: 'three', controlShare: 0.2, demographicShare: 0.4 };
  const activation = await timed('draw three arms, one by demographic traits', () => startActivation(store, three));
  const lift = await timed('read the lift', () => readLift(store, { workspace, activation, now }));
  await timed('log a day of accuracy, people set aside', () => logAccuracy(store, { workspace, now }));
  const model = await getModel(store, workspace, 'm');
  await timed('true and false positives at every threshold', () => readCuts(store, model));
  await timed(`drift of ${signals.length} signals`, () => measureDrift(store, { workspace, now }));
  console.log(`\n${lift.comparisons.map(({ name, sentence }) => `${name}: ${sentence}`).join('\n')}`);
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const value = await work();
  console.log(`| ${what} | ${((performance.now() - start) / 1000).toFixed(2)} |`);
  return value;
}

/** Whoever has a score of s converts with a chance of s in 100, whoever they are otherwise. */
async function makePeople(): Promise<void> {
  const { facts } = store;
  const at = toClickHouseTime(asOf);
  const node = "cityHash64(concat('u:u', toString(number)))";
  const event = (values: string, where = '1') =>
    facts.command(
      `INSERT INTO events (workspace, message_id, type, event, at, received_at, user_id, anchor, country, traits, properties, context)
       SELECT '${workspace}', ${values}, concat('u', toString(number)), concat('u:u', toString(number)),
         ['DE', 'GB', 'FR', 'NL', 'US'][1 + number % 5],
         if(kind = 'identify', concat('{"gender":"', ['female', 'male'][1 + number % 2], '","age":', toString(18 + number % 50), '}'), '{}'), '{}', '{}'
       FROM numbers(${people}) WHERE ${where}`,
    );
  const before = (span: number) => `toDateTime64('${at}', 3, 'UTC') - INTERVAL ${span} DAY`;
  await event(`concat('i', toString(number)), 'identify' AS kind, 'identify', ${before(60)}, ${before(60)}`);
  for (const span of [40, 20, 5]) {
    await event(`concat('p${span} ', toString(number)), 'page' AS kind, 'page_view', ${before(span)}, ${before(span)}`);
  }
  const converts = `cityHash64(number, 'luck') % 100 < cityHash64(number, 'score') % 101`;
  await event(`concat('b', toString(number)), 'track' AS kind, 'purchase', ${before(-3)}, ${before(-3)}`, converts);
  await event(
    `concat('e', toString(number)), 'page' AS kind, 'page_view', ${before(7)}, ${before(7)}`,
    `number % 3 = 0`,
  );
  await event(
    `concat('q', toString(number)), 'track' AS kind, 'purchase', ${before(6)}, ${before(6)}`,
    `cityHash64(number, 'early') % 100 < 20 + 20 * (number % 2)`,
  );
  await event(
    `concat('l', toString(number)), 'page' AS kind, 'page_view', ${before(-days)}, ${before(-days)}`,
    'number = 0',
  );
  const learnedFrom = addDays(asOf, -30);
  const lineage = {
    dataTo: addDays(asOf, -1).toISOString(),
    signals: signals.map(({ name }) => name),
    snapshots: [{ asOf: learnedFrom.toISOString(), people, conversions: 1, role: 'deploy' }],
  };
  await store.state.query(
    `INSERT INTO models (id, workspace, version, name, question, model_type, conversion_event, timeframe_days, status,
       settings, signals, lineage, created_at, updated_at)
     VALUES ('m', $1, 1, 'bench', 'purchase_intent', 'GENERIC', 'purchase', ${days}, 'ACTIVE', '{}', '[]', $2::jsonb, $3, $3)`,
    [workspace, JSON.stringify(lineage), now],
  );
  await facts.command(
    `INSERT INTO scores (workspace, model_id, model_version, as_of, profile, score, probability, segment, confidence, scored_at)
     SELECT '${workspace}', 'm', 1, '${at}', ${node}, cityHash64(number, 'score') % 101 AS s, s / 101,
       multiIf(s >= 70, 'HIGH', s >= 40, 'MEDIUM', 'LOW'), 0.5, '${at}' FROM numbers(${people})`,
  );
  for (const [i, moment] of [learnedFrom, asOf].entries()) {
    await facts.command(
      `INSERT INTO features (workspace, as_of, profile, signal_set, values, category, version)
       SELECT '${workspace}', '${toClickHouseTime(moment)}', ${node}, '${signalSetOf(signals)}',
         arrayMap(c -> toFloat32(cityHash64(number, c, ${i}) % 1000 / 10 + if(c < 4, ${5 * i}, 0)), range(${signals.length})), 'c',
         ${Date.now() + 86_400_000} FROM numbers(${people})`,
    );
  }
}
