// The star schema [WH-1]: each view answers, and its figures are those one would count by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMatrix, signals, takeSnapshot } from '../../src/features/index.ts';
import { nodeOf, resolveAll, toHexId } from '../../src/identify/index.ts';
import { toClickHouseTime } from '../../src/time.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore();
const { facts } = store;
const workspace = 'star';
const now = new Date('2024-04-01T00:00:00Z');
const anna = String(nodeOf('a:laptop'));
const ben = String(nodeOf('u:ben'));

const event = (at: string, fields: Record<string, unknown>) => ({
  ...{ workspace, type: 'track', source: 'test', platform: 'web' },
  at: `${at}.000`,
  received_at: `${at}.000`,
  message_id: `${at} ${fields['event']}`,
  anchor: fields['user_id'] ? `u:${fields['user_id']}` : `a:${fields['anonymous_id']}`,
  ...fields,
});

await facts.insert('events', [
  event('2024-03-01 10:00:00', { event: 'page_view', anonymous_id: 'laptop', page_path: '/' }),
  event('2024-03-01 10:05:00', {
    ...{ event: 'product_view', anonymous_id: 'laptop', product_ids: ['s1'], categories: ['Shoes'], brands: ['Acme'] },
    ...{ prices: [50], quantities: [1] },
  }),
  event('2024-03-01 10:10:00', { event: 'login', anonymous_id: 'laptop', user_id: 'anna' }),
  event('2024-03-02 12:00:00', {
    ...{ event: 'purchase', user_id: 'anna', order_id: 'o1', revenue: 90, product_ids: ['s1', 'h1'], coupon: 'TEN' },
    ...{ categories: ['Shoes', 'Hats'], brands: ['Acme', ''], prices: [50, 25], quantities: [1, 2] },
  }),
  event('2024-03-20 12:00:00', { event: 'purchase', user_id: 'anna', platform: 'store', revenue: 30 }),
  event('2024-03-21 12:00:00', { event: 'refund', user_id: 'anna', order_id: 'o1', revenue: 45, product_ids: ['h1'] }),
  event('2024-03-05 08:00:00', {
    ...{ event: 'purchase', user_id: 'ben', order_id: 'o2', revenue: 20, product_ids: ['h1'], categories: ['Hats'] },
    ...{ prices: [20], quantities: [1] },
  }),
]);
await resolveAll(store, { workspace, now });
await facts.insert('exposures', [
  {
    workspace,
    id: 'x1',
    at: '2024-03-03 00:00:00.000',
    profile: anna,
    experiment: 'banner',
    variant: 'b',
    channel: 'web',
    content: '',
  },
]);
await facts.insert('scores', [
  {
    ...{
      workspace,
      model_id: 'm',
      model_version: 1,
      as_of: toClickHouseTime(now),
      profile: anna,
      score: 80,
      probability: 0.8,
    },
    ...{ segment: 'HIGH', confidence: 0.9, category: 'Shoes', signals: ['a'], contributions: [1], signal_values: [2] },
    scored_at: toClickHouseTime(now),
  },
]);

const ask = (sql: string) => facts.rows<Record<string, unknown>>(sql, { workspace });
const here = 'WHERE workspace = {workspace:String}';

test('dim_customer has one row per person, with platforms and totals [WH-1]', async () => {
  assert.deepEqual(
    await ask(`SELECT customer_id, profile_id, user_ids, total_platforms_used, total_events, total_purchases, total_revenue
      FROM dim_customer ${here} ORDER BY total_purchases DESC`),
    [
      {
        ...{ customer_id: anna, profile_id: toHexId(BigInt(anna)), user_ids: ['anna'], total_platforms_used: '2' },
        ...{ total_events: '6', total_purchases: '2', total_revenue: 120 },
      },
      {
        ...{ customer_id: ben, profile_id: toHexId(BigInt(ben)), user_ids: ['ben'], total_platforms_used: '1' },
        ...{ total_events: '1', total_purchases: '1', total_revenue: 20 },
      },
    ],
  );
});

test('dim_identity names each identifier, its person and what linked it [WH-1]', async () => {
  assert.deepEqual(
    await ask(`SELECT identifier_type, identifier, customer_id, mapping_method, mapping_confidence
      FROM dim_identity ${here} ORDER BY identifier`),
    [
      {
        identifier_type: 'user_id',
        identifier: 'anna',
        customer_id: anna,
        mapping_method: 'login',
        mapping_confidence: 1,
      },
      { identifier_type: 'user_id', identifier: 'ben', customer_id: ben, mapping_method: '', mapping_confidence: 0 },
      {
        identifier_type: 'anonymous_id',
        identifier: 'laptop',
        customer_id: anna,
        mapping_method: 'login',
        mapping_confidence: 1,
      },
    ],
  );
});

test('dim_product, dim_category and dim_platform count what happened to them [WH-1]', async () => {
  assert.deepEqual(
    await ask(
      `SELECT product_id, category, brand, last_price, views, purchases, units_sold FROM dim_product ${here} ORDER BY product_id`,
    ),
    [
      { product_id: 'h1', category: 'Hats', brand: '', last_price: 20, views: '0', purchases: '2', units_sold: 3 },
      { product_id: 's1', category: 'Shoes', brand: 'Acme', last_price: 50, views: '1', purchases: '1', units_sold: 1 },
    ],
  );
  assert.deepEqual(
    await ask(`SELECT category, products, views, purchases, buyers FROM dim_category ${here} ORDER BY category`),
    [
      { category: 'Hats', products: '1', views: '0', purchases: '2', buyers: '2' },
      { category: 'Shoes', products: '1', views: '1', purchases: '1', buyers: '1' },
    ],
  );
  assert.deepEqual(
    await ask(`SELECT platform, events, customers, purchases, revenue FROM dim_platform ${here} ORDER BY platform`),
    [
      { platform: 'store', events: '1', customers: '1', purchases: '1', revenue: 30 },
      { platform: 'web', events: '6', customers: '2', purchases: '2', revenue: 110 },
    ],
  );
});

test('dim_date has every day, with its place in week and year [WH-1]', async () => {
  const days = await ask(`SELECT * FROM dim_date ${here} ORDER BY date`);
  assert.equal(days.length, 22);
  assert.deepEqual(days[0], {
    ...{
      workspace,
      date_key: 20240301,
      date: '2024-03-01',
      year: 2024,
      quarter: 1,
      month: 3,
      day_of_month: 1,
      iso_week: 9,
    },
    ...{ day_of_week: 5, is_weekend: 0 },
  });
  assert.equal(days.at(-1)!['date'], '2024-03-22');
});

test('fact_event and fact_session carry the person [WH-1]', async () => {
  assert.deepEqual(
    await ask(`SELECT customer_id, count() AS events FROM fact_event ${here} GROUP BY customer_id ORDER BY events`),
    [
      { customer_id: ben, events: '1' },
      { customer_id: anna, events: '6' },
    ],
  );
  assert.deepEqual(
    await ask(
      `SELECT customer_id, date_key, duration_seconds, event_count, converted FROM fact_session ${here} AND event_count > 1`,
    ),
    [{ customer_id: anna, date_key: 20240301, duration_seconds: 600, event_count: 3, converted: 0 }],
  );
});

test('the lines of an order in fact_transaction add up to its revenue [WH-1]', async () => {
  assert.deepEqual(
    await ask(`SELECT transaction_id, transaction_type, line_number, product_id, category, quantity, total_value
      FROM fact_transaction ${here} ORDER BY transaction_datetime, line_number`),
    [
      {
        transaction_id: 'o1',
        transaction_type: 'purchase',
        line_number: 1,
        product_id: 's1',
        category: 'Shoes',
        quantity: 1,
        total_value: 45,
      },
      {
        transaction_id: 'o1',
        transaction_type: 'purchase',
        line_number: 2,
        product_id: 'h1',
        category: 'Hats',
        quantity: 2,
        total_value: 45,
      },
      {
        transaction_id: 'o2',
        transaction_type: 'purchase',
        line_number: 1,
        product_id: 'h1',
        category: 'Hats',
        quantity: 1,
        total_value: 20,
      },
      {
        ...{
          transaction_id: '2024-03-20 12:00:00 purchase',
          transaction_type: 'purchase',
          line_number: 1,
          product_id: '',
        },
        ...{ category: '', quantity: 0, total_value: 30 },
      },
      {
        transaction_id: 'o1',
        transaction_type: 'refund',
        line_number: 1,
        product_id: 'h1',
        category: '',
        quantity: 0,
        total_value: -45,
      },
    ],
  );
});

test('fact_exposure and intent_score show what was sent and what was predicted [WH-1]', async () => {
  assert.deepEqual(await ask(`SELECT customer_id, date_key, experiment, variant FROM fact_exposure ${here}`), [
    { customer_id: anna, date_key: 20240303, experiment: 'banner', variant: 'b' },
  ]);
  assert.deepEqual(await ask(`SELECT customer_id, score, intent_level, predicted_category FROM intent_score ${here}`), [
    { customer_id: anna, score: 80, intent_level: 'HIGH', predicted_category: 'Shoes' },
  ]);
});

test('feat_customer_rfm answers for any day, by platform and over all [WH-5]', async () => {
  const rows = await ask(`SELECT platform, recency_days, frequency_30d, monetary_30d, round(rfm_score, 6) AS rfm_score
    FROM feat_customer_rfm ${here} AND customer_id = ${anna} AND reference_date = '2024-03-22' ORDER BY platform`);
  const score = (recency: number, frequency: number, monetary: number, mean: number) =>
    Math.round(
      1e8 * (0.4 * 2 ** (-recency / 30) + (0.3 * frequency) / (frequency + 1) + (0.3 * monetary) / (monetary + mean)),
    ) / 1e6;
  assert.deepEqual(rows, [
    { platform: 'all', recency_days: 1.5, frequency_30d: '2', monetary_30d: 120, rfm_score: score(1.5, 2, 120, 60) },
    { platform: 'store', recency_days: 1.5, frequency_30d: '1', monetary_30d: 30, rfm_score: score(1.5, 1, 30, 30) },
    { platform: 'web', recency_days: 19.5, frequency_30d: '1', monetary_30d: 90, rfm_score: score(19.5, 1, 90, 90) },
  ]);
  const early = await ask(
    `SELECT customer_id, platform FROM feat_customer_rfm ${here} AND reference_date = '2024-03-03' ORDER BY platform`,
  );
  assert.deepEqual(early, [
    { customer_id: anna, platform: 'all' },
    { customer_id: anna, platform: 'web' },
  ]);
});

test('feat_category_affinity is 0.4 frequency + 0.3 spend share + 0.3 recency on any day [WH-6]', async () => {
  const rows = await ask(`SELECT category, round(affinity_score, 6) AS affinity FROM feat_category_affinity ${here}
    AND customer_id = ${anna} AND reference_date = '2024-03-22' ORDER BY category`);
  const affinity = Math.round(1e6 * (0.4 * 0.5 + 0.3 * 0.5 + 0.3 * 2 ** (-19.5 / 30))) / 1e6;
  assert.deepEqual(rows, [
    { category: 'Hats', affinity },
    { category: 'Shoes', affinity },
  ]);
});

test('the views and the signals of the same moment agree [WH-5] [WH-6]', async () => {
  const asOf = new Date('2024-03-22T00:00:00Z');
  const { signalSet } = await takeSnapshot(store, { workspace, asOf, now });
  const { profiles, x } = await readMatrix(store, { workspace, signalSet, asOf: [asOf] });
  const views =
    await ask(`SELECT r.customer_id AS customer_id, rfm_score, recency_days, best FROM feat_customer_rfm AS r
    INNER JOIN (SELECT customer_id, max(affinity_score) AS best FROM feat_category_affinity ${here}
      AND reference_date = '2024-03-22' GROUP BY customer_id) AS a ON r.customer_id = a.customer_id
    ${here} AND reference_date = '2024-03-22' AND platform = 'all'`);
  assert.equal(views.length, 2);
  const value = (name: string, row: number) => x.columns[signals.findIndex((signal) => signal.name === name)][row];
  for (const view of views) {
    const row = profiles.indexOf(BigInt(String(view['customer_id'])));
    assert.equal(value('rfm_score', row), Math.fround(Number(view['rfm_score'])));
    assert.equal(value('days_since_purchase', row), Math.fround(Number(view['recency_days'])));
    assert.ok(Math.abs(value('top_category_affinity', row) - Number(view['best'])) < 1e-6);
  }
});

test('no view mixes workspaces [WH-1]', async () => {
  const views = await ask(
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View' ORDER BY name`,
  );
  assert.deepEqual(
    views.map((view) => view['name']),
    [
      ...['dim_category', 'dim_customer', 'dim_date', 'dim_identity', 'dim_platform', 'dim_product', 'fact_event'],
      ...[
        'fact_exposure',
        'fact_session',
        'fact_transaction',
        'feat_category_affinity',
        'feat_customer_rfm',
        'intent_score',
      ],
    ],
  );
  for (const { name } of views) {
    const rows = await facts.rows(`SELECT * FROM ${name} WHERE workspace = 'another' LIMIT 1`);
    assert.deepEqual(rows, [], String(name));
  }
});
