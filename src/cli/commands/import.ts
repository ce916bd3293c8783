// `inkling import FILE`: events from a file, resumable, with every rejected line and its reason; `--forget ID` takes an
// import back.

import type { Command } from 'commander';
import { connectors, forgetImport, type ImportResult, importFile } from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { table } from '../table.ts';

type ImportOptions = PlaceOptions & { format?: string; map?: string[]; set?: string[]; forget?: string };

export function addImport(program: Command): void {
  const command = program
    .command('import [file]')
    .description('load events from a file (plain or gzipped); an interrupted import goes on where it stopped')
    .option('--format <name>', `one of ${connectors.map((connector) => connector.name).join(', ')}; guessed if absent`)
    .option('--map <field=column...>', 'which column is what, as in --map userId=customer_no timestamp=when')
    .option(
      '--set <name=value...>',
      'settings of the format (docs/reference/connectors.md), as in --set platform=store columns=user,event,time eventNames.K=purchase',
    )
    .option('--forget <id>', 'take an earlier import back, with its events, instead of importing');
  withPlaceOptions(command).action((file: string | undefined, options: ImportOptions) => {
    if (options.forget !== undefined && file === undefined) return forget(options.forget, options);
    if (options.forget === undefined && file !== undefined) return load(file, options);
    throw new InklingError('invalid_input', 'Say either which file to import or which import to forget.', {
      field: 'file',
      hint: 'Write import FILE, or import --forget ID.',
    });
  });
}

function load(file: string, options: ImportOptions): Promise<void> {
  const mapping = readMapping(options.map);
  const settings = readSettings(options.set);
  return inPlace(options, async ({ store, workspace, progress }) => {
    const stage = progress.stage('import');
    const result = await importFile(store, {
      workspace: workspace.id,
      path: file,
      format: options.format,
      mapping,
      settings,
      now: new Date(),
      onProgress: (at) => stage.update(at.bytesRead, at.bytesTotal, `${at.rows} rows, ${at.rejected} rejected`),
    });
    stage.end(`${result.events} events`);
    answer(options, result, () => describe(result));
  });
}

function describe({
  importId,
  rows,
  events,
  rejected,
  resumed,
  reasons,
  ignoredIds,
  duplicates,
}: ImportResult): string {
  return [
    `Import ${importId}: ${rows} rows read, ${events} events, ${rejected} rejected${resumed ? ' (resumed)' : ''}.`,
    ...(rejected > 0 ? [table(['rejected because', 'rows'], Object.entries(reasons))] : []),
    ...(duplicates > 0 ? [`${duplicates} events were there already and were not added again.`] : []),
    ...(ignoredIds > 0 ? [`${ignoredIds} events had an id such as "null", which was left out; see the guide.`] : []),
    'Next: npm run -s inkling -- resolve, then train and score.',
  ].join('\n');
}

function forget(importId: string, options: ImportOptions): Promise<void> {
  return inPlace(options, async ({ store, workspace }) => {
    await forgetImport(store, workspace.id, importId);
    answer(options, { forgotten: importId }, () =>
      [
        `Import ${importId} is forgotten: its events, its rejected rows and how far it got.`,
        'Next: npm run -s inkling -- resolve, then train and score, so that what was derived from it goes as well.',
      ].join('\n'),
    );
  });
}

function readMapping(pairs: readonly string[] = []): Record<string, string> | undefined {
  return pairs.length === 0
    ? undefined
    : Object.fromEntries(pairs.map((pair) => cut(pair, '--map', 'userId=customer_no')));
}

/** `eventNames.K=purchase` sets one name of a setting that holds several. */
function readSettings(pairs: readonly string[] = []): Record<string, unknown> {
  const inside = new Map<string, [string, string][]>();
  const settings = new Map<string, unknown>();
  for (const pair of pairs) {
    const [path, value] = cut(pair, '--set', 'platform=store');
    const [name, ...key] = path.split('.');
    if (key.length === 0) settings.set(name, value);
    else inside.set(name, [...(inside.get(name) ?? []), [key.join('.'), value]]);
  }
  for (const [name, entries] of inside) settings.set(name, Object.fromEntries(entries));
  return Object.fromEntries(settings);
}

function cut(pair: string, option: string, example: string): [name: string, value: string] {
  const at = pair.indexOf('=');
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
  throw new InklingError('invalid_input', `"${pair}" has no = in it.`, {
    field: option,
    value: pair,
    hint: `Write, for example, ${option} ${example}.`,
  });
}
