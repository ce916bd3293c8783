// People by intent over the days: one line per level, each ending in the level's shape. Lines and not stacked areas,
// because Low outnumbers the others many times over and would flatten them. Where scorings are few each is marked, so
// that the line between two of them is not taken for days that nobody scored.

import type { LineSeriesOption } from 'echarts';
import type { IntentToday, Level } from '../api.ts';
import { compact, count, day } from '../format.ts';
import { levelColor, levelSymbol, levels } from '../levels.ts';
import type { Tokens } from '../tokens.ts';
import { type Chart, countAxis, firstIndex, frame, timeAxis, tip } from './chart.ts';

/** Up to here every scoring carries its mark. */
const fewScorings = 14;

type Day = IntentToday['history'][number];
export type IntentHistoryData = { history: Day[]; shown: Level[] };

export const intentHistory: Chart<IntentHistoryData> = {
  option({ history, shown }, t) {
    const drawn = levels.filter(({ level }) => shown.includes(level));
    return frame(t, {
      xAxis: timeAxis(t, 'UTC'),
      yAxis: countAxis(t, compact),
      series: drawn.map(({ level }) => line(history, level, t)),
      tooltip: {
        formatter: (params: unknown) => {
          const at = history[firstIndex(params)];
          return tip(
            day(at.date, 'UTC'),
            drawn.map(({ level, label }) => [label, count(of(at, level)), levelColor(level, t)]),
          );
        },
      },
    });
  },
  describe({ history }) {
    const first = history[0];
    const last = history.at(-1);
    if (!first || !last) return 'No history yet.';
    const parts = levels.map(
      ({ level, label }) => `${label} from ${count(of(first, level))} to ${count(of(last, level))}`,
    );
    return `People by intent, ${day(first.date, 'UTC')} to ${day(last.date, 'UTC')}: ${parts.join(', ')}.`;
  },
  table: ({ history }) => ({
    columns: ['Date', 'High', 'Medium', 'Low'],
    rows: history.map(({ date, high, medium, low }) => [date, high, medium, low]),
  }),
};

function line(history: Day[], level: Level, t: Tokens): LineSeriesOption {
  const color = levelColor(level, t);
  const last = history.length - 1;
  return {
    type: 'line',
    lineStyle: { width: 2, color },
    itemStyle: { color },
    areaStyle: level === 'HIGH' ? { color, opacity: 0.07 } : undefined,
    symbol: levelSymbol(level),
    showAllSymbol: true,
    symbolSize: (_: unknown, params: { dataIndex: number }) => {
      if (params.dataIndex === last) return 10;
      return history.length <= fewScorings ? 6 : 0;
    },
    emphasis: { disabled: true },
    data: history.map((at) => [Date.parse(at.date), of(at, level)]),
  };
}

function of(at: Day, level: Level): number {
  return level === 'HIGH' ? at.high : level === 'MEDIUM' ? at.medium : at.low;
}
