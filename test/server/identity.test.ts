import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { alerts } from '../../src/alerts/index.ts';
import type { SegmentMessage } from '../../src/collect/index.ts';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { nodeOf, refreshPeople, resolveAll, suggestLinks, toHexId } from '../../src/identify/index.ts';
import { openServer } from '../../src/server/index.ts';
import { toClickHouseTime } from '../../src/time.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const now = new Date('2026-03-01T12:00:00Z');
const PEPPER = 'a'.repeat(64);
const server = await openServer({ store, logLevel: 'silent', now: () => now });

type Shop = Awaited<ReturnType<typeof openShop>>;

/** A workspace with a model and keys; all have one pepper, so that they can be compared. */
async function openShop(id: string) {
  const { writeKey } = await createWorkspace(store, { id, name: id, timeZone: 'UTC', now });
  const { key } = await createKey(store, { workspace: id, kind: 'secret', label: 'test', now });
  await store.state.query('INSERT INTO identity_secrets (workspace, pepper, created_at) VALUES ($1, $2, $3)', [
    id,
    PEPPER,
    now,
  ]);
  const call = async <T = Record<string, unknown>>(method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(server.address + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, text, body: (text.startsWith('{"kind"') ? {} : JSON.parse(text)) as T };
  };
  return {
    id,
    get: <T>(path: string) => call<T>('GET', path),
    post: <T>(path: string, body: unknown) => call<T>('POST', path, body),
    put: <T>(path: string, body: unknown) => call<T>('PUT', path, body),
    patch: <T>(path: string, body: unknown) => call<T>('PATCH', path, body),
    export: async (person?: string) => (await call('GET', `/api/v1/people/${person ? `${person}/` : ''}export`)).text,
    /** Sends messages and waits until people, visits and identities have followed. */
    async send(messages: readonly SegmentMessage[]) {
      const response = await fetch(`${server.address}/v1/batch`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${writeKey}:`)}`, 'content-type': 'application/json' },
        body: JSON.stringify({ batch: messages }),
      });
      assert.equal(response.status, 200);
      await shipped();
      const nodes = await store.facts.rows<{ node: string }>(
        'SELECT DISTINCT node FROM events WHERE workspace = {id:String}',
        { id },
      );
      await refreshPeople(
        store,
        id,
        nodes.map(({ node }) => BigInt(node)),
        now,
      );
    },
  };
}

/** Identities are followed before a shipment counts as done. */
async function shipped(): Promise<void> {
  type Health = { intake: { backlog: { events: number } } };
  const backlog = async () =>
    ((await (await fetch(`${server.address}/health`)).json()) as Health).intake.backlog.events;
  while ((await backlog()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

type Outcome = { decision: string | null; people: { id: string; identifiers: string[] }[] };
type Problem = { code: string; field: string; detail: string };

const at = (hour: number) => new Date(Date.UTC(2026, 1, 1, hour)).toISOString();
let messages = 0;
const told = (hour: number, message: Partial<SegmentMessage>): SegmentMessage => ({
  type: 'track',
  event: 'Product Viewed',
  messageId: `m${messages++}`,
  timestamp: at(hour),
  ...message,
});

const before: SegmentMessage[] = [
  told(1, { anonymousId: 'laptop' }),
  told(2, {
    type: 'identify',
    userId: 'anna',
    anonymousId: 'laptop',
    traits: { plan: 'gold', email: 'anna@example.org' },
  }),
  told(3, { userId: 'anna', event: 'Order Completed', properties: { order_id: 'o1', revenue: 30 } }),
  told(4, { anonymousId: 'phone', context: { device: { id: 'ios-1' } } }),
  told(5, { type: 'identify', userId: 'ben', anonymousId: 'phone', traits: { plan: 'silver', city: 'Bonn' } }),
  told(6, {
    userId: 'clara',
    context: { externalIds: [{ id: '77', type: 'crm', collection: 'users', encoding: 'none' }] },
  }),
];
const between: SegmentMessage[] = [
  told(30, { userId: 'ben', event: 'Order Completed', properties: { order_id: 'o2', revenue: 12 } }),
  told(31, { userId: 'anna', anonymousId: 'tablet' }),
  told(32, { type: 'identify', userId: 'ben', traits: { email: 'ben@example.org', plan: 'bronze' } }),
  told(33, { userId: 'dora', anonymousId: 'phone' }),
  told(34, { type: 'identify', anonymousId: 'kiosk', traits: { email: 'anna@example.org' } }),
];

async function scored(shop: Shop): Promise<void> {
  await store.state.query(
    `INSERT INTO models (id, workspace, version, name, question, model_type, conversion_event, timeframe_days, status,
       settings, signals, created_at, updated_at)
     VALUES ($1, $2, 1, 'Test', 'purchase_intent', 'GENERIC', 'purchase', 30, 'ACTIVE', '{}', '[]', $3, $3)`,
    [`model-${shop.id}`, shop.id, now],
  );
  await store.facts.insert(
    'scores',
    ['a:laptop', 'a:phone', 'u:clara'].map((identifier, i) => ({
      workspace: shop.id,
      model_id: `model-${shop.id}`,
      model_version: 1,
      as_of: toClickHouseTime(new Date(Date.UTC(2026, 1, 2))),
      profile: String(nodeOf(identifier)),
      score: 90 - 30 * i,
      probability: 0.9 - 0.3 * i,
      segment: ['HIGH', 'MEDIUM', 'LOW'][i],
      confidence: 0.8,
      category: 'Shoes',
      scored_at: toClickHouseTime(now),
    })),
  );
}

const alike = (text: string) => text.replaceAll(/"model_id":"[^"]*"/g, '"model_id":""');
const reason = 'They called.';

test('merged and parted again, people are byte for byte what they were, with all that came in between [WH-4] [MKT-5.6]', async () => {
  const [shop, twin] = [await openShop('shop'), await openShop('twin')];
  for (const one of [shop, twin]) {
    await one.send(before);
    await scored(one);
  }
  const first = await shop.export();
  assert.equal(alike(first), alike(await twin.export()));
  assert.match(first, /"kind":"session"/);
  assert.match(first, /"kind":"segment".*High intent/);

  const tried = await shop.post<Outcome>('/api/v1/identity/merge', { people: ['anna', 'ben'], reason, preview: true });
  assert.equal(tried.body.decision, null);
  assert.equal(tried.body.people.length, 1);
  assert.equal(await shop.export(), first, 'a preview writes nothing');

  const merged = await shop.post<Outcome>('/api/v1/identity/merge', { people: ['anna', 'ben'], reason });
  assert.equal(merged.status, 200);
  assert.deepEqual(merged.body.people, tried.body.people);
  const one = JSON.parse((await shop.export('ben')).split('\n')[0]) as Record<string, unknown>;
  assert.equal(one['person'], toHexId(nodeOf('a:laptop')));
  assert.deepEqual(one['traits'], { plan: 'silver', city: 'Bonn' });
  assert.equal(one['events'], '5');
  const listed = await shop.get<{ people: { id: string }[]; total: number }>('/api/v1/people');
  assert.equal(listed.body.total, 2);
  const users = await shop.get<{ scores: unknown[]; total: number }>('/api/v1/intent/scores');
  assert.equal(users.body.total, 2, 'who became one is counted once');
  const back = await shop.post<Outcome>('/api/v1/identity/undo', { decision: merged.body.decision, reason });
  assert.equal(back.body.people.length, 2);
  assert.equal(await shop.export(), first);

  const again = await shop.post<Outcome>('/api/v1/identity/merge', { people: ['ben', 'anna'], reason });
  for (const some of [shop, twin]) await some.send(between);
  assert.notEqual(alike(await shop.export()), alike(await twin.export()));
  assert.match(await shop.export('tablet'), new RegExp(`"person":"${toHexId(nodeOf('a:laptop'))}"`));
  await shop.post('/api/v1/identity/undo', { decision: again.body.decision, reason });
  assert.equal(alike(await shop.export()), alike(await twin.export()));
  assert.equal(alike(await shop.export('anna')), alike(await twin.export('anna')));

  // And a full pass over everything agrees.
  await resolveAll(store, { workspace: 'shop', now });
  assert.equal(alike(await shop.export()), alike(await twin.export()));

  const { body } = await shop.get<{
    decisions: { kind: string; reason: string; actor: string; undoneBy: string | null }[];
  }>('/api/v1/identity/decisions');
  assert.deepEqual(
    body.decisions.map(({ kind }) => kind),
    ['undo', 'merge', 'undo', 'merge'],
  );
  assert.ok(body.decisions.every((decision) => decision.reason === reason && decision.actor.startsWith('key_')));
  assert.equal((await shop.post('/api/v1/identity/undo', { decision: again.body.decision, reason })).status, 409);
});

test('identifiers that were taken out stay out, and refused pairs outrank later evidence [WH-4]', async () => {
  const shop = await openShop('split');
  await shop.send(before);
  const split = await shop.post<Outcome>('/api/v1/identity/unmerge', {
    person: 'ben',
    identifiers: ['a:phone', 'd:ios-1'],
    reason,
  });
  assert.equal(split.body.people.length, 2);
  await shop.send([told(40, { type: 'alias', userId: 'ben', previousId: 'phone' })]);
  const id = async (person: string) => (await shop.get<{ id: string }>(`/api/v1/people/${person}`)).body.id;
  assert.notEqual(await id('ben'), await id('phone'));
  const { body } = await shop.get<{ stopped: { reason: string; method: string }[] }>('/api/v1/people/ben/stopped');
  assert.ok(body.stopped.some(({ reason, method }) => reason === 'apart' && method === 'alias'));

  await shop.post('/api/v1/identity/refuse', { people: ['anna', 'clara'], reason });
  await shop.send([
    told(41, { type: 'identify', userId: 'clara', traits: { email: 'anna@example.org' } }),
    told(42, { type: 'alias', userId: 'anna', previousId: 'clara' }),
  ]);
  assert.notEqual(await id('anna'), await id('clara'));
  const refused = await shop.post<Problem>('/api/v1/identity/merge', { people: ['anna', 'clara'], reason });
  assert.equal(refused.status, 409);
  assert.match(refused.body.detail, /never to be one/);
  await resolveAll(store, { workspace: 'split', now });
  assert.notEqual(await id('anna'), await id('clara'));

  const wrong = await shop.post<Problem>('/api/v1/identity/unmerge', { person: 'anna', identifiers: ['a:x'], reason });
  assert.deepEqual([wrong.status, wrong.body.field], [400, 'identifiers']);
  const gone = await shop.post<Outcome>('/api/v1/identity/unmerge', {
    evidence: { a: 'u:anna', b: 'a:laptop', method: 'login' },
    reason,
  });
  assert.equal(gone.status, 200);
  assert.notEqual(await id('anna'), await id('laptop'));
});

test('uncertain pairs wait, are answered once, and no later run overrules the answer [WH-4]', async () => {
  const shop = await openShop('review');
  await shop.send(['p', 'q', 'r', 's', 't'].map((userId, i) => told(i, { userId })));
  const pair = (a: string, b: string, probability: number) => ({
    a: `u:${a}`,
    b: `u:${b}`,
    at: new Date(at(10)),
    probability,
    explanation: { prior: 0.001, weights: [{ comparison: 'name', weight: 6.2 }] },
  });
  const suggestions = [pair('p', 'q', 0.999), pair('r', 's', 0.8), pair('s', 't', 0.7), pair('p', 't', 0.1)];
  const run = () => suggestLinks(store, { workspace: 'review', suggestions, now });
  const { moved: _, ...counts } = await run();
  assert.deepEqual(counts, { linked: 1, waiting: 2, left: 1 });
  const id = async (person: string) => (await shop.get<{ id: string }>(`/api/v1/people/${person}`)).body.id;
  assert.equal(await id('p'), await id('q'));

  type Page = {
    reviews: { id: string; a: string; b: string; probability: number }[];
    waiting: number;
    nextCursor: string | null;
  };
  const list = await shop.get<Page>('/api/v1/identity/reviews?limit=1');
  assert.equal(list.body.waiting, 2);
  assert.equal(list.body.reviews[0].probability, 0.8);
  const next = await shop.get<Page>(`/api/v1/identity/reviews?limit=1&cursor=${list.body.nextCursor}`);
  assert.deepEqual([next.body.reviews[0].probability, next.body.nextCursor], [0.7, null]);

  await shop.post('/api/v1/identity/reviews/answer', { ids: [list.body.reviews[0].id], answer: 'refuse' });
  const accepted = await shop.post('/api/v1/identity/reviews/answer', {
    ids: [next.body.reviews[0].id],
    answer: 'accept',
  });
  assert.deepEqual(accepted.body, { answered: 1 });
  assert.equal(await id('s'), await id('t'));
  suggestions.splice(0, 4, pair('p', 'q', 0.2), pair('r', 's', 0.9999), pair('s', 't', 0.01));
  await run();
  assert.notEqual(await id('r'), await id('s'), 'refused stays refused');
  assert.equal(await id('s'), await id('t'), 'accepted stays accepted');
  assert.notEqual(await id('p'), await id('q'), 'what nobody decided follows the newest run');
  await resolveAll(store, { workspace: 'review', now });
  assert.notEqual(await id('r'), await id('s'));
  assert.equal((await shop.get<Page>('/api/v1/identity/reviews')).body.waiting, 0);
});

test('rules are tried before they are set, limits ask what they stopped [WH-3]', async () => {
  const shop = await openShop('rules');
  const email = 'family@example.org';
  await shop.send(['x', 'y', 'z'].map((userId, i) => told(i, { type: 'identify', userId, traits: { email } })));
  type Trial = {
    parting: { people: number; into: number };
    merging: object;
    samples: { before: string[]; after: string[] }[];
  };
  const change = { types: { user: { perProfile: 1 } } };
  const trial = await shop.post<Trial>('/api/v1/identity/rules/preview', change);
  assert.deepEqual(trial.body.parting, { people: 1, into: 3 });
  assert.deepEqual(trial.body.merging, { people: 0, into: 0 });
  assert.equal(trial.body.samples[0].after.length, 3);
  const people = async () => (await shop.get<{ total: number }>('/api/v1/people')).body.total;
  assert.equal(await people(), 1, 'nothing was written');
  const set = await shop.put<{ change: object }>('/api/v1/identity/rules', { rules: change, reason });
  assert.equal(set.status, 200, set.text);
  assert.deepEqual(set.body.change, change);
  assert.equal(await people(), 3);
  const { body } = await shop.get<{ reviews: { kind: string; explanation: object }[] }>('/api/v1/identity/reviews');
  assert.deepEqual(
    body.reviews.map(({ kind, explanation }) => ({ kind, explanation })),
    [1, 2].map(() => ({ kind: 'limit', explanation: { method: 'email', limit: 'user' } })),
  );
  const blocked = { types: { email: { blocked: [email] } } };
  await shop.put('/api/v1/identity/rules', { rules: blocked, reason });
  const { body: why } = await shop.get<{ stopped: { reason: string }[] }>('/api/v1/people/x/stopped');
  assert.deepEqual(
    why.stopped.map(({ reason: stop }) => stop),
    ['blocked'],
  );
  const wrong = await shop.put<Problem>('/api/v1/identity/rules', { rules: { types: { 'No Type': {} } }, reason });
  assert.deepEqual([wrong.status, wrong.body.field], [400, 'types.No Type']);
});

test('how many are known across platforms, which platforms share them, and whether that is too few [WH-14]', async () => {
  const shop = await openShop('across');
  const web = { library: { name: 'analytics.js' }, page: { url: 'https://shop.example/' } };
  const app = { library: { name: 'analytics-ios' }, device: { type: 'ios' } };
  await shop.send([
    ...Array.from({ length: 9 }, (_, i) => told(i, { userId: `w${i}`, context: web })),
    told(10, { userId: 'w0', context: app }),
  ]);
  type Platforms = {
    rate: number;
    isBelow: boolean;
    people: number;
    acrossPlatforms: number;
    overlap: { people: number }[];
    weeks: { people: number; acrossPlatforms: number }[];
  };
  const { body } = await shop.get<Platforms>('/api/v1/identity/platforms');
  assert.deepEqual([body.people, body.acrossPlatforms, body.isBelow], [9, 1, true]);
  assert.equal(body.rate, 1 / 9);
  assert.deepEqual(
    body.overlap.map(({ people }) => people),
    [1],
  );
  assert.deepEqual(
    body.weeks.map(({ people, acrossPlatforms }) => [people, acrossPlatforms]),
    [[9, 1]],
  );
  const alert = alerts.find(({ name }) => name === 'cross_platform')!;
  const look = (atLeast: number, people: number) =>
    alert.look(store, { workspace: 'across', settings: { atLeast, people }, now });
  assert.match((await look(0.25, 5))!.message, /^11 % of people/);
  assert.equal(await look(0.1, 5), undefined);
  assert.equal(await look(0.25, 100), undefined, 'of few people nothing is said');
});
