// A count by the day and how it will go on: what was, a line; what is expected, a dashed line in the band in which it will
// be with the stated confidence.

import { count, day, shortDay } from '../format.ts';
import type { ForecastPoint } from '../segmentsApi.ts';
import { type Chart, countAxis, firstIndex, frame, timeAxis, tip } from './chart.ts';

export type ForecastData = {
  /** What is counted, such as 'People'. */
  of: string;
  /** The oldest first. */
  known: { date: string; value: number }[];
  points: ForecastPoint[];
};

const certainty = '80%';

export const forecastChart: Chart<ForecastData> = {
  option({ of, known, points }, t) {
    const at = (date: string, value: number | null) => [Date.parse(date), value];
    const last = known.at(-1);
    // The band and its middle begin where the known ends, so that no gap parts the two.
    const start = last ? [{ date: last.date, mean: last.value, low: last.value, high: last.value }] : [];
    const ahead = [...start, ...points];
    const bound = {
      type: 'line' as const,
      stack: 'band',
      symbol: 'none',
      lineStyle: { opacity: 0 },
      emphasis: { disabled: true },
    };
    return frame(t, {
      xAxis: timeAxis(t, 'UTC'),
      yAxis: countAxis(t, count),
      series: [
        {
          type: 'line',
          name: of,
          showSymbol: known.length < 3,
          lineStyle: { color: t.accent, width: 2 },
          itemStyle: { color: t.accent },
          emphasis: { disabled: true },
          data: known.map(({ date, value }) => at(date, value)),
        },
        { ...bound, name: 'Low', data: ahead.map(({ date, low }) => at(date, low)) },
        {
          ...bound,
          name: 'Band',
          areaStyle: { color: t.accent, opacity: 0.16 },
          data: ahead.map(({ date, low, high }) => at(date, high - low)),
        },
        {
          type: 'line',
          name: 'Expected',
          symbol: 'none',
          lineStyle: { color: t.accent, width: 2, type: 'dashed' },
          itemStyle: { color: t.accent },
          emphasis: { disabled: true },
          data: ahead.map(({ date, mean }) => at(date, mean)),
        },
      ],
      tooltip: {
        formatter: (params: unknown) => {
          const items = [params].flat() as { seriesName: string }[];
          const index = firstIndex(params);
          if (items[0]?.seriesName === of && known[index]) {
            return tip(day(known[index].date, 'UTC'), [[of, count(known[index].value), t.accent]]);
          }
          const point = ahead[index];
          if (!point) return '';
          return tip(day(point.date, 'UTC'), [
            ['Expected', count(point.mean), t.accent],
            [`${certainty} between`, `${count(point.low)} and ${count(point.high)}`],
          ]);
        },
      },
    });
  },
  describe({ of, known, points }) {
    const [last, end] = [known.at(-1), points.at(-1)];
    if (!end) return 'Too little is known to forecast.';
    const now = last ? `${count(last.value)} on ${shortDay(last.date, 'UTC')}; ` : '';
    return `${of}: ${now}about ${count(end.mean)} expected on ${shortDay(end.date, 'UTC')}, with ${certainty} confidence between ${count(end.low)} and ${count(end.high)}.`;
  },
  table: ({ known, points }) => ({
    columns: ['Date', 'Known', 'Expected', 'Low (80%)', 'High (80%)'],
    rows: [
      ...known.map(({ date, value }) => [date, value, null, null, null]),
      ...points.map(({ date, mean, low, high }) => [date, null, mean, low, high]),
    ],
  }),
};
