// Segments while the service runs: an event sent to the intake, and time alone, change who is in them, with the reason and
// once, whatever is cut off in between.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openIntake } from '../../../src/collect/index.ts';
import {
  archiveRuleSegment,
  type Change,
  countRule,
  createRuleSegment,
  dependentsOf,
  duplicatesOf,
  evaluateRule,
  listByHand,
  listRuleSegments,
  membershipChanges,
  openSegmentsNow,
  overlapOf,
  previewRule,
  type Rule,
  readRuleSegment,
  segmentMembers,
  segmentsOfPerson,
  sizeHistory,
  updateRuleSegment,
} from '../../../src/decide/index.ts';
import { createWorkspace, ensureWorkspace, openConsentBook } from '../../../src/govern/index.ts';
import { mergePeople, nodeOf, openFollower, toHexId, undoDecision } from '../../../src/identify/index.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/time.ts';
import { openTestStore } from '../../support/store.ts';

const workspace = 'shop';
const store = await openTestStore();
let clock = Date.parse('2026-03-02T10:00:00.000Z');
const now = () => new Date(clock);
const acting = () => ({ workspace, by: 'test', now: now() });
await ensureWorkspace(store, workspace, now());
await createWorkspace(store, { id: 'other', name: 'Other', timeZone: 'UTC', now: now() });
const book = openConsentBook(store);

const buyers: Rule = { kind: 'event', event: 'purchase', op: 'at_least', value: 2, window: { last: 7, unit: 'days' } };
const idle: Rule = {
  all: [
    { kind: 'event', event: 'product_view', op: 'at_least', value: 1 },
    { kind: 'event', event: 'product_view', op: 'at_most', value: 0, window: { last: 3, unit: 'hours' } },
  ],
};

/** A service that follows what the intake ships; `crash` leaves it as a power cut does. */
async function serve() {
  const told: Change[] = [];
  const faults: unknown[] = [];
  const segments = openSegmentsNow(store, {
    now,
    consentOf: (id) => book.of(id),
    onFault: (error) => faults.push(error),
    onChanges: (_, changes) => told.push(...changes),
  });
  const intake = await openIntake(store, { now, waitMs: 5 });
  const follower = openFollower(store, {
    now,
    refreshAfterMs: 1,
    onMoved: (id, moves) => void segments.moved(id, moves),
    onFault: (error) => faults.push(error),
  });
  let shown = 0;
  intake.onShipped(async (rows) => {
    await follower.shipped(rows);
    await segments.shipped(rows);
    shown += rows.length;
  });
  let sent = 0;
  return {
    segments,
    told,
    async send(...messages: object[]) {
      await intake.accept(workspace, messages, { source: 'test' });
      sent += messages.length;
      for (let i = 0; shown < sent && i < 2000; i++) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(shown, sent);
      await follower.settled();
    },
    async close() {
      await intake.close();
      await follower.close();
      await segments.close();
      assert.deepEqual(faults, []);
    },
  };
}

let id = 0;
const event = (name: string, userId: string, more: object = {}, ago = 1000) => ({
  ...{ type: 'track', event: name, userId, messageId: `m${id++}`, timestamp: new Date(clock - ago).toISOString() },
  ...more,
});
const profileOf = (userId: string) => toHexId(nodeOf(`u:${userId}`));
const inside = async (segmentId: string) =>
  (await segmentMembers(store, workspace, segmentId)).members
    .map(({ userId, profileId }) => userId ?? profileId)
    .sort();

test('an event brings somebody in and time alone takes them out, each once and with its reason [SEG-6]', async (t) => {
  const service = await serve();
  t.after(() => service.close());
  await service.send(event('Order Completed', 'ann', {}, 6 * DAY_MS), event('Order Completed', 'bob', {}, HOUR_MS));
  const made = await createRuleSegment(store, { name: 'Buyers', criteria: buyers }, acting());
  assert.equal(made.strategy, 'behavioral');
  await service.segments.changed(workspace);
  assert.deepEqual(await inside(made.id), []);

  const second = event('Order Completed', 'ann');
  await service.send(second);
  assert.deepEqual(
    await inside(made.id),
    [profileOf('ann')].sort().map(() => 'ann'),
  );
  const [entered] = await membershipChanges(store, workspace, { segmentId: made.id });
  assert.equal(entered.kind, 'entered');
  assert.equal(entered.event?.messageId, second.messageId);
  assert.deepEqual(entered.reasons, ['did purchase at least 2 times in the last 7 days']);
  assert.deepEqual(
    (await segmentsOfPerson(store, workspace, profileOf('ann'))).map(({ name }) => name),
    ['Buyers'],
  );

  clock += DAY_MS + MINUTE_MS;
  await service.segments.look(workspace);
  assert.deepEqual(await inside(made.id), []);
  const [left, ...before] = await membershipChanges(store, workspace, { profileId: profileOf('ann') });
  assert.equal(left.kind, 'left');
  assert.equal(left.event, null);
  assert.deepEqual(left.reasons, ['no longer: did purchase at least 2 times in the last 7 days']);
  assert.equal(before.length, 1);
  assert.deepEqual(await membershipChanges(store, workspace, { segmentId: made.id, before: left.id }), before);
});

test('a timer takes somebody in or out at the moment, though nothing happens [SEG-6]', async (t) => {
  const service = await serve();
  t.after(() => service.close());
  const made = await createRuleSegment(store, { name: 'Idle', criteria: idle }, acting());
  await service.segments.changed(workspace);
  await service.send(event('Product Viewed', 'cid', {}, 2 * HOUR_MS + 59 * MINUTE_MS));
  assert.deepEqual(await inside(made.id), []);
  const due = clock + MINUTE_MS;
  clock = due + 1;
  await service.segments.tick([workspace]);
  assert.deepEqual(await inside(made.id), ['cid']);
  const [change] = await membershipChanges(store, workspace, { segmentId: made.id });
  assert.equal(change.cause, 'time');
  assert.deepEqual(change.reasons, ['did not do product_view in the last 3 hours']);
});

test('what was cut off between the log and the state is made good, and nothing is told twice [SEG-6]', async () => {
  const before = await serve();
  const [made] = (await listRuleSegments(store, workspace)).filter(({ name }) => name === 'Buyers');
  await before.send(event('Order Completed', 'dan', {}, HOUR_MS), event('Order Completed', 'dan'));
  assert.deepEqual(await inside(made.id), ['dan']);
  await before.close();
  // The state of before the last change, as if the power had gone after the log was written.
  await store.facts.remove('segment_people', `profile = ${nodeOf('u:dan')}`);
  const after = await serve();
  await after.send(event('Order Completed', 'dan'));
  assert.deepEqual(await inside(made.id), ['dan']);
  await after.segments.look(workspace);
  assert.equal((await membershipChanges(store, workspace, { profileId: profileOf('dan') })).length, 1);
  assert.deepEqual(after.told, []);
  await after.close();
});

test('merging moves people between segments, and undoing it moves them back [SEG-6]', async (t) => {
  const service = await serve();
  t.after(() => service.close());
  const [made] = (await listRuleSegments(store, workspace)).filter(({ name }) => name === 'Buyers');
  clock += 1000;
  await service.send(event('Order Completed', 'eve', {}, 2 * HOUR_MS), event('Order Completed', 'eva', {}, HOUR_MS));
  assert.ok(!(await inside(made.id)).includes('eve'));
  const by = { workspace, actor: 'test', reason: 'one person', now: now() };
  const { decision, moved } = await mergePeople(store, by, ['eve', 'eva']);
  await service.segments.moved(workspace, moved);
  const merged = (await membershipChanges(store, workspace, { segmentId: made.id }))[0];
  assert.deepEqual([merged.kind, merged.cause], ['entered', 'identity']);
  const undone = await undoDecision(store, by, decision!);
  await service.segments.moved(workspace, undone.moved);
  const after = (await membershipChanges(store, workspace, { segmentId: made.id }))[0];
  assert.deepEqual([after.kind, after.profileId], ['left', merged.profileId]);
});

test('rules are previewed, made, changed, referred to and archived; sizes, overlap and twins are told [SEG-2] [SEG-6] [SEG-7]', async (t) => {
  const service = await serve();
  t.after(() => service.close());
  const consent = await book.of(workspace);
  const asking = { workspace, consent, now: now() };
  const viewers: Rule = { kind: 'event', event: ['product_view', 'purchase'], op: 'at_least', value: 1 };
  const preview = await previewRule(store, viewers, asking);
  assert.equal(preview.isExact, true);
  assert.equal(preview.size, (await countRule(store, viewers, asking)).size);
  assert.equal(preview.size, 6);
  assert.equal(preview.sample.length, 6);

  const all = await createRuleSegment(store, { name: 'Everyone', criteria: viewers, personaId: 'p1' }, acting());
  const twin = await createRuleSegment(store, { name: 'Twin', criteria: viewers }, acting());
  const rest = await createRuleSegment(
    store,
    { name: 'Rest', criteria: { all: [{ kind: 'segment', segment: all.id }, { not: buyers }] } },
    acting(),
  );
  await service.segments.changed(workspace);
  const [buying] = (await listRuleSegments(store, workspace)).filter(({ name }) => name === 'Buyers');
  const { regions, matrix } = await overlapOf(store, workspace, [all.id, rest.id, buying.id]);
  assert.deepEqual(matrix, [
    [6, 5, 1],
    [5, 5, 0],
    [1, 0, 1],
  ]);
  assert.deepEqual(
    regions.map(({ ids, people }) => [ids.length, people]),
    [
      [2, 5],
      [2, 1],
    ],
  );
  assert.deepEqual(await duplicatesOf(store, workspace, all.id), [
    { id: twin.id, name: 'Twin', isSameRule: true, jaccard: 1 },
  ]);
  assert.equal((await readRuleSegment(store, workspace, rest.id)).size, 5);
  assert.equal((await sizeHistory(store, workspace, rest.id, new Date(0))).at(-1)?.size, 5);
  assert.deepEqual(
    (await dependentsOf(store, workspace, all.id)).map(({ name }) => name),
    ['Rest'],
  );
  await assert.rejects(archiveRuleSegment(store, all.id, acting()), { code: 'conflict' });
  const circle = { kind: 'segment', segment: rest.id };
  await assert.rejects(
    updateRuleSegment(store, all.id, { criteria: circle }, acting()),
    /leads back to itself: Everyone → Rest → Everyone/,
  );
  await assert.rejects(createRuleSegment(store, { name: 'Twin', criteria: buyers }, acting()), { code: 'conflict' });
  await assert.rejects(readRuleSegment(store, 'other', all.id), { code: 'not_found' });
  assert.deepEqual(
    (await listRuleSegments(store, workspace, { personaId: 'p1' })).map(({ name }) => name),
    ['Everyone'],
  );

  // The rule of one changes whom another has that refers to it; that is told of nobody.
  const told = service.told.length;
  await updateRuleSegment(
    store,
    all.id,
    { criteria: { kind: 'trait', trait: 'plan', op: 'is', value: 'pro' } },
    acting(),
  );
  await service.segments.changed(workspace);
  assert.deepEqual(await inside(rest.id), []);
  assert.equal(service.told.length, told);
  await service.send({ type: 'identify', userId: 'fay', messageId: `m${id++}`, traits: { plan: 'pro' } });
  assert.deepEqual(await inside(rest.id), ['fay']);
  const evaluated = await evaluateRule(store, (await readRuleSegment(store, workspace, rest.id)).rule, 'fay', {
    ...asking,
    now: now(),
  });
  assert.equal(evaluated.isIn, true);
  assert.deepEqual(
    evaluated.conditions.map(({ sentence, holds }) => `${sentence}: ${holds}`),
    ['trait plan is "pro": true', 'did purchase at least 2 times in the last 7 days: false'],
  );

  await archiveRuleSegment(store, rest.id, acting());
  await service.segments.changed(workspace);
  assert.deepEqual(await inside(rest.id), []);
  await archiveRuleSegment(store, all.id, acting());
});

test('people are put in and left out by hand, with confidence and reason [SEG-3]', async (t) => {
  const service = await serve();
  t.after(() => service.close());
  const [made] = (await listRuleSegments(store, workspace)).filter(({ name }) => name === 'Twin');
  const place = { store, now: service.segments };
  const put = await listByHand(
    place,
    made.id,
    'include',
    [{ person: 'fay', confidence: 0.85, reason: 'Met her' }, { person: 'nobody' }],
    acting(),
  );
  assert.deepEqual([put.listed, put.unknown], [1, ['nobody']]);
  const { members, total } = await segmentMembers(store, workspace, made.id);
  const fay = members.find(({ userId }) => userId === 'fay');
  assert.equal(total, 7);
  assert.equal(Math.round((fay?.confidence ?? 0) * 100), 85);
  assert.equal(fay?.reason, 'Met her');
  clock += 10;
  await listByHand(place, made.id, 'exclude', [{ person: 'ann' }], acting());
  assert.ok(!(await inside(made.id)).includes('ann'));
  clock += 10;
  await listByHand(place, made.id, 'none', [{ person: 'ann' }, { person: 'fay' }], acting());
  const after = await inside(made.id);
  assert.ok(after.includes('ann') && !after.includes('fay'));
  const page = await segmentMembers(store, workspace, made.id, { limit: 4 });
  const next = await segmentMembers(store, workspace, made.id, { limit: 4, cursor: page.nextCursor! });
  assert.deepEqual([page.members.length, next.members.length, next.nextCursor], [4, 2, null]);
});
