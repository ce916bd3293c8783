// A person's score from scoring to scoring, over the bands of High, Medium and Low.

import type { Level } from '../api.ts';
import { day } from '../format.ts';
import { factsOf, levelColor, levelSymbol, levels } from '../levels.ts';
import { axis, type Chart, firstIndex, frame, timeAxis, tip } from './chart.ts';

export type ScoreHistoryData = { points: { asOf: string; score: number; segment: Level }[]; zone: string };

export const scoreHistory: Chart<ScoreHistoryData> = {
  option({ points, zone }, t) {
    return frame(t, {
      xAxis: timeAxis(t, zone),
      yAxis: {
        ...axis(t),
        type: 'value',
        min: 0,
        max: 100,
        interval: 20,
        axisLine: { show: false },
        splitLine: { show: false },
      },
      series: {
        type: 'line',
        lineStyle: { color: t.inkSoft, width: 2 },
        symbolSize: 8,
        showAllSymbol: true,
        emphasis: { disabled: true },
        data: points.map(({ asOf, score, segment }) => ({
          value: [Date.parse(asOf), score],
          symbol: levelSymbol(segment),
          itemStyle: { color: levelColor(segment, t) },
        })),
        markArea: {
          silent: true,
          animation: false,
          data: levels.map(({ level, minScore, maxScore, soft, label }) => [
            {
              yAxis: minScore,
              name: label,
              itemStyle: { color: t[soft], opacity: level === 'LOW' ? 0.35 : 0.55 },
              label: { position: 'insideTopLeft', color: t.inkFaint, fontSize: 11 },
            },
            { yAxis: maxScore === 100 ? 100 : maxScore + 1 },
          ]),
        },
      },
      tooltip: {
        formatter: (params: unknown) => {
          const point = points[firstIndex(params)];
          return tip(day(point.asOf, zone), [
            [factsOf(point.segment).label, String(point.score), levelColor(point.segment, t)],
          ]);
        },
      },
    });
  },
  describe({ points, zone }) {
    const last = points.at(-1);
    if (!last) return 'No scores yet.';
    return `Score from ${points[0].score} on ${day(points[0].asOf, zone)} to ${last.score} on ${day(last.asOf, zone)}.`;
  },
  table: ({ points, zone }) => ({
    columns: ['Day', 'Score', 'Level'],
    rows: points.map(({ asOf, score, segment }) => [day(asOf, zone), score, factsOf(segment).label]),
  }),
};
