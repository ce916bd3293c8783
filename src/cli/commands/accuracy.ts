// `inkling accuracy`: did the predictions come true? Day by day, once the timeframe of a day's scores has passed.

import type { Command } from 'commander';
import {
  type AccuracyFigures,
  type AccuracyReport,
  logAccuracy,
  readAccuracy,
  usableModel,
} from '../../predict/index.ts';
import { scoreValue } from '../arguments.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { table } from '../table.ts';

type AccuracyOptions = PlaceOptions & { model?: string; threshold?: number };

export function addAccuracy(program: Command): void {
  withPlaceOptions(
    program
      .command('accuracy')
      .description('what was predicted against what happened, day by day')
      .option('--model <id>', 'a model other than the active one')
      .option('--threshold <score>', 'the score from which a conversion counts as predicted (default: 70)', scoreValue),
  ).action((options: AccuracyOptions) =>
    inPlace(options, async ({ store, workspace }) => {
      await logAccuracy(store, { workspace: workspace.id, now: new Date() });
      const model = await usableModel(store, workspace.id, options.model);
      const report = await readAccuracy(store, model, { threshold: options.threshold });
      answer(options, report, () => describe(report));
    }),
  );
}

function describe({ days, statement, nextKnownAt, overall }: AccuracyReport): string {
  const waiting = nextKnownAt ? `\nThe next outcomes are known on ${nextKnownAt.slice(0, 10)}.` : '';
  if (overall === null) return `${statement}${waiting}`;
  const header = ['day', 'scored', 'converted', 'predicted', 'right', 'precision', 'recall', 'F1', 'lift %', 'AUC'];
  const row = (day: string, at: AccuracyFigures) => [
    day,
    at.predictionsCount,
    at.conversionsCount,
    at.truePositives + at.falsePositives,
    at.truePositives,
    rounded(at.precision, 2),
    rounded(at.recall, 2),
    rounded(at.f1Score, 2),
    rounded(at.conversionLiftVsControl, 0),
    rounded(at.auc, 3),
  ];
  const rows = [...days.map((day) => row(day.date, day)), row('all', overall)];
  return `${statement}\n\n${table(header, rows)}${waiting}`;
}

function rounded(value: number | null, digits: number): number | undefined {
  return value === null ? undefined : Number(value.toFixed(digits));
}
