// When and how long they visit [CBP-2, CBP-9].

import { anyEvent, on } from '../filter.ts';
import { count, daysSinceFirst, daysSinceLast, ratio, times, trend } from '../measure.ts';
import { amount, compared, daysAgo, hoursAgo, inTheLast, known, type Signal, type SignalFamily } from '../signal.ts';
import {
  countInLastVisit,
  hoursSinceVisitStart,
  minutesOfLastVisit,
  minutesOnSite,
  visitRegularity,
  visits,
} from '../visits.ts';

const visiting: SignalFamily = { group: 'Visits', category: 'NAVIGATION', source: 'WEBSITE' };
const timing: SignalFamily = { group: 'Time on site', category: 'ENGAGEMENT', source: 'WEBSITE' };
const page = on('page_view', 'screen_view');

export const visitSignals: Signal[] = [
  ...[7, 30, 90, null].map(
    (windowDays): Signal => ({
      ...visiting,
      name: windowDays === null ? 'visits_all' : `visits_${windowDays}d`,
      sentence: `How many visits they started${inTheLast(windowDays)}.`,
      windowDays,
      unit: 'count',
      measure: visits(windowDays ?? undefined),
      phrase: (v) => `made ${amount(v, 'visit', 'visits')}${inTheLast(windowDays)}`,
    }),
  ),
  {
    ...visiting,
    name: 'hours_since_activity',
    sentence: 'Hours since anything was heard of them.',
    windowDays: null,
    unit: 'hours',
    measure: times(daysSinceLast(anyEvent), 24),
    phrase: (v) => `was last active ${hoursAgo(v)}`,
  },
  {
    ...visiting,
    name: 'hours_since_visit',
    sentence: 'Hours since their latest visit began.',
    windowDays: null,
    unit: 'hours',
    measure: hoursSinceVisitStart(1),
    phrase: known('never visited', (v) => `last visited ${hoursAgo(v)}`),
  },
  {
    ...visiting,
    name: 'hours_since_visit_before',
    sentence: 'Hours since the visit before the latest began.',
    windowDays: null,
    unit: 'hours',
    measure: hoursSinceVisitStart(2),
    phrase: known('visited once at most', (v) => `made the second-to-last visit ${hoursAgo(v)}`),
  },
  {
    ...visiting,
    name: 'lifetime_days',
    sentence: 'Days since they were first seen.',
    windowDays: null,
    unit: 'days',
    measure: daysSinceFirst(anyEvent),
    phrase: (v) => `was first seen ${daysAgo(v)}`,
  },
  {
    ...visiting,
    name: 'visit_trend_7d',
    sentence: 'Visits of the last 7 days against the weekly rate of the last 30: above 1 is more.',
    windowDays: 30,
    unit: 'ratio',
    measure: trend(visits(7), times(visits(30), 7 / 30)),
    phrase: (v) => `visited ${compared(v, 'often')} usual in the last 7 days`,
  },
  {
    ...visiting,
    name: 'visit_regularity',
    sentence: 'How irregular the days between visits are: 0 = as regular as a clock.',
    windowDays: null,
    unit: 'ratio',
    measure: visitRegularity(),
    phrase: known(
      'visited too rarely to show a rhythm',
      (v) => `visits ${v < 0.7 ? 'at a steady rhythm' : 'at irregular intervals'}`,
    ),
  },
  {
    ...visiting,
    name: 'pages_per_visit_30d',
    sentence: 'Pages per visit in the last 30 days.',
    windowDays: 30,
    unit: 'ratio',
    measure: ratio(count(page, 30), visits(30)),
    phrase: known(
      'made no visit in the last 30 days',
      (v) => `saw ${amount(v, 'page', 'pages')} per visit in the last 30 days`,
    ),
  },
  {
    ...visiting,
    name: 'pages_last_visit',
    sentence: 'Pages seen in the latest visit.',
    windowDays: null,
    unit: 'count',
    measure: countInLastVisit(page),
    phrase: (v) => `saw ${amount(v, 'page', 'pages')} in the latest visit`,
  },
  {
    ...visiting,
    name: 'product_views_last_visit',
    sentence: 'Products viewed in the latest visit.',
    windowDays: null,
    unit: 'count',
    measure: countInLastVisit(on('product_view')),
    phrase: (v) => `viewed ${amount(v, 'product', 'products')} in the latest visit`,
  },
  {
    ...timing,
    name: 'minutes_last_visit',
    sentence: 'Minutes from the beginning of the latest visit to the last sign of it.',
    windowDays: null,
    unit: 'minutes',
    measure: minutesOfLastVisit(),
    phrase: known('never visited', (v) => `stayed ${minutes(v)} in the latest visit`),
  },
  ...[7, 30].map(
    (windowDays): Signal => ({
      ...timing,
      name: `minutes_on_site_${windowDays}d`,
      sentence: `Minutes they spent on the site or in the app${inTheLast(windowDays)}.`,
      windowDays,
      unit: 'minutes',
      measure: minutesOnSite(windowDays),
      phrase: (v) => `spent ${minutes(v)} on the site${inTheLast(windowDays)}`,
    }),
  ),
  {
    ...timing,
    name: 'minutes_per_visit',
    sentence: 'Mean length of a visit in minutes.',
    windowDays: null,
    unit: 'minutes',
    measure: ratio(minutesOnSite(), visits()),
    phrase: known('never visited', (v) => `stays ${minutes(v)} per visit`),
  },
  {
    ...timing,
    name: 'visit_length_trend_30d',
    sentence: 'Minutes per visit of the last 30 days against all time: above 1 is longer.',
    windowDays: 30,
    unit: 'ratio',
    measure: ratio(ratio(minutesOnSite(30), visits(30)), ratio(minutesOnSite(), visits())),
    phrase: known('shows no trend in visit length', (v) => `stayed ${compared(v, 'long')} usual in the last 30 days`),
  },
];

function minutes(value: number): string {
  return value < 1 ? 'less than a minute' : amount(Math.round(value), 'minute', 'minutes');
}
