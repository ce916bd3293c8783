// What goes on where they are: holidays, weather, events. Unknown until a workspace loads such a calendar or its weather.

import { around } from '../around.ts';
import { formula } from '../measure.ts';
import { amount, known, plain, type Signal, type SignalFamily } from '../signal.ts';

const family: SignalFamily = { group: 'Surroundings', category: 'EXTERNAL', source: 'CRM' };
const holiday = around('holidayDays');

export const surroundingSignals: Signal[] = [
  {
    ...family,
    name: 'days_to_holiday',
    sentence: 'Days to the next holiday in their country.',
    windowDays: null,
    unit: 'days',
    measure: holiday,
    phrase: known('lives where no holidays are known', (v) =>
      v < 1 ? 'has a holiday today' : `has a holiday in ${amount(Math.floor(v), 'day', 'days')}`,
    ),
  },
  {
    ...family,
    name: 'holiday_within_7d',
    sentence: 'Whether a holiday in their country lies within the next 7 days.',
    windowDays: 7,
    unit: 'flag',
    measure: formula(
      [holiday],
      (days) => `if(isNaN(${days}), nan, toFloat64(${days} <= 7))`,
      (days) => (Number.isNaN(days) ? Number.NaN : days <= 7 ? 1 : 0),
    ),
    phrase: known('lives where no holidays are known', (v) =>
      v > 0 ? 'has a holiday within 7 days' : 'has no holiday within 7 days',
    ),
  },
  {
    ...family,
    name: 'temperature_7d',
    sentence: 'The mean temperature where they are in the last 7 days.',
    windowDays: 7,
    unit: 'score',
    measure: around('temperature'),
    phrase: known('is where the weather is not known', (v) => `is where it was ${plain(v)} degrees in the last 7 days`),
  },
  {
    ...family,
    name: 'rain_7d',
    sentence: 'How much rain fell where they are in the last 7 days.',
    windowDays: 7,
    unit: 'score',
    measure: around('rain'),
    phrase: known('is where the weather is not known', (v) =>
      v === 0 ? 'is where no rain fell in the last 7 days' : `is where ${plain(v)} mm of rain fell in the last 7 days`,
    ),
  },
  {
    ...family,
    name: 'local_events_7d',
    sentence: 'How many events take place where they are in the next 7 days.',
    windowDays: 7,
    unit: 'count',
    measure: around('events'),
    phrase: known(
      'is where no events are known',
      (v) => `is where ${amount(v, 'event takes', 'events take')} place in the next 7 days`,
    ),
  },
];
