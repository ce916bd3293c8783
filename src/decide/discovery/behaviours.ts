// How somebody shops, as a handful of behaviours worked out of signals: how often, how deep, how decided, how dear, and
// whether it fades. Groups are looked for among these, so that each counts once however many signals tell of it.

import { InklingError } from '../../errors.ts';
import { plain, type Signal, signals } from '../../features/index.ts';

export type Behaviour = {
  name: string;
  label: string;
  sentence: string;
  /** Names of the signals that it is worked out of. */
  of: readonly string[];
  /** NaN = unknown of this person. */
  value(...values: number[]): number;
  /** Whether ratios matter rather than differences. */
  scale: 'log' | 'plain';
  /** A value in words, with the person as its subject. */
  phrase(value: number): string;
  /** What people with much or little of it are called. */
  much: string;
  little: string;
};

const per = (amount: number, visits: number) => (visits > 0 ? amount / visits : Number.NaN);
const share = (value: number) => `${Math.round(value * 100)} %`;

export const behaviours: readonly Behaviour[] = [
  {
    ...{ name: 'visits', label: 'Visits', sentence: 'Visits in the last 90 days.', scale: 'log' },
    of: ['visits_90d'],
    value: (visits) => visits,
    phrase: (v) => phraseOf('visits_90d', v),
    ...{ much: 'visit often', little: 'visit seldom' },
  },
  {
    ...{ name: 'trend', label: 'Trend of visits', scale: 'log' },
    sentence: 'Visits of the last 30 days against the monthly rate of the 60 before; above 1 is more.',
    of: ['visits_30d', 'visits_90d'],
    value: (month, quarter) => (month + 1) / ((quarter - month) / 2 + 1),
    phrase: (v) => `visited ${plain(v)} times as often in the last 30 days as before`,
    ...{ much: 'come more and more', little: 'come less and less' },
  },
  {
    ...{ name: 'purchases', label: 'Purchases', sentence: 'Purchases per 90 days since first seen.', scale: 'log' },
    of: ['purchases_all', 'lifetime_days'],
    value: (purchases, days) => (90 * purchases) / Math.max(30, days),
    phrase: (v) => `made ${plain(v)} purchases per 90 days`,
    ...{ much: 'buy often', little: 'hardly buy' },
  },
  {
    ...{ name: 'conversion', label: 'Purchases per visit', sentence: 'Purchases per visit.', scale: 'plain' },
    of: ['purchases_all', 'visits_all'],
    value: (purchases, visits) => per(purchases, visits),
    phrase: (v) => `made ${plain(v)} purchases per visit`,
    ...{ much: 'come to buy', little: 'come to look' },
  },
  {
    ...{ name: 'pages', label: 'Pages per visit', sentence: 'Pages per visit.', scale: 'log' },
    of: ['page_views_all', 'visits_all'],
    value: per,
    phrase: (v) => `saw ${plain(v)} pages per visit`,
    ...{ much: 'see many pages', little: 'see few pages' },
  },
  {
    ...{ name: 'views', label: 'Products viewed per visit', scale: 'log' },
    sentence: 'Product views per visit in the last 90 days.',
    of: ['product_views_90d', 'visits_90d'],
    value: per,
    phrase: (v) => `viewed ${plain(v)} products per visit in the last 90 days`,
    ...{ much: 'look at many products', little: 'look at few products' },
  },
  {
    ...{ name: 'lists', label: 'Lists browsed per visit', scale: 'log' },
    sentence: 'Product lists per visit in the last 30 days.',
    of: ['list_views_30d', 'visits_30d'],
    value: per,
    phrase: (v) => `browsed ${plain(v)} product lists per visit in the last 30 days`,
    ...{ much: 'browse widely', little: 'browse little' },
  },
  {
    ...{ name: 'filters', label: 'Filtering and sorting per visit', scale: 'log' },
    sentence: 'Lists filtered or sorted per visit in the last 30 days.',
    of: ['filters_30d', 'visits_30d'],
    value: per,
    phrase: (v) => `filtered or sorted ${plain(v)} lists per visit in the last 30 days`,
    ...{ much: 'filter and sort', little: 'do not filter or sort' },
  },
  {
    ...{ name: 'minutes', label: 'Minutes per visit', sentence: 'Mean length of a visit.', scale: 'log' },
    of: ['minutes_per_visit'],
    value: (minutes) => minutes,
    phrase: (v) => phraseOf('minutes_per_visit', v),
    ...{ much: 'stay long', little: 'stay briefly' },
  },
  {
    ...{ name: 'basket', label: 'Size of the basket', sentence: 'Different products in a purchase.', scale: 'log' },
    of: ['basket_size'],
    value: (products) => products,
    phrase: (v) => phraseOf('basket_size', v),
    ...{ much: 'fill large baskets', little: 'fill small baskets' },
  },
  {
    ...{ name: 'coupons', label: 'Purchases with a coupon', sentence: 'Share of purchases with a coupon.' },
    scale: 'plain',
    of: ['coupon_rate'],
    value: (rate) => rate,
    phrase: (v) => `used a coupon for ${share(v)} of the purchases`,
    ...{ much: 'buy with coupons', little: 'buy without coupons' },
  },
];

/** Signals that the rules of groups may ask for, beside those that behaviours are worked out of. */
const askable = [
  ...['visits_30d', 'visits_90d', 'hours_since_activity', 'pages_per_visit_30d', 'minutes_per_visit'],
  ...['page_views_30d', 'product_views_30d', 'product_views_90d', 'products_viewed_30d', 'list_views_30d'],
  ...['filters_30d', 'searches_30d', 'purchases_30d', 'purchases_90d', 'purchases_all', 'purchase_rate'],
  ...['days_since_purchase', 'average_order_value', 'basket_size', 'coupon_rate', 'cart_abandonment_rate'],
  ...['search_to_purchase_ratio', 'visit_trend_7d', 'cart_adds_90d'],
];

/** Fewer visits in 90 days than this show no habits. */
export const LEAST_VISITS = 6;
export const LEAST_VISITS_SIGNAL = 'visits_90d';

const byName = new Map(signals.map((signal) => [signal.name, signal]));

/** Every signal that discovery reads. */
export const discoverySignals: readonly Signal[] = [
  ...new Set([...behaviours.flatMap(({ of }) => of), ...askable]),
].map(signalNamed);

/** Names of the signals a rule may ask for. */
export const ruleSignals: readonly string[] = askable;

function phraseOf(name: string, value: number): string {
  return signalNamed(name).phrase(value);
}

function signalNamed(name: string): Signal {
  const signal = byName.get(name);
  if (signal === undefined) throw new InklingError('internal', `There is no signal "${name}".`);
  return signal;
}
