// Scores of a day are held against what came of them once the timeframe has passed, over HTTP.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { figuresAt, logAccuracy, scoreEveryone, trainModel } from '../../src/predict/index.ts';
import { openServer } from '../../src/server/index.ts';
import { addDays } from '../../src/time.ts';
import { END, makeEvent, makeShop } from '../predict/shop.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const DAYS = 7;
const scoredAt = addDays(END, -DAYS);
let now = scoredAt;
await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'Europe/Berlin', now });
await createWorkspace(store, { id: 'other', name: 'Other', timeZone: 'UTC', now });
const { key } = await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now });
const { key: otherKey } = await createKey(store, { workspace: 'other', kind: 'secret', label: 'test', now });
const events = makeShop({ workspace: 'shop', people: 400, days: 60, end: END, readyRate: 0.06 });
const known = scoredAt.toISOString().replace('T', ' ').slice(0, 23);
await store.facts.insert(
  'events',
  events.filter(({ at }) => at < known),
);
await resolveAll(store, { workspace: 'shop', now });
const model = await trainModel(store, { workspace: 'shop', timeframeDays: DAYS, now });
// The day before lies within what the model has learned from: a score of then is no prediction.
for (const asOf of [addDays(scoredAt, -1), scoredAt]) await scoreEveryone(store, { workspace: 'shop', asOf, now });
const server = await openServer({ store, logLevel: 'silent', now: () => now });

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape each test checks
async function ask(query = '', secret = key): Promise<{ status: number; body: any }> {
  const response = await fetch(`${server.address}/api/v1/intent/accuracy${query}`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  return { status: response.status, body: await response.json() };
}

test('nothing is claimed before the timeframe has passed [INT-7]', async () => {
  assert.equal(await logAccuracy(store, { workspace: 'shop', now }), 0);
  const { body } = await ask();
  assert.deepEqual(body.days, []);
  assert.equal(body.overall, null);
  assert.equal(body.nextKnownAt, END.toISOString());
  assert.match(body.statement, /No score is 7 days old yet/);
});

test('then every figure follows from who converted, once per model and day [INT-7][CBP-10][INT-19]', async () => {
  await store.facts.insert('events', [
    ...events.filter(({ at }) => at >= known),
    makeEvent('shop', 'u0', 'page_view', END),
  ]);
  now = addDays(END, 1);
  await resolveAll(store, { workspace: 'shop', now });
  assert.equal(await logAccuracy(store, { workspace: 'shop', now }), 1);

  // Counted anew, without the code under test.
  const scores = await store.facts.rows<{ user: string; score: number }>(
    `SELECT p.user_ids[1] AS user, s.score AS score FROM scores AS s FINAL
     INNER JOIN profiles AS p FINAL ON s.profile = p.profile AND s.workspace = p.workspace
     WHERE s.workspace = 'shop' AND s.as_of = {asOf:String}`,
    { asOf: known },
  );
  const bought = new Set(events.filter(({ at, event }) => at >= known && event === 'purchase').map((e) => e.user_id));
  for (const threshold of [70, 20]) {
    const called = scores.filter(({ score }) => score >= threshold);
    const right = called.filter(({ user }) => bought.has(user)).length;
    const conversions = scores.filter(({ user }) => bought.has(user)).length;
    const { body } = await ask(`?threshold=${threshold}`);
    assert.equal(body.days.length, 1, 'the scoring of the day before is not one of the future');
    const [day] = body.days;
    assert.equal(day.date, '2025-05-25', 'the day as the workspace has it: 02:00 in Berlin');
    assert.deepEqual(
      [day.predictionsCount, day.conversionsCount, day.truePositives, day.falsePositives],
      [scores.length, conversions, right, called.length - right],
    );
    assert.deepEqual(
      [day.falseNegatives, day.trueNegatives],
      [conversions - right, scores.length - called.length - (conversions - right)],
    );
    if (called.length > 0) {
      assert.equal(day.precision, right / called.length);
      const lift = 100 * (right / called.length / (conversions / scores.length) - 1);
      assert.ok(Math.abs(day.conversionLiftVsControl - lift) < 1e-9);
      assert.ok(day.liftInterval[0] < lift && lift < day.liftInterval[1]);
    }
    assert.equal(day.recall, right / conversions);
    assert.ok(day.auc > 0.6);
  }

  assert.equal(await logAccuracy(store, { workspace: 'shop', now }), 1, 'late events may still come: logged again');
  assert.equal((await ask()).body.days.length, 1);
  assert.equal(await logAccuracy(store, { workspace: 'shop', now: addDays(now, 5) }), 1);
  assert.equal(await logAccuracy(store, { workspace: 'shop', now: addDays(now, 6) }), 0, 'and then it stands');
});

test('the threshold helper says what a cut brings today, and what came of it lies within its interval [INT-14][CBP-10]', async () => {
  const get = async (query: string, secret = key) => {
    const response = await fetch(`${server.address}/api/v1/intent/thresholds${query}`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    // biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape the test checks
    return { status: response.status, body: (await response.json()) as any };
  };
  const { body } = await get('');
  assert.equal(body.asOf, scoredAt.toISOString());
  assert.equal(body.cuts.length, 101);
  const bought = new Set(events.filter(({ at, event }) => at >= known && event === 'purchase').map((e) => e.user_id));
  const scores = await store.facts.rows<{ user: string; score: number; probability: number }>(
    `SELECT p.user_ids[1] AS user, s.score AS score, s.probability AS probability FROM scores AS s FINAL
     INNER JOIN profiles AS p FINAL ON s.profile = p.profile AND s.workspace = p.workspace
     WHERE s.workspace = 'shop' AND s.as_of = {asOf:String}`,
    { asOf: known },
  );
  for (const threshold of [0, 10, 20, 40]) {
    const cut = body.cuts[threshold];
    const called = scores.filter(({ score }) => score >= threshold);
    assert.equal(cut.people, called.length);
    const expected = called.reduce((sum, { probability }) => sum + probability, 0);
    assert.ok(Math.abs(cut.truePositives - expected) < 0.01);
    assert.ok(Math.abs(cut.truePositives + cut.falsePositives - called.length) < 1e-6);
    const came = called.filter(({ user }) => bought.has(user)).length;
    const [low, high] = cut.truePositivesInterval;
    assert.ok(low <= came && came <= high, `${threshold}: ${came} is not within ${low} to ${high}`);
    assert.ok(called.length === 0 || high - low < 0.8 * called.length, 'an interval that says something');
  }
  const half = (await get('?minRecall=0.5')).body.suggestion;
  assert.ok(body.cuts[half.threshold].recall >= 0.5);
  assert.match(half.sentence, /people are called: \d+ are expected to convert \(\d+ to \d+\)/);
  const few = (await get('?maxPeople=10&minPrecision=0.01')).body.suggestion;
  assert.ok(few.threshold === null || body.cuts[few.threshold].people <= 10);
  assert.equal((await get('?minRecall=2')).body.status, 400);
  assert.equal((await get(`?modelId=${model.id}`, otherKey)).status, 404);
});

test('the period is chosen by day, and another workspace sees nothing [INT-7][MKT-13.1]', async () => {
  assert.equal((await ask('?from=2025-05-26')).body.overall, null);
  assert.equal((await ask('?from=2025-05-25&to=2025-05-25')).body.days.length, 1);
  const refused = await ask('?from=yesterday');
  assert.equal(refused.status, 400);
  assert.equal(refused.body.field, 'from');
  assert.equal((await ask(`?modelId=${model.id}`, otherKey)).status, 404);
});

test('the lift has an interval that a null falls into 95 times in 100', () => {
  // 2,000 people of whom 10 % convert whatever their score; 300 are called.
  let inside = 0;
  let state = 7;
  const uniform = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  for (let draw = 0; draw < 400; draw++) {
    const converted = (people: number) => Array.from({ length: people }, uniform).filter((u) => u < 0.1).length;
    const figures = figuresAt(
      [
        { score: 10, people: 1700, conversions: converted(1700), expected: 170, squares: 1700 },
        { score: 80, people: 300, conversions: converted(300), expected: 240, squares: 300 },
      ],
      70,
    );
    const [low, high] = figures.liftInterval ?? [0, 0];
    if (low <= 0 && high >= 0) inside++;
  }
  assert.ok(inside > 368 && inside < 392, `${inside} of 400`);
});
