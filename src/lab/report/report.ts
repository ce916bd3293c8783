// The report of a fit as one HTML file: figures, plots of what was judged, and what the model goes by.
import { type FittedModel, liftTable, type Matrix, partialDependence, thresholdTable } from '../../learn/index.ts';
import type { Feature } from '../encoding.ts';
import { metrics, type Spread } from '../figures.ts';
import type { Fit, FitSummary } from '../fit.ts';
import { type Loss, meanEffects, permutationScore } from '../importance.ts';
import type { Label } from '../label.ts';
import { drawBars } from './chart.ts';
import { htmlTable, percent, short } from './markup.ts';
import { drawPage, type Section } from './page.ts';
import { amountPlot, calibrationPlot, dependencePlot, gainPlot, liftPlot, prPlot, rocPlot } from './plots.ts';

/** Draws the page; `seed` draws the rows that the dependence and the drivers are taken from. */
export function drawReport({ summary, scored, saved, prepared, permutation }: Fit, { seed }: { seed: number }): string {
  const isOutcome = summary.label.kind === 'outcome';
  const plots = isOutcome
    ? [rocPlot, prPlot, calibrationPlot, gainPlot, liftPlot].map((draw) => draw(scored))
    : [amountPlot(scored)];
  const sections: Section[] = [
    { title: 'Figures', html: figuresTable(summary) },
    {
      title: 'How good it is',
      html: `<div class="plots">${plots.join('\n')}</div>${isOutcome ? tables(scored.y, scored.p) : ''}`,
    },
  ];
  if (permutation !== undefined) {
    sections.push({ title: 'What it cannot do without', html: permutationBars(permutation, summary.label.kind) });
  }
  if (saved !== undefined) sections.push(...modelSections(saved.model, prepared.rows.x, prepared.features, seed));
  sections.push({ title: 'How it was made', html: makingOf(summary) });
  return drawPage({
    title: `${summary.label.column} by ${summary.learner}`,
    lead: `${summary.file}: ${summary.rows.toLocaleString('en')} rows, ${summary.features} features. Learned from ${summary.trainRows.toLocaleString('en')} rows, judged on ${summary.testRows.toLocaleString('en')}: ${summary.judgedBy}.`,
    sections,
  });
}

function figuresTable(summary: FitSummary): string {
  const shown = [
    ...metrics[summary.label.kind],
    { name: 'secondsFit', title: 'seconds to fit' },
    { name: 'secondsPredict', title: 'seconds to predict' },
  ];
  const { pooled } = summary;
  if (pooled === undefined) {
    return htmlTable(
      ['figure', 'value'],
      shown.map(({ name, title }) => [title, summary[name] as number]),
    );
  }
  return htmlTable(
    ['figure', 'mean over folds', 'standard deviation', 'all folds together'],
    shown.map(({ name, title }) => {
      const { mean, sd } = summary[name] as Spread;
      return [title, mean, sd, pooled[name] ?? ''];
    }),
  );
}

function tables(y: Float32Array, p: Float64Array): string {
  const lift = liftTable(y, p).map(({ decile, people, conversions, rate, lift, cumulativeGain }) => [
    decile,
    people,
    conversions,
    percent(rate),
    lift,
    percent(cumulativeGain),
  ]);
  const thresholds = thresholdTable(y, p, [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]).map((row) => [
    row.threshold,
    row.people,
    Number.isNaN(row.precision) ? '–' : percent(row.precision),
    percent(row.recall),
  ]);
  return [
    details('Lift and gain by tenths', htmlTable(['tenth', 'rows', 'positives', 'rate', 'lift', 'gain so far'], lift)),
    details('Precision and recall by threshold', htmlTable(['from', 'rows', 'precision', 'recall'], thresholds)),
  ].join('\n');
}

const MOST_BARS = 20;
const MOST_DEPENDENCES = 6;
const ROWS_LOOKED_AT = 300;
/** Contributions cost more than predictions. */
const ROWS_EXPLAINED = 100;

/** Bars of what the score loses; a feature whose shuffling costs nothing has none. */
function permutationBars(permutation: ReadonlyMap<string, Loss>, kind: Label['kind']): string {
  const title = metrics[kind].find(({ name }) => name === permutationScore[kind])?.title;
  return drawBars({
    title: 'Permutation importance',
    description: `How much ${title} worsens on rows that were not learned from when a feature's values are shuffled.`,
    bars: [...permutation]
      .sort(([, a], [, b]) => b.mean - a.mean)
      .slice(0, MOST_BARS)
      .map(([name, { mean, sd }]) => ({ name, value: mean, text: `${short(mean)} ± ${short(sd)}` })),
  });
}

function modelSections(model: FittedModel, x: Matrix, features: readonly Feature[], seed: number): Section[] {
  const importance = model.importance();
  const gains = drawBars({
    title: 'Importance',
    description: "Each feature's share in what the model explains of the training rows.",
    bars: importance.slice(0, MOST_BARS).map(({ name, gain }) => ({ name, value: gain, text: percent(gain) })),
  });
  const effects = drawBars({
    title: 'Drivers',
    description: `How far a feature moves the raw score (${model.link === 'logit' ? 'log-odds' : 'amount'}) of a row on average.`,
    bars: meanEffects(model, x, ROWS_EXPLAINED)
      .slice(0, MOST_BARS)
      .map((effect) => ({ ...effect, text: short(effect.value) })),
  });
  const dependences = importance
    .filter(({ gain }) => gain > 0)
    .slice(0, MOST_DEPENDENCES)
    .map(({ name }) => {
      const as = features.find((feature) => feature.name === name)?.as;
      const nameOf = as?.form === 'category' ? (code: number) => as.values[code] : undefined;
      return dependencePlot(
        partialDependence(model, x, name, { rows: ROWS_LOOKED_AT, seed, points: nameOf ? 6 : 20 }),
        nameOf,
      );
    });
  return [
    { title: 'What it goes by', html: `<div class="plots">${gains}${effects}</div>` },
    { title: 'How predictions hang on a feature', html: `<div class="plots">${dependences.join('\n')}</div>` },
  ];
}

function makingOf({ settings, dropped, notes, learner }: FitSummary): string {
  const rows = Object.entries(settings).map(([name, value]) => [name, JSON.stringify(value)]);
  const lines = [...notes, ...dropped.map(({ column, reason }) => `${column} is left out: ${reason}.`)];
  return [htmlTable(['what', 'how'], [['learner', learner], ...rows, ...lines.map((line) => ['note', line])])].join(
    '\n',
  );
}

function details(title: string, html: string): string {
  return `<details><summary>${title}</summary>${html}</details>`;
}
