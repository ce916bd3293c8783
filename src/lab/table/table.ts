// A file as a table of columns: CSV with any separator, TSV, both also gzipped, and Parquet. What a file is, its name and
// its first bytes say.
import { closeSync, createReadStream, existsSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { InklingError } from '../../errors.ts';
import { type Column, createColumn, MISSING_TEXTS } from './column.ts';
import { textOf } from './decimal.ts';
import { readParquet } from './parquet.ts';
import { readRecords } from './records.ts';

/** A file's columns; `file` is its name as messages give it. */
export type Table = { file: string; rows: number; columns: readonly Column[] };

export type TableOptions = {
  /** Between the cells of a line; undefined: guessed from the first line. */
  delimiter?: string;
  /** What the first line is: names, or already a row (columns are then named c1, c2, …). */
  firstLine?: 'names' | 'row';
  /** More texts that stand for a missing cell. */
  missing?: readonly string[];
};

/** Reads a file; throws `not_found`, `invalid_input` with file, line and column, or `too_little_data` when it is empty. */
export async function readTable(path: string, options: TableOptions = {}): Promise<Table> {
  const file = fileAt(path);
  const missing = new Set([...MISSING_TEXTS, ...(options.missing ?? [])]);
  const start = firstBytes(path);
  const columns =
    start.toString('latin1', 0, 4) === 'PAR1'
      ? await readParquet(path, missing)
      : await readDelimited(path, { file, ...options, missing });
  const rows = columns[0]?.values.length ?? 0;
  if (rows > 0) return { file, rows, columns };
  throw new InklingError('too_little_data', `${file} holds no rows.`, { hint: 'Give a file with a header and rows.' });
}

/** The name of a file that exists. */
export function fileAt(path: string): string {
  if (existsSync(path)) return basename(path);
  throw new InklingError('not_found', `There is no file ${path}.`, { field: path, hint: 'Check the path.' });
}

/** The column of that name; an error names those that exist. */
export function columnNamed(table: Table, name: string, option: string): Column {
  const column = table.columns.find((one) => one.name === name);
  if (column !== undefined) return column;
  const known = table.columns.map((one) => one.name);
  const some = known.slice(0, 30).join(', ') + (known.length > 30 ? ', …' : '');
  throw new InklingError('invalid_input', `${table.file} has no column ${JSON.stringify(name)}.`, {
    field: option,
    value: name,
    hint: `Its columns are ${some}.`,
  });
}

type Reading = Omit<TableOptions, 'missing'> & { file: string; missing: ReadonlySet<string> };

async function readDelimited(path: string, { missing, ...reading }: Reading): Promise<Column[]> {
  const builders = await readCells(path, reading, (name) => createColumn(name, missing));
  return builders.map((builder) => builder.finish());
}

/** What takes the cells of one column. */
export type CellTaker = { addBytes(bytes: Uint8Array, start: number, end: number, line: number): void };

/** Hands the cells of a delimited file, packed or not, to what `open` makes for each column. */
export async function readCells<T extends CellTaker>(
  path: string,
  { file, firstLine = 'names', delimiter }: { file: string } & TableOptions,
  open: (name: string) => T,
): Promise<T[]> {
  const start = firstBytes(path);
  const bytes = createReadStream(path, { highWaterMark: 1 << 20 });
  const gzipped = start[0] === 0x1f && start[1] === 0x8b;
  const chunks = gzipped ? bytes.pipe(createGunzip({ chunkSize: 1 << 20 })) : bytes;
  if (gzipped) bytes.on('error', (error) => chunks.destroy(error));
  const separator = delimiter ?? (/\.tsv(\.gz)?$/i.test(path) ? '\t' : undefined);
  let takers: T[] | undefined;
  await readRecords(chunks, { file, delimiter: separator }, ({ bytes, count, start, end }, line) => {
    if (takers === undefined) {
      const cells = Array.from({ length: count }, (_, c) => textOf(bytes, start[c], end[c]));
      takers = nameColumns(file, firstLine === 'names' ? cells : cells.map(() => '')).map(open);
      if (firstLine === 'names') return;
    }
    if (count !== takers.length) refuseWidth(file, line, count, takers.length);
    for (let c = 0; c < count; c++) takers[c].addBytes(bytes, start[c], end[c], line);
  });
  return takers ?? [];
}

/** Names for all columns: one without a name is called by its place, and no name may stand twice. */
function nameColumns(file: string, cells: readonly string[]): string[] {
  const names = cells.map((cell, c) => (cell === '' ? `c${c + 1}` : cell));
  const twice = names.find((name, c) => names.indexOf(name) !== c);
  if (twice === undefined) return names;
  throw new InklingError('invalid_input', `${file}, line 1: the column ${JSON.stringify(twice)} stands there twice.`, {
    hint: 'Rename one of them; if the first line is already a row, pass --no-header.',
  });
}

function refuseWidth(file: string, line: number, count: number, width: number): never {
  throw new InklingError('invalid_input', `${file}, line ${line}: it has ${count} columns, and line 1 has ${width}.`, {
    hint: 'Put cells that hold the separator in quotes, or name the separator with --delimiter.',
  });
}

function firstBytes(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(4);
    readSync(descriptor, bytes, 0, 4, 0);
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}
