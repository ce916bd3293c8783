// `inkling lab link`: which records of a file, or of two, are the same, without labels and without settings.

import { writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { drawLinkReport, type LinkSummary, linkFiles, linkLines } from '../../../lab/index.ts';
import { kinds } from '../../../learn/index.ts';
import { count, share } from '../../arguments.ts';
import { answer } from '../../place.ts';
import { table } from '../../table.ts';
import { figure, indent } from './describe.ts';
import { type ReadingOptions, readingOf, withReadingOptions } from './reading.ts';

type Options = ReadingOptions & {
  left: string;
  right?: string;
  id?: string;
  truth?: string;
  truthColumn?: string;
  explain?: string[];
  columns?: Record<string, string>;
  drop?: string[];
  identifiers: 'leave' | 'compare';
  partners?: 'one' | 'many';
  threshold?: number;
  threads?: number;
  out?: string;
  report?: string;
  json?: boolean;
};

export function addLink(lab: Command): void {
  const command = lab
    .command('link')
    .description('find the records of a file, or of two, that are the same person or thing; no label is needed')
    .requiredOption('--left <file>', 'CSV or TSV, also gzipped')
    .option('--right <file>', 'link to the records of this file; absent: find duplicates within the left one')
    .option('--id <column>', 'the column that names the records; the first if absent')
    .option('--truth <file>', 'pairs that are the same, in columns left and right, to judge by')
    .option('--truth-column <column>', 'or a column in which the same things have the same value')
    .option('--explain <ids...>', 'two ids: what speaks for and against the pair')
    .option(
      '--columns <kinds>',
      `kinds of columns against what is recognised, as in plz=postcode,note=ignore; kinds are ${kinds.map(({ name }) => name).join(', ')}`,
      readKinds,
    )
    .option('--drop <columns...>', 'columns to leave out')
    .addOption(
      new Option('--identifiers <way>', 'columns of numbers given by an office, such as a social security number')
        .choices(['leave', 'compare'])
        .default('leave'),
    )
    .addOption(
      new Option('--partners <number>', 'with two files: how many partners a record may have; one if absent').choices([
        'one',
        'many',
      ]),
    )
    .option('--threshold <probability>', 'link from this probability on; the best expected F1 if absent', share)
    .option('--threads <number>', 'threads to use; as many as cores if absent', count)
    .option('--out <file>', 'write the links as CSV')
    .option('--report <file>', 'write a page with figures, match weights and uncertain pairs');
  withReadingOptions(command).option('--json', 'print the result as JSON').action(runLink);
}

function readKinds(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').map((piece) => {
      const at = piece.lastIndexOf('=');
      if (at < 1) throw new InvalidArgumentError(`"${piece}" is not column=kind.`);
      return [piece.slice(0, at).trim(), piece.slice(at + 1).trim()];
    }),
  );
}

async function runLink(options: Options): Promise<void> {
  const { explain, out, report } = options;
  if (explain !== undefined && explain.length !== 2) {
    throw new InvalidArgumentError(
      '--explain takes two ids: one of the left file and one of the right, or two of the left.',
    );
  }
  const pair = explain === undefined ? undefined : ([explain[0], explain[1]] as const);
  const linked = await linkFiles({ ...options, explain: pair, reading: readingOf(options) });
  if (out !== undefined) writeFileSync(out, `${[...linkLines(linked)].join('\n')}\n`);
  if (report !== undefined) writeFileSync(report, drawLinkReport(linked));
  answer(options, { ...linked.summary, out, report }, () => describe(linked.summary));
}

function describe(summary: LinkSummary): string {
  const { records, candidates, links, clusters, threshold, notes, explanation } = summary;
  const whole = (value: number) => value.toLocaleString('en');
  return [
    '',
    `  ${whole(records)} records, ${whole(candidates)} pairs weighed, ${whole(links)} links from probability ${figure(threshold)}, ${whole(clusters)} clusters; ${figure(summary.seconds)} s, ${Math.round(summary.peakMegabytes)} MB.`,
    ...notes.map((note) => `  ${note}`),
    '',
    indent(table(['', 'precision', 'recall', 'F1'], figureRows(summary))),
    '',
    indent(
      table(
        ['column', 'taken for'],
        summary.columns.map(({ column, kind }) => [column, kind.replaceAll('_', ' ')]),
      ),
    ),
    ...(explanation === undefined ? [] : ['', ...describePair(explanation)]),
    '',
  ].join('\n');
}

function figureRows({ precision, recall, f1, expectedPrecision, expectedRecall }: LinkSummary): string[][] {
  const expected = (2 * expectedPrecision * expectedRecall) / (expectedPrecision + expectedRecall);
  const rows = [['expected', figure(expectedPrecision), figure(expectedRecall), figure(expected)]];
  if (precision !== undefined && recall !== undefined && f1 !== undefined)
    rows.push(['by the truth', figure(precision), figure(recall), figure(f1)]);
  return rows;
}

function describePair({
  left,
  right,
  prior,
  steps,
  weight,
  sentence,
}: NonNullable<LinkSummary['explanation']>): string[] {
  return [
    `  ${left} and ${right}: ${sentence}`,
    '',
    indent(
      table(
        ['', left, right, '', 'weight'],
        [
          ['before anything is compared', '', '', '', figure(prior)],
          ...steps.map((step) => [step.field, step.left, step.right, step.says, figure(step.weight)]),
          ['in all', '', '', '', figure(weight)],
        ],
      ),
    ),
  ];
}
