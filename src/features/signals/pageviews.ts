// What they look at: pages and products.

import { anyEvent, on } from '../filter.ts';
import { activeDays, count, countSinceLast, daysSinceLast, decayed, distinct, ratio, trend } from '../measure.ts';
import {
  amount,
  compared,
  counted,
  daysAgo,
  different,
  inTheLast,
  known,
  often,
  type Signal,
  type SignalFamily,
} from '../signal.ts';

const family: SignalFamily = { group: 'Page views', category: 'NAVIGATION', source: 'WEBSITE' };
const page = on('page_view', 'screen_view');
const product = on('product_view');
const list = on('product_list_view');

export const pageViewSignals: Signal[] = [
  ...counted(family, 'page_views', page, { verb: 'viewed', one: 'page', many: 'pages' }, [1, 7, 30, null]),
  ...counted(
    family,
    'product_views',
    product,
    { verb: 'viewed', one: 'product', many: 'products' },
    [1, 3, 7, 14, 30, 90],
  ),
  ...counted(family, 'list_views', list, { verb: 'browsed', one: 'product list', many: 'product lists' }, [7, 30]),
  ...counted(family, 'events', anyEvent, { verb: 'took', one: 'action', many: 'actions' }, [1, 7, 30, 90, null]),
  ...[7, 30].map(
    (windowDays): Signal => ({
      ...family,
      name: `products_viewed_${windowDays}d`,
      sentence: `How many different products they viewed${inTheLast(windowDays)}.`,
      windowDays,
      unit: 'count',
      measure: distinct('product_ids', product, windowDays),
      phrase: (value) => `viewed ${different(value, 'product', 'products')}${inTheLast(windowDays)}`,
    }),
  ),
  {
    ...family,
    name: 'views_per_product_14d',
    sentence: 'How often they came back to the same product in the last 14 days.',
    windowDays: 14,
    unit: 'ratio',
    measure: ratio(count(product, 14), distinct('product_ids', product, 14)),
    phrase: known(
      'viewed no product in the last 14 days',
      (v) => `viewed each product ${often(v)} on average in the last 14 days`,
    ),
  },
  {
    ...family,
    name: 'pages_visited_30d',
    sentence: 'How many different pages they saw in the last 30 days.',
    windowDays: 30,
    unit: 'count',
    measure: distinct('page_path', page, 30),
    phrase: (v) => `saw ${different(v, 'page', 'pages')} in the last 30 days`,
  },
  {
    ...family,
    name: 'product_views_decayed_7',
    sentence: 'Product views, each counting half as much for every 7 days that passed.',
    windowDays: null,
    unit: 'score',
    measure: decayed(product, 7),
    phrase: (v) =>
      v < 0.5
        ? 'hardly viewed any products of late'
        : `viewed about ${amount(Math.round(v), 'product', 'products')} of late`,
  },
  {
    ...family,
    name: 'events_decayed_30',
    sentence: 'Everything they did, each counting half as much for every 30 days that passed.',
    windowDays: null,
    unit: 'score',
    measure: decayed(anyEvent, 30),
    phrase: (v) =>
      v < 0.5 ? 'was hardly active of late' : `took about ${amount(Math.round(v), 'action', 'actions')} of late`,
  },
  {
    ...family,
    name: 'product_view_trend_7d',
    sentence: 'Product views of the last 7 days against the 7 days before: above 1 is more.',
    windowDays: 14,
    unit: 'ratio',
    measure: trend(count(product, 7), count(product, { from: 14, to: 7 })),
    phrase: (v) => `viewed products ${compared(v, 'often')} in the week before`,
  },
  {
    ...family,
    name: 'product_views_since_purchase',
    sentence: 'Products viewed since the last purchase.',
    windowDays: null,
    unit: 'count',
    measure: countSinceLast(product, on('purchase')),
    phrase: (v) => `viewed ${amount(v, 'product', 'products')} since the last purchase`,
  },
  {
    ...family,
    name: 'days_since_product_view',
    sentence: 'Days since they last viewed a product.',
    windowDays: null,
    unit: 'days',
    measure: daysSinceLast(product),
    phrase: known('never viewed a product', (v) => `last viewed a product ${daysAgo(v)}`),
  },
  {
    ...family,
    name: 'active_days_30d',
    sentence: 'Days with any activity in the last 30 days.',
    windowDays: 30,
    unit: 'days',
    measure: activeDays(anyEvent, 30),
    phrase: (v) => `was active on ${amount(v, 'day', 'days')} in the last 30 days`,
  },
];
