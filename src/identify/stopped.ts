// What would link a person to others and does not, with the reason: computed from the evidence when it is asked for.

import type { Store } from '../store/index.ts';
import type { Method } from './evidence.ts';
import { identifiersOf } from './judge.ts';
import { linkingOf } from './linking.ts';
import type { Stopped } from './links.ts';
import { membersOf } from './members.ts';
import { linkAround } from './relink.ts';

export type StoppedLink = { a: string; b: string; method: Method; at: Date; reason: Stopped['reason']; type: string };

const AT_MOST = 200;

export async function stoppedOf(store: Store, workspace: string, profile: bigint): Promise<StoppedLink[]> {
  const members = await membersOf(store.facts, workspace, [profile]);
  const linking = await linkingOf(store, workspace);
  const { links } = await linkAround(store.facts, workspace, linking, members);
  const mine = new Set(members);
  const stopped: Stopped[] = [];
  for (const one of links.stopped()) {
    if (!mine.has(one.a) && !mine.has(one.b)) continue;
    // The other reading of an alias is no identifier of anybody.
    if (links.profileOf(one.a) !== links.profileOf(one.b)) stopped.push(one);
    if (stopped.length === AT_MOST) break;
  }
  const names = await identifiersOf(
    store,
    workspace,
    stopped.flatMap(({ a, b }) => [a, b]),
  );
  return stopped.flatMap(({ a, b, method, at, reason, type }) => {
    const [x, y] = [names.get(a), names.get(b)];
    return x === undefined || y === undefined ? [] : [{ a: x, b: y, method, at: new Date(at), reason, type }];
  });
}
