// A snapshot whose process was killed is not taken for a whole one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareSnapshots } from '../../src/predict/index.ts';
import { openTestStore } from '../support/store.ts';
import { END, makeShop, plant } from './shop.ts';

test('a snapshot that was cut off is taken again, whole, and then never more [INT-3][INT-11]', async () => {
  const store = await openTestStore();
  const { facts } = store;
  const workspace = 'cut';
  await plant(store, workspace, makeShop({ workspace, people: 60, days: 20, end: END }));
  const count = async () => {
    const [row] = await facts.rows<{ people: string }>(
      `SELECT uniqExact(profile) AS people FROM features WHERE workspace = 'cut'`,
    );
    return Number(row.people);
  };
  const command = facts.command.bind(facts);
  let taken = 0;
  facts.command = async (sql, params, lane) => {
    await command(sql, params, lane);
    if (!sql.startsWith('INSERT INTO features') || ++taken > 1) return;
    await facts.remove('features', `workspace = 'cut' AND profile < 9223372036854775808`);
    throw new Error('killed');
  };
  const work = { workspace, moments: [END], now: END };
  await assert.rejects(prepareSnapshots(store, work), /killed/);
  const before = await count();
  assert.ok(before > 0 && before < 60, `${before} people are there`);
  await prepareSnapshots(store, work);
  assert.equal(await count(), 60);
  await prepareSnapshots(store, work);
  assert.equal(taken, 2);
});
