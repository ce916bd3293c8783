// How people are spread over the bins of the training, then and now.

import type { Drift } from '../api.ts';
import { percent, value } from '../format.ts';
import { axis, type Chart, firstIndex, frame, tip } from './chart.ts';

type Bar = { name: string; before: number; now: number };

export const driftHistogram: Chart<Drift> = {
  option(drift, t) {
    const bars = barsOf(drift);
    const series = (name: string, color: string, of: 'before' | 'now') => ({
      type: 'bar' as const,
      name,
      barGap: '10%',
      barCategoryGap: '30%',
      itemStyle: { color, borderRadius: [3, 3, 0, 0] },
      emphasis: { disabled: true },
      data: bars.map((bar) => bar[of]),
    });
    return frame(t, {
      legend: { top: 0, right: 0, itemWidth: 10, itemHeight: 10, textStyle: { color: t.inkFaint } },
      grid: { left: 4, right: 12, top: 30, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'all' },
      xAxis: { ...axis(t), type: 'category', data: bars.map(({ name }) => name), splitLine: { show: false } },
      yAxis: {
        ...axis(t),
        type: 'value',
        axisLine: { show: false },
        axisLabel: { ...axis(t).axisLabel, formatter: (share: number) => percent(share) },
      },
      series: [series('In training', t.lowers, 'before'), series('Now', t.accent, 'now')],
      tooltip: {
        axisPointer: { type: 'shadow', shadowStyle: { color: t.lineStrong, opacity: 0.25 } },
        formatter: (params: unknown) => {
          const { name, before, now } = bars[firstIndex(params)];
          return tip(name, [
            ['In training', percent(before), t.lowers],
            ['Now', percent(now), t.accent],
          ]);
        },
      },
    });
  },
  describe(drift) {
    const farthest = barsOf(drift).reduce((most, bar) => (moved(bar) > moved(most) ? bar : most));
    return `Share of people per bin, in training and now. It moved most at ${farthest.name}: ${percent(farthest.before)} in training, ${percent(farthest.now)} now.`;
  },
  table: (drift) => ({
    columns: ['Bin', 'In training', 'Now'],
    rows: barsOf(drift).map(({ name, before, now }) => [name, percent(before), percent(now)]),
  }),
};

const moved = ({ before, now }: Bar) => Math.abs(now - before);

function barsOf({ bins, unknown }: Drift): Bar[] {
  const known = bins.map(({ upTo, before, now }, i) => {
    const last = bins[i - 1]?.upTo ?? null;
    const name = upTo === null ? (last === null ? 'all' : `above ${value(last)}`) : `to ${value(upTo)}`;
    return { name, before, now };
  });
  const all = unknown.before + unknown.now > 0 ? [...known, { name: 'unknown', ...unknown }] : known;
  const total = (of: 'before' | 'now') =>
    Math.max(
      1,
      all.reduce((sum, bar) => sum + bar[of], 0),
    );
  const [before, now] = [total('before'), total('now')];
  return all.map((bar) => ({ name: bar.name, before: bar.before / before, now: bar.now / now }));
}
