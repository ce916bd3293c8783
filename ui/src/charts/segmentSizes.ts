// How many people one segment, or several side by side, held over time.

import { count, dayAndTime, shortDay } from '../format.ts';
import type { SizePoint } from '../segmentsApi.ts';
import type { Tokens } from '../tokens.ts';
import { type Chart, countAxis, frame, timeAxis, tip } from './chart.ts';

export type SegmentSizesData = { segments: { name: string; sizes: SizePoint[] }[]; zone: string };

const looks: { color: keyof Tokens; type: 'solid' | 'dashed' | 'dotted' }[] = [
  { color: 'accent', type: 'solid' },
  { color: 'lowers', type: 'dashed' },
  { color: 'high', type: 'dotted' },
  { color: 'medium', type: 'solid' },
];

export const segmentSizes: Chart<SegmentSizesData> = {
  option({ segments, zone }, t) {
    return frame(t, {
      xAxis: timeAxis(t, zone),
      yAxis: countAxis(t, count),
      legend: { show: segments.length > 1, top: 0, left: 0, textStyle: { color: t.inkSoft } },
      grid: {
        left: 4,
        right: 12,
        top: segments.length > 1 ? 34 : 12,
        bottom: 4,
        outerBoundsMode: 'same',
        outerBoundsContain: 'all',
      },
      series: segments.map(({ name, sizes }, i) => {
        const { color, type } = looks[i % looks.length];
        return {
          type: 'line' as const,
          name,
          showSymbol: sizes.length < 3,
          lineStyle: { color: t[color], width: 2, type },
          itemStyle: { color: t[color] },
          emphasis: { disabled: true },
          data: sizes.map(({ at, size }) => [Date.parse(at), size]),
        };
      }),
      tooltip: {
        formatter: (params: unknown) => {
          const items = [params].flat() as { seriesName: string; value: [number, number]; color: string }[];
          if (items.length === 0) return '';
          const title = dayAndTime(new Date(items[0].value[0]).toISOString(), zone);
          return tip(
            title,
            items.map(({ seriesName, value, color }) => [seriesName, count(value[1]), color]),
          );
        },
      },
    });
  },
  describe({ segments, zone }) {
    const told = segments.flatMap(({ name, sizes }) => {
      const [first, last] = [sizes[0], sizes.at(-1)];
      if (!first || !last) return [];
      return [
        `${name}: ${count(first.size)} on ${shortDay(first.at, zone)}, ${count(last.size)} on ${shortDay(last.at, zone)}`,
      ];
    });
    return told.length === 0 ? 'No size was counted yet.' : `People over time. ${told.join('; ')}.`;
  },
  table: ({ segments }) => ({
    columns: ['Segment', 'Time', 'People'],
    rows: segments.flatMap(({ name, sizes }) => sizes.map(({ at, size }) => [name, at, size])),
  }),
};
