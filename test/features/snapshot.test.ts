import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { EventRow } from '../../src/collect/index.ts';
import {
  blockOf,
  describeFeatures,
  type Everyone,
  type FeaturePage,
  forgetSnapshots,
  openEveryone,
  openLivePeople,
  readMatrix,
  readPeopleAsOf,
  readSomeAsOf,
  signalSetOf,
  signals,
  streamFeatures,
  takeSnapshot,
} from '../../src/features/index.ts';
import { createWorkspace } from '../../src/govern/index.ts';
import { followBlock, mergePeople, nodeOf, resolveAll, undoDecision } from '../../src/identify/index.ts';
import { addDays, HOUR_MS, toClickHouseTime } from '../../src/time.ts';
import { openTestStore } from '../support/store.ts';
import { asEventRows, randomHistories, type TestEvent } from './people.ts';

const store = await openTestStore();
const { facts } = store;
const asOf = new Date('2024-11-01T00:00:00Z');
const now = new Date('2025-01-01T00:00:00Z');
const column = (name: string) => signals.findIndex((signal) => signal.name === name);

type Part = Omit<TestEvent, 'anchor'> & { user?: string; browser?: string; at: Date; event: string };

async function insert(workspace: string, parts: readonly Part[]): Promise<EventRow[]> {
  const rows = asEventRows(
    workspace,
    parts.map(({ user, browser, ...rest }) => ({ ...rest, anchor: user ? `u:${user}` : `a:${browser}` })),
  ).map((row, i) => ({
    ...blank,
    ...row,
    message_id: `${workspace}-${parts[i].at.getTime()}-${i}`,
    user_id: parts[i].user ?? '',
    anonymous_id: parts[i].browser ?? '',
  })) as unknown as EventRow[];
  await facts.insert('events', rows);
  return rows;
}

const blank = {
  ...{ email_hash: '', phone_hash: '', previous_id: '', platform: '', page_path: '', traffic_source: '', medium: '' },
  ...{ campaign: '', device_type: '', order_id: '', coupon: '', search_query: '', revenue: 0, scroll_depth: 0 },
  ...{ seconds_on_page: 0, bot: 0, product_ids: [], categories: [], brands: [], prices: [], quantities: [] },
};

async function snapshotRows(workspace: string, at: Date, set = signalSetOf(signals)) {
  return facts.rows<{ profile: string; category: string; bits: number[] }>(
    `SELECT profile, category, arrayMap(x -> reinterpretAsUInt32(x), values) AS bits FROM features FINAL
     WHERE workspace = {workspace:String} AND signal_set = {set:String} AND as_of = toDateTime64({at:String}, 3, 'UTC') ORDER BY profile`,
    { workspace, set, at: at.toISOString().slice(0, 19).replace('T', ' ') },
  );
}

test('a planted future event and a planted future link move no signal of the past [WH-7]', async () => {
  const workspace = 'past';
  await insert(workspace, [
    {
      browser: 'laptop',
      at: addDays(asOf, -3),
      event: 'product_view',
      categories: ['Shoes'],
      product_ids: ['p'],
      prices: [5],
      quantities: [1],
    },
    { browser: 'phone', at: addDays(asOf, -2), event: 'add_to_cart' },
    { user: 'anna', at: addDays(asOf, -40), event: 'purchase', revenue: 20 },
    { user: 'anna', browser: 'laptop', at: addDays(asOf, -1), event: 'login' },
    ...randomHistories({ people: 40, most: 20, asOf, seed: 7 }).map(({ anchor, ...rest }) => ({
      ...rest,
      browser: anchor.slice(2),
    })),
  ]);
  await resolveAll(store, { workspace, now });
  await takeSnapshot(store, { workspace, asOf, now });
  const before = await snapshotRows(workspace, asOf);
  assert.equal(before.length, 42);

  // After the moment: Anna's phone turns out to be hers, and everybody buys — at the very moment, and later.
  await insert(workspace, [
    { user: 'anna', browser: 'phone', at: asOf, event: 'login' },
    { user: 'anna', browser: 'person-3', at: addDays(asOf, 1), event: 'purchase', revenue: 1000 },
    ...Array.from({ length: 40 }, (_, i) => ({
      browser: `person-${i}`,
      at: asOf,
      event: 'purchase',
      revenue: 99,
      categories: ['Hats'],
    })),
    { browser: 'stranger', at: addDays(asOf, 2), event: 'page_view' },
  ]);
  await resolveAll(store, { workspace, now });
  await takeSnapshot(store, { workspace, asOf, now });
  assert.deepEqual(await snapshotRows(workspace, asOf), before);
  await takeSnapshot(store, { workspace, asOf: addDays(asOf, 3), now });
  const later = await snapshotRows(workspace, addDays(asOf, 3));
  assert.equal(later.length, 41, 'phone and person-3 joined Anna, a stranger came');
});

test('an outcome counts for whoever stood for the person before, also under an identifier linked since [WH-7]', async () => {
  const workspace = 'outcomes';
  await insert(workspace, [
    { browser: 'laptop', at: addDays(asOf, -5), event: 'page_view' },
    { browser: 'tablet', at: addDays(asOf, -4), event: 'page_view' },
    { user: 'ben', at: addDays(asOf, -4), event: 'page_view' },
    { user: 'early', at: addDays(asOf, -4), event: 'page_view' },
    { user: 'late', at: addDays(asOf, -4), event: 'page_view' },
    { user: 'edge', at: addDays(asOf, -4), event: 'page_view' },
    { user: 'past', at: addDays(asOf, -1), event: 'purchase' },
    // Anna logs in on both devices after the moment and buys under her user id, which did not exist before.
    { user: 'anna', browser: 'laptop', at: addDays(asOf, 1), event: 'login' },
    { user: 'anna', browser: 'tablet', at: addDays(asOf, 2), event: 'login' },
    { user: 'anna', at: addDays(asOf, 2.5), event: 'purchase', categories: ['Shoes'] },
    { user: 'early', at: asOf, event: 'purchase', categories: ['Hats'] },
    { user: 'late', at: addDays(asOf, 7), event: 'purchase' },
    { user: 'edge', at: new Date(addDays(asOf, 7).getTime() - 1), event: 'purchase' },
    // A link after the outcome's span reveals nothing about it.
    { user: 'ben', browser: 'kiosk', at: addDays(asOf, 8), event: 'login' },
    { browser: 'kiosk', at: addDays(asOf, 3), event: 'purchase' },
  ]);
  await resolveAll(store, { workspace, now });
  const { signalSet } = await takeSnapshot(store, { workspace, asOf, now });
  const read = async (category?: string) => {
    const label = { event: 'purchase', timeframeDays: 7, category };
    const { profiles, y, daysToEvent } = await readMatrix(store, { workspace, signalSet, asOf: [asOf], label });
    return new Map([...profiles].map((profile, row) => [profile, [y![row], daysToEvent![row]]]));
  };
  const all = await read();
  const of = (identifier: string) => all.get(nodeOf(identifier));
  assert.deepEqual(of('a:laptop'), [1, 2.5]);
  assert.deepEqual(of('a:tablet'), [1, 2.5]);
  assert.deepEqual(of('u:early'), [1, 0]);
  assert.deepEqual(of('u:late'), [0, Number.NaN]);
  assert.equal(of('u:edge')![0], 1);
  assert.deepEqual(of('u:past'), [0, Number.NaN]);
  assert.deepEqual(of('u:ben'), [0, Number.NaN]);
  assert.equal(all.size, 7);
  const shoes = await read('Shoes');
  assert.deepEqual([...shoes.values()].filter(([y]) => y === 1).length, 2);
});

test('taking a snapshot again replaces it, in one part or in many, and leaves out bots', async () => {
  const workspace = 'again';
  const events = randomHistories({ people: 200, most: 12, asOf, seed: 8 });
  await facts.insert('events', asEventRows(workspace, events));
  await insert(workspace, [
    { browser: 'crawler', at: addDays(asOf, -1), event: 'page_view', bot: 1 },
    { browser: 'crawler', at: addDays(asOf, -2), event: 'page_view', bot: 1 },
    { browser: 'person-1', at: addDays(asOf, -2), event: 'page_view', bot: 1 },
  ]);
  const first = await takeSnapshot(store, { workspace, asOf, now });
  assert.equal(first.people, 200);
  const rows = await snapshotRows(workspace, asOf);
  const progress: number[] = [];
  const parts = await takeSnapshot(store, {
    workspace,
    asOf,
    now,
    eventsPerPart: 250,
    onProgress: (done) => progress.push(done),
  });
  assert.ok(progress.length >= 4, `${progress.length} parts`);
  assert.deepEqual(parts, first);
  assert.deepEqual(await snapshotRows(workspace, asOf), rows);
  const [{ kept }] = await facts.rows<{ kept: string }>(
    `SELECT count() AS kept FROM features WHERE workspace = {workspace:String}`,
    { workspace },
  );
  assert.equal(kept, '200');
});

test('a snapshot of chosen signals has these columns, and a set that is not theirs is refused', async () => {
  const workspace = 'again';
  const chosen = signals.slice(3, 6);
  const { signalSet } = await takeSnapshot(store, { workspace, asOf, now, signals: chosen });
  const { x } = await readMatrix(store, { workspace, signalSet, signals: chosen, asOf: [asOf] });
  assert.deepEqual(
    x.names,
    chosen.map((signal) => signal.name),
  );
  assert.equal(x.rows, 200);
  await assert.rejects(readMatrix(store, { workspace, signalSet, asOf: [asOf] }), /signal set/);
  await assert.rejects(takeSnapshot(store, { workspace, asOf, now, signals: [] }), /no signals/);
});

test('a matrix over several moments samples exactly so many rows, the same for the same seed', async () => {
  const workspace = 'again';
  const moments = [addDays(asOf, -60), addDays(asOf, -30), asOf];
  let signalSet = '';
  for (const moment of moments) ({ signalSet } = await takeSnapshot(store, { workspace, asOf: moment, now }));
  const label = { event: 'purchase', timeframeDays: 30 };
  const whole = await readMatrix(store, { workspace, signalSet, asOf: moments, label });
  assert.equal(whole.x.rows, whole.profiles.length);
  const key = (m: typeof whole, row: number) => `${m.asOfIndex[row]} ${m.profiles[row]}`;
  const place = new Map(Array.from(whole.profiles, (_, row) => [key(whole, row), row]));
  const read = (seed: number) =>
    readMatrix(store, { workspace, signalSet, asOf: moments, label, sample: { maxRows: 100, seed } });
  const [one, again, other] = [await read(1), await read(1), await read(2)];
  assert.equal(one.x.rows, 100);
  assert.deepEqual(one, again);
  assert.notDeepEqual(one.profiles, other.profiles);
  for (let row = 0; row < 100; row++) {
    const same = place.get(key(one, row))!;
    assert.equal(one.y![row], whole.y![same]);
    assert.deepEqual(
      one.x.columns.map((c) => c[row]),
      whole.x.columns.map((c) => c[same]),
    );
  }
  assert.equal(
    (await readMatrix(store, { workspace, signalSet, asOf: moments, sample: { maxRows: 1e6, seed: 1 } })).x.rows,
    whole.x.rows,
  );
  assert.equal((await readMatrix(store, { workspace: 'nobody', signalSet, asOf: moments })).x.rows, 0);
});

test('a stream of features comes in blocks, everyone once, in order', async () => {
  const workspace = 'crowd';
  await facts.command(
    `INSERT INTO events (workspace, message_id, type, event, at, received_at, anchor)
     SELECT {workspace:String}, toString(number), 'track', 'page_view', toDateTime64('2024-10-20 00:00:00', 3, 'UTC'),
       toDateTime64('2024-10-20 00:00:00', 3, 'UTC'), concat('a:', toString(number)) FROM numbers(120000)`,
    { workspace },
  );
  const few = signals.slice(0, 3);
  const { signalSet, people } = await takeSnapshot(store, { workspace, asOf, now, signals: few });
  assert.equal(people, 120_000);
  let before = -1n;
  let rows = 0;
  let blocks = 0;
  for await (const block of streamFeatures(store, { workspace, signalSet, signals: few, asOf })) {
    blocks++;
    rows += block.x.rows;
    assert.ok(block.x.rows <= 60_000);
    for (const profile of block.profiles) {
      assert.ok(profile > before);
      before = profile;
    }
  }
  assert.equal(rows, 120_000);
  assert.ok(blocks >= 3);
});

test('signals are described by what is known of them', async () => {
  const workspace = 'described';
  const bought = Array.from({ length: 100 }, (_, i) => ({
    browser: `b${i}`,
    at: addDays(asOf, -1 - i),
    event: 'purchase',
    revenue: i + 1,
  }));
  const looked = Array.from({ length: 300 }, (_, i) => ({
    browser: `l${i}`,
    at: addDays(asOf, -1),
    event: 'page_view',
  }));
  await insert(workspace, [...bought, ...looked]);
  const { signalSet } = await takeSnapshot(store, { workspace, asOf, now });
  const description = await describeFeatures(store, { workspace, signalSet, asOf });
  assert.equal(description.people, 400);
  const order = description.signals[column('average_order_value')];
  assert.equal(order.signal.name, 'average_order_value');
  assert.equal(order.missingShare, 0.75);
  assert.deepEqual(order.quantiles, [1, 11, 26, 51, 75, 90, 100]);
  assert.equal(
    order.histogram.reduce((sum, bin) => sum + bin.people, 0),
    100,
  );
  const opened = description.signals[column('review_rating')];
  assert.deepEqual({ ...opened, signal: 0 }, { signal: 0, missingShare: 1, quantiles: [], histogram: [] });
});

test('live signals follow what arrives and agree with a snapshot of the same moment [CBP-9]', async () => {
  const workspace = 'live';
  const live = openLivePeople(store, { workspace });
  const at = (days: number) => addDays(asOf, days);
  const ship = async (parts: Part[]) => {
    const rows = await insert(workspace, parts);
    live.shipped(rows);
    live.moved((await followBlock(store, workspace, rows, { now })).moved);
    return rows;
  };
  assert.equal(await live.features('anna', asOf), undefined);
  await ship([
    {
      browser: 'laptop',
      at: at(-9),
      event: 'product_view',
      categories: ['Shoes'],
      prices: [19.99],
      quantities: [1],
      product_ids: ['p'],
      scroll_depth: 0.1,
    },
    { browser: 'laptop', at: at(-8), event: 'add_to_cart' },
    { user: 'anna', at: at(-20), event: 'review', rating: 4 },
  ]);
  const before = await live.features('laptop', asOf);
  assert.equal(before!.values[column('cart_adds_30d')], 1);
  assert.equal(before!.category, 'Shoes');
  assert.deepEqual(before!.basedOn, { events: 2, lastEventAt: at(-8) });

  // Accepted but not shipped: known at once, and once only when it arrives again through the shipper.
  const [accepted] = asEventRows(workspace, [
    { anchor: 'a:laptop', at: at(-1), event: 'checkout_start' },
  ]) as EventRow[];
  const row = { ...blank, ...accepted, message_id: 'accepted', anonymous_id: 'laptop' } as EventRow;
  live.accepted([row]);
  assert.equal((await live.features('laptop', asOf))!.values[column('checkouts_7d')], 1);
  const [fresh] = asEventRows(workspace, [{ anchor: 'a:brand-new', at: at(-1), event: 'page_view' }]) as EventRow[];
  live.accepted([{ ...blank, ...fresh, message_id: 'fresh' } as EventRow]);
  assert.equal((await live.features('brand-new', asOf))!.basedOn.events, 1);
  await facts.insert('events', [row]);
  live.shipped([row]);
  assert.equal((await live.features('laptop', asOf))!.values[column('checkouts_7d')], 1);

  // A login joins the two people.
  await ship([{ user: 'anna', browser: 'laptop', at: at(-0.5), event: 'login' }]);
  await ship([{ user: 'anna', at: at(-0.25), event: 'purchase', revenue: 42.5, brands: ['Acme'], coupon: 'X' }]);
  const joined = await live.features('anna', asOf);
  assert.equal(joined!.basedOn.events, 6);
  assert.equal(joined!.profile, nodeOf('u:anna'), 'the older identifier names the person');
  assert.deepEqual((await live.features('laptop', asOf))!.values, joined!.values);
  assert.deepEqual((await live.features(nodeOf('a:laptop'), asOf))!.profile, joined!.profile);

  await resolveAll(store, { workspace, now });
  const { signalSet } = await takeSnapshot(store, { workspace, asOf, now });
  const { profiles, x } = await readMatrix(store, { workspace, signalSet, asOf: [asOf] });
  const place = profiles.indexOf(joined!.profile);
  signals.forEach((signal, c) => {
    const [sql, value] = [x.columns[c][place], joined!.values[c]];
    assert.ok(
      Object.is(sql, value) || Math.abs(sql - value) <= 1e-5 * Math.abs(sql),
      `${signal.name}: ${sql}, live ${value}`,
    );
  });
  // A past moment is answered from what was known then.
  assert.equal((await live.features('anna', at(-0.3)))!.values[column('purchases_all')], 0);
});

test('some people drawn without a snapshot are as in the snapshot, and all parts are everybody', async () => {
  const workspace = 'again';
  const label = { event: 'purchase', timeframeDays: 30 };
  const { signalSet } = await takeSnapshot(store, { workspace, asOf, now });
  const whole = await readMatrix(store, { workspace, signalSet, asOf: [asOf], label });
  let from = 0;
  for (const index of [0, 1, 2]) {
    const { x, y } = await readSomeAsOf(store, { workspace, asOf, label, share: { index, of: 3 } });
    assert.deepEqual(x.names, whole.x.names);
    x.columns.forEach((values, c) => {
      assert.deepEqual(values, whole.x.columns[c].slice(from, from + x.rows), x.names[c]);
    });
    assert.deepEqual(y, whole.y!.slice(from, from + x.rows));
    from += x.rows;
  }
  assert.equal(from, whole.x.rows);
});

test('nights that read only what is new know the same as one that reads everything, to the bit [INT-3]', async () => {
  const workspace = 'nights';
  const people = randomHistories({ people: 120, most: 40, asOf, seed: 11 }).filter(
    ({ at, anchor }) => at < addDays(asOf, -5) || anchor.startsWith('a:person-1'),
  );
  // Received early enough for nobody to ask whether they are in the facts yet.
  const rows = asEventRows(workspace, people).map((row, i) => ({
    ...row,
    received_at: toClickHouseTime(people[i].at.getTime() - 2 * HOUR_MS),
  }));
  const isOld = (_: unknown, i: number) => people[i].at < addDays(asOf, -5);
  await facts.insert('events', rows.filter(isOld));
  await facts.insert(
    'events',
    rows.filter((_, i) => !isOld(_, i)),
  );
  const by = { workspace, actor: 'test', reason: 'test', now: addDays(asOf, 6.5) };
  await createWorkspace(store, { id: workspace, name: 'Nights', timeZone: 'UTC', now });
  const some = signals.filter((_, i) => i % 3 !== 1);
  const night = async (at: Date) => {
    await resolveAll(store, { workspace, now });
    const since = await lastVersion(workspace);
    const everyone = await openEveryone(store, { workspace, asOf: at, now: at, signals });
    const [{ anew, all }] = await facts.rows<{ anew: string; all: string }>(
      `SELECT countIf(version > ${since}) AS anew, count() AS all FROM kept_pasts FINAL
       WHERE workspace = {workspace:String} AND standing = 1`,
      { workspace },
    );
    const incremental = await peopleOf(everyone!, 50);
    await facts.remove('features', 'workspace = {workspace:String}', { workspace });
    await takeSnapshot(store, { workspace, asOf: at, now: at });
    const whole = await snapshotRows(workspace, at);
    const differ = whole.filter((row, i) => !isDeepStrictEqual(row, incremental[i]));
    assert.equal(
      differ.length,
      0,
      `${differ.length} of ${whole.length} people differ, ${incremental.length} are known`,
    );
    assert.equal(incremental.length, Number(all));
    assert.equal(everyone!.people, Number(all));
    return Number(anew);
  };
  const early = await night(addDays(asOf, -5));
  assert.ok(early > 50, `${early} at first`);
  assert.equal(await night(addDays(asOf, -5)), 0, 'and then nobody');
  const busy = new Set(people.filter(({ at }) => at >= addDays(asOf, -5)).map(({ anchor }) => anchor));
  assert.equal(await night(asOf), busy.size);
  assert.ok(busy.size > 5 && busy.size < 40, `${busy.size} did something`);

  // Days on which nobody does anything move nearly every signal, and nobody's events are read.
  assert.equal(await night(addDays(asOf, 3.5)), 0);

  // Two people become one, and somebody buys; an old event comes late; a person is all programs.
  await insert(workspace, [
    { user: 'anna', browser: 'person-3', at: addDays(asOf, 4), event: 'login' },
    { user: 'anna', browser: 'person-7', at: addDays(asOf, 4.1), event: 'login' },
    {
      user: 'anna',
      at: addDays(asOf, 4.2),
      event: 'purchase',
      revenue: 12,
      categories: ['Hats'],
      prices: [12],
      quantities: [1],
    },
    { browser: 'crawler', at: addDays(asOf, 4), event: 'page_view', bot: 1 },
  ]);
  const late = asEventRows(workspace, [{ anchor: 'a:person-9', at: addDays(asOf, -300), event: 'purchase' }]);
  await facts.insert(
    'events',
    late.map((row) => ({ ...row, message_id: 'late', received_at: '2024-11-06 12:00:00.000' })),
  );
  // A reading that is cut off before what it replaces is deleted leaves two rows of a person; the next one puts it right.
  await resolveAll(store, { workspace, now });
  const remove = facts.remove;
  facts.remove = async () => {
    throw new Error('cut off');
  };
  const six = { workspace, asOf: addDays(asOf, 6), now: addDays(asOf, 6), signals };
  await assert.rejects(openEveryone(store, six), /cut off/);
  facts.remove = remove;
  const twice = `SELECT profile FROM kept_pasts WHERE workspace = {workspace:String} GROUP BY profile HAVING count() > 1`;
  assert.ok((await facts.rows(twice, { workspace })).length > 0);
  assert.equal(await night(addDays(asOf, 6)), 2, 'Anna, who is three identifiers, and person 9');
  assert.deepEqual(await facts.rows(twice, { workspace }), []);

  // By hand: one person of two, and apart again, without any event.
  const merged = await mergePeople(store, by, ['person-20', 'person-21']);
  assert.equal(await night(addDays(asOf, 7)), 1);
  await undoDecision(store, { ...by, now: addDays(asOf, 7.5) }, merged.decision!);
  assert.equal(await night(addDays(asOf, 8)), 2);

  // Events that are taken away again are noticed.
  await facts.remove('events', `workspace = {workspace:String} AND message_id = 'late'`, { workspace });
  assert.ok((await night(addDays(asOf, 9))) > 100);
  // What is kept cannot go back, and is left alone by whoever asks for an earlier moment.
  const before = addDays(asOf, -100);
  assert.equal(await openEveryone(store, { workspace, asOf: before, now, signals }), undefined);
  assert.equal(await night(addDays(asOf, 10)), 0);

  // Chosen signals are the same numbers, behind a profile only those behind it, and some people are as in the whole.
  const last = addDays(asOf, 10);
  const whole = await snapshotRows(workspace, last);
  const chosen = await openEveryone(store, { workspace, asOf: last, now: last, signals: some });
  const places = some.map(({ name }) => column(name));
  const fewer = whole.map((row) => ({ ...row, bits: places.map((place) => row.bits[place]) }));
  assert.deepEqual(await peopleOf(chosen!, 1000), fewer);
  assert.deepEqual(await peopleOf(chosen!, 30, BigInt(whole[70].profile)), fewer.slice(71));
  const profiles = [whole[3], whole[90]].map(({ profile }) => BigInt(profile));
  for (const at of [last, before]) {
    const expected = await everybodyAt(workspace, at);
    const rows = rowsOf(await readPeopleAsOf(store, { workspace, asOf: at, profiles }));
    assert.deepEqual(
      rows,
      expected.filter(({ profile }) => profiles.includes(BigInt(profile))),
    );
  }

  // Whoever is still reading when another night has begun is told so, rather than given people of the wrong moment.
  const reading = chosen!.pages({ rowsPerPage: 50 })[Symbol.asyncIterator]();
  assert.equal((await reading.next()).done, false);
  await openEveryone(store, { workspace, asOf: addDays(asOf, 11), now: addDays(asOf, 11), signals });
  await assert.rejects(reading.next(), { code: 'conflict' });
});

test('a draw of the people is kept beside the whole, the same whether what is kept or their events were read', async () => {
  const workspace = 'nights';
  const last = addDays(asOf, 11);
  const share = { index: 0, of: 4 };
  const all = await everybodyAt(workspace, last);
  const drawn = all.filter(({ profile }) => BigInt(profile) < 2n ** 62n);
  assert.ok(drawn.length > 10 && drawn.length < 60);
  const read = async (signalSet: string) =>
    (await snapshotRows(workspace, last, signalSet)).map(({ profile, bits }) => ({ profile, bits }));
  const expected = drawn.map(({ profile, bits }) => ({ profile, bits }));
  const { signalSet, people } = await takeSnapshot(store, { workspace, asOf: last, now, share });
  assert.equal(people, drawn.length);
  assert.deepEqual(await read(signalSet), expected);
  await forgetSnapshots(store, workspace);
  await takeSnapshot(store, { workspace, asOf: last, now, share });
  assert.deepEqual(await read(signalSet), expected);
});

async function everybodyAt(workspace: string, at: Date) {
  const { signalSet } = await takeSnapshot(store, { workspace, asOf: at, now });
  return snapshotRows(workspace, at, signalSet);
}

async function peopleOf(everyone: Everyone, rowsPerPage: number, after?: bigint) {
  const rows = [];
  for await (const page of everyone.pages({ rowsPerPage, after })) rows.push(...rowsOf(page));
  return rows;
}

function rowsOf(page: FeaturePage) {
  const { profiles, categories, x } = blockOf(page);
  const bits = x.columns.map((column) => new Uint32Array(column.slice().buffer));
  return Array.from(profiles, (profile, r) => ({
    profile: String(profile),
    category: categories[r],
    bits: bits.map((column) => column[r]),
  }));
}

async function lastVersion(workspace: string): Promise<string> {
  const [{ last }] = await facts.rows<{ last: string }>(
    'SELECT max(version) AS last FROM kept_pasts WHERE workspace = {workspace:String}',
    { workspace },
  );
  return last;
}
