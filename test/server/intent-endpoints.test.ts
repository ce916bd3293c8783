// Every endpoint under /api/v1/intent/ that the specification names, over HTTP: what it answers, another workspace's ids,
// bodies that cannot be used, lists to their end, and ETags.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { signatureOf } from '../../src/activate/index.ts';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { logAccuracy, scoreEveryone, trainModel } from '../../src/predict/index.ts';
import { openServer } from '../../src/server/index.ts';
import { addDays } from '../../src/time.ts';
import { END, makeShop } from '../predict/shop.ts';
import { openTestStore } from '../support/store.ts';

process.env['OUTBOUND_ALLOW'] = '127.0.0.1';
const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      receiver.close();
      await end();
    }),
});
const now = END;
await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now });
await createWorkspace(store, { id: 'other', name: 'Other', timeZone: 'UTC', now });
const { key } = await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now });
const { key: otherKey } = await createKey(store, { workspace: 'other', kind: 'secret', label: 'test', now });
for (const workspace of ['shop', 'other']) {
  await store.facts.insert(
    'events',
    makeShop({ workspace, people: 300, days: 60, end: END, readyRate: 0.06, seed: 3 }),
  );
  await resolveAll(store, { workspace, now });
}
const model = await trainModel(store, { workspace: 'shop', timeframeDays: 7, now });
await trainModel(store, { workspace: 'other', timeframeDays: 7, now });
const week = addDays(END, -7);
await scoreEveryone(store, { workspace: 'shop', asOf: week, now });
const scoring = await scoreEveryone(store, { workspace: 'shop', asOf: END, now });
await scoreEveryone(store, { workspace: 'other', asOf: END, now });
await logAccuracy(store, { workspace: 'shop', now: END });
const server = await openServer({ store, logLevel: 'silent', now: () => END });

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape each test checks
type Json = any;
type Call = { body: Json; text: string; headers: Record<string, string | string[] | undefined> };
const calls: Call[] = [];
const answers: number[] = [];
const receiver = createServer(async (request, response) => {
  let text = '';
  for await (const part of request) text += part;
  calls.push({ body: JSON.parse(text), text, headers: request.headers });
  response.writeHead(answers.shift() ?? 204).end();
});
receiver.listen(0, '127.0.0.1');
await once(receiver, 'listening');
const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/people`;

type Asked = { body?: unknown; secret?: string; headers?: Record<string, string> };

async function ask(call: string, { body, secret = key, headers = {} }: Asked = {}) {
  const [method, path] = call.split(' ');
  const response = await fetch(`${server.address}/api/v1/intent${path}`, {
    method,
    headers: {
      authorization: `Bearer ${secret}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && !path.includes('ndjson');
  return {
    status: response.status,
    body: (isJson && text ? JSON.parse(text) : null) as Json,
    text,
    headers: response.headers,
  };
}

/** Every entry of a list, page by page. */
async function toTheEnd(path: string, name: string, limit: number): Promise<Json[]> {
  const all: Json[] = [];
  let cursor: string | null = '';
  for (let pages = 0; cursor !== null; pages++) {
    assert.ok(pages < 500, `${path} does not end`);
    const query = `limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
    const { status, body } = await ask(`GET ${path}${path.includes('?') ? '&' : '?'}${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(body[name].length <= limit && (body[name].length === limit || body.nextCursor === null));
    all.push(...body[name]);
    assert.ok(all.length <= body.total);
    cursor = body.nextCursor;
  }
  return all;
}

async function untilDone(id: string): Promise<Json> {
  for (let i = 0; i < 400; i++) {
    const { body } = await ask(`GET /syncs/${id}`);
    if (body.status !== 'RUNNING') return body;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('The sync does not end.');
}

test('lists are paged to their end, each entry once, and filtered [INT-19]', async () => {
  const scores = await toTheEnd('/scores', 'scores', 37);
  assert.equal(scores.length, scoring.people);
  assert.equal(new Set(scores.map(({ profileId }) => profileId)).size, scoring.people);
  assert.deepEqual(
    scores.map(({ score }) => score),
    scores.map(({ score }) => score).sort((a, b) => b - a),
  );
  const low = await toTheEnd('/scores?segment=LOW&minScore=5&category=bags', 'scores', 20);
  assert.deepEqual(
    low,
    scores.filter(({ score, category }) => score >= 5 && score < 40 && category === 'bags'),
  );
  const exact = await ask(`GET /scores?limit=${Math.min(1000, scoring.people)}`);
  assert.equal(exact.body.nextCursor, null, 'a page that holds the rest is the last one');

  const all = (await ask('GET /segments')).body.segments;
  assert.deepEqual(await toTheEnd('/segments', 'segments', 5), all);
  assert.ok((await toTheEnd('/segments?level=LOW', 'segments', 2)).every(({ level }) => level === 'LOW'));
  const users = await toTheEnd('/segments/ready:LOW/users', 'users', 41);
  assert.equal(new Set(users.map(({ id }) => id)).size, scoring.segments.LOW);
  assert.deepEqual(
    (await toTheEnd('/models?status=ACTIVE', 'models', 1)).map(({ id }) => id),
    [model.id],
  );
  assert.deepEqual((await ask('GET /models?modelType=CUSTOM')).body.models, []);
});

test('a list stays in the scoring that its first page was made of [INT-19]', async () => {
  const first = await ask('GET /scores?limit=10');
  await scoreEveryone(store, { workspace: 'shop', asOf: new Date(END.getTime() + 1), now });
  const second = await ask(`GET /scores?limit=10&cursor=${first.body.nextCursor}`);
  assert.equal(second.body.asOf, first.body.asOf);
  assert.notEqual((await ask('GET /scores?limit=1')).body.asOf, first.body.asOf);
  await store.facts.remove('scores', `workspace = 'shop' AND as_of > '${END.toISOString().slice(0, 10)} 00:00:00.000'`);
});

test('what has not changed is answered with 304 [INT-19]', async () => {
  const { profileId } = (await ask('GET /scores?limit=1')).body.scores[0];
  for (const path of [
    '/models',
    `/models/${model.id}`,
    '/scores',
    `/scores/${profileId}`,
    '/segments',
    '/segments/ready:LOW/users',
    '/drivers',
    '/accuracy',
  ]) {
    const whole = await ask(`GET ${path}`);
    const tag = whole.headers.get('etag') ?? '';
    assert.match(tag, /^"[\w-]{20,}"$/, path);
    const again = await ask(`GET ${path}`, { headers: { 'if-none-match': `"other", W/${tag}` } });
    assert.deepEqual([again.status, again.text], [304, ''], path);
    assert.equal(again.headers.get('etag'), tag);
    assert.equal((await ask(`GET ${path}`, { headers: { 'if-none-match': '"other"' } })).status, 200);
  }
});

test('nothing of another workspace is there, whatever id is named [INT-19][MKT-13.1]', async () => {
  const made = await ask('POST /segments', { body: { name: 'Ours', minScore: 20 } });
  const { profileId, userId } = (await ask('GET /scores?limit=1')).body.scores[0];
  const theirs = { secret: otherKey };
  const foreign: [string, Asked][] = [
    [`GET /models/${model.id}`, theirs],
    [`DELETE /models/${model.id}`, theirs],
    [`GET /scores?modelId=${model.id}`, theirs],
    [`GET /scores/${userId}?modelId=${model.id}`, theirs],
    [`POST /segments`, { ...theirs, body: { name: 'x', modelId: model.id } }],
    [`GET /segments/${made.body.id}/users`, theirs],
    [`POST /segments/${made.body.id}/sync`, theirs],
    [`DELETE /segments/${made.body.id}`, theirs],
    [`GET /drivers?modelId=${model.id}`, theirs],
    [`GET /accuracy?modelId=${model.id}`, theirs],
    [`GET /export?modelId=${model.id}`, theirs],
    [`POST /integrations/crm`, { ...theirs, body: { modelId: model.id } }],
    [`POST /integrations/email`, { ...theirs, body: { segmentId: made.body.id } }],
    [`POST /predict`, { ...theirs, body: { profileId, modelId: model.id } }],
  ];
  for (const [call, asked] of foreign) {
    const { status, body, headers } = await ask(call, asked);
    assert.equal(status, 404, `${call}: ${JSON.stringify(body)}`);
    assert.equal(body.code, 'not_found');
    assert.match(headers.get('content-type') ?? '', /application\/problem\+json/);
    assert.ok(body.hint.length > 5, call);
  }
  assert.equal((await ask(`GET /segments/${made.body.id}/users`)).status, 200, 'and nothing was removed');
  assert.equal((await ask(`DELETE /segments/${made.body.id}`)).status, 204);
});

test('what cannot be used is named with its value and the remedy [INT-19]', async () => {
  const bad: [string, unknown, string][] = [
    ['GET /models?status=READY', undefined, 'status'],
    ['GET /models?cursor=bm9uZQ', undefined, 'cursor'],
    ['POST /models', { name: 'x', timeframeDays: 'seven' }, 'timeframeDays'],
    ['POST /models', { name: 'x', signals: { include: ['no_such_signal'] } }, 'signals'],
    ['GET /scores?limit=0', undefined, 'limit'],
    ['GET /scores?cursor=zzz', undefined, 'cursor'],
    ['GET /scores/u1?segment=HIGH', undefined, 'querystring'],
    ['POST /segments', { name: '', minScore: 1 }, 'name'],
    ['POST /segments', { name: 'x', minScore: 90, maxScore: 10 }, 'minScore'],
    ['GET /segments?level=HOT', undefined, 'level'],
    ['GET /segments/ready:LOW/users?limit=5000', undefined, 'limit'],
    ['GET /drivers?segment=WARM', undefined, 'segment'],
    ['GET /accuracy?threshold=101', undefined, 'threshold'],
    ['GET /export?format=xls', undefined, 'format'],
    ['POST /integrations/crm', { minConfidence: 2 }, 'minConfidence'],
    ['POST /integrations/email', {}, 'segmentId'],
    ['PATCH /integrations', { crm: { url: 'http://169.254.169.254/' } }, 'crm.url'],
    ['PATCH /integrations', { sms: null }, 'body'],
  ];
  for (const [call, body, field] of bad) {
    const { status, body: problem, headers } = await ask(call, { body });
    assert.equal(status, 400, `${call}: ${JSON.stringify(problem)}`);
    assert.equal(problem.field, field, call);
    assert.match(headers.get('content-type') ?? '', /application\/problem\+json/);
    assert.ok(problem.detail.length > 5 && problem.hint.length > 5, call);
  }
});

test('scores and segments are sent to where the workspace wants them, signed and once [INT-8][INT-19]', async () => {
  const before = await ask('POST /integrations/crm', { body: {} });
  assert.deepEqual([before.status, before.body.field], [409, 'crm']);
  assert.equal((await ask('POST /segments/ready:LOW/sync')).status, 409);
  const set = await ask('PATCH /integrations', { body: { crm: { url }, email: { url }, audience: { url } } });
  assert.equal(set.status, 200);
  const { secret, ...addresses } = set.body;
  assert.deepEqual((await ask('GET /integrations')).body, addresses, 'the secret is not shown again');

  answers.push(503);
  const crm = await ask('POST /integrations/crm', { body: {} });
  assert.equal(crm.status, 202);
  assert.equal(crm.headers.get('location'), `/api/v1/intent/syncs/${crm.body.id}`);
  const done = await untilDone(crm.body.id);
  assert.deepEqual([done.status, done.sent, done.failed, done.withheld], ['DONE', scoring.people, 0, 0]);
  const [failed, repeated] = calls;
  assert.equal(failed.text, repeated.text, 'the call that failed was made again');
  for (const { text, headers } of calls) {
    assert.equal(headers['x-inkling-signature'], signatureOf(secret, text, END));
    assert.equal(headers['x-inkling-sync'], crm.body.id);
  }
  const scores = await toTheEnd('/scores', 'scores', 1000);
  const people = calls.slice(1).flatMap(({ body }) => body.people);
  assert.deepEqual(
    people.map(({ profileId, userId, score }) => ({ profileId, userId, score })),
    scores.map(({ profileId, userId, score }) => ({ profileId, userId, score })),
  );
  const earlier = await store.facts.rows<{ id: string; score: number }>(
    `SELECT leftPad(lower(hex(profile)), 16, '0') AS id, score FROM scores FINAL
     WHERE workspace = 'shop' AND model_id = {model:String} AND as_of = {week:DateTime64(3, 'UTC')}`,
    { model: model.id, week: week.toISOString().replace('T', ' ').slice(0, 23) },
  );
  const weekBefore = new Map(earlier.map((row) => [row.id, row.score]));
  assert.ok(earlier.length > 100);
  for (const { profileId, score, trend } of people) {
    assert.equal(trend, weekBefore.has(profileId) ? score - weekBefore.get(profileId)! : null);
  }
});

test('who says no to advertising is not sent [INT-8][INT-9]', async () => {
  const { users } = (await ask('GET /segments/ready:LOW/users?limit=1')).body;
  const userId = users[0].identifiers.userIds[0];
  const consent = await fetch(`${server.address}/api/v1/people/${userId}/consent`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ choices: { advertising: false } }),
  });
  assert.ok(consent.ok, await consent.text());
  calls.length = 0;
  for (const [call, body, receiver] of [
    ['POST /segments/ready:LOW/sync', undefined, 'audience'],
    ['POST /integrations/email', { segmentId: 'ready:LOW' }, 'email'],
  ] as const) {
    const begun = await ask(call, { body });
    assert.equal(begun.status, 202, begun.text);
    const done = await untilDone(begun.body.id);
    assert.deepEqual(
      [done.receiver, done.people, done.sent, done.withheld],
      [receiver, scoring.segments.LOW, scoring.segments.LOW - 1, 1],
    );
  }
  const sent = calls.flatMap(({ body }) => body.people.map((person: Json) => person.userId));
  assert.ok(sent.length > 0 && !sent.includes(userId));
  assert.deepEqual(new Set(calls.map(({ body }) => body.segment.name)), new Set(['Low intent']));
});

test('who is left alone in a use of the segment is not sent with it [INT-8][INT-13]', async () => {
  const measured = async (path: string, body?: object) => {
    const response = await fetch(`${server.address}/api/v1/measure/activations${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
    assert.ok(response.ok, String(response.status));
    return (await response.json()) as Json;
  };
  const use = await measured('', { name: 'Autumn', segmentId: 'ready:LOW', controlShare: 0.3 });
  const { people } = await measured(`/${use.id}/people?arm=control&limit=1000`);
  assert.ok(people.length > 20);
  calls.length = 0;
  const done = await untilDone((await ask('POST /segments/ready:LOW/sync')).body.id);
  const alone = new Set(people.map(({ profileId }: Json) => profileId));
  const sent = calls.flatMap(({ body }) => body.people.map(({ profileId }: Json) => profileId));
  assert.equal(sent.length, done.sent);
  assert.ok(sent.length > 100 && !sent.some((id) => alone.has(id)));
  assert.ok(done.withheld === alone.size || done.withheld === alone.size + 1, 'and one who says no to advertising');
});

test('a receiver that refuses is told of, and left in peace [INT-8]', async () => {
  calls.length = 0;
  answers.push(...Array.from({ length: 20 }, () => 401));
  const begun = await ask('POST /integrations/crm', { body: { maxScore: 39 } });
  const done = await untilDone(begun.body.id);
  assert.deepEqual([done.status, done.sent], ['FAILED', 0]);
  assert.match(done.fault, /401/);
  assert.equal(calls.length, done.failed > 500 ? 2 : 1, 'a clear no is not asked again');
  answers.length = 0;
  const list = await toTheEnd('/syncs', 'syncs', 2);
  assert.equal(list.length, 5);
  assert.equal((await ask(`GET /syncs/${begun.body.id}`, { secret: otherKey })).status, 404);
});
