// The made-up model and signals of the fixture, as the API tells them; the numbers of quality come from
// madeUpQuality.ts, where they follow from two curves and so agree with each other.

import type { Features, Model, ModelRow, Signal } from '../../ui/src/api.ts';
import { dateBefore, drawer, modelId, type Shop, timeframeDays } from './madeUp.ts';
import {
  auc,
  buyers,
  calibrationPoints,
  liftTable,
  measuredLevels,
  people,
  prCurve,
  rocCurve,
  thresholds,
} from './madeUpQuality.ts';

const signalFacts: [
  name: string,
  sentence: string,
  group: string,
  category: Signal['category'],
  windowDays: number | null,
  unit: string,
][] = [
  ['cart_adds_7d', 'How many things were put in the cart in the last 7 days', 'Conversion', 'TRANSACTION', 7, 'things'],
  ['days_since_last_event', 'How many days ago the person was last seen', 'Recency', 'ENGAGEMENT', null, 'days'],
  ['product_views_30d', 'How many products were looked at in 30 days', 'Navigation', 'NAVIGATION', 30, 'products'],
  ['purchases_lifetime', 'How many purchases there were so far', 'History', 'TRANSACTION', null, 'purchases'],
  ['searches_7d', 'How many searches there were in the last 7 days', 'Navigation', 'NAVIGATION', 7, 'searches'],
  ['session_seconds_30d', 'How long a visit lasts, on average over 30 days', 'Engagement', 'ENGAGEMENT', 30, 'seconds'],
  ['email_clicks_30d', 'How many clicks there were in e-mails in 30 days', 'E-mail', 'ENGAGEMENT', 30, 'clicks'],
  ['coupon_rate', 'The share of orders with a coupon', 'History', 'TRANSACTION', null, 'share'],
  ['scroll_depth_30d', 'How far pages were scrolled, on average over 30 days', 'Engagement', 'ENGAGEMENT', 30, 'share'],
  ['weekday_affinity', 'How much of the buying falls on this weekday', 'Season', 'EXTERNAL', 365, 'share'],
];

export function featuresOf(shop: Shop): Features {
  const draw = drawer(3);
  const weights = [0.24, 0.19, 0.14, 0.11, 0.09, 0.07, 0.05, 0.04, 0.04, 0.03];
  return {
    asOf: shop.asOf,
    signals: signalFacts.map(([name, sentence, group, category, windowDays, unit], index) => {
      const top = unit === 'share' ? 1 : [8, 60, 90, 12, 14, 900, 9, 1, 1, 1][index];
      return {
        name,
        sentence,
        group,
        category,
        source: name.startsWith('email') ? 'EMAIL' : 'WEBSITE',
        windowDays,
        unit,
        importance: weights[index],
        missingShare: index % 3 === 2 ? 0.08 + 0.4 * draw() : 0,
        quantiles: [0, 0.02, 0.06, 0.14, 0.3, 0.55, 1].map((part) => part * top),
        histogram: Array.from({ length: 12 }, (_, bin) => ({
          from: (bin / 12) * top,
          to: ((bin + 1) / 12) * top,
          people: Math.round(520 * Math.exp(-bin / 2.4) + 14 * draw()),
        })),
      };
    }),
  };
}

export function modelRow(shop: Shop): ModelRow {
  return {
    id: modelId,
    name: 'Purchase in 30 days',
    modelType: 'GENERIC',
    question: 'Who buys within 30 days?',
    conversionEvent: 'purchase',
    productCategory: null,
    timeframeDays,
    status: 'ACTIVE',
    version: 3,
    learner: 'boosting',
    rung: 'boosting',
    confidence: 0.86,
    trainedOn: shop.asOf,
    trainingDataSize: 16_270,
    warnings: ['The holdout covers two moments only; the quality of other seasons is not known yet.'],
    auc,
    prAuc: 0.514,
    baselineAuc: 0.684,
    createdAt: shop.asOf,
    updatedAt: shop.asOf,
  };
}

export function modelOf(shop: Shop): Model {
  const levels = measuredLevels();
  const day = (before: number) => `${dateBefore(shop.now, before)}T00:00:00.000Z`;
  return {
    ...modelRow(shop),
    performance: {
      holdout: { asOf: [day(61), day(31)], people, conversions: buyers },
      auc,
      aucInterval: [auc - 0.018, auc + 0.017],
      prAuc: 0.514,
      logLoss: 0.261,
      brier: 0.078,
      calibrationError: 0.014,
      baselineAuc: 0.684,
      baselineName: 'days since the last visit',
      logisticAuc: 0.826,
      roc: rocCurve(),
      baselineRoc: rocCurve(0.68),
      pr: prCurve(),
      calibration: calibrationPoints(),
      lift: liftTable(),
      thresholds: thresholds(),
      segments: levels,
      statement: `Of 100 people called High, ${Math.round(100 * levels[0].actualConversionRate)} bought within ${timeframeDays} days.`,
    },
    drivers: featuresOf(shop).signals.map(({ name, sentence, importance }, index) => ({
      signal: name,
      sentence,
      importance: importance ?? 0,
      direction: index === 1 || index === 7 ? 'lowers' : 'raises',
      meanContribution: (index === 1 || index === 7 ? -1 : 1) * (importance ?? 0) * 3.1,
    })),
    lineage: {
      dataFrom: day(320),
      dataTo: day(1),
      snapshots: [
        { asOf: day(151), people: 3820, conversions: 402, role: 'train' },
        { asOf: day(121), people: 3961, conversions: 433, role: 'train' },
        { asOf: day(91), people: 4011, conversions: 451, role: 'valid' },
        { asOf: day(61), people: 2040, conversions: 233, role: 'holdout' },
        { asOf: day(31), people: 2027, conversions: 238, role: 'holdout' },
      ],
      signalSet: 'standard-10',
      signals: signalFacts.length,
      codeVersion: '0.1.0',
      seed: 1,
      settings: { trees: 240, depth: 5, learningRate: 0.06, l2: 1 },
      seconds: 21.4,
    },
    ladder: [
      { rung: 'rule', reached: true, needs: 'any events', has: '98,214 events' },
      { rung: 'logistic', reached: true, needs: '50 buyers in the past', has: '1,757 buyers' },
      { rung: 'boosting', reached: true, needs: '300 buyers in the past', has: '1,757 buyers' },
    ],
  };
}
