// What others build on: the same shop for the same seed, messages in the order of their time, an identity on each, and
// nothing in them that only the truth may know.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { InklingError } from '../../src/errors.ts';
import {
  intents,
  openShop,
  type SegmentMessage,
  type ShopSettings,
  shopSettingsSchema,
} from '../../src/simulate/index.ts';
import { addDays, toDay } from '../../src/time.ts';

const end = new Date('2025-07-01T00:00:00Z');
const open = (settings: Partial<ShopSettings> = {}) => openShop({ shoppers: 1500, days: 120, end, ...settings });
const shop = open();
const messages = [...shop.events()];
const fingerprint = (settings: Partial<ShopSettings>) => {
  const hash = createHash('sha256');
  for (const message of open({ shoppers: 150, days: 40, ...settings }).events()) hash.update(JSON.stringify(message));
  return hash.digest('hex');
};
const anchorOf = (message: SegmentMessage) => (message.userId ? `u:${message.userId}` : `a:${message.anonymousId}`);
const named = (event: string) => messages.filter((message) => message.event === event);

test('the same seed gives the same bytes, another seed others', () => {
  assert.equal(fingerprint({}), fingerprint({}));
  assert.equal(fingerprint({ seed: 'spring' }), fingerprint({ seed: 'spring' }));
  assert.notEqual(fingerprint({}), fingerprint({ seed: 2 }));
  const small = open({ shoppers: 60, days: 20 });
  assert.deepEqual([...small.events()], [...small.events()]);
});

test('asking for the truth does not change what is sent', () => {
  const asked = open({ shoppers: 60, days: 20 });
  const stream = asked.events()[Symbol.iterator]();
  const first = stream.next().value;
  const truth = [...asked.truthAt(addDays(end, -5), 3)];
  assert.deepEqual([...asked.truthAt(addDays(end, -5), 3)], truth);
  assert.deepEqual([first, ...{ [Symbol.iterator]: () => stream }], [...open({ shoppers: 60, days: 20 }).events()]);
});

test('messages come in the order of their time, within the history, each under an id of its own', () => {
  const ids = new Set<string>();
  let before = addDays(end, -120).toISOString();
  for (const { timestamp, messageId } of messages) {
    assert.ok(timestamp >= before, `${timestamp} after ${before}`);
    assert.equal(timestamp.length, 24);
    before = timestamp;
    ids.add(messageId);
  }
  assert.ok(before < end.toISOString());
  assert.equal(new Date(before).toISOString(), before);
  assert.equal(ids.size, messages.length);
});

test('the last day is yesterday, as seen from the given now', () => {
  const { settings, events } = openShop({ shoppers: 300, days: 3 }, new Date('2026-02-11T15:00:00Z'));
  assert.equal(settings.end.toISOString(), '2026-02-11T00:00:00.000Z');
  assert.deepEqual(
    [...new Set([...events()].map((message) => toDay(new Date(message.timestamp))))],
    ['2026-02-08', '2026-02-09', '2026-02-10'],
  );
});

test('every message carries an identity and a context [CBP-1]', () => {
  for (const message of messages) {
    assert.ok(message.userId || message.anonymousId, JSON.stringify(message));
    assert.notEqual(message.userId, '');
    assert.notEqual(message.anonymousId, '');
    assert.ok(message.context['library']);
    assert.equal(message.type === 'track', message.event !== undefined);
  }
});

test('every event type of the catalogue that a shop can see is sent, from web, app, store, marketplace and server [CBP-1]', () => {
  const names = new Set(messages.map((message) => message.event ?? message.type));
  const wanted =
    'page,screen,identify,alias,page_exit,internal_link_click,external_link_click,scroll,time_on_page,video_play,video_complete,form_start,form_submit,download,feature_used,sort_changed,subscription,Products Searched,Product List Viewed,Product List Filtered,Product Viewed,Product Added,Product Removed,Product Added to Wishlist,Product Shared,Product Reviewed,Cart Viewed,Checkout Started,Payment Info Entered,Coupon Applied,Order Completed,Order Refunded,Signed In,Signed Up,Email Delivered,Email Opened,Email Link Clicked,Unsubscribed,Call Completed,Experiment Viewed';
  assert.deepEqual(
    wanted.split(',').filter((name) => !names.has(name)),
    [],
  );
  const platforms = new Set(messages.map(({ context }) => (context['platform'] as string) ?? libraryOf(context)));
  assert.deepEqual([...platforms].sort(), [
    'analytics-kotlin',
    'analytics-swift',
    'analytics.js',
    'email',
    'marketplace',
    'server',
    'store',
  ]);
});

test('an order adds up: lines, discount, shipping, tax, total', () => {
  const orders = named('Order Completed');
  assert.ok(orders.length > 500);
  assert.equal(new Set(orders.map(({ properties }) => properties!['order_id'])).size, orders.length);
  const coupons = orders.filter(({ properties }) => properties!['coupon'] !== undefined);
  assert.ok(coupons.length > 10);
  for (const { properties } of orders) {
    const order = properties as Record<string, number> & { products: { price: number; quantity: number }[] };
    const lines = order.products.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
    assert.ok(order.products.length > 0 && lines > 0);
    assert.ok(Math.abs(lines - order.subtotal) < 0.01);
    assert.ok(Math.abs(order.subtotal - order.discount - order.revenue) < 0.011);
    assert.ok(Math.abs(order.revenue + order.shipping + order.tax - order.total) < 0.011);
    assert.equal(order.discount > 0, 'coupon' in order);
  }
});

test('a refund names an earlier order and its amount', () => {
  const orders = new Map(named('Order Completed').map((order) => [order.properties!['order_id'], order]));
  const refunds = named('Order Refunded');
  assert.ok(refunds.length > 10);
  for (const refund of refunds) {
    const order = orders.get(refund.properties!['order_id'])!;
    assert.ok(order.timestamp < refund.timestamp);
    assert.equal(refund.properties!['revenue'], order.properties!['revenue']);
    assert.equal(anchorOf(refund), anchorOf(order));
  }
});

test('who is mailed subscribed before, and is left alone after unsubscribing', () => {
  const gone = new Set<string>();
  const joined = new Set<string>();
  const signups = new Set(named('Signed Up').map((message) => message.userId));
  for (const { event, userId } of messages) {
    if (event === 'subscription') joined.add(userId!);
    if (event === 'Email Delivered') {
      assert.ok(!gone.has(userId!));
      assert.ok(joined.has(userId!) || !signups.has(userId!));
    }
    if (event === 'Unsubscribed') gone.add(userId!);
  }
  assert.ok(gone.size > 10);
});

test('no message has a field that is not part of the wire format', () => {
  const fields = new Set(messages.flatMap((message) => Object.keys(message)));
  const contexts = new Set(messages.flatMap((message) => Object.keys(message.context)));
  const traits = new Set(messages.flatMap((message) => Object.keys(message.traits ?? {})));
  const properties = new Set(messages.flatMap((message) => Object.keys(message.properties ?? {})));
  const allowed = (found: Set<string>, names: string) =>
    assert.deepEqual(
      [...found].filter((name) => !names.split(' ').includes(name)),
      [],
    );
  allowed(fields, 'type messageId timestamp anonymousId userId previousId event name properties traits context');
  allowed(contexts, 'userAgent library device os screen app platform locale timezone location ip campaign page');
  allowed(traits, 'email phone firstName lastName birthday gender age address');
  allowed(
    properties,
    'path url title referrer scroll_depth seconds_on_page target query list_id category filters sort product_id sku name brand price currency quantity products order_id affiliation subtotal discount revenue shipping tax total coupon coupon_id payment_method reason form method list file feature seconds topic share_via rating review_body email_id email_subject campaign_id campaign_name link_url experiment_id experiment_name variation_id variation_name',
  );
});

test('no message says anything of intent, bot or shopper number', () => {
  const words = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === 'string') words.add(value);
    else if (value && typeof value === 'object') Object.values(value).forEach(collect);
  };
  for (const { properties, traits, context } of messages) [properties, traits, context].forEach(collect);
  const hidden = [...intents, 'bot', 'crawler', 'scraper', 'hoarder', 'bulk_order', 'card_testing', 'broken_checkout'];
  assert.deepEqual(
    hidden.filter((word) => words.has(word)),
    [],
  );
  const numbers = new Map<string, number>();
  for (const { shopper, anchors } of shop.truthAt(end, 1)) for (const anchor of anchors) numbers.set(anchor, shopper);
  const byTraits = messages.filter(({ traits }) => traits?.['email'] !== undefined);
  const digits = (text: string) => Number(text.replaceAll(/\D/g, ''));
  const pairs = {
    userId: [...numbers]
      .filter(([anchor]) => anchor.startsWith('u:c'))
      .map(([a, n]) => [Number.parseInt(a.slice(3), 16), n]),
    anonymousId: [...numbers]
      .filter(([a]) => a.startsWith('a:'))
      .map(([a, n]) => [Number.parseInt(a.slice(2, 10), 16), n]),
    messageId: messages.map((m) => [Number.parseInt(m.messageId.slice(0, 8), 16), numbers.get(anchorOf(m))!]),
    email: byTraits.map((m) => [digits(m.traits!['email'] as string), numbers.get(anchorOf(m))!]),
    ip: messages
      .filter(({ context }) => context['ip'])
      .map((m) => [ipNumber(m.context['ip'] as string), numbers.get(anchorOf(m))!]),
  };
  for (const [name, pair] of Object.entries(pairs)) {
    assert.ok(pair.length > 500, name);
    assert.ok(Math.abs(rankCorrelation(pair)) < 0.08, `${name} follows the number of the shopper`);
  }
});

test('wrong dials are reported together, each by name', () => {
  assert.throws(
    () => openShop({ shoppers: -1, noise: 2, colour: 'red', end: new Date('2025-01-01T05:00:00Z') } as object),
    (error: InklingError) => {
      assert.ok(error instanceof InklingError);
      assert.equal(error.code, 'invalid_input');
      for (const name of ['shoppers', 'noise', 'colour', 'end'])
        assert.match(error.message, new RegExp(`\\b${name}\\b`));
      return true;
    },
  );
  assert.throws(() => openShop({ botShare: 0.95 }), /botShare/);
  assert.throws(() => shop.truthAt(new Date('2025-06-01T12:00:00Z'), 14), /midnight/);
  assert.throws(() => shop.truthAt(new Date('2020-06-01T00:00:00Z'), 14), /midnight of the simulated history/);
  assert.throws(() => shop.truthAt(end, 0), /timeframeDays 0/);
});

test('every dial says what it does and has a default', () => {
  const dials: Record<string, unknown> = shopSettingsSchema.properties;
  for (const [name, dial] of Object.entries(dials)) {
    const { description, default: fallback } = dial as { description?: string; default?: unknown };
    assert.ok((description ?? '').length > 20, name);
    assert.notEqual(fallback, undefined, name);
  }
});

test('an empty shop is open, and silent', () => {
  assert.deepEqual([...open({ shoppers: 0 }).events()], []);
  assert.deepEqual([...open({ shoppers: 0 }).truthAt(end, 7)], []);
});

function libraryOf(context: Readonly<Record<string, unknown>>): string {
  return (context['library'] as { name: string }).name;
}

function ipNumber(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Spearman's, ties in the order they come. */
function rankCorrelation(pairs: number[][]): number {
  const ranks = (side: number) => {
    const order = pairs.map((_, i) => i).sort((a, b) => pairs[a][side] - pairs[b][side]);
    const rank = new Float64Array(pairs.length);
    order.forEach((i, position) => {
      rank[i] = position;
    });
    return rank;
  };
  const [a, b] = [ranks(0), ranks(1)];
  const mean = (pairs.length - 1) / 2;
  let together = 0;
  let alone = 0;
  for (let i = 0; i < pairs.length; i++) {
    together += (a[i] - mean) * (b[i] - mean);
    alone += (a[i] - mean) ** 2;
  }
  return together / alone;
}
