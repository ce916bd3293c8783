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
  ...counted(
    family,
    'cart_adds',
    add,
    { verb: 'put', one: 'item', many: 'items', place: ' in the cart', none: 'nothing' },
    [1, 3, 7, 14, 30, 90],
  ),
  ...counted(
    family,
    'cart_removals',
    on('remove_from_cart'),
    { verb: 'took', one: 'item', many: 'items', place: ' out of the cart', none: 'nothing' },
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
    phrase: (v) =>
      v < 0.5
        ? 'put hardly anything in the cart of late'
        : `put about ${amount(Math.round(v), 'item', 'items')} in the cart of late`,
  },
  {
    ...family,
    name: 'cart_adds_since_purchase',
    sentence: 'Items put in the cart since the last purchase.',
    windowDays: null,
    unit: 'count',
    measure: countSinceLast(add, on('purchase')),
    phrase: (v) => `put ${v === 0 ? 'nothing' : amount(v, 'item', 'items')} in the cart since the last purchase`,
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
    phrase: (v) => `put ${v === 0 ? 'nothing' : amount(v, 'item', 'items')} in the cart during the latest visit`,
  },
  {
    ...family,
    name: 'checkouts_last_visit',
    sentence: 'Checkouts begun during the latest visit.',
    windowDays: null,
    unit: 'count',
    measure: countInLastVisit(checkout),
    phrase: (v) => `began ${amount(v, 'checkout', 'checkouts')} during the latest visit`,
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
    phrase: cartBalance,
  },
  {
    ...family,
    name: 'cart_value_7d',
    sentence: 'Sum of the prices put in the cart in the last 7 days.',
    windowDays: 7,
    unit: 'currency',
    measure: sumLines('prices', add, 7),
    phrase: (v) =>
      `put ${v === 0 ? 'nothing of a known price' : `goods worth ${plain(v)}`} in the cart in the last 7 days`,
  },
  {
    ...family,
    name: 'views_to_cart_30d',
    sentence: 'Cart additions per product view in the last 30 days.',
    windowDays: 30,
    unit: 'ratio',
    measure: ratio(count(add, 30), count(on('product_view'), 30)),
    phrase: known('viewed no product in the last 30 days', (v) =>
      v <= 1
        ? `puts ${percent(v)} of the products viewed in the cart`
        : `puts ${plain(v)} items in the cart per product viewed`,
    ),
  },
  {
    ...family,
    name: 'cart_abandonment_rate',
    sentence: 'Share of the days with something put in the cart that ended without a purchase.',
    windowDays: null,
    unit: 'ratio',
    measure: shareOfDaysWithout(on('purchase'), add),
    phrase: known(
      'never put anything in the cart',
      (v) => `did not buy on ${percent(v)} of the days with something put in the cart`,
    ),
  },
];

function cartBalance(value: number): string {
  if (value === 0) return 'left the cart as full as it was 7 days ago';
  const by = amount(Math.abs(value), 'item', 'items');
  return `${value > 0 ? 'filled' : 'emptied'} the cart by ${by} in the last 7 days`;
}
