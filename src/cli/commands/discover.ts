// `inkling discover`: groups in how people shop, each with its rule.

import type { Command } from 'commander';
import { type Discovery, discover } from '../../decide/index.ts';
import { momentOfScoring } from '../../server/index.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';

export function addDiscover(program: Command): void {
  withPlaceOptions(
    program.command('discover').description('find groups of people in how they shop, each with a rule to edit'),
  ).action((options: PlaceOptions) =>
    inPlace(options, async ({ store, workspace, progress }) => {
      const stage = progress.stage('discover');
      const now = new Date();
      const found = await discover(store, {
        workspace: workspace.id,
        now,
        asOf: await momentOfScoring(store, workspace.id, now),
        onProgress: (done, total) => stage.update(done, total),
      });
      stage.end();
      answer(options, found, () => describe(found));
    }),
  );
}

function describe({ result }: Discovery): string {
  if (result === null) return 'Nothing was found.';
  const { people, refusal, groups } = result;
  const who = `${count(people.habitual)} of ${count(people.known)} people came at least ${people.leastVisits} times in 90 days.`;
  if (refusal !== null) return `${refusal}\n\n${who}`;
  const parts = groups.map(({ name, size, share, differences, sentence, fidelity }) =>
    [
      `${name}: ${count(size)} people, ${percent(share)}`,
      ...differences.slice(0, 3).map(({ words }) => `  ${words}.`),
      `  Rule: ${sentence}.`,
      `  It finds ${percent(fidelity.recall)} of the group; ${percent(fidelity.precision)} of those it finds belong to it.`,
    ].join('\n'),
  );
  return [`${groups.length} groups. ${who}`, ...parts].join('\n\n');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}
