// Options that several lab commands share: how a file is read and which of its columns are used.

import { type Command, InvalidArgumentError } from 'commander';
import type { TableOptions } from '../../../lab/index.ts';

export type ReadingOptions = { delimiter?: string; header: boolean; missing?: string[] };

export type ColumnOptions = {
  label: string;
  positive?: string;
  drop?: string[];
  categorical?: string[];
  keep?: string[];
};

export function withReadingOptions(command: Command): Command {
  return command
    .option('--delimiter <sign>', 'what separates the columns; guessed if absent', sign)
    .option('--no-header', 'the first line is already a row; columns are named c1, c2, …')
    .option('--missing <values...>', 'more texts that mean "unknown"');
}

export function withColumnOptions(command: Command, label: 'required' | 'optional' = 'required'): Command {
  const option = command.createOption('--label <column>', 'the column to predict: two values, or an amount');
  return command
    .addOption(option.makeOptionMandatory(label === 'required'))
    .option('--positive <value>', 'the value that counts as yes')
    .option('--drop <columns...>', 'columns to leave out')
    .option('--categorical <columns...>', 'columns of numbers that are codes')
    .option('--keep <columns...>', 'columns to use although they look like an id or a constant');
}

export function readingOf({ delimiter, header, missing }: ReadingOptions): TableOptions {
  return { delimiter, missing, firstLine: header ? 'names' : 'row' };
}

function sign(text: string): string {
  const one = text === '\\t' ? '\t' : text;
  if (one.length !== 1 || one.charCodeAt(0) > 127) throw new InvalidArgumentError(`"${text}" is not one sign.`);
  return one;
}
