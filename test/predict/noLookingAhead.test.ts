// What is learned is what was known: nothing of later days gets into it, and the matrix that is handed out is that very one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ModelRecord, trainingMatrix, trainModel } from '../../src/predict/index.ts';
import { addDays } from '../../src/time.ts';
import { openTestStore } from '../support/store.ts';
import { END, makeEvent, makeShop, plant } from './shop.ts';

const store = await openTestStore();
const now = END;

test('what happens after the test moment changes nothing that was learned before it [WH-7]', async () => {
  const testMoments = [addDays(END, -20)];
  const known = makeShop({ workspace: 'past', people: 320, days: 70, end: END });
  await plant(store, 'past', known);
  const planted = Array.from({ length: 320 }, (_, person) =>
    makeEvent('future', `u${person}`, 'purchase', addDays(testMoments[0], 1 + (person % 13)), 'shoes', 10),
  );
  await plant(store, 'future', [...known.map((event) => ({ ...event, workspace: 'future' })), ...planted]);
  const [past, future] = [
    await trainModel(store, { workspace: 'past', timeframeDays: 14, testMoments, now }),
    await trainModel(store, { workspace: 'future', timeframeDays: 14, testMoments, now }),
  ];
  const predictions = ({ performance }: ModelRecord) => performance!.scores.map(({ people }) => people);
  const learned = ({ lineage }: ModelRecord) => lineage!.snapshots.filter(({ role }) => role === 'train');
  assert.deepEqual(predictions(future), predictions(past));
  assert.deepEqual(learned(future), learned(past));
  // The plant did take: everybody bought after the test moment.
  assert.equal(
    future.performance!.segments.reduce((all, row) => all + row.size, 0),
    future.performance!.holdout.conversions,
  );
  assert.ok(past.performance!.holdout.conversions < future.performance!.holdout.conversions / 2);
});

test('the exported matrix is the one that is learned from [WH-7]', async () => {
  let csv = '';
  for await (const chunk of trainingMatrix(store, { workspace: 'past', timeframeDays: 14, now })) csv += chunk;
  const [header, ...lines] = csv
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  assert.deepEqual(header.slice(0, 4), ['as_of', 'profile', 'split', 'label']);
  const trained = await trainModel(store, { workspace: 'past', timeframeDays: 14, now });
  const kept = trained.lineage!.snapshots.filter(({ role }) => role !== 'deploy');
  assert.equal(lines.length, sum(kept.map(({ people }) => people)));
  assert.equal(lines.filter(([, , , label]) => label === '1').length, sum(kept.map(({ conversions }) => conversions)));
  const firstTest = lines
    .filter(([, , split]) => split === 'test')
    .map(([asOf]) => asOf)
    .sort()[0];
  assert.ok(lines.every(([asOf, , split]) => split === 'test' || addDays(new Date(asOf), 14) <= new Date(firstTest)));
  assert.ok(lines.every((line) => line.length === header.length));
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
