// What people say of who is who: these two are one, this one is not that one, never these two. Each decision writes
// evidence of its own and remembers which, with who did it and why, so that it can be undone: the opposite rows are
// written, nothing is deleted. What was decided outranks whatever evidence comes later.

import { randomUUID } from 'node:crypto';
import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import { fromClickHouseTime } from '../time.ts';
import type { Method } from './evidence.ts';
import { refreshPeople } from './follower.ts';
import { linkingOf } from './linking.ts';
import type { Evidence, LinkOptions } from './links.ts';
import { membersOf, profilesOf } from './members.ts';
import { nodeOf, toHexId } from './node.ts';
import { within } from './people.ts';
import { linkAround, type Moves, type News, relink } from './relink.ts';
import { noteConflicts } from './reviews.ts';
import { typeOf } from './rules.ts';
import { type By, type Ruling, writeRulings } from './ruling.ts';
import { inTurn } from './turn.ts';

export type DecisionKind = 'merge' | 'split' | 'refuse' | 'undo' | 'rules';

export type Decision = {
  id: string;
  kind: DecisionKind;
  actor: string;
  reason: string;
  detail: Record<string, unknown>;
  at: Date;
  undoneBy: string | null;
};

export type Outcome = {
  /** null where it was only tried. */
  decision: string | null;
  /** Who there is afterwards, of those it touches: profile id and identifiers. */
  people: { id: string; identifiers: string[] }[];
  moved: Moves;
};

/** Writes rulings as a decision, links and draws anew whom they touch. With `preview`, says only what would be. */
export async function decide(
  store: Store,
  { workspace, actor, reason, now }: By,
  kind: DecisionKind,
  rulings: readonly Ruling[],
  { detail = {}, preview = false, undoes }: { detail?: object; preview?: boolean; undoes?: string } = {},
): Promise<Outcome> {
  const nodes = [...new Set(rulings.flatMap(({ a, b }) => [nodeOf(a), nodeOf(b)]))];
  const at = await momentOf(store, workspace, rulings, now);
  if (preview) return { decision: null, people: await suppose(store, workspace, rulings, nodes, at), moved: [] };
  const id = randomUUID();
  const full = { ...detail, rulings };
  await store.state.transaction(async (tx) => {
    await tx.query(
      `INSERT INTO identity_decisions (id, workspace, kind, actor, reason, detail, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [id, workspace, kind, actor, reason, JSON.stringify(full), at],
    );
    if (undoes !== undefined) {
      await tx.query('UPDATE identity_decisions SET undone_by = $3 WHERE workspace = $1 AND id = $2', [
        workspace,
        undoes,
        id,
      ]);
    }
  });
  await writeRulings(store, workspace, rulings, { at, now, detail: { decision: id, by: actor, reason } });
  const news = rulings.map(({ a, b, method, revoked }): News => {
    return { a: nodeOf(a), b: nodeOf(b), method, revoked, at: at.getTime() };
  });
  const identifiers = rulings.flatMap(({ a, b }) => [a, b]);
  const { moved, reach, stopped } = await relink(store, workspace, { nodes, news, identifiers, now });
  await noteConflicts(store, workspace, stopped, now);
  await refreshPeople(store, workspace, reach, now);
  return { decision: id, people: await peopleOf(store, workspace, nodes), moved };
}

/** Notes that somebody changed the rules. */
export async function judgeRules(
  { state }: Store,
  { workspace, actor, reason, now }: By,
  detail: object,
): Promise<string> {
  const id = randomUUID();
  await state.query(
    `INSERT INTO identity_decisions (id, workspace, kind, actor, reason, detail, at) VALUES ($1, $2, 'rules', $3, $4, $5, $6)`,
    [id, workspace, actor, reason, JSON.stringify(detail), now],
  );
  return id;
}

/** Runs a decision once what is under way in the workspace has ended; all that decide come through here. */
export function deciding<T>(store: Store, workspace: string, work: () => Promise<T>): Promise<T> {
  return inTurn(store, workspace, work);
}

/** Decisions, newest first. */
export async function listDecisions(
  { state }: Store,
  { workspace, before, limit }: { workspace: string; before?: Date; limit: number },
): Promise<Decision[]> {
  const rows = await state.query<DecisionRow>(
    `SELECT * FROM identity_decisions WHERE workspace = $1 AND at < $2 ORDER BY at DESC, id LIMIT $3`,
    [workspace, before ?? new Date('9999-01-01'), limit],
  );
  return rows.map(toDecision);
}

/** Throws `not_found` where there is none of this id. */
export async function findDecision({ state }: Store, workspace: string, id: string): Promise<Decision> {
  const [row] = await state.query<DecisionRow>('SELECT * FROM identity_decisions WHERE workspace = $1 AND id = $2', [
    workspace,
    id,
  ]);
  if (row) return toDecision(row);
  throw new InklingError('not_found', `There is no decision "${id}".`, {
    field: 'decision',
    value: id,
    hint: 'GET /api/v1/identity/decisions lists them.',
  });
}

/** What people decided and what still holds of it: pairs said to be one, and never one. */
export async function* labelsOf(
  { facts }: Store,
  workspace: string,
): AsyncIterable<{ a: string; b: string; same: boolean; at: Date }> {
  const rows = await facts.rows<{ a: string; b: string; method: Method; first_at: string }>(
    `SELECT any(identifier_a) AS a, any(identifier_b) AS b, method, toString(max(at)) AS first_at FROM identity_evidence FINAL
     WHERE workspace = {workspace:String} AND method IN ('person', 'apart')
     GROUP BY node_a, node_b, method HAVING argMax(revoked, at) = 0 ORDER BY first_at, a, b`,
    { workspace },
  );
  for (const { a, b, method, first_at } of rows) {
    yield { a, b, same: method === 'person', at: fromClickHouseTime(first_at) };
  }
}

type DecisionRow = Omit<Decision, 'undoneBy'> & { undone_by: string | null };

function toDecision({ undone_by, id, kind, actor, reason, detail, at }: DecisionRow): Decision {
  return { id, kind, actor, reason, detail, at, undoneBy: undone_by };
}

/** Later than every decision before it and than the evidence it ends, so that it is what holds. */
async function momentOf(store: Store, workspace: string, rulings: readonly Ruling[], now: Date): Promise<Date> {
  const [last] = await store.state.query<{ at: Date | null }>(
    'SELECT max(at) AS at FROM identity_decisions WHERE workspace = $1',
    [workspace],
  );
  const nodes = rulings.map(({ a }) => nodeOf(a));
  const [{ newest }] = await store.facts.rows<{ newest: string }>(
    `SELECT toUnixTimestamp64Milli(max(at)) AS newest FROM identity_evidence
     WHERE workspace = {workspace:String} AND ${within('node_a', nodes)}`,
    { workspace },
  );
  return new Date(Math.max(now.getTime(), (last?.at?.getTime() ?? 0) + 1, Number(newest) + 1));
}

/** Who there would be with the rulings, of those they touch. */
async function suppose(
  store: Store,
  workspace: string,
  rulings: readonly Ruling[],
  nodes: readonly bigint[],
  at: Date,
): Promise<Outcome['people']> {
  const linking = await linkingOf(store, workspace, { identifiers: rulings.flatMap(({ a, b }) => [a, b]) });
  const supposed = rulings.map((ruling) => toEvidence(ruling, at, linking));
  const seeds = await membersOf(store.facts, workspace, nodes);
  const { links, reach } = await linkAround(store.facts, workspace, linking, seeds, { supposed });
  return named(store, workspace, new Map([...reach, ...seeds].map((node) => [node, links.profileOf(node)])));
}

function toEvidence({ a, b, method, revoked }: Ruling, at: Date, { rules }: LinkOptions): Evidence {
  const typeIndex = (identifier: string) => Math.max(0, rules.names.indexOf(typeOf(identifier)));
  return {
    at: at.getTime(),
    a: nodeOf(a),
    b: nodeOf(b),
    typeA: typeIndex(a),
    typeB: typeIndex(b),
    method,
    revoked,
  };
}

async function peopleOf(store: Store, workspace: string, nodes: readonly bigint[]): Promise<Outcome['people']> {
  const members = await membersOf(store.facts, workspace, nodes);
  return named(store, workspace, await profilesOf(store.facts, workspace, members));
}

/** People with their identifiers by name; readings of an alias that stand for nothing have none. */
async function named(
  store: Store,
  workspace: string,
  profiles: ReadonlyMap<bigint, bigint>,
): Promise<Outcome['people']> {
  const names = await identifiersOf(store, workspace, [...profiles.keys()]);
  const people = new Map<bigint, string[]>();
  for (const [node, profile] of profiles) {
    const name = names.get(node);
    if (name !== undefined) people.set(profile, [...(people.get(profile) ?? []), name]);
  }
  return [...people].map(([profile, identifiers]) => ({ id: toHexId(profile), identifiers: identifiers.sort() }));
}

/** The identifiers behind nodes, of those that are known. */
export async function identifiersOf(
  { facts }: Store,
  workspace: string,
  nodes: readonly bigint[],
): Promise<Map<bigint, string>> {
  const here = 'workspace = {workspace:String}';
  const rows = await facts.rows<{ node: string; identifier: string }>(
    `SELECT node, any(identifier) AS identifier FROM (
       SELECT node, anchor AS identifier FROM events WHERE ${here} AND ${within('node', nodes)} LIMIT 1 BY node
       UNION ALL SELECT node_a, identifier_a FROM identity_evidence WHERE ${here} AND ${within('node_a', nodes)}
       UNION ALL SELECT node_b, identifier_b FROM identity_evidence
         WHERE ${here} AND ${within('node_b', nodes)} AND method != 'alias')
     GROUP BY node`,
    { workspace },
  );
  return new Map(rows.map(({ node, identifier }) => [BigInt(node), identifier]));
}
