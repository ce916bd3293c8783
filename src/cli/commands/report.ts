// `inkling report`: what the active model is worth, in words and figures.

import type { Command } from 'commander';
import { usableModel } from '../../predict/index.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { describeModel } from '../report.ts';

export function addReport(program: Command): void {
  withPlaceOptions(
    program
      .command('report')
      .description('how good the active model is, and what drives it')
      .option('--model <id>', 'another model'),
  ).action((options: PlaceOptions & { model?: string }) =>
    inPlace(options, async ({ store, workspace }) => {
      const model = await usableModel(store, workspace.id, options.model);
      answer(options, model, () => describeModel(model));
    }),
  );
}
