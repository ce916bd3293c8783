// How the values of one signal are spread over the people.

import type { Signal } from '../api.ts';
import { compact, plural, signalValue, titled, value, words } from '../format.ts';
import { axis, type Chart, firstIndex, frame, tip } from './chart.ts';

export const signalHistogram: Chart<Signal> = {
  option({ histogram, unit }, t) {
    return frame(t, {
      xAxis: {
        ...axis(t, isTime(unit) ? words(unit) : undefined),
        type: 'category',
        data: histogram.map(({ from }) => (isTime(unit) ? value(from) : signalValue(from, unit))),
        splitLine: { show: false },
      },
      yAxis: {
        ...axis(t),
        type: 'value',
        minInterval: 1,
        axisLine: { show: false },
        axisLabel: { ...axis(t).axisLabel, formatter: (people: number) => compact(people) },
      },
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
          return tip(`${signalValue(from, unit)} to ${signalValue(to, unit)}`, [
            ['', plural(people, 'person', 'people')],
          ]);
        },
      },
    });
  },
  describe({ sentence, quantiles, unit, histogram }) {
    const people = histogram.reduce((sum, bin) => sum + bin.people, 0);
    return `${titled(sentence)}: spread over ${plural(people, 'person', 'people')}, median ${signalValue(quantiles[3], unit)}.`;
  },
  table: ({ histogram }) => ({
    columns: ['From', 'To', 'People'],
    rows: histogram.map(({ from, to, people }) => [from, to, people]),
  }),
};

/** Units that the axis names once; the others stand on every label. */
function isTime(unit: Signal['unit']): boolean {
  return unit === 'days' || unit === 'hours' || unit === 'minutes';
}
