// Too few conversions to predict intent, over HTTP: what is left to target by, with its disclaimer.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { scoreEveryone, trainModel } from '../../src/predict/index.ts';
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
const now = END;
const keys: Record<string, string> = {};
for (const id of ['few', 'none', 'many']) {
  await createWorkspace(store, { id, name: id, timeZone: 'UTC', now });
  keys[id] = (await createKey(store, { workspace: id, kind: 'secret', label: 'test', now })).key;
}
const told = (workspace: string, user: string, traits: object) => ({
  ...makeEvent(workspace, user, 'identify', addDays(END, -30)),
  type: 'identify',
  traits: JSON.stringify(traits),
});
/** A hundred people who look at pages; women of forty in Germany buy, six of them. */
for (const workspace of ['few', 'none']) {
  const events = Array.from({ length: 100 }, (_, i) => {
    const user = `u${i}`;
    const isWoman = i % 2 === 0;
    const traits = { gender: isWoman ? 'Female' : 'male', age: isWoman ? 44 : '23' };
    const seen = [-30, -12, -3].map((day) => ({
      ...makeEvent(workspace, user, 'page_view', addDays(END, day)),
      country: 'DE',
    }));
    const buys = workspace === 'few' && isWoman && i < 12;
    return [
      told(workspace, user, traits),
      ...seen,
      ...(buys ? [makeEvent(workspace, user, 'purchase', addDays(END, -2), 'shoes', 30)] : []),
    ];
  }).flat();
  await store.facts.insert('events', events);
}
await store.facts.insert('events', makeShop({ workspace: 'many', people: 250, days: 50, end: END, readyRate: 0.06 }));
for (const workspace of ['few', 'none', 'many']) {
  await resolveAll(store, { workspace, now });
  await trainModel(store, { workspace, timeframeDays: 7, now });
  await scoreEveryone(store, { workspace, asOf: END, now });
}
const server = await openServer({ store, logLevel: 'silent', now: () => now });

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape each test checks
async function ask(workspace: string, path = 'intent/fallback', body?: object): Promise<any> {
  const response = await fetch(`${server.address}/api/v1/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${keys[workspace]}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  return response.json();
}

test('with six conversions groups are offered under a disclaimer, the likeliest first [INT-18]', async () => {
  const fallback = await ask('few');
  assert.equal(fallback.applies, true);
  assert.equal(fallback.rung, 'rule');
  assert.ok(fallback.conversions < fallback.conversionsNeeded);
  assert.match(fallback.disclaimer, /too few to predict anybody's intent.*nothing about what anybody is about to do/);
  const [first, second, ...more] = fallback.demographics.groups;
  assert.deepEqual(more, []);
  assert.deepEqual(
    [first.country, first.gender, first.age, first.people, first.conversions],
    ['DE', 'female', '40', 50, 6],
  );
  assert.deepEqual(
    [second.country, second.gender, second.age, second.people, second.conversions],
    ['DE', 'male', '20', 50, 0],
  );
  assert.ok(first.expected > second.expected && second.expected > 0);
});

test('and can be targeted: the demographic arm is drawn from the likeliest group alone [INT-13][INT-18]', async () => {
  const segment = await ask('few', 'intent/segments', { name: 'Top', minScore: 0 });
  const started = await ask('few', 'measure/activations', {
    name: 'all',
    segmentId: segment.id,
    controlShare: 0.1,
    demographicShare: 0.5,
  });
  // As many as the segment has: everybody. With half of them only the likeliest are.
  assert.equal(started.demographics.conversions, 6);
  const half = await store.facts.rows<{ score: number }>(
    "SELECT score FROM scores FINAL WHERE workspace = 'few' ORDER BY score DESC LIMIT 1",
  );
  const narrow = await ask('few', 'intent/segments', { name: 'Narrow', minScore: half[0].score });
  const drawn = await ask('few', 'measure/activations', {
    name: 'some',
    segmentId: narrow.id,
    controlShare: 0,
    demographicShare: 0.9,
  });
  const { people } = await ask('few', `measure/activations/${drawn.id}/people?arm=demographic&limit=1000`);
  const acted = await store.facts.rows<{ user: string }>(
    `SELECT p.user_ids[1] AS user FROM exposures AS e FINAL INNER JOIN profiles AS p FINAL ON e.profile = p.profile AND e.workspace = p.workspace
     WHERE e.experiment = {id:String} AND has(e.audiences, 'demographic')`,
    { id: drawn.id },
  );
  assert.ok(people.length > 0 && acted.length > 0);
  if (narrow.size <= 50)
    assert.ok(
      acted.every(({ user }) => Number(user.slice(1)) % 2 === 0),
      'only women',
    );
});

test('with no conversion at all it says that not even groups can be told apart [INT-18]', async () => {
  const fallback = await ask('none');
  assert.equal(fallback.applies, true);
  assert.match(fallback.disclaimer, /not even they can be told apart/);
});

test('where intent can be predicted there is no fallback [INT-18]', async () => {
  const fallback = await ask('many');
  assert.deepEqual([fallback.applies, fallback.disclaimer, fallback.demographics], [false, null, null]);
});
