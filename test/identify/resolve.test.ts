import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  findProfile,
  followBlock,
  identityMapSql,
  identityOf,
  nodeOf,
  openFollower,
  resolveAll,
  resolvedEventsSql,
  toHexId,
} from '../../src/identify/index.ts';
import { openTestStore } from '../support/store.ts';
import { hashOf, type Row, randomStream, row } from './streams.ts';

const store = await openTestStore();
const { facts } = store;
const now = new Date('2025-01-01T00:00:00Z');
const day = (n: number) => Date.UTC(2024, 0, n);
let workspaces = 0;

async function withEvents(make: (workspace: string) => Row[]): Promise<string> {
  const workspace = `w${workspaces++}`;
  await facts.insert('events', make(workspace));
  return workspace;
}

async function mapOf(workspace: string, asOf?: Date): Promise<Map<string, string>> {
  const rows = await facts.rows<{ node: string; profile: string }>(
    `SELECT node, profile FROM (${identityMapSql(asOf)}) WHERE node != profile ORDER BY node`,
    { workspace },
  );
  return new Map(rows.map(({ node, profile }) => [node, profile]));
}

async function mapRows(workspace: string): Promise<object[]> {
  return facts.rows(
    `SELECT node, profile, since FROM identity_map FINAL WHERE workspace = {workspace:String} ORDER BY node, since`,
    { workspace },
  );
}

const profileOf = async (workspace: string, identifier: string) =>
  (await mapOf(workspace)).get(String(nodeOf(identifier))) ?? String(nodeOf(identifier));

async function samePerson(workspace: string, ...identifiers: string[]): Promise<boolean> {
  return new Set(await Promise.all(identifiers.map((id) => profileOf(workspace, id)))).size === 1;
}

test('a node is what cityHash64 makes of the identifier, at every length', async () => {
  const rows = await facts.rows<{ text: string; node: string }>(
    `SELECT text, cityHash64(text) AS node FROM
     (SELECT arrayJoin(arrayMap(i -> concat(substringUTF8(repeat('aé0-:ü漢x', 60), 1, i), toString(i)), range(260))) AS text)`,
  );
  assert.equal(rows.length, 260);
  assert.deepEqual(
    rows.filter(({ text, node }) => nodeOf(text) !== BigInt(node)),
    [],
  );
  assert.equal(String(nodeOf('')), (await facts.rows<{ n: string }>(`SELECT cityHash64('') AS n`))[0].n);
});

test('a login gives the anonymous past to the person, under the oldest identifier', async () => {
  const w = await withEvents((w) => [
    row(w, day(1), { anonymous_id: 'phone' }),
    row(w, day(2), { anonymous_id: 'laptop' }),
    row(w, day(3), { anonymous_id: 'laptop', user_id: 'anna' }),
    row(w, day(4), { anonymous_id: 'phone', user_id: 'anna' }),
    row(w, day(5), { user_id: 'ben' }),
  ]);
  const { people, evidence, linked } = await resolveAll(store, { workspace: w, now });
  assert.deepEqual({ people, evidence, linked }, { people: 2, evidence: 2, linked: 2 });
  assert.equal(await profileOf(w, 'u:anna'), String(nodeOf('a:phone')));
  assert.ok(await samePerson(w, 'u:anna', 'a:laptop', 'a:phone'));
  const [{ profiles }] = await facts.rows<{ profiles: string }>(
    `SELECT uniqExact(profile) AS profiles FROM (${resolvedEventsSql()})`,
    { workspace: w },
  );
  assert.equal(profiles, '2');
});

test('a browser that two people share belongs to the first and welds nobody [WH-3]', async () => {
  const w = await withEvents((w) => [
    row(w, day(1), { anonymous_id: 'family', user_id: 'anna' }),
    row(w, day(2), { anonymous_id: 'family', user_id: 'ben' }),
    row(w, day(3), { anonymous_id: 'family' }),
  ]);
  await resolveAll(store, { workspace: w, now });
  assert.ok(await samePerson(w, 'u:anna', 'a:family'));
  assert.ok(!(await samePerson(w, 'u:anna', 'u:ben')));
});

test('a hashed address and a hashed number link accounts across platforms [WH-3]', async () => {
  const [mail, number] = [hashOf('anna@example.org'), hashOf('+4915112345678')];
  const w = await withEvents((w) => [
    row(w, day(1), { user_id: 'shop-anna', email_hash: mail }),
    row(w, day(2), { user_id: 'market-7', email_hash: mail, phone_hash: number }),
    row(w, day(3), { anonymous_id: 'till', phone_hash: number }),
    row(w, day(4), { email_hash: mail, event: 'email_opened' }),
    row(w, day(4), { user_id: 'other', email_hash: hashOf('other@example.org') }),
  ]);
  await resolveAll(store, { workspace: w, now });
  assert.ok(await samePerson(w, 'u:shop-anna', 'u:market-7', 'a:till', `e:${mail}`, `p:${number}`));
  assert.ok(!(await samePerson(w, 'u:shop-anna', 'u:other')));
});

test('an address that more than five users carry links nobody, from the moment the sixth appears', async () => {
  const mail = hashOf('info@company.example');
  const w = await withEvents((w) =>
    [1, 2, 3, 4, 5, 6].map((n) => row(w, day(n), { user_id: `user-${n}`, email_hash: mail })),
  );
  await resolveAll(store, { workspace: w, now });
  assert.equal((await mapOf(w, new Date(day(6)))).size, 5, 'the fifth user and the address before the sixth');
  assert.equal((await mapOf(w)).size, 0);
});

test('values that mean "unknown" link nobody', async () => {
  const blank = hashOf('');
  const w = await withEvents((w) =>
    ['null', 'Undefined', '0', '000000', 'test', '00000000-0000-0000-0000-000000000000'].flatMap((id, n) => [
      row(w, day(n + 1), {
        user_id: `user-${n}`,
        anonymous_id: id,
        email_hash: blank,
        phone_hash: hashOf('test@test.com'),
      }),
      row(w, day(n + 1), { user_id: id, anonymous_id: `browser-${n}` }),
      row(w, day(n + 1), { user_id: `user-${n}`, type: 'alias', previous_id: id }),
    ]),
  );
  const { evidence } = await resolveAll(store, { workspace: w, now });
  assert.equal(evidence, 0);
  const followed = await followBlock(store, w, [
    row(w, day(9), { user_id: 'x', anonymous_id: 'NULL', email_hash: blank }),
    row(w, day(9), { user_id: '0', anonymous_id: 'y' }),
  ]);
  assert.equal(followed.evidence, 0);
});

test('an alias joins the previous id, anonymous or not', async () => {
  const w = await withEvents((w) => [
    row(w, day(1), { anonymous_id: 'visitor' }),
    row(w, day(1), { user_id: 'old-id' }),
    row(w, day(2), { user_id: 'anna', type: 'alias', previous_id: 'visitor' }),
    row(w, day(3), { user_id: 'anna', type: 'alias', previous_id: 'old-id' }),
  ]);
  await resolveAll(store, { workspace: w, now });
  assert.ok(await samePerson(w, 'a:visitor', 'u:old-id', 'u:anna'));
  const { nodes } = await identityOf(store, w, BigInt(await profileOf(w, 'u:anna')));
  assert.deepEqual(nodes.map((node) => `${node.type} ${node.identifier}`).sort(), [
    'anonymous id visitor',
    'user id anna',
    'user id old-id',
  ]);
});

test('a revoked row undoes a link from then on, and a rerun keeps it undone', async () => {
  const w = await withEvents((w) => [
    row(w, day(1), { anonymous_id: 'kiosk' }),
    row(w, day(2), { anonymous_id: 'kiosk', user_id: 'anna' }),
  ]);
  await resolveAll(store, { workspace: w, now });
  assert.ok(await samePerson(w, 'u:anna', 'a:kiosk'));
  await facts.command(
    `INSERT INTO identity_evidence (workspace, at, node_a, node_b, identifier_a, identifier_b, method, confidence, message_id, revoked, recorded_at)
     SELECT workspace, '2024-01-05 00:00:00.000', node_a, node_b, identifier_a, identifier_b, method, 1, '', 1, '2025-01-02 00:00:00'
     FROM identity_evidence WHERE workspace = {w:String}`,
    { w },
  );
  for (const later of [1, 2]) {
    await resolveAll(store, { workspace: w, now: new Date(now.getTime() + later * 86_400_000) });
    assert.ok(!(await samePerson(w, 'u:anna', 'a:kiosk')));
    assert.equal((await mapOf(w, new Date(day(4)))).size, 1, 'before that it still held');
  }
});

for (const seed of [1, 2, 3]) {
  test(`what was known at a moment does not depend on what came later (seed ${seed}) [WH-7]`, async () => {
    const events = randomStream('later', { events: 400, seed });
    const whole = await withEvents((w) => events.map((event) => ({ ...event, workspace: w })));
    await resolveAll(store, { workspace: whole, now });
    for (const cut of [100, 250, 399]) {
      const moment = new Date(`${events[cut].at.replace(' ', 'T')}Z`);
      const until = await withEvents((w) => events.slice(0, cut).map((event) => ({ ...event, workspace: w })));
      await resolveAll(store, { workspace: until, now });
      const expected = await mapOf(until);
      assert.ok(expected.size > 5);
      assert.deepEqual(await mapOf(whole, moment), expected);
    }
  });

  test(`following blocks in order gives what resolving all gives (seed ${seed})`, async () => {
    const events = randomStream('blocks', { events: 400, seed: seed + 10 });
    const all = await withEvents((w) => events.map((event) => ({ ...event, workspace: w })));
    await resolveAll(store, { workspace: all, now });
    const live = `live-${seed}`;
    const blocks = [17, 60, 61, 150, 280, 400];
    for (const [i, end] of blocks.entries()) {
      const block = events.slice(blocks[i - 1] ?? 0, end).map((event) => ({ ...event, workspace: live }));
      await facts.insert('events', block);
      await followBlock(store, live, block, { now: new Date(now.getTime() + i) });
    }
    const expected = await mapRows(all);
    assert.ok(expected.length > 20);
    assert.deepEqual(await mapRows(live), expected);
    const repeated = await followBlock(
      store,
      live,
      events.slice(0, 200).map((event) => ({ ...event, workspace: live })),
    );
    assert.deepEqual(repeated, { evidence: 0, moved: [] }, 'a block that comes again tells nothing new');
    await resolveAll(store, { workspace: live, now });
    assert.deepEqual(await mapRows(live), expected);
  });
}

test('a block that comes late puts right what it makes untrue', async () => {
  const rows = (w: string) => [
    row(w, day(2), { anonymous_id: 'family', user_id: 'ben' }),
    row(w, day(3), { anonymous_id: 'family' }),
    row(w, day(1), { anonymous_id: 'family', user_id: 'anna' }),
  ];
  const all = await withEvents(rows);
  await resolveAll(store, { workspace: all, now });
  const live = await withEvents(rows);
  const [first, second, late] = rows(live);
  await followBlock(store, live, [first, second], { now });
  assert.ok(await samePerson(live, 'u:ben', 'a:family'));
  const { moved } = await followBlock(store, live, [late], { now });
  assert.ok(moved.length > 0);
  assert.ok(await samePerson(live, 'u:anna', 'a:family'));
  assert.ok(!(await samePerson(live, 'u:ben', 'a:family')));
  assert.deepEqual(await mapRows(live), await mapRows(all));
});

test('profiles and visits follow what is shipped, late events too [CBP-2]', async () => {
  const live = 'followed';
  const linked = randomStream(live, { events: 300, seed: 21 });
  // Visitors without links, whose later events come first: their visits begin earlier than it seemed.
  const alone = Array.from({ length: 120 }, (_, i) =>
    row(live, day(40) - i * 25 * 60_000, { anonymous_id: `alone-${i % 3}`, page_path: `/${i}` }),
  );
  const moves: string[] = [];
  const faults: unknown[] = [];
  const follower = openFollower(store, {
    now: () => now,
    refreshAfterMs: 5,
    onMoved: (workspace, moved) => moves.push(...moved.map(({ node }) => `${workspace} ${node}`)),
    onFault: (error) => faults.push(error),
  });
  for (let from = 0; from < 300; from += 60) {
    const block = [...linked.slice(from, from + 60), ...alone.slice(from / 3, from / 3 + 24)];
    await facts.insert('events', block);
    await follower.shipped(block);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await follower.close();
  assert.deepEqual(faults, []);
  assert.ok(moves.length > 10 && moves.every((move) => move.startsWith(live)));
  const drawn = async () => {
    const all = async (table: string, order: string) =>
      facts.rows(`SELECT * EXCEPT version FROM ${table} FINAL WHERE workspace = {live:String} ORDER BY ${order}`, {
        live,
      });
    return { profiles: await all('profiles', 'profile'), sessions: await all('sessions', 'profile, start_time') };
  };
  const followed = await drawn();
  await resolveAll(store, { workspace: live, now });
  assert.ok(followed.profiles.length > 3 && followed.sessions.length > followed.profiles.length);
  assert.deepEqual(followed, await drawn());
});

test('resolving again changes nothing, and what no longer holds goes away', async () => {
  const w = await withEvents((w) => [
    row(w, day(2), { anonymous_id: 'family', user_id: 'ben' }),
    row(w, day(3), { anonymous_id: 'family' }),
    row(w, day(4), { user_id: 'anna' }),
  ]);
  const state = async () => ({
    map: await mapRows(w),
    profiles: await facts.rows(
      'SELECT * EXCEPT version FROM profiles FINAL WHERE workspace = {w:String} ORDER BY profile',
      { w },
    ),
    sessions: await facts.rows(
      'SELECT * EXCEPT version FROM sessions FINAL WHERE workspace = {w:String} ORDER BY start_time',
      { w },
    ),
    evidence: await facts.rows('SELECT * FROM identity_evidence WHERE workspace = {w:String}', { w }),
  });
  await resolveAll(store, { workspace: w, now });
  const first = await state();
  await resolveAll(store, { workspace: w, now });
  assert.deepEqual(await state(), first);
  // Late news: Anna had used the browser before Ben did.
  await facts.insert('events', [row(w, day(1), { anonymous_id: 'family', user_id: 'anna' })]);
  await resolveAll(store, { workspace: w, now });
  assert.ok(await samePerson(w, 'u:anna', 'a:family'));
  assert.ok(!(await samePerson(w, 'u:ben', 'a:family')));
  const late = await state();
  assert.equal(late.map.length, 1);
  assert.equal(late.profiles.length, 2);
});

test('a person is found by any identifier, and shown with what links it', async () => {
  const w = await withEvents((w) => [
    row(w, day(1), { anonymous_id: 'laptop' }),
    row(w, day(2), { anonymous_id: 'laptop', user_id: 'anna', email_hash: hashOf('anna@example.org') }),
  ]);
  await resolveAll(store, { workspace: w, now });
  const profile = nodeOf('a:laptop');
  for (const id of ['anna', 'laptop', 'Anna@example.org ', hashOf('anna@example.org'), toHexId(profile)]) {
    assert.equal(await findProfile(store, w, id), profile, id);
  }
  assert.equal(await findProfile(store, w, 'nobody'), undefined);
  assert.equal(await findProfile(store, w, toHexId(12n)), undefined);
  const { nodes, evidence } = await identityOf(store, w, profile);
  assert.deepEqual(
    nodes.map((node) => node.type),
    ['anonymous id', 'e-mail hash', 'user id'],
  );
  assert.deepEqual(nodes[0], {
    identifier: 'laptop',
    type: 'anonymous id',
    whole: 'a:laptop',
    firstSeenAt: new Date(day(1)),
  });
  assert.deepEqual(
    evidence.map(({ from, to, method, at, revoked }) => ({ from, to, method, at, revoked })),
    [
      { from: 'anna', to: hashOf('anna@example.org'), method: 'email', at: new Date(day(2)), revoked: false },
      { from: 'anna', to: 'laptop', method: 'login', at: new Date(day(2)), revoked: false },
    ],
  );
});

test('profiles say who they are in brief, later traits before earlier ones', async () => {
  const w = await withEvents((w) => [
    row(w, day(1), { anonymous_id: 'laptop', platform: 'web', country: 'DE', device_type: 'desktop' }),
    row(w, day(2), {
      user_id: 'anna',
      anonymous_id: 'laptop',
      type: 'identify',
      event: 'identify',
      traits: '{"plan":"free","age":30}',
    }),
    row(w, day(3), { user_id: 'anna', type: 'identify', event: 'identify', traits: '{"plan":"paid"}', country: 'FR' }),
    row(w, day(4), { user_id: 'anna', event: 'purchase', revenue: 20.5, platform: 'store' }),
  ]);
  await resolveAll(store, { workspace: w, now });
  const rows = await facts.rows<Record<string, unknown>>('SELECT * FROM profiles FINAL WHERE workspace = {w:String}', {
    w,
  });
  assert.equal(rows.length, 1);
  const { version, traits, ...profile } = rows[0];
  assert.ok(Number(version) >= now.getTime());
  assert.deepEqual(JSON.parse(String(traits)), { plan: 'paid', age: 30 });
  assert.deepEqual(profile, {
    workspace: w,
    profile: String(nodeOf('a:laptop')),
    first_seen: '2024-01-01 00:00:00.000',
    last_seen: '2024-01-04 00:00:00.000',
    user_ids: ['anna'],
    anonymous_ids: ['laptop'],
    email_hashes: [],
    phone_hashes: [],
    platforms: ['store', 'web'],
    country: 'FR',
    device_type: 'desktop',
    events: '4',
    purchases: '1',
    revenue: 20.5,
    bot: 0,
  });
});

test('a gap of more than 30 minutes ends a session [CBP-2]', async () => {
  const at = (minutes: number) => day(1) + minutes * 60_000;
  const view = (w: string, minutes: number, page_path: string, more = {}) =>
    row(w, at(minutes), { anonymous_id: 'x', page_path, browser: 'Firefox', device_type: 'mobile', ...more });
  const ad = {
    traffic_source: 'google',
    medium: 'cpc',
    campaign: 'spring',
    term: 'trail shoes',
    click_id: 'gclid=abc',
  };
  const w = await withEvents((w) => [
    view(w, 0, '/', { ...ad, seconds_on_page: 10, referrer: 'https://www.google.com/' }),
    view(w, 30, '/shoes', { seconds_on_page: 20, country: 'DE', traffic_source: 'bing', medium: 'organic' }),
    row(w, at(31), { anonymous_id: 'x', event: 'scroll', scroll_depth: 80 }),
    row(w, at(32), { anonymous_id: 'x', event: 'internal_link_click' }),
    row(w, at(40), { anonymous_id: 'x', event: 'signup' }),
    row(w, at(45), { anonymous_id: 'x', event: 'purchase', revenue: 30, user_id: 'anna' }),
    row(w, at(50), { anonymous_id: 'x', event: 'email_delivered' }),
    view(w, 75.001, '/late'),
  ]);
  await resolveAll(store, { workspace: w, now });
  const sessions = await facts.rows<Record<string, unknown>>(
    'SELECT * EXCEPT (version, session_id, profile, workspace) FROM sessions FINAL WHERE workspace = {w:String} ORDER BY start_time',
    { w },
  );
  assert.equal(sessions.length, 2);
  assert.deepEqual(sessions[0], {
    start_time: '2024-01-01 00:00:00.000',
    end_time: '2024-01-01 00:45:00.000',
    duration_seconds: 2700,
    page_count: 2,
    event_count: 6,
    converted: 1,
    conversion_type: 'purchase',
    conversion_value: 30,
    conversion_time: '2024-01-01 00:45:00.000',
    bounced: 0,
    avg_seconds_on_page: 15,
    avg_scroll_depth: 80,
    total_clicks: 1,
    entry_page: '/',
    exit_page: '/shoes',
    page_sequence: ['/', '/shoes'],
    action_sequence: ['page_view', 'page_view', 'scroll', 'internal_link_click', 'signup', 'purchase'],
    action_counts: { page_view: 2, scroll: 1, internal_link_click: 1, signup: 1, purchase: 1 },
    platform: '',
    device_type: 'mobile',
    browser: 'Firefox',
    os: '',
    country: 'DE',
    traffic_source: 'google',
    campaign: 'spring',
    medium: 'cpc',
    term: 'trail shoes',
    content: '',
    click_id: 'gclid=abc',
    referrer: 'https://www.google.com/',
    bot_score: 0,
    bot_reasons: [],
  });
  assert.equal(sessions[1]['bounced'], 1);
  assert.equal(sessions[1]['conversion_time'], null);
  assert.equal(sessions[1]['entry_page'], '/late');
});
