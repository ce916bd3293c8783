// Records of people as linkage takes them: what was told under one identifier, by moment. Tellings that do not
// contradict each other are one record, each filling in what those before had left out; one that does begins another,
// which keeps the rest. So a move or a slip of the pen adds to what is known and takes nothing away, and what the
// records are depends on what was told and when, never on the order in which it came.

import { type EncodedField, encodedFields, type TextTable } from '../../learn/index.ts';
import type { Facts } from '../../store/index.ts';
import { toClickHouseTime } from '../../time.ts';
import { inPart, within } from '../people.ts';

/** Encoded forms by field. */
export type Told = Partial<Record<EncodedField, string>>;

/** Which record it is: whose, which of the person's in the order of time, and since when all of it was known (epoch ms). */
export type RecordRef = { node: bigint; version: number; since: number };

export type PersonRecord = RecordRef & {
  /** Whole, such as `u:42`. */
  identifier: string;
  told: Told;
};

export const fields = Object.keys(encodedFields) as EncodedField[];

const TELLING = "particulars != ''";
/** An identifier under which so many different people seem to speak is nobody's in particular. */
const RECORDS_AT_MOST = 8;
const TELLINGS_PER_PAGE = 50_000;

/** Identifiers under which anything was told. */
export async function countTelling(facts: Facts, workspace: string): Promise<number> {
  if (!(await facts.holds('events', `workspace = {workspace:String} AND ${TELLING}`, { workspace }, 'batch'))) return 0;
  const [{ nodes }] = await facts.rows<{ nodes: string }>(
    `SELECT uniqExact(node) AS nodes FROM events WHERE workspace = {workspace:String} AND ${TELLING}`,
    { workspace },
    'batch',
  );
  return Number(nodes);
}

/** All records of a workspace in the order of their nodes, those of one node together; some pages at a time. */
export async function* readRecords(facts: Facts, workspace: string): AsyncIterable<PersonRecord> {
  const [{ tellings }] = await facts.rows<{ tellings: string }>(
    `SELECT count() AS tellings FROM events WHERE workspace = {workspace:String} AND ${TELLING}`,
    { workspace },
    'batch',
  );
  const of = Math.max(1, Math.ceil(Number(tellings) / TELLINGS_PER_PAGE));
  for (let index = 0; index < of; index++) yield* recordsWhere(facts, workspace, inPart('node', { index, of }));
}

/** The records of one identifier in so many. Nodes are hashes, so that a range of them is a draw at random. */
export async function* sampleRecords(facts: Facts, workspace: string, of: number): AsyncIterable<PersonRecord> {
  const pages = 4;
  for (let index = 0; index < pages; index++) {
    yield* recordsWhere(facts, workspace, inPart('node', { index, of: of * pages }));
  }
}

/** Those of some nodes. */
export async function recordsOf(
  facts: Facts,
  workspace: string,
  nodes: readonly bigint[],
  lane: 'batch' | 'online' = 'online',
): Promise<PersonRecord[]> {
  const records: PersonRecord[] = [];
  if (nodes.length === 0) return records;
  for await (const record of recordsWhere(facts, workspace, within('node', nodes), lane)) records.push(record);
  return records;
}

/** The identifiers under which something was told that came at or after a moment; undefined where there are more. */
export async function toldSince(
  facts: Facts,
  workspace: string,
  since: Date,
  most: number,
): Promise<bigint[] | undefined> {
  const rows = await facts.rows<{ node: string }>(
    `SELECT node FROM events WHERE workspace = {workspace:String} AND ${TELLING}
       AND received_at >= toDateTime64('${toClickHouseTime(since)}', 3, 'UTC')
     GROUP BY node ORDER BY node LIMIT ${most + 1}`,
    { workspace },
    'batch',
  );
  return rows.length > most ? undefined : rows.map(({ node }) => BigInt(node));
}

async function* recordsWhere(
  facts: Facts,
  workspace: string,
  where: string,
  lane: 'batch' | 'online' = 'batch',
): AsyncIterable<PersonRecord> {
  const rows = await facts.rows<{ node: string; identifier: string; tellings: [string, string][] }>(
    `SELECT node, any(identifier) AS identifier, arraySort(groupArray((first_at, particulars))) AS tellings
     FROM (
       SELECT node, any(anchor) AS identifier, particulars, toUnixTimestamp64Milli(min(at)) AS first_at FROM events
       WHERE workspace = {workspace:String} AND ${TELLING} AND ${where} GROUP BY node, particulars)
     GROUP BY node ORDER BY node`,
    { workspace },
    lane,
  );
  for (const { node, identifier, tellings } of rows) {
    const versions = versionsOf(tellings.map(([at, text]) => ({ at: Number(at), told: JSON.parse(text) as Told })));
    const id = BigInt(node);
    for (const [version, record] of versions.entries()) yield { node: id, identifier, version, ...record };
  }
}

/** The records behind tellings in the order of time; none where they are too many. */
export function versionsOf(tellings: readonly { at: number; told: Told }[]): Pick<PersonRecord, 'since' | 'told'>[] {
  const versions: { since: number; told: Told }[] = [];
  for (const { at, told } of tellings) {
    const last = versions.at(-1);
    const before = last?.told ?? {};
    const together = { ...before, ...told };
    const contradicts = fields.some((field) => before[field] !== undefined && together[field] !== before[field]);
    if (versions.some((one) => fields.every((field) => one.told[field] === together[field]))) continue;
    if (last !== undefined && !contradicts) {
      last.told = together;
      last.since = at;
    } else versions.push({ since: at, told: together });
  }
  return versions.length > RECORDS_AT_MOST ? [] : versions;
}

/** Records as columns of texts, each different text once. */
export function openTable() {
  const columns = fields.map((name) => ({
    name,
    codes: [] as number[],
    texts: [] as string[],
    places: new Map<string, number>(),
  }));
  let rows = 0;
  return {
    add(told: Told): void {
      rows += 1;
      for (const { name, codes, texts, places } of columns) {
        const text = told[name];
        let place = text === undefined ? -1 : places.get(text);
        if (place === undefined) {
          place = texts.push(text as string) - 1;
          places.set(text as string, place);
        }
        codes.push(place);
      }
    },
    /** A record as it was added. */
    at(row: number): Told {
      return Object.fromEntries(
        columns.filter(({ codes }) => codes[row] >= 0).map(({ name, codes, texts }) => [name, texts[codes[row]]]),
      );
    },
    done: (): TextTable => ({
      rows,
      columns: columns.map(({ name, codes, texts }) => ({ name, codes: Int32Array.from(codes), texts })),
    }),
  };
}
