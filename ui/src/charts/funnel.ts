// People at each step, one bar below the other, so that the loss between two is the step in their length.

import type { Funnel } from '../api.ts';
import { count, percent, percentRange, words } from '../format.ts';
import { axis, type Chart, firstIndex, frame, tip } from './chart.ts';

export const funnelChart: Chart<Funnel> = {
  option({ steps, bottleneck }, t) {
    const lowestFirst = [...steps].reverse();
    return frame(t, {
      xAxis: { ...axis(t), type: 'value', minInterval: 1, axisLine: { show: false } },
      yAxis: {
        ...axis(t),
        type: 'category',
        data: lowestFirst.map(({ event }) => words(event)),
        splitLine: { show: false },
        axisLabel: { ...axis(t).axisLabel, fontSize: 12.5 },
      },
      series: [
        {
          type: 'bar',
          barMaxWidth: 34,
          itemStyle: { color: t.accent, borderRadius: [0, 4, 4, 0] },
          label: {
            show: true,
            position: 'insideRight',
            color: t.surface,
            fontSize: 12,
            formatter: (params: { dataIndex: number }) => {
              const step = lowestFirst[params.dataIndex];
              return step.people < (steps[0]?.people ?? 0) * 0.12 ? '' : count(step.people);
            },
          },
          data: lowestFirst.map(({ event, people }) => ({
            value: people,
            itemStyle:
              event === bottleneck ? { decal: { symbol: 'rect', color: 'rgba(255,255,255,.25)', rotation: 0.8 } } : {},
          })),
        },
      ],
      tooltip: {
        axisPointer: { type: 'none' },
        formatter: (params: unknown) => {
          const step = lowestFirst[firstIndex(params)];
          return tip(words(step.event), [
            ['People', count(step.people), t.accent],
            ['Of those at the step before', `${percent(step.rate)} (${percentRange(step.interval)})`],
            ['Went no farther than that', count(step.lost)],
          ]);
        },
      },
    });
  },
  describe: ({ statement }) => statement,
  table: ({ steps }) => ({
    columns: ['Step', 'People', 'Share of the step before', 'Lost'],
    rows: steps.map(({ event, people, rate, lost }) => [event, people, rate, lost]),
  }),
};
