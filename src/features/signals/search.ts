// What they look for.

import { on } from '../filter.ts';
import { count, daysSinceLast, distinct, ratio } from '../measure.ts';
import { amount, counted, daysAgo, different, known, type Signal, type SignalFamily } from '../signal.ts';

const family: SignalFamily = { group: 'Search', category: 'NAVIGATION', source: 'WEBSITE' };
const search = on('search_performed');

export const searchSignals: Signal[] = [
  ...counted(family, 'searches', search, { verb: 'made', one: 'search', many: 'searches' }, [1, 7, 30]),
  ...counted(
    family,
    'filters',
    on('filter_applied', 'sort_changed'),
    { verb: 'filtered or sorted', one: 'list', many: 'lists' },
    [7, 30],
  ),
  {
    ...family,
    name: 'queries_30d',
    sentence: 'How many different things they searched for in the last 30 days.',
    windowDays: 30,
    unit: 'count',
    measure: distinct('search_query', search, 30),
    phrase: (v) => `searched for ${v === 0 ? 'nothing' : different(v, 'thing', 'things')} in the last 30 days`,
  },
  {
    ...family,
    name: 'days_since_search',
    sentence: 'Days since they last searched.',
    windowDays: null,
    unit: 'days',
    measure: daysSinceLast(search),
    phrase: known('never searched', (v) => `last searched ${daysAgo(v)}`),
  },
  {
    ...family,
    name: 'search_to_purchase_ratio',
    sentence: 'Purchases per search.',
    windowDays: null,
    unit: 'ratio',
    measure: ratio(count(on('purchase')), count(search)),
    phrase: known('never searched', (v) =>
      v === 0 ? 'searched but never bought' : `makes ${amount(v, 'purchase', 'purchases')} per search`,
    ),
  },
];
