import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadMessages, type SegmentMessage } from '../../src/collect/index.ts';
import { createKey, ensureWorkspace } from '../../src/govern/index.ts';
import { nodeOf, resolveAll, toHexId } from '../../src/identify/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore();
const now = new Date('2026-03-01T12:00:00Z');
await ensureWorkspace(store, 'acme', now);

/** The parts of the answers that are looked at. */
type Body = {
  total: number;
  people: { id: string; displayName: string; score: number | null; scoreHistory: number[]; events: number }[];
  nextCursor: string | null;
  events: { messageId: string; summary: string }[];
  nextBefore: string | null;
  displayName: string;
  intent: object | null;
  detail: string;
  field: string;
};

/** Somebody whose id begins with zeros, which a plain hex() would leave out. */
const small = Array.from({ length: 5000 }, (_, i) => `user-${i}`).find((id) => nodeOf(`u:${id}`) < 2n ** 56n)!;

const messages: SegmentMessage[] = [small, 'anna', 'bert'].flatMap((userId, person) =>
  Array.from({ length: 5 }, (_, i) => ({
    type: 'track' as const,
    event: 'Product Viewed',
    userId,
    messageId: `${userId}-${i}`,
    timestamp: new Date(now.getTime() - (person * 5 + i) * 3_600_000).toISOString(),
    properties: { product_id: 'p1', category: 'Shoes' },
  })),
);
await loadMessages(store, { workspace: 'acme', source: 'test', messages, now });
await resolveAll(store, { workspace: 'acme', now });
const server = await openServer({ store, logLevel: 'silent', now: () => now });
const { key } = await createKey(store, { workspace: 'acme', kind: 'secret', label: 'test', now });
const get = async (path: string) => {
  const response = await fetch(`${server.address}${path}`, { headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, body: (await response.json()) as Body };
};

test('everybody in the list opens, with an id of 16 digits however small it is', async () => {
  const { body } = await get('/api/v1/people?sort=lastSeen');
  assert.equal(body.total, 3);
  assert.ok(body.people.some((person) => person.id === toHexId(nodeOf(`u:${small}`))));
  for (const { id, displayName } of body.people) {
    assert.match(id, /^[0-9a-f]{16}$/);
    const one = await get(`/api/v1/people/${id}`);
    assert.equal(one.status, 200);
    assert.equal(one.body.displayName, displayName);
    assert.equal(one.body.intent, null, 'no score without a model');
  }
});

test('the list and the timeline turn pages without losing or doubling anything', async () => {
  const first = await get('/api/v1/people?sort=lastSeen&limit=2');
  const second = await get(`/api/v1/people?sort=lastSeen&limit=2&cursor=${first.body.nextCursor}`);
  assert.equal(second.body.nextCursor, null);
  const ids = [...first.body.people, ...second.body.people].map((person) => person.id);
  assert.equal(new Set(ids).size, 3);

  const newest = await get('/api/v1/people/anna/timeline?limit=3');
  assert.equal(newest.body.events[0].summary, 'Viewed a product: Shoes');
  const older = await get(`/api/v1/people/anna/timeline?limit=3&before=${newest.body.nextBefore}`);
  const seen = [...newest.body.events, ...older.body.events].map((event) => event.messageId);
  assert.deepEqual(seen, ['anna-0', 'anna-1', 'anna-2', 'anna-3', 'anna-4']);
});

/** A model that nobody trained, and its scores of a day. */
async function score(asOf: string, scores: readonly { profile: string; score: number; category?: string }[]) {
  await store.state.query(
    `INSERT INTO models (id, workspace, version, name, question, model_type, conversion_event, timeframe_days, status,
       settings, signals, created_at, updated_at)
     VALUES ('m1', 'acme', 1, 'm1', 'purchase_intent', 'GENERIC', 'purchase', 30, 'ACTIVE', '{}', '[]', $1, $1)
     ON CONFLICT DO NOTHING`,
    [now],
  );
  await store.facts.insert(
    'scores',
    scores.map(({ profile, score, category = '' }) => ({
      ...{ workspace: 'acme', model_id: 'm1', model_version: 1, as_of: asOf, profile, score, probability: score / 100 },
      ...{ segment: score >= 70 ? 'HIGH' : score >= 40 ? 'MEDIUM' : 'LOW', confidence: 0.5, category },
      ...{ signals: [], contributions: [], signal_values: [], scored_at: asOf },
    })),
  );
}

async function pagesOf(query: string, between = async () => {}): Promise<Body['people']> {
  const people: Body['people'] = [];
  for (let cursor = ''; ; ) {
    const { body } = await get(`/api/v1/people?${query}${cursor && `&cursor=${cursor}`}`);
    people.push(...body.people);
    if (body.nextCursor === null) return people;
    cursor = body.nextCursor;
    await between();
  }
}

test('by score everybody stands once, equal scores and people without one included, while scores are renewed [INT-3]', async () => {
  const crowd: SegmentMessage[] = Array.from({ length: 40 }, (_, i) => ({
    type: 'track' as const,
    event: 'x',
    userId: `crowd-${String(i).padStart(2, '0')}`,
    messageId: `crowd-${i}`,
    timestamp: new Date(now.getTime() - 9_000_000 - (i % 7) * 1000).toISOString(),
  }));
  await loadMessages(store, { workspace: 'acme', source: 'test', messages: crowd, now });
  await resolveAll(store, { workspace: 'acme', now });
  const profile = (i: number) => String(nodeOf(`u:crowd-${String(i).padStart(2, '0')}`));
  const scored = Array.from({ length: 30 }, (_, i) => ({
    profile: profile(i),
    score: [90, 50, 50, 10][i % 4],
    category: i % 2 ? 'shoes' : 'hats',
  }));
  await score(
    '2026-02-27 00:00:00.000',
    scored.slice(0, 1).map((one) => ({ ...one, score: 3 })),
  );
  await score('2026-02-28 00:00:00.000', [...scored, { profile: '12345', score: 99 }]);

  let renewals = 0;
  const people = await pagesOf('limit=4', async () => {
    // Scored anew the other way round, and somebody new comes, while the pages are being turned.
    if (renewals++ === 2)
      await score(
        '2026-03-01 00:00:00.000',
        scored.map((one) => ({ ...one, score: 100 - one.score })),
      );
  });
  assert.equal(people.length, 43, 'those of the scoring who are no longer anybody are left out');
  assert.equal(new Set(people.map(({ id }) => id)).size, 43);
  const scores = people.map((person) => person.score ?? -1);
  assert.deepEqual(
    scores,
    [...scores].sort((a, b) => b - a),
  );
  assert.equal(scores.filter((one) => one === -1).length, 13);
  const renewed = await get('/api/v1/people?limit=1');
  assert.equal(renewed.body.people[0].score, 90, 'a list begun anew has the latest scores');
  assert.deepEqual(renewed.body.total, 43);
  const first = people.find(({ displayName }) => displayName === 'crowd-00');
  assert.deepEqual([first?.score, first?.scoreHistory.slice(0, 2), first?.events], [90, [3, 90], 1]);
});

test('the list is filtered by level, category and identifier, whatever the order', async () => {
  for (const sort of ['score', 'lastSeen']) {
    const high = await pagesOf(`sort=${sort}&limit=3&segment=HIGH&category=shoes`);
    assert.deepEqual([high.length, high.every((person) => person.score === 90)], [7, true]);
    assert.equal((await get(`/api/v1/people?sort=${sort}&segment=HIGH&category=shoes`)).body.total, 7);
    const found = await pagesOf(`sort=${sort}&limit=6&search=crowd-3`);
    assert.equal(found.length, 10);
    assert.ok(found.every(({ displayName }) => displayName.startsWith('crowd-3')));
  }
  const { body } = await get('/api/v1/people?limit=2');
  const other = await get(`/api/v1/people?sort=lastSeen&cursor=${body.nextCursor}`);
  assert.deepEqual([other.status, other.body.field], [400, 'cursor']);
});

test('nobody, a broken cursor and a wrong key are answered with the remedy', async () => {
  const nobody = await get('/api/v1/people/unknown-person');
  assert.equal(nobody.status, 404);
  assert.match(nobody.body.detail, /"unknown-person"/);
  const cursor = await get('/api/v1/people?cursor=zzz');
  assert.equal(cursor.status, 400);
  assert.equal(cursor.body.field, 'cursor');
  const keyless = await fetch(`${server.address}/api/v1/people`);
  assert.equal(keyless.status, 401);
});

test('the service stops', () => server.close());
