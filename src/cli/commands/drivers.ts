// `inkling drivers`: what moves the scores, what precedes a step up, and journeys; as text, JSON, or a report in a file.

import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Command } from 'commander';
import { InklingError } from '../../errors.ts';
import {
  actionInWords,
  type DriverReport,
  type ReportFormat,
  readDriverReport,
  reportFormats,
  usableModel,
  writeDriverReport,
} from '../../predict/index.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { table } from '../table.ts';

type DriversOptions = PlaceOptions & { model?: string; report?: string };

export function addDrivers(program: Command): void {
  withPlaceOptions(
    program
      .command('drivers')
      .description('what moves the scores, and what people did before they rose a level')
      .option('--model <id>', 'a model other than the active one')
      .option('--report <file>', `write a report; the ending says which: ${reportFormats.join(', ')}`),
  ).action((options: DriversOptions) =>
    inPlace(options, async ({ store, workspace }) => {
      const format = options.report === undefined ? undefined : formatOf(options.report);
      const model = await usableModel(store, workspace.id, options.model);
      const report = await readDriverReport(store, model, new Date());
      if (options.report !== undefined && format !== undefined) {
        writeFileSync(options.report, writeDriverReport(report, format));
        answer(options, { report: options.report, format }, () => `Wrote ${options.report}.`);
      } else answer(options, report, () => describe(report));
    }),
  );
}

function formatOf(file: string): ReportFormat {
  const ending = extname(file).slice(1).toLowerCase();
  const format = reportFormats.find((known) => known === ending);
  if (format) return format;
  throw new InklingError('invalid_input', `"${file}" does not say which kind of report it is.`, {
    field: '--report',
    value: file,
    hint: `End its name with one of .${reportFormats.join(', .')}.`,
  });
}

function describe({ drivers, movement }: DriverReport): string {
  const signals = table(
    ['signal', 'importance', 'direction'],
    drivers
      .slice(0, 12)
      .map(({ sentence, importance, direction }) => [sentence, Number(importance.toFixed(3)), direction]),
  );
  const steps = movement.steps
    .filter(({ actions }) => actions.length > 0)
    .map(({ from, actions }) => {
      const rows = actions
        .slice(0, 10)
        .map((one) => [
          actionInWords(one.action),
          share(one.roseShare),
          share(one.othersShare),
          one.oddsRatio === null ? undefined : Number(one.oddsRatio.toFixed(2)),
          one.verdict,
        ]);
      return `Up from ${from}:\n${table(['what they did', 'rose', 'others', 'odds ratio', 'verdict'], rows)}`;
    });
  return [signals, movement.statement, ...steps].join('\n\n');
}

const share = (value: number) => Number(value.toFixed(3));
