// The queries of docs/guide/warehouse.md, each run as it stands there; the check of what was loaded; correlations; the past.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { signalSetOf, signals, takeSnapshot } from '../../src/features/index.ts';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { openServer } from '../../src/server/index.ts';
import { addDays, toClickHouseTime } from '../../src/time.ts';
import { END, makeEvent, makeShop } from '../predict/shop.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const now = END;
const workspace = 'shop';
await createWorkspace(store, { id: workspace, name: 'Shop', timeZone: 'UTC', now });
await createWorkspace(store, { id: 'other', name: 'Other', timeZone: 'UTC', now });
const { key } = await createKey(store, { workspace, kind: 'secret', label: 'test', now });
const events = makeShop({ workspace, people: 300, days: 80, end: END, readyRate: 0.05 });
await store.facts.insert('events', events);
await store.facts.insert('events', [
  { ...makeEvent(workspace, 'u1', 'product_view', addDays(END, -3)), platform: 'app', message_id: 'app 1' },
]);
await resolveAll(store, { workspace, now });
await store.state.query(
  `INSERT INTO models (id, workspace, version, name, question, model_type, conversion_event, timeframe_days, status,
     settings, signals, trained_on, created_at, updated_at)
   VALUES ('m', 'shop', 1, 'Planted', 'purchase_intent', 'GENERIC', 'purchase', 14, 'ACTIVE', '{}', '[]', $1, $1, $1)`,
  [END],
);
const people = await store.facts.rows<{ profile: string; user: string }>(
  "SELECT profile, user_ids[1] AS user FROM profiles FINAL WHERE workspace = 'shop'",
);
const asOf = addDays(END, -31);
const until = toClickHouseTime(addDays(asOf, 30));
/** Whoever buys in the 30 days after has a high score: a truth that the figures have to show. */
const buyers = new Set(
  events
    .filter(({ event, at }) => event === 'purchase' && at >= toClickHouseTime(asOf) && at < until)
    .map(({ user_id }) => user_id),
);
const scoreOfUser = (user: string, i: number) => (buyers.has(user) ? 70 + (i % 30) : i % 70);
await store.facts.insert(
  'scores',
  [asOf, addDays(END, -1)].flatMap((at) =>
    people.map(({ profile, user }, i) => {
      const score = scoreOfUser(user, i);
      return {
        ...{
          workspace,
          model_id: 'm',
          model_version: 1,
          as_of: toClickHouseTime(at),
          profile,
          score,
          category: 'shoes',
        },
        ...{
          probability: score / 100,
          segment: score >= 70 ? 'HIGH' : score >= 40 ? 'MEDIUM' : 'LOW',
          confidence: 0.8,
        },
        ...{ signals: ['visits_7d'], contributions: [1], signal_values: [2], scored_at: toClickHouseTime(now) },
      };
    }),
  ),
);
const server = await openServer({ store, logLevel: 'silent', now: () => END });

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape each test checks
type Json = any;
async function ask(path: string, body?: object): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${server.address}/api/v1${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

const guide = readFileSync(new URL('../../docs/guide/warehouse.md', import.meta.url), 'utf8');
const queries = [...guide.matchAll(/```sql\n-- (.+)\n([\s\S]+?)```/g)].map(([, title, sql]) => ({ title, sql }));

test('the guide has its queries', () => {
  assert.equal(queries.length, (guide.match(/```sql/g) ?? []).length);
  assert.ok(queries.length >= 18);
});

for (const { title, sql } of queries) {
  test(`the query of the guide answers for this workspace alone: ${title} [WH-1][WH-12]`, async () => {
    const rows = await store.facts.rows<Json>(sql, { workspace });
    assert.ok(rows.length > 0);
    const others = await store.facts.rows<Json>(sql, { workspace: 'other' });
    assert.ok(
      others.every((row) =>
        Object.values(row).every((value) => value === null || Number(value) === 0 || value === ''),
      ) || others.every((row) => Number(row.called ?? row.people) === 0),
      JSON.stringify(others),
    );
  });
}

const query = (title: string) => queries.find((one) => one.title.startsWith(title))!.sql;
const run = (title: string) => store.facts.rows<Json>(query(title), { workspace });

test('their figures are those one would count by hand [WH-1]', async () => {
  const [loaded] = await run('Rows loaded');
  assert.deepEqual([Number(loaded.customers), Number(loaded.intent_scores)], [people.length, 2 * people.length]);
  assert.equal(Number(loaded.transactions), events.filter(({ event }) => event === 'purchase').length);
  const [shared] = await run('Which platforms share people');
  assert.deepEqual([shared.platform, shared.with_platform, Number(shared.people)], ['app', 'web', 1]);
  const high = (await run('People by intent level')).find(({ intent_level }) => intent_level === 'HIGH');
  assert.equal(Number(high.people), people.filter(({ user }) => buyers.has(user)).length);
  const at70 = (await run('Precision and recall')).find(({ threshold }) => threshold === 70);
  const soon = toClickHouseTime(addDays(asOf, 14));
  const boughtSoon = new Set(
    events
      .filter(({ event, at }) => event === 'purchase' && at >= toClickHouseTime(asOf) && at < soon)
      .map(({ user_id }) => user_id),
  );
  assert.deepEqual([Number(at70.right), at70.recall], [boughtSoon.size, 1]);
});

test('what was loaded is found whole, and what is broken is found [WH-1]', async () => {
  const good = await ask('/warehouse/report');
  assert.equal(good.status, 200, JSON.stringify(good.body));
  assert.deepEqual(
    good.body.checks.filter(({ passed }: Json) => !passed),
    [],
  );
  assert.match(good.body.statement, /; all 11 checks hold\.$/);
  const again = makeEvent(workspace, 'u1', 'purchase', addDays(END, -5), 'shoes', -4);
  await store.facts.insert('events', [
    { ...again, message_id: events[0].message_id },
    { ...again, received_at: toClickHouseTime(addDays(END, -9)), user_id: 'new', anchor: 'u:new', message_id: 'new' },
  ]);
  const { body } = await ask('/warehouse/report');
  const broken = Object.fromEntries(
    body.checks.filter(({ passed }: Json) => !passed).map((check: Json) => [check.name, check.broken]),
  );
  assert.deepEqual(broken, {
    'no message twice': 1,
    'every event has its person': 1,
    'no event from the future': 1,
    'purchases have a price': 2,
    'totals of people are those of their events': 2,
  });
  assert.match(body.statement, /5 of 11 checks fail/);
  await store.facts.remove('events', "workspace = 'shop' AND revenue < 0");
});

test('levels are held against worth, coming again and liking of categories [INT-20]', async () => {
  const { status, body } = await ask('/intent/correlations');
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual([body.asOf, body.daysAfter], [asOf.toISOString(), 30]);
  const [high, medium, low] = body.levels;
  const revenue = events
    .filter(({ event, at }) => event === 'purchase' && at >= toClickHouseTime(asOf) && at < until)
    .reduce((sum, one) => sum + one.revenue, 0);
  assert.ok(Math.abs(high.revenueAfter * high.people - revenue) < 1e-6);
  assert.equal(medium.revenueAfter, 0);
  assert.ok(high.revenueAfterInterval[0] > 0 && high.revenueAfterInterval[0] < high.revenueAfter);
  assert.equal(high.retention, 1);
  assert.ok(low.retention < 1 && low.retentionInterval[0] < low.retention);
  const of = (name: string) => body.correlations.find((one: Json) => one.with === name);
  assert.ok(of('revenueAfter').rho > 0.4 && of('revenueAfter').interval[0] > 0.3);
  const shares = high.categories.map(({ share }: Json) => share);
  assert.deepEqual(
    shares,
    [...shares].sort((a, b) => b - a),
  );
  const weighted = body.levels.reduce((sum: number, level: Json) => {
    const shoes = level.categories.find(({ category }: Json) => category === 'shoes');
    return sum + (shoes.share / shoes.lift) * level.people;
  }, 0);
  const everyone = high.categories.find(({ category }: Json) => category === 'shoes');
  assert.ok(Math.abs(weighted / people.length - everyone.share / everyone.lift) < 1e-9, 'the lift is over everyone');
});

test('the past is worked out with the signals of today, from what was known then [WH-16]', async () => {
  const begun = await ask('/features/backfill', { days: 21, everyDays: 7 });
  assert.equal(begun.status, 202, JSON.stringify(begun.body));
  let state = begun.body;
  for (let i = 0; i < 1200 && state.status === 'RUNNING'; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    state = (await ask('/features/backfill')).body;
  }
  assert.deepEqual([state.status, state.done, state.fault], ['DONE', 4, null]);
  const signalSet = signalSetOf(signals);
  const read = (at: Date) =>
    store.facts.rows<Json>(
      `SELECT profile, values, category FROM features FINAL WHERE workspace = 'shop' AND signal_set = {signalSet:String}
         AND as_of = {at:DateTime64(3, 'UTC')} ORDER BY profile`,
      { signalSet, at: toClickHouseTime(at) },
    );
  const moments = await store.facts.rows<{ at: string }>(
    "SELECT DISTINCT as_of AS at FROM features WHERE workspace = 'shop' ORDER BY at",
  );
  assert.equal(moments.length, 4);
  const first = new Date(`${moments[0].at.replace(' ', 'T')}Z`);
  const filled = await read(first);
  assert.ok(filled.length > 200);
  // Without everything that happened since, the same moment gives the same values.
  await store.facts.remove('events', `workspace = 'shop' AND at >= '${moments[0].at}'`);
  await takeSnapshot(store, { workspace, asOf: first, now: new Date(now.getTime() + 1) });
  assert.deepEqual(await read(first), filled);
  assert.equal((await ask('/features/backfill', { days: 0 })).body.field, 'days');
});
