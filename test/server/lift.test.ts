// The A/B test of INT-13 over HTTP, on the simulated shop, whose people know nothing of it: intent targeting against
// demographic targeting and against nobody, with a real model, and with scores that were shuffled among the people.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { loadMessages } from '../../src/collect/index.ts';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { createRandom } from '../../src/math/index.ts';
import { scoreEveryone, trainModel } from '../../src/predict/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openShop } from '../../src/simulate/index.ts';
import { addDays, toClickHouseTime } from '../../src/time.ts';
import { makeEvent } from '../predict/shop.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const DAYS = 14;
const end = new Date('2026-06-01T00:00:00.000Z');
const asOf = addDays(end, -DAYS);
let now = asOf;
await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now });
const { key } = await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now });
const shop = openShop({ shoppers: 2000, days: 80, end, seed: 7 });

/** The shop goes on as it would have: the days up to the test, then those after. */
async function load(keep: (at: string) => boolean): Promise<void> {
  const messages = shop.events();
  await loadMessages(store, {
    workspace: 'shop',
    source: 'shop',
    messages: (function* () {
      for (const message of messages) if (keep(message.timestamp)) yield message;
    })(),
    now,
  });
  await resolveAll(store, { workspace: 'shop', now });
}

await load((at) => at < asOf.toISOString());
const model = await trainModel(store, { workspace: 'shop', timeframeDays: DAYS, now });
await scoreEveryone(store, { workspace: 'shop', asOf, now });
const server = await openServer({ store, logLevel: 'silent', now: () => now });

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape each test checks
async function ask(path: string, body?: object): Promise<any> {
  const response = await fetch(`${server.address}/api/v1/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  assert.ok(response.status < 300, `${path}: ${response.status}`);
  return response.json();
}

/** The same scores, for other people. */
async function shuffleScores(): Promise<void> {
  const rows = await store.facts.rows<{ profile: string; score: number; probability: number; segment: string }>(
    `SELECT toString(profile) AS profile, score, probability, segment FROM scores FINAL WHERE workspace = 'shop'
       AND model_id = {model:String} AND as_of = {asOf:String} ORDER BY profile`,
    { model: model.id, asOf: toClickHouseTime(asOf) },
  );
  const random = createRandom('shuffle');
  const places = rows.map((_, i) => i);
  for (let i = places.length - 1; i > 0; i--) {
    const j = random.int(i + 1);
    [places[i], places[j]] = [places[j], places[i]];
  }
  await store.facts.insert(
    'scores',
    rows.map(({ profile }, i) => ({
      ...{ workspace: 'shop', model_id: model.id, model_version: 1, as_of: toClickHouseTime(asOf), profile },
      ...{ score: rows[places[i]].score, probability: rows[places[i]].probability, segment: rows[places[i]].segment },
      scored_at: toClickHouseTime(addDays(now, 1)),
    })),
  );
}

const shares = { controlShare: 0.2, demographicShare: 0.4 };
const segment = await ask('intent/segments', { name: 'Likely', minScore: 25 });
const real = await ask('measure/activations', { name: 'real', segmentId: segment.id, ...shares });
await shuffleScores();
// Scores that know nothing need many people for their nothing to be seen.
const anyone = await ask('intent/segments', { name: 'Perhaps', minScore: 5 });
const nothing = await ask('measure/activations', { name: 'shuffled', segmentId: anyone.id, ...shares });
now = addDays(end, 1);
await load((at) => at >= asOf.toISOString());
// A day is known once something came in after it.
await store.facts.insert('events', [makeEvent('shop', 'late', 'page_view', end)]);

test('targeting by intent converts at least a quarter more than targeting by demographic traits, beyond chance [INT-13]', async () => {
  const lift = await ask(`measure/activations/${real.id}`);
  const [compared] = lift.comparisons;
  assert.equal(compared.name, 'intent_vs_demographic');
  assert.equal(compared.verdict, 'LIFT');
  assert.ok(compared.lift.value >= 0.25 && compared.lift.interval[0] > 0, JSON.stringify(compared.lift));
  assert.ok(compared.difference.interval[0] > 0);
  assert.ok(compared.pValue < 0.001);
  assert.match(compared.sentence, /more than those chosen by demographic traits \(95 % interval/);
  // The audiences are of one size, and both were drawn as planned.
  const [intent, demographic] = [compared.group.people / 0.4, compared.against.people / 0.4];
  assert.ok(Math.abs(intent / demographic - 1) < 0.25, `${intent} and ${demographic}`);
  assert.equal(lift.sampleRatio.isAsPlanned, true);
  assert.ok(real.demographics.groups.length > 5 && real.demographics.conversions > 50);
  // The rates are those of the shop's own truth: who was reached, not what was done to them.
  const profiles = new Map<string, string>();
  for (const row of await store.facts.rows<{ anchor: string; profile: string }>(
    `SELECT DISTINCT e.anchor AS anchor, toString(if(m.profile = 0, e.node, m.profile)) AS profile FROM events AS e
     LEFT JOIN (SELECT node, argMax(profile, (since, version)) AS profile FROM identity_map GROUP BY node) AS m ON e.node = m.node`,
  )) {
    profiles.set(row.anchor, row.profile);
  }
  const bought = new Set<string>();
  for (const truth of shop.truthAt(asOf, DAYS)) {
    const profile = truth.bought ? truth.anchors.map((anchor) => profiles.get(anchor)).find(Boolean) : undefined;
    if (profile !== undefined) bought.add(profile);
  }
  const reached = await store.facts.rows<{ profile: string }>(
    `SELECT toString(if(m.profile = 0, e.profile, m.profile)) AS profile FROM exposures AS e FINAL
     LEFT JOIN (SELECT node, argMax(profile, (since, version)) AS profile FROM identity_map GROUP BY node) AS m ON e.profile = m.node
     WHERE e.experiment = {id:String} AND e.variant = 'intent' AND e.acted`,
    { id: real.id },
  );
  const truly = reached.filter(({ profile }) => bought.has(profile)).length / reached.length;
  assert.ok(Math.abs(truly - compared.group.rate) < 0.05, `${truly} and ${compared.group.rate}`);
});

test('nothing was done to anybody, and no lift over those held back is found [INT-13]', async () => {
  const { comparisons } = await ask(`measure/activations/${real.id}`);
  const against = comparisons.find(({ name }: { name: string }) => name === 'intent_vs_control');
  assert.equal(against.verdict, 'NO_LIFT');
  assert.ok(against.against.people >= 20 && against.difference.interval[0] < 0 && against.difference.interval[1] > 0);
});

test('a planted null, targeting that knows nothing, is reported as no lift, with what could have been seen [INT-13]', async () => {
  const [compared] = (await ask(`measure/activations/${nothing.id}`)).comparisons;
  assert.equal(compared.verdict, 'NO_LIFT');
  assert.ok(compared.difference.interval[0] < 0 && compared.difference.interval[1] > 0);
  assert.ok(
    compared.group.people > 150 && compared.detectableLift > 0.25 && compared.peopleForAQuarter > compared.group.people,
  );
  assert.match(compared.sentence, /no lift over those chosen by demographic traits is shown/);
});
