// How right the calls were, day by day: the share of those called who converted, beside the share of everyone.

import type { AccuracyDay } from '../api.ts';
import { count, day, percent } from '../format.ts';
import { axis, type Chart, firstIndex, frame, timeAxis, tip } from './chart.ts';

export const accuracyByDay: Chart<AccuracyDay[]> = {
  option(days, t) {
    const series = (name: string, color: string, type: 'solid' | 'dashed', of: (at: AccuracyDay) => number | null) => ({
      type: 'line' as const,
      name,
      symbolSize: 6,
      lineStyle: { color, width: 2, type },
      itemStyle: { color },
      emphasis: { disabled: true },
      data: days.map((at) => [Date.parse(at.date), of(at)]),
    });
    return frame(t, {
      xAxis: timeAxis(t, 'UTC'),
      yAxis: {
        ...axis(t),
        type: 'value',
        min: 0,
        max: 1,
        interval: 0.25,
        axisLine: { show: false },
        axisLabel: { ...axis(t).axisLabel, formatter: (value: number) => percent(value) },
      },
      series: [
        series('Of those called', t.accent, 'solid', (at) => at.precision),
        series('Of everyone', t.lowers, 'dashed', baseRate),
      ],
      tooltip: {
        formatter: (params: unknown) => {
          const at = days[firstIndex(params)];
          return tip(`${day(at.date, 'UTC')}: ${count(at.truePositives + at.falsePositives)} called`, [
            ['Of those called', percent(at.precision), t.accent],
            ['Of everyone', percent(baseRate(at)), t.lowers],
            ['Buyers found', percent(at.recall)],
          ]);
        },
      },
    });
  },
  describe(days) {
    const last = days.at(-1);
    if (!last) return 'No day has been held against its outcomes yet.';
    return `Share that converted, of those called and of everyone, over ${days.length} days; on the last, ${percent(last.precision)} and ${percent(baseRate(last))}.`;
  },
  table: (days) => ({
    columns: ['Date', 'Scored', 'Converted', 'Called', 'Right', 'Precision', 'Recall', 'F1', 'Lift %', 'AUC'],
    rows: days.map((at) => [
      at.date,
      at.predictionsCount,
      at.conversionsCount,
      at.truePositives + at.falsePositives,
      at.truePositives,
      at.precision,
      at.recall,
      at.f1Score,
      at.conversionLiftVsControl,
      at.auc,
    ]),
  }),
};

function baseRate(at: AccuracyDay): number | null {
  return at.predictionsCount > 0 ? at.conversionsCount / at.predictionsCount : null;
}
