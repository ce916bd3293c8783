// From signals to one ClickHouse statement: the aggregates and expressions that measures ask for are gathered, each
// computed once, and the signals become one array of 32-bit values per profile.

import { createHash } from 'node:crypto';
import { botsSql, defaultRule, type ProfilePart, resolvedEventsSql, type SessionRule } from '../identify/index.ts';
import { allInterest, topCategory } from './affinity.ts';
import { HISTORY_COLUMNS } from './history.ts';
import type { Use } from './measure.ts';
import { lookUp, productTableSql } from './products.ts';
import type { Signal } from './signal.ts';
import { surroundingsTableSql } from './surroundings.ts';

/** The name of an ordered list of definitions: any change of one changes it. */
export function signalSetOf(signals: readonly Signal[]): string {
  const { text } = compile(signals, { asOf: new Date(0), sessionRule: defaultRule, hasSurroundings: true });
  const names = signals.map((signal) => signal.name).join(',');
  return createHash('sha256').update(`${names}\n${text}`).digest('hex').slice(0, 16);
}

export type FeaturesQuery = {
  asOf: Date;
  sessionRule?: SessionRule;
  part?: ProfilePart;
  /** Whether the workspace has loaded any; without them nothing is read for their sake. */
  hasSurroundings?: boolean;
  /** Who is who: by the evidence before the moment (the usual), or by all evidence. */
  identities?: 'as of then' | 'as of now';
};

/** Every statement is a new one to the engine's compiler, which would take longer than the work it saves. */
export const withoutCompiler = 'compile_expressions = 0, compile_aggregate_expressions = 0';

/** Columns that only surroundings ask for. */
const ofPlaces = new Set<string>(['country', 'city']);

/** A SELECT of (profile, values, category) for everyone known before the moment, without programs; binds {workspace:String}. */
export function featuresSql(
  signals: readonly Signal[],
  { asOf, sessionRule = defaultRule, part, hasSurroundings = false, identities = 'as of then' }: FeaturesQuery,
): string {
  const { aggregates, layers, values, category, tables } = compile(signals, { asOf, sessionRule, hasSurroundings });
  const columns = HISTORY_COLUMNS.filter(
    (column) => column !== 'message_id' && (hasSurroundings || !ofPlaces.has(column)),
  );
  const events = `SELECT *, toUnixTimestamp64Milli(at) AS at_ms, toUInt32(intDiv(at_ms, 86400000)) AS day,
      (${asOf.getTime()} - at_ms) / 86400000 AS age
    FROM (${resolvedEventsSql({ ...(identities === 'as of then' && { asOf }), to: asOf, columns, part })})`;
  const known = `SELECT profile, ${aggregates.join(',\n')} FROM (${events}) GROUP BY profile
    HAVING min(bot) = 0 AND profile NOT IN (${botsSql})`;
  const derived = layers.reduce((below, layer) => `SELECT *, ${layer.join(',\n')} FROM (${below})`, known);
  const beside = tables.length === 0 ? '' : `WITH ${tables.join(', ')} `;
  return `${beside}SELECT profile, [${values.map((value) => `toFloat32(${value})`).join(',\n')}] AS values, ${category} AS category
    FROM (${derived})`;
}

type Compiling = Required<Pick<FeaturesQuery, 'asOf' | 'sessionRule' | 'hasSurroundings'>>;

function compile(signals: readonly Signal[], { asOf, sessionRule, hasSurroundings }: Compiling) {
  const aggregates = new Map<string, string>();
  const derived = new Map<string, string>();
  const layers: string[][] = [];
  const layerOf = new Map<string, number>();
  let products: string | undefined;
  const use: Use = {
    asOf: asOf.getTime(),
    sessionRule,
    hasSurroundings,
    aggregate: (sql) => remember(aggregates, 'a', sql),
    // An expression stands one layer above those it names: written as aliases of each other, the engine would copy
    // one into the other until the statement has a million nodes.
    derive: (sql) => {
      if (derived.has(sql)) return derived.get(sql)!;
      const name = remember(derived, 'd', sql);
      const layer = Math.max(0, ...[...sql.matchAll(/\bd\d+\b/g)].map(([below]) => layerOf.get(below)! + 1));
      layerOf.set(name, layer);
      layers[layer] ??= [];
      layers[layer].push(`${sql} AS ${name}`);
      return name;
    },
    product(hash, column) {
      products ??= productTableSql(asOf);
      return lookUp(hash, column);
    },
  };
  const values = signals.map((signal) => signal.measure.sql(use));
  const category = topCategory.sql(use, allInterest);
  const surroundings = hasSurroundings && signals.some(({ group }) => group === 'Surroundings');
  const parts = {
    aggregates: [...aggregates].map(([sql, name]) => `${sql} AS ${name}`),
    layers,
    values,
    category,
    tables: [products, surroundings ? surroundingsTableSql(asOf) : undefined].filter((sql) => sql !== undefined),
  };
  return { ...parts, text: JSON.stringify(parts) };
}

function remember(names: Map<string, string>, prefix: string, sql: string): string {
  const known = names.get(sql);
  if (known) return known;
  const name = `${prefix}${names.size}`;
  names.set(sql, name);
  return name;
}
