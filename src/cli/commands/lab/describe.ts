// What a fit came to, in lines for a terminal.

import { type FitSummary, metrics, type Spread, THRESHOLD } from '../../../lab/index.ts';
import { table } from '../../table.ts';

export function describeFit(
  summary: FitSummary,
  files: { model?: string; predictions?: string; report?: string },
): string {
  const { label, rows, features, dropped, notes, learner, judgedBy, trainRows, testRows } = summary;
  const share = label.share === undefined ? '' : `, ${(100 * label.share).toFixed(1)} % positive`;
  return [
    '',
    `  ${summary.file}: ${number(rows)} rows, ${features} features${share}.`,
    ...notes.map((note) => `  ${note}`),
    ...(dropped.length > 0
      ? [`  Left out: ${dropped.map(({ column, reason }) => `${column} (${reason})`).join(', ')}.`]
      : []),
    '',
    `  ${learner}, learned from ${number(trainRows)} rows, judged on ${number(testRows)} (${judgedBy}):`,
    '',
    indent(describeFigures(summary)),
    '',
    `  Peak memory ${number(summary['peakMemoryMb'] as number)} MB.`,
    ...(files.model ? [`  Model: ${files.model}`] : []),
    ...(files.predictions ? [`  Predictions: ${files.predictions}`] : []),
    ...(files.report ? [`  Report: ${files.report}`] : []),
    ...(label.kind === 'outcome' ? [`  F1 and accuracy call a row positive from a probability of ${THRESHOLD}.`] : []),
    '',
  ].join('\n');
}

function describeFigures(summary: FitSummary): string {
  const shown = metrics[summary.label.kind].map(({ name, title }) => ({ name, title }));
  const times = [
    { name: 'secondsFit', title: 'seconds to fit' },
    { name: 'secondsPredict', title: 'seconds to predict' },
  ];
  if (summary.pooled === undefined) {
    const [low, high] = summary.rocAucInterval ?? [];
    return table(
      ['', 'value', '95 % interval'],
      [...shown, ...times].map(({ name, title }) => [
        title,
        figure(summary[name] as number),
        name === 'rocAuc' && low !== undefined ? `${figure(low)} – ${figure(high as number)}` : '',
      ]),
    );
  }
  const pooled = summary.pooled;
  return table(
    ['', 'mean', 'sd', 'pooled'],
    [...shown, ...times].map(({ name, title }) => {
      const { mean, sd } = summary[name] as Spread;
      return [title, figure(mean), figure(sd), pooled[name] === undefined ? '' : figure(pooled[name])];
    }),
  );
}

export const figure = (value: number) => (Number.isNaN(value) ? '–' : value.toPrecision(value < 1 ? 4 : 5));

const number = (value: number) => value.toLocaleString('en');

export function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
