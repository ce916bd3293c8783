// `inkling train`: learns the purchase question from the past and reports how well it would have done.

import type { Command } from 'commander';
import { tradeNames, trainModel } from '../../predict/index.ts';
import { days, moments } from '../arguments.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { describeModel } from '../report.ts';

type TrainOptions = PlaceOptions & {
  timeframe: number;
  event: string;
  name?: string;
  trade?: string;
  testAt?: Date[];
  seed: string;
};

export function addTrain(program: Command): void {
  withPlaceOptions(
    program
      .command('train')
      .description('learn who will buy, from the past; needs a resolved workspace')
      .option('--timeframe <days>', 'days within which the purchase is predicted', days, 14)
      .option('--event <name>', 'the event that counts as conversion', 'purchase')
      .option('--name <text>', 'name of the model')
      .option('--trade <name>', `whose calendar stands in for the season not in the data: ${tradeNames.join(', ')}`)
      .option('--test-at <moments>', 'test on these moments (ISO dates with commas) instead of the last ones', moments)
      .option('--seed <number>', 'seed of every random choice', '1'),
  ).action((options: TrainOptions) =>
    inPlace(options, async ({ store, workspace, progress }) => {
      const stage = progress.stage('train');
      const model = await trainModel(store, {
        workspace: workspace.id,
        name: options.name,
        timeframeDays: options.timeframe,
        conversionEvent: options.event,
        trade: options.trade,
        testMoments: options.testAt,
        seed: Number(options.seed),
        now: new Date(),
        onProgress: (done, total) => stage.update(done, total),
      });
      stage.end(model.learner ?? '');
      answer(options, model, () => describeModel(model));
    }),
  );
}
