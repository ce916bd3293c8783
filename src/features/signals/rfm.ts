// Recency, 30-day frequency and 30-day monetary value, and one score of the three [WH-5].

import { on } from '../filter.ts';
import { count, daysSinceLast, formula, sum } from '../measure.ts';
import { known, plain, type Signal, type SignalFamily } from '../signal.ts';

const family: SignalFamily = { group: 'RFM', category: 'TRANSACTION', source: 'CRM' };
const purchase = on('purchase');

/**
 * 100 × (0.4 R + 0.3 F + 0.3 M): R halves every 30 days since the last purchase, F = f / (f + 1) of the purchases of
 * 30 days, M = m / (m + the person's mean order) of their value, so that no currency and no population enters.
 * The view feat_customer_rfm says the same in SQL.
 */
const score = formula(
  [
    daysSinceLast(purchase),
    count(purchase, 30),
    sum('revenue', purchase, 30),
    sum('revenue', purchase),
    count(purchase),
  ],
  (recency, frequency, monetary, spent, orders) =>
    `if(${orders} = 0, 0, 100 * (0.4 * exp2(-${recency} / 30) + 0.3 * ${frequency} / (${frequency} + 1) +
      0.3 * if(${monetary} > 0, ${monetary} / (${monetary} + ${spent} / ${orders}), 0)))`,
  (recency, frequency, monetary, spent, orders) =>
    orders === 0
      ? 0
      : 100 *
        (0.4 * 2 ** (-recency / 30) +
          (0.3 * frequency) / (frequency + 1) +
          0.3 * (monetary > 0 ? monetary / (monetary + spent / orders) : 0)),
);

export const rfmSignals: Signal[] = [
  {
    ...family,
    name: 'rfm_score',
    sentence: 'How recently, how often and for how much they bought, from 0 to 100.',
    windowDays: null,
    unit: 'score',
    measure: score,
    phrase: known('never bought', (v) => `has an RFM score of ${plain(v)} out of 100`),
  },
];
