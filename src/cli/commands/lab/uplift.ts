// `inkling lab uplift`: learn from an experiment whom a treatment moves, and say how well its ranking and its size hold on
// rows not learned from.

import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import {
  drawUpliftReport,
  fitUplift,
  readTable,
  type UpliftFit,
  type UpliftSummary,
  writeUpliftModel,
  writeUplifts,
} from '../../../lab/index.ts';
import { count, seed } from '../../arguments.ts';
import { answer } from '../../place.ts';
import { openProgress } from '../../progress.ts';
import { table } from '../../table.ts';
import { indent } from './describe.ts';
import { type ReadingOptions, readingOf, withReadingOptions } from './reading.ts';

type UpliftOptions = ReadingOptions & {
  train: string;
  treatment: string;
  treated?: string;
  control?: string;
  outcome: string;
  positive?: string;
  drop?: string[];
  categorical?: string[];
  keep?: string[];
  folds: number;
  repeats: number;
  learner: string;
  base?: string;
  set?: string[];
  seed: number;
  model?: string;
  predictions?: string;
  report?: string;
  json?: boolean;
};

export function addUplift(lab: Command): void {
  const command = lab
    .command('uplift')
    .description('learn from an experiment whom a treatment moves, and judge by Qini, AUTOC and calibration')
    .requiredOption('--train <file>', 'the rows of the experiment')
    .requiredOption('--treatment <column>', 'the column that says who was treated')
    .requiredOption('--outcome <column>', 'what came of it: two values, or an amount')
    .option('--treated <value>', 'the value of the treated')
    .option('--control <value>', 'the value of those who were not')
    .option('--positive <value>', 'the value of the outcome that counts as yes')
    .option('--drop <columns...>', 'columns to leave out, such as other outcomes')
    .option('--categorical <columns...>', 'columns of numbers that are codes')
    .option('--keep <columns...>', 'columns to use although they look like an id or a constant')
    .option('--folds <number>', 'judge by so many folds', count, 5)
    .option('--repeats <number>', 'shuffle the folds so many times', count, 10)
    .option('--learner <name>', 's, t, x, dr, r, class-transformation or auto', 'auto')
    .option('--base <name>', 'the learner of outcomes inside it: logistic, boosting, …')
    .option('--set <key=value...>', 'settings of the learner, as in --set propensity=model baseSettings.l2=10')
    .option('--seed <number>', 'seed of every random choice', seed, 1)
    .option('--model <file>', 'where to write the model')
    .option('--predictions <file>', 'where to write the uplifts of the first repeat')
    .option('--report <file>', 'where to write a report with plots, as one HTML file');
  withReadingOptions(command).option('--json', 'print the result as JSON').action(runUplift);
}

async function runUplift(options: UpliftOptions): Promise<void> {
  const progress = openProgress(process.stderr, options.json ? 'quiet' : 'shown');
  try {
    const reading = progress.stage('read');
    const train = await readTable(options.train, readingOf(options));
    reading.end(`${train.rows.toLocaleString('en')} rows`);
    const fitting = progress.stage('fit');
    const done = fitUplift({
      ...options,
      train,
      finalModel: options.model ? 'fit' : 'skip',
      onProgress: (at, total) => fitting.update(at, total),
    });
    fitting.end();
    progress.close();
    write(done, options);
    const { model, predictions, report } = options;
    answer(options, { ...done.summary, model, predictions, report }, () => describeUplift(done.summary, options));
  } finally {
    progress.close();
  }
}

function write(done: UpliftFit, { model, predictions, report }: UpliftOptions): void {
  if (model && done.saved) writeUpliftModel(model, done.saved);
  if (predictions) writeUplifts(predictions, done.scored);
  if (report) writeFileSync(report, drawUpliftReport(done));
}

function describeUplift(
  summary: UpliftSummary,
  files: Pick<UpliftOptions, 'model' | 'predictions' | 'report'>,
): string {
  const { treatment, averageEffect, outcome, notes } = summary;
  return [
    '',
    `  ${summary.file}: ${treatment.treatedRows.toLocaleString('en')} rows with ${treatment.treated}, ${treatment.controlRows.toLocaleString('en')} with ${treatment.control}.`,
    `  Mean of ${outcome.column}: ${short(treatment.treatedMean)} against ${short(treatment.controlMean)}, a difference of ${short(averageEffect.estimate)} (${interval(averageEffect)}).`,
    ...notes.map((note) => `  ${note}`),
    '',
    `  ${summary.learner}, judged by ${summary.judgedBy}:`,
    '',
    indent(figuresTable(summary)),
    '',
    '  By predicted uplift, first repeat:',
    '',
    indent(decilesTable(summary)),
    '',
    ...(files.model ? [`  Model: ${files.model}`] : []),
    ...(files.predictions ? [`  Predictions: ${files.predictions}`] : []),
    ...(files.report ? [`  Report: ${files.report}`] : []),
    '',
  ].join('\n');
}

const titles: Record<string, string> = {
  qini: 'Qini (scikit-uplift)',
  qiniWithoutNegativeEffects: 'Qini, no negative effects',
  auuc: 'AUUC (scikit-uplift)',
  upliftAt10: 'uplift in the top 10 %',
  upliftAt20: 'uplift in the top 20 %',
  upliftAt30: 'uplift in the top 30 %',
  autoc: 'AUTOC',
  rateQini: 'QINI (rank-weighted effect)',
  calibrationSlope: 'calibration slope (1 is right)',
  calibrationError: 'calibration error',
};

function figuresTable({ figures, firstRepeat }: UpliftSummary): string {
  const intervals: Record<string, string> = {
    autoc: interval(firstRepeat.autoc),
    rateQini: interval(firstRepeat.rateQini),
  };
  const rows = Object.entries(titles).map(([name, title]) => {
    const { mean, sd } = figures[name];
    return [title, short(mean), short(sd), intervals[name] ?? ''];
  });
  return table(['', 'mean', 'sd', '95 % interval, first repeat'], rows);
}

function decilesTable({ firstRepeat: { deciles } }: UpliftSummary): string {
  const rows = deciles.map((one, i) => [
    i + 1,
    one.people,
    short(one.treatedRate),
    short(one.controlRate),
    short(one.predicted),
    short(one.observed),
    interval(one),
  ]);
  return table(['group', 'people', 'treated', 'control', 'predicted', 'observed', '95 % interval'], rows);
}

const short = (value: number) => (Number.isNaN(value) ? '–' : value.toPrecision(3));
const interval = ({ low, high }: { low: number; high: number }) => `${short(low)} to ${short(high)}`;
