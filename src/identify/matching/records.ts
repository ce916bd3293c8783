// Records of people as linkage takes them: what was told under one identifier, by moment. Tellings that do not
// contradict each other are one record, each filling in what those before had left out; one that does begins another,
// which keeps the rest. So a move or a slip of the pen adds to what is known and takes nothing away, and what the
// records are depends on what was told and when, never on the order in which it came.

import { type EncodedField, encodedFields, type TextTable } from '../../learn/index.ts';
import type { Facts } from '../../store/index.ts';
import { inPart, within } from '../people.ts';

/** Encoded forms by field. */
export type Told = Partial<Record<EncodedField, string>>;

export type PersonRecord = {
  node: bigint;
  /** Whole, such as `u:42`. */
  identifier: string;
  /** Since when all of it was known; epoch milliseconds. */
  since: number;
  told: Told;
};

export const fields = Object.keys(encodedFields) as EncodedField[];

/** An identifier under which so many different people seem to speak is nobody's in particular. */
const RECORDS_AT_MOST = 8;
const TELLINGS_PER_PAGE = 200_000;

export async function hasRecords(facts: Facts, workspace: string): Promise<boolean> {
  return facts.holds('events', `workspace = {workspace:String} AND particulars != ''`, { workspace }, 'batch');
}

/** All records of a workspace, in the order of their nodes. */
export async function* readRecords(facts: Facts, workspace: string): AsyncIterable<PersonRecord> {
  const [{ tellings }] = await facts.rows<{ tellings: string }>(
    `SELECT count() AS tellings FROM events WHERE workspace = {workspace:String} AND particulars != ''`,
    { workspace },
    'batch',
  );
  const of = Math.max(1, Math.ceil(Number(tellings) / TELLINGS_PER_PAGE));
  for (let index = 0; index < of; index++) yield* recordsWhere(facts, workspace, inPart('node', { index, of }));
}

/** Those of some nodes. */
export async function recordsOf(facts: Facts, workspace: string, nodes: readonly bigint[]): Promise<PersonRecord[]> {
  const records: PersonRecord[] = [];
  for await (const record of recordsWhere(facts, workspace, within('node', nodes), 'online')) records.push(record);
  return records;
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
       WHERE workspace = {workspace:String} AND particulars != '' AND ${where} GROUP BY node, particulars)
     GROUP BY node ORDER BY node`,
    { workspace },
    lane,
  );
  for (const { node, identifier, tellings } of rows) {
    const versions = versionsOf(tellings.map(([at, text]) => ({ at: Number(at), told: JSON.parse(text) as Told })));
    for (const version of versions) yield { node: BigInt(node), identifier, ...version };
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
