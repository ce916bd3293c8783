// When they buy: how recently, how often and at which rhythm. A day with several orders counts once in the rhythm: what
// matters is the days between visits to the till.

import { on } from '../filter.ts';
import {
  activeDays,
  count,
  daysSinceFirst,
  daysSinceLast,
  daysSinceNthLastDay,
  decayed,
  formula,
  minus,
  ratio,
  sum,
  trend,
} from '../measure.ts';
import {
  chanceByPastGaps,
  expectedGap,
  type GapStatistic,
  gap,
  periodsWith,
  shareOfGapsWithin,
  shareOfPeriods,
} from '../rhythm.ts';
import {
  amount,
  compared,
  daysAgo,
  different,
  every,
  inTheLast,
  known,
  money,
  percent,
  plain,
  type Signal,
  type SignalFamily,
} from '../signal.ts';

const family: SignalFamily = { group: 'Purchase rhythm', category: 'TRANSACTION', source: 'CRM' };
const purchase = on('purchase');
const ordinals = ['', 'first', 'second', 'third', 'fourth', 'fifth'];
const tooRarely = 'bought too rarely to show a rhythm';

export const rhythmSignals: Signal[] = [
  {
    ...family,
    name: 'days_since_purchase',
    sentence: 'Days since the last purchase.',
    windowDays: null,
    unit: 'days',
    measure: daysSinceLast(purchase),
    phrase: known('never bought', (v) => `last bought ${daysAgo(v)}`),
  },
  {
    ...family,
    name: 'days_since_first_purchase',
    sentence: 'Days since the first purchase.',
    windowDays: null,
    unit: 'days',
    measure: daysSinceFirst(purchase),
    phrase: known('never bought', (v) => `first bought ${daysAgo(v)}`),
  },
  ...[2, 3, 4, 5].map(
    (n): Signal => ({
      ...family,
      name: `days_since_purchase_${n}`,
      sentence: `Days since the ${ordinals[n]}-to-last day with a purchase.`,
      windowDays: null,
      unit: 'days',
      measure: daysSinceNthLastDay(purchase, n),
      phrase: known(`bought on fewer than ${n} days`, (v) => `made the ${ordinals[n]}-to-last purchase ${daysAgo(v)}`),
    }),
  ),
  ...[30, 90, 180, null].map(
    (windowDays): Signal => ({
      ...family,
      name: windowDays === null ? 'purchase_days_all' : `purchase_days_${windowDays}d`,
      sentence: `Days with a purchase${inTheLast(windowDays)}.`,
      windowDays,
      unit: 'days',
      measure: activeDays(purchase, windowDays ?? undefined),
      phrase: (v) => `bought on ${amount(v, 'day', 'days')}${inTheLast(windowDays)}`,
    }),
  ),
  usualGap('mean', 'Mean of the days between purchases.', (v) => `buys ${every(v)} on average`),
  usualGap('median', 'Median of the days between purchases.', (v) => `usually buys ${every(v)}`),
  usualGap(
    'weighted',
    'Mean of the days between purchases, recent ones counting more.',
    (v) => `bought ${every(v)} of late`,
  ),
  usualGap('deviation', 'Standard deviation of the days between purchases.', (v) =>
    v === 0 ? 'always buys at the same interval' : `buys at intervals that vary by ${amount(v, 'day', 'days')}`,
  ),
  {
    ...usualGap(
      'variation',
      'Deviation of the days between purchases against their mean: 0 = as regular as a clock.',
      (v) => `buys ${v < 0.7 ? 'at a steady rhythm' : 'at irregular intervals'}`,
    ),
    unit: 'ratio',
  },
  usualGap(
    'last',
    'Days between the last two purchases.',
    (v) => `waited ${amount(v, 'day', 'days')} before the last purchase`,
  ),
  usualGap(
    'shortest',
    'Fewest days between two purchases.',
    (v) => `once bought again after ${amount(v, 'day', 'days')}`,
  ),
  usualGap(
    'longest',
    'Most days between two purchases.',
    (v) => `once waited ${amount(v, 'day', 'days')} to buy again`,
  ),
  overdue('overdue_ratio', 'the usual gap', 'mean'),
  overdue('overdue_median_ratio', 'the median gap', 'median'),
  overdue('overdue_weighted_ratio', 'the usual recent gap', 'weighted'),
  overdue('overdue_longest_ratio', 'the longest gap', 'longest'),
  {
    ...family,
    name: 'purchase_gap_expected',
    sentence: 'The usual days between purchases, leaning to 45 where there were few.',
    windowDays: null,
    unit: 'days',
    measure: expectedGap(purchase),
    phrase: known('never bought', (v) => `is expected to buy ${every(v)}`),
  },
  {
    ...family,
    name: 'days_to_expected_purchase',
    sentence: 'Days until the expected next purchase; below 0 it is overdue.',
    windowDays: null,
    unit: 'days',
    measure: minus(expectedGap(purchase), daysSinceLast(purchase)),
    phrase: known('never bought', (v) =>
      v < 0
        ? `was expected to buy again ${daysAgo(-v)}`
        : `is expected to buy again ${v < 1 ? 'within a day' : `in ${amount(v, 'day', 'days')}`}`,
    ),
  },
  {
    ...family,
    name: 'expected_overdue_ratio',
    sentence: 'Days since the last purchase against the expected gap: above 1 is later than expected.',
    windowDays: null,
    unit: 'ratio',
    measure: ratio(daysSinceLast(purchase), expectedGap(purchase)),
    phrase: known('never bought', (v) => waited(v, 'the expected gap')),
  },
  ...[14, 30].map(
    (days): Signal => ({
      ...family,
      name: `chance_by_past_gaps_${days}`,
      sentence: `Share of the past gaps longer than the present one that ended within ${days} days more.`,
      windowDays: null,
      unit: 'ratio',
      measure: chanceByPastGaps(purchase, days),
      phrase: known('never bought', (v) => `bought within ${days} more days in ${percent(v)} of past gaps this long`),
    }),
  ),
  {
    ...family,
    name: 'short_gap_share_30',
    sentence: 'Share of the gaps between purchases of at most 30 days.',
    windowDays: null,
    unit: 'ratio',
    measure: shareOfGapsWithin(purchase, 30),
    phrase: known(tooRarely, (v) => `bought again within 30 days in ${percent(v)} of the cases`),
  },
  {
    ...family,
    name: 'months_with_purchase_share',
    sentence: 'Share of the past 30-day periods with a purchase, ten at most.',
    windowDays: null,
    unit: 'ratio',
    measure: shareOfPeriods(purchase, 30, 1),
    phrase: known('never bought', (v) => `bought in ${percent(v)} of the past months`),
  },
  {
    ...family,
    name: 'months_with_purchase_weighted',
    sentence: 'Share of the past 30-day periods with a purchase, recent ones counting more.',
    windowDays: null,
    unit: 'ratio',
    measure: shareOfPeriods(purchase, 30, 0.8),
    phrase: known('never bought', (v) => `bought in ${percent(v)} of the past months, recent ones counting more`),
  },
  {
    ...family,
    name: 'weeks_with_purchase',
    sentence: 'Number of different weeks with a purchase.',
    windowDays: null,
    unit: 'count',
    measure: periodsWith(purchase, 7),
    phrase: (v) => `bought in ${different(v, 'week', 'weeks')}`,
  },
  {
    ...family,
    name: 'overdue_deviations',
    sentence: 'How many standard deviations the next purchase is late.',
    windowDays: null,
    unit: 'score',
    measure: formula(
      [minus(daysSinceLast(purchase), gap('mean', purchase)), gap('deviation', purchase)],
      (late, deviation) => `${late} / (${deviation} + 1)`,
      (late, deviation) => late / (deviation + 1),
    ),
    phrase: known('bought too rarely to be overdue', (v) =>
      v > 0 ? 'is later than usual with the next purchase' : 'is within the usual rhythm of purchases',
    ),
  },
  {
    ...family,
    name: 'purchase_rate',
    sentence: 'Days with a purchase per 30 days since the first.',
    windowDays: null,
    unit: 'ratio',
    measure: formula(
      [activeDays(purchase), daysSinceFirst(purchase)],
      (days, age) => `if(isNaN(${age}), nan, 30 * ${days} / (${age} + 30))`,
      (days, age) => (30 * days) / (age + 30),
    ),
    phrase: known('never bought', (v) => `buys on ${amount(v, 'day', 'days')} a month`),
  },
  ...[3, 7, 14, 30, 60, 90, 120, 240].map(
    (days): Signal => ({
      ...family,
      name: `purchases_decayed_${days}`,
      sentence: `Purchases, each counting half as much for every ${days} days that passed.`,
      windowDays: null,
      unit: 'score',
      measure: decayed(purchase, days),
      phrase: (v) =>
        v > 0 && v < 0.1
          ? 'made hardly any purchases of late'
          : `made ${amount(v, 'purchase', 'purchases')}, older ones counting less`,
    }),
  ),
  ...[30, 90].map(
    (days): Signal => ({
      ...family,
      name: `revenue_decayed_${days}`,
      sentence: `Spending, counting half as much for every ${days} days that passed.`,
      windowDays: null,
      unit: 'currency',
      measure: decayed(purchase, days, 'revenue'),
      phrase: (v) => (v === 0 ? 'spent nothing' : `spent ${money(v)}, older spending counting less`),
    }),
  ),
  ...(
    [
      [14, 60],
      [30, 240],
    ] as const
  ).map(
    ([short, long]): Signal => ({
      ...family,
      name: `purchase_momentum_${short}_${long}`,
      sentence: `Purchases decayed by ${short} days against those decayed by ${long}: higher is more of late.`,
      windowDays: null,
      unit: 'ratio',
      measure: formula(
        [decayed(purchase, short), decayed(purchase, long)],
        (a, b) => `(${a} + 0.05) / (${b} + 0.05)`,
        (a, b) => (a + 0.05) / (b + 0.05),
      ),
      phrase: (v) => {
        if (v >= 1) return 'has no older purchases';
        return v > 0.5 ? 'bought mostly of late' : 'bought mostly long ago';
      },
    }),
  ),
  ...[30, 90].map(
    (days): Signal => ({
      ...family,
      name: `purchase_trend_${days}d`,
      sentence: `Purchases of the last ${days} days against the ${days} days before: above 1 is more.`,
      windowDays: 2 * days,
      unit: 'ratio',
      measure: trend(count(purchase, days), count(purchase, { from: 2 * days, to: days })),
      phrase: (v) => `bought ${compared(v, 'often')} in the ${days} days before`,
    }),
  ),
  {
    ...family,
    name: 'revenue_trend_90d',
    sentence: 'Spending of the last 90 days against the 90 days before: above 1 is more.',
    windowDays: 180,
    unit: 'ratio',
    measure: trend(sum('revenue', purchase, 90), sum('revenue', purchase, { from: 180, to: 90 })),
    phrase: (v) => `spent ${compared(v, 'much')} in the 90 days before`,
  },
  ...([30, 90] as const).map(
    (days): Signal => ({
      ...family,
      name: `purchases_last_year_${days}d`,
      sentence: `Purchases a year ago in the ${days} days that lie ahead now.`,
      windowDays: null,
      unit: 'count',
      measure: count(purchase, { from: 365, to: 365 - days }),
      phrase: (v) => `made ${amount(v, 'purchase', 'purchases')} in the same ${days} days last year`,
    }),
  ),
];

function usualGap(statistic: GapStatistic, sentence: string, phrase: (value: number) => string): Signal {
  return {
    ...family,
    name: `purchase_gap_${statistic}`,
    sentence,
    windowDays: null,
    unit: 'days',
    measure: gap(statistic, purchase),
    phrase: known(tooRarely, phrase),
  };
}

function overdue(name: string, against: string, statistic: GapStatistic): Signal {
  return {
    ...family,
    name,
    sentence: `Days since the last purchase against ${against}: above 1 is later than usual.`,
    windowDays: null,
    unit: 'ratio',
    measure: ratio(daysSinceLast(purchase), gap(statistic, purchase)),
    phrase: known('bought too rarely to be overdue', (v) => waited(v, against)),
  };
}

function waited(ratio: number, gap: string): string {
  if (Math.abs(ratio - 1) < 0.05) return `has waited about ${gap} between purchases`;
  return `has waited ${ratio < 1 ? `${percent(ratio)} of` : `${plain(ratio)} times`} ${gap} between purchases`;
}
