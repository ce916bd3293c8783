// `inkling lab explain`: why a model predicts what it does for one row, or what it goes by over all rows of a file.

import type { Command } from 'commander';
import {
  type Explanation,
  explain,
  findImportances,
  type Importances,
  metrics,
  type Reason,
  readModel,
  readTable,
  sayReason,
} from '../../../lab/index.ts';
import { count, seed } from '../../arguments.ts';
import { answer } from '../../place.ts';
import { table } from '../../table.ts';
import { figure, indent } from './describe.ts';
import { type ReadingOptions, readingOf, withReadingOptions } from './reading.ts';

type ExplainOptions = ReadingOptions & {
  model: string;
  data: string;
  row?: number;
  top: number;
  repeats: number;
  seed: number;
  json?: boolean;
};

export function addExplain(lab: Command): void {
  const command = lab
    .command('explain')
    .description('say why a model predicts what it does for one row, or without --row what it goes by over all rows')
    .requiredOption('--model <file>', 'a model written by lab fit, or by another library')
    .requiredOption('--data <file>', 'the file with the row')
    .option('--row <number>', 'which row, from 1, the header not counted', count)
    .option('--top <number>', 'how many reasons or features to show', count, 12)
    .option('--repeats <number>', 'without --row: how often the values of each feature are shuffled', count, 5)
    .option('--seed <number>', 'without --row: seed of the shuffling', seed, 1);
  withReadingOptions(command)
    .option('--json', 'print every reason as JSON')
    .action(async (options: ExplainOptions) => {
      const data = await readTable(options.data, readingOf(options));
      const saved = readModel(options.model);
      if (options.row === undefined) {
        const importances = findImportances(saved, data, options);
        answer(options, importances, () => describeImportances(importances, options.top));
        return;
      }
      const explanation = explain(saved, data, options.row);
      answer(options, explanation, () => describe(explanation, options.top));
    });
}

function describe({ file, row, prediction, rawScore, bias, link, reasons }: Explanation, top: number): string {
  const shown = reasons.slice(0, top);
  const rest = reasons.slice(top).reduce((sum, { contribution }) => sum + contribution, 0);
  const largest = Math.max(...shown.map(({ contribution }) => Math.abs(contribution)));
  const unit = link === 'logit' ? 'log-odds' : link === 'log' ? 'log of the mean' : 'amount';
  return [
    '',
    `  ${file}, row ${row}: ${figure(prediction)}`,
    `  ${signed(rawScore)} in ${unit} = ${signed(bias)} for any row, and:`,
    '',
    ...shown.map((reason) => `  ${bar(reason, largest)} ${signed(reason.contribution)}  ${sayReason(reason, link)}`),
    ...(reasons.length > top
      ? [`  ${' '.repeat(2 * HALF_BAR + 1)} ${signed(rest)}  ${reasons.length - top} more`]
      : []),
    '',
  ].join('\n');
}

function describeImportances({ file, rows, score, features, notes }: Importances, top: number): string {
  const title = Object.values(metrics)
    .flat()
    .find(({ name }) => name === score)?.title;
  const isShuffled = features.some(({ permutation }) => permutation !== undefined);
  const shown = features
    .slice(0, top)
    .map(({ feature, gain, meanAbsolute, permutation }) => [
      feature,
      figure(gain),
      figure(meanAbsolute),
      ...(permutation ? [signed(permutation.mean), figure(permutation.sd)] : []),
    ]);
  return [
    '',
    `  ${file}: ${rows.toLocaleString('en')} rows.`,
    ...notes.map((note) => `  ${note}`),
    '',
    indent(table(['', 'gain', 'mean |effect|', ...(isShuffled ? ['shuffled costs', 'sd'] : [])], shown)),
    '',
    "  gain: share in what the model explains of its training rows; effect: part of a row's raw score.",
    ...(isShuffled
      ? [`  shuffled costs: by how much ${title} worsens on these rows when the feature's values are shuffled.`]
      : []),
    '',
  ].join('\n');
}

const HALF_BAR = 12;

/** To the right of the middle what raises the score, to the left what lowers it. */
function bar({ contribution }: Reason, largest: number): string {
  const filled = largest > 0 ? Math.round((Math.abs(contribution) / largest) * HALF_BAR) : 0;
  const side = '█'.repeat(filled);
  return contribution < 0
    ? `${side.padStart(HALF_BAR)}│${' '.repeat(HALF_BAR)}`
    : `${' '.repeat(HALF_BAR)}│${side.padEnd(HALF_BAR)}`;
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
