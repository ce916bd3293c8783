import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const now = new Date();
const server = await openServer({ store, logLevel: 'silent', intake: { waitMs: 2 } });

type Shop = { id: string; writeKey: string; secret: string };
type Answer<T> = { status: number; body: T; etag: string | null };

async function openShop(id: string): Promise<Shop> {
  const { writeKey } = await createWorkspace(store, { id, name: id, timeZone: 'UTC', now });
  const { key } = await createKey(store, { workspace: id, kind: 'secret', label: 'test', now });
  return { id, writeKey, secret: key };
}

async function call<T = Record<string, unknown>>(
  shop: Shop,
  method: string,
  path: string,
  body?: unknown,
  ifMatch?: string,
): Promise<Answer<T>> {
  const headers = {
    authorization: `Bearer ${shop.secret}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(ifMatch !== undefined && { 'if-match': ifMatch }),
  };
  const init = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
  const response = await fetch(`${server.address}/api/v1/${path}`, init);
  const text = await response.text();
  return {
    status: response.status,
    body: (text === '' ? null : JSON.parse(text)) as T,
    etag: response.headers.get('etag'),
  };
}

type Sent = { status: number; body: { faults?: { field: string; detail: string; hint: string }[]; code?: string } };

async function send(shop: Shop, ...batch: object[]): Promise<Sent> {
  const headers = { 'x-write-key': shop.writeKey };
  const response = await fetch(`${server.address}/v1/batch`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ batch }),
  });
  return { status: response.status, body: (await response.json()) as Sent['body'] };
}

const track = (event: string, properties: object = {}, more: object = {}) => ({
  type: 'track',
  userId: 'anna',
  event,
  properties,
  ...more,
});

async function settle(): Promise<void> {
  for (;;) {
    const response = await fetch(`${server.address}/health`);
    const { intake } = (await response.json()) as { intake: { backlog: { events: number } } };
    if (intake.backlog.events === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function stored(shop: Shop): Promise<[name: string, properties: unknown][]> {
  await settle();
  const rows = await store.facts.rows<{ name: string; properties: string }>(
    'SELECT name, properties FROM events WHERE workspace = {workspace:String} ORDER BY received_at, name',
    { workspace: shop.id },
  );
  return rows.map(({ name, properties }) => [name, JSON.parse(properties)]);
}

type Rejected = { id: string; code: string; reason: string; field: string; value: unknown; body: { event: string } };

async function rejected(shop: Shop): Promise<Rejected[]> {
  await settle();
  return (await call<{ rejected: Rejected[] }>(shop, 'GET', 'rejected')).body.rejected;
}

const order = {
  type: 'track',
  name: 'Order Completed',
  schema: {
    type: 'object',
    properties: {
      order_id: { type: 'string' },
      total: { type: 'number', minimum: 0 },
      status: { enum: ['paid', 'open'] },
      products: {
        type: 'array',
        items: { type: 'object', properties: { sku: { type: 'string' }, price: { type: 'number' } } },
      },
    },
    required: ['order_id'],
  },
};
const policy = (action: string) => ({ unplannedEvents: action, unplannedProperties: action, violations: action });

async function inForce(shop: Shop, plan: object): Promise<number> {
  const draft = await call<{ version: number }>(shop, 'PUT', 'collect/plans/draft', plan);
  assert.equal(draft.status, 200, JSON.stringify(draft.body));
  const { version } = draft.body;
  assert.equal((await call(shop, 'POST', `collect/plans/${version}/activate`)).status, 200);
  return version;
}

type Finding = { event: string; property: string; problem: string; action: string; events: number; sample: string };
type Overview = {
  versions: { version: number; status: string; revision: number }[];
  events: { name: string; events: number; violations: number }[];
  days: { day: string; noted: number; omitted: number; blocked: number }[];
  violations: (Finding & { sources: string[] })[];
};

async function overview(shop: Shop): Promise<Overview> {
  await settle();
  return (await call<Overview>(shop, 'GET', 'collect/plans')).body;
}

const brief = ({ event, property, problem, action, events, sample }: Finding) =>
  [event, property, problem, action, events, sample].join('|');

test('a plan that allows stores everything and notes what breaks it, by day, property and source [MKT-1.4]', async () => {
  const shop = await openShop('allow');
  await inForce(shop, { policy: {}, events: [order] });
  const library = { context: { library: { name: 'shop-sdk' } } };
  const bad = { total: -1, status: 'lost', colour: 'red', products: [{ sku: 1 }, { sku: 'a', price: 'x' }] };
  assert.equal((await send(shop, track('Order Completed', { order_id: 'o1', total: 5 }, library))).status, 200);
  assert.equal((await send(shop, track('Order Completed', bad, library), track('Surprise', {}, library))).status, 200);
  assert.equal((await send(shop, track('Order Completed', bad))).status, 200);
  assert.equal((await stored(shop)).length, 4);
  const { violations, events, days } = await overview(shop);
  assert.deepEqual(violations.map(brief).sort(), [
    'Order Completed|properties.colour|unplanned property|allow|2|"red"',
    'Order Completed|properties.order_id|missing|allow|2|',
    'Order Completed|properties.products.*.price|type|allow|2|"x"',
    'Order Completed|properties.products.*.sku|type|allow|2|1',
    'Order Completed|properties.status|enum|allow|2|"lost"',
    'Order Completed|properties.total|minimum|allow|2|-1',
    'Surprise||unplanned event|allow|1|',
  ]);
  assert.deepEqual(violations[0].sources, ['http', 'shop-sdk']);
  assert.deepEqual(
    events.map(({ name, events: number, violations: broken }) => [name, number, broken]),
    [
      ['Order Completed', 3, 12],
      ['Surprise', 1, 1],
    ],
  );
  assert.deepEqual([days.length, days.at(-1)?.noted, days.at(-1)?.blocked], [14, 13, 0]);
});

test('a plan that omits drops what is wrong and keeps the event [MKT-1.4]', async () => {
  const shop = await openShop('omit');
  await inForce(shop, { policy: policy('omit'), events: [order] });
  const products = [{ sku: 'a', price: 1 }, { sku: 2, price: 3, size: 'L' }, 'nonsense', 'more'];
  const sent = { order_id: 'o1', total: 'much', colour: 'red', products };
  assert.equal((await send(shop, track('Order Completed', sent), track('Surprise', { a: 1 }))).status, 200);
  assert.deepEqual(await stored(shop), [
    ['Order Completed', { order_id: 'o1', products: [{ sku: 'a', price: 1 }, { price: 3 }] }],
    ['Surprise', {}],
  ]);
});

test('what a plan blocks is kept with event, property, value and remedy, and is replayed after a new version [MKT-18.4] [MKT-1.4]', async () => {
  const shop = await openShop('block');
  const version = await inForce(shop, { policy: policy('block'), events: [order] });
  const answer = await send(
    shop,
    track('Order Completed', { order_id: 'o1', total: 'much' }),
    track('Order Completed', { order_id: 'o2' }),
    track('Surprise'),
  );
  assert.equal(answer.status, 400);
  assert.equal(answer.body.code, 'plan_violation');
  assert.deepEqual(
    answer.body.faults?.map(({ field }) => field),
    ['batch[0].properties.total', 'batch[2].event'],
  );
  assert.match(
    answer.body.faults?.[0].detail ?? '',
    /"Order Completed".*properties\.total must be number \(version 1\)/,
  );
  assert.match(answer.body.faults?.[0].hint ?? '', /replay/);
  const kept = await rejected(shop);
  const much = kept.find(({ body }) => body.event === 'Order Completed')!;
  assert.deepEqual([much.code, much.field, much.value], ['plan_violation', 'batch[0].properties.total', 'much']);
  const ids = kept.map(({ id }) => id);
  type Replayed = { replayed: number; failed: { id: string; code: string; detail: string }[] };
  const early = await call<Replayed>(shop, 'POST', 'rejected/replay', { ids });
  assert.deepEqual([early.body.replayed, early.body.failed.length], [0, 2]);
  assert.deepEqual((await rejected(shop)).map(({ id }) => id).sort(), ids.toSorted(), 'they stay, once each');
  const mended = await call<Replayed>(shop, 'POST', 'rejected/replay', {
    ids: [much.id],
    patch: [{ op: 'replace', path: '/properties/total', value: 7 }],
  });
  assert.equal(mended.body.replayed, 1);
  const wider = { ...order, name: 'Surprise', schema: { type: 'object', properties: {} } };
  assert.equal(await inForce(shop, { policy: policy('block'), events: [order, wider] }), version + 1);
  assert.equal((await call<Replayed>(shop, 'POST', 'rejected/replay', { ids })).body.replayed, 1);
  assert.deepEqual(await rejected(shop), []);
  assert.deepEqual((await stored(shop)).map(([name]) => name).sort(), [
    'Order Completed',
    'Order Completed',
    'Surprise',
  ]);
});

test('the policy of an event goes before the plan, context and every message can be planned, personal keys are no surprise [MKT-1.4]', async () => {
  const shop = await openShop('parts');
  const strict = { ...order, policy: { unplannedProperties: 'block' } };
  const identify = { type: 'identify', name: '', schema: { type: 'object', properties: { plan: { type: 'string' } } } };
  const common = {
    type: 'common',
    name: '',
    schema: {},
    context: { type: 'object', properties: { app: {} }, required: ['app'], additionalProperties: true },
  };
  await inForce(shop, { policy: {}, events: [strict, identify, common] });
  const app = { context: { app: { name: 'shop' } } };
  assert.equal((await send(shop, track('Order Completed', { order_id: 'o1', extra: 1 }, app))).status, 400);
  assert.equal((await send(shop, track('Order Completed', { order_id: 'o1', email: 'a@b.example' }, app))).status, 200);
  const identified = { type: 'identify', userId: 'u', traits: { email: 'a@b.example', firstName: 'Anna', plan: 3 } };
  assert.equal((await send(shop, identified)).status, 200);
  const found = (await overview(shop)).violations.map(
    ({ property, problem, action }) => `${property} ${problem} ${action}`,
  );
  assert.deepEqual(found.sort(), [
    'context.app missing allow',
    'properties.extra unplanned property block',
    'traits.plan type allow',
  ]);
});

test('versions are kept with who and when, and a lost update is refused [MKT-1.4]', async () => {
  const shop = await openShop('versions');
  type Draft = { version: number; revision: number; status: string; createdBy: string };
  const first = await call<Draft>(shop, 'PUT', 'collect/plans/draft', { policy: {}, events: [] }, '"0"');
  assert.deepEqual([first.status, first.body.version, first.etag], [200, 1, '"1"']);
  assert.match(first.body.createdBy, /^key_/);
  const change = { policy: {}, events: [order] };
  assert.equal((await call(shop, 'PUT', 'collect/plans/draft', change, first.etag!)).status, 200);
  const late = await call(shop, 'PUT', 'collect/plans/draft', change, first.etag!);
  assert.deepEqual([late.status, late.body['code'], late.body['field']], [409, 'conflict', 'revision']);
  assert.equal((await call(shop, 'POST', 'collect/plans/1/activate', undefined, first.etag!)).status, 409);
  assert.equal((await call(shop, 'POST', 'collect/plans/1/activate', undefined, '"2"')).status, 200);
  await inForce(shop, { policy: policy('block'), events: [] });
  const statuses = async () => (await overview(shop)).versions.map(({ version, status }) => `${version} ${status}`);
  assert.deepEqual(await statuses(), ['2 ACTIVE', '1 RETIRED']);
  assert.equal((await send(shop, track('Anything'))).status, 400);
  assert.equal((await call(shop, 'POST', 'collect/plans/1/activate')).status, 200);
  assert.deepEqual(await statuses(), ['2 RETIRED', '1 ACTIVE']);
  assert.equal((await send(shop, track('Anything'))).status, 200, 'version 1 only notes');
  assert.equal((await call(shop, 'POST', 'collect/plans/retire')).status, 204);
  assert.deepEqual(await statuses(), ['2 RETIRED', '1 RETIRED']);
  await call(shop, 'PUT', 'collect/plans/draft', change);
  assert.equal((await call(shop, 'DELETE', 'collect/plans/draft')).status, 204);
  assert.deepEqual(await statuses(), ['2 RETIRED', '1 RETIRED']);
  assert.equal((await call(shop, 'GET', 'collect/plans/9')).status, 404);
});

test('a schema that cannot be used is refused with the event and what is wrong [MKT-18.4]', async () => {
  const shop = await openShop('schemas');
  for (const [event, field] of [
    [{ ...order, schema: { type: 'text' } }, 'events[0].schema'],
    [{ ...order, schema: { requird: ['a'] } }, 'events[0].schema'],
    [{ ...order, schema: { properties: { a: { pattern: '(' } } } }, 'events[0].schema'],
    [{ ...order, schema: { $ref: 'https://elsewhere.example/schema' } }, 'events[0].schema'],
    [{ ...order, name: ' ' }, 'events[0].name'],
    [{ type: 'identify', name: 'x', schema: {} }, 'events[0].name'],
  ] as const) {
    const answer = await call(shop, 'PUT', 'collect/plans/draft', { policy: {}, events: [event] });
    assert.deepEqual([answer.status, answer.body['field'], typeof answer.body['hint']], [400, field, 'string']);
  }
  const twice = await call(shop, 'PUT', 'collect/plans/draft', { policy: {}, events: [order, order] });
  assert.deepEqual([twice.status, twice.body['field']], [400, 'events[1].name']);
});

test('the plan of one workspace holds for no other, nor is it seen there [MKT-1.4]', async () => {
  const [one, two] = [await openShop('one'), await openShop('two')];
  await inForce(one, { policy: policy('block'), events: [] });
  assert.equal((await send(one, track('Anything'))).status, 400);
  assert.equal((await send(two, track('Anything'))).status, 200);
  assert.deepEqual((await overview(two)).versions, []);
  assert.deepEqual((await overview(two)).violations, []);
  assert.equal((await call(two, 'GET', 'collect/plans/1')).status, 404);
});

test('a plan is proposed from what has arrived, and holds for it [MKT-1.4]', async () => {
  const shop = await openShop('propose');
  const messages = Array.from({ length: 200 }, (_, i) =>
    track('Item Bought', {
      sku: `sku-${i}`,
      price: i / 4,
      count: i,
      size: ['S', 'M', 'L'][i % 3],
      at: new Date(now.getTime() - i).toISOString(),
      link: `https://shop.example/${i}`,
      note: i % 10 === 0 ? 'ring +49 30 1234567' : undefined,
      contact: i % 2 === 0 ? '+49 30 1234567' : undefined,
      paid_with: '4111 1111 1111 1111',
      gift: i % 2 === 0,
      where: { shelf: i % 5, aisle: null },
      parts: [{ part: 'a', weight: 1.5 }, { part: 'b' }],
      tags: ['x'],
    }),
  );
  for (let from = 0; from < 200; from += 50) await send(shop, ...messages.slice(from, from + 50));
  await send(shop, { type: 'identify', userId: 'anna', traits: { plan: 'gold' } });
  await settle();
  type Proposal = {
    plan: { policy: object; events: { type: string; name: string; schema: Record<string, unknown> }[] };
    seen: {
      name: string;
      events: number;
      properties: { path: string; share: number; looksLike: string | null; examples: string[] }[];
    }[];
  };
  const { body } = await call<Proposal>(shop, 'GET', 'collect/plans/proposal?days=7');
  assert.deepEqual(
    body.plan.events.map(({ type, name }) => [type, name]),
    [
      ['track', 'Item Bought'],
      ['identify', ''],
    ],
  );
  assert.deepEqual(body.plan.events[0].schema, {
    type: 'object',
    properties: {
      at: { type: 'string', format: 'date-time' },
      contact: { type: 'string' },
      count: { type: 'integer', minimum: 0 },
      gift: { type: 'boolean' },
      link: { type: 'string', format: 'uri' },
      note: { type: 'string' },
      paid_with: { type: 'string' },
      parts: {
        type: 'array',
        items: {
          type: 'object',
          properties: { part: { type: 'string', enum: ['a', 'b'] }, weight: { type: 'number', minimum: 0 } },
          required: ['part'],
        },
      },
      price: { type: 'number', minimum: 0 },
      size: { type: 'string', enum: ['L', 'M', 'S'] },
      sku: { type: 'string' },
      tags: { type: 'array', items: { type: 'string' } },
      where: {
        type: 'object',
        properties: { aisle: { type: 'null' }, shelf: { type: 'integer', minimum: 0 } },
        required: ['aisle', 'shelf'],
      },
    },
    required: ['at', 'count', 'gift', 'link', 'paid_with', 'parts', 'price', 'size', 'sku', 'tags', 'where'],
  });
  const look = Object.fromEntries(body.seen[0].properties.map(({ path, looksLike }) => [path, looksLike]));
  assert.deepEqual([look['contact'], look['paid_with'], look['sku']], ['phone', 'card', null]);
  assert.deepEqual(body.seen[0].properties.find(({ path }) => path === 'paid_with')?.examples, []);
  assert.equal(body.seen[0].properties.find(({ path }) => path === 'contact')?.share, 0.5);
  type DryRun = { total: number; examined: number; blocked: number; omitted: number; findings: Finding[] };
  const tried = await call<DryRun>(shop, 'POST', 'collect/plans/try?days=7', { ...body.plan, policy: policy('block') });
  assert.deepEqual(
    [tried.body.total, tried.body.examined, tried.body.blocked],
    [201, 201, 0],
    JSON.stringify(tried.body),
  );
  const narrow = structuredClone(body.plan);
  (narrow.events[0].schema['properties'] as Record<string, object>)['count'] = { type: 'integer', maximum: 149 };
  const stopped = await call<DryRun>(shop, 'POST', 'collect/plans/try?days=7', { ...narrow, policy: policy('block') });
  assert.equal(stopped.body.blocked, 50);
  assert.deepEqual(
    stopped.body.findings.map(({ property, problem, events }) => [property, problem, events]),
    [['properties.count', 'maximum', 50]],
  );
  assert.equal((await send(shop, track('Item Bought', { count: 999 }))).status, 200, 'a trial stops nothing');
  const some = await call<DryRun>(shop, 'POST', 'collect/plans/try?days=7&limit=10', body.plan);
  assert.deepEqual([some.body.examined, some.body.total > 200], [10, true]);
});

test("Segment's tracking plans come in and go out [MKT-1.4]", async () => {
  const shop = await openShop('segment');
  const schemaOf = (properties: object, more: object = {}) => ({
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    labels: {},
    description: 'What was ordered',
    properties: { context: {}, traits: {}, properties, ...more },
  });
  const body = { type: 'object', properties: { id: { type: 'string' }, labels: { type: 'array' } }, required: ['id'] };
  const rules = [
    { key: 'Order Completed', type: 'TRACK', version: 1, jsonSchema: schemaOf({ type: 'object' }) },
    { key: 'Order Completed', type: 'TRACK', version: 2, jsonSchema: schemaOf(body) },
    {
      key: null,
      type: 'IDENTIFY',
      version: 1,
      jsonSchema: schemaOf({}, { traits: { type: 'object', properties: { plan: {} } } }),
    },
    {
      key: null,
      type: 'COMMON',
      version: 1,
      jsonSchema: schemaOf({}, { context: { type: 'object', required: ['app'] } }),
    },
  ];
  type Draft = {
    version: number;
    plan: { events: { type: string; name: string; schema: object; context?: object }[] };
  };
  const answer = { data: { trackingPlan: { id: 'tp_1' }, rules } };
  const { status, body: draft } = await call<Draft>(shop, 'POST', 'collect/plans/import/segment', answer);
  assert.equal(status, 200, JSON.stringify(draft));
  assert.deepEqual(draft.plan.events, [
    { type: 'track', name: 'Order Completed', description: 'What was ordered', schema: body },
    {
      type: 'identify',
      name: '',
      description: 'What was ordered',
      schema: { type: 'object', properties: { plan: {} } },
    },
    {
      type: 'common',
      name: '',
      description: 'What was ordered',
      schema: {},
      context: { type: 'object', required: ['app'] },
    },
  ]);
  type Export = { rules: { type: string; key: string | null; jsonSchema: { properties: { properties: object } } }[] };
  const { body: out } = await call<Export>(shop, 'GET', `collect/plans/${draft.version}/export/segment`);
  assert.deepEqual(
    out.rules.map(({ type, key }) => [type, key]),
    [
      ['TRACK', 'Order Completed'],
      ['IDENTIFY', null],
      ['COMMON', null],
    ],
  );
  assert.deepEqual(out.rules[0].jsonSchema.properties.properties, body);
  const again = await call<Draft>(shop, 'POST', 'collect/plans/import/segment', out);
  assert.deepEqual(again.body.plan, draft.plan, 'out and in again it is the same plan');
  const wrong = await call(shop, 'POST', 'collect/plans/import/segment', {
    rules: [{ type: 'CLICK', jsonSchema: {} }],
  });
  assert.deepEqual([wrong.status, wrong.body['field']], [400, 'rules[0].type']);
});
