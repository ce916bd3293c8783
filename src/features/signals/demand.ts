// What everybody does with the products they bought: whether those sell, and whether their buyers come back.

import { on } from '../filter.ts';
import { ofProducts } from '../lines.ts';
import { compared, known, type Signal, type SignalFamily } from '../signal.ts';

const family: SignalFamily = { group: 'Product demand', category: 'TRANSACTION', source: 'CRM' };
const purchase = on('purchase');
const unknown = 'bought no known product';

export const demandSignals: Signal[] = [
  {
    ...family,
    name: 'last_products_popularity',
    sentence: 'How often the products of their last purchase sell, against what people usually buy: above 1 is more.',
    windowDays: null,
    unit: 'ratio',
    measure: ofProducts('popularity', 'latest', purchase),
    phrase: known(unknown, (v) => `last bought products that sell ${compared(v, 'often')} usual`),
  },
  {
    ...family,
    name: 'products_trend_30d',
    sentence: 'How fast the sales of the products they bought grow from month to month, against all sales.',
    windowDays: 60,
    unit: 'ratio',
    measure: ofProducts('trend', 'every', purchase),
    phrase: known(unknown, (v) => `bought products that ${trendInWords(v)}`),
  },
  {
    ...family,
    name: 'last_products_trend_30d',
    sentence: 'How fast the sales of the products of their last purchase grow from month to month, against all sales.',
    windowDays: 60,
    unit: 'ratio',
    measure: ofProducts('trend', 'latest', purchase),
    phrase: known(unknown, (v) => `last bought products that ${trendInWords(v)}`),
  },
  {
    ...family,
    name: 'products_return_rate',
    sentence: 'How often buyers of the products they bought buy again within 30 days, against all buyers.',
    windowDays: null,
    unit: 'ratio',
    measure: ofProducts('returnRate', 'every', purchase),
    phrase: known(unknown, (v) => `bought products whose buyers come back ${compared(v, 'often')} others`),
  },
  {
    ...family,
    name: 'last_products_return_rate',
    sentence: 'How often buyers of the products of their last purchase buy again within 30 days, against all buyers.',
    windowDays: null,
    unit: 'ratio',
    measure: ofProducts('returnRate', 'latest', purchase),
    phrase: known(unknown, (v) => `last bought products whose buyers come back ${compared(v, 'often')} others`),
  },
];

function trendInWords(value: number): string {
  if (Math.abs(value - 1) < 0.05) return 'sell like all others of late';
  return value > 1 ? 'sell better of late than others' : 'sell worse of late than others';
}
