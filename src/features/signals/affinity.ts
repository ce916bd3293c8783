// What they lean to: categories and brands [WH-6].

import { affinityLead, allInterest, purchasesOnly, topAffinity } from '../affinity.ts';
import { on } from '../filter.ts';
import { consistency, countLines, sumLines } from '../lines.ts';
import { distinct, ratio } from '../measure.ts';
import { amount, different, known, percent, plain, type Signal, type SignalFamily } from '../signal.ts';

const family: SignalFamily = { group: 'Category affinity', category: 'TRANSACTION', source: 'WEBSITE' };

export const affinitySignals: Signal[] = [
  {
    ...family,
    name: 'top_category_affinity',
    sentence: 'Affinity to the category they buy most: 0.4 frequency + 0.3 spend share + 0.3 recency.',
    windowDays: null,
    unit: 'score',
    measure: topAffinity(purchasesOnly),
    phrase: known('bought from no known category', (v) => `leans ${percent(v)} towards one category when buying`),
  },
  {
    ...family,
    name: 'top_category_interest',
    sentence: 'Affinity to the category they view, put in the cart and buy most, weighed likewise.',
    windowDays: null,
    unit: 'score',
    measure: topAffinity(allInterest),
    phrase: known('showed interest in no known category', (v) => `leans ${percent(v)} towards one category`),
  },
  {
    ...family,
    name: 'category_interest_lead',
    sentence: 'How far the favourite category is ahead of the next.',
    windowDays: null,
    unit: 'score',
    measure: affinityLead(allInterest),
    phrase: known(
      'showed interest in no known category',
      (v) => `prefers one category to the next by ${amount(Math.round(100 * v), 'point', 'points')}`,
    ),
  },
  {
    ...family,
    name: 'categories_viewed_14d',
    sentence: 'How many different categories they viewed in the last 14 days.',
    windowDays: 14,
    unit: 'count',
    measure: distinct('categories', on('product_view'), 14),
    phrase: (v) => `viewed ${different(v, 'category', 'categories')} in the last 14 days`,
  },
  {
    ...family,
    name: 'brand_consistency',
    sentence: 'Share of the favourite brand among the products bought.',
    windowDays: null,
    unit: 'ratio',
    measure: consistency('brands', on('purchase')),
    phrase: known('bought no known brand', (v) => `buys the same brand in ${percent(v)} of the order lines`),
  },
  {
    ...family,
    name: 'price_level_viewed_30d',
    sentence: 'Mean price of the products viewed in the last 30 days.',
    windowDays: 30,
    unit: 'currency',
    measure: ratio(sumLines('prices', on('product_view'), 30), countLines('prices', on('product_view'), 30)),
    phrase: known('viewed no price in the last 30 days', (v) => `looks at products priced at ${plain(v)} on average`),
  },
];
