// Which identifiers make up a person now. These are questions about a few, asked while somebody waits, so they go by
// the key of the map instead of through the whole of it.

import type { Facts } from '../store/index.ts';
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
  const ever = `SELECT node FROM identity_map WHERE workspace = {workspace:String} AND ${within('profile', profiles)}`;
  const rows = await facts.rows<{ node: string }>(
    `SELECT node FROM identity_map WHERE workspace = {workspace:String} AND node IN (${ever})
     GROUP BY node HAVING ${within('argMax(profile, (since, version))', profiles)}`,
    { workspace },
  );
  return [...new Set([...nodes, ...profiles, ...rows.map((row) => BigInt(row.node))])];
}
