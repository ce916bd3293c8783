// `inkling score`: a score for everybody, as of now or any moment.

import type { Command } from 'commander';
import { scoreEveryone, usableModel } from '../../predict/index.ts';
import { momentOfScoring } from '../../server/index.ts';
import { moment } from '../arguments.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';

type ScoreOptions = PlaceOptions & { model?: string; asOf?: Date };

export function addScore(program: Command): void {
  withPlaceOptions(
    program
      .command('score')
      .description('score every person with the active model')
      .option('--model <id>', 'a model other than the active one')
      .option('--as-of <moment>', 'what was known then (ISO time) instead of now', moment),
  ).action((options: ScoreOptions) =>
    inPlace(options, async ({ store, workspace, progress }) => {
      const now = new Date();
      const modelId = options.model ?? (await usableModel(store, workspace.id)).id;
      const asOf = options.asOf ?? (await momentOfScoring(store, workspace.id, now));
      const stage = progress.stage('score');
      const result = await scoreEveryone(store, {
        workspace: workspace.id,
        modelId,
        asOf,
        now,
        onProgress: (done, total) => stage.update(done, total),
      });
      stage.end();
      answer(options, result, () => `${result.people} people scored as of ${asOf.toISOString()}.`);
    }),
  );
}
