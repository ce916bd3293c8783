import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  canonicalEvent,
  catalogue,
  categoryOf,
  describeEvent,
  type EventRow,
  emailHashOf,
  phoneHashOf,
  type SegmentMessage,
  toEventRow,
} from '../../src/collect/index.ts';

const arrival = { workspace: 'w', receivedAt: new Date('2026-01-02T03:04:05.678Z'), source: '' };
const rowOf = (message: Partial<SegmentMessage>, more = {}): EventRow =>
  toEventRow({ type: 'track', event: 'x', messageId: 'm', userId: 'u', ...message }, { ...arrival, ...more });
const sha256 = (text: string) => hash('sha256', text);

test('every event of the catalogue keeps its name, and every alias means its event [CBP-1]', () => {
  for (const { event, aliases, category } of catalogue) {
    for (const name of [event, ...aliases, event.toUpperCase(), event.replaceAll('_', ' ')]) {
      assert.equal(canonicalEvent(name), event, name);
    }
    assert.equal(categoryOf(event), category);
    assert.ok(describeEvent(event));
  }
});

test('seed 003 names these events, and all are in the catalogue [CBP-1]', () => {
  const seed =
    'page_view page_exit internal_link_click external_link_click scroll time_on_page video_play video_complete ' +
    'form_start form_submit download add_to_cart remove_from_cart checkout_start purchase signup subscription ' +
    'feature_used search_performed filter_applied sort_changed';
  const events = new Set(catalogue.map(({ event }) => event));
  assert.deepEqual(
    seed.split(' ').filter((event) => !events.has(event)),
    [],
  );
});

test("every event of Segment's e-commerce, A/B testing and e-mail specs has a canonical name and its properties [CBP-1]", () => {
  const spec: Record<string, [event: string, property: string]> = {
    'Products Searched': ['search_performed', 'query'],
    'Product List Viewed': ['product_list_view', 'list_id'],
    'Product List Filtered': ['filter_applied', 'sorts'],
    'Promotion Viewed': ['promotion_viewed', 'creative'],
    'Promotion Clicked': ['internal_link_click', 'promotion_id'],
    'Product Clicked': ['internal_link_click', 'sku'],
    'Product Viewed': ['product_view', 'value'],
    'Product Added': ['add_to_cart', 'cart_id'],
    'Product Removed': ['remove_from_cart', 'variant'],
    'Cart Viewed': ['cart_view', 'products'],
    'Checkout Started': ['checkout_start', 'affiliation'],
    'Checkout Step Viewed': ['checkout_step_viewed', 'shipping_method'],
    'Checkout Step Completed': ['checkout_step_completed', 'step'],
    'Payment Info Entered': ['payment_info_entered', 'payment_method'],
    'Order Completed': ['purchase', 'revenue'],
    'Order Updated': ['order_updated', 'total'],
    'Order Refunded': ['refund', 'currency'],
    'Order Cancelled': ['order_cancelled', 'order_id'],
    'Coupon Entered': ['coupon_entered', 'coupon_id'],
    'Coupon Applied': ['coupon_applied', 'discount'],
    'Coupon Denied': ['coupon_denied', 'reason'],
    'Coupon Removed': ['coupon_removed', 'coupon_name'],
    'Product Added to Wishlist': ['add_to_wishlist', 'wishlist_id'],
    'Product Removed from Wishlist': ['remove_from_wishlist', 'wishlist_name'],
    'Wishlist Product Added to Cart': ['add_to_cart', 'wishlist_id'],
    'Product Shared': ['social_share', 'share_via'],
    'Cart Shared': ['social_share', 'recipient'],
    'Product Reviewed': ['review', 'review_id'],
    'Experiment Viewed': ['experiment_viewed', 'variation_name'],
    'Email Bounced': ['email_bounced', 'email_id'],
    'Email Delivered': ['email_delivered', 'campaign_id'],
    'Email Link Clicked': ['email_clicked', 'link_url'],
    'Email Marked as Spam': ['email_marked_as_spam', 'email_subject'],
    'Email Opened': ['email_opened', 'campaign_name'],
    Unsubscribed: ['email_unsubscribed', 'list_id'],
  };
  for (const [name, [event, property]] of Object.entries(spec)) {
    assert.equal(canonicalEvent(name), event, name);
    assert.notEqual(categoryOf(event), 'custom');
    assert.ok(catalogue.find((entry) => entry.event === event)!.properties.includes(property), `${name}: ${property}`);
  }
  assert.equal(canonicalEvent('Checkout Failed'), 'checkout_failed');
  assert.equal(rowOf({ event: 'Coupon Applied', properties: { coupon_id: 'MAY', discount: 5 } }).coupon, 'MAY');
});

test('a message may say itself where it happened, as tills and marketplaces do', () => {
  const library = { name: 'analytics-node' };
  const platform = (context: object, event = 'Order Completed') =>
    rowOf({ event, context: context as Record<string, unknown> }).platform;
  for (const said of ['store', 'marketplace', 'pos', 'web']) assert.equal(platform({ library, platform: said }), said);
  assert.equal(platform({ library, platform: 'Store' }), 'store');
  assert.equal(platform({ library, platform: 'Linux x86_64' }), 'server', 'no platform that is known');
  assert.equal(platform({ library }), 'server');
  assert.equal(platform({ library, platform: 'server' }, 'Email Opened'), 'email');
});

test('a custom event keeps its name and gets a snake_case one [MKT-1.6]', () => {
  for (const [name, event] of [
    ['Quiz Finished', 'quiz_finished'],
    ['quizFinished', 'quiz_finished'],
    ['Über-Größe gewählt', 'über_größe_gewählt'],
    ['注文', '注文'],
    ['!!!', 'custom'],
    ['constructor', 'constructor'],
    ['__proto__', 'proto'],
  ]) {
    const row = rowOf({ event: name });
    assert.deepEqual([row.name, row.event, categoryOf(row.event)], [name, event, 'custom']);
  }
});

test('page, screen, identify, group and alias have events of their own', () => {
  assert.deepEqual(
    (['page', 'screen', 'identify', 'group', 'alias'] as const).map((type) => rowOf({ type, event: undefined }).event),
    ['page_view', 'screen_view', 'identify', 'group', 'alias'],
  );
});

test('an order becomes product lines, revenue, coupon and order id', () => {
  const row = rowOf({
    event: 'Order Completed',
    properties: {
      order_id: 77,
      revenue: '25.50',
      total: 30,
      currency: 'eur',
      coupon: 'SPRING',
      products: [
        { product_id: 'p1', category: 'Shoes', brand: 'Heron', price: 10.25, quantity: 2 },
        { sku: 's2', price: '5' },
        'no product',
        null,
      ],
    },
  });
  assert.equal(row.event, 'purchase');
  assert.deepEqual(
    [
      row.order_id,
      row.revenue,
      row.currency,
      row.coupon,
      row.product_ids,
      row.categories,
      row.brands,
      row.prices,
      row.quantities,
    ],
    ['77', 25.5, 'EUR', 'SPRING', ['p1', 's2'], ['Shoes', ''], ['Heron', ''], [10.25, 5], [2, 1]],
  );
});

test('revenue falls back on total, value and the lines; a refund is positive; a product view earns nothing', () => {
  const revenue = (event: string, properties: Record<string, unknown>) => rowOf({ event, properties }).revenue;
  assert.equal(revenue('purchase', { total: 30, value: 1 }), 30);
  assert.equal(revenue('purchase', { value: 12 }), 12);
  assert.equal(revenue('purchase', { products: [{ id: 'a', price: 1.1, quantity: 3 }] }), 3.3);
  assert.equal(revenue('Order Refunded', { total: -20 }), 20);
  assert.equal(revenue('product_view', { value: 99, price: 99 }), 0);
  assert.equal(revenue('purchase', { revenue: 'free' }), 0);
  assert.equal(revenue('quiz', { revenue: 3 }), 3);
});

test('events of one product carry it without a list', () => {
  for (const event of ['Product Viewed', 'Product Added', 'Product Removed', 'Product Added to Wishlist', 'review']) {
    const row = rowOf({ event, properties: { id: 'p1', category: 'Shoes', price: 10 } });
    assert.deepEqual([row.product_ids, row.categories, row.prices, row.quantities], [['p1'], ['Shoes'], [10], [1]]);
  }
  assert.deepEqual(rowOf({ event: 'quiz', properties: { id: 'question-1' } }).product_ids, []);
  assert.deepEqual(rowOf({ event: 'Product List Viewed', properties: { category: 'Shoes' } }).categories, ['Shoes']);
});

test('search, scroll and time are read, and kept within what they can be', () => {
  assert.equal(rowOf({ event: 'Products Searched', properties: { query: 'red boots' } }).search_query, 'red boots');
  assert.equal(rowOf({ event: 'scroll', properties: { depth: 250 } }).scroll_depth, 100);
  assert.equal(rowOf({ event: 'scroll', properties: { scroll_depth: '75' } }).scroll_depth, 75);
  assert.equal(rowOf({ event: 'time_on_page', properties: { seconds: 42 } }).seconds_on_page, 42);
  assert.equal(rowOf({ event: 'quiz', properties: { seconds: 42 } }).seconds_on_page, 0);
});

test('page, device and campaign are read from the context', () => {
  const row = rowOf({
    type: 'page',
    context: {
      library: { name: 'analytics.js' },
      page: { url: 'https://www.shop.example/a/b?x=1#top', title: 'A', referrer: 'https://www.google.com/' },
      userAgent:
        'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1',
      locale: 'de-DE',
      timezone: 'Europe/Berlin',
      screen: { width: 390, height: 844 },
      location: { country: 'DE', city: 'Berlin' },
    },
  });
  assert.deepEqual(
    [row.page_path, row.page_title, row.traffic_source, row.medium, row.device_type, row.browser, row.os, row.platform],
    ['/a/b', 'A', 'google', 'organic', 'mobile', 'Safari', 'iOS', 'web'],
  );
  assert.deepEqual(
    [row.language, row.timezone, row.screen, row.country, row.city, row.source, row.bot],
    ['de-DE', 'Europe/Berlin', '390x844', 'DE', 'Berlin', 'analytics.js', 0],
  );
});

test('a campaign is read from the context, else from the link, else from the click id', () => {
  const source = (context: Record<string, unknown>) => {
    const { traffic_source, medium, campaign } = rowOf({ context });
    return [traffic_source, medium, campaign];
  };
  assert.deepEqual(source({ campaign: { source: 'news', medium: 'email', name: 'spring' } }), [
    'news',
    'email',
    'spring',
  ]);
  assert.deepEqual(source({ page: { url: 'https://a.example/?utm_source=x&utm_medium=y&utm_campaign=z' } }), [
    'x',
    'y',
    'z',
  ]);
  assert.deepEqual(source({ page: { url: 'https://a.example/?gclid=1' } }), ['google', 'cpc', '']);
  assert.deepEqual(source({ page: { url: 'https://a.example/b', referrer: 'https://www.a.example/' } }), ['', '', '']);
  assert.deepEqual(source({ page: { url: 'https://a.example/', referrer: 'https://blog.example/' } }), [
    'blog.example',
    'referral',
    '',
  ]);
});

test('robots are marked, browsers are not', () => {
  const bot = (userAgent: string) => rowOf({ context: { userAgent } }).bot;
  assert.equal(bot('Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'), 1);
  assert.equal(
    bot(
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36',
    ),
    1,
  );
  assert.equal(bot('Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0'), 0);
  // A server that forwards somebody's event is not that somebody.
  assert.equal(rowOf({}, { userAgent: 'python-requests/2.31' }).bot, 0);
});

test('addresses and numbers become the hashes that others make of them, once', () => {
  assert.equal(emailHashOf('  Anna@Example.ORG '), sha256('anna@example.org'));
  assert.equal(emailHashOf(sha256('anna@example.org').toUpperCase()), sha256('anna@example.org'));
  assert.equal(phoneHashOf('+49 30 901820'), sha256('+4930901820'));
  assert.equal(phoneHashOf('030 901820', 'DE'), sha256('+4930901820'));
  for (const none of ['', 'anna', 'anna@', 'a b@c.de', null, 5, {}]) assert.equal(emailHashOf(none), '');
  for (const none of ['', '12', '030 901820', 'call me', null, {}]) assert.equal(phoneHashOf(none), '');
});

test('the anchor is the first identifier there is', () => {
  const anchor = (message: Partial<SegmentMessage>) => rowOf({ userId: undefined, ...message }).anchor;
  assert.equal(anchor({ userId: 7, anonymousId: 'a' }), 'u:7');
  assert.equal(anchor({ anonymousId: 'a', traits: { email: 'a@b.de' } }), 'a:a');
  assert.equal(
    anchor({ type: 'identify', traits: { email: 'a@b.de', phone: '+4930901820' } }),
    `e:${sha256('a@b.de')}`,
  );
  assert.equal(anchor({ type: 'identify', traits: { phone: '+4930901820' } }), `p:${sha256('+4930901820')}`);
});

const personal = {
  email: 'anna@secret.example',
  phone: '+49 30 901820',
  firstName: 'Annabella',
  last_name: 'Schmidtson',
  name: 'Annabella Schmidtson',
  address: { street: 'Geheimweg 7', postalCode: '10999x', city: 'Berlin', country: 'Germany' },
  birthday: '1990-05-05',
  nested: { deeper: [{ Email: 'anna@secret.example', 'first-name': 'Annabella' }] },
  ip: '203.0.113.77',
  note: 'write to anna@secret.example or anna%40secret.example',
};
const secrets = [
  'anna@secret',
  'anna%40secret',
  '901820',
  'Annabella',
  'Schmidtson',
  'Geheimweg',
  '10999x',
  '1990-05-05',
  '203.0.113.77',
];

test('nothing personal is in the row, wherever it was in the message [PII]', () => {
  const row = rowOf({
    type: 'identify',
    userId: 'u1',
    traits: { ...personal, plan: 'gold' },
    properties: { ...personal, name: 'Red boots', plan: 'gold' },
    context: {
      traits: personal,
      ip: '203.0.113.77',
      page: { url: 'https://a.example/?email=anna@secret.example', title: 'Hello anna@secret.example' },
      device: { manufacturer: 'Acme' },
      location: { city: 'Berlin', latitude: 52.5 },
    },
  });
  const text = JSON.stringify(row);
  for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} in ${text}`);
  assert.equal(row.email_hash, sha256('anna@secret.example'));
  assert.equal(row.phone_hash, sha256('+4930901820'));
  assert.deepEqual(
    [
      JSON.parse(row.traits).plan,
      JSON.parse(row.traits).address,
      JSON.parse(row.properties).name,
      row.city,
      row.country,
    ],
    ['gold', { city: 'Berlin', country: 'Germany' }, 'Red boots', 'Berlin', 'Germany'],
  );
});

test('times in any form of ISO 8601 are written in UTC; without one the arrival counts', () => {
  assert.equal(rowOf({ timestamp: '2026-01-31T12:00:00.123Z' }).at, '2026-01-31 12:00:00.123');
  assert.equal(rowOf({ timestamp: '2026-01-31T12:00:00+02:00' }).at, '2026-01-31 10:00:00.000');
  assert.equal(rowOf({ originalTimestamp: 1_700_000_000_000 }).at, '2023-11-14 22:13:20.000');
  assert.equal(rowOf({}).at, '2026-01-02 03:04:05.678');
  assert.throws(() => rowOf({ timestamp: 'yesterday' }), { code: 'invalid_input', field: 'timestamp' });
});

test('the same message gives the same row, and a missing id follows from its content', () => {
  const message = { messageId: undefined, properties: { a: 1 } };
  assert.deepEqual(rowOf(message), rowOf(message));
  assert.notEqual(rowOf(message).message_id, rowOf({ ...message, properties: { a: 2 } }).message_id);
});

test('whatever the properties, the row is complete, well-formed and leaves the message as it was [MKT-1.6]', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })),
      fc.string({ unit: 'binary' }),
      (properties, name) => {
        const message = {
          type: 'track' as const,
          event: `e${name}`,
          userId: 'u',
          messageId: 'm',
          properties,
          context: properties,
        };
        const before = JSON.stringify(message);
        const row = toEventRow(message, arrival);
        assert.equal(JSON.stringify(message), before);
        assert.equal(typeof JSON.parse(row.properties), 'object');
        for (const value of Object.values(row)) {
          if (typeof value === 'string') assert.ok(value.isWellFormed());
          else if (typeof value === 'number') assert.ok(Number.isFinite(value));
          else assert.equal(value.length, row.product_ids.length);
        }
      },
    ),
    { numRuns: 500, seed: 11 },
  );
});
