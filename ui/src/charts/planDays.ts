// What broke the tracking plan, day by day, by what was done about it: stacked, for a finding is one of the three.

import type { PlanAction, PlansOverview } from '../api.ts';
import { compact, count, day, shortDay } from '../format.ts';
import type { Tokens } from '../tokens.ts';
import { axis, type Chart, countAxis, firstIndex, frame, tip } from './chart.ts';

type Day = PlansOverview['days'][number];

const parts: { key: 'noted' | 'omitted' | 'blocked'; name: string; color: keyof Tokens; action: PlanAction }[] = [
  { key: 'noted', name: 'Noted', color: 'accent', action: 'allow' },
  { key: 'omitted', name: 'Left out', color: 'medium', action: 'omit' },
  { key: 'blocked', name: 'Blocked', color: 'bad', action: 'block' },
];

export const planDays: Chart<Day[]> = {
  option(days, t) {
    return frame(t, {
      xAxis: {
        ...axis(t),
        type: 'category',
        data: days.map((at) => at.day),
        splitLine: { show: false },
        axisLabel: { ...axis(t).axisLabel, formatter: (date: string) => shortDay(date, 'UTC') },
      },
      yAxis: countAxis(t, compact),
      series: parts.map(({ key, name, color }) => ({
        type: 'bar',
        name,
        stack: 'findings',
        barCategoryGap: '22%',
        itemStyle: { color: t[color] },
        data: days.map((at) => at[key]),
      })),
      tooltip: {
        axisPointer: { type: 'shadow', shadowStyle: { color: t.lineStrong, opacity: 0.25 } },
        formatter: (params: unknown) => {
          const at = days[firstIndex(params)];
          return tip(day(at.day, 'UTC'), [
            ...parts.map(({ key, name, color }): [string, string, string] => [name, count(at[key]), String(t[color])]),
            ['Events stored', count(at.events)],
          ]);
        },
      },
    });
  },
  describe(days) {
    if (days.length === 0) return 'No days yet.';
    const sums = parts.map(
      ({ key, name }) => `${name.toLowerCase()} ${count(days.reduce((sum, at) => sum + at[key], 0))}`,
    );
    return `What broke the plan per day, ${day(days[0].day, 'UTC')} to ${day(days.at(-1)?.day, 'UTC')}: ${sums.join(', ')}.`;
  },
  table: (days) => ({
    columns: ['Date', 'Events stored', ...parts.map(({ name }) => name)],
    rows: days.map((at) => [at.day, at.events, at.noted, at.omitted, at.blocked]),
  }),
};
