// The report of a comparison as one HTML file: figures of each contender, every pair fold by fold or curve against curve,
// and the tests of their differences.
import { rocAuc, rocCurve } from '../../learn/index.ts';
import type { Comparison, Contender, Duel } from '../compare.ts';
import { metrics, type Spread } from '../figures.ts';
import { drawChart, type Point } from './chart.ts';
import { htmlTable, short } from './markup.ts';
import { drawPage, type Section } from './page.ts';
import { guide, shares, thinned } from './plots.ts';

/** Draws the page. */
export function drawCompareReport(comparison: Comparison): string {
  const { kind, rows, judgedBy, contenders, notes } = comparison;
  const sections: Section[] = [
    { title: 'Figures', html: figuresTable(comparison) },
    { title: 'Pair by pair', html: `<div class="plots">${pairPlots(comparison).join('\n')}</div>` },
    { title: 'Differences', html: duelTable(comparison) },
  ];
  if (notes.length > 0) {
    sections.push({
      title: 'How the table was read',
      html: htmlTable(
        ['note'],
        notes.map((note) => [note]),
      ),
    });
  }
  return drawPage({
    title: `Compared: ${contenders.map(({ name }) => name).join(', ')}`,
    lead: `${rows.toLocaleString('en')} rows, judged by ${judgedBy}. ${kind === 'outcome' ? 'Two outcomes.' : 'Amounts.'}`,
    sections,
  });
}

function figuresTable({ kind, contenders }: Comparison): string {
  const cell = (value: number | Spread) =>
    typeof value === 'number' ? value : `${short(value.mean)} ± ${short(value.sd)}`;
  const times = contenders.some(({ secondsFit }) => secondsFit !== undefined)
    ? [['seconds to fit', ...contenders.map(({ secondsFit }) => secondsFit ?? '–')]]
    : [];
  return htmlTable(
    ['figure', ...contenders.map(({ name }) => name)],
    [
      ...metrics[kind].map(({ name, title }) => [title, ...contenders.map(({ figures }) => cell(figures[name]))]),
      ...times,
    ],
  );
}

/** Metrics that are drawn fold by fold, and pairs that are drawn at most: the table below holds all. */
const DRAWN = { outcome: ['rocAuc', 'logLoss'], amount: ['rmse', 'mae'] };
const MOST_PAIRS = 6;

function pairPlots({ kind, contenders, duels }: Comparison): string[] {
  const named = (name: string) => contenders.find((contender) => contender.name === name) as Contender;
  const pairs = duels.filter(({ metric }) => metric === DRAWN[kind][0]).slice(0, MOST_PAIRS);
  return pairs.flatMap(({ first, second }) => {
    const [a, b] = [named(first), named(second)];
    const folds = DRAWN[kind].flatMap((metric) => {
      const duel = duels.find((one) => one.first === first && one.second === second && one.metric === metric);
      return duel && a.folds && b.folds ? [foldPlot(duel, kind, differencesOf(a, b, metric))] : [];
    });
    return kind === 'outcome' ? [...folds, rocPair(a, b)] : folds;
  });
}

const differencesOf = (a: Contender, b: Contender, metric: string) =>
  (a.folds ?? []).map((fold, k) => fold[metric] - (b.folds ?? [])[k][metric]);

/** Each fold's difference, and behind the last one the mean with its interval. */
function foldPlot(
  { first, second, metric, difference, interval, pValue }: Duel,
  kind: Comparison['kind'],
  differences: readonly number[],
): string {
  const title = metrics[kind].find(({ name }) => name === metric)?.title ?? metric;
  const last = differences.length + 1.5;
  const reach = Math.max(...[...differences, ...interval].map(Math.abs), 1e-12) * 1.1;
  return drawChart({
    title: `${title}: ${first} − ${second}`,
    description: `Folds from left to right; the bar is the mean ${short(difference)} with its 95 % interval, p ${sayP(pValue)}.`,
    x: { title: 'fold', from: 0.5, to: last + 0.5, ticks: [1, differences.length] },
    y: { title: 'difference', from: -reach, to: reach },
    lines: [guide([0.5, 0], [last + 0.5, 0])],
    dots: differences.map((value, k): Point => [k + 1, value]),
    whiskers: [{ x: last, y: difference, low: interval[0], high: interval[1] }],
  });
}

function rocPair(a: Contender, b: Contender): string {
  const curve = ({ scored }: Contender) =>
    thinned(rocCurve(scored.y, scored.p).map(({ fpr, tpr }): Point => [fpr, tpr]));
  const area = ({ name, scored }: Contender) => `${name} ${short(rocAuc(scored.y, scored.p))}`;
  return drawChart({
    title: `ROC curves: ${a.name} and ${b.name}`,
    description: `All judged rows together. The areas: ${area(a)} (first colour), ${area(b)} (second colour).`,
    x: { title: 'false positive rate', ...shares },
    y: { title: 'true positive rate', ...shares },
    lines: [guide([0, 0], [1, 1]), { points: curve(a), look: 'main' }, { points: curve(b), look: 'second' }],
  });
}

function duelTable({ kind, duels }: Comparison): string {
  const rows = duels.map(({ first, second, metric, difference, interval, pValue, test }) => [
    `${first} − ${second}`,
    metrics[kind].find(({ name }) => name === metric)?.title ?? metric,
    difference,
    Number.isNaN(interval[0]) ? '–' : `${short(interval[0])} … ${short(interval[1])}`,
    sayP(pValue),
    test,
  ]);
  return `${htmlTable(['difference', 'figure', 'value', '95 % interval', 'p', 'test'], rows)}
<p class="reading">${duels.length} differences are shown and their p-values are not adjusted for that: some fall below 0.05 by chance.</p>`;
}

export const sayP = (p: number) => (Number.isNaN(p) ? '–' : p < 0.0001 ? '< 0.0001' : p.toFixed(4));
