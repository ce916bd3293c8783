// `inkling lab compare`: learners over the same folds or on one test file, or saved models on one test file.

import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InklingError } from '../../../errors.ts';
import {
  type Comparison,
  compareModels,
  compareOnTest,
  compareOverFolds,
  drawCompareReport,
  metrics,
  readModel,
  readTable,
  type Spread,
  sayP,
} from '../../../lab/index.ts';
import { count, seed } from '../../arguments.ts';
import { answer } from '../../place.ts';
import { openProgress } from '../../progress.ts';
import { table } from '../../table.ts';
import { figure, indent } from './describe.ts';
import {
  type ColumnOptions,
  type ReadingOptions,
  readingOf,
  withColumnOptions,
  withReadingOptions,
} from './reading.ts';

type CompareOptions = ReadingOptions &
  Omit<ColumnOptions, 'label'> & {
    label?: string;
    train?: string;
    test?: string;
    learners?: string[];
    models?: string[];
    folds?: number;
    repeats: number;
    groupColumn?: string;
    seed: number;
    report?: string;
    json?: boolean;
  };

export function addCompare(lab: Command): void {
  const command = lab
    .command('compare')
    .description('hold learners or saved models against each other on the same rows, with tests of the differences')
    .option('--train <file>', 'the rows to learn from')
    .option('--test <file>', 'judge on the rows of this file')
    .option('--learners <names>', 'with commas, as in boosting,logistic:l2=10,transform=none', readLearners)
    .option('--models <files>', 'with commas: models written by lab fit or by another library', (text) =>
      text.split(','),
    )
    .option('--folds <number>', 'judge by so many stratified folds', count)
    .option('--repeats <number>', 'shuffle the folds so many times', count, 1)
    .option('--group-column <column>', 'rows with one value of it stay in one fold, such as those of one person');
  withColumnOptions(command, 'optional')
    .option('--seed <number>', 'seed of every random choice', seed, 1)
    .option('--report <file>', 'where to write a report with plots, as one HTML file');
  withReadingOptions(command).option('--json', 'print the result as JSON').action(runCompare);
}

/** Commas part learners, and settings of one learner: a piece with `=` and no learner before it is a setting. */
function readLearners(text: string): string[] {
  const specs: string[] = [];
  for (const piece of text.split(',')) {
    const isSetting = /^[^:]*=/.test(piece) && specs.length > 0;
    if (isSetting) specs.push(`${specs.pop()},${piece}`);
    else specs.push(piece.trim());
  }
  return specs;
}

async function runCompare(options: CompareOptions): Promise<void> {
  const progress = openProgress(process.stderr, options.json ? 'quiet' : 'shown');
  try {
    const stage = progress.stage('compare');
    const comparison = await compare(options, (done, total) => stage.update(done, total));
    stage.end();
    progress.close();
    const contenders = comparison.contenders.map(({ scored: _, ...contender }) => contender);
    if (options.report) writeFileSync(options.report, drawCompareReport(comparison));
    answer(options, { ...comparison, contenders, report: options.report }, () => describe(comparison, options));
  } finally {
    progress.close();
  }
}

async function compare(
  options: CompareOptions,
  onProgress: (done: number, total: number) => void,
): Promise<Comparison> {
  const { label, learners = [], models = [], train, test, folds } = options;
  if (models.length > 1 && test !== undefined) {
    const read = models.map((path) => ({ name: path, saved: readModel(path) }));
    return compareModels(read, await readTable(test, readingOf(options)), options);
  }
  if (
    learners.length < 2 ||
    train === undefined ||
    label === undefined ||
    (test !== undefined && folds !== undefined)
  ) {
    throw new InklingError('invalid_input', 'It is not clear what to compare on what.', {
      hint: 'Give --learners a,b with --train, --label and either --folds or --test; or --models a.json,b.json with --test.',
    });
  }
  const request = { ...options, learners, label, train: await readTable(train, readingOf(options)), onProgress };
  return test === undefined
    ? compareOverFolds({ ...request, folds: folds ?? 10 })
    : compareOnTest({ ...request, test: await readTable(test, readingOf(options)) });
}

function describe({ kind, rows, judgedBy, contenders, duels, notes }: Comparison, { report }: CompareOptions): string {
  const shown = metrics[kind];
  const cell = (value: number | Spread) =>
    typeof value === 'number' ? figure(value) : `${figure(value.mean)} ± ${figure(value.sd)}`;
  return [
    '',
    ...notes.map((note) => `  ${note}`),
    `  ${rows.toLocaleString('en')} rows, judged by ${judgedBy}${typeof contenders[0].figures[shown[0].name] === 'number' ? '' : ': mean ± standard deviation'}.`,
    '',
    indent(
      table(
        ['', ...contenders.map(({ name }) => name)],
        [
          ...shown.map(({ name, title }) => [title, ...contenders.map(({ figures }) => cell(figures[name]))]),
          ...(contenders[0].secondsFit === undefined
            ? []
            : [['seconds to fit', ...contenders.map(({ secondsFit }) => figure(secondsFit ?? Number.NaN))]]),
        ],
      ),
    ),
    '',
    indent(
      table(
        ['difference', '', '', '95 % interval', 'p', 'test'],
        duels.map(({ first, second, metric, difference, interval, pValue, test }) => [
          `${first} − ${second}`,
          shown.find(({ name }) => name === metric)?.title,
          signed(difference),
          Number.isNaN(interval[0]) ? '–' : `${signed(interval[0])} … ${signed(interval[1])}`,
          sayP(pValue),
          test,
        ]),
      ),
    ),
    '',
    `  ${duels.length} differences are shown and their p-values are not adjusted for that: some fall below 0.05 by chance.`,
    ...(report ? [`  Report: ${report}`] : []),
    '',
  ].join('\n');
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
