// Shops in which there is little to learn from: each gets a model all the same, which says how little that was.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listScores, listSegments, scoreEveryone, trainModel } from '../../src/predict/index.ts';
import { openTestStore } from '../support/store.ts';
import { END, makeShop, plant } from './shop.ts';

const store = await openTestStore();
const now = END;
/** train.test.ts holds a model of 900 people over 100 days to more than this. */
const OF_A_FULL_SHOP = 0.8;

for (const { name, people, days, readyRate, rung, warning } of [
  {
    name: 'nothing bought',
    people: 150,
    days: 40,
    readyRate: 0,
    rung: 'rule',
    warning: /0 conversions to learn from/,
  },
  {
    name: 'few buy',
    people: 60,
    days: 40,
    readyRate: 0.003,
    rung: 'rule',
    warning: /conversions? to learn from; 100 are/,
  },
  { name: 'a short past', people: 300, days: 25, readyRate: 0.05, rung: undefined, warning: /2\d days of data; 90/ },
  { name: 'hardly begun', people: 80, days: 4, readyRate: 0.05, rung: 'rule', warning: /no outcome is known/ },
  { name: 'one person', people: 1, days: 35, readyRate: 0.05, rung: 'rule', warning: /conversions? to learn from/ },
]) {
  test(`${name}: still a model, with a warning and a lower confidence [INT-4][INT-18]`, async () => {
    const workspace = name.replaceAll(' ', '-');
    await plant(store, workspace, makeShop({ workspace, people, days, end: END, readyRate }));
    const trained = await trainModel(store, { workspace, timeframeDays: 14, now });
    assert.equal(trained.status, 'ACTIVE');
    if (rung) assert.equal(trained.rung, rung);
    assert.ok(
      trained.warnings.some((text) => warning.test(text)),
      trained.warnings.join(' | '),
    );
    assert.ok(trained.confidence! < OF_A_FULL_SHOP);
    const scored = await scoreEveryone(store, { workspace, asOf: END, now });
    assert.equal(scored.people, people);
    const { scores } = await listScores(store, trained, { limit: 1 });
    assert.ok(scores[0].confidence < OF_A_FULL_SHOP);
    assert.equal((await listSegments(store, workspace)).filter(({ level }) => level).length % 3, 0);
  });
}

test('an empty workspace trains to a rule that knows nothing and says so [INT-18]', async () => {
  await plant(store, 'empty', []);
  const trained = await trainModel(store, { workspace: 'empty', timeframeDays: 14, now });
  assert.equal(trained.rung, 'rule');
  assert.equal(trained.confidence, 0);
  assert.equal(trained.performance!.statement.startsWith('No outcome is known yet'), true);
  assert.equal((await scoreEveryone(store, { workspace: 'empty', asOf: END, now })).people, 0);
});
