// Evidence and identity map between the tables and links.ts: read in RowBinary pages, written as lines.

import type { Facts } from '../store/index.ts';
import { toClickHouseTime } from '../time.ts';
import { methods } from './evidence.ts';
import type { Change, Evidence } from './links.ts';
import { inPart } from './people.ts';
import { builtInTypes, type LinkRules } from './rules.ts';

const ROWS_PER_PAGE = 1_000_000;
const EVIDENCE_BYTES = 28;
const BIRTH_BYTES = 16;

/** The custom types of identifiers that the evidence knows. */
export async function customTypesOf(facts: Facts, workspace: string): Promise<string[]> {
  const rows = await facts.rows<{ type: string }>(
    `SELECT DISTINCT arrayJoin([toString(type_a), toString(type_b)]) AS type FROM identity_evidence
     WHERE workspace = {workspace:String}`,
    { workspace },
    'batch',
  );
  return rows.map(({ type }) => type).filter((type) => !builtInTypes.some((name) => name === type));
}

/** Of the nodes in evidence, when each was first seen on an event of its own. Binds {workspace:String}. */
export async function* readBirths(facts: Facts, workspace: string): AsyncIterable<{ node: bigint; at: number }> {
  const inEvidence = 'SELECT arrayJoin([node_a, node_b]) FROM identity_evidence WHERE workspace = {workspace:String}';
  const of = Math.max(1, Math.ceil((2 * (await countEvidence(facts, workspace))) / ROWS_PER_PAGE));
  for (let index = 0; index < of; index++) {
    yield* birthsWhere(facts, workspace, `${inPart('node', { index, of })} AND node IN (${inEvidence})`);
  }
}

export async function* birthsWhere(facts: Facts, workspace: string, where: string) {
  const sql = `SELECT node, toUnixTimestamp64Milli(min(at)) FROM events
    WHERE workspace = {workspace:String} AND ${where} GROUP BY node`;
  const rows = await readAll(facts, sql, workspace);
  for (let i = 0; i < rows.byteLength; i += BIRTH_BYTES) {
    yield { node: rows.getBigUint64(i, true), at: Number(rows.getBigInt64(i + 8, true)) };
  }
}

/** All evidence in order of time: the start of each link, and its end and new start where it was revoked. */
export async function* readEvidence(facts: Facts, workspace: string, rules: LinkRules): AsyncIterable<Evidence> {
  const pages = Math.max(1, Math.ceil((await countEvidence(facts, workspace)) / ROWS_PER_PAGE));
  const levels = Array.from({ length: pages - 1 }, (_, i) => (i + 1) / pages);
  const bounds =
    levels.length === 0
      ? []
      : (
          await facts.rows<{ at: string[] }>(
            `SELECT quantiles(${levels.join(', ')})(toUnixTimestamp64Milli(at)) AS at
             FROM identity_evidence WHERE workspace = {workspace:String}`,
            { workspace },
            'batch',
          )
        )[0].at.map((ms) => Math.round(Number(ms)));
  const edges = [-(2 ** 60), ...bounds, 2 ** 60];
  for (let i = 0; i + 1 < edges.length; i++) {
    yield* evidenceWhere(facts, workspace, rules, '1', `at_ms >= ${edges[i]} AND at_ms < ${edges[i + 1]}`);
  }
}

/** `where` asks for columns of the key alone: it holds of all rows that are one or of none, and so goes before they are made one. */
export async function* evidenceWhere(facts: Facts, workspace: string, rules: LinkRules, where: string, when = '1') {
  const known = methods.map((method) => `'${method}'`).join(', ');
  const names = rules.names.map((name) => `'${name}'`).join(', ');
  const typeIndex = (type: string) => `toUInt8(greatest(indexOf([${names}], toString(any(${type}))), 1) - 1)`;
  const sql = `SELECT toUnixTimestamp64Milli(state.1) AS at_ms, node_a, node_b, a_type, b_type,
      toUInt8(indexOf([${known}], toString(method)) - 1) AS how, state.2 AS revoked
    FROM (
      SELECT node_a, node_b, method, ${typeIndex('type_a')} AS a_type, ${typeIndex('type_b')} AS b_type,
        arraySort(groupArray((at, revoked))) AS states
      FROM identity_evidence FINAL PREWHERE workspace = {workspace:String} AND (${where})
      GROUP BY node_a, node_b, method)
    ARRAY JOIN arrayFilter((s, i) -> (i = 1 AND NOT s.2) OR (i > 1 AND s.2 != states[i - 1].2), states, arrayEnumerate(states)) AS state
    WHERE ${when} ORDER BY at_ms, revoked, ${rankSql(rules)}, how, node_a, node_b`;
  const rows = await readAll(facts, sql, workspace);
  for (let i = 0; i < rows.byteLength; i += EVIDENCE_BYTES) {
    yield {
      at: Number(rows.getBigInt64(i, true)),
      a: rows.getBigUint64(i + 8, true),
      b: rows.getBigUint64(i + 16, true),
      typeA: rows.getUint8(i + 24),
      typeB: rows.getUint8(i + 25),
      method: methods[rows.getUint8(i + 26)],
      revoked: rows.getUint8(i + 27) === 1,
    };
  }
}

/** Writes map rows in blocks while changes come in. */
export function openMapWriter(facts: Facts, workspace: string, version: number) {
  const name = JSON.stringify(workspace);
  const waiting: Change[] = [];
  let written = 0;
  return {
    push: (change: Change) => waiting.push(change),
    /** Writes what is waiting, once it is worth a block. */
    async write(least = 1): Promise<number> {
      if (waiting.length >= least) {
        const lines = waiting.map(
          ({ node, profile, since }) =>
            `{"workspace":${name},"node":${node},"profile":${profile},"since":"${toClickHouseTime(since)}","version":${version}}\n`,
        );
        written += waiting.length;
        waiting.length = 0;
        await facts.insertLines('identity_map', [Buffer.from(lines.join(''))], { lane: 'batch' });
      }
      return written;
    },
  };
}

/** What goes first at one moment: what people said, an alias, then by the type that gives way, and guesses last. */
function rankSql(rules: LinkRules): string {
  const said = `transform(toString(method), ['apart', 'person', 'alias', 'probabilistic'], [-3, -2, -1, 1000000], 0)`;
  const priorities = `[${rules.types.map(({ priority }) => priority).join(', ')}]`;
  return `if(${said} != 0, ${said}, toInt32(greatest(${priorities}[a_type + 1], ${priorities}[b_type + 1])))`;
}

async function countEvidence(facts: Facts, workspace: string): Promise<number> {
  const sql = 'SELECT count() AS n FROM identity_evidence WHERE workspace = {workspace:String}';
  return Number((await facts.rows<{ n: string }>(sql, { workspace }, 'batch'))[0].n);
}

async function readAll(facts: Facts, sql: string, workspace: string): Promise<DataView> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of facts.binary(sql, { workspace }, 'batch')) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
