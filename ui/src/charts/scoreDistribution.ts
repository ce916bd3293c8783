// How many people stand at each score, in the colours of the levels. When one bar is a hundred times another the
// axis turns logarithmic, and the panel's note says so.

import type { Bin } from '../api.ts';
import { compact, count, plural } from '../format.ts';
import { levelColor, levelOfScore, scoresOf } from '../levels.ts';
import { axis, type Chart, firstIndex, frame, tip } from './chart.ts';

export const scoreDistribution: Chart<Bin[]> = {
  option(bins, t) {
    return frame(t, {
      xAxis: {
        ...axis(t, 'Score'),
        type: 'category',
        data: bins.map(({ from }) => from),
        splitLine: { show: false },
        axisLabel: { ...axis(t).axisLabel, interval: (_: number, from: string) => Number(from) % 20 === 0 },
      },
      yAxis: {
        ...axis(t),
        type: isSkewed(bins) ? 'log' : 'value',
        min: isSkewed(bins) ? 0.8 : 0,
        axisLine: { show: false },
        axisLabel: {
          ...axis(t).axisLabel,
          formatter: (value: number) => (value < 1 && value > 0 ? '' : compact(value)),
        },
      },
      series: {
        type: 'bar',
        barCategoryGap: '18%',
        emphasis: { disabled: true },
        data: bins.map(({ from, people }) => ({
          value: people === 0 ? null : people,
          itemStyle: { color: levelColor(levelOfScore(from).level, t), borderRadius: [3, 3, 0, 0] },
        })),
      },
      tooltip: {
        axisPointer: { type: 'shadow', shadowStyle: { color: t.lineStrong, opacity: 0.25 } },
        formatter: (params: unknown) => {
          const index = firstIndex(params);
          const { people } = bins[index];
          const [from, to] = scoresOf(bins, index);
          const { label, level } = levelOfScore(from);
          return tip(`Score ${from} to ${to}`, [[label, plural(people, 'person', 'people'), levelColor(level, t)]]);
        },
      },
    });
  },
  describe(bins) {
    const people = bins.reduce((sum, bin) => sum + bin.people, 0);
    const high = bins.filter(({ from }) => from >= 70).reduce((sum, bin) => sum + bin.people, 0);
    return `Distribution of the scores of ${plural(people, 'person', 'people')}; ${count(high)} have 70 or more.`;
  },
  table: (bins) => ({
    columns: ['From', 'To', 'Level', 'People'],
    rows: bins.map(({ people }, index) => {
      const [from, to] = scoresOf(bins, index);
      return [from, to, levelOfScore(from).label, people];
    }),
  }),
};

export function isSkewed(bins: Bin[]): boolean {
  const sizes = bins.map(({ people }) => people).filter((people) => people > 0);
  return sizes.length > 1 && Math.max(...sizes) > 60 * Math.min(...sizes);
}
