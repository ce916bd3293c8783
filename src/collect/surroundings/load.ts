// Surroundings come in as rows (kind, place, span of time, name, figures) from a CSV, NDJSON, Parquet or iCalendar file or
// from the API. A row that is loaded again, under the same kind, place, beginning and name, replaces the one before.

import { readFile } from 'node:fs/promises';
import { InklingError } from '../../errors.ts';
import type { Store } from '../../store/index.ts';
import { DAY_MS, toClickHouseTime } from '../../time.ts';
import { isBlank, isoMoment, numberIn, textIn } from '../connectors/cells.ts';
import { BrokenLine } from '../connectors/connector.ts';
import { openFile, sampleFile } from '../connectors/file.ts';
import { objectOf } from '../connectors/objects.ts';
import type { Fields } from '../fields.ts';
import { readCalendar } from './ics.ts';
import { countryCode, placesOf, WITHIN } from './place.ts';

export type SurroundingsLoaded = { rows: number; loaded: number; rejected: number; reasons: Record<string, number> };

export type LoadOptions = {
  workspace: string;
  /** What rows say where they say nothing themselves: `{ kind: 'holiday', country: 'DE' }`. */
  defaults?: Readonly<Record<string, string>>;
  now: Date;
};

type Row = {
  workspace: string;
  kind: string;
  country: string;
  city: string;
  places: string[];
  starts: string;
  ends: string;
  name: string;
  values: Record<string, number>;
  version: number;
};

const BLOCK_ROWS = 10_000;

export async function loadSurroundingsFile(
  store: Store,
  path: string,
  options: LoadOptions,
): Promise<SurroundingsLoaded> {
  if (/\.ics$/i.test(path)) {
    const entries = readCalendar(await readFile(path, 'utf8').catch((error) => unreadable(path, error)));
    return loadSurroundings(store, entries, { ...options, defaults: { kind: 'holiday', ...options.defaults } });
  }
  const sample = await sampleFile(path).catch((error) => unreadable(path, error));
  const file = await openFile(path, sample, { columns: [] }, {});
  const total: SurroundingsLoaded = { rows: 0, loaded: 0, rejected: 0, reasons: {} };
  for await (const { records } of file.batches) {
    const rows = records.map((record) => (record instanceof BrokenLine ? record : objectOf(record, file.header)));
    add(total, await loadSurroundings(store, rows, options));
  }
  return total;
}

/** Rows of any spelling; what cannot be used is counted by its reason. */
export async function loadSurroundings(
  { facts }: Store,
  records: readonly (Fields | BrokenLine)[],
  options: LoadOptions,
): Promise<SurroundingsLoaded> {
  const result: SurroundingsLoaded = { rows: records.length, loaded: 0, rejected: 0, reasons: {} };
  let rows: Row[] = [];
  for (const record of records) {
    const row = record instanceof BrokenLine ? record.refusal.reason : readRow(record, options);
    if (typeof row === 'string') {
      result.rejected += 1;
      result.reasons[row] = (result.reasons[row] ?? 0) + 1;
      continue;
    }
    result.loaded += 1;
    if (rows.push(row) < BLOCK_ROWS) continue;
    await facts.insert('surroundings', rows);
    rows = [];
  }
  await facts.insert('surroundings', rows);
  return result;
}

/** Takes everything of a kind away, or everything. */
export async function forgetSurroundings({ facts }: Store, workspace: string, kind?: string): Promise<void> {
  const ofKind = kind === undefined ? '' : ' AND kind = {kind:String}';
  await facts.remove('surroundings', `workspace = {workspace:String}${ofKind}`, { workspace, kind: kind ?? '' });
}

export type SurroundingsSummary = { kind: string; country: string; rows: number; from: string; to: string };

export async function describeSurroundings({ facts }: Store, workspace: string): Promise<SurroundingsSummary[]> {
  const rows = await facts.rows<Omit<SurroundingsSummary, 'rows'> & { rows: string }>(
    `SELECT kind, country, count() AS rows, toString(min(starts)) AS from, toString(max(ends)) AS to FROM surroundings FINAL
     WHERE workspace = {workspace:String} GROUP BY kind, country ORDER BY kind, country`,
    { workspace },
  );
  return rows.map((row) => ({ ...row, rows: Number(row.rows) }));
}

/** The usual names of each part of a row, likeliest first. */
const spellings = {
  kind: ['kind', 'type'],
  country: ['country', 'country_code'],
  city: ['city', 'place', 'location'],
  starts: ['starts', 'start', 'from', 'date', 'day', 'time', 'timestamp'],
  ends: ['ends', 'end', 'to', 'until'],
  name: ['name', 'title', 'summary', 'holiday', 'event'],
};
const taken = new Set<string>(Object.values(spellings).flat());

function readRow(record: Fields, { workspace, defaults = {}, now }: LoadOptions): Row | string {
  const said = lowerKeys(record);
  const part = (name: keyof typeof spellings): unknown => {
    const found = spellings[name].map((spelling) => said[spelling]).find((value) => !isBlank(value));
    return found ?? defaults[name];
  };
  const kind = textIn(part('kind')).toLowerCase();
  if (kind === '') return 'no kind, such as weather, holiday or event';
  const country = countryCode(textIn(part('country')));
  if (country === '') return 'no country';
  const city = textIn(part('city'));
  if (country.includes(WITHIN) || city.includes(WITHIN)) return `a place with a ${WITHIN} in its name`;
  const starts = isoMoment(part('starts'));
  if (starts === undefined) return 'no moment at which it starts';
  // What names only its day lasts for that day.
  const ends = isoMoment(part('ends')) ?? new Date(Date.parse(starts) + DAY_MS).toISOString();
  if (ends <= starts) return 'it ends before it starts';
  const places = placesOf(country, city);
  const span = { starts: toClickHouseTime(Date.parse(starts)), ends: toClickHouseTime(Date.parse(ends)) };
  const name = textIn(part('name'));
  return { workspace, kind, country, city, places, ...span, name, values: figuresIn(said), version: now.getTime() };
}

/** Every other column that holds a number. */
function figuresIn(record: Fields): Record<string, number> {
  const nested = typeof record['values'] === 'object' && record['values'] !== null ? (record['values'] as Fields) : {};
  const figures: Record<string, number> = {};
  for (const [name, cell] of [...Object.entries(record), ...Object.entries(nested)]) {
    const number = taken.has(name) ? undefined : numberIn(cell);
    if (number !== undefined) figures[name] = number;
  }
  return figures;
}

function lowerKeys(record: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name.trim().toLowerCase(), value]));
}

function add(total: SurroundingsLoaded, more: SurroundingsLoaded): void {
  total.rows += more.rows;
  total.loaded += more.loaded;
  total.rejected += more.rejected;
  for (const [reason, rows] of Object.entries(more.reasons))
    total.reasons[reason] = (total.reasons[reason] ?? 0) + rows;
}

function unreadable(path: string, error: unknown): never {
  if (error instanceof InklingError) throw error;
  throw new InklingError('invalid_input', `The file ${path} cannot be read.`, {
    field: 'path',
    value: path,
    hint: 'Check the path and that you may read the file.',
    cause: error,
  });
}
