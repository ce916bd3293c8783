// `inkling lab import` and `inkling lab export`: models from other libraries, and ours in formats that others run.

import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InklingError } from '../../../errors.ts';
import { exportableFormats, exportModel, readModel, writeModel } from '../../../lab/index.ts';
import { answer } from '../../place.ts';

type ExportOptions = { model: string; json?: boolean } & Record<string, unknown>;

export function addExchange(lab: Command): void {
  lab
    .command('import')
    .description('turn a model of XGBoost, LightGBM or ONNX into a model file of the lab')
    .requiredOption('--from <file>', 'the model that another library saved')
    .requiredOption('--model <file>', 'where to write it')
    .option('--json', 'print the result as JSON')
    .action((options: { from: string; model: string; json?: boolean }) => {
      const saved = readModel(options.from);
      writeModel(options.model, saved);
      const features = saved.features.map(({ name }) => name);
      answer(options, { model: options.model, features }, () => `${options.model}: asks for ${features.join(', ')}.`);
    });
  const command = lab
    .command('export')
    .description('write a model in a format that other programs run')
    .requiredOption('--model <file>', 'a model written by lab fit');
  for (const { name, sentence } of exportableFormats) command.option(`--${name} <file>`, sentence);
  command.option('--json', 'print the result as JSON').action(runExport);
}

function runExport(options: ExportOptions): void {
  const format = exportableFormats.find(({ name }) => options[name] !== undefined);
  if (format === undefined) {
    throw new InklingError('invalid_input', 'It is not said in which format to write the model.', {
      hint: `Pass ${exportableFormats.map(({ name }) => `--${name} FILE`).join(' or ')}.`,
    });
  }
  const file = String(options[format.name]);
  const { bytes, inputs } = exportModel(readModel(options.model), format.name);
  writeFileSync(file, bytes);
  const lines = inputs.map(({ name, reading }) => `  ${name}: ${reading}`);
  answer(options, { file, format: format.name, inputs }, () =>
    [`${file} takes these columns in this order:`, ...lines].join('\n'),
  );
}
