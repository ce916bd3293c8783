// One measure of a day — events, people, purchases or revenue — as bars over the days.

import type { Overview } from '../api.ts';
import { compact, compactMoney, count, day, money, shortDay } from '../format.ts';
import { axis, type Chart, firstIndex, frame, tip } from './chart.ts';

export type Measure = 'events' | 'people' | 'purchases' | 'revenue';
export type ActivityData = { days: Overview['eventsPerDay']; measure: Measure; currency: string | null };

export const measureNames: Record<Measure, string> = {
  events: 'Events',
  people: 'People',
  purchases: 'Purchases',
  revenue: 'Revenue',
};

export const activity: Chart<ActivityData> = {
  option({ days, measure, currency }, t) {
    return frame(t, {
      xAxis: {
        ...axis(t),
        type: 'category',
        data: days.map(({ date }) => date),
        splitLine: { show: false },
        axisLabel: { ...axis(t).axisLabel, formatter: (date: string) => shortDay(date, 'UTC') },
      },
      yAxis: {
        ...axis(t),
        type: 'value',
        minInterval: 1,
        axisLine: { show: false },
        axisLabel: {
          ...axis(t).axisLabel,
          formatter: (value: number) => (measure === 'revenue' ? compactMoney(value, currency) : compact(value)),
        },
      },
      series: {
        type: 'bar',
        barCategoryGap: '22%',
        itemStyle: { color: t.accent, opacity: 0.85, borderRadius: [2, 2, 0, 0] },
        emphasis: { itemStyle: { opacity: 1 } },
        data: days.map((at) => at[measure]),
      },
      tooltip: {
        axisPointer: { type: 'shadow', shadowStyle: { color: t.lineStrong, opacity: 0.25 } },
        formatter: (params: unknown) => {
          const at = days[firstIndex(params)];
          return tip(day(at.date, 'UTC'), [
            ['Events', count(at.events)],
            ['People', count(at.people)],
            ['Purchases', count(at.purchases)],
            ['Revenue', money(Math.round(at.revenue), currency)],
          ]);
        },
      },
    });
  },
  describe({ days, measure, currency }) {
    const sum = days.reduce((total, at) => total + at[measure], 0);
    if (days.length === 0) return 'No days yet.';
    const span = `${day(days[0].date, 'UTC')} to ${day(days.at(-1)?.date, 'UTC')}`;
    return measure === 'people'
      ? `People seen per day, ${span}.`
      : `${measureNames[measure]} per day, ${span}: ${measure === 'revenue' ? money(Math.round(sum), currency) : count(sum)} in all.`;
  },
  table: ({ days, currency }) => ({
    columns: ['Date', 'Events', 'People', 'Purchases', currency ? `Revenue (${currency})` : 'Revenue'],
    rows: days.map(({ date, events, people, purchases, revenue }) => [date, events, people, purchases, revenue]),
  }),
};
