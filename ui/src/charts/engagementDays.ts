// Of what a segment was shown, the share that was engaged with, day by day.

import { count, day, percent } from '../format.ts';
import type { EngagementDay } from '../segmentsApi.ts';
import { axis, type Chart, firstIndex, frame, timeAxis, tip } from './chart.ts';

export const engagementDays: Chart<EngagementDay[]> = {
  option(days, t) {
    return frame(t, {
      xAxis: timeAxis(t, 'UTC'),
      yAxis: {
        ...axis(t),
        type: 'value',
        min: 0,
        axisLine: { show: false },
        axisLabel: { ...axis(t).axisLabel, formatter: (value: number) => percent(value / 100) },
      },
      series: {
        type: 'line',
        symbolSize: 6,
        lineStyle: { color: t.accent, width: 2 },
        itemStyle: { color: t.accent },
        emphasis: { disabled: true },
        data: days.map((at) => [Date.parse(at.date), at.engagement_rate]),
      },
      tooltip: {
        formatter: (params: unknown) => {
          const at = days[firstIndex(params)];
          return tip(day(at.date, 'UTC'), [
            ['Engaged with', percent(share(at))],
            ['Views', count(at.views)],
            ['Engagements', count(at.engagement)],
            ['Conversions', count(at.conversions)],
          ]);
        },
      },
    });
  },
  describe(days) {
    const last = days.at(-1);
    if (!last) return 'Nothing was shown yet.';
    return `Share of the views that was engaged with, over ${count(days.length)} days; on the last, ${percent(share(last))}.`;
  },
  table: (days) => ({
    columns: ['Date', 'Views', 'Engagements', 'Conversions', 'Engaged with %'],
    rows: days.map((at) => [at.date, at.views, at.engagement, at.conversions, at.engagement_rate]),
  }),
};

function share({ engagement_rate: rate }: EngagementDay): number | null {
  return rate === null ? null : rate / 100;
}
