// What everybody does with the products they bought: whether those sell, and whether their buyers come back.

import { on } from '../filter.ts';
import { ofProducts } from '../lines.ts';
import { amount, compared, known, percent, type Signal, type SignalFamily } from '../signal.ts';

const family: SignalFamily = { group: 'Product demand', category: 'TRANSACTION', source: 'CRM' };
const purchase = on('purchase');
const unknown = 'bought no known product';

export const demandSignals: Signal[] = [
  {
    ...family,
    name: 'last_products_sold',
    sentence: 'How often the products of their last purchase were sold so far, on average.',
    windowDays: null,
    unit: 'count',
    measure: ofProducts('sold', 'latest', purchase),
    phrase: known(
      unknown,
      (v) => `last bought products that sold in ${amount(Math.round(v), 'purchase', 'purchases')}`,
    ),
  },
  {
    ...family,
    name: 'products_trend_30d',
    sentence: 'Sales of the products they bought in the last 30 days against the 30 days before: above 1 is more.',
    windowDays: 60,
    unit: 'ratio',
    measure: ofProducts('trend', 'every', purchase),
    phrase: known(unknown, (v) => `bought products that sell ${compared(v, 'often')} a month ago`),
  },
  {
    ...family,
    name: 'last_products_trend_30d',
    sentence: 'Sales of the products of their last purchase in the last 30 days against the 30 days before.',
    windowDays: 60,
    unit: 'ratio',
    measure: ofProducts('trend', 'latest', purchase),
    phrase: known(unknown, (v) => `last bought products that sell ${compared(v, 'often')} a month ago`),
  },
  {
    ...family,
    name: 'products_still_selling',
    sentence: 'Share of the products they bought that anybody bought in the last 14 days.',
    windowDays: null,
    unit: 'ratio',
    measure: ofProducts('selling', 'every', purchase),
    phrase: known(unknown, (v) => `bought products of which ${percent(v)} still sell`),
  },
  {
    ...family,
    name: 'products_return_rate',
    sentence: 'How often buyers of the products they bought bought anything again within 30 days.',
    windowDays: null,
    unit: 'ratio',
    measure: ofProducts('returnRate', 'every', purchase),
    phrase: known(
      unknown,
      (v) => `bought products whose buyers come back within 30 days in ${percent(v)} of the cases`,
    ),
  },
  {
    ...family,
    name: 'last_products_return_rate',
    sentence: 'How often buyers of the products of their last purchase bought anything again within 30 days.',
    windowDays: null,
    unit: 'ratio',
    measure: ofProducts('returnRate', 'latest', purchase),
    phrase: known(
      unknown,
      (v) => `last bought products whose buyers come back within 30 days in ${percent(v)} of the cases`,
    ),
  },
];
