// From signals to ClickHouse statements: what measures ask for is gathered, each expression worked out once. One statement
// makes what is kept of a person's past out of their events, the other, as of a moment, one array of 32-bit values a
// profile out of that; where nothing is kept they are one.

import { createHash } from 'node:crypto';
import {
  botsSql,
  defaultRule,
  inPart,
  type ProfilePart,
  resolvedEventsSql,
  type SessionRule,
} from '../identify/index.ts';
import { allInterest, topCategory } from './affinity.ts';
import { HISTORY_COLUMNS } from './history.ts';
import type { KeptKind, Use } from './past.ts';
import { lookUp, productTableSql } from './products.ts';
import type { Signal } from './signal.ts';
import { surroundingsTableSql } from './surroundings.ts';

/** The name of an ordered list of definitions: any change of one changes it. */
export function signalSetOf(signals: readonly Signal[]): string {
  const { asked: _, ...parts } = compile(signals, { asOf: new Date(0), hasSurroundings: true });
  const names = signals.map((signal) => signal.name).join(',');
  return hashOf(`${names}\n${JSON.stringify(parts)}`);
}

export type FeaturesQuery = {
  asOf: Date;
  sessionRule?: SessionRule;
  part?: ProfilePart;
  /** Only these people: a SELECT of profiles. */
  of?: string;
  /** Whether the workspace has loaded any; without them nothing is read for their sake. */
  hasSurroundings?: boolean;
  /** Of the signals, only these as values. */
  chosen?: readonly Signal[];
  /** The version of the figures of products that are kept, instead of counting all purchases. */
  products?: number;
  /** Who is who: by the evidence before the moment (the usual), or by all evidence. */
  identities?: 'as of then' | 'as of now';
};

/** Every statement is a new one to the engine's compiler, which would take longer than the work it saves. */
export const withoutCompiler = 'compile_expressions = 0, compile_aggregate_expressions = 0';

/** Columns that only surroundings ask for. */
const ofPlaces = new Set<string>(['country', 'city']);

/**
 * A SELECT of (profile, values, category) for everyone known before the moment, without programs; binds
 * {workspace:String}. `kept` names a SELECT of rows as `keptSql` makes them, which then stand for the events.
 */
export function featuresSql(signals: readonly Signal[], query: FeaturesQuery, kept?: string): string {
  const { keeps, asked, derived, values, category, tables } = compile(signals, query);
  const columns = keeps.flatMap(({ name, kind }, i) =>
    asked.has(name) ? [`${kind}[${placeOf(keeps, i)}] AS ${name}`] : [],
  );
  const past = kept === undefined ? pastSql(signals, query) : `SELECT profile, ${columns.join(',\n')} FROM (${kept})`;
  // Of a range of ids only the programs in it, or every page would read them all.
  const programs = query.part ? `${botsSql} AND ${inPart('profile', query.part)}` : botsSql;
  const known = withMore(`SELECT * FROM (${past}) WHERE profile NOT IN (${programs})`, derived);
  const beside = tables.length === 0 ? '' : `WITH ${tables.join(', ')} `;
  return `${beside}SELECT profile, [${values.map((value) => `toFloat32(${value})`).join(',\n')}] AS values, ${category} AS category
    FROM (${known})`;
}

/** A SELECT of (profile, integers, numbers, texts): what is kept of everyone's past before a moment. */
export function keptSql(signals: readonly Signal[], query: FeaturesQuery): string {
  const { keeps } = compile(signals, query);
  const lists = (['integers', 'numbers', 'texts'] as const).map((kind) => {
    const own = keeps.filter((keep) => keep.kind === kind).map(({ name }) => name);
    return `${own.length === 0 ? '[]' : `[${own.join(', ')}]`} AS ${kind}`;
  });
  return `SELECT profile, ${lists.join(', ')} FROM (${pastSql(signals, query)})`;
}

/** How rows are kept: 2 = one a person, where 1 left those that were replaced for the reader to pass over. */
const KEPT_FORM = 2;

/** The name of what is kept for these signals: another rule of visits or another definition keeps something else. */
export function keptSetOf(signals: readonly Signal[], query: Omit<FeaturesQuery, 'asOf'>): string {
  const { aggregates, prepared, keeps } = compile(signals, { ...query, asOf: new Date(0) });
  return hashOf(JSON.stringify([KEPT_FORM, aggregates, prepared, keeps]));
}

/** One row a person with a column for each thing that is kept. */
function pastSql(signals: readonly Signal[], query: FeaturesQuery): string {
  const { asOf, part, of, hasSurroundings = false, identities = 'as of then' } = query;
  const { aggregates, prepared, keeps } = compile(signals, query);
  const columns = HISTORY_COLUMNS.filter(
    (column) => column !== 'message_id' && (hasSurroundings || !ofPlaces.has(column)),
  );
  const events = `SELECT *, toUnixTimestamp64Milli(at) AS at_ms, toUInt32(intDiv(at_ms, 86400000)) AS day
    FROM (${resolvedEventsSql({ ...(identities === 'as of then' && { asOf }), to: asOf, columns, part, of })})`;
  const known = `SELECT profile, ${aggregates.join(',\n')} FROM (${events}) GROUP BY profile HAVING min(bot) = 0`;
  const kept = keeps.map(({ sql, name }) => `${sql} AS ${name}`);
  return `SELECT profile, ${kept.join(',\n')} FROM (${withMore(known, prepared)})`;
}

type Kept = { kind: KeptKind; sql: string; name: string };

/** Its place, from one, among those of its kind. */
function placeOf(keeps: readonly Kept[], index: number): number {
  return keeps.slice(0, index + 1).filter(({ kind }) => kind === keeps[index].kind).length;
}

/** The rows with what is worked out of them beside; one may name another, whichever comes first. */
function withMore(sql: string, definitions: readonly string[]): string {
  return definitions.length === 0 ? sql : `SELECT *, ${definitions.join(',\n')} FROM (${sql})`;
}

function compile(
  signals: readonly Signal[],
  {
    asOf,
    sessionRule = defaultRule,
    hasSurroundings = false,
    chosen = signals,
    products: keptProducts,
  }: Pick<FeaturesQuery, 'asOf' | 'sessionRule' | 'hasSurroundings' | 'chosen' | 'products'>,
) {
  const aggregates = new Map<string, string>();
  const keeps = new Map<string, Kept>();
  const prepared = new Map<string, string>();
  const workOut = (some: readonly Signal[]) => {
    const asked = new Set<string>();
    const derived = new Map<string, string>();
    let products: string | undefined;
    const use: Use = {
      asOf: asOf.getTime(),
      sessionRule,
      hasSurroundings,
      aggregate: (sql) => remember(aggregates, 'a', sql),
      prepare: (sql) => remember(prepared, 'p', sql),
      keep(kind, sql) {
        const key = `${kind} ${sql}`;
        const known = keeps.get(key) ?? { kind, sql, name: `k${keeps.size}` };
        keeps.set(key, known);
        asked.add(known.name);
        return known.name;
      },
      derive: (sql) => remember(derived, 'd', sql),
      product(hash, column) {
        products ??= productTableSql(asOf, keptProducts);
        return lookUp(hash, column);
      },
    };
    const values = some.map((signal) => signal.measure.sql(use));
    const category = topCategory.sql(use, allInterest);
    const surroundings = hasSurroundings && some.some(({ group }) => group === 'Surroundings');
    const tables = [products, surroundings ? surroundingsTableSql(asOf) : undefined];
    return { asked, derived: aliased(derived), values, category, tables: tables.filter((sql) => sql !== undefined) };
  };
  // What is kept lies where all the signals have it, whichever are chosen of them.
  const all = workOut(signals);
  return {
    aggregates: aliased(aggregates),
    prepared: aliased(prepared),
    keeps: [...keeps.values()],
    ...(chosen === signals ? all : workOut(chosen)),
  };
}

const aliased = (names: ReadonlyMap<string, string>) => [...names].map(([sql, name]) => `${sql} AS ${name}`);

function remember(names: Map<string, string>, prefix: string, sql: string): string {
  const known = names.get(sql);
  if (known) return known;
  const name = `${prefix}${names.size}`;
  names.set(sql, name);
  return name;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
