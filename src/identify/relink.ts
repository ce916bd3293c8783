// Who is who of a few people, from all the evidence that bears on them: exactly what a pass over everything would find
// of them. Evidence is loaded outwards from where something changed until nothing beyond can matter: what links, what
// linked once, and what a limit or a person stopped; not what an identifier shared by many does not link.

import type { Facts, Store } from '../store/index.ts';
import { toClickHouseTime } from '../time.ts';
import { type Method, methods } from './evidence.ts';
import { linkingOf } from './linking.ts';
import { type Change, type Evidence, type LinkOptions, type Links, openLinks, type Stopped } from './links.ts';
import { membersOf } from './members.ts';
import { within } from './people.ts';
import { birthsWhere, evidenceWhere, openMapWriter } from './stored.ts';

/** Evidence that was just written. */
export type News = {
  a: bigint;
  b: bigint;
  method: Method;
  /** Epoch milliseconds. */
  at: number;
  revoked: boolean;
  /** When the same had been known to begin, if it had. */
  before?: number;
};

export type Moves = { node: bigint; profile: bigint }[];

/** Links around some nodes, and how far from them anything can matter. */
export type Around = { links: Links; changes: Change[]; reach: Set<bigint> };

export type Relinked = { moved: Moves; reach: bigint[]; stopped: Stopped[] };

const ROUNDS_AT_MOST = 200;

/** Links the people that the nodes belong to once more, writes what that changes, and says who moved. */
export async function relink(
  store: Store,
  workspace: string,
  {
    nodes,
    news = [],
    identifiers,
    now,
  }: { nodes: readonly bigint[]; news?: readonly News[]; identifiers?: Iterable<string>; now: Date },
): Promise<Relinked> {
  const { facts } = store;
  const linking = await linkingOf(store, workspace, { identifiers });
  const seeds = await membersOf(facts, workspace, nodes);
  const { links, changes, reach } = await linkAround(facts, workspace, linking, seeds, { news });
  const ours = changes.filter(({ node }) => reach.has(node));
  const moved = await writeChanges(facts, workspace, [...reach], ours, now);
  const stopped = [...links.stopped()].filter(({ a, b }) => reach.has(a) && reach.has(b));
  return { moved, reach: [...reach], stopped };
}

/**
 * The links around the nodes, as a pass over everything would find them; nothing is written. `news` is evidence that was
 * just written, `supposed` some that was not: what would be if it were.
 */
export async function linkAround(
  facts: Facts,
  workspace: string,
  linking: LinkOptions,
  seeds: readonly bigint[],
  { news = [], supposed = [] }: { news?: readonly News[]; supposed?: readonly Evidence[] } = {},
): Promise<Around> {
  const loaded = new Set<bigint>();
  const evidence = new Map(supposed.map((row) => [keyOf(row), row]));
  let open: bigint[] = [...new Set(seeds)];
  for (let round = 0; ; round++) {
    const ends = `${within('node_a', open)} OR ${within('node_b', open)}`;
    // Which rows they are is told by two columns; only those are then read in the order of the key.
    const touching = `(${ends}) AND node_a IN (
      SELECT node_a FROM identity_evidence WHERE workspace = {workspace:String} AND (${ends}))`;
    for await (const row of evidenceWhere(facts, workspace, linking.rules, touching)) evidence.set(keyOf(row), row);
    for (const node of open) loaded.add(node);
    const rows = inOrder(evidence.values(), linking);
    const births = await birthsOf(facts, workspace, rows);
    const after = linkRows(rows, births, linking);
    const reach = after.links.reachOf(seeds);
    if (news.length > 0) {
      const before = linkRows(inOrder(without(rows, news), linking), births, linking);
      for (const node of before.links.reachOf(seeds)) reach.add(node);
    }
    open = [...reach].filter((node) => !loaded.has(node));
    if (open.length === 0 || round === ROUNDS_AT_MOST) return { ...after, reach };
  }
}

function linkRows(rows: readonly Evidence[], births: ReadonlyMap<bigint, number>, linking: LinkOptions) {
  const changes: Change[] = [];
  const links = openLinks((change) => changes.push(change), linking);
  for (const [node, at] of births) links.born(node, at);
  for (const row of rows) links.add(row);
  links.finish();
  return { links, changes };
}

async function birthsOf(facts: Facts, workspace: string, rows: readonly Evidence[]): Promise<Map<bigint, number>> {
  const births = new Map<bigint, number>();
  const nodes = [...new Set(rows.flatMap((row) => [row.a, row.b]))];
  for await (const { node, at } of birthsWhere(facts, workspace, within('node', nodes))) births.set(node, at);
  return births;
}

/** The evidence as it was before the news. */
function without(rows: readonly Evidence[], news: readonly News[]): Evidence[] {
  const fresh = new Map(news.map((row) => [keyOf(row), row]));
  return rows.flatMap((row) => {
    const told = fresh.get(keyOf(row));
    if (told === undefined) return [row];
    return told.before === undefined ? [] : [{ ...row, at: told.before }];
  });
}

/** As readEvidence gives them: see rankSql in stored.ts. */
function inOrder(rows: Iterable<Evidence>, { rules }: LinkOptions): Evidence[] {
  const said: Partial<Record<Method, number>> = { apart: -3, person: -2, alias: -1, probabilistic: 1e6 };
  const rank = ({ method, typeA, typeB }: Evidence) =>
    said[method] ?? Math.max(rules.types[typeA].priority, rules.types[typeB].priority);
  return [...rows].sort(
    (x, y) =>
      x.at - y.at ||
      Number(x.revoked) - Number(y.revoked) ||
      rank(x) - rank(y) ||
      methods.indexOf(x.method) - methods.indexOf(y.method) ||
      compare(x.a, y.a) ||
      compare(x.b, y.b),
  );
}

/** What the map of these nodes says is replaced by the changes. */
async function writeChanges(
  facts: Facts,
  workspace: string,
  nodes: readonly bigint[],
  changes: readonly Change[],
  now: Date,
): Promise<Moves> {
  const where = `workspace = {workspace:String} AND ${within('node', nodes)}`;
  const rows = await facts.rows<{ node: string; since: string; profile: string }>(
    `SELECT node, toString(since) AS since, profile FROM identity_map FINAL PREWHERE ${where} ORDER BY node, since`,
    { workspace },
  );
  const key = ({ node, since }: Change) => `${node} ${toClickHouseTime(since)}`;
  const known = new Map(rows.map((row) => [`${row.node} ${row.since}`, row.profile]));
  const wanted = new Map(changes.map((change) => [key(change), change]));
  const stale = rows.filter((row) => !wanted.has(`${row.node} ${row.since}`));
  for (let from = 0; from < stale.length; from += 1000) {
    const gone = stale.slice(from, from + 1000).map(({ node, since }) => `(${node}, '${since}')`);
    await facts.remove('identity_map', `${where} AND (node, since) IN (${gone.join(', ')})`, { workspace });
  }
  const fresh = changes.filter((change) => known.get(key(change)) !== String(change.profile));
  if (fresh.length > 0) {
    const [{ version }] = await facts.rows<{ version: string }>(
      'SELECT max(version) AS version FROM identity_map WHERE workspace = {workspace:String}',
      { workspace },
    );
    const writer = openMapWriter(facts, workspace, Math.max(now.getTime(), Number(version) + 1));
    for (const change of fresh) writer.push(change);
    await writer.write();
  }
  const before = new Map(rows.map((row) => [BigInt(row.node), BigInt(row.profile)]));
  const after = new Map(changes.map(({ node, profile }) => [node, profile]));
  return nodes.flatMap((node) => {
    const profile = after.get(node) ?? node;
    return (before.get(node) ?? node) === profile ? [] : [{ node, profile }];
  });
}

function keyOf({ a, b, method, at, revoked }: Pick<Evidence, 'a' | 'b' | 'method' | 'at' | 'revoked'>): string {
  return `${a} ${b} ${method} ${at} ${revoked}`;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
