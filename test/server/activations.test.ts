// A segment is used with a control slice, over HTTP: who is acted upon, what it brought, and how the log of accuracy
// keeps its sight although those who were acted upon no longer do what was predicted.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { refreshActivations } from '../../src/decide/index.ts';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { logAccuracy, scoreEveryone, trainModel } from '../../src/predict/index.ts';
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
const keys: Record<string, string> = {};
for (const id of ['shop', 'other']) {
  await createWorkspace(store, { id, name: id, timeZone: 'UTC', now });
  keys[id] = (await createKey(store, { workspace: id, kind: 'secret', label: 'test', now })).key;
}
const events = makeShop({ workspace: 'shop', people: 1500, days: 50, end: END, readyRate: 0.06 });
const known = scoredAt.toISOString().replace('T', ' ').slice(0, 23);
await store.facts.insert(
  'events',
  events.filter(({ at }) => at < known),
);
await resolveAll(store, { workspace: 'shop', now });
await trainModel(store, { workspace: 'shop', timeframeDays: DAYS, now });
await scoreEveryone(store, { workspace: 'shop', asOf: scoredAt, now });
const server = await openServer({ store, logLevel: 'silent', now: () => now });

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape each test checks
async function ask(path: string, body?: object, workspace = 'shop'): Promise<{ status: number; body: any }> {
  const response = await fetch(`${server.address}/api/v1/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${keys[workspace]}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

type Exposure = { profile: string; user: string; variant: string; acted: number; chance: number; at: string };

async function exposuresOf(activation: string): Promise<Exposure[]> {
  return store.facts.rows<Exposure>(
    `SELECT toString(e.profile) AS profile, p.user_ids[1] AS user, e.variant AS variant, e.acted AS acted, e.chance AS chance,
       toString(e.at) AS at FROM exposures AS e FINAL INNER JOIN profiles AS p FINAL ON e.profile = p.profile AND e.workspace = p.workspace
     WHERE e.workspace = 'shop' AND e.experiment = {activation:String} ORDER BY e.profile`,
    { activation },
  );
}

let activation = '';

test('a segment is used with a share left alone, drawn by person and name alone [INT-7][INT-13]', async () => {
  const segment = (await ask('intent/segments', { name: 'Warm', minScore: 10 })).body;
  const started = await ask('measure/activations', {
    name: 'June letter',
    segmentId: segment.id,
    controlShare: 0.3,
    channel: 'e-mail',
  });
  assert.equal(started.status, 201);
  activation = started.body.id;
  assert.ok(Math.abs(started.body.shares.intent - 0.7) < 1e-9);
  assert.equal(started.body.windowDays, DAYS, 'as the model');
  const drawn = await exposuresOf(activation);
  assert.equal(drawn.length, segment.size);
  const held = drawn.filter(({ variant }) => variant === 'control');
  assert.ok(Math.abs(held.length / drawn.length - 0.3) < 0.06, `${held.length} of ${drawn.length}`);
  assert.ok(drawn.every(({ variant, acted }) => acted === (variant === 'intent' ? 1 : 0)));
  assert.ok(drawn.every(({ chance, at }) => Math.abs(chance - 0.7) < 1e-6 && at === known));

  await refreshActivations(store, { workspace: 'shop', at: addDays(scoredAt, 1) });
  assert.deepEqual(await exposuresOf(activation), drawn, 'who was drawn keeps arm and moment');

  const other = (await ask('measure/activations', { name: 'July letter', segmentId: segment.id, controlShare: 0.3 }))
    .body;
  const again = await exposuresOf(other.id);
  const both = again.filter(({ variant }, i) => variant === 'control' && drawn[i].variant === 'control');
  assert.ok(both.length < 0.5 * held.length, 'another use draws anew');
  // It acts upon nobody: it is over before it could.
  await store.state.query('UPDATE activations SET ended_at = started_at WHERE id = $1', [other.id]);
});

test('whom to act upon is listed to the end, and an arm by name [INT-13]', async () => {
  const people: { userId: string; arm: string }[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { body } = await ask(`measure/activations/${activation}/people?limit=100${page}`);
    people.push(...body.people);
    cursor = body.nextCursor;
  }
  const drawn = await exposuresOf(activation);
  const acted = drawn.filter((row) => row.acted === 1);
  assert.deepEqual(
    people.map(({ userId }) => userId),
    acted.map(({ user }) => user),
  );
  const { body } = await ask(`measure/activations/${activation}/people?arm=control&limit=1000`);
  assert.equal(body.people.length, drawn.length - acted.length);
  assert.equal((await ask(`measure/activations/${activation}/people?cursor=nonsense`)).status, 400);
});

test('nothing is claimed before the days are over [INT-13]', async () => {
  const { body } = await ask(`measure/activations/${activation}`);
  assert.equal(body.known, 0);
  assert.equal(body.comparisons[0].verdict, 'TOO_LITTLE');
  assert.equal(body.knownAt, END.toISOString());
});

test('what acting changed is measured against those left alone, and spoils no figure of the model [INT-7][INT-13][CBP-10]', async () => {
  const drawn = await exposuresOf(activation);
  const acted = new Set(drawn.filter((row) => row.acted === 1).map(({ user }) => user));
  const later = events.filter(({ at }) => at >= known);
  const bought = new Set(later.filter(({ event }) => event === 'purchase').map(({ user_id }) => user_id));
  // The letter works: of those who get it every second buys who would not have.
  const moved = [...acted].filter((user, i) => i % 2 === 0 && !bought.has(user));
  await store.facts.insert('events', [
    ...later,
    ...moved.map((user) => makeEvent('shop', user, 'purchase', addDays(scoredAt, 2), 'shoes', 30)),
    makeEvent('shop', 'u0', 'page_view', END),
  ]);
  now = addDays(END, 1);
  await resolveAll(store, { workspace: 'shop', now });

  const { body } = await ask(`measure/activations/${activation}`);
  const [compared] = body.comparisons;
  assert.equal(compared.name, 'intent_vs_control');
  const control = drawn.filter(({ variant }) => variant === 'control');
  const rate = [...acted].filter((user) => bought.has(user)).length + moved.length;
  assert.deepEqual([compared.group.people, compared.group.conversions], [acted.size, rate]);
  assert.deepEqual(
    [compared.against.people, compared.against.conversions],
    [control.length, control.filter(({ user }) => bought.has(user)).length],
  );
  assert.equal(compared.verdict, 'LIFT');
  const truth = moved.length / acted.size;
  assert.ok(compared.difference.interval[0] < truth && truth < compared.difference.interval[1]);
  assert.equal(body.sampleRatio.isAsPlanned, true);
  assert.equal(body.awaited, 0);

  // Counted anew: everybody who was not acted upon, the held-back as many times as they stand for.
  const scores = await store.facts.rows<{ user: string; probability: number }>(
    `SELECT p.user_ids[1] AS user, s.probability AS probability FROM scores AS s FINAL
     INNER JOIN profiles AS p FINAL ON s.profile = p.profile AND s.workspace = p.workspace
     WHERE s.workspace = 'shop' AND s.as_of = {asOf:String}`,
    { asOf: known },
  );
  const heldBack = new Set(control.map(({ user }) => user));
  const weightOf = (user: string) => (acted.has(user) ? 0 : heldBack.has(user) ? 1 / 0.3 : 1);
  const sum = (of: (row: { user: string; probability: number }) => number) =>
    scores.reduce((total, row) => total + weightOf(row.user) * of(row), 0);
  assert.equal(await logAccuracy(store, { workspace: 'shop', now }), 1);
  const { overall, statement } = (await ask('intent/accuracy')).body;
  assert.deepEqual([overall.setAside, overall.heldBack, overall.unrepresented], [acted.size, heldBack.size, 0]);
  assert.equal(overall.predictionsCount, Math.round(sum(() => 1)));
  assert.equal(overall.conversionsCount, Math.round(sum(({ user }) => (bought.has(user) ? 1 : 0))));
  assert.ok(Math.abs(overall.expectedConversions - sum(({ probability }) => probability)) < 0.01);
  // As it would have been had nobody been acted upon, and far from what those who were did.
  const natural = scores.filter(({ user }) => bought.has(user)).length;
  assert.ok(Math.abs(overall.predictionsCount / scores.length - 1) < 0.1);
  assert.ok(Math.abs(overall.conversionsCount / natural - 1) < 0.25, `${overall.conversionsCount} for ${natural}`);
  assert.ok(natural + moved.length > 1.5 * natural);
  assert.match(statement, /people who were acted upon are set aside; [\d,]+ people held back stand for them\.$/);

  // What the model is set by next is theirs too: the level of the next scoring does not rise with the letter.
  const next = await scoreEveryone(store, { workspace: 'shop', asOf: END, now });
  assert.ok(Math.abs(next.levelShift) < 0.45, `level moved by ${next.levelShift}`);
});

test('where nobody was held back, it is said that nobody stands for those acted upon [INT-7]', async () => {
  const segment = (await ask('intent/segments')).body.segments.find(({ name }: { name: string }) => name === 'Warm');
  const all = (await ask('measure/activations', { name: 'To all', segmentId: segment.id, controlShare: 0 })).body;
  assert.deepEqual((await ask(`measure/activations/${all.id}`)).body.comparisons, []);
  const ended = await ask(`measure/activations/${all.id}/end`, {});
  assert.equal(ended.status, 200);
  assert.equal(ended.body.endedAt, now.toISOString());
  await store.state.query('UPDATE activations SET started_at = $2 WHERE id = $1', [all.id, scoredAt]);
  await store.facts.command(
    `INSERT INTO exposures SELECT workspace, concat(id, ' then'), {at:DateTime64(3, 'UTC')}, profile, experiment, variant, channel,
       content, audiences, chance, acted FROM exposures WHERE experiment = {id:String}`,
    { id: all.id, at: known },
  );
  await logAccuracy(store, { workspace: 'shop', now });
  const { overall, statement } = (await ask('intent/accuracy')).body;
  assert.ok(overall.unrepresented > 0);
  assert.match(statement, /nobody was held back, so the figures are not of them/);
});

test('mistakes are named, and another workspace knows nothing of it [INT-13][MKT-13.1]', async () => {
  const refused = async (body: object) => (await ask('measure/activations', body)).body;
  assert.equal(
    (await refused({ name: 'x', segmentId: 'ready:HIGH', controlShare: 0.6, demographicShare: 0.6 })).field,
    'controlShare',
  );
  assert.equal((await refused({ name: 'x', segmentId: 'nothing' })).field, 'id');
  assert.equal((await refused({ name: 'June letter', segmentId: 'ready:HIGH' })).field, 'name');
  assert.equal((await refused({ segmentId: 'ready:HIGH' })).status, 400);
  for (const path of ['', '/people']) {
    assert.equal((await ask(`measure/activations/${activation}${path}`, undefined, 'other')).status, 404);
  }
  assert.equal((await ask(`measure/activations/${activation}/end`, {}, 'other')).status, 404);
  assert.deepEqual((await ask('measure/activations', undefined, 'other')).body.activations, []);
});
