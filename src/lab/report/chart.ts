// Small charts as inline SVG: axes with round ticks, lines, whiskers, dots and bars. Colours are the page's variables, so
// a chart is as light or dark as the page; each names itself for those who cannot see it.
import { asMarkup, short } from './markup.ts';

export type Point = readonly [x: number, y: number];
export type Axis = {
  title: string;
  from: number;
  to: number;
  format?: (value: number) => string;
  ticks?: readonly number[];
};
export type Line = { points: readonly Point[]; look: 'main' | 'second' | 'faint' | 'guide' };
export type Whisker = { x: number; low: number; high: number; y: number };

export type Chart = {
  title: string;
  /** What one sees, in a sentence. */
  description: string;
  x: Axis;
  y: Axis;
  lines?: readonly Line[];
  whiskers?: readonly Whisker[];
  dots?: readonly Point[];
};

const [WIDTH, HEIGHT] = [366, 300];
const FRAME = { left: 62, right: 24, top: 12, bottom: 44 };

export function drawChart({ title, description, x, y, lines = [], whiskers = [], dots = [] }: Chart): string {
  const across = (value: number) => FRAME.left + share(x, value) * (WIDTH - FRAME.left - FRAME.right);
  const up = (value: number) => HEIGHT - FRAME.bottom - share(y, value) * (HEIGHT - FRAME.top - FRAME.bottom);
  const place = ([px, py]: Point) => `${across(px).toFixed(1)},${up(py).toFixed(1)}`;
  return figure(title, description, WIDTH, HEIGHT, [
    ...axisMarks(x, y, across, up),
    ...lines.map(({ points, look }) => `<polyline class="${look}" points="${points.map(place).join(' ')}"/>`),
    ...whiskers.map(
      ({ x: at, low, high }) =>
        `<line class="whisker" x1="${across(at).toFixed(1)}" x2="${across(at).toFixed(1)}" y1="${up(low).toFixed(1)}" y2="${up(high).toFixed(1)}"/>`,
    ),
    ...[...dots, ...whiskers.map(({ x: at, y: value }): Point => [at, value])].map((point) => {
      const [cx, cy] = place(point).split(',');
      return `<circle cx="${cx}" cy="${cy}" r="3"><title>${asMarkup(`${short(point[0])}: ${short(point[1])}`)}</title></circle>`;
    }),
  ]);
}

function share({ from, to }: Axis, value: number): number {
  return to === from ? 0.5 : (Math.min(to, Math.max(from, value)) - from) / (to - from);
}

function axisMarks(x: Axis, y: Axis, across: (v: number) => number, up: (v: number) => number): string[] {
  const [bottom, right] = [HEIGHT - FRAME.bottom, WIDTH - FRAME.right];
  const middle = (FRAME.top + bottom) / 2;
  const marks = (axis: Axis) =>
    (axis.ticks ?? roundTicks(axis.from, axis.to)).map((at) => ({ at, text: asMarkup((axis.format ?? short)(at)) }));
  return [
    ...marks(y).map(
      ({ at, text }) =>
        `<line class="grid" x1="${FRAME.left}" x2="${right}" y1="${up(at).toFixed(1)}" y2="${up(at).toFixed(1)}"/><text class="tick" x="${FRAME.left - 6}" y="${(up(at) + 4).toFixed(1)}" text-anchor="end">${text}</text>`,
    ),
    ...marks(x).map(
      ({ at, text }) =>
        `<text class="tick" x="${across(at).toFixed(1)}" y="${bottom + 16}" text-anchor="middle">${text}</text>`,
    ),
    `<line class="axis" x1="${FRAME.left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`,
    `<text class="name" x="${(FRAME.left + right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${asMarkup(x.title)}</text>`,
    `<text class="name" transform="translate(12 ${middle}) rotate(-90)" text-anchor="middle">${asMarkup(y.title)}</text>`,
  ];
}

/** About five round numbers between two bounds (steps of 1, 2 or 5 times a power of ten). */
export function roundTicks(from: number, to: number): number[] {
  if (!(to > from)) return [from];
  const rough = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) as number);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

export type Bar = { name: string; value: number; text: string };

const [BAR_HEIGHT, NAME_WIDTH, BAR_WIDTH] = [22, 180, 560];

/** Horizontal bars, one below the other, from zero. */
export function drawBars({
  title,
  description,
  bars,
}: {
  title: string;
  description: string;
  bars: readonly Bar[];
}): string {
  const largest = Math.max(...bars.map(({ value }) => value), 1e-12);
  const room = BAR_WIDTH - NAME_WIDTH - 70;
  const drawn = bars.map(({ name, value, text }, i) => {
    const top = i * BAR_HEIGHT;
    const width = ((Math.max(0, value) / largest) * room).toFixed(1);
    const shown = name.length > 26 ? `${name.slice(0, 25)}…` : name;
    return `<text class="bar-name" x="${NAME_WIDTH - 8}" y="${top + 15}" text-anchor="end">${asMarkup(shown)}<title>${asMarkup(name)}</title></text><rect class="bar" x="${NAME_WIDTH}" y="${top + 4}" width="${width}" height="${BAR_HEIGHT - 8}" rx="2"/><text class="tick" x="${NAME_WIDTH + Number(width) + 6}" y="${top + 15}">${asMarkup(text)}</text>`;
  });
  return figure(title, description, BAR_WIDTH, Math.max(1, bars.length) * BAR_HEIGHT, drawn);
}

function figure(title: string, description: string, width: number, height: number, parts: readonly string[]): string {
  return `<figure><figcaption>${asMarkup(title)}</figcaption><svg role="img" aria-label="${asMarkup(`${title}. ${description}`)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
${parts.join('\n')}
</svg><p class="reading">${asMarkup(description)}</p></figure>`;
}
