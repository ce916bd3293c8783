// `inkling drift`: are people still those that the model learned from? Measures it now, at the latest scoring.

import type { Command } from 'commander';
import { type DriftReport, measureDrift, readDrift, usableModel } from '../../predict/index.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { table } from '../table.ts';

const SHOWN = 15;

export function addDrift(program: Command): void {
  withPlaceOptions(
    program
      .command('drift')
      .description('how far scores and signals are spread otherwise than in training')
      .option('--model <id>', 'a model other than the active one'),
  ).action((options: PlaceOptions & { model?: string }) =>
    inPlace(options, async ({ store, workspace }) => {
      const model = await usableModel(store, workspace.id, options.model);
      await measureDrift(store, { workspace: workspace.id, now: new Date() });
      const report = (await readDrift(store, model)) ?? null;
      answer(options, report, () =>
        report ? describe(report) : `Nothing to compare yet: score everyone with "${model.name}" first.`,
      );
    }),
  );
}

function describe({ statement, signals, before, now, people, thresholds }: DriftReport): string {
  const rows = signals
    .slice(0, SHOWN)
    .map(({ signal, psi, test, statistic, qValue, level }) => [
      signal,
      Number(psi.toFixed(3)),
      test,
      Number(statistic.toPrecision(3)),
      Number(qValue.toPrecision(2)),
      level.toLowerCase(),
    ]);
  const of = `${people.before.toLocaleString('en-US')} people as known on ${before.slice(0, 10)} against ${people.now.toLocaleString('en-US')} on ${now.slice(0, 10)}`;
  const rule = `Moderate from a PSI of ${thresholds.moderate} on, major from ${thresholds.major}, where it is more than chance.`;
  return `${statement}\n\n${table(['signal', 'PSI', 'test', 'statistic', 'q', 'level'], rows)}\n\n${of}. ${rule}`;
}
