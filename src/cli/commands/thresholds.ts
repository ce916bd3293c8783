// `inkling thresholds`: what calling people from a score on would bring today.

import type { Command } from 'commander';
import { type CutsReport, readCuts, usableModel } from '../../predict/index.ts';
import { count, share } from '../arguments.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { table } from '../table.ts';

type ThresholdOptions = PlaceOptions & { model?: string; precision?: number; recall?: number; people?: number };

export function addThresholds(program: Command): void {
  withPlaceOptions(
    program
      .command('thresholds')
      .description('true and false positives that every threshold brings among the people of today')
      .option('--model <id>', 'a model other than the active one')
      .option('--precision <share>', 'suggest a score from which at least this share of those called converts', share)
      .option('--recall <share>', 'suggest a score from which at least this share of who will convert is called', share)
      .option('--people <number>', 'suggest a score that calls no more people', count),
  ).action(({ precision, recall, people, ...options }: ThresholdOptions) =>
    inPlace(options, async ({ store, workspace }) => {
      const model = await usableModel(store, workspace.id, options.model);
      const wish = { minPrecision: precision, minRecall: recall, maxPeople: people };
      const report = await readCuts(store, model, wish);
      answer(options, report, () =>
        report.asOf === null ? `"${model.name}" has scored nobody yet.` : describe(report),
      );
    }),
  );
}

function describe({ cuts, suggestion, people, expectedConversions, timeframeDays }: CutsReport): string {
  const whole = `Of ${people.toLocaleString('en-US')} people ${Math.round(expectedConversions).toLocaleString('en-US')} are expected to convert within ${timeframeDays} ${timeframeDays === 1 ? 'day' : 'days'}.`;
  const rows = cuts
    .filter(({ threshold }) => threshold % 10 === 0)
    .map((cut) => [
      cut.threshold,
      cut.people,
      Math.round(cut.truePositives),
      `${Math.round(cut.truePositivesInterval[0])} to ${Math.round(cut.truePositivesInterval[1])}`,
      Math.round(cut.falsePositives),
      cut.precision === null ? undefined : Number(cut.precision.toFixed(2)),
      cut.recall === null ? undefined : Number(cut.recall.toFixed(2)),
    ]);
  const header = ['from score', 'called', 'will convert', '95 % interval', 'will not', 'precision', 'recall'];
  return [whole, table(header, rows), ...(suggestion ? [suggestion.sentence] : [])].join('\n\n');
}
