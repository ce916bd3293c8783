// The report of an uplift fit as one HTML file: the figures, whom the ranking finds (the Qini curve), and whether the
// predicted uplift is the observed one (groups with their intervals).
import { qiniCurve } from '../learn/index.ts';
import { drawChart, type Point } from './report/chart.ts';
import { htmlTable, percent } from './report/markup.ts';
import { drawPage } from './report/page.ts';
import type { UpliftFit, UpliftSummary } from './uplift.ts';

export function drawUpliftReport({ summary, scored }: UpliftFit): string {
  const { treatment, outcome, learner, judgedBy } = summary;
  return drawPage({
    title: `What ${treatment.treated} changes of ${outcome.column}, by ${learner}`,
    lead: `${summary.file}: ${treatment.treatedRows.toLocaleString('en')} rows with ${treatment.treated}, ${treatment.controlRows.toLocaleString('en')} with ${treatment.control}. Judged by ${judgedBy}.`,
    sections: [
      { title: 'Figures', html: figuresTable(summary) },
      {
        title: 'How good it is, first repeat',
        html: `<div class="plots">${qiniPlot(scored)}\n${groupsPlot(summary)}</div>\n${groupsTable(summary)}`,
      },
      { title: 'How it was made', html: makingOf(summary) },
    ],
  });
}

function figuresTable({ averageEffect, figures }: UpliftSummary): string {
  const { estimate, low, high } = averageEffect;
  return htmlTable(
    ['figure', 'mean over repeats', 'standard deviation'],
    [
      ['average effect', estimate, `95 % interval ${low.toPrecision(3)} to ${high.toPrecision(3)}`],
      ...Object.entries(figures).map(([name, { mean, sd }]): [string, number, number] => [name, mean, sd]),
    ],
  );
}

const MOST_POINTS = 400;

function qiniPlot(scored: UpliftFit['scored']): string {
  const curve = qiniCurve(scored);
  const end = curve[curve.length - 1];
  const stride = Math.ceil(curve.length / MOST_POINTS);
  const points = [...curve.filter((_, i) => i % stride === 0), end].map(
    ({ people, gain }): Point => [people / end.people, gain],
  );
  const gains = points.map(([, gain]) => gain);
  return drawChart({
    title: 'Qini curve',
    description:
      'Outcomes gained among the treated by treating the best-ranked first; the straight line is a random order.',
    x: { title: 'share of the people', from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1], format: percent },
    y: { title: 'outcomes gained', from: Math.min(0, ...gains), to: Math.max(0, ...gains) },
    lines: [
      {
        points: [
          [0, 0],
          [1, end.gain],
        ],
        look: 'guide',
      },
      { points, look: 'main' },
    ],
  });
}

function groupsPlot({ firstRepeat: { deciles } }: UpliftSummary): string {
  const shown = deciles.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
  const bounds = shown.flatMap(({ low, high, predicted }) => [low, high, predicted]);
  const axis = { from: Math.min(0, ...bounds), to: Math.max(0, ...bounds) };
  return drawChart({
    title: 'Predicted and observed uplift',
    description: 'Groups of equal size with 95 % intervals; on the straight line, predictions are what happens.',
    x: { title: 'mean predicted uplift', ...axis },
    y: { title: 'observed uplift', ...axis },
    lines: [
      {
        points: [
          [axis.from, axis.from],
          [axis.to, axis.to],
        ],
        look: 'guide',
      },
    ],
    whiskers: shown.map(({ predicted, observed, low, high }) => ({ x: predicted, y: observed, low, high })),
  });
}

function groupsTable({ firstRepeat: { deciles } }: UpliftSummary): string {
  return htmlTable(
    ['group', 'people', 'mean if treated', 'mean if not', 'predicted', 'observed', 'low', 'high'],
    deciles.map((one, i) => [
      i + 1,
      one.people,
      one.treatedRate,
      one.controlRate,
      one.predicted,
      one.observed,
      one.low,
      one.high,
    ]),
  );
}

function makingOf({ learner, settings, dropped, notes, secondsFit }: UpliftSummary): string {
  return htmlTable(
    ['what', 'how'],
    [
      ['learner', learner],
      ['settings that differ from the defaults', JSON.stringify(settings)],
      ['seconds to fit', secondsFit],
      ...dropped.map(({ column, reason }): [string, string] => [`left out: ${column}`, reason]),
      ...notes.map((note): [string, string] => ['note', note]),
    ],
  );
}
