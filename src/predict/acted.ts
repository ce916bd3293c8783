// Acting on a score spoils its monitor: who was sent a coupon buys more than was predicted, and who was spared an ad
// less. So people who were acted upon while an outcome was awaited are set aside, and those of the same audiences who
// were held back stand for them: each weighs 1 / (chance of not being acted upon), the product over the activations that
// could have (inverse probability weighting; Horvitz & Thompson 1952, Robins, Hernán & Brumback 2000). Where an
// activation holds nobody back, nobody stands for its people, and that is said.

import { identityMapSql } from '../identify/index.ts';
import type { Params, Store } from '../store/index.ts';
import { addDays, toClickHouseTime } from '../time.ts';

/** While outcomes are awaited: from a moment for so many days. */
export type Awaited = { workspace: string; asOf: Date; days: number };

export type Acted = {
  /** A SELECT of (person as known now, acted, kept) of those an activation could have acted upon; `kept` = chance that none did. */
  sql: string;
  params: Params;
};

/** Undefined, for most workspaces, when no activation was under way. */
export async function actedUpon(store: Store, { workspace, asOf, days }: Awaited): Promise<Acted | undefined> {
  const until = toClickHouseTime(addDays(asOf, days));
  const over = await endedBefore(store, workspace, asOf);
  const where = `workspace = {workspace:String} AND at < {actedUntil:DateTime64(3, 'UTC')}
    AND NOT has({overBefore:Array(String)}, experiment)`;
  const params = { workspace, actedUntil: until, overBefore: over };
  if (!(await store.facts.holds('exposures', where, params, 'batch'))) return undefined;
  return {
    sql: `SELECT person, max(was_acted) AS acted, exp(sum(log(1 - least(likely, 1)))) AS kept FROM (
        SELECT if(m.profile = 0, e.profile, m.profile) AS person, e.experiment AS experiment,
          max(e.acted) AS was_acted, max(toFloat64(e.chance)) AS likely
        FROM (SELECT profile, experiment, acted, chance FROM exposures FINAL WHERE ${where}) AS e
        LEFT JOIN (${identityMapSql()}) AS m ON e.profile = m.node GROUP BY person, experiment)
      GROUP BY person`,
    params,
  };
}

/** Rows of (profile, …) as `s` with acted and kept; both 0 where nothing could have been done to somebody. */
export function withActed(rows: string, { sql }: Acted): string {
  return `SELECT s.*, a.acted AS acted, a.kept AS kept, a.person != 0 AS reached FROM (
      SELECT r.*, if(m.profile = 0, r.profile, m.profile) AS person FROM (${rows}) AS r
      LEFT JOIN (${identityMapSql()}) AS m ON r.profile = m.node) AS s
    LEFT JOIN (${sql}) AS a ON s.person = a.person`;
}

/** How much each person counts, of those who do not count once; 0 = acted upon. By the profile of the moment. */
export async function untouchedWeights(store: Store, awaited: Awaited): Promise<Map<bigint, number>> {
  const acted = await actedUpon(store, awaited);
  const weights = new Map<bigint, number>();
  if (acted === undefined) return weights;
  // Whoever belongs to a person now may have been somebody of their own then.
  const rows = await store.facts.rows<{ profile: string; acted: number; kept: number }>(
    `SELECT a.person AS profile, a.acted AS acted, a.kept AS kept FROM (${acted.sql}) AS a
     UNION ALL SELECT m.node AS profile, a.acted AS acted, a.kept AS kept
     FROM (${identityMapSql()}) AS m INNER JOIN (${acted.sql}) AS a ON m.profile = a.person`,
    acted.params,
    'batch',
  );
  for (const row of rows) weights.set(BigInt(row.profile), row.acted === 1 ? 0 : 1 / Number(row.kept));
  return weights;
}

async function endedBefore({ state }: Store, workspace: string, moment: Date): Promise<string[]> {
  const rows = await state.query<{ id: string }>('SELECT id FROM activations WHERE workspace = $1 AND ended_at <= $2', [
    workspace,
    moment,
  ]);
  return rows.map(({ id }) => id);
}
