// The curves by which an analyst judges a model: ROC and precision–recall, each with what it has to beat. Sources:
// Fawcett (2006) for ROC; Davis & Goadrich (2006) for precision–recall.

import type { EChartsOption } from 'echarts';
import type { Performance } from '../api.ts';
import { decimal, percent } from '../format.ts';
import type { Tokens } from '../tokens.ts';
import { axis, type Chart, firstIndex, frame, tip } from './chart.ts';

type Pair = [x: number, y: number];

export const roc: Chart<Performance> = {
  option({ roc, baselineRoc, baselineName }, t) {
    return frame(t, {
      ...unitSquare(t, 'Others called by mistake', 'Buyers found'),
      series: [
        diagonal(t),
        curve(
          baselineRoc.map(({ fpr, tpr }) => [fpr, tpr]),
          { color: t.inkFaint, type: 'dashed', width: 1.5 },
          baselineName,
        ),
        curve(
          roc.map(({ fpr, tpr }) => [fpr, tpr]),
          { color: t.accent, width: 2.25 },
          'Model',
        ),
      ],
      tooltip: {
        trigger: 'item',
        formatter: (params: unknown) => {
          const { value, seriesName, color } = params as { value: Pair; seriesName: string; color: string };
          return tip(seriesName, [
            ['Buyers found', percent(value[1]), color],
            ['Called by mistake', percent(value[0])],
          ]);
        },
      },
    });
  },
  describe: ({ auc, baselineAuc, baselineName }) =>
    `ROC curve on the holdout. The area under the model's curve is ${decimal(auc)}; under the baseline's ` +
    `(${baselineName}) ${decimal(baselineAuc)}; a coin toss has 0.5.`,
  table: ({ roc }) => ({
    columns: ['False positive rate', 'True positive rate'],
    rows: roc.map(({ fpr, tpr }) => [fpr, tpr]),
  }),
};

export const precisionRecall: Chart<Performance> = {
  option({ pr, holdout }, t) {
    const base = holdout.people > 0 ? holdout.conversions / holdout.people : 0;
    return frame(t, {
      ...unitSquare(t, 'Buyers found (recall)', 'Calls that are right (precision)'),
      series: [
        curve(
          [
            [0, base],
            [1, base],
          ],
          { color: t.inkFaint, type: 'dashed', width: 1.5 },
          'Calling at random',
        ),
        curve(
          pr.map(({ recall, precision }) => [recall, precision]),
          { color: t.accent, width: 2.25 },
          'Model',
        ),
      ],
      tooltip: {
        trigger: 'item',
        formatter: (params: unknown) => {
          const { value, seriesName, color } = params as { value: Pair; seriesName: string; color: string };
          return tip(seriesName, [
            ['Calls that are right', percent(value[1]), color],
            ['Buyers found', percent(value[0])],
          ]);
        },
      },
    });
  },
  describe: ({ prAuc, holdout }) =>
    `Precision–recall curve on the holdout. The area under it is ${decimal(prAuc)}; calling at random reaches ` +
    `${decimal(holdout.people > 0 ? holdout.conversions / holdout.people : null)}.`,
  table: ({ pr }) => ({
    columns: ['Recall', 'Precision'],
    rows: pr.map(({ recall, precision }) => [recall, precision]),
  }),
};

export const lift: Chart<Performance> = {
  option({ lift }, t) {
    return frame(t, {
      xAxis: {
        ...axis(t, 'Tenths of the people, highest scores first'),
        type: 'category',
        data: lift.map(({ decile }) => decile),
        splitLine: { show: false },
      },
      yAxis: {
        ...axis(t),
        type: 'value',
        axisLine: { show: false },
        axisLabel: { ...axis(t).axisLabel, formatter: (value: number) => `${value}×` },
      },
      series: {
        type: 'bar',
        barCategoryGap: '28%',
        itemStyle: { color: t.accent, borderRadius: [3, 3, 0, 0] },
        emphasis: { disabled: true },
        label: {
          show: true,
          position: 'top',
          color: t.inkSoft,
          fontSize: 11.5,
          formatter: (params: { value: unknown }) => decimal(Number(params.value), 1),
        },
        data: lift.map((row) => row.lift),
        markLine: {
          symbol: 'none',
          silent: true,
          animation: false,
          lineStyle: { color: t.inkFaint, type: 'dashed', width: 1.25 },
          label: { formatter: 'at random', position: 'insideEndTop', color: t.inkFaint, fontSize: 11.5 },
          data: [{ yAxis: 1 }],
        },
      },
      tooltip: {
        axisPointer: { type: 'shadow', shadowStyle: { color: t.lineStrong, opacity: 0.25 } },
        formatter: (params: unknown) => {
          const row = lift[firstIndex(params)];
          return tip(`Tenth ${row.decile} of 10, ${row.people} people`, [
            ['Bought', `${row.conversions} (${percent(row.rate)})`],
            ['Lift', `${decimal(row.lift, 1)}×`, t.accent],
          ]);
        },
      },
    });
  },
  describe: ({ lift }) =>
    lift.length === 0
      ? 'No lift table.'
      : `Lift by tenths of the people: the top tenth holds ${decimal(lift[0].lift, 1)} times as many buyers as a random tenth.`,
  table: ({ lift }) => ({
    columns: ['Tenth', 'People', 'Buyers', 'Rate', 'Lift', 'Cumulative gain'],
    rows: lift.map((row) => [row.decile, row.people, row.conversions, row.rate, row.lift, row.cumulativeGain]),
  }),
};

export const gain: Chart<Performance> = {
  option({ lift }, t) {
    const points: Pair[] = [[0, 0], ...lift.map((row, index): Pair => [(index + 1) / lift.length, row.cumulativeGain])];
    return frame(t, {
      ...unitSquare(t, 'People addressed, highest scores first', 'Buyers reached'),
      series: [diagonal(t), curve(points, { color: t.accent, width: 2.25 }, 'Model')],
      tooltip: {
        trigger: 'item',
        formatter: (params: unknown) => {
          const { value, color } = params as { value: Pair; color: string };
          return tip(`The top ${percent(value[0])} of the people`, [['hold of the buyers', percent(value[1]), color]]);
        },
      },
    });
  },
  describe: ({ lift }) =>
    `Cumulative gain: the top tenth of the people holds ${percent(lift[0]?.cumulativeGain)} of the buyers, the top three ` +
    `tenths ${percent(lift[2]?.cumulativeGain)}.`,
  table: lift.table,
};

/** Two axes from 0 to 100%, or less far, with their names. */
export function unitSquare(t: Tokens, x: string, y: string, limit = 1): EChartsOption {
  const unit = {
    type: 'value' as const,
    min: 0,
    max: limit,
    interval: limit / 4,
    axisLabel: { ...axis(t).axisLabel, formatter: (value: number) => percent(value) },
  };
  return {
    xAxis: { ...axis(t, x), ...unit },
    yAxis: { ...axis(t, y), nameGap: 44, ...unit },
  };
}

export function diagonal(t: Tokens, limit = 1) {
  return {
    type: 'line' as const,
    silent: true,
    symbol: 'none',
    tooltip: { show: false },
    lineStyle: { color: t.lineStrong, width: 1.25, type: 'dotted' as const },
    data: [
      [0, 0],
      [limit, limit],
    ] as Pair[],
  };
}

function curve(points: Pair[], style: { color: string; width: number; type?: 'dashed' }, name: string) {
  return {
    type: 'line' as const,
    name,
    // Invisible symbols, so that hovering finds a point.
    symbol: 'circle',
    symbolSize: 7,
    showSymbol: true,
    itemStyle: { color: style.color, opacity: 0 },
    emphasis: { itemStyle: { opacity: 1 }, lineStyle: { width: style.width } },
    lineStyle: style,
    data: points,
  };
}
