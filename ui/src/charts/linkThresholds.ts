// Expected precision and recall against the probability from which pairs are linked. Thresholds crowd together near 1, so
// they stand at equal distances.

import type { LinkThreshold } from '../api.ts';
import { count, finePercent } from '../format.ts';
import { axis, type Chart, frame, tip } from './chart.ts';

export type LinkThresholdData = { rows: LinkThreshold[]; chosen: number };

export const linkThresholdChart: Chart<LinkThresholdData> = {
  option({ rows, chosen }, t) {
    const names = rows.map(({ threshold }) => String(threshold));
    const series = (name: string, color: string, type: 'solid' | 'dashed', of: (row: LinkThreshold) => number) => ({
      type: 'line' as const,
      name,
      symbol: 'circle',
      symbolSize: 5,
      lineStyle: { color, width: 2, type },
      itemStyle: { color },
      emphasis: { disabled: true },
      data: rows.map(of),
    });
    return frame(t, {
      xAxis: { ...axis(t, 'Linked from this probability on'), type: 'category', data: names, boundaryGap: false },
      yAxis: {
        ...axis(t),
        type: 'value',
        min: 0,
        max: 1,
        interval: 0.25,
        axisLine: { show: false },
        axisLabel: { ...axis(t).axisLabel, formatter: (value: number) => finePercent(value, 0) },
      },
      series: [
        {
          ...series('Expected precision', t.accent, 'solid', (row) => row.expectedPrecision),
          markLine: {
            symbol: 'none',
            silent: true,
            animation: false,
            label: { show: false },
            lineStyle: { color: t.ink, width: 1.25, type: 'solid' },
            data: [{ xAxis: String(chosen) }],
          },
        },
        series('Expected recall', t.lowers, 'dashed', (row) => row.expectedRecall),
      ],
      tooltip: {
        formatter: (params: unknown) => {
          const row = rows[(params as { dataIndex: number }[])[0]?.dataIndex ?? 0];
          return tip(`From ${row.threshold} on: ${count(row.pairs)} pairs`, [
            ['Right (precision)', finePercent(row.expectedPrecision), t.accent],
            ['Of all matches (recall)', finePercent(row.expectedRecall, 0), t.lowers],
          ]);
        },
      },
    });
  },
  describe({ rows, chosen }) {
    const row = rows.find(({ threshold }) => threshold === chosen);
    return row
      ? `Expected precision and recall for every threshold. From ${row.threshold} on, ${count(row.pairs)} pairs are linked, of which ${finePercent(row.expectedPrecision)} are right.`
      : 'No thresholds.';
  },
  table: ({ rows }) => ({
    columns: ['From probability', 'Pairs', 'Expected precision', 'Expected recall'],
    rows: rows.map((row) => [row.threshold, row.pairs, row.expectedPrecision, row.expectedRecall]),
  }),
};
