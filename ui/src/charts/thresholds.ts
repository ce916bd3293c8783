// Precision and recall against the threshold: where to draw the line between calling and not calling.

import type { Threshold } from '../api.ts';
import { count, percent } from '../format.ts';
import { axis, type Chart, frame, tip } from './chart.ts';

export type ThresholdData = { rows: Threshold[]; chosen: number };

export const thresholdChart: Chart<ThresholdData> = {
  option({ rows, chosen }, t) {
    const series = (name: string, color: string, type: 'solid' | 'dashed', of: (row: Threshold) => number | null) => ({
      type: 'line' as const,
      name,
      symbol: 'none',
      lineStyle: { color, width: 2, type },
      itemStyle: { color },
      emphasis: { disabled: true },
      data: rows.map((row) => [row.threshold, of(row)]),
    });
    return frame(t, {
      xAxis: { ...axis(t, 'Threshold (score)'), type: 'value', min: 0, max: 100, splitLine: { show: false } },
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
        {
          ...series('Precision', t.accent, 'solid', (row) => row.precision),
          markLine: {
            symbol: 'none',
            silent: true,
            animation: false,
            label: { show: false },
            lineStyle: { color: t.ink, width: 1.25, type: 'solid' },
            data: [{ xAxis: chosen }],
          },
        },
        series('Recall', t.lowers, 'dashed', (row) => row.recall),
      ],
      tooltip: {
        formatter: (params: unknown) => {
          const at = (params as { dataIndex: number }[])[0]?.dataIndex ?? 0;
          const row = rows[at];
          return tip(`Score ${row.threshold} and above: ${count(row.people)} people`, [
            ['Right (precision)', percent(row.precision), t.accent],
            ['Buyers found (recall)', percent(row.recall), t.lowers],
          ]);
        },
      },
    });
  },
  describe({ rows, chosen }) {
    const row = nearestThreshold(rows, chosen);
    return row
      ? `Precision and recall for every threshold. At ${row.threshold}, ${percent(row.precision)} of the calls are right and ${percent(row.recall)} of the buyers are found.`
      : 'No thresholds.';
  },
  table: ({ rows }) => ({
    columns: ['Threshold', 'People', 'True positives', 'False positives', 'Precision', 'Recall'],
    rows: rows.map((row) => [
      row.threshold,
      row.people,
      row.truePositives,
      row.falsePositives,
      row.precision,
      row.recall,
    ]),
  }),
};

export function nearestThreshold(rows: Threshold[], score: number): Threshold | null {
  return rows.reduce<Threshold | null>(
    (best, row) => (best === null || Math.abs(row.threshold - score) < Math.abs(best.threshold - score) ? row : best),
    null,
  );
}
