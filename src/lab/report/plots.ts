// The plots of an evaluation report, from predictions and their outcomes.
import {
  calibrationCurve,
  type Dependence,
  gainCurve,
  liftTable,
  prAuc,
  prCurve,
  rocAuc,
  rocCurve,
} from '../../learn/index.ts';
import type { Scored } from '../experiment.ts';
import { drawChart, type Line, type Point } from './chart.ts';
import { percent, short } from './markup.ts';

export const shares = { from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1], format: percent };

export function rocPlot({ y, p }: Scored): string {
  const points = rocCurve(y, p).map(({ fpr, tpr }): Point => [fpr, tpr]);
  return drawChart({
    title: 'ROC curve',
    description: `The area under it is ${short(rocAuc(y, p))}; the straight line is chance.`,
    x: { title: 'false positive rate', ...shares },
    y: { title: 'true positive rate', ...shares },
    lines: [guide([0, 0], [1, 1]), { points: thinned(points), look: 'main' }],
  });
}

export function prPlot({ y, p }: Scored): string {
  const points = prCurve(y, p).map(({ recall, precision }): Point => [recall, precision]);
  const base = y.reduce((sum, one) => sum + one, 0) / y.length;
  return drawChart({
    title: 'Precision and recall',
    description: `Average precision ${short(prAuc(y, p))}; a random order has ${percent(base)}, the straight line.`,
    x: { title: 'recall', ...shares },
    y: { title: 'precision', ...shares },
    lines: [guide([0, base], [1, base]), { points: thinned(points), look: 'main' }],
  });
}

export function calibrationPlot({ y, p }: Scored): string {
  const bins = calibrationCurve(y, p);
  const to = niceTop(Math.max(...bins.map(({ predicted, high }) => Math.max(predicted, high))));
  const axis = { from: 0, to, format: percent };
  return drawChart({
    title: 'Calibration',
    description:
      'Ten bins of equal size with 95 % Wilson intervals; on the straight line, predictions are what happens.',
    x: { title: 'mean prediction', ...axis },
    y: { title: 'observed share', ...axis },
    lines: [guide([0, 0], [to, to])],
    whiskers: bins.map(({ predicted, observed, low, high }) => ({ x: predicted, y: observed, low, high })),
  });
}

export function gainPlot({ y, p }: Scored): string {
  const found = liftTable(y, p)[1].cumulativeGain;
  return drawChart({
    title: 'Cumulative gain',
    description: `The best-scored fifth holds ${percent(found)} of all positives.`,
    x: { title: 'share of rows, best scores first', ...shares },
    y: { title: 'share of positives found', ...shares },
    lines: [
      guide([0, 0], [1, 1]),
      { points: gainCurve(y, p).map(({ share, gain }): Point => [share, gain]), look: 'main' },
    ],
  });
}

export function liftPlot({ y, p }: Scored): string {
  const rows = liftTable(y, p);
  const to = niceTop(Math.max(...rows.map(({ lift }) => lift)));
  return drawChart({
    title: 'Lift by tenths',
    description: `The best-scored tenth holds ${short(rows[0].lift)} times the positives of a random one.`,
    x: { title: 'tenth of the rows, best scores first', from: 0.5, to: 10.5, ticks: rows.map(({ decile }) => decile) },
    y: { title: 'lift', from: 0, to },
    lines: [guide([0.5, 1], [10.5, 1])],
    dots: rows.map(({ decile, lift }): Point => [decile, lift]),
  });
}

/** Predicted against observed amounts. */
export function amountPlot({ y, p }: Scored): string {
  const step = Math.max(1, Math.ceil(y.length / MOST_DOTS));
  const dots = Array.from({ length: Math.ceil(y.length / step) }, (_, i): Point => [p[i * step], y[i * step]]);
  const values = dots.flat();
  const [from, to] = [Math.min(...values), Math.max(...values)];
  return drawChart({
    title: 'Predicted and observed',
    description: `${dots.length} rows; on the straight line, predictions are exact.`,
    x: { title: 'predicted', from, to },
    y: { title: 'observed', from, to },
    lines: [guide([from, from], [to, to])],
    dots,
  });
}

/** The mean prediction along a feature, and single rows behind it. `nameOf` gives the categories their names. */
export function dependencePlot(dependence: Dependence, nameOf?: (code: number) => string): string {
  const { name, grid, mean, curves } = dependence;
  const along = (values: ArrayLike<number>) => grid.map((at, g): Point => [nameOf === undefined ? at : g, values[g]]);
  const behind = curves.slice(0, MOST_CURVES).map((curve): Line => ({ points: along(curve), look: 'faint' }));
  const all = [...mean, ...curves.slice(0, MOST_CURVES).flatMap((curve) => [...curve])];
  const x =
    nameOf === undefined
      ? { from: Math.min(...grid), to: Math.max(...grid) }
      : // Categories have no order: they stand side by side, and no line joins them but those of single rows.
        {
          from: -0.4,
          to: grid.length - 0.6,
          ticks: grid.map((_, g) => g),
          format: (g: number) => cut(nameOf(grid[g])),
        };
  return drawChart({
    title: name,
    description: `The mean prediction goes from ${short(Math.min(...mean))} to ${short(Math.max(...mean))}; thin lines are single rows.`,
    x: { title: name, ...x },
    y: { title: 'prediction', from: Math.min(...all), to: Math.max(...all) },
    lines: nameOf === undefined ? [...behind, { points: along(mean), look: 'main' }] : behind,
    dots: along(mean),
  });
}

const MOST_DOTS = 600;
const MOST_CURVES = 30;
/** More points than a plot is wide change no pixel. */
const MOST_POINTS = 400;

export const guide = (from: Point, to: Point): Line => ({ points: [from, to], look: 'guide' });
const cut = (text: string) => (text.length > 9 ? `${text.slice(0, 8)}…` : text);
const niceTop = (value: number) => (value <= 1 ? Math.min(1, Math.ceil(value * 10) / 10) : Math.ceil(value));

export function thinned(points: readonly Point[]): Point[] {
  const step = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}
