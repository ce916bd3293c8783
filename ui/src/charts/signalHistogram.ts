// How the values of one signal are spread over the people.

import type { Signal } from '../api.ts';
import { compact, plural, signalValue, titled, value, words } from '../format.ts';
import { axis, type Chart, countAxis, firstIndex, frame, tip } from './chart.ts';

export const signalHistogram: Chart<Signal & { currency: string | null }> = {
  option({ histogram, unit, currency }, t) {
    const scale = scaleOf(histogram.at(-1)?.to ?? 0, unit);
    return frame(t, {
      xAxis: {
        ...axis(t, scale ? words(scale.unit) : undefined),
        type: 'category',
        data: histogram.map(({ from }) => (scale ? value(from / scale.size) : signalValue(from, unit, currency))),
        splitLine: { show: false },
      },
      yAxis: countAxis(t, compact),
      series: {
        type: 'bar',
        barCategoryGap: '10%',
        itemStyle: { color: t.accent, borderRadius: [3, 3, 0, 0] },
        emphasis: { disabled: true },
        data: histogram.map(({ people }) => people),
      },
      tooltip: {
        axisPointer: { type: 'shadow', shadowStyle: { color: t.lineStrong, opacity: 0.25 } },
        formatter: (params: unknown) => {
          const { from, to, people } = histogram[firstIndex(params)];
          return tip(`${signalValue(from, unit, currency)} to ${signalValue(to, unit, currency)}`, [
            ['', plural(people, 'person', 'people')],
          ]);
        },
      },
    });
  },
  describe({ sentence, quantiles, unit, histogram, currency }) {
    const people = histogram.reduce((sum, bin) => sum + bin.people, 0);
    return `${titled(sentence)}: spread over ${plural(people, 'person', 'people')}, median ${signalValue(quantiles[3], unit, currency)}.`;
  },
  table: ({ histogram }) => ({
    columns: ['From', 'To', 'People'],
    rows: histogram.map(({ from, to, people }) => [from, to, people]),
  }),
};

/** Times are named once, on the axis, in the unit that the longest asks for; other units stand on every label. */
function scaleOf(longest: number, unit: Signal['unit']): { unit: Signal['unit']; size: number } | null {
  if (unit === 'minutes' && longest >= 180) return scaled(scaleOf(longest / 60, 'hours'), 60);
  if (unit === 'hours' && longest >= 72) return { unit: 'days', size: 24 };
  return unit === 'days' || unit === 'hours' || unit === 'minutes' ? { unit, size: 1 } : null;
}

function scaled(scale: ReturnType<typeof scaleOf>, by: number): ReturnType<typeof scaleOf> {
  return scale && { ...scale, size: scale.size * by };
}
