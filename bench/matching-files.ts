// Turns the public matching sets into files for `inkling lab link`. FEBRL: the true pairs are those of one number in
// rec_id. ER-Magellan: all different left and all different right records of one split's pairs, numbered in the order in
// which they are met; the true pairs among them are those that any of the three splits labels as matches, since a pair
// that another split labels is no less true. `node bench/matching-files.ts SET SPLIT FOLDER`

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const shared = fileURLToPath(new URL('../../shared/data/', import.meta.url));

export const productSets = ['DBLP-ACM', 'Amazon-Google', 'Abt-Buy'] as const;

export type MatchingFiles = { left: string; right: string; truth: string };

/** Writes left.csv, right.csv and pairs.csv for the records of one split. */
export function writeProductFiles(set: string, split: string, folder: string): MatchingFiles {
  const lefts = new Map<string, string>();
  const rights = new Map<string, string>();
  const matches: [string, string][] = [];
  for (const part of ['train', 'valid', 'test']) {
    for (const line of linesOf(`product_matching/${set}/${part}.txt.gz`)) {
      const [left, right, label] = line.split('\t').map((text) => text.trim());
      if (part === split) {
        if (!lefts.has(left)) lefts.set(left, `l${lefts.size}`);
        if (!rights.has(right)) rights.set(right, `r${rights.size}`);
      }
      if (label === '1') matches.push([left, right]);
    }
  }
  const pairs = new Set(
    matches
      .filter(([left, right]) => lefts.has(left) && rights.has(right))
      .map(([left, right]) => `${lefts.get(left)},${rights.get(right)}`),
  );
  return writeAll(folder, { left: recordLines(lefts), right: recordLines(rights), truth: ['left,right', ...pairs] });
}

/** Writes pairs.csv for one FEBRL file, or for two to be linked; the files themselves are used as they are. */
export function writeFebrlTruth(names: readonly string[], folder: string): MatchingFiles {
  const records = names.map((name) =>
    linesOf(`febrl_1_4/${name}.csv.gz`)
      .slice(1)
      .map((line) => line.split(',', 1)[0].trim()),
  );
  const numberOf = (id: string) => id.split('-')[1];
  const byNumber = new Map<string, string[]>();
  for (const id of records[0]) byNumber.set(numberOf(id), [...(byNumber.get(numberOf(id)) ?? []), id]);
  const pairs =
    names.length === 2
      ? records[1].flatMap((right) => (byNumber.get(numberOf(right)) ?? []).map((left) => `${left},${right}`))
      : [...byNumber.values()].flatMap((ids) => ids.flatMap((a, i) => ids.slice(i + 1).map((b) => `${a},${b}`)));
  mkdirSync(folder, { recursive: true });
  const truth = join(folder, 'pairs.csv');
  writeFileSync(truth, `${['left,right', ...pairs].join('\n')}\n`);
  const [left, right] = names.map((name) => join(shared, `febrl_1_4/${name}.csv.gz`));
  return { left, right: right ?? '', truth };
}

function recordLines(records: ReadonlyMap<string, string>): string[] {
  const cells = [...records].map(([text, id]) => ({ id, fields: fieldsOf(text) }));
  const names = [...new Set(cells.flatMap(({ fields }) => [...fields.keys()]))];
  return [
    `id,${names.join(',')}`,
    ...cells.map(({ id, fields }) => [id, ...names.map((name) => quoted(fields.get(name) ?? ''))].join(',')),
  ];
}

/** A record is `COL name VAL value COL name VAL value …`. */
function fieldsOf(text: string): Map<string, string> {
  return new Map(
    text
      .split(/(?:^|\s)COL /)
      .slice(1)
      .map((part): [string, string] => {
        const at = part.indexOf(' VAL');
        return [part.slice(0, at), part.slice(at + 4).trim()];
      }),
  );
}

function linesOf(path: string): string[] {
  return gunzipSync(readFileSync(join(shared, path)))
    .toString()
    .trim()
    .split('\n');
}

function writeAll(folder: string, { left, right, truth }: Record<'left' | 'right' | 'truth', string[]>): MatchingFiles {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, lines: readonly string[]) => {
    const path = join(folder, name);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  };
  return { left: write('left.csv', left), right: write('right.csv', right), truth: write('pairs.csv', truth) };
}

const quoted = (cell: string) => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [set, split, folder] = process.argv.slice(2);
  console.log(
    set === 'febrl1'
      ? writeFebrlTruth(['dataset1'], folder)
      : set === 'febrl4'
        ? writeFebrlTruth(['dataset4a', 'dataset4b'], folder)
        : writeProductFiles(set, split, folder),
  );
}
