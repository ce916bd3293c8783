// Who somebody is, as those outside may know them, and what they said of being reached.

import type { WorkspaceConsent } from '../govern/index.ts';
import type { Lane, Store } from '../store/index.ts';

export type Names = { user_ids: string[]; anonymous_ids: string[]; email_hashes: string[] };

/** By profile id. */
export async function readNames(
  { facts }: Store,
  workspace: string,
  profiles: readonly bigint[],
  lane: Lane,
): Promise<Map<string, Names>> {
  const rows = await facts.rows<Names & { id: string }>(
    `SELECT leftPad(lower(hex(profile)), 16, '0') AS id, user_ids, anonymous_ids, email_hashes FROM profiles FINAL
     WHERE workspace = {workspace:String} AND profile IN (${profiles.join(', ')})`,
    { workspace },
    lane,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Whether somebody says no to a category. */
export function isDenied(consent: WorkspaceConsent, category: string, names: Names | undefined): boolean {
  const identifiers = [
    ...(names?.user_ids ?? []).map((id) => `u:${id}`),
    ...(names?.anonymous_ids ?? []).map((id) => `a:${id}`),
    ...(names?.email_hashes ?? []).map((hash) => `e:${hash}`),
  ];
  return (consent.judge(identifiers, undefined, 0).denied & consent.bitOf(category)) !== 0;
}
