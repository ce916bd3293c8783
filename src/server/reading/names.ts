// What a person is called on a page. No name, e-mail or phone is ever stored in the clear, so it is the first user id,
// else a short form of the anonymous id, else of the profile's own id.

import { fromHexId, profilesOf, toHexId } from '../../identify/index.ts';
import type { Store } from '../../store/index.ts';

export type Identifiers = { userIds: string[]; anonymousIds: string[]; emailHashes: string[]; phoneHashes: string[] };

export function displayName(
  id: string,
  { userIds, anonymousIds }: Pick<Identifiers, 'userIds' | 'anonymousIds'>,
): string {
  if (userIds.length > 0) return userIds[0];
  return anonymousIds.length > 0 ? `Visitor ${anonymousIds[0].slice(0, 8)}` : `Person ${id.slice(0, 8)}`;
}

/** Display names by profile id (16 hex digits); ids without a profile are absent. */
export async function nameOf(
  { facts }: Store,
  { workspace }: { workspace: string },
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await facts.rows<{ id: string; userIds: string[]; anonymousIds: string[] }>(
    `SELECT leftPad(lower(hex(profile)), 16, '0') AS id, user_ids AS userIds, anonymous_ids AS anonymousIds FROM profiles FINAL
     WHERE workspace = {workspace:String} AND profile IN (SELECT reinterpretAsUInt64(reverse(unhex(arrayJoin({ids:Array(String)})))))`,
    { workspace, ids },
  );
  return new Map(rows.map((row) => [row.id, displayName(row.id, row)]));
}

/** What people are called now by the profile ids of then, whoever they have become part of since; every id has a name. */
export async function namesOfThen(
  store: Store,
  { workspace }: { workspace: string },
  ids: readonly string[],
): Promise<Map<string, string>> {
  const nodes = [...new Set(ids)].map((id) => fromHexId(id)!);
  const owners = await profilesOf(store.facts, workspace, nodes);
  const idsNow = new Map([...owners].map(([node, owner]) => [toHexId(node), toHexId(owner)]));
  const names = await nameOf(store, { workspace }, [...new Set(idsNow.values())]);
  const nobody = { userIds: [], anonymousIds: [] };
  return new Map([...idsNow].map(([id, idNow]) => [id, names.get(idNow) ?? displayName(idNow, nobody)]));
}
