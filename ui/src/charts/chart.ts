// What a chart is: a thing that draws itself (an ECharts option from data and colours), says itself (one sentence for
// who does not see it) and lists itself (the table behind it). Also the look they all share.

import type { EChartsOption } from 'echarts';
import { shortDay } from '../format.ts';
import type { Tokens } from '../tokens.ts';

export type Table = { columns: string[]; rows: (string | number | null)[][] };

export type Chart<Data> = {
  option(data: Data, t: Tokens): EChartsOption;
  describe(data: Data): string;
  table(data: Data): Table;
};

const font = '"Inter Variable", Inter, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial';

/** The frame shared by all charts; `over` is laid on top of it, key by key. */
export function frame(t: Tokens, over: EChartsOption): EChartsOption {
  return {
    animationDuration: 260,
    animationDurationUpdate: 260,
    textStyle: { fontFamily: font, color: t.inkFaint, fontSize: 12 },
    grid: { left: 4, right: 12, top: 12, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'all' },
    ...over,
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: t.surface,
      borderColor: t.lineStrong,
      borderWidth: 1,
      padding: [8, 11],
      textStyle: { color: t.ink, fontSize: 12.5, fontFamily: font },
      extraCssText: 'border-radius:8px;box-shadow:0 6px 24px -10px rgb(10 14 30 / .35);',
      axisPointer: { type: 'line', lineStyle: { color: t.lineStrong, type: 'solid', width: 1 } },
      ...over.tooltip,
    },
  };
}

/** A quiet axis: faint labels, no ticks, hairlines only across. */
export function axis(t: Tokens, name?: string) {
  return {
    name,
    nameLocation: 'middle' as const,
    nameGap: 30,
    nameTextStyle: { color: t.inkFaint, fontSize: 12 },
    axisLine: { show: true, lineStyle: { color: t.lineStrong } },
    axisTick: { show: false },
    axisLabel: { color: t.inkFaint, fontSize: 11.5, hideOverlap: true },
    splitLine: { show: true, lineStyle: { color: t.line } },
  };
}

/** An axis of whole numbers, such as people or events. */
export function countAxis(t: Tokens, say: (value: number) => string) {
  return {
    ...axis(t),
    type: 'value' as const,
    minInterval: 1,
    axisLine: { show: false },
    axisLabel: { ...axis(t).axisLabel, formatter: (value: number) => say(value) },
  };
}

/** A true axis of time: days without a point leave their gap. Never finer than a day. */
export function timeAxis(t: Tokens, zone: string) {
  return {
    ...axis(t),
    type: 'time' as const,
    minInterval: 86_400_000,
    splitLine: { show: false },
    axisLabel: {
      ...axis(t).axisLabel,
      formatter: (moment: number) => shortDay(new Date(moment).toISOString(), zone),
    },
  };
}

/** The body of a tooltip. Names may come from the workspace's own data, so everything is escaped. */
export function tip(title: string, lines: [name: string, value: string, color?: string][]): string {
  const rows = lines.map(
    ([name, value, color]) =>
      `<div style="display:flex;gap:16px;justify-content:space-between"><span>${dot(color)}${escapeHtml(name)}</span>` +
      `<b style="font-weight:600;font-variant-numeric:tabular-nums">${escapeHtml(value)}</b></div>`,
  );
  return `<div style="margin-bottom:2px;opacity:.75">${escapeHtml(title)}</div>${rows.join('')}`;
}

function dot(color: string | undefined): string {
  if (!color) return '';
  return `<i style="display:inline-block;width:8px;height:8px;border-radius:4px;margin-right:7px;background:${color}"></i>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** The first entry of what ECharts hands a tooltip, which is one item or a list of them. */
export function firstIndex(params: unknown): number {
  const item = Array.isArray(params) ? params[0] : params;
  return (item as { dataIndex?: number } | undefined)?.dataIndex ?? 0;
}
