// `inkling backfill`: signals as they are defined today, at moments over the past year.

import type { Command } from 'commander';
import { backfillFeatures } from '../../predict/index.ts';
import { count } from '../arguments.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';

type BackfillOptions = PlaceOptions & { days: number; every: number };

export function addBackfill(program: Command): void {
  withPlaceOptions(
    program
      .command('backfill')
      .description('work out the signals of today at moments of the past, where they are not there yet')
      .option('--days <days>', 'how far back from the last event', count, 365)
      .option('--every <days>', 'days from one moment to the next', count, 7),
  ).action((options: BackfillOptions) =>
    inPlace(options, async ({ store, workspace, progress }) => {
      const stage = progress.stage('features');
      const done = await backfillFeatures(store, {
        workspace: workspace.id,
        days: options.days,
        everyDays: options.every,
        now: new Date(),
        onProgress: (taken, total) => stage.update(taken, total),
      });
      stage.end(`${done.moments.length} moments`);
      answer(options, done, () => `Signals are there at ${done.moments.length} moments, ${done.seconds.toFixed(1)} s.`);
    }),
  );
}
