// Seed 002 over HTTP as it is written there: segments of each kind, members by hand, content with variants, analytics and
// recommendations; and what a caller of today expects besides: previews, changes with reasons, overlap, paging, archive.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { signatureOf } from '../../src/activate/index.ts';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { openServer } from '../../src/server/index.ts';
import { addDays, HOUR_MS, toClickHouseTime } from '../../src/time.ts';
import { makeEvent } from '../predict/shop.ts';
import { type Answer, callApi } from '../support/api.ts';
import { openReceiver } from '../support/receiver.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      receiver.close();
      await end();
    }),
});
let now = new Date('2026-05-01T12:00:00Z');
const keys: Record<string, { secret: string; write: string }> = {};
for (const id of ['shop', 'other']) {
  await createWorkspace(store, { id, name: id, timeZone: 'Europe/Berlin', now });
  const secret = await createKey(store, { workspace: id, kind: 'secret', label: 'test', now });
  const write = await createKey(store, { workspace: id, kind: 'write', label: 'test', now });
  keys[id] = { secret: secret.key, write: write.key };
}
const receiver = await openReceiver();
process.env['OUTBOUND_ALLOW'] = '127.0.0.1';
const server = await openServer({ store, logLevel: 'silent', now: () => now });

// Forty people: each looks at shoes on as many days as their number, every fourth buys.
const events = Array.from({ length: 40 }, (_, n) => [
  ...Array.from({ length: (n % 10) + 1 }, (_, day) =>
    makeEvent('shop', `u${n}`, 'product_view', addDays(now, -1 - day), n % 2 ? 'shoes' : 'bags'),
  ),
  ...(n % 4 === 0 ? [makeEvent('shop', `u${n}`, 'purchase', addDays(now, -2), 'shoes', 60 + n)] : []),
]).flat();
await store.facts.insert('events', events);
await resolveAll(store, { workspace: 'shop', now });

const ask = (method: string, path: string, body?: unknown, workspace = 'shop'): Promise<Answer> =>
  callApi({ address: server.address, key: keys[workspace].secret }, method, path, body);
const make = async (segment: object): Promise<Answer['body']> => {
  const { status, body } = await ask('POST', 'segments/', segment);
  assert.equal(status, 201, JSON.stringify(body));
  return body;
};
async function track(message: object): Promise<void> {
  const response = await fetch(`${server.address}/v1/track`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${keys['shop'].write}:`)}` },
    body: JSON.stringify(message),
  });
  assert.equal(response.status, 200);
}
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 600; waited++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
    now = new Date(now.getTime() + 50);
  }
  assert.fail(`waited half a minute for ${isSo}`);
}
const persona = '123e4567-e89b-12d3-a456-426614174000';
const viewed = (atLeast: number) => ({
  kind: 'event',
  event: 'product_view',
  measure: 'count',
  op: 'at_least',
  value: atLeast,
  window: { last: atLeast > 5 ? 30 : 90, unit: 'days' },
});

test('the examples of seed 002 make segments: hybrid, demographic, behavioural, engagement [SEG-1] [SEG-2]', async () => {
  const enthusiasts = await make({
    persona_id: persona,
    segment_name: 'Tech Enthusiasts',
    description: 'Users interested in technology and gadgets',
    criteria: { age_range: [25, 45], interests: ['technology', 'gadgets', 'AI'], engagement_level: 'high' },
    strategy: 'hybrid',
  });
  assert.equal(enthusiasts.persona_id, persona);
  assert.equal(enthusiasts.status, 'active');
  assert.equal(enthusiasts.member_count, 0);
  for (const [strategy, criteria] of [
    [
      'demographic',
      { age_range: [18, 35], location: ['US', 'CA', 'UK'], gender: 'any', interests: ['fitness', 'wellness'] },
    ],
    [
      'behavioral',
      {
        purchase_history: { min_purchases: 5, total_spent_min: 100 },
        engagement_frequency: 'daily',
        content_preferences: ['videos', 'images'],
      },
    ],
    [
      'engagement',
      { engagement_level: 'high', avg_session_duration: 300, last_active_days: 7, interaction_score_min: 0.7 },
    ],
  ] as const) {
    const made = await make({ persona_id: persona, segment_name: `By ${strategy}`, criteria, strategy });
    assert.deepEqual(made.criteria, criteria);
    assert.ok(made.sentence.length > 20, made.sentence);
  }
  const active = await ask('GET', `segments/?persona_id=${persona}&status=active`);
  assert.equal(active.body.total, 4);
  const behavioral = await ask('GET', `segments/?persona_id=${persona}&strategy=behavioral`);
  assert.deepEqual(
    behavioral.body.segments.map((one: { segment_name: string }) => one.segment_name),
    ['By behavioral'],
  );
  assert.equal((await ask('GET', 'segments/health')).body.status, 'healthy');
});

test('members follow the rule, are paged to the end, and a preview says it before [SEG-3] [SEG-6]', async () => {
  const criteria = {
    all: [viewed(8), { not: { kind: 'event', event: 'purchase', measure: 'count', op: 'at_least', value: 1 } }],
  };
  const preview = await ask('POST', 'segments/preview', { criteria });
  // Numbers 7, 8 and 9 of each ten, less those that four divides: 8, 28.
  assert.equal(preview.body.size, 10, JSON.stringify(preview.body));
  const made = await make({ segment_name: 'Lookers', criteria });
  assert.equal(made.member_count, 10);
  const seen: string[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await ask('GET', `segments/${made.id}/members?limit=3${cursor && `&cursor=${cursor}`}`);
    assert.equal(body.total, 10);
    seen.push(...body.members.map((one: { user_id: string }) => one.user_id));
    cursor = body.next_cursor;
    if (cursor === null) break;
  }
  assert.deepEqual(seen.toSorted(), ['u17', 'u18', 'u19', 'u27', 'u29', 'u37', 'u38', 'u39', 'u7', 'u9']);

  // As in the seed: a person by hand, with a confidence.
  const added = await ask('POST', `segments/${made.id}/members/u1?confidence_score=0.85&reason=asked%20for%20it`);
  assert.equal(added.status, 201);
  assert.equal((await ask('DELETE', `segments/${made.id}/members/u7`)).status, 200);
  const bulk = await ask('POST', `segments/${made.id}/members`, {
    members: [{ user_id: 'u2' }, { user_id: 'nobody' }, { user_id: 'u3', confidence_score: 0.5 }],
  });
  assert.deepEqual([bulk.body.listed, bulk.body.unknown], [2, ['nobody']]);
  const { body } = await ask('GET', `segments/${made.id}/members?limit=100`);
  const byUser = new Map(body.members.map((one: { user_id: string }) => [one.user_id, one]));
  assert.equal(body.total, 12);
  for (const one of body.members) assert.equal(one.display_name, one.user_id, 'as in the list of people');
  assert.equal(byUser.has('u7'), false);
  assert.deepEqual(
    [(byUser.get('u1') as Answer['body']).confidence_score, (byUser.get('u1') as Answer['body']).assignment_reason],
    [0.85, 'asked for it'],
  );
  assert.equal((await ask('POST', `segments/${made.id}/members/nobody`)).status, 404);
  const forgotten = await ask('DELETE', `segments/${made.id}/members/u7?forget=true`);
  assert.equal(forgotten.status, 200);
  assert.equal((await ask('GET', `segments/${made.id}/members`)).body.total, 13);
});

test('an event sent now moves somebody within a second, and the reason is told [SEG-6]', async () => {
  const made = await make({
    segment_name: 'Carts',
    criteria: {
      kind: 'event',
      event: 'add_to_cart',
      measure: 'count',
      op: 'at_least',
      value: 2,
      window: { last: 7, unit: 'days' },
    },
  });
  const send = (messageId: string) =>
    track({
      userId: 'u5',
      event: 'Product Added',
      messageId,
      timestamp: now.toISOString(),
      properties: { product_id: 'p' },
    });
  await send('one');
  now = new Date(now.getTime() + 1000);
  await send('two');
  now = new Date(now.getTime() + 1000);
  let changes: Answer['body'] = [];
  await until(async () => {
    ({ changes } = (await ask('GET', `segments/${made.id}/changes`)).body);
    return changes.length > 0;
  });
  assert.equal(changes.length, 1);
  assert.deepEqual(
    [changes[0].kind, changes[0].segment_name, changes[0].event.message_id],
    ['entered', 'Carts', 'two'],
  );
  assert.equal(changes[0].display_name, 'u5', 'as in the list of people');
  assert.ok(changes[0].reasons.length > 0);
  const person = await ask('GET', 'people/u5/segments');
  assert.ok(person.body.segments.some((one: { id: string }) => one.id === made.id));
  assert.equal(person.body.changes[0].id, changes[0].id);
  assert.equal((await ask('GET', 'people/u5/segments', undefined, 'other')).status, 404);
});

test('an address hears of who enters and leaves, signed, in order, and again after it was away [SEG-6]', async () => {
  const made = await make({
    segment_name: 'Wishes',
    criteria: { kind: 'event', event: 'add_to_wishlist', op: 'at_least', value: 1, window: { last: 1, unit: 'hours' } },
  });
  const inside = await ask('POST', 'segments/hooks', { url: 'http://10.0.0.1/x' });
  assert.deepEqual([inside.status, inside.body.field], [400, 'url']);
  const hook = await ask('POST', 'segments/hooks', { url: receiver.url, segment_ids: [made.id] });
  assert.equal(hook.status, 201, JSON.stringify(hook.body));
  receiver.answers.push(503);
  const wish = async (userId: string, messageId: string) => {
    await track({ userId, event: 'Product Added to Wishlist', messageId, timestamp: now.toISOString() });
    now = new Date(now.getTime() + 5000);
  };
  await wish('u11', 'wish 1');
  await until(() => receiver.calls.length === 1);
  await until(async () => (await ask('GET', 'segments/hooks')).body.hooks[0].failures === 1);
  now = new Date(now.getTime() + 60_000);
  await wish('u12', 'wish 2');
  // The first is due again as the second happens: they come together or one after the other.
  const told = () => receiver.calls.slice(1).flatMap(({ body }) => body.changes);
  await until(() => told().length >= 2);
  assert.deepEqual(
    told().map((change: Answer['body']) => [change.kind, change.userId, change.event.messageId]),
    [
      ['entered', 'u11', 'wish 1'],
      ['entered', 'u12', 'wish 2'],
    ],
  );
  await until(async () => (await ask('GET', 'segments/hooks')).body.hooks[0].sent === 2);
  const list = (await ask('GET', 'segments/hooks')).body;
  const { hooks } = list;
  assert.ok(!JSON.stringify(list).includes(hook.body.secret), 'the secret is not shown again');
  const isSignedWith = (secret: string, { signature, text }: (typeof receiver.calls)[number]) => {
    const [, seconds] = /^t=(\d+),/.exec(String(signature))!;
    return signature === signatureOf(secret, text, new Date(Number(seconds) * 1000));
  };
  assert.ok(isSignedWith(hook.body.secret, receiver.calls[0]));
  assert.equal(hooks[0].failures, 0);
  receiver.answers.push(410);
  const trial = await ask('POST', `segments/hooks/${hooks[0].id}/test`);
  assert.deepEqual(
    [trial.status, trial.body.is_test, trial.body.fault],
    [200, true, `${new URL(receiver.url).host} answered 410.`],
  );
  assert.deepEqual(receiver.calls.at(-1)?.body, {
    ...{ event: 'segment.test', workspace: 'shop', hook: hooks[0].id, changes: [] },
  });
  const after410 = (await ask('GET', 'segments/hooks')).body.hooks[0];
  assert.deepEqual(after410.answers.map((one: Answer['body']) => [one.is_test, one.fault === null]).slice(0, 2), [
    [true, false],
    [false, true],
  ]);
  assert.deepEqual([after410.failures, after410.sent], [0, 2], 'a test is no change and no failure');
  const renewed = (await ask('POST', 'intent/integrations/secret')).body.secret;
  await ask('POST', `segments/hooks/${hooks[0].id}/test`);
  assert.deepEqual(
    [hook.body.secret, renewed].map((secret) => isSignedWith(secret, receiver.calls.at(-1)!)),
    [false, true],
  );
  assert.equal((await ask('POST', `segments/hooks/${hooks[0].id}/test`, undefined, 'other')).status, 404);
  assert.equal((await ask('DELETE', `segments/hooks/${hooks[0].id}`, undefined, 'other')).status, 404);
  assert.equal((await ask('DELETE', `segments/hooks/${hooks[0].id}`)).status, 204);
});

test('a segment is worth what its people are expected to buy [SEG-6]', async () => {
  const made = await make({ segment_name: 'Everybody', criteria: viewed(1) });
  const unscored = await ask('GET', `segments/${made.id}/value`);
  assert.equal(unscored.status, 404);
  await store.state.query(
    `INSERT INTO models (id, workspace, version, name, question, model_type, conversion_event, timeframe_days, status,
       settings, signals, created_at, updated_at)
     VALUES ('m', 'shop', 1, 'Planted', 'purchase_intent', 'GENERIC', 'purchase', 14, 'ACTIVE',
       '{"conversionEvent": "purchase"}', '[]', $1, $1)`,
    [now],
  );
  const profiles = await store.facts.rows<{ profile: string }>(
    "SELECT toString(profile) AS profile FROM profiles FINAL WHERE workspace = 'shop' ORDER BY profile",
  );
  const at = toClickHouseTime(now);
  await store.facts.insert(
    'scores',
    profiles.slice(0, 30).map(({ profile }) => ({
      ...{ workspace: 'shop', model_id: 'm', model_version: 1, as_of: at, profile, score: 20, probability: 0.2 },
      ...{ segment: 'LOW', scored_at: at },
    })),
  );
  const { body } = await ask('GET', `segments/${made.id}/value`);
  assert.deepEqual([body.members, body.scored, body.orders], [40, 30, 10], JSON.stringify(body));
  assert.ok(Math.abs(body.expected_conversions - 6) < 1e-4);
  // Ten orders of 60, 64, … 96.
  assert.ok(Math.abs(body.order_value - 78) < 1e-4, `${body.order_value}`);
  assert.ok(Math.abs(body.expected_value - 468) < 1e-2);
  const half = 1.959964 * Math.sqrt(30 * 0.2 * 0.8);
  assert.ok(Math.abs(body.interval[0] - (6 - half)) < 1e-3 && Math.abs(body.interval[1] - (6 + half)) < 1e-3);
});

test('content with variants is counted once, compared with its control, and leads to the advice of seed 002 [SEG-4] [SEG-5]', async () => {
  const segment = await make({ segment_name: 'Readers', criteria: viewed(1) });
  const show = async (content: object) => {
    const { status, body } = await ask('POST', 'segments/personalized', { segment_id: segment.id, ...content });
    assert.equal(status, 201, JSON.stringify(body));
    return body;
  };
  const control = await show({
    content_id: '456e4567-e89b-12d3-a456-426614174000',
    variant_id: 'control',
    is_control: true,
  });
  const variant = await show({
    content_id: '456e4567-e89b-12d3-a456-426614174001',
    variant_id: 'variant_a',
    is_control: false,
  });
  const second = await ask('POST', 'segments/personalized', {
    segment_id: segment.id,
    content_id: 'x',
    variant_id: 'y',
    is_control: true,
  });
  assert.equal(second.status, 409);
  const count = (id: string, body: object) => ask('POST', `segments/personalized/${id}/performance`, body);
  // The very numbers of the seed; sent again with the same key they count once.
  for (let i = 0; i < 2; i++)
    assert.equal(
      (await count(variant.id, { views: 1000, engagement: 150, conversions: 25, key: 'day 1' })).status,
      200,
    );
  assert.equal((await count(control.id, { views: 1000, engagement: 90, conversions: 9 })).body.engagement_rate, 9);
  const tooMany = await count(control.id, { engagement: 2000 });
  assert.deepEqual([tooMany.status, tooMany.body.field], [400, 'engagement']);
  assert.match(tooMany.body.detail, /more than were seen/);

  const { body } = await ask('POST', `segments/${segment.id}/analyze`);
  const { performance_summary: summary } = body;
  assert.equal(body.member_count, 40);
  assert.deepEqual([summary.total_views, summary.total_engagement, summary.avg_engagement_rate], [2000, 240, 12]);
  assert.equal(body.top_performing_content[0].variant_id, 'variant_a');
  const [tested] = body.tests;
  const better = tested.variants.find((one: { variant_id: string }) => one.variant_id === 'variant_a');
  // R: prop.test(c(150, 90), c(1000, 1000), correct = FALSE)$p.value
  assert.ok(Math.abs(better.p_value - 3.65e-5) < 1e-6, `${better.p_value}`);
  assert.equal(better.verdict, 'BETTER');
  assert.deepEqual(
    body.recommendations.map((one: { recommendation: string }) => one.recommendation),
    ['A/B test content variations', 'Broaden criteria'],
  );
  assert.equal((await ask('GET', `segments/${segment.id}`)).body.performance_metrics.avg_engagement_rate, 12);

  // Low, and high, lead to the other two.
  await count(control.id, { views: 8000, engagement: 100 });
  const low = await ask('GET', `segments/${segment.id}/analytics`);
  assert.equal(low.body.recommendations[0].recommendation, 'Refine segment criteria');
  await count(variant.id, { views: 20_000, engagement: 12_000 });
  const high = await ask('GET', `segments/${segment.id}/analytics`);
  assert.equal(high.body.recommendations[0].recommendation, 'Scale up content for this segment');
  assert.ok(high.body.recommendations[0].is_sure);

  const history = await ask('GET', `segments/personalized/${variant.id}`);
  assert.deepEqual(
    history.body.performance_history.map((day: { date: string; views: number }) => [day.date, day.views]),
    [['2026-05-01', 21_000]],
  );
  const [first, again] = [
    await ask('GET', `segments/${segment.id}/personalized/u5`),
    await ask('GET', `segments/${segment.id}/personalized/u5`),
  ];
  assert.equal(first.body.personalized.length, 1);
  assert.deepEqual(first.body, again.body);
  const shown = await Promise.all(
    Array.from({ length: 40 }, (_, n) => ask('GET', `segments/${segment.id}/personalized/u${n}`)),
  );
  const variants = new Set(shown.map(({ body: { personalized } }) => personalized[0].variant_id));
  assert.deepEqual([...variants].toSorted(), ['control', 'variant_a']);
});

test('content is stopped and started, and stays what was counted; who is shown another keeps it [SEG-4]', async () => {
  const segment = await make({ segment_name: 'Watchers', criteria: viewed(1) });
  const show = async (content: object) =>
    (await ask('POST', 'segments/personalized', { segment_id: segment.id, content_id: 'film', ...content })).body;
  const [long, short] = [await show({ variant_id: 'long', is_control: true }), await show({ variant_id: 'short' })];
  const shownTo = async (): Promise<string[]> =>
    Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const { body } = await ask('GET', `segments/${segment.id}/personalized/u${n}`);
        return body.personalized[0]?.variant_id ?? 'nothing';
      }),
    );
  const both = await shownTo();
  const stopped = await ask('POST', `segments/personalized/${short.id}/stop`);
  assert.deepEqual([stopped.status, stopped.body.stopped_at], [200, now.toISOString()]);
  assert.deepEqual(new Set(await shownTo()), new Set(['long']));
  await ask('POST', `segments/personalized/${short.id}/start`);
  assert.deepEqual(await shownTo(), both);

  const later = addDays(now, 1).toISOString();
  await ask('PUT', `segments/personalized/${long.id}`, { published_at: later });
  assert.deepEqual(new Set(await shownTo()), new Set(['short']));
  assert.equal((await ask('POST', `segments/personalized/${long.id}/start`)).body.published_at, now.toISOString());
  assert.deepEqual(await shownTo(), both);

  const changed = await ask('PUT', `segments/personalized/${short.id}`, { variant_id: 'brief', title: 'Brief' });
  assert.deepEqual([changed.body.variant_id, changed.body.title, changed.body.content_id], ['brief', 'Brief', 'film']);
  const twin = await ask('PUT', `segments/personalized/${short.id}`, { variant_id: 'long' });
  assert.deepEqual([twin.status, twin.body.field], [409, 'content_id']);
  const control = await ask('PUT', `segments/personalized/${short.id}`, { is_control: true });
  assert.deepEqual([control.status, control.body.field], [409, 'is_control']);
  await ask('POST', `segments/personalized/${short.id}/performance`, { views: 1000 });
  const other = await ask('PUT', `segments/personalized/${short.id}`, { variant_id: 'short', title: 'Short' });
  assert.deepEqual([other.status, other.body.field], [409, 'variant_id']);
  assert.match(other.body.detail, /seen 1,000 times as it is/);
  assert.equal((await ask('PUT', `segments/personalized/${short.id}`, { title: 'Short' })).body.title, 'Short');
  assert.equal((await ask('PUT', `segments/personalized/${short.id}`, { title: 'x' }, 'other')).status, 404);
  assert.equal((await ask('POST', `segments/personalized/${short.id}/stop`, undefined, 'other')).status, 404);
});

test('size, engagements and conversions are carried on, and the day that is not over yet is not counted [SEG-9]', async () => {
  const segment = await make({ segment_name: 'Returning', criteria: viewed(2) });
  const shown = await ask('POST', 'segments/personalized', { segment_id: segment.id, content_id: 'song' });
  const forecast = async (query = '') => (await ask('GET', `segments/${segment.id}/forecast${query}`)).body;
  const { engagements: none } = await forecast();
  assert.deepEqual([none.days, none.points, none.drift], [0, [], null]);
  assert.match(none.statement, /are needed to forecast/);

  const began = now;
  const count = async (counts: object) => {
    const { status } = await ask('POST', `segments/personalized/${shown.body.id}/performance`, counts);
    assert.equal(status, 200);
  };
  const clicks = [20, 22, 19, 21, 20, 23, 18, 20, 21, 19, 22, 20, 21, 20];
  for (const engagement of clicks) {
    await count({ views: 100, engagement });
    now = addDays(now, 1);
  }
  const { engagements: whole } = await forecast('?days=3');
  assert.equal(whole.days, clicks.length);
  assert.deepEqual(
    whole.points.map(({ date }: { date: string }) => date),
    [0, 1, 2].map((ahead) => addDays(now, ahead).toISOString().slice(0, 10)),
  );
  for (const { mean, low, high } of whole.points) {
    assert.ok(mean > 19 && mean < 22, `${mean} a day, where there were 18 to 23`);
    assert.ok(low < mean && mean < high);
  }
  // Early on the day only few have clicked; a day later nobody did, and that is a day like any other.
  await count({ views: 5, engagement: 1 });
  assert.deepEqual((await forecast('?days=3')).engagements, whole);
  now = addDays(now, 2);
  const { engagements: later } = await forecast('?days=1');
  assert.equal(later.days, clicks.length + 2);
  assert.ok(later.points[0].mean < whole.points[0].mean);
  now = began;
  assert.equal((await ask('GET', `segments/${segment.id}/forecast?days=91`)).status, 400);
  assert.equal((await ask('GET', `segments/${segment.id}/forecast`, undefined, 'other')).status, 404);
});

test('overlap, duplicates, dependents, sizes; and a segment is archived, not lost [SEG-7] [SEG-2]', async () => {
  const many = await make({ segment_name: 'Many looks', criteria: viewed(6) });
  const twin = await make({ segment_name: 'Twin', criteria: viewed(6) });
  const few = await make({ segment_name: 'Any looks', criteria: viewed(2) });
  const within = await make({
    segment_name: 'Within',
    criteria: { all: [{ kind: 'segment', segment: many.id }, viewed(9)] },
  });
  const overlap = await ask('GET', `segments/overlap?ids=${many.id},${few.id}`);
  assert.deepEqual(overlap.body.matrix, [
    [20, 20],
    [20, 36],
  ]);
  const duplicates = await ask('GET', `segments/${many.id}/duplicates`);
  assert.deepEqual(
    duplicates.body.segments.map((one: { id: string; is_same_rule: boolean }) => [one.id, one.is_same_rule]),
    [[twin.id, true]],
  );
  const dependents = await ask('GET', `segments/${many.id}/dependents`);
  assert.deepEqual(
    dependents.body.segments.map((one: { id: string }) => one.id),
    [within.id],
  );
  assert.equal(within.member_count, 8);
  const sizes = await ask('GET', `segments/${many.id}/sizes`);
  assert.equal(sizes.body.sizes.at(-1).size, 20);

  const changed = await ask('PUT', `segments/${few.id}`, { segment_name: 'Some looks', criteria: viewed(10) });
  assert.deepEqual([changed.body.segment_name, changed.body.member_count], ['Some looks', 4]);
  const refused = await ask('DELETE', `segments/${many.id}`);
  assert.equal(refused.status, 409);
  assert.match(refused.body.detail, /"Within"/);
  assert.equal((await ask('DELETE', `segments/${within.id}`)).body.status, 'archived');
  assert.equal((await ask('DELETE', `segments/${many.id}`)).status, 200);
  assert.equal((await ask('GET', `segments/${many.id}`)).body.sentence, many.sentence);
  assert.equal((await ask('GET', `segments/${many.id}/members`)).body.total, 0);
  now = new Date(now.getTime() + HOUR_MS);
});

test('a sentence becomes a rule and a rule a sentence; what is not understood is named [SEG-1]', async () => {
  const said = await ask('POST', 'segments/sentence', { criteria: viewed(3) });
  const heard = await ask('POST', 'segments/sentence', { sentence: said.body.sentence });
  assert.deepEqual(heard.body.rule, said.body.rule);
  const unheard = await ask('POST', 'segments/sentence', { sentence: 'people who dream of electric sheep' });
  assert.equal(unheard.status, 400);
  assert.ok(unheard.body.hint.length > 0);
  const held = await ask('POST', 'segments/evaluate', { criteria: viewed(6), user_id: 'u5' });
  assert.equal(held.body.is_in, true);
});

test('the sizes of many segments come in one answer, thinned out to the latest of each stretch [SEG-5] [SEG-6]', async () => {
  const rules = ['Sizes one', 'Sizes two'].map((segment_name, i) => ({ segment_name, criteria: viewed(2 + i) }));
  const made = [await make(rules[0]), await make(rules[1])];
  const rows = await store.state.query<{ id: string; number: number }>(
    'SELECT id, number FROM rule_segments WHERE id = $1 OR id = $2',
    made.map(({ id }) => id),
  );
  const hours = Array.from({ length: 48 }, (_, hour) => hour + 1);
  const sizes = rows.flatMap(({ id, number }) =>
    hours.map((hour) => ({
      ...{ workspace: 'shop', segment: number, at: toClickHouseTime(now.getTime() - hour * HOUR_MS) },
      size: 1000 * (1 + made.findIndex((one) => one.id === id)) + hour,
    })),
  );
  await store.facts.insert('segment_sizes', sizes);
  const ids = made.map(({ id }) => id).join(',');
  const { body } = await ask('GET', `segments/sizes?ids=${ids}&days=3&points=6`);
  assert.deepEqual(
    body.segments.map((one: { id: string }) => one.id),
    made.map(({ id }) => id),
  );
  for (const [i, { sizes: points }] of body.segments.entries()) {
    assert.ok(points.length >= 4 && points.length <= 6, `${points.length} points`);
    const [earliest] = points;
    const hoursAgo = (now.getTime() - Date.parse(earliest.at)) / HOUR_MS;
    assert.equal(earliest.size, 1000 * (1 + i) + hoursAgo, 'a size that was, at its moment');
    const moments = points.map(({ at }: { at: string }) => at);
    assert.deepEqual(moments, moments.toSorted());
    const whole = (await ask('GET', `segments/${made[i].id}/sizes?days=3`)).body.sizes;
    assert.deepEqual(points.at(-1), whole.at(-1), 'the latest is kept');
  }
  const all = (await ask('GET', 'segments/sizes?days=3')).body.segments.map((one: { id: string }) => one.id);
  assert.ok(made.every(({ id }) => all.includes(id)));
  const foreign = await ask('GET', `segments/sizes?ids=${ids}`, undefined, 'other');
  assert.deepEqual([foreign.status, foreign.body.field], [404, 'ids']);
  assert.deepEqual((await ask('GET', 'segments/sizes', undefined, 'other')).body.segments, []);
});

test('segments are named in sentences, and a name in a sentence is that segment [SEG-1]', async () => {
  const named = await make({ segment_name: 'Loyal “gold” customers Inc.', criteria: viewed(1) });
  const plain = await make({ segment_name: 'Gold', criteria: viewed(2) });
  const refers = { any: [named, plain].map(({ id }) => ({ kind: 'segment', segment: id })) };
  const inWords = await ask('POST', 'segments/sentence', { criteria: refers });
  assert.match(inWords.body.sentence, /^in the segment "Loyal .*gold.* customers Inc\." or in the segment Gold$/);
  const back = await ask('POST', 'segments/sentence', { sentence: inWords.body.sentence });
  assert.deepEqual(back.body, { rule: refers, sentence: inWords.body.sentence });
  const resting = await make({ segment_name: 'Resting on it', criteria: refers });
  assert.equal(resting.sentence, inWords.body.sentence);
  assert.equal((await ask('POST', 'segments/preview', { criteria: refers })).body.sentence, resting.sentence);
  assert.equal((await ask('PUT', `segments/${named.id}`, { segment_name: 'Loyal' })).status, 200);
  const { sentence: now } = (await ask('GET', `segments/${resting.id}`)).body;
  assert.equal(now, 'in the segment Loyal or in the segment Gold');

  const hear = async (sentence: string) => (await ask('POST', 'segments/sentence', { sentence })).body;
  const gold = { kind: 'segment', segment: plain.id };
  assert.deepEqual((await hear('people who are in the segment gold')).rule, gold);
  assert.deepEqual((await hear(`is in segment "${plain.id}"`)).rule, gold);
  const byHand = await hear('put in the segment Gold by hand');
  assert.deepEqual(byHand.rule, { kind: 'hand', segment: plain.id, verdict: 'include' });
  assert.equal(byHand.sentence, 'put in the segment Gold by hand');
  const unknown = await hear('are in the segment "Nobody’s"');
  assert.deepEqual([unknown.status, unknown.field], [400, 'sentence']);
  assert.match(unknown.detail, /There is no segment named "Nobody’s"/);
  assert.match(unknown.hint, /Carts/);
  await make({ segment_name: 'GOLD', criteria: viewed(3) });
  const several = await hear('are in the segment gold');
  assert.equal(several.status, 400);
  assert.match(several.detail, /"gold" may be any of "GOLD" \(.*\), "Gold" \(.*\)/);
  assert.deepEqual((await hear('are in the segment Gold')).rule, gold, 'the name as it stands is one');
  const elsewhere = await ask('POST', 'segments/sentence', { sentence: 'are in the segment Gold' }, 'other');
  assert.equal(elsewhere.status, 400, 'names of another workspace are none');
});

test('ids of another workspace, bad bodies and bad cursors get a clear answer [SEG-2]', async () => {
  const { body: mine } = await ask('GET', 'segments');
  const { id } = mine.segments[0];
  for (const [method, path, body] of [
    ['GET', `segments/${id}`],
    ['PUT', `segments/${id}`, { description: 'x' }],
    ['DELETE', `segments/${id}`],
    ['GET', `segments/${id}/members`],
    ['POST', `segments/${id}/members/u1`],
    ['GET', `segments/${id}/analytics`],
    ['POST', `segments/${id}/analyze`],
    ['GET', `segments/${id}/changes`],
    ['GET', `segments/${id}/sizes`],
    ['GET', `segments/overlap?ids=${id}`],
    ['POST', 'segments/personalized', { content_id: 'c', segment_id: id }],
    ['GET', `segments/personalized?segment_id=${id}`],
  ] as const) {
    const { status } = await ask(method, path, body, 'other');
    assert.equal(status, 404, `${method} ${path}`);
  }
  for (const [body, field] of [
    [{ criteria: viewed(1) }, 'segment_name'],
    [{ segment_name: 'x' }, 'criteria'],
    [{ segment_name: 'x', criteria: { colour: 'red' } }, 'criteria.colour'],
    [{ segment_name: 'x', criteria: { all: [] } }, 'criteria.all'],
    [{ segment_name: 'x', criteria: viewed(1), strategy: 'hope' }, 'strategy'],
    [{ segment_name: 'Twin', criteria: viewed(1) }, 'name'],
  ] as const) {
    const { status, body: problem } = await ask('POST', 'segments', body);
    assert.ok(status === 400 || status === 409, JSON.stringify(problem));
    assert.match(problem.field, new RegExp(field), JSON.stringify(problem));
    assert.ok(problem.hint.length > 0);
  }
  assert.equal((await ask('GET', 'segments?cursor=bm9wZQ')).status, 400);
});

/** What an address of the workspace gets; `answers` are given in their order, then 204. */
