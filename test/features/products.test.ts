import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLivePeople, readMatrix, readProducts, signals, takeSnapshot } from '../../src/features/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { addDays } from '../../src/time.ts';
import { openTestStore } from '../support/store.ts';
import { asEventRows } from './people.ts';

const store = await openTestStore();
const workspace = 'products';
const noon = new Date('2024-11-01T12:00:00Z');
const now = new Date('2025-01-01T00:00:00Z');

const buy = (anchor: string, daysAgo: number, ...products: string[]) => ({
  anchor,
  at: addDays(noon, -daysAgo),
  event: 'purchase',
  product_ids: products,
});

// Ann's phone turns out to be hers, so the tea on it was the second purchase of one person.
await store.facts.insert('events', [
  ...asEventRows(workspace, [
    buy('u:ann', 40, 'cup', 'cup'),
    buy('a:phone', 20, 'tea'),
    buy('u:bob', 45, 'cup'),
    buy('u:bob', 45.1, 'cup'),
    buy('u:carl', 5, 'cup', 'rare'),
    buy('u:dan', 0.1, 'tea'),
    { anchor: 'u:eve', at: addDays(noon, -1), event: 'page_view' },
  ]).map((row, i) => ({ ...row, message_id: `early-${i}` })),
  {
    ...asEventRows(workspace, [{ anchor: 'u:ann', at: addDays(noon, -3), event: 'login' }])[0],
    message_id: 'login',
    anonymous_id: 'phone',
  },
]);
await resolveAll(store, { workspace, now });

const close = (actual: number | undefined, expected: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);

// Of two purchases that are 30 days old, one was followed by another: with the prior (1 + 3) / (2 + 10).
const usual = 1 / 3;
const cupReturns = (1 + 10 * usual) / 12 / usual;
// Bought so far: three cups, one tea, one rare thing; each is held against the geometric mean over these five lines.
const usualSold = (3 ** 3) ** (1 / 5);
const usualTrend = ((3 / 4) ** 3 * (3 / 2) * (3 / 2)) ** (1 / 5);

test('products are known by what everybody did with them until midnight [WH-7]', async () => {
  const products = await readProducts(store, workspace, noon);
  assert.deepEqual([...products.keys()], ['cup', 'rare', 'tea'], 'the best sold first');
  const cup = products.get('cup');
  close(cup?.popularity, 3 / usualSold);
  close(cup?.trend, 3 / 4 / usualTrend);
  close(cup?.returnRate, cupReturns);
  const tea = products.get('tea');
  close(tea?.popularity, 1 / usualSold);
  close(tea?.trend, 3 / 2 / usualTrend);
  close(tea?.returnRate, 1);
  const monthAgo = await readProducts(store, workspace, addDays(noon, -30));
  assert.deepEqual([...monthAgo], [['cup', { popularity: 1, trend: 1, returnRate: 1 }]], 'alone it is the usual one');
});

test('signals of demand by hand, in a snapshot and live', async () => {
  const { signalSet } = await takeSnapshot(store, { workspace, asOf: noon, now });
  const { profiles, x } = await readMatrix(store, { workspace, signalSet, asOf: [noon] });
  const live = openLivePeople(store, { workspace });
  const expected: Record<string, Record<string, number>> = {
    ann: {
      last_products_popularity: 1 / usualSold,
      products_trend_30d: (0.75 * 0.75 * 1.5) ** (1 / 3) / usualTrend,
      last_products_trend_30d: 1.5 / usualTrend,
      products_return_rate: (2 * cupReturns + 1) / 3,
      last_products_return_rate: 1,
    },
    carl: { last_products_popularity: Math.sqrt(3) / usualSold },
    eve: { last_products_popularity: Number.NaN, products_return_rate: Number.NaN },
  };
  for (const [person, values] of Object.entries(expected)) {
    const seen = await live.features(person, noon);
    assert.ok(seen);
    const row = profiles.indexOf(seen.profile);
    for (const [name, value] of Object.entries(values)) {
      const c = signals.findIndex((signal) => signal.name === name);
      for (const found of [x.columns[c][row], seen.values[c]]) {
        if (Number.isNaN(value)) assert.ok(Number.isNaN(found), `${name} of ${person}: ${found}`);
        else close(found, value);
      }
    }
  }
});

test('a workspace without a purchase has no products, and its people are known nonetheless', async () => {
  const empty = 'no-products';
  await store.facts.insert(
    'events',
    asEventRows(empty, [{ anchor: 'u:x', at: addDays(noon, -1), event: 'page_view' }]),
  );
  assert.equal((await readProducts(store, empty, noon)).size, 0);
  assert.equal((await takeSnapshot(store, { workspace: empty, asOf: noon, now })).people, 1);
});
