// `inkling resolve`: who is who, from all evidence so far; refreshes profiles and sessions.

import type { Command } from 'commander';
import { resolveAll } from '../../identify/index.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';

export function addResolve(program: Command): void {
  withPlaceOptions(
    program.command('resolve').description('work out who is who: merge identifiers into people, refresh profiles'),
  ).action((options: PlaceOptions) =>
    inPlace(options, async ({ store, workspace, progress }) => {
      const stage = progress.stage('identify');
      const result = await resolveAll(store, {
        workspace: workspace.id,
        now: new Date(),
        onProgress: (done, total) => stage.update(done, total),
      });
      stage.end();
      answer(options, result, () => `${result.people} people.`);
    }),
  );
}
