// Where they come from and how: device, channel, hour.

import { anyEvent, atWeekend, both, holds, inHours, not, on } from '../filter.ts';
import { busiestHour, count, distinct, ratio } from '../measure.ts';
import { amount, known, often, percent, type Signal, type SignalFamily } from '../signal.ts';
import { inVisit } from '../visits.ts';

const family: SignalFamily = { group: 'Context', category: 'EXTERNAL', source: 'WEBSITE' };
const paid = holds('medium', 'cpc', 'ppc', 'paid', 'paid_social', 'display', 'affiliate', 'retargeting');

export const contextSignals: Signal[] = [
  share('mobile_share', 'on a phone or tablet', holds('device_type', 'mobile', 'tablet')),
  share('app_share', 'in the app', holds('platform', 'ios', 'android', 'mobile')),
  share('store_share', 'in a shop', holds('platform', 'store', 'pos')),
  { ...share('paid_share', 'on visits from paid advertising', paid), source: 'ADS' },
  { ...share('email_share', 'on visits from e-mails', holds('medium', 'email')), source: 'EMAIL' },
  share('weekend_share', 'at weekends', atWeekend),
  share('evening_share', 'in the evening (18–24 h UTC)', inHours(18, 24)),
  {
    ...family,
    name: 'preferred_hour',
    sentence: 'The hour of the day (UTC) at which they are most active.',
    windowDays: null,
    unit: 'hours',
    measure: busiestHour(inVisit),
    phrase: known('never visited', (v) => `is most active from ${v}:00 to ${v + 1}:00 UTC`),
  },
  {
    ...family,
    name: 'platforms_used',
    sentence: 'How many platforms they use: web, app, shop and so on.',
    windowDays: null,
    unit: 'count',
    measure: distinct('platform', anyEvent),
    phrase: (v) => `uses ${v === 0 ? 'no known platform' : amount(v, 'platform', 'platforms')}`,
  },
  {
    ...family,
    name: 'devices_used',
    sentence: 'How many kinds of device they use.',
    windowDays: null,
    unit: 'count',
    measure: distinct('device_type', anyEvent),
    phrase: (v) => `uses ${v === 0 ? 'no known device' : amount(v, 'kind of device', 'kinds of device')}`,
  },
  {
    ...family,
    name: 'logins_30d',
    sentence: 'How often they logged in or opened the app in the last 30 days.',
    windowDays: 30,
    unit: 'count',
    measure: count(on('login', 'app_open'), 30),
    phrase: (v) => `${v === 0 ? 'did not log in' : `logged in ${often(v)}`} in the last 30 days`,
  },
  {
    ...family,
    name: 'purchase_weekend_share',
    sentence: 'Share of their purchases made at weekends.',
    windowDays: null,
    unit: 'ratio',
    measure: ratio(count(both(on('purchase'), atWeekend)), count(on('purchase'))),
    phrase: known('never bought', (v) => `makes ${percent(v)} of the purchases at weekends`),
  },
  {
    ...family,
    name: 'purchase_office_hours_share',
    sentence: 'Share of their purchases made between 8 and 18 h UTC on working days.',
    windowDays: null,
    unit: 'ratio',
    measure: ratio(count(both(both(on('purchase'), inHours(8, 18)), not(atWeekend))), count(on('purchase'))),
    phrase: known('never bought', (v) => `makes ${percent(v)} of the purchases during office hours`),
  },
];

function share(name: string, words: string, filter: Parameters<typeof count>[0]): Signal {
  return {
    ...family,
    name,
    sentence: `Share of what they do that happens ${words}.`,
    windowDays: null,
    unit: 'ratio',
    measure: ratio(count(both(inVisit, filter)), count(inVisit)),
    phrase: known('never visited', (v) => {
      if (v === 0) return `is never active ${words}`;
      return v === 1 ? `is always active ${words}` : `is active ${words} ${percent(v)} of the time`;
    }),
  };
}
