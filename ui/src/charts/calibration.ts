// Does 30% mean 30%? One point per tenth of the people: what was predicted against what happened, with the interval
// the count allows (Wilson 1927), on the diagonal of a kept promise.

import type { CustomSeriesOption } from 'echarts';
import type { Performance } from '../api.ts';
import { count, percent, percentRange } from '../format.ts';
import type { Tokens } from '../tokens.ts';
import { type Chart, frame, tip } from './chart.ts';
import { diagonal, unitSquare } from './modelCurves.ts';

type Row = Performance['calibration'][number];

export const calibration: Chart<Performance> = {
  option({ calibration: rows }, t) {
    return frame(t, {
      ...unitSquare(t, 'Predicted', 'Bought', limitOf(rows)),
      series: [
        diagonal(t, limitOf(rows)),
        whiskers(rows, t),
        {
          type: 'scatter',
          symbolSize: 9,
          itemStyle: { color: t.accent, borderColor: t.surface, borderWidth: 1.5, opacity: 1 },
          data: rows.map(({ predicted, observed }) => [predicted, observed]),
        },
      ],
      tooltip: {
        trigger: 'item',
        formatter: (params: unknown) => {
          const row = rows[(params as { dataIndex: number }).dataIndex];
          return tip(`${count(row.people)} people`, [
            ['Predicted', percent(row.predicted)],
            ['Bought', `${percent(row.observed)} (${percentRange([row.low, row.high])})`, t.accent],
          ]);
        },
      },
    });
  },
  describe({ calibration: rows, calibrationError }) {
    const kept = rows.filter(({ predicted, low, high }) => predicted >= low && predicted <= high).length;
    return (
      `Calibration on the holdout: ${kept} of ${rows.length} groups hold the predicted share within their interval. ` +
      `The average gap is ${percent(calibrationError)}.`
    );
  },
  table: ({ calibration: rows }) => ({
    columns: ['Predicted', 'Observed', 'Low', 'High', 'People'],
    rows: rows.map(({ predicted, observed, low, high, people }) => [predicted, observed, low, high, people]),
  }),
};

/** Where both axes end: where people are seldom likely to buy, the points would otherwise crowd into a corner. */
function limitOf(rows: Row[]): number {
  const highest = Math.max(...rows.map(({ predicted, high }) => Math.max(predicted, high)));
  return [0.08, 0.2, 0.4, 0.6, 0.8].find((limit) => highest <= limit) ?? 1;
}

function whiskers(rows: Row[], t: Tokens): CustomSeriesOption {
  return {
    type: 'custom',
    silent: true,
    tooltip: { show: false },
    data: rows.map(({ predicted, low, high }) => [predicted, low, high]),
    encode: { x: 0, y: [1, 2] },
    renderItem: (_params, api) => {
      const [x, low] = api.coord([api.value(0), api.value(1)]);
      const [, high] = api.coord([api.value(0), api.value(2)]);
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: 'line' as const,
        shape: { x1, y1, x2, y2 },
        style: { stroke: t.accent, lineWidth: 1.5, opacity: 0.6 },
      });
      return {
        type: 'group',
        children: [line(x, low, x, high), line(x - 4, low, x + 4, low), line(x - 4, high, x + 4, high)],
      };
    },
  };
}
