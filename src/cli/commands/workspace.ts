// `inkling workspace`: what holds for a workspace as a whole, and its currency.

import type { Command } from 'commander';
import { getWorkspace, setCurrency } from '../../govern/index.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { table } from '../table.ts';

export function addWorkspace(program: Command): void {
  const command = program
    .command('workspace')
    .description('show the workspace, or set its currency')
    .option('--currency <code>', 'ISO 4217 code of the money that is summed, as in --currency EUR; then run resolve');
  withPlaceOptions(command).action((options: PlaceOptions & { currency?: string }) =>
    inPlace(options, async ({ store, workspace: { id } }) => {
      if (options.currency !== undefined) await setCurrency(store, { workspace: id, currency: options.currency });
      const found = await getWorkspace(store, id);
      answer(options, found, () =>
        table(
          ['workspace', 'name', 'currency', 'time zone'],
          [[found.id, found.name, found.currency ?? 'that of most orders, once some have come', found.timeZone]],
        ),
      );
    }),
  );
}
