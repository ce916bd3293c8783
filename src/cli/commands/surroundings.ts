// `inkling surroundings`: weather, holidays and events where people are, loaded from a file, listed, or taken away.

import type { Command } from 'commander';
import { describeSurroundings } from '../../collect/index.ts';
import { addSurroundings, removeSurroundings } from '../../features/index.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { table } from '../table.ts';

export function addSurroundingsCommands(program: Command): void {
  const command = program.command('surroundings').description('weather, holidays and events where people are');
  withPlaceOptions(
    command
      .command('import <file>')
      .description('load them from CSV, NDJSON, Parquet or a calendar (.ics); a row that is there already is replaced')
      .option('--kind <kind>', 'what rows are that do not say it: weather, holiday, event')
      .option('--country <country>', 'where rows are that do not say it: an ISO code or English name')
      .option('--city <city>', 'the city of such rows'),
  ).action((file: string, options: PlaceOptions & { kind?: string; country?: string; city?: string }) =>
    inPlace(options, async ({ store, workspace }) => {
      const { kind, country, city } = options;
      const given = Object.entries({ kind, country, city }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      const change = { workspace: workspace.id, from: file, defaults: Object.fromEntries(given), now: new Date() };
      const loaded = await addSurroundings(store, change);
      answer(options, loaded, () =>
        [
          `${loaded.loaded} of ${loaded.rows} rows loaded.`,
          ...(loaded.rejected > 0 ? [table(['rejected because', 'rows'], Object.entries(loaded.reasons))] : []),
          'Next: npm run -s inkling -- train, so that a model learns from them.',
        ].join('\n'),
      );
    }),
  );
  withPlaceOptions(command.command('list').description('show what is loaded, by kind and country')).action(
    (options: PlaceOptions) =>
      inPlace(options, async ({ store, workspace }) => {
        const found = await describeSurroundings(store, workspace.id);
        answer(options, found, () =>
          table(
            ['kind', 'country', 'rows', 'from', 'to'],
            found.map(({ kind, country, rows, from, to }) => [kind, country, rows, from.slice(0, 10), to.slice(0, 10)]),
          ),
        );
      }),
  );
  withPlaceOptions(
    command.command('forget').description('take them away again').option('--kind <kind>', 'only those of a kind'),
  ).action((options: PlaceOptions & { kind?: string }) =>
    inPlace(options, async ({ store, workspace }) => {
      await removeSurroundings(store, workspace.id, options.kind);
      answer(options, { forgotten: options.kind ?? 'everything' }, () => `Forgotten: ${options.kind ?? 'everything'}.`);
    }),
  );
}
