// The level of a scoring from what was said of people then is that from their signals worked out again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveAll } from '../../src/identify/index.ts';
import { scoreEveryone, trainModel } from '../../src/predict/index.ts';
import { removeSetting } from '../../src/store/index.ts';
import { addDays, fromClickHouseTime } from '../../src/time.ts';
import { openTestStore } from '../support/store.ts';
import { END, makeEvent, makeShop, plant } from './shop.ts';

test('where everybody was scored then, the level comes from that, and is the same [INT-3]', async () => {
  const store = await openTestStore();
  const workspace = 'shop';
  const learnedAt = addDays(END, -7);
  const events = makeShop({ workspace, people: 400, days: 60, end: END });
  const isKnown = ({ at }: { at: string }) => fromClickHouseTime(at) < learnedAt;
  await plant(store, workspace, events.filter(isKnown));
  const { id: modelId } = await trainModel(store, { workspace, timeframeDays: 7, now: learnedAt });
  const score = (asOf: Date) => scoreEveryone(store, { workspace, modelId, asOf, now: asOf });
  assert.equal((await score(learnedAt)).people, 400);

  // In the week after, a quarter of all people buy who did not look like it.
  const more = Array.from({ length: 100 }, (_, i) =>
    makeEvent(workspace, `u${4 * i}`, 'purchase', addDays(learnedAt, 1 + (i % 5)), 'shoes', 20),
  );
  await store.facts.insert('events', [...events.filter((event) => !isKnown(event)), ...more]);
  await resolveAll(store, { workspace, now: END });
  const fromScores = (await score(END)).levelShift;
  assert.ok(fromScores > 0.3, `the level moved by ${fromScores}`);
  const snapshots = await store.facts.rows<{ n: string }>(
    `SELECT count() AS n FROM features WHERE workspace = 'shop' AND as_of = toDateTime64('${learnedAt.toISOString().slice(0, 10)}', 3, 'UTC')`,
  );
  assert.equal(snapshots[0].n, '0', 'nobody had to be worked out again');

  await removeSetting(store, workspace, `level ${modelId}`);
  const workedOut = (await score(END)).levelShift;
  assert.ok(Math.abs(workedOut - fromScores) < 1e-5, `${workedOut} and ${fromScores}`);
});
