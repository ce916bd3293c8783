// A slice of each platform's export, made up after its documentation: what it becomes, what is refused and why, and that
// exports which overlap store an event once.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connectors, emailHashOf, type ImportOptions, importFile } from '../../src/collect/index.ts';
import { ensureWorkspace, readPersonal } from '../../src/govern/index.ts';
import { inklingJson, temporaryFolder } from '../cli/inkling.ts';
import { openTestStore } from '../support/store.ts';

const now = new Date('2026-01-01T00:00:00Z');
const store = await openTestStore();
const folder = mkdtempSync(join(tmpdir(), 'inkling-platforms-'));
after(() => rmSync(folder, { recursive: true }));

let files = 0;

/** Imports a file of these lines; into a workspace of its own, unless one is named. */
async function load(name: string, content: string, options: Partial<ImportOptions> = {}) {
  files += 1;
  const workspace = options.workspace ?? `platform-${files}`;
  await ensureWorkspace(store, workspace, now);
  mkdirSync(join(folder, String(files)), { recursive: true });
  const path = join(folder, String(files), name);
  writeFileSync(path, content);
  const result = await importFile(store, { path, now, ...options, workspace });
  const { pepper } = await readPersonal(store, workspace);
  const rows = await store.facts.rows<Event>(
    'SELECT * FROM events WHERE workspace = {workspace:String} ORDER BY at, message_id',
    { workspace },
  );
  const hers = emailHashOf('ada@example.com', pepper);
  const events = rows.map((row) => ({ ...row, email_hash: row.email_hash === hers ? ada : row.email_hash }));
  return { result, events, workspace, counts: [result.rows, result.events, result.rejected, result.duplicates] };
}

type Event = {
  message_id: string;
  type: string;
  event: string;
  name: string;
  at: string;
  user_id: string;
  anonymous_id: string;
  email_hash: string;
  phone_hash: string;
  session_id: string;
  source: string;
  platform: string;
  page_url: string;
  page_path: string;
  referrer: string;
  traffic_source: string;
  campaign: string;
  device_type: string;
  browser: string;
  os: string;
  country: string;
  city: string;
  order_id: string;
  coupon: string;
  search_query: string;
  currency: string;
  revenue: number;
  scroll_depth: number;
  seconds_on_page: number;
  product_ids: string[];
  categories: string[];
  brands: string[];
  prices: number[];
  quantities: number[];
  properties: string;
  traits: string;
  context: string;
};

const json = (...records: object[]) => `${records.map((record) => JSON.stringify(record)).join('\n')}\n`;
const lines = (...rows: string[]) => `${rows.join('\n')}\n`;
/** Stands for the hash of her address, which is another one in each workspace. */
const ada = 'ada';

/** Parameters as BigQuery writes them: 64-bit integers as text. */
const parameters = (values: Record<string, string | number>) =>
  Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { string_value: value } : { int_value: String(value) },
  }));

const ga4Row = (event_name: string, at: string, more: object = {}, values: Record<string, string | number> = {}) => ({
  event_date: '20251103',
  event_timestamp: String(Date.parse(at) * 1000),
  event_name,
  event_params: parameters({
    ga_session_id: 1762164000,
    page_location: 'https://shop.example/hats?utm_source=x',
    ...values,
  }),
  event_bundle_sequence_id: '1',
  user_pseudo_id: '1044.1762',
  user_properties: [],
  device: { category: 'mobile', operating_system: 'iOS', language: 'de-de' },
  geo: { country: 'Germany', city: 'Berlin' },
  platform: 'WEB',
  items: [],
  ...more,
});
const ga4Purchase = ga4Row(
  'purchase',
  '2025-11-03T10:05:00Z',
  {
    user_id: 'u-7',
    ecommerce: { transaction_id: 'T1', purchase_revenue: 42.5 },
    items: [
      { item_id: 'H1', item_name: 'Hat', item_brand: 'Acme', item_category: 'Hats', price: 21.25, quantity: '2' },
    ],
    collected_traffic_source: { manual_source: 'news', manual_medium: 'email', manual_campaign_name: 'autumn' },
  },
  { currency: 'EUR', value: 42 },
);

test('ga4: rows of the BigQuery export, parameters and items unfolded, no consent refused [CBP-1]', async () => {
  const content = json(
    ga4Row('page_view', '2025-11-03T10:00:00Z', {}, { page_title: 'Hats', page_referrer: 'https://google.com/' }),
    ga4Row('scroll', '2025-11-03T10:01:00Z', {}, { percent_scrolled: 90 }),
    ga4Row('user_engagement', '2025-11-03T10:02:00Z', {}, { engagement_time_msec: 61000 }),
    ga4Row('click', '2025-11-03T10:03:00Z', {}, { link_url: 'https://elsewhere.example' }),
    ga4Row('view_search_results', '2025-11-03T10:04:00Z', {}, { search_term: 'bowler' }),
    ga4Purchase,
    ga4Row('page_view', '2025-11-03T10:06:00Z', { user_pseudo_id: null }),
    ga4Row('page_view', '2025-11-03T10:06:00Z', { event_timestamp: 'soon' }),
  );
  const { result, events, counts, workspace } = await load('events_20251103.json', content);
  assert.equal(result.format, 'ga4');
  assert.deepEqual(counts, [8, 6, 2, 0]);
  assert.deepEqual(result.reasons, {
    'neither user_pseudo_id nor user_id (consent denied): nobody to credit it to': 1,
    'not a moment': 1,
  });
  const [page, scroll, stay, away, search, bought] = events;
  assert.deepEqual(
    [page.type, page.event, page.name, page.page_path, page.referrer, page.session_id, page.device_type, page.os],
    ['page', 'page_view', 'Hats', '/hats', 'https://google.com/', '1044.1762.1762164000', 'mobile', 'iOS'],
  );
  assert.deepEqual(
    [page.anonymous_id, page.country, page.city, page.platform],
    ['1044.1762', 'Germany', 'Berlin', 'web'],
  );
  assert.deepEqual([scroll.event, scroll.scroll_depth], ['scroll', 90]);
  assert.deepEqual([stay.event, stay.seconds_on_page], ['time_on_page', 61]);
  assert.deepEqual(
    [away.event, search.event, search.search_query],
    ['external_link_click', 'search_performed', 'bowler'],
  );
  assert.deepEqual([bought.at, bought.user_id, bought.order_id], ['2025-11-03 10:05:00.000', 'u-7', 'T1']);
  assert.deepEqual(
    [bought.revenue, bought.currency, bought.campaign, bought.traffic_source],
    [42.5, 'EUR', 'autumn', 'news'],
  );
  assert.deepEqual([bought.product_ids, bought.brands, bought.quantities], [['H1'], ['Acme'], [2]]);

  // Daily tables are written anew for three days, so the next export holds what this one held.
  const next = json(
    ga4Purchase,
    ga4Row('purchase', '2025-11-04T09:00:00Z'),
    ga4Row('purchase', '2025-11-04T09:00:00Z'),
  );
  const again = await load('events_20251104.json', next, { workspace });
  assert.deepEqual(again.counts, [3, 1, 0, 2]);
  assert.equal(again.events.length, 7);
});

const { columns: snowplowColumns } = connectors.find(({ name }) => name === 'snowplow')!;
/** A row of 131 columns, of which these are filled. */
function snowplowRow(cells: Record<string, string>): string {
  const usual = {
    app_id: 'shop',
    platform: 'web',
    collector_tstamp: '2025-11-03 10:00:01.000',
    domain_userid: 'd0c1',
    geo_country: 'DE',
    geo_city: 'Berlin',
  };
  const filled: Record<string, string> = { ...usual, ...cells };
  return snowplowColumns.map((name) => filled[name] ?? '').join('\t');
}
const eventId = (n: number) => `c6ef3124-b53a-4b13-a233-0088f79dcb${String(n).padStart(2, '0')}`;
const entity = (name: string, data: object) => ({
  schema: `iglu:com.snowplowanalytics.snowplow.ecommerce/${name}/jsonschema/1-0-0`,
  data,
});

test('snowplow: 131 columns, quotes as letters, self-describing and e-commerce events, an order with its items [CBP-1]', async () => {
  const shopped = JSON.stringify({
    schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
    data: entity('snowplow_ecommerce_action', { type: 'transaction' }),
  });
  const contexts = JSON.stringify({
    schema: 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0',
    data: [
      entity('transaction', { transaction_id: 'S9', revenue: 30, currency: 'EUR' }),
      entity('product', { id: 'P1', category: 'shoes', price: 15, quantity: 2, currency: 'EUR' }),
    ],
  });
  const content = lines(
    snowplowRow({
      event: 'page_view',
      event_id: eventId(1),
      page_url: 'https://shop.example/a',
      page_title: '"Big" shoes',
      derived_tstamp: '2025-11-03 10:00:00.123',
    }),
    snowplowRow({
      event: 'page_ping',
      event_id: eventId(2),
      pp_yoffset_max: '600',
      br_viewheight: '900',
      doc_height: '3000',
    }),
    snowplowRow({
      event: 'struct',
      event_id: eventId(3),
      se_category: 'shop',
      se_action: 'add-to-basket',
      se_label: 'P1',
      se_value: '2',
    }),
    snowplowRow({
      event: 'transaction',
      event_id: eventId(4),
      user_id: 'u1',
      tr_orderid: 'T5',
      tr_total: '50.5',
      tr_currency: 'EUR',
    }),
    snowplowRow({
      event: 'unstruct',
      event_id: eventId(5),
      contexts: contexts,
      unstruct_event: shopped,
      event_name: 'snowplow_ecommerce_action',
    }),
    snowplowRow({
      event: 'transaction_item',
      event_id: eventId(6),
      user_id: 'u1',
      ti_orderid: 'T5',
      ti_sku: 'SKU1',
      ti_category: 'shoes',
      ti_price: '50.5',
      ti_quantity: '1',
    }),
    snowplowRow({ event: 'page_view', event_id: 'no-id' }),
    snowplowRow({ event: 'page_view', event_id: eventId(7), domain_userid: '' }),
    'too\tfew',
  );
  const { result, events, counts } = await load('enriched.tsv', content);
  assert.deepEqual([result.format, snowplowColumns.length], ['snowplow', 131]);
  assert.deepEqual(counts, [9, 5, 3, 0]);
  assert.deepEqual(Object.keys(result.reasons).sort(), [
    '2 columns where the header has 131',
    'no id of a person or a device: nobody to credit the event to',
    'not the id of an event',
  ]);
  const by = (id: number) => events.find(({ message_id }) => message_id === eventId(id))!;
  const page = by(1);
  assert.deepEqual([page.event, page.name, page.at], ['page_view', '"Big" shoes', '2025-11-03 10:00:00.123']);
  assert.deepEqual([page.anonymous_id, page.country, page.city], ['d0c1', 'DE', 'Berlin']);
  assert.equal(by(2).scroll_depth, 50);
  assert.deepEqual([by(3).event, JSON.parse(by(3).properties).value], ['add_to_basket', 2]);
  const order = by(4);
  assert.deepEqual([order.event, order.order_id, order.revenue, order.user_id], ['purchase', 'T5', 50.5, 'u1']);
  assert.deepEqual([order.product_ids, order.categories, order.currency], [['SKU1'], ['shoes'], 'EUR']);
  const shop = by(5);
  assert.deepEqual([shop.event, shop.order_id, shop.revenue], ['purchase', 'S9', 30]);
  assert.deepEqual([shop.product_ids, shop.quantities], [['P1'], [2]]);
});

test('posthog: pages, clicks and flags under their own names, devices until somebody is identified [CBP-1]', async () => {
  const row = (event: string, n: number, properties: object, distinct_id = 'dev-1') => ({
    uuid: `0190-${n}`,
    event,
    distinct_id,
    timestamp: `2025-11-03T10:0${n}:00.000Z`,
    properties: JSON.stringify({ $device_id: 'dev-1', $lib: 'web', $geoip_country_code: 'FR', ...properties }),
  });
  const content = json(
    row('$pageview', 1, {
      $current_url: 'https://shop.example/x',
      title: 'X',
      $referrer: '$direct',
      $session_id: 's1',
    }),
    row('$autocapture', 2, { $event_type: 'submit' }),
    row('$identify', 3, { $anon_distinct_id: 'dev-1', $set: { email: 'Ada@example.com', plan: 'pro' } }, 'u1'),
    row('Order Completed', 4, { total: 12, currency: 'EUR', $ip: '1.2.3.4' }, 'u1'),
    row('$feature_flag_called', 5, { $feature_flag: 'price', $feature_flag_response: 'b' }, 'u1'),
    { ...row('x', 6, {}), timestamp: '' },
    { ...row('x', 7, {}), distinct_id: '' },
  );
  const { result, events, counts } = await load('posthog.jsonl', content);
  assert.equal(result.format, 'posthog');
  assert.deepEqual(counts, [7, 5, 2, 0]);
  const [page, form, who, order, flag] = events;
  assert.deepEqual(
    [page.event, page.name, page.anonymous_id, page.user_id, page.session_id, page.referrer, page.country],
    ['page_view', 'X', 'dev-1', '', 's1', '', 'FR'],
  );
  assert.equal(form.event, 'form_submit');
  assert.deepEqual([who.type, who.user_id, who.anonymous_id, who.email_hash], ['identify', 'u1', 'dev-1', ada]);
  assert.deepEqual(JSON.parse(who.traits), { plan: 'pro' });
  assert.deepEqual([order.event, order.revenue, order.user_id], ['purchase', 12, 'u1']);
  assert.doesNotMatch(order.properties + order.context, /1\.2\.3\.4/);
  assert.deepEqual([flag.event, JSON.parse(flag.properties).variation_id], ['experiment_viewed', 'b']);
});

test('mixpanel: seconds, ids of users and devices, doubles of the export told by their four fields [CBP-1]', async () => {
  const row = (event: string, properties: object) => ({
    event,
    properties: { time: 1762164000, distinct_id: 'u1', $insert_id: 'i1', mp_country_code: 'US', ...properties },
  });
  const content = json(
    row('Sign Up', { plan: 'free', $email: 'ada@example.com' }),
    row('Sign Up', { plan: 'free', $email: 'ada@example.com' }),
    row('Sign Up', { $insert_id: 'i2', distinct_id: '$device:d9', $device_id: 'd9' }),
    row('$mp_web_page_view', { time: 1762164000500, $device_id: 'd9', $user_id: 'u1', current_page_title: 'Home' }),
    row('Lost', { time: 'then' }),
    row('Lost', { distinct_id: '' }),
  );
  const { result, events, counts } = await load('export.json', content);
  assert.equal(result.format, 'mixpanel');
  assert.deepEqual(counts, [6, 3, 2, 1]);
  assert.deepEqual(
    events
      .map(({ event, at, user_id, anonymous_id, country }) => [event, at.slice(11), user_id, anonymous_id, country])
      .sort(),
    [
      ['page_view', '10:00:00.500', 'u1', 'd9', 'US'],
      ['signup', '10:00:00.000', '', 'd9', 'US'],
      ['signup', '10:00:00.000', 'u1', '', 'US'],
    ],
  );
  assert.equal(events.find(({ user_id, event }) => user_id === 'u1' && event === 'signup')?.email_hash, ada);
});

test('rudderstack: messages from object storage and rows of warehouse tables [CBP-1]', async () => {
  const message = { type: 'track', messageId: 'r1', rudderId: 'x', userId: 'u1', event: 'Order Completed' };
  const stored = await load(
    'rudder.json',
    json({ ...message, channel: 'web', originalTimestamp: '2025-11-03T10:00:00Z', properties: { revenue: 5 } }),
  );
  assert.equal(stored.result.format, 'rudderstack');
  assert.deepEqual([stored.events[0].message_id, stored.events[0].revenue], ['r1', 5]);
  const rows = await load(
    'order_completed.csv',
    lines(
      'id,anonymous_id,user_id,received_at,original_timestamp,timestamp,event,event_text,context_page_url,context_session_id,order_id,total,products',
      `w1,a1,u1,2025-11-03 10:00:02,2025-11-03 10:00:00,2025-11-03 10:00:01,order_completed,Order Completed,https://s.example/x,17,O1,9.5,"[{""product_id"":""p1"",""quantity"":2}]"`,
      'w2,,,2025-11-03 10:00:02,2025-11-03 10:00:00,2025-11-03 10:00:01,x,X,,,,,',
    ),
  );
  assert.equal(rows.result.format, 'rudderstack');
  assert.deepEqual(rows.counts, [2, 1, 1, 0]);
  const [order] = rows.events;
  assert.deepEqual(
    [order.message_id, order.event, order.at, order.page_path, order.session_id, order.revenue, order.product_ids],
    ['w1', 'purchase', '2025-11-03 10:00:01.000', '/x', '17', 9.5, ['p1']],
  );
  const pages = await load(
    'pages.csv',
    lines('id,anonymous_id,original_timestamp,received_at,timestamp,name,path', 'w3,a1,,,2025-11-03 10:00:01,Home,/'),
  );
  assert.deepEqual([pages.events[0].type, pages.events[0].name, pages.events[0].page_path], ['page', 'Home', '/']);
});

const created = 1762164000;
const charge = (id: string, amount: number, currency: string, more: object = {}) => ({
  id,
  object: 'charge',
  amount,
  currency,
  created,
  status: 'succeeded',
  captured: true,
  customer: 'cus_1',
  payment_intent: `pi_${id}`,
  billing_details: { email: 'ada@example.com', address: { country: 'DE' } },
  ...more,
});

test('stripe: amounts in whole units whatever the currency, one payment one purchase, refunds by what was added [MKT-18.7]', async () => {
  const event = (id: string, type: string, object: object, previous_attributes?: object) => ({
    id,
    object: 'event',
    type,
    created: created + 60,
    data: { object, previous_attributes },
  });
  const session = {
    id: 'cs_1',
    object: 'checkout.session',
    payment_status: 'paid',
    payment_intent: 'pi_ch_1',
    client_reference_id: 'u1',
    customer: 'cus_1',
    amount_total: 1999,
    currency: 'eur',
  };
  const content = json(
    charge('ch_1', 1999, 'eur'),
    charge('ch_2', 500, 'jpy', { metadata: { user_id: 'u2' } }),
    charge('ch_3', 12340, 'kwd'),
    charge('ch_4', 700, 'eur', { status: 'failed', failure_code: 'card_declined' }),
    event('evt_1', 'checkout.session.completed', session),
    event('evt_2', 'charge.refunded', charge('ch_1', 1999, 'eur', { amount_refunded: 1000 }), { amount_refunded: 400 }),
    event('evt_3', 'charge.succeeded', charge('ch_1', 1999, 'eur')),
    { id: 'cus_1', object: 'customer', created, email: 'Ada@Example.com', name: 'Ada', metadata: { user_id: 'u1' } },
    charge('ch_5', 100, 'eur', { customer: null, billing_details: {} }),
    event('evt_4', 'payout.paid', { id: 'po_1', object: 'payout' }),
  );
  const { result, events, counts } = await load('stripe.jsonl', content);
  assert.equal(result.format, 'stripe');
  assert.deepEqual(counts, [10, 7, 2, 1]);
  assert.deepEqual(result.reasons, {
    'no customer, e-mail address or phone number: nobody to credit it to': 1,
    'not an event or object that tells of what a person did': 1,
  });
  const by = (id: string) => events.find(({ message_id }) => message_id === `stripe_${id}`)!;
  assert.deepEqual(
    [by('ch_1_paid').event, by('ch_1_paid').revenue, by('ch_1_paid').currency],
    ['purchase', 19.99, 'EUR'],
  );
  assert.deepEqual(
    [by('ch_1_paid').anonymous_id, by('ch_1_paid').email_hash, by('ch_1_paid').country],
    ['cus_1', ada, 'DE'],
  );
  assert.deepEqual([by('ch_2_paid').revenue, by('ch_2_paid').user_id, by('ch_3_paid').revenue], [500, 'u2', 12.34]);
  assert.deepEqual([by('ch_4_failed').event, by('ch_4_failed').revenue], ['payment_failed', 0]);
  assert.deepEqual([by('ch_1_refunded_1000').event, by('ch_1_refunded_1000').revenue], ['refund', 6]);
  const checkout = by('cs_1_paid');
  assert.deepEqual([checkout.event, checkout.user_id, checkout.revenue], ['checkout_completed', 'u1', 0]);
  assert.equal(checkout.order_id, by('ch_1_paid').order_id);
  const customer = by('cus_1');
  assert.deepEqual(
    [customer.type, customer.user_id, customer.anonymous_id, customer.email_hash],
    ['identify', 'u1', 'cus_1', ada],
  );
  assert.doesNotMatch(customer.traits, /Ada/);
});

const order = {
  id: 450789469,
  name: '#1001',
  email: 'ada@example.com',
  created_at: '2025-11-03T11:00:00+01:00',
  currency: 'EUR',
  total_price: '49.90',
  cart_token: 'c1',
  discount_codes: [{ code: 'AUTUMN' }],
  customer: { id: 207119551 },
  shipping_address: { country_code: 'DE', city: 'Berlin', first_name: 'Ada' },
  line_items: [
    { id: 1, product_id: 632910392, sku: 'S1', title: 'Hat', vendor: 'Acme', price: '19.95', quantity: 2 },
    { id: 2, product_id: 7, title: 'Bag', price: '10.00', quantity: 1 },
  ],
  refunds: [
    {
      id: 509562969,
      created_at: '2025-11-05T10:00:00Z',
      refund_line_items: [{ quantity: 1, line_item: { product_id: 7, price: '10.00' } }],
      transactions: [{ kind: 'refund', status: 'success', amount: '10.00', currency: 'EUR' }],
    },
  ],
};

test('shopify: REST orders, refunds, bulk lines of GraphQL and the CSV of the admin, each order once [MKT-18.7]', async () => {
  const gid = 'gid://shopify/Order/2';
  const money = (amount: string) => ({ shopMoney: { amount, currencyCode: 'EUR' } });
  const rest = await load(
    'orders.jsonl',
    json(order, { ...order, id: 3, test: true }, { ...order, id: 4, email: '', customer: null, cart_token: '' }),
  );
  assert.equal(rest.result.format, 'shopify');
  assert.deepEqual(rest.counts, [3, 2, 2, 0]);
  const [bought, back] = rest.events;
  assert.deepEqual(
    [bought.message_id, bought.event, bought.at, bought.user_id, bought.anonymous_id, bought.email_hash],
    ['shopify_order_450789469', 'purchase', '2025-11-03 10:00:00.000', 'shopify_207119551', 'shopify_cart_c1', ada],
  );
  assert.deepEqual([bought.revenue, bought.currency, bought.coupon, bought.country], [49.9, 'EUR', 'AUTUMN', 'DE']);
  assert.deepEqual(
    [bought.product_ids, bought.quantities, bought.brands],
    [
      ['632910392', '7'],
      [2, 1],
      ['Acme', ''],
    ],
  );
  assert.deepEqual([back.event, back.revenue, back.order_id, back.product_ids], ['refund', 10, '450789469', ['7']]);

  const bulk = await load(
    'bulk.jsonl',
    json(
      {
        id: gid,
        name: '#1002',
        email: 'eve@example.com',
        createdAt: '2025-11-03T10:00:00Z',
        totalPriceSet: money('15.0'),
      },
      {
        id: 'gid://shopify/Order/5',
        email: 'bo@example.com',
        createdAt: '2025-11-03T10:00:00Z',
        totalPriceSet: money('1.0'),
      },
      {
        id: 'gid://shopify/LineItem/1',
        __parentId: gid,
        sku: 'S1',
        title: 'Hat',
        quantity: 3,
        originalUnitPriceSet: money('5.0'),
      },
    ),
  );
  assert.deepEqual([bulk.result.format, ...bulk.counts], ['shopify', 3, 2, 0, 0]);
  assert.deepEqual([bulk.events[0].order_id, bulk.events[0].revenue, bulk.events[0].product_ids], ['2', 15, ['S1']]);

  const header =
    'Name,Email,Financial Status,Currency,Total,Discount Code,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Vendor,Id,Shipping Country';
  const admin = await load(
    'orders_export.csv',
    lines(
      header,
      '#1001,ada@example.com,paid,EUR,49.90,AUTUMN,2025-11-03 11:00:00 +0100,2,Hat,19.95,S1,Acme,450789469,DE',
      '#1001,ada@example.com,,,,,,1,Bag,10.00,S2,,,',
      '#1003,,paid,EUR,5.00,,2025-11-03 11:00:00 +0100,1,Hat,5.00,S1,Acme,9,DE',
      ',x@example.com,paid,EUR,5.00,,2025-11-03 11:00:00 +0100,1,Hat,5.00,S1,Acme,9,DE',
      '#1004,ada@example.com,paid,EUR,7.00,,2025-11-04 11:00:00 +0100,1,Hat,7.00,S1,Acme,10,DE',
    ),
    { workspace: rest.workspace },
  );
  assert.equal(admin.result.format, 'shopify-csv');
  assert.deepEqual(admin.counts, [5, 1, 2, 1]);
  assert.deepEqual(admin.events.map(({ order_id }) => order_id).sort(), ['10', '450789469', '450789469']);
});

test('crm: HubSpot contacts and deals, Salesforce opportunities, by name, content or mapping [INT-4]', async () => {
  const contacts = await load(
    'hubspot-contacts.csv',
    lines(
      'Record ID,First Name,Email,Lifecycle Stage,Lead Status,Create Date,Last Modified Date,Became a Customer Date,Number of Employees,Contact owner',
      '101,Ada,ada@example.com,customer,OPEN,2025-01-10 09:00,2025-06-01 12:00,2025-05-30 08:00,250,Bob Boss',
      ',Eve,eve@example.com,lead,NEW,2025-01-10 09:00,2025-06-01 12:00,,10,',
      '103,Eve,eve@example.com,lead,NEW,,,,10,',
    ),
  );
  assert.equal(contacts.result.format, 'crm');
  assert.deepEqual(contacts.counts, [3, 3, 2, 0]);
  const [made, became, who] = contacts.events;
  assert.deepEqual([made.event, made.at.slice(0, 10)], ['contact_created', '2025-01-10']);
  assert.deepEqual([became.event, became.at.slice(0, 10), became.email_hash], ['became_customer', '2025-05-30', ada]);
  assert.deepEqual(
    [who.type, who.anonymous_id, who.email_hash, who.at.slice(0, 10)],
    ['identify', 'hubspot_101', ada, '2025-06-01'],
  );
  assert.deepEqual(JSON.parse(who.traits), {
    lifecycle_stage: 'customer',
    lead_status: 'OPEN',
    number_of_employees: 250,
    address: {},
  });

  const deals = await load(
    'deals.csv',
    lines(
      'Record ID,Deal Name,Deal Stage,Pipeline,Amount,Create Date,Close Date,Associated Contact',
      '901,Ada - hats,Closed Won,default,1200,2025-04-01,2025-05-30,Ada Lovelace (ada@example.com)',
      '902,Ada - bags,Qualified,default,,2025-06-01,2025-09-01,Ada Lovelace (ada@example.com)',
      '903,Nobody,Closed Lost,default,5,2025-04-01,2025-05-30,',
    ),
  );
  assert.deepEqual(deals.counts, [3, 3, 1, 0]);
  assert.deepEqual(
    deals.events.map(({ event, at, email_hash }) => [event, at.slice(0, 10), email_hash === ada]),
    [
      ['opportunity_created', '2025-04-01', true],
      ['opportunity_won', '2025-05-30', true],
      ['opportunity_created', '2025-06-01', true],
    ],
  );
  assert.deepEqual(JSON.parse(deals.events[1].properties), {
    deal_id: '901',
    pipeline: 'default',
    stage: 'Closed Won',
    amount: 1200,
  });

  const opportunities = await load(
    'opportunities.csv',
    lines(
      'Id,Name,StageName,Amount,IsClosed,IsWon,CreatedDate,CloseDate,Primary_Person__c',
      '006Dn00000A1B2CIAV,Acme,Negotiation Failed,10,true,false,2025-04-01T00:00:00.000Z,2025-05-01,003Dn00000X1Y2ZIAV',
    ),
    { mapping: { contactId: 'Primary_Person__c' } },
  );
  const [opened, lost] = opportunities.events;
  assert.deepEqual([opened.event, lost.event], ['opportunity_created', 'opportunity_lost']);
  assert.equal(lost.anonymous_id, 'salesforce_003Dn00000X1Y2Z');
});

test('an export that overlaps an earlier one adds by the command line what is new, and says so [MKT-18.7]', async (t) => {
  const data = temporaryFolder(t);
  const [first, second] = [join(folder, 'one.jsonl'), join(folder, 'two.jsonl')];
  writeFileSync(first, json(charge('ch_1', 1999, 'eur')));
  writeFileSync(second, json(charge('ch_1', 1999, 'eur'), charge('ch_9', 1, 'eur')));
  type Result = { format: string; events: number; added: number; duplicates: number };
  const run = (file: string) => inklingJson<Result>('import', file, '--data', data);
  const [once, more] = [await run(first), await run(second)];
  assert.deepEqual([once.format, once.added, more.added, more.events, more.duplicates], ['stripe', 1, 1, 1, 1]);
});
