// Which identifiers make up a person now. These are questions about a few, asked while somebody waits, so they go by
// the key of the map instead of through the whole of it.

import type { Facts, Store } from '../store/index.ts';
import { toHexId } from './node.ts';
import { within } from './people.ts';

/** The profile each node belongs to now. */
export async function profilesOf(
  facts: Facts,
  workspace: string,
  nodes: readonly bigint[],
): Promise<Map<bigint, bigint>> {
  const rows = await facts.rows<{ node: string; profile: string }>(
    `SELECT node, argMax(profile, (since, version)) AS profile FROM identity_map
     WHERE workspace = {workspace:String} AND ${within('node', nodes)} GROUP BY node`,
    { workspace },
  );
  const moved = new Map(rows.map((row) => [BigInt(row.node), BigInt(row.profile)]));
  return new Map(nodes.map((node) => [node, moved.get(node) ?? node]));
}

/** The nodes themselves, and every identifier of every profile that one of them belongs to now. */
export async function membersOf(facts: Facts, workspace: string, nodes: readonly bigint[]): Promise<bigint[]> {
  const profiles = [...new Set((await profilesOf(facts, workspace, nodes)).values())];
  const members = await membersByProfile(facts, workspace, profiles);
  return [...new Set([...nodes, ...[...members.values()].flat()])];
}

/** For each of some profiles every identifier that belongs to it now, its own first. */
export async function membersByProfile(
  facts: Facts,
  workspace: string,
  profiles: readonly bigint[],
): Promise<Map<bigint, bigint[]>> {
  const ever = `SELECT node FROM identity_map WHERE workspace = {workspace:String} AND ${within('profile', profiles)}`;
  const rows = await facts.rows<{ node: string; owner: string }>(
    `SELECT node, argMax(profile, (since, version)) AS owner FROM identity_map
     WHERE workspace = {workspace:String} AND node IN (${ever}) GROUP BY node HAVING ${within('owner', profiles)}`,
    { workspace },
  );
  const members = new Map(profiles.map((profile) => [profile, new Set([profile])]));
  for (const { node, owner } of rows) members.get(BigInt(owner))?.add(BigInt(node));
  return new Map([...members].map(([profile, nodes]) => [profile, [...nodes]]));
}

/**
 * An identifier of each profile on which events of theirs hang, by profile id: a user id before an anonymous one before others,
 * and of these the first. A profile that is part of another has none.
 */
export async function anchorsOf(
  { facts }: Store,
  workspace: string,
  profiles: readonly bigint[],
): Promise<Map<string, string>> {
  if (profiles.length === 0) return new Map();
  const owners = await profilesOf(facts, workspace, profiles);
  const members = await membersByProfile(
    facts,
    workspace,
    profiles.filter((profile) => owners.get(profile) === profile),
  );
  const ownerOf = new Map([...members].flatMap(([profile, nodes]) => nodes.map((node) => [String(node), profile])));
  const rows = await facts.rows<{ node: string; anchor: string }>(
    `SELECT node, any(anchor) AS anchor FROM events
     WHERE workspace = {workspace:String} AND ${within('node', [...members.values()].flat())}
     GROUP BY node ORDER BY (anchor LIKE 'u:%') * 2 + (anchor LIKE 'a:%') DESC, min(at), anchor`,
    { workspace },
  );
  const anchors = new Map<string, string>();
  for (const { node, anchor } of rows) {
    const id = toHexId(ownerOf.get(node)!);
    if (!anchors.has(id)) anchors.set(id, anchor);
  }
  return anchors;
}
