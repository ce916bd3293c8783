// How close they come to buying: cart and checkout.

import { on } from '../filter.ts';
import { sumLines } from '../lines.ts';
import { count, countSinceLast, daysSinceLast, decayed, minus, ratio, shareOfDaysWithout } from '../measure.ts';
import { amount, counted, daysAgo, known, percent, plain, type Signal, type SignalFamily } from '../signal.ts';
import { countInLastVisit } from '../visits.ts';

const family: SignalFamily = { group: 'Cart', category: 'TRANSACTION', source: 'WEBSITE' };
const add = on('add_to_cart');
const checkout = on('checkout_start');

export const cartSignals: Signal[] = [
  ...[1, 3, 7, 14, 30, 90].map((windowDays) => ({
    ...counted(family, 'cart_adds', add, { verb: 'added to the cart', one: 'item', many: 'items' }, [windowDays])[0],
    phrase: (v: number) =>
      v === 0
        ? `put nothing in the cart in the last ${windowDays === 1 ? 'day' : `${windowDays} days`}`
        : `put ${amount(v, 'item', 'items')} in the cart in the last ${windowDays === 1 ? 'day' : `${windowDays} days`}`,
  })),
  ...counted(
    family,
    'cart_removals',
    on('remove_from_cart'),
    { verb: 'took out', one: 'cart item', many: 'cart items' },
    [7, 30],
  ),
  ...counted(family, 'checkouts', checkout, { verb: 'began', one: 'checkout', many: 'checkouts' }, [3, 7, 30]),
  {
    ...family,
    name: 'cart_adds_decayed_7',
    sentence: 'Cart additions, each counting half as much for every 7 days that passed.',
    windowDays: null,
    unit: 'score',
    measure: decayed(add, 7),
    phrase: (v) => `has a recent cart interest of ${plain(v)} items`,
  },
  {
    ...family,
    name: 'cart_adds_since_purchase',
    sentence: 'Items put in the cart since the last purchase.',
    windowDays: null,
    unit: 'count',
    measure: countSinceLast(add, on('purchase')),
    phrase: (v) => `put ${amount(v, 'item', 'items')} in the cart since the last purchase`,
  },
  {
    ...family,
    name: 'checkouts_since_purchase',
    sentence: 'Checkouts begun since the last purchase.',
    windowDays: null,
    unit: 'count',
    measure: countSinceLast(checkout, on('purchase')),
    phrase: (v) => `began ${amount(v, 'checkout', 'checkouts')} since the last purchase`,
  },
  {
    ...family,
    name: 'cart_adds_last_visit',
    sentence: 'Items put in the cart during the latest visit.',
    windowDays: null,
    unit: 'count',
    measure: countInLastVisit(add),
    phrase: (v) => `put ${amount(v, 'item', 'items')} in the cart during the latest visit`,
  },
  {
    ...family,
    name: 'days_since_cart_add',
    sentence: 'Days since they last put something in the cart.',
    windowDays: null,
    unit: 'days',
    measure: daysSinceLast(add),
    phrase: known('never put anything in the cart', (v) => `last put something in the cart ${daysAgo(v)}`),
  },
  {
    ...family,
    name: 'days_since_checkout',
    sentence: 'Days since they last began a checkout.',
    windowDays: null,
    unit: 'days',
    measure: daysSinceLast(checkout),
    phrase: known('never began a checkout', (v) => `last began a checkout ${daysAgo(v)}`),
  },
  {
    ...family,
    name: 'cart_balance_7d',
    sentence: 'Items put in the cart less those taken out in the last 7 days.',
    windowDays: 7,
    unit: 'count',
    measure: minus(count(add, 7), count(on('remove_from_cart'), 7)),
    phrase: (v) => `has put ${amount(v, 'item', 'items')} more in the cart than taken out this week`,
  },
  {
    ...family,
    name: 'cart_value_7d',
    sentence: 'Sum of the prices put in the cart in the last 7 days.',
    windowDays: 7,
    unit: 'currency',
    measure: sumLines('prices', add, 7),
    phrase: (v) => `put goods worth ${plain(v)} in the cart in the last 7 days`,
  },
  {
    ...family,
    name: 'views_to_cart_30d',
    sentence: 'Cart additions per product view in the last 30 days.',
    windowDays: 30,
    unit: 'ratio',
    measure: ratio(count(add, 30), count(on('product_view'), 30)),
    phrase: known(
      'viewed no product in the last 30 days',
      (v) => `puts ${percent(v)} of the products viewed in the cart`,
    ),
  },
  {
    ...family,
    name: 'cart_abandonment_rate',
    sentence: 'Share of the days with something put in the cart that ended without a purchase.',
    windowDays: null,
    unit: 'ratio',
    measure: shareOfDaysWithout(on('purchase'), add),
    phrase: known('never put anything in the cart', (v) => `left the cart without buying on ${percent(v)} of the days`),
  },
];
