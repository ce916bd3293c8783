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

type SignalFacts = [
  name: string,
  sentence: string,
  group: string,
  category: Signal['category'],
  windowDays: number | null,
  unit: Signal['unit'],
  most: number,
];

const signalFacts: SignalFacts[] = [
  ['cart_adds_7d', 'How many products they put in the cart in the last 7 days.', 'Cart', 'TRANSACTION', 7, 'count', 8],
  ['days_since_last_event', 'Days since they were last here.', 'Visits', 'ENGAGEMENT', null, 'days', 60],
  [
    'product_views_30d',
    'How many products they viewed in the last 30 days.',
    'Page views',
    'NAVIGATION',
    30,
    'count',
    90,
  ],
  ['purchases_all', 'How many times they bought so far.', 'Purchase history', 'TRANSACTION', null, 'count', 12],
  ['searches_7d', 'How many times they searched in the last 7 days.', 'Search', 'NAVIGATION', 7, 'count', 14],
  [
    'visit_minutes_30d',
    'Mean minutes of a visit in the last 30 days.',
    'Time on site',
    'ENGAGEMENT',
    30,
    'minutes',
    25,
  ],
  ['email_clicks_30d', 'How many e-mails they clicked in the last 30 days.', 'E-mail', 'ENGAGEMENT', 30, 'count', 9],
  ['coupon_rate', 'Share of the orders with a coupon.', 'Purchase history', 'TRANSACTION', null, 'ratio', 1],
  [
    'price_level_30d',
    'Mean price of the products viewed in the last 30 days.',
    'Context',
    'NAVIGATION',
    30,
    'currency',
    240,
  ],
  ['bought_this_season', 'Whether they bought in this season a year ago.', 'Season', 'EXTERNAL', null, 'flag', 1],
];

export function featuresOf(shop: Shop): Features {
  const draw = drawer(3);
  const weights = [0.24, 0.19, 0.14, 0.11, 0.09, 0.07, 0.05, 0.04, 0.04, 0.03];
  return {
    asOf: shop.asOf,
    people: shop.people.length,
    signals: signalFacts.map(([name, sentence, group, category, windowDays, unit, top], index) => {
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
    question: 'purchase_intent',
    conversionEvent: 'purchase',
    productCategory: null,
    timeframeDays,
    status: 'ACTIVE',
    version: 3,
    learner: 'boosting',
    rung: 'boosting',
    confidence: 0.86,
    trainedOn: shop.asOf,
    trainingDataSize: 1757,
    warnings: ['The holdout covers two moments only; the quality of other seasons is not known yet.'],
    auc,
    prAuc: 0.514,
    baselineAuc: 0.684,
    createdAt: shop.asOf,
    updatedAt: shop.asOf,
  };
}

const enough = 'conversions, as many people without one, and a lower log loss than the rung below';

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
        { asOf: day(91), people: 4011, conversions: 451, role: 'train' },
        { asOf: day(61), people: 2040, conversions: 233, role: 'test' },
        { asOf: day(31), people: 2027, conversions: 238, role: 'test' },
      ],
      signalSet: 'standard-10',
      signals: signalFacts.map(([name]) => name),
      codeVersion: '0.1.0',
      seed: 1,
      settings: { trees: 240, depth: 5, learningRate: 0.06, l2: 1 },
      choice: { learner: 'boosting', trees: 240, boostingShare: 0.75 },
      note: 'The figures are of a model that saw the train moments only; the one in use learned once more with the test moments.',
      seconds: { snapshots: 8.2, rows: 3.1, learning: 10.1 },
    },
    ladder: [
      { rung: 'rule', reached: true, needs: 'nothing', has: '1,757 conversions' },
      {
        rung: 'logistic',
        reached: true,
        needs: `10 ${enough}`,
        has: '1,757 conversions; log loss 0.2710 against 0.3122',
      },
      {
        rung: 'boosting',
        reached: true,
        needs: `100 ${enough}`,
        has: '1,757 conversions; log loss 0.2612 against 0.2710',
      },
    ],
  };
}
