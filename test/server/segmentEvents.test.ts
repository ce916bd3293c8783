// Who enters and leaves a segment as events [SEG-6]: told once where a segment asks for it, to be read in a timeline and by
// rules that name them, and passed over by all that reasons about what people do.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { openServer } from '../../src/server/index.ts';
import { readSetting, writeSetting } from '../../src/store/index.ts';
import { type Answer, callApi } from '../support/api.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
/** It goes on by itself, but while something stands still. */
const clock = { offsetMs: Date.parse('2026-05-01T12:00:00Z') - Date.now(), still: undefined as Date | undefined };
const now = () => clock.still ?? new Date(Date.now() + clock.offsetMs);
async function atOnce<T>(work: () => Promise<T>): Promise<T> {
  clock.still = now();
  const result = await work();
  clock.still = undefined;
  return result;
}
const keys: Record<string, { secret: string; write: string }> = {};
for (const id of ['shop', 'plain']) {
  await createWorkspace(store, { id, name: 'Shop', timeZone: 'Europe/Berlin', now: now() });
  const secret = await createKey(store, { workspace: id, kind: 'secret', label: 'test', now: now() });
  const write = await createKey(store, { workspace: id, kind: 'write', label: 'test', now: now() });
  keys[id] = { secret: secret.key, write: write.key };
}
const open = () => openServer({ store, logLevel: 'silent', now });
let server = await open();

const ask = (method: string, path: string, body?: unknown, workspace = 'shop'): Promise<Answer> =>
  callApi({ address: server.address, key: keys[workspace].secret }, method, path, body);
const make = async (segment: object, workspace = 'shop'): Promise<Answer['body']> => {
  const { status, body } = await ask('POST', 'segments', segment, workspace);
  assert.equal(status, 201, JSON.stringify(body));
  return body;
};
async function send(workspace: string, ...messages: object[]): Promise<void> {
  const response = await fetch(`${server.address}/v1/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${keys[workspace].write}:`)}` },
    body: JSON.stringify({ batch: messages }),
  });
  assert.equal(response.status, 200);
}
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 1200; waited++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`waited a minute for ${isSo}`);
}
type Told = { event: string; summary: string; at: string; messageId: string; properties: Record<string, unknown> };
const told = async (person: string, workspace = 'shop'): Promise<Told[]> => {
  const { status, body } = await ask('GET', `people/${person}/timeline`, undefined, workspace);
  return status === 404 ? [] : body.events.filter(({ event }: Told) => event.startsWith('segment_'));
};
const rows = (workspace = 'shop') =>
  store.facts.rows<{ message_id: string; event: string; anchor: string }>(
    'SELECT message_id, event, anchor FROM membership_events WHERE workspace = {workspace:String} ORDER BY at, message_id',
    { workspace },
  );
const carts = { kind: 'event', event: 'add_to_cart', op: 'at_least', value: 2, window: { last: 7, unit: 'days' } };
const added = (userId: string, messageId: string) => ({
  ...{ type: 'track', event: 'Product Added', userId, messageId, timestamp: now().toISOString() },
  properties: { product_id: 'p', price: 10, category: 'shoes' },
});
/** The same at the same moments in both workspaces, of which one tells nothing. */
function visit(userId: string): Promise<void> {
  return atOnce(async () => {
    for (const workspace of ['shop', 'plain']) {
      await send(
        workspace,
        {
          type: 'page',
          userId,
          messageId: `${userId} page`,
          timestamp: now().toISOString(),
          properties: { path: '/' },
        },
        {
          type: 'identify',
          userId,
          messageId: `${userId} is`,
          timestamp: now().toISOString(),
          traits: { plan: 'pro' },
        },
        added(userId, `${userId} one`),
        added(userId, `${userId} two`),
      );
    }
  });
}

let vip: Answer['body'];

test('a person who enters is told of once, in their timeline, and by no more after a restart [SEG-6]', async () => {
  vip = await make({ segment_name: 'VIP', criteria: carts, emits_events: true });
  assert.equal(vip.emits_events, true);
  const quiet = await make({ segment_name: 'VIP', criteria: carts }, 'plain');
  assert.equal(quiet.emits_events, false, 'nothing is told where nobody asks for it');
  await visit('u5');
  await until(async () => (await told('u5')).length > 0);
  const [entry, ...more] = await told('u5');
  assert.deepEqual(more, []);
  assert.deepEqual([entry.event, entry.summary], ['segment_entered', 'Entered the segment VIP']);
  const { body } = await ask('GET', `segments/${vip.id}/changes`);
  assert.equal(entry.at, body.changes[0].at);
  assert.deepEqual(entry.properties, {
    ...{ segment_id: vip.id, segment_name: 'VIP', reasons: body.changes[0].reasons, cause: 'event' },
    ...{ cause_event: 'add_to_cart', cause_message_id: body.changes[0].event.message_id },
  });

  const file = await fetch(`${server.address}/api/v1/people/u5/export`, {
    headers: { authorization: `Bearer ${keys['shop'].secret}` },
  });
  assert.match(await file.text(), /"kind":"event".*"event":"segment_entered"/, 'what is kept of a person is exported');

  // As if the process had died between telling and noting that it did.
  const name = 'segment-events.told-until';
  assert.ok(await readSetting(store, 'shop', name));
  await writeSetting(store, { workspace: 'shop', name, value: `${Date.parse(entry.at)}-0-0-0`, now: now() });
  await server.close();
  server = await open();
  await visit('u6');
  await until(async () => (await told('u6')).length > 0);
  assert.deepEqual(
    (await rows()).map(({ event, anchor }) => [event, anchor]),
    [
      ['segment_entered', 'u:u5'],
      ['segment_entered', 'u:u6'],
    ],
  );
  assert.deepEqual(await rows('plain'), []);
  assert.deepEqual(await told('u5', 'plain'), []);
});

test('what is known of what people do is to the byte what it is without it [SEG-6] [CBP-2]', async () => {
  const about = async (workspace: string) => {
    await resolveAll(store, { workspace, now: now() });
    const read = (sql: string) => store.facts.rows<Record<string, unknown>>(sql, { workspace });
    const here = 'workspace = {workspace:String}';
    const get = async (path: string) => (await ask('GET', path, undefined, workspace)).body;
    return {
      profiles: await read(`SELECT * EXCEPT (workspace, version) FROM profiles FINAL WHERE ${here} ORDER BY profile`),
      visits: await read(
        `SELECT * EXCEPT (workspace, version) FROM sessions FINAL WHERE ${here} ORDER BY profile, start_time`,
      ),
      evidence: await read(`SELECT * EXCEPT (workspace) FROM identity_evidence FINAL WHERE ${here}`),
      identifiers: await read(`SELECT * EXCEPT (workspace) FROM dim_identity WHERE ${here} ORDER BY identity_id`),
      events: await read(`SELECT * EXCEPT (workspace) FROM fact_event WHERE ${here} ORDER BY event_id`),
      features: await get('people/u5/features'),
      pages: await Promise.all(
        ['people/u5', 'people', 'overview', 'sessions', 'live', 'live/sessions', 'collect/plans'].map(get),
      ),
    };
  };
  const [shop, plain] = await atOnce(async () => [await about('shop'), await about('plain')]);
  assert.ok(shop.profiles.length === 2 && shop.visits.length === 2 && shop.events.length === 8);
  assert.equal(shop.features.values.pages_visited_30d, 1);
  assert.ok(
    shop.pages.every((page) => page.code === undefined),
    'every page was answered',
  );
  assert.deepEqual(shop, plain);
});

test('a rule that names it sees it, live and in batch, and "any event" does not [SEG-1] [SEG-6]', async () => {
  const entered = {
    ...{ kind: 'event', event: 'segment_entered', op: 'at_least', value: 1, window: { last: 7, unit: 'days' } },
    where: [{ field: 'properties.segment_id', op: 'is', value: vip.id }],
  };
  const anything = (value: number) => ({ kind: 'event', op: 'at_least', value, window: { last: 7, unit: 'days' } });
  const count = async (criteria: object) =>
    (await ask('POST', 'segments/preview', { criteria, exact: true })).body.size as number;
  assert.deepEqual([await count(entered), await count(anything(4)), await count(anything(5))], [2, 2, 0]);
  assert.equal(await count({ kind: 'sequence', steps: [{}, { event: 'segment_entered' }] }), 2);
  assert.equal(await count({ kind: 'sequence', steps: [{ event: 'segment_entered' }, {}] }), 0);
  const sentence = { sentence: 'entered a segment at least once in the last 7 days' };
  assert.equal((await ask('POST', 'segments/sentence', sentence)).body.rule.event, 'segment_entered');

  const newly = await make({ segment_name: 'Newly VIP', criteria: entered });
  const busy = await make({ segment_name: 'Busy', criteria: anything(5) });
  await visit('u7');
  const segmentsOf = async (person: string) =>
    (await ask('GET', `people/${person}/segments`)).body.segments?.map((one: { id: string }) => one.id) ?? [];
  await until(async () => (await segmentsOf('u7')).includes(newly.id));
  const [why] = (await ask('GET', `segments/${newly.id}/changes`)).body.changes;
  assert.equal(why.event.name, 'segment_entered');
  assert.equal((await segmentsOf('u7')).includes(busy.id), false);
});

test('no rule hears of itself, so a chain of entries ends [SEG-6]', async () => {
  const hears = (...where: object[]) => ({
    ...{ kind: 'event', event: 'segment_entered', op: 'at_least', value: 1, window: { last: 1, unit: 'days' } },
    ...(where.length > 0 && { where }),
  });
  const of = (id: string) => ({ field: 'properties.segment_id', op: 'is', value: id });
  const refused = await ask('POST', 'segments', { segment_name: 'Echo', criteria: hears(), emits_events: true });
  assert.deepEqual([refused.status, refused.body.field], [400, 'emits_events'], JSON.stringify(refused.body));
  assert.match(refused.body.detail, /leads back to itself/);
  assert.match(refused.body.hint, /properties\.segment_id/);

  const second = await make({ segment_name: 'Second', criteria: hears(of(vip.id)), emits_events: true });
  const third = await make({ segment_name: 'Third', criteria: hears(of(second.id)) });
  const round = { any: [carts, hears(of(third.id))] };
  const change = await ask('PUT', `segments/${vip.id}`, { criteria: round });
  assert.equal(change.status, 200, 'what tells nothing leads nowhere');
  const circle = await ask('PUT', `segments/${third.id}`, { emits_events: true });
  assert.equal(circle.status, 400);
  assert.match(circle.body.detail, /Third → Second → VIP → Third/);
  assert.equal((await ask('PUT', `segments/${vip.id}`, { criteria: carts })).status, 200);
  assert.equal((await ask('PUT', `segments/${third.id}`, { emits_events: true })).body.emits_events, true);
  const dependents = (await ask('GET', `segments/${second.id}/dependents`)).body.segments;
  assert.deepEqual(
    dependents.map((one: { id: string }) => one.id),
    [third.id],
  );
  assert.equal((await ask('DELETE', `segments/${second.id}`)).status, 409);

  await visit('u8');
  await until(async () => (await told('u8')).length >= 3);
  const names = (await told('u8')).map(({ summary }) => summary);
  assert.deepEqual(
    names,
    ['Third', 'Second', 'VIP'].map((name) => `Entered the segment ${name}`),
  );
});

test('who leaves is told, whatever the tracking plan, and nothing of who says no to being followed [SEG-6] [MKT-1.4]', async () => {
  const plan = {
    policy: { unplannedEvents: 'block', unplannedProperties: 'block', violations: 'block' },
    events: [{ type: 'track', name: 'Product Added', schema: { type: 'object', additionalProperties: true } }],
  };
  const { status, body } = await ask('PUT', 'collect/plans/draft', plan);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal((await ask('POST', `collect/plans/${body.version}/activate`)).status, 200);
  const hour = await make({
    segment_name: 'This hour',
    criteria: { ...carts, value: 1, window: { last: 1, unit: 'hours' } },
    emits_events: true,
  });
  await send('shop', added('u9', 'u9 one'), added('u10', 'u10 one'));
  const ofHour = async (person: string) =>
    (await told(person)).filter(({ properties }) => properties['segment_id'] === hour.id);
  await until(async () => (await ofHour('u9')).length > 0 && (await ofHour('u10')).length > 0);
  const no = { userId: 'u10', choices: { analytics: false } };
  assert.equal((await ask('POST', 'govern/consent', no)).status, 200);
  clock.offsetMs += 3_600_000;
  await until(async () => (await ofHour('u9')).length > 1);
  const [left, entry] = await ofHour('u9');
  assert.deepEqual(
    [left.event, left.summary, entry.event],
    ['segment_exited', 'Left the segment This hour', 'segment_entered'],
  );
  assert.equal(left.properties['cause'], 'time');
  assert.equal((await ofHour('u10')).length, 1, 'as nothing else of them is stored from then on');
  assert.equal((await ask('PUT', `segments/${hour.id}`, { emits_events: false })).body.emits_events, false);
});
