// The calendar at the moment of asking: the same for everyone, it lets a model learn that December is not March.

import { DAY_MS } from '../../time.ts';
import { calendar } from '../measure.ts';
import { amount, type Signal, type SignalFamily } from '../signal.ts';

const family: SignalFamily = { group: 'Season', category: 'EXTERNAL', source: 'CRM' };
const months = 'January February March April May June July August September October November December'.split(' ');
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

export const seasonSignals: Signal[] = [
  moment(
    'month',
    'Month of the year.',
    'score',
    (ms) => new Date(ms).getUTCMonth() + 1,
    (v) => `it is ${months[v - 1]}`,
  ),
  moment(
    'day_of_month',
    'Day of the month.',
    'score',
    (ms) => new Date(ms).getUTCDate(),
    (v) => `it is day ${v} of the month`,
  ),
  moment(
    'day_of_week',
    'Day of the week, Sunday = 0.',
    'score',
    (ms) => new Date(ms).getUTCDay(),
    (v) => `it is a ${weekdays[v]}`,
  ),
  moment(
    'year_sine',
    'Position in the year as the sine of an angle.',
    'score',
    (ms) => Math.sin(yearAngle(ms)),
    season,
  ),
  moment(
    'year_cosine',
    'Position in the year as the cosine of an angle.',
    'score',
    (ms) => Math.cos(yearAngle(ms)),
    season,
  ),
  moment('days_to_christmas', 'Days to the next 24 December.', 'days', daysToChristmas, (v) =>
    v === 0 ? 'it is Christmas Eve' : `Christmas Eve is ${amount(v, 'day', 'days')} away`,
  ),
  moment('days_to_black_friday', 'Days to the next Black Friday.', 'days', daysToBlackFriday, (v) =>
    v === 0 ? 'it is Black Friday' : `Black Friday is ${amount(v, 'day', 'days')} away`,
  ),
];

function moment(
  name: string,
  sentence: string,
  unit: Signal['unit'],
  at: (asOfMs: number) => number,
  phrase: Signal['phrase'],
): Signal {
  return { ...family, name, sentence, windowDays: null, unit, measure: calendar(at), phrase };
}

function yearAngle(ms: number): number {
  const start = Date.UTC(new Date(ms).getUTCFullYear(), 0, 1);
  return (2 * Math.PI * (ms - start)) / (365.25 * DAY_MS);
}

function season(): string {
  return 'it is this time of the year';
}

function daysToChristmas(ms: number): number {
  return daysToNext(ms, (year) => Date.UTC(year, 11, 24));
}

/** The Friday after the fourth Thursday of November. */
function daysToBlackFriday(ms: number): number {
  return daysToNext(ms, (year) => {
    const firstOfNovember = new Date(Date.UTC(year, 10, 1)).getUTCDay();
    const fourthThursday = 1 + ((4 - firstOfNovember + 7) % 7) + 21;
    return Date.UTC(year, 10, fourthThursday + 1);
  });
}

function daysToNext(ms: number, dayIn: (year: number) => number): number {
  const today = Math.floor(ms / DAY_MS) * DAY_MS;
  const year = new Date(ms).getUTCFullYear();
  const next = dayIn(year) >= today ? dayIn(year) : dayIn(year + 1);
  return (next - today) / DAY_MS;
}
