// `inkling lab fit` on a label of several classes, and `lab predict` with such a model.

import { InklingError } from '../../../errors.ts';
import {
  type ClassLabel,
  type ClassSummary,
  fitLabelClasses,
  type Judging,
  predictClasses,
  type SavedClasses,
  type Table,
  writeClassModel,
  writeClassPredictions,
} from '../../../lab/index.ts';
import { answer } from '../../place.ts';
import type { Progress } from '../../progress.ts';
import { table } from '../../table.ts';
import { figure, indent } from './describe.ts';

type FitOptions = {
  drop?: string[];
  categorical?: string[];
  keep?: string[];
  learner: string;
  set?: string[];
  earlyStopping?: number;
  seed: number;
  model?: string;
  predictions?: string;
  report?: string;
  json?: boolean;
};

export function runClassFit(
  { drop, categorical, keep, learner, set, seed, ...options }: FitOptions,
  { train, judging, label }: { train: Table; judging: Judging; label: ClassLabel },
  progress: Progress,
): void {
  const { model, predictions, report, earlyStopping } = options;
  if (report !== undefined) {
    throw new InklingError('invalid_input', 'There is no report of several classes.', {
      field: '--report',
      hint: 'Leave out --report, or hold one class against the rest with --positive.',
    });
  }
  const fitting = progress.stage('fit');
  const { summary, scored, saved } = fitLabelClasses({
    ...{ train, judging, label, drop, categorical, keep, learner, set, seed },
    validShare: earlyStopping,
    finalModel: model ? 'fit' : 'skip',
    onProgress: (done, total) => fitting.update(done, total),
  });
  fitting.end();
  progress.close();
  if (model && saved) writeClassModel(model, saved);
  if (predictions) writeClassPredictions(predictions, scored, label.classes);
  answer(options, { ...summary, model, predictions }, () => describeClassFit(summary, options));
}

const TITLES: Record<string, string> = {
  rocAuc: 'ROC AUC, mean of each class against the rest',
  logLoss: 'log loss',
  accuracy: 'accuracy of the most probable class',
  secondsFit: 'seconds to fit',
};

function describeClassFit(summary: ClassSummary, files: { model?: string; predictions?: string }): string {
  const { label, figures, pooled, confusion, dropped, notes } = summary;
  const isFolded = Object.values(figures).some(({ sd }) => sd > 0);
  const rows = Object.entries(figures).map(([name, { mean, sd }]) =>
    isFolded
      ? [TITLES[name], figure(mean), figure(sd), pooled[name] === undefined ? '' : figure(pooled[name])]
      : [TITLES[name], figure(mean)],
  );
  return [
    '',
    `  ${summary.file}: ${summary.rows.toLocaleString('en')} rows, ${summary.features} features.`,
    ...notes.map((note) => `  ${note}`),
    ...(dropped.length > 0
      ? [`  Left out: ${dropped.map(({ column, reason }) => `${column} (${reason})`).join(', ')}.`]
      : []),
    '',
    `  boosting, learned from ${summary.trainRows.toLocaleString('en')} rows, judged on ${summary.testRows.toLocaleString('en')} (${summary.judgedBy}):`,
    '',
    indent(table(isFolded ? ['', 'mean', 'sd', 'pooled'] : ['', 'value'], rows)),
    '',
    indent(
      table(
        ['is ↓, predicted →', ...label.classes],
        label.classes.map((name, k) => [name, ...confusion[k]]),
      ),
    ),
    '',
    ...(files.model ? [`  Model: ${files.model}`] : []),
    ...(files.predictions ? [`  Predictions: ${files.predictions}`] : []),
    '',
  ].join('\n');
}

/** Shown where they are not written to a file. */
const FIRST_ROWS = 10;

export function answerClasses(saved: SavedClasses, data: Table, options: { out?: string; json?: boolean }): void {
  const { classes } = saved.label;
  const { scored, figures, judgedRows, notes } = predictClasses(saved, data);
  if (options.out) writeClassPredictions(options.out, scored, classes);
  const first = Array.from({ length: Math.min(FIRST_ROWS, data.rows) }, (_, r) => ({
    row: r + 1,
    probabilities: Object.fromEntries(classes.map((name, k) => [name, scored.p[k][r]])),
  }));
  const shown = options.out ? { out: options.out } : { first };
  answer(options, { file: data.file, rows: data.rows, figures, judgedRows, notes, ...shown }, () =>
    [
      '',
      `  ${data.file}: ${data.rows.toLocaleString('en')} rows, ${classes.length} classes.`,
      ...notes.map((note) => `  ${note}`),
      '',
      ...(figures
        ? [
            indent(
              table(
                [`on ${judgedRows} rows with a label`, 'value'],
                Object.entries(figures).map(([name, value]) => [TITLES[name], figure(value)]),
              ),
            ),
            '',
          ]
        : []),
      options.out
        ? `  Predictions: ${options.out}`
        : indent(
            table(
              ['row', ...classes],
              first.map(({ row, probabilities }) => [row, ...classes.map((name) => figure(probabilities[name]))]),
            ),
          ),
      '',
    ].join('\n'),
  );
}
