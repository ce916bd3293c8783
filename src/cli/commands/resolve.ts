// `inkling resolve`: who is who, from all evidence so far; refreshes profiles and sessions.

import type { Command } from 'commander';
import { type Resolution, resolveAll } from '../../identify/index.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';

export function addResolve(program: Command): void {
  withPlaceOptions(
    program
      .command('resolve')
      .description('work out who is who: link identifiers and match records of people, refresh profiles')
      .option('--relearn', 'learn anew how names, addresses and days of birth are weighed'),
  ).action((options: PlaceOptions & { relearn?: boolean }) =>
    inPlace(options, async ({ store, workspace, progress }) => {
      const stage = progress.stage('identify');
      const result = await resolveAll(store, {
        workspace: workspace.id,
        now: new Date(),
        relearn: options.relearn ? 'always' : undefined,
        onProgress: (done, total) => stage.update(done, total),
      });
      stage.end();
      answer(options, result, () => describe(result));
    }),
  );
}

function describe({ people, matching }: Resolution): string {
  const { records, model, linked, waiting, expectedPrecision, expectedRecall } = matching;
  if (records === 0) return `${people} people.`;
  if (model === null)
    return `${people} people. ${records} records are too few, or too unlike, to learn from how alike people are.`;
  const precision =
    expectedPrecision === null || expectedRecall === null
      ? ''
      : ` (expected precision ${expectedPrecision.toFixed(4)}, recall ${expectedRecall.toFixed(2)})`;
  return `${people} people. Of ${records} records ${linked} pairs are linked by likeness${precision}, ${waiting} wait for review.`;
}
