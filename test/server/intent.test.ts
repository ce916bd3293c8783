import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { scoreEveryone, trainModel } from '../../src/predict/index.ts';
import { describeApi, openServer } from '../../src/server/index.ts';
import { addDays, toClickHouseTime } from '../../src/time.ts';
import { END, makeShop } from '../predict/shop.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const now = END;
const workspace = await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now });
await createWorkspace(store, { id: 'other', name: 'Other', timeZone: 'UTC', now });
const { key } = await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now });
const { key: otherKey } = await createKey(store, { workspace: 'other', kind: 'secret', label: 'test', now });
await store.facts.insert('events', makeShop({ workspace: 'shop', people: 500, days: 60, end: END, readyRate: 0.06 }));
await resolveAll(store, { workspace: 'shop', now });
const model = await trainModel(store, { workspace: 'shop', timeframeDays: 14, now });
const scoring = await scoreEveryone(store, { workspace: 'shop', asOf: END, now });
const server = await openServer({ store, logLevel: 'silent', now: () => END });

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape each test checks
type Json = any;
type Answer = { status: number; body: Json; text: string; headers: Headers };

async function ask(method: string, path: string, body?: unknown, secret = key): Promise<Answer> {
  const response = await fetch(`${server.address}/api/v1/intent${path}`, {
    method,
    headers: {
      authorization: `Bearer ${secret}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') && !path.includes('ndjson');
  return {
    status: response.status,
    body: isJson && text ? JSON.parse(text) : undefined,
    text,
    headers: response.headers,
  };
}

test('models are listed and told in full [INT-19][WH-8]', async () => {
  const list = await ask('GET', '/models');
  assert.equal(list.status, 200);
  assert.deepEqual(
    list.body.models.map(({ id, status, rung, auc }: Json) => ({ id, status, rung, auc })),
    [{ id: model.id, status: 'ACTIVE', rung: model.rung, auc: model.performance!.auc }],
  );
  const one = await ask('GET', `/models/${model.id}`);
  const { scores: _, ...performance } = model.performance!;
  assert.deepEqual(one.body.performance, JSON.parse(JSON.stringify(performance)));
  assert.deepEqual(one.body.ladder, model.ladder);
  assert.deepEqual(one.body.drivers, model.drivers);
  assert.deepEqual(one.body.lineage, JSON.parse(JSON.stringify(model.lineage)));
});

test('scores come in pages, by person, and never across workspaces [INT-3][INT-19]', async () => {
  const first = await ask('GET', '/scores?limit=5');
  assert.equal(first.body.total, scoring.people);
  const second = await ask('GET', `/scores?limit=5&cursor=${first.body.nextCursor}`);
  const ids = [...first.body.scores, ...second.body.scores].map(({ profileId }: Json) => profileId);
  assert.equal(new Set(ids).size, 10);
  const best = first.body.scores[0];
  for (const id of [best.userId, best.profileId]) {
    assert.deepEqual((await ask('GET', `/scores/${id}`)).body, best);
  }
  const low = await ask('GET', '/scores?segment=LOW&limit=1000');
  assert.equal(low.body.total, scoring.segments.LOW);
  assert.ok(low.body.scores.every(({ score }: Json) => score < 40));
  assert.equal((await ask('GET', '/scores/nobody')).status, 404);
  assert.equal((await ask('GET', '/scores', undefined, otherKey)).status, 404);
  assert.equal((await ask('GET', `/models/${model.id}`, undefined, otherKey)).status, 404);
});

test('a score tells how it changed over seven days, and flags a rapid change [INT-8][INT-18]', async () => {
  const { scores } = (await ask('GET', '/scores?limit=3')).body as { scores: { profileId: string; score: number }[] };
  const [risen, steady, fallen] = scores.map(({ profileId, score }) => ({ profileId, score }));
  const past = (who: typeof risen, daysAgo: number, score: number) => ({
    workspace: 'shop',
    model_id: model.id,
    model_version: 1,
    as_of: toClickHouseTime(addDays(END, -daysAgo)),
    profile: BigInt(`0x${who.profileId}`).toString(),
    score,
    segment: 'LOW',
    scored_at: toClickHouseTime(END),
  });
  await store.facts.insert('scores', [
    past(risen, 5, Math.max(0, risen.score - 25)),
    past(steady, 6, steady.score - 3),
    past(steady, 30, 0),
    past(fallen, 4, fallen.score),
    past(fallen, 2, Math.min(100, fallen.score + 30)),
  ]);
  const told = async ({ profileId }: typeof risen) => (await ask('GET', `/scores/${profileId}`)).body.change;
  assert.deepEqual(await told(risen), {
    since: addDays(END, -5).toISOString(),
    points: Math.min(25, risen.score),
    rapid: risen.score >= 20 ? 'RISING' : null,
  });
  assert.deepEqual(await told(steady), { since: addDays(END, -6).toISOString(), points: 3, rapid: null });
  assert.deepEqual(await told(fallen), { since: addDays(END, -4).toISOString(), points: 0, rapid: 'FALLING' });
});

test('a wrong field is named with its value [INT-19]', async () => {
  for (const [method, path, body, field] of [
    ['GET', '/scores?minScore=101', undefined, 'minScore'],
    ['GET', '/scores?segment=HOT', undefined, 'segment'],
    ['POST', '/models', { timeframeDays: 14 }, 'name'],
    ['POST', '/models', { name: 'x', timeframeDays: 0 }, 'timeframeDays'],
    ['POST', '/models', { name: 'x', signals: { include: ['no_such_signal'] } }, 'signals'],
    ['POST', '/segments', { name: 'x', minScore: 80, maxScore: 20 }, 'minScore'],
    ['POST', '/predict', {}, 'userId'],
  ] as const) {
    const { status, body: problem, headers } = await ask(method, path, body);
    assert.equal(status, 400, `${method} ${path}: ${JSON.stringify(problem)}`);
    assert.equal(problem.field, field);
    assert.match(headers.get('content-type') ?? '', /problem\+json/);
    assert.ok(problem.hint.length > 5);
  }
  assert.equal((await ask('GET', '/models', undefined, 'sk_wrong')).status, 401);
});

test('segments: ready ones, one of our own, its people [INT-1][INT-19]', async () => {
  const { body } = await ask('GET', '/segments');
  assert.equal(body.segments.length, 12);
  const made = await ask('POST', '/segments', {
    name: 'Warming up',
    minScore: 20,
    maxScore: 60,
    productCategory: 'bags',
  });
  assert.equal(made.status, 201);
  for (const { id, size } of [...body.segments, made.body]) {
    const users = await ask('GET', `/segments/${encodeURIComponent(id)}/users?limit=1000`);
    assert.equal(users.status, 200);
    assert.equal(users.body.total, size);
    assert.equal(users.body.users.length, size);
  }
  const [high] = (await ask('GET', '/segments/ready:HIGH/users?limit=1')).body.users;
  if (high) assert.match(high.displayName, /^u\d+$/);
  assert.equal((await ask('DELETE', `/segments/${made.body.id}`)).status, 204);
  assert.equal((await ask('GET', `/segments/${made.body.id}/users`)).status, 404);
});

test('drivers at three levels [INT-5][INT-19]', async () => {
  const { scores } = (await ask('GET', '/scores?limit=1')).body;
  for (const query of ['', '?segment=LOW', `?profileId=${scores[0].profileId}`, '?category=shoes']) {
    const { body } = await ask('GET', `/drivers${query}`);
    assert.ok(body.drivers.length > 3, query);
    assert.ok(body.drivers[0].importance >= body.drivers[1].importance);
  }
});

test('the export holds everybody, in three formats [INT-19]', async () => {
  const csv = (await ask('GET', '/export?format=csv')).text.trimEnd().split('\r\n');
  assert.equal(csv.length, scoring.people + 1);
  assert.match(csv[0], /^user_id,anonymous_id,profile_id,score,segment,/);
  const lines = (await ask('GET', '/export?format=ndjson')).text.trimEnd().split('\n');
  assert.equal(lines.length, scoring.people);
  const json = (await ask('GET', '/export?format=json&segment=LOW')).body;
  assert.equal(json.length, scoring.segments.LOW);
  assert.deepEqual(JSON.parse(lines.at(-1)!), json.at(-1));
});

test('a person is predicted from what they just did, over HTTP, once until their next event [WH-9] [WH-10]', async () => {
  const { scores } = (await ask('GET', '/scores?limit=1')).body;
  const known = await ask('POST', '/predict', { userId: scores[0].userId });
  assert.equal(known.status, 200);
  assert.equal(known.body.score, scores[0].score);
  assert.equal(known.body.intentLevel, scores[0].segment);
  assert.ok(known.body.purchaseProbability7d > 0 && known.body.purchaseProbability7d <= known.body.probability);
  assert.ok(known.body.reasons.length > 0 && known.body.reasons[0].sentence.length > 5);

  const events = ['Product Viewed', 'Product Added', 'Checkout Started'].map((event, i) => ({
    type: 'track',
    anonymousId: 'newcomer-1',
    event,
    messageId: `m${i}`,
    timestamp: new Date(END.getTime() - 60_000 * (9 - i)).toISOString(),
    properties: { product_id: 'p1', category: 'bags', price: 30 },
  }));
  const send = (batch: object[]) =>
    fetch(`${server.address}/v1/batch`, {
      method: 'POST',
      headers: { 'x-write-key': workspace.writeKey, 'content-type': 'application/json' },
      body: JSON.stringify({ batch }),
    });
  await send(events);
  let fresh = await ask('POST', '/predict', { anonymousId: 'newcomer-1' });
  for (let i = 0; i < 200 && (fresh.status === 404 || fresh.body.basedOn.events < 3); i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    fresh = await ask('POST', '/predict', { anonymousId: 'newcomer-1' });
  }
  assert.equal(fresh.body.basedOn.events, 3);
  assert.equal(fresh.body.category, 'bags');

  // Kept until the next event, which is in the answer a moment later.
  const { set } = store.cache;
  let workedOut = 0;
  store.cache.set = (...how) => {
    workedOut++;
    return set(...how);
  };
  const again = (await ask('POST', '/predict', { anonymousId: 'newcomer-1' })).body;
  assert.deepEqual({ ...again, latencyMs: 0 }, { ...fresh.body, latencyMs: 0 });
  assert.equal(workedOut, 0);
  await send([{ ...events[0], messageId: 'm4', timestamp: new Date(END.getTime() - 60_000).toISOString() }]);
  for (let i = 0; i < 200 && fresh.body.basedOn.events < 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    fresh = await ask('POST', '/predict', { anonymousId: 'newcomer-1' });
  }
  assert.equal(fresh.body.basedOn.events, 4);
  assert.ok(workedOut > 0);
  store.cache.set = set;
  assert.equal((await ask('POST', '/predict', { userId: 'nobody-at-all' })).status, 404);
});

test('a prediction is the same by the quick lane and by the ordinary way, whatever is asked [WH-9] [MKT-18.4]', async () => {
  const odd = 'Zoë "Z"\n\\ \u2028 \ud83d\ude00 $&';
  const event = { type: 'track', userId: odd, event: 'Product Viewed', timestamp: END.toISOString() };
  await fetch(`${server.address}/v1/batch`, {
    method: 'POST',
    headers: { 'x-write-key': workspace.writeKey, 'content-type': 'application/json' },
    body: JSON.stringify({ batch: [event] }),
  });
  while ((await ask('POST', '/predict', { userId: odd })).status === 404) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { userId, profileId } = (await ask('GET', '/scores?limit=1')).body.scores[0];
  // What is told beforehand how long it is goes the quick way; what comes in chunks, the ordinary one.
  const post = async (body: string, type: string, secret: string, isQuick: boolean) => {
    const response = await fetch(`${server.address}/api/v1/intent/predict`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': type, origin: 'https://shop.example' },
      body: isQuick ? body : new Blob([body]).stream(),
      ...({ duplex: 'half' } as object),
    });
    const { date: _, connection: __, 'keep-alive': ___, ...headers } = Object.fromEntries(response.headers);
    const { latencyMs, requestId, ...answer } = (await response.json()) as Json;
    assert.equal(response.ok ? latencyMs > 0 : requestId.length > 0, true);
    return { status: response.status, headers: { ...headers, 'content-length': 0 }, answer };
  };
  const bodies = [
    ...[{ userId: odd }, { userId }, { profileId }, { userId: profileId }, { anonymousId: userId, profileId: 'x' }],
    ...[{ userId, modelId: model.id }, { userId, modelId: 'none' }, { userId, modelId: '' }, { userId: 'nobody' }],
    ...[{}, [], null, 7, { userId: '' }, { userId: 7 }, { userId: null }, { userId, more: 1 }, { modelId: model.id }],
    ...[{ userId: 'x'.repeat(9000) }],
  ].map((body) => JSON.stringify(body));
  const asked = [...bodies, '{"userId":', `{"__proto__":{},"userId":"${userId}"}`].flatMap((body) => [
    [body, 'application/json', key],
    [body, 'application/json; charset=utf-8', otherKey],
  ]);
  asked.push([bodies[1], 'text/plain', key], [bodies[1], 'application/jsonp', key]);
  asked.push([bodies[1], 'application/json', workspace.writeKey], [bodies[1], 'application/json', 'sk_unknown']);
  const statuses: number[] = [];
  for (const [body, type, secret] of asked) {
    const quick = await post(body, type, secret, true);
    assert.deepEqual(quick, await post(body, type, secret, false), `${body.slice(0, 80)} as ${type}`);
    statuses.push(quick.status);
  }
  assert.deepEqual([...new Set(statuses)].sort(), [200, 400, 401, 403, 404]);
  const { answer } = await post(bodies[0], 'application/json', key, true);
  assert.equal(answer.userId, odd);
  assert.ok(answer.sentence.startsWith(`${odd} `), answer.sentence);
});

test('a model is trained in the background and takes its place [INT-4][INT-19]', async () => {
  const started = await ask('POST', '/models', {
    name: 'Seven days',
    timeframeDays: 7,
    signals: { exclude: ['visits_7d'] },
  });
  assert.equal(started.status, 202);
  assert.equal(started.body.status, 'TRAINING');
  const conflict = await ask('GET', `/scores?modelId=${started.body.id}`);
  assert.equal(conflict.status, 409);
  let trained = started;
  for (let i = 0; i < 2400 && trained.body.status === 'TRAINING'; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    trained = await ask('GET', `/models/${started.body.id}`);
  }
  assert.equal(trained.body.status, 'ACTIVE');
  assert.equal(trained.body.modelType, 'CUSTOM');
  assert.ok(trained.body.performance.statement.length > 10);
  assert.equal((await ask('DELETE', `/models/${started.body.id}`)).status, 204);
  assert.equal((await ask('DELETE', `/models/${model.id}`)).status, 409);
});

test('the service tries signals and thresholds against those in use, when asked [WH-17]', async () => {
  assert.deepEqual((await ask('GET', '/experiments')).body, { experiments: [] });
  const ran = await ask('POST', '/experiments');
  assert.equal(ran.status, 200, ran.text);
  const [bySignals, byThreshold] = ran.body.experiments;
  assert.deepEqual(
    bySignals.variants.map(({ name }: Json) => name),
    ['in use', 'purchases only', 'purchases and behaviour'],
  );
  // Those who are ready to buy show it in what they look at: purchases alone tell less.
  assert.ok(bySignals.variants[1].difference.value < 0, bySignals.reason);
  assert.notEqual(bySignals.winner, 'purchases only');
  assert.deepEqual(
    byThreshold.variants.map(({ name }: Json) => name),
    ['70', '60', '80'],
  );
  assert.equal(bySignals.holdout.people, byThreshold.holdout.people);
  assert.deepEqual((await ask('GET', '/experiments')).body.experiments, ran.body.experiments);
  assert.equal((await ask('POST', '/experiments', undefined, otherKey)).status, 404);
  assert.deepEqual((await ask('GET', '/experiments', undefined, otherKey)).body, { experiments: [] });
});

test('every intent endpoint stands in the OpenAPI document [INT-19]', async () => {
  const { paths } = (await describeApi()) as { paths: Record<string, object> };
  for (const path of [
    'models',
    'models/{id}',
    'scores',
    'scores/{userId}',
    'segments',
    'segments/{id}/users',
    'drivers',
    'export',
    'predict',
  ]) {
    assert.ok(paths[`/api/v1/intent/${path}`], path);
  }
});
