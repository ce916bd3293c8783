// The made-up model's quality from two normal distributions, buyers `distance` above the others: ROC, precision,
// lift, thresholds and the rates of High, Medium and Low all follow from the same two curves and agree.

import type {
  AccuracyFigures,
  AccuracyReport,
  ActionContrast,
  Cuts,
  Drift,
  DriftReport,
  Fallback,
  Funnel,
  Interval,
  Journeys,
  Level,
  Movement,
  Performance,
  Standing,
  Threshold,
} from '../../ui/src/api.ts';

export const people = 4067;
export const buyers = 471;
const distance = 1.42;
const highCut = 2.35;
const mediumCut = 1.2;

/** ROC AUC of two normals a distance apart: Φ(d / √2). */
export const auc = normalCdf(distance / Math.SQRT2);

export function rocCurve(apart = distance): { fpr: number; tpr: number }[] {
  return Array.from({ length: 37 }, (_, index) => shareAbove(3.4 - index * 0.19, apart));
}

export function prCurve(): Performance['pr'] {
  return rocCurve().map(({ fpr, tpr }) => ({ recall: tpr, precision: precisionOf(fpr, tpr) }));
}

export function thresholds(): Threshold[] {
  return Array.from({ length: 41 }, (_, index) => {
    const score = index * 2.5;
    const { fpr, tpr } = shareAbove(mediumCut + ((score - 40) * (highCut - mediumCut)) / 30, distance);
    const truePositives = Math.round(tpr * buyers);
    const falsePositives = Math.round(fpr * (people - buyers));
    const called = truePositives + falsePositives;
    return {
      threshold: score,
      people: called,
      truePositives,
      falsePositives,
      precision: called === 0 ? null : truePositives / called,
      recall: truePositives / buyers,
    };
  });
}

/** A fortnight of scorings: the cart lifts, the newsletter may be chance. */
export function movementOf({ asOf }: { asOf: string }): Movement {
  const action = (name: string, roseShare: number, othersShare: number, clear: boolean): ActionContrast => {
    const oddsRatio = roseShare / (1 - roseShare) / (othersShare / (1 - othersShare));
    return {
      ...{ action: name, roseShare, othersShare, oddsRatio, interval: [oddsRatio * 0.7, oddsRatio * 1.4] },
      ...{ falseDiscoveryRate: clear ? 0.001 : 0.6, verdict: clear ? 'more' : 'unclear', sentence: '' },
    };
  };
  const actions = [
    action('add_to_cart', 0.42, 0.09, true),
    action('page_view /guides', 0.2, 0.1, true),
    action('newsletter_view', 0.3, 0.29, false),
  ];
  const step = { rose: 812, others: 40211, matchedRose: 760, matchedOthers: 3511, actions, statement: '' };
  return {
    ...{ from: asOf, to: asOf, scorings: 14, flow: [], statement: 'Over 14 scorings.' },
    steps: [
      { from: 'LOW', ...step },
      { from: 'MEDIUM', ...step, rose: 204, others: 3120 },
    ],
  };
}

export const journeys: Journeys = {
  journeys: [
    {
      ...{ name: 'Person A', level: 'HIGH', score: 81, rose: true },
      sentence: 'Person A will probably buy within 30 days (score 81): put 2 products in the cart in the last 7 days.',
      scores: [
        { daysBefore: 1, score: 33, level: 'LOW' },
        { daysBefore: 0, score: 81, level: 'HIGH' },
      ],
      events: [
        { daysBefore: 3.2, event: 'product_view', category: 'boots', times: 4 },
        { daysBefore: 0.5, event: 'add_to_cart', category: 'boots', times: 2 },
      ],
    },
  ],
};

/** Twelve days in life, each as good as the holdout was. */
export function accuracyOf({ asOf }: { asOf: string }): AccuracyReport {
  const at = thresholds().find(({ threshold }) => threshold === 70) as Threshold;
  const { truePositives, falsePositives } = at;
  const figures: AccuracyFigures = {
    predictionsCount: people,
    conversionsCount: buyers,
    truePositives,
    falsePositives,
    trueNegatives: people - buyers - falsePositives,
    falseNegatives: buyers - truePositives,
    accuracy: (truePositives + people - buyers - falsePositives) / people,
    precision: at.precision,
    precisionInterval: wilson(truePositives, at.people),
    recall: at.recall,
    f1Score: (2 * truePositives) / (at.people + buyers),
    conversionLiftVsControl: 100 * ((at.precision ?? 0) / (buyers / people) - 1),
    liftInterval: [430, 610],
    auc,
    calibrationError: 0.008,
    expectedConversions: 462.4,
  };
  const dayOf = (before: number) => new Date(Date.parse(asOf) - (30 + before) * 86_400_000).toISOString();
  const days = Array.from({ length: 12 }, (_, i) => dayOf(11 - i)).map((moment) => ({
    date: moment.slice(0, 10),
    asOf: moment,
    knownAt: new Date(Date.parse(moment) + 30 * 86_400_000).toISOString(),
    ...figures,
  }));
  return {
    modelId: 'fixture',
    timeframeDays: 30,
    threshold: 70,
    days,
    overall: figures,
    nextKnownAt: new Date(Date.parse(asOf) + 86_400_000).toISOString(),
    statement: `Of 100 people called High, ${Math.round(100 * (at.precision ?? 0))} converted within 30 days, over 12 days of scores; of as many chosen at random, 11.6 would have.`,
  };
}

/** The same at every cut but 40, which is told apart. */
export function cutsOf({ asOf }: { asOf: string }): Cuts {
  const cuts = Array.from({ length: 101 }, (_, threshold) =>
    threshold === 40
      ? {
          ...{ threshold, people: 412, truePositives: 214.2, truePositivesInterval: [192, 236] as Interval },
          ...{ falsePositives: 197.8, falsePositivesInterval: [176, 220] as Interval, missed: 120.4 },
        }
      : {
          ...{ threshold, people: 90, truePositives: 66, truePositivesInterval: [55, 76] as Interval },
          ...{ falsePositives: 24, falsePositivesInterval: [14, 35] as Interval, missed: 268 },
        },
  );
  return { modelId: 'fixture', asOf, cuts };
}

/** There are conversions enough. */
export const fallback: Fallback = {
  conversions: 1757,
  conversionsNeeded: 10,
  applies: false,
  disclaimer: null,
  demographics: null,
};

/** One signal has moved far, two and the scores have not. */
export function driftOf({ asOf }: { asOf: string }): DriftReport {
  const spread = (psi: number, now: number[], level: Drift['level']): Drift => ({
    psi,
    test: 'kolmogorov-smirnov',
    statistic: psi / 2,
    pValue: level === 'STABLE' ? 0.4 : 0,
    level,
    bins: [1, 3, 8, null].map((upTo, i) => ({ upTo, before: 1000, now: now[i] })),
    unknown: { before: 0, now: 0 },
  });
  const calm = spread(0.02, [1010, 990, 1020, 980], 'STABLE');
  return {
    before: new Date(Date.parse(asOf) - 35 * 86_400_000).toISOString(),
    now: asOf,
    people: { before: 4000, now: 4000 },
    score: spread(0.04, [1040, 1010, 980, 970], 'STABLE'),
    signals: [
      {
        ...{
          signal: 'page_views_7d',
          sentence: 'How many pages they viewed in the last 7 days.',
          unit: 'count' as const,
        },
        ...{ qValue: 0, importance: 0.08 },
        ...spread(0.62, [400, 600, 1000, 2000], 'MAJOR'),
      },
      {
        ...{ signal: 'sessions_7d', sentence: 'How many visits they paid in the last 7 days.', unit: 'count' as const },
        ...{ qValue: 0.6, importance: 0.2 },
        ...calm,
      },
      {
        ...{ signal: 'purchases_all', sentence: 'How often they bought so far.', unit: 'count' as const },
        ...{ qValue: 0.6, importance: 0.4 },
        ...calm,
      },
    ],
    counts: { STABLE: 2, MODERATE: 0, MAJOR: 1 },
    thresholds: { moderate: 0.1, major: 0.25, falseDiscoveries: 0.05 },
    statement:
      'Scores are spread as they were on the people of the test. Of 3 signals 1 is spread quite otherwise than in training: page views 7d; 0 somewhat otherwise.',
  };
}

/** Two challengers tried: the later one took the place. */
export function standingOf({ asOf }: { asOf: string }): Standing {
  const daysBefore = (days: number) => new Date(Date.parse(asOf) - days * 86_400_000).toISOString();
  const decision = { championId: 'm-0', challengerId: 'm-1', decidedBy: 'schedule' };
  return {
    everyDays: 7,
    paused: false,
    championId: 'm-1',
    freshFrom: daysBefore(-22),
    isFresh: false,
    decisions: [
      {
        id: 'd-2',
        ...decision,
        verdict: 'DEPLOYED',
        reason:
          'The challenger did better on 4,067 people as known on 2026-02-01, 471 of whom converted: log loss 0.2612 against 0.2710 (p 0.003), AUC 0.842 against 0.829 (p 0.011).',
        decidedAt: daysBefore(8),
      },
      {
        id: 'd-1',
        ...decision,
        verdict: 'KEPT',
        reason:
          'The champion stays: it was not beaten on 4,012 people as known on 2026-01-25, 455 of whom converted: log loss 0.2702 against 0.2698 (p 0.731), AUC 0.830 against 0.831 (p 0.640).',
        decidedAt: daysBefore(15),
      },
    ],
  };
}

const walked = [
  { value: 'desktop', people: [4200, 1680, 1010, 640] },
  { value: 'mobile', people: [5100, 1530, 430, 270] },
];

/** A shop whose phones lose people at the checkout; other steps are answered with nobody. */
export function funnelOf({ asOf }: { asOf: string }, steps: { event: string }[]): Funnel {
  const isUsual = steps[0]?.event === 'product_view';
  const all = steps.map((_, i) => (isUsual ? walked.reduce((sum, { people }) => sum + (people[i] ?? 0), 0) : 0));
  return {
    from: new Date(Date.parse(asOf) - 30 * 86_400_000).toISOString(),
    to: asOf,
    windowDays: 7,
    steps: steps.map(({ event }, i) => ({
      event,
      category: null,
      people: all[i],
      rate: i > 0 && all[i - 1] > 0 ? all[i] / all[i - 1] : null,
      interval: i > 0 && all[i - 1] > 0 ? wilson(all[i], all[i - 1]) : null,
      lost: i > 0 ? all[i - 1] - all[i] : 0,
    })),
    rate: all[0] > 0 ? all[all.length - 1] / all[0] : null,
    bottleneck: isUsual ? 'add_to_cart' : null,
    breakdowns: [{ name: 'device_type', values: isUsual ? walked : [] }],
    proposals: isUsual
      ? [
          {
            step: 'checkout_start',
            breakdown: 'device_type',
            value: 'mobile',
            rate: 430 / 1530,
            othersRate: 1010 / 1680,
            pValue: 1e-9,
            couldBring: 490,
            peoplePerArm: 152,
            sentence:
              'Of those at add to cart on the device "mobile", 28 % go on to checkout start; elsewhere 60 %. Test a change of that step there: at the others\' rate 490 more would, and 152 people in each arm would show half of that.',
          },
        ]
      : [],
    statement: isUsual
      ? 'Of 9,300 people who began with product view, 9.8 % came to purchase within 7 days. Most are lost before add to cart: 65 % of those at product view.'
      : `Nobody did the first step (${steps[0]?.event}) in this time.`,
  };
}

export type Measured = { name: Level; size: number; actualConversionRate: number; interval: Interval };

export function measuredLevels(): Measured[] {
  const high = shareAbove(highCut, distance);
  const medium = shareAbove(mediumCut, distance);
  const bands: [Level, number, number][] = [
    ['HIGH', high.tpr, high.fpr],
    ['MEDIUM', medium.tpr - high.tpr, medium.fpr - high.fpr],
    ['LOW', 1 - medium.tpr, 1 - medium.fpr],
  ];
  return bands.map(([name, tpr, fpr]) => {
    const bought = Math.round(tpr * buyers);
    const size = bought + Math.round(fpr * (people - buyers));
    return { name, size, actualConversionRate: bought / size, interval: wilson(bought, size) };
  });
}

export function liftTable(): Performance['lift'] {
  let reached = 0;
  return [4.4, 2.2, 1.25, 0.8, 0.5, 0.33, 0.22, 0.15, 0.1, 0.05].map((factor, index) => {
    const conversions = Math.round((buyers / 10) * factor);
    reached += conversions;
    return {
      decile: index + 1,
      people: 407,
      conversions,
      rate: conversions / 407,
      lift: factor,
      cumulativeGain: Math.min(1, reached / buyers),
    };
  });
}

export function calibrationPoints(): Performance['calibration'] {
  const offsets = [1.1, 0.8, 1.2, 0.9, 1.05, 1.12, 0.94, 0.97, 1.08, 0.95];
  return [0.004, 0.009, 0.017, 0.03, 0.05, 0.08, 0.13, 0.21, 0.33, 0.61].map((predicted, index) => {
    const bought = Math.round(predicted * offsets[index] * 407);
    const [low, high] = wilson(bought, 407);
    return { predicted, observed: bought / 407, low, high, people: 407 };
  });
}

/** The 95% score interval of Wilson (1927). */
export function wilson(hits: number, of: number): Interval {
  const z = 1.96;
  const rate = hits / of;
  const middle = rate + (z * z) / (2 * of);
  const half = z * Math.sqrt((rate * (1 - rate)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return [Math.max(0, (middle - half) / scale), Math.min(1, (middle + half) / scale)];
}

function shareAbove(cut: number, apart: number) {
  return { fpr: 1 - normalCdf(cut), tpr: 1 - normalCdf(cut - apart) };
}

function precisionOf(fpr: number, tpr: number): number {
  const right = tpr * buyers;
  return right / (right + fpr * (people - buyers));
}

/** Abramowitz & Stegun 26.2.17, good to 7.5e-8. */
function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return x >= 0 ? 1 - tail : tail;
}
