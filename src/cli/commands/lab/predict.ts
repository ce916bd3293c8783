// `inkling lab predict`: a saved model, ours or another library's, on a file.

import type { Command } from 'commander';
import {
  findLabel,
  metrics,
  predict,
  predictUplift,
  readClassModel,
  readModel,
  readTable,
  readUpliftModel,
  type Table,
  writePredictions,
  writeUplifts,
} from '../../../lab/index.ts';
import { answer } from '../../place.ts';
import { table } from '../../table.ts';
import { answerClasses } from './classes.ts';
import { figure, indent } from './describe.ts';
import { type ReadingOptions, readingOf, withReadingOptions } from './reading.ts';

type PredictOptions = ReadingOptions & {
  model: string;
  data: string;
  out?: string;
  label?: string;
  positive?: string;
  json?: boolean;
};

export function addPredict(lab: Command): void {
  const command = lab
    .command('predict')
    .description('predict the rows of a file with a saved model, also one of XGBoost or LightGBM')
    .requiredOption('--model <file>', 'a model written by lab fit, or by another library')
    .requiredOption('--data <file>', 'the rows to predict')
    .option('--label <column>', 'judge by this column; the one of the training if absent')
    .option('--positive <value>', 'the value of it that counts as yes')
    .option('--out <file>', 'where to write row and prediction as CSV');
  withReadingOptions(command).option('--json', 'print the result as JSON').action(runPredict);
}

async function runPredict(options: PredictOptions): Promise<void> {
  const data = await readTable(options.data, readingOf(options));
  const uplift = readUpliftModel(options.model);
  if (uplift !== undefined) return answerUplift(predictUplift(uplift, data), data, options);
  const classes = readClassModel(options.model);
  if (classes !== undefined) return answerClasses(classes, data, options);
  const read = readModel(options.model);
  const { label, positive } = options;
  const saved = label === undefined ? read : { ...read, label: findLabel(data, label, positive).label };
  const { prediction, predictions } = predict(saved, data);
  if (options.out) await writePredictions(options.out, predictions);
  const first = Array.from(predictions.p.subarray(0, FIRST_ROWS), (p, r) => ({ row: r + 1, prediction: p }));
  answer(options, { ...prediction, ...(options.out ? { out: options.out } : { first }) }, () => {
    const { figures = {}, rows, file, judgedRows, mean } = prediction;
    const shown = metrics[saved.label?.kind ?? 'outcome'].filter(({ name }) => figures[name] !== undefined);
    return [
      '',
      `  ${file}: ${rows.toLocaleString('en')} rows, predicted ${figure(mean)} on average.`,
      ...prediction.notes.map((note) => `  ${note}`),
      '',
      ...(judgedRows
        ? [
            indent(
              table(
                [`on ${judgedRows} rows with a label`, 'value'],
                shown.map(({ name, title }) => [title, figure(figures[name])]),
              ),
            ),
            '',
          ]
        : []),
      options.out
        ? `  Predictions: ${options.out}`
        : indent(
            table(
              ['row', 'prediction'],
              first.map(({ row, prediction: p }) => [row, figure(p)]),
            ),
          ),
      '',
    ].join('\n');
  });
}

function answerUplift(
  { uplift, notes }: ReturnType<typeof predictUplift>,
  { file, rows }: Table,
  options: PredictOptions,
): void {
  if (options.out) writeUplifts(options.out, { uplift });
  const mean = uplift.reduce((sum, one) => sum + one, 0) / rows;
  const first = Array.from(uplift.subarray(0, FIRST_ROWS), (one, r) => ({ row: r + 1, uplift: one }));
  const shown = options.out ? { out: options.out } : { first };
  answer(options, { file, rows, mean, notes, ...shown }, () =>
    [
      '',
      `  ${file}: ${rows.toLocaleString('en')} rows, an uplift of ${figure(mean)} on average.`,
      ...notes.map((note) => `  ${note}`),
      '',
      options.out
        ? `  Uplifts: ${options.out}`
        : indent(
            table(
              ['row', 'uplift'],
              first.map(({ row, uplift: one }) => [row, figure(one)]),
            ),
          ),
      '',
    ].join('\n'),
  );
}

/** Shown where they are not written to a file. */
const FIRST_ROWS = 10;
