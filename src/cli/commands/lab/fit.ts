// `inkling lab fit`: learn from a file, judge on rows not learned from, keep model, predictions and report.

import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InklingError } from '../../../errors.ts';
import {
  type ClassLabel,
  drawReport,
  type Fit,
  findClasses,
  fit,
  type Judging,
  readTable,
  type Table,
  writeModel,
  writePredictions,
} from '../../../lab/index.ts';
import { count, seed, share } from '../../arguments.ts';
import { answer } from '../../place.ts';
import { openProgress } from '../../progress.ts';
import { runClassFit } from './classes.ts';
import { describeFit } from './describe.ts';
import { type FairOptions, runFairFit, withFairOptions } from './fair.ts';
import {
  type ColumnOptions,
  type ReadingOptions,
  readingOf,
  withColumnOptions,
  withReadingOptions,
} from './reading.ts';

type FitCommandOptions = ReadingOptions &
  ColumnOptions &
  FairOptions & {
    train: string;
    test?: string;
    folds?: number;
    repeats: number;
    groupColumn?: string;
    timeColumn?: string;
    cut?: string;
    learner: string;
    set?: string[];
    classes?: boolean;
    earlyStopping?: number;
    seed: number;
    model?: string;
    predictions?: string;
    report?: string;
    json?: boolean;
  };

export function addFit(lab: Command): void {
  const command = lab
    .command('fit')
    .description('learn from a table (CSV, TSV, also .gz, or Parquet) and say how good the model is')
    .requiredOption('--train <file>', 'the rows to learn from')
    .option('--test <file>', 'judge on the rows of this file')
    .option('--folds <number>', 'judge by so many stratified folds; 5 where no other way is given', count)
    .option('--repeats <number>', 'shuffle the folds so many times', count, 1)
    .option('--group-column <column>', 'rows with one value of it stay in one fold, such as those of one person')
    .option('--time-column <column>', 'judge on the later rows, learn from the earlier ones')
    .option('--cut <moment>', 'where the later rows begin; the last fifth if absent');
  withColumnOptions(command)
    .option('--learner <name>', 'boosting, logistic, … (docs/reference/learners.md), or auto', 'boosting')
    .option(
      '--set <key=value...>',
      'settings of the learner, as in --set trees=500 learningRate=0.1; of any, calibration=isotonic, platt, beta or auto',
    )
    .option('--classes', 'tell every value of the label apart, also where it holds numbers')
    .option('--early-stopping <share>', 'share of the training rows by which the learner decides when to stop', share)
    .option('--seed <number>', 'seed of every random choice', seed, 1)
    .option('--model <file>', 'where to write the model')
    .option('--predictions <file>', 'where to write the predictions that were judged')
    .option('--report <file>', 'where to write a report with plots, as one HTML file');
  withFairOptions(command);
  withReadingOptions(command).option('--json', 'print the result as JSON').action(runFit);
}

async function runFit(options: FitCommandOptions): Promise<void> {
  const progress = openProgress(process.stderr, options.json ? 'quiet' : 'shown');
  try {
    const reading = progress.stage('read');
    const train = await readTable(options.train, readingOf(options));
    const judging = await readJudging(options);
    reading.end(`${train.rows.toLocaleString('en')} rows`);
    if (options.fair !== undefined || options.group !== undefined)
      return await runFairFit(options, { train, judging }, progress);
    const label = findAskedClasses(train, options);
    if (label !== undefined) return runClassFit(options, { train, judging, label }, progress);
    const fitting = progress.stage('fit');
    const done = fit({
      ...options,
      train,
      judging,
      validShare: options.earlyStopping,
      finalModel: options.model || options.report ? 'fit' : 'skip',
      permutation: options.report ? 'find' : 'skip',
      onProgress: (at, total) => fitting.update(at, total),
    });
    fitting.end();
    progress.close();
    answer(options, { ...done.summary, ...(await write(done, options)) }, () => describeFit(done.summary, options));
  } finally {
    progress.close();
  }
}

/** The classes of a label of three texts or more, unless one of them is held against the rest. */
function findAskedClasses(train: Table, { label, classes, positive }: FitCommandOptions): ClassLabel | undefined {
  return positive === undefined ? findClasses(train, label, classes ? 'asked' : 'texts') : undefined;
}

async function readJudging(options: FitCommandOptions): Promise<Judging> {
  const { test, folds, groupColumn, timeColumn, cut, repeats } = options;
  const ways = [test && '--test', folds && '--folds', timeColumn && '--time-column'].filter(Boolean);
  if (ways.length > 1) {
    throw new InklingError('invalid_input', `${ways.join(' and ')} are different ways to judge.`, {
      field: ways[1] as string,
      hint: 'Choose one of them.',
    });
  }
  if (test) return { by: 'test', table: await readTable(test, readingOf(options)) };
  if (timeColumn) return { by: 'time', column: timeColumn, cut: cut === undefined ? undefined : momentOrNumber(cut) };
  return { by: 'folds', folds: folds ?? 5, repeats, groupColumn };
}

function momentOrNumber(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const moment = Number.isNaN(value) ? Date.parse(text) : value;
  if (!Number.isNaN(moment)) return moment;
  throw new InklingError('invalid_input', `${JSON.stringify(text)} is neither a date nor a number.`, {
    field: '--cut',
    value: text,
    hint: 'Write 2026-01-31, or a number where the column holds numbers.',
  });
}

async function write(done: Fit, { model, predictions, report, seed }: FitCommandOptions): Promise<object> {
  if (model && done.saved) writeModel(model, done.saved);
  if (predictions) await writePredictions(predictions, done.scored);
  if (report) writeFileSync(report, drawReport(done, { seed }));
  return { model, predictions, report };
}
