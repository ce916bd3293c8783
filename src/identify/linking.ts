// What a pass over the evidence needs to know of its workspace: the rules, by number, and who is blocked.

import { hashEmail, hashPhone } from '../collect/index.ts';
import { readPersonal } from '../govern/index.ts';
import type { Store } from '../store/index.ts';
import type { LinkOptions } from './links.ts';
import { nodeOf } from './node.ts';
import { blockedIdentifiers, type IdentityRules, linkRules, readRules, typeOf } from './rules.ts';
import { customTypesOf } from './stored.ts';

const customTypes = new WeakMap<Store['facts'], Map<string, Set<string>>>();

/** `identifiers` are new ones, whose types may be new as well. Custom types are read once and then kept up. */
export async function linkingOf(
  store: Store,
  workspace: string,
  { identifiers = [], rules }: { identifiers?: Iterable<string>; rules?: IdentityRules } = {},
): Promise<LinkOptions> {
  const known = customTypes.get(store.facts) ?? new Map<string, Set<string>>();
  customTypes.set(store.facts, known);
  const custom = known.get(workspace) ?? new Set(await customTypesOf(store.facts, workspace));
  known.set(workspace, custom);
  for (const identifier of identifiers) if (identifier.startsWith('x:')) custom.add(typeOf(identifier));
  const inForce = rules ?? (await readRules(store, workspace)).rules;
  const { pepper } = await readPersonal(store, workspace);
  const blocked = blockedIdentifiers(inForce, (type, value) => {
    const hashed = type === 'email' ? hashEmail(value, { pepper }) : hashPhone(value, { pepper });
    return hashed?.hash ?? '';
  });
  return {
    rules: linkRules(inForce, [...custom, ...Object.keys(inForce.types)]),
    blocked: blocked.length > 0 ? new Set(blocked.map(nodeOf)) : undefined,
  };
}
