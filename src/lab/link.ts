// Linkage of files: one with itself, or two with each other. What the files call their records, what is known to be
// true, and how good the result is by that and by its own expectation.
import { InklingError } from '../errors.ts';
import { type Linkage, link, type PairExplanation, type TextColumn, type TextTable } from '../learn/index.ts';
import type { TableOptions } from './table/table.ts';
import { fileAt } from './table/table.ts';
import { readTexts } from './table/texts.ts';

export type LinkRequest = {
  left: string;
  right?: string;
  /** The column that names the records; absent: the first. */
  id?: string;
  /** A file of pairs that are the same, in columns `left` and `right`. */
  truth?: string;
  /** Or a column in which the same things have the same value. */
  truthColumn?: string;
  explain?: readonly [string, string];
  /** Kinds by column. */
  columns?: Readonly<Record<string, string>>;
  drop?: readonly string[];
  /** What to do with columns that hold numbers given to one person or thing by an office. */
  identifiers: 'leave' | 'compare';
  /** With two files: whether a record may have several partners. */
  partners?: 'one' | 'many';
  threshold?: number;
  threads?: number;
  reading?: TableOptions;
};

export type LinkSummary = {
  kind: 'deduplicate' | 'link';
  files: string[];
  records: number;
  columns: { column: string; kind: string }[];
  left: string[];
  candidates: number;
  rules: Linkage['model']['rules'];
  links: number;
  clusters: number;
  threshold: number;
  /** By the truth that was given; pairwise. */
  precision?: number;
  recall?: number;
  f1?: number;
  truePairs?: number;
  /** By the model's own probabilities. */
  expectedPrecision: number;
  expectedRecall: number;
  expectedMatches: number;
  thresholds: Linkage['thresholds'];
  weakBridges: number;
  uncertain: number;
  seconds: number;
  stages: Record<string, number>;
  peakMegabytes: number;
  explanation?: PairExplanation & { left: string; right: string };
  notes: string[];
};

export type Linked = { summary: LinkSummary; linkage: Linkage; nameOf(record: number): string; split?: number };

export async function linkFiles(request: LinkRequest): Promise<Linked> {
  const began = performance.now();
  const { reading, threads } = request;
  const left = await readTexts(request.left, reading, threads);
  const right = request.right === undefined ? undefined : await readTexts(request.right, reading, threads);
  const secondsRead = (performance.now() - began) / 1000;
  const tables = right === undefined ? [left] : [left, right];
  const names = tables.map((table) => idsOf(table, request.id));
  const leave = columnsToLeave(request, left, names);
  const linkage = await link(tables, {
    leave,
    mapping: request.columns,
    oneToOne: request.partners === undefined ? undefined : request.partners === 'one',
    ...{ identifiers: request.identifiers, threshold: request.threshold, threads: request.threads },
  });
  const seconds = (performance.now() - began) / 1000;
  const split = right === undefined ? undefined : left.rows;
  const nameOf = (record: number) => (record < left.rows ? names[0].at(record) : names[1].at(record - left.rows));
  const found: Found = { linkage, split, nameOf, recordNamed: findRecord(names, left.rows) };
  const judged = await judge(request, found, tables);
  const { model, links } = linkage;
  const summary: LinkSummary = {
    ...{
      kind: right === undefined ? 'deduplicate' : 'link',
      files: tables.map(({ file }) => file),
      records: model.records,
    },
    ...{
      columns: [...model.columns],
      left: [...leave, ...linkage.ignored],
      candidates: linkage.candidates,
      rules: model.rules,
    },
    ...{ links: links.length, clusters: linkage.clusters, threshold: linkage.threshold, ...judged },
    ...{
      expectedPrecision: linkage.expectedPrecision,
      expectedRecall: linkage.expectedRecall,
      expectedMatches: model.matches,
    },
    ...{ thresholds: linkage.thresholds, weakBridges: linkage.cut.length, uncertain: linkage.uncertain.length },
    ...{
      seconds,
      stages: { files: secondsRead, ...linkage.seconds },
      peakMegabytes: process.resourceUsage().maxRSS / 1024,
    },
    explanation: request.explain && explainNamed(request.explain, found),
    notes: notesOf(linkage.ignored),
  };
  return { summary, linkage, nameOf, split };
}

/** The lines of a file of links: two ids, their probability, weight and cluster. */
export function* linkLines({ linkage, nameOf }: Linked): Generator<string> {
  yield 'left,right,probability,weight,cluster';
  for (const { left, right, probability, weight } of linkage.links) {
    const cells = [
      nameOf(left),
      nameOf(right),
      probability.toFixed(6),
      weight.toFixed(2),
      nameOf(linkage.clusterOf[left]),
    ];
    yield cells.map(quoted).join(',');
  }
}

type Ids = { column: string; at(row: number): string; find(name: string): number | undefined };
type Found = Pick<Linked, 'linkage' | 'nameOf' | 'split'> & {
  recordNamed(name: string, side: 'left' | 'right'): number;
};

function idsOf(table: TextTable & { file: string }, given: string | undefined): Ids {
  const column = given === undefined ? table.columns[0] : namedColumn(table, given, '--id');
  const at = (row: number) => (column.codes[row] < 0 ? `row ${row + 1}` : column.texts[column.codes[row]]);
  let rows: Map<string, number> | undefined;
  return {
    column: column.name,
    at,
    find(name) {
      rows ??= new Map(Array.from(column.codes, (_, row) => [at(row), row]));
      return rows.get(name);
    },
  };
}

function namedColumn(table: TextTable & { file: string }, name: string, option: string): TextColumn {
  const column = table.columns.find((one) => one.name === name);
  if (column !== undefined) return column;
  throw new InklingError('invalid_input', `${table.file} has no column ${JSON.stringify(name)}.`, {
    ...{ field: option, value: name, hint: `Its columns are ${table.columns.map((one) => one.name).join(', ')}.` },
  });
}

function columnsToLeave(
  { truthColumn, drop = [] }: LinkRequest,
  left: TextTable & { file: string },
  names: readonly Ids[],
): string[] {
  for (const name of drop) namedColumn(left, name, '--drop');
  return [
    ...new Set([...names.map(({ column }) => column), ...(truthColumn === undefined ? [] : [truthColumn]), ...drop]),
  ];
}

function findRecord(names: readonly Ids[], lefts: number): Found['recordNamed'] {
  return (name, side) => {
    const second = side === 'right' && names.length === 2;
    const row = second ? names[1].find(name) : names[0].find(name);
    if (row !== undefined) return second ? lefts + row : row;
    throw new InklingError(
      'invalid_input',
      `No record of the ${second ? 'right' : 'left'} file is called ${JSON.stringify(name)}.`,
      {
        ...{
          field: side,
          value: name,
          hint: 'Records are called by their first column, or by the one named with --id.',
        },
      },
    );
  };
}

function explainNamed(
  [first, second]: readonly [string, string],
  { linkage, recordNamed }: Found,
): LinkSummary['explanation'] {
  return { left: first, right: second, ...linkage.explain(recordNamed(first, 'left'), recordNamed(second, 'right')) };
}

type Judged = Pick<LinkSummary, 'precision' | 'recall' | 'f1' | 'truePairs'>;

async function judge(
  { truth, truthColumn, reading }: LinkRequest,
  found: Found,
  tables: readonly (TextTable & { file: string })[],
): Promise<Judged> {
  if (truth !== undefined) return judgeByPairs(await truthOf(truth, found, reading), found);
  if (truthColumn !== undefined) return judgeByColumn(labelsOf(tables, truthColumn), found);
  return {};
}

/** The true pairs by record numbers, as keys. */
async function truthOf(path: string, { recordNamed }: Found, reading?: TableOptions): Promise<Set<number>> {
  fileAt(path);
  const table = await readTexts(path, reading);
  const [left, right] = ['left', 'right'].map((name) => namedColumn(table, name, '--truth'));
  const pairs = new Set<number>();
  for (let row = 0; row < table.rows; row++) {
    const a = recordNamed(left.texts[left.codes[row]], 'left');
    const b = recordNamed(right.texts[right.codes[row]], 'right');
    if (a !== b) pairs.add(keyOf(a, b));
  }
  return pairs;
}

const keyOf = (a: number, b: number) => Math.min(a, b) * 0x100000000 + Math.max(a, b);

function judgeByPairs(truth: ReadonlySet<number>, found: Found): Judged {
  let [right, said] = [0, 0];
  forEachSaid(found, (a, b) => {
    said++;
    if (truth.has(keyOf(a, b))) right++;
  });
  return figuresOf(right, said, truth.size);
}

function judgeByColumn(labels: Int32Array, found: Found): Judged {
  const { split } = found;
  let [right, said, all] = [0, 0, 0];
  forEachSaid(found, (a, b) => {
    said++;
    if (labels[a] >= 0 && labels[a] === labels[b]) right++;
  });
  const counts = new Map<number, [number, number]>();
  labels.forEach((label, record) => {
    if (label < 0) return;
    const count = counts.get(label) ?? [0, 0];
    count[split === undefined || record < split ? 0 : 1]++;
    counts.set(label, count);
  });
  for (const [a, b] of counts.values()) all += split === undefined ? (a * (a - 1)) / 2 : a * b;
  return figuresOf(right, said, all);
}

/** The pairs that are said to be the same: those of the links across two files, those within a cluster of one file. */
function forEachSaid({ linkage, split }: Found, take: (a: number, b: number) => void): void {
  if (split !== undefined) {
    for (const { left, right } of linkage.links) take(left, right);
    return;
  }
  const members = new Map<number, number[]>();
  linkage.clusterOf.forEach((cluster, record) => {
    const own = members.get(cluster);
    if (own === undefined) members.set(cluster, [record]);
    else {
      for (const other of own) take(other, record);
      own.push(record);
    }
  });
}

function labelsOf(tables: readonly (TextTable & { file: string })[], name: string): Int32Array {
  if (tables.length === 1) return namedColumn(tables[0], name, '--truth-column').codes;
  const places = new Map<string, number>();
  const labels: number[] = [];
  for (const table of tables) {
    const { codes, texts } = namedColumn(table, name, '--truth-column');
    for (const code of codes) {
      if (code < 0) labels.push(-1);
      else {
        if (!places.has(texts[code])) places.set(texts[code], places.size);
        labels.push(places.get(texts[code]) as number);
      }
    }
  }
  return Int32Array.from(labels);
}

function figuresOf(right: number, said: number, all: number): Judged {
  const precision = said === 0 ? 1 : right / said;
  const recall = all === 0 ? 1 : right / all;
  return { precision, recall, f1: said + all === 0 ? 1 : (2 * right) / (said + all), truePairs: all };
}

function notesOf(ignored: readonly string[]): string[] {
  return ignored.map(
    (column) =>
      `${column} holds numbers that an office gives to one person or thing; it was left out. Pass --identifiers compare to use it.`,
  );
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
