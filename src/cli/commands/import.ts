// `inkling import FILE`: events from a file, resumable, with every rejected line and its reason.

import type { Command } from 'commander';
import { connectors, importFile } from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { table } from '../table.ts';

type ImportOptions = PlaceOptions & { format?: string; map?: string[] };

export function addImport(program: Command): void {
  const command = program
    .command('import <file>')
    .description('load events from a file (plain or gzipped); an interrupted import goes on where it stopped')
    .option('--format <name>', `one of ${connectors.map((connector) => connector.name).join(', ')}; guessed if absent`)
    .option('--map <field=column...>', 'which column is what, as in --map userId=customer_no timestamp=when');
  withPlaceOptions(command).action((file: string, options: ImportOptions) =>
    inPlace(options, async ({ store, workspace, progress }) => {
      const stage = progress.stage('import');
      const result = await importFile(store, {
        workspace: workspace.id,
        path: file,
        format: options.format,
        mapping: readMapping(options.map),
        now: new Date(),
        onProgress: (at) => stage.update(at.bytesRead, at.bytesTotal, `${at.rows} rows, ${at.rejected} rejected`),
      });
      stage.end(`${result.events} events`);
      answer(options, result, () =>
        [
          `${result.rows} rows read, ${result.events} events, ${result.rejected} rejected${result.resumed ? ' (resumed)' : ''}.`,
          ...(result.rejected > 0 ? [table(['rejected because', 'rows'], Object.entries(result.reasons))] : []),
          'Next: npm run -s inkling -- resolve, then train and score.',
        ].join('\n'),
      );
    }),
  );
}

function readMapping(pairs: readonly string[] = []): Record<string, string> | undefined {
  if (pairs.length === 0) return undefined;
  return Object.fromEntries(
    pairs.map((pair) => {
      const [field, ...column] = pair.split('=');
      if (!field || column.length === 0) {
        throw new InklingError('invalid_input', `"${pair}" is not of the form field=column.`, {
          field: '--map',
          value: pair,
          hint: 'Write, for example, --map userId=customer_no timestamp=when.',
        });
      }
      return [field, column.join('=')];
    }),
  );
}
