// `inkling challenge`: trains a challenger now, and lets it take the champion's place if it predicts better.

import type { Command } from 'commander';
import { challengeNow } from '../../server/index.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';

export function addChallenge(program: Command): void {
  withPlaceOptions(
    program.command('challenge').description('train a challenger and put it to use if it beats the active model'),
  ).action((options: PlaceOptions) =>
    inPlace(options, async ({ store, workspace, progress }) => {
      const stage = progress.stage('challenge');
      const decision = await challengeNow(store, {
        workspace: workspace.id,
        now: new Date(),
        by: 'inkling challenge',
        onProgress: (done, total) => stage.update(done, total),
      });
      stage.end();
      answer(options, decision, () => decision.reason);
    }),
  );
}
