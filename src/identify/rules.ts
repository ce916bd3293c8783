// The rules by which a workspace tells people apart: which types of identifiers there are, which of them goes before
// which, how many one person may have, and how many may carry one. The defaults suit a shop with a web site, an app and
// a till; what a workspace changes is kept as a difference to them, so that better defaults reach everybody.

import { InklingError } from '../errors.ts';
import { readSetting, type Store, writeSetting } from '../store/index.ts';
import { DAY_MS } from '../time.ts';

/** The types with a letter of their own. Any other is a custom type: `x:crm:4711` is the id 4711 of the type crm. */
export const builtInTypes = ['user', 'anonymous', 'email', 'phone', 'device'] as const;
export const CUSTOM_TYPE = /^[a-z][a-z0-9_.-]{0,39}$/;

export type TypeRules = {
  /** 1 goes before 2: at one moment the identifier that goes first links, and the other gives way. */
  priority: number;
  /** At most so many of this type on one person; null = any number. 1 makes the type unique. */
  perProfile: number | null;
  /** Counts for perProfile only those first seen within so many days; null = ever. */
  windowDays: number | null;
  /** So many user ids may carry one identifier of this type, and so many ids of each other type that goes before it. */
  carriedByUsers: number | null;
  carriedByOthers: number | null;
  /** What becomes of one that more carry: it stays with the first of them, or links nobody at all. */
  whenShared: 'first' | 'nobody';
  /** Values that stand for nobody, beside those that are left out everywhere (null, zeros, test addresses). */
  blocked: string[];
};

export type IdentityRules = {
  /** The built-in types, and custom ones by name; a custom type that is not named has the rules of `custom`. */
  types: Record<string, TypeRules>;
  /** Match probability from which two are linked, and from which the pair waits for a person to decide. */
  probabilistic: { linkAt: number; reviewAt: number };
};

/** What a workspace changes of the defaults. */
export type RulesChange = {
  types?: Record<string, Partial<TypeRules>>;
  probabilistic?: Partial<IdentityRules['probabilistic']>;
};

const nobodyBeyondFive = { windowDays: null, carriedByUsers: 5, carriedByOthers: 5, whenShared: 'nobody' as const };

export const defaultRules: IdentityRules = {
  types: {
    user: { ...nobodyBeyondFive, priority: 1, perProfile: 5, carriedByUsers: null, carriedByOthers: null, blocked: [] },
    custom: { ...nobodyBeyondFive, priority: 2, perProfile: 5, blocked: [] },
    email: { ...nobodyBeyondFive, priority: 3, perProfile: 10, blocked: [] },
    phone: { ...nobodyBeyondFive, priority: 4, perProfile: 10, blocked: [] },
    anonymous: {
      priority: 5,
      perProfile: 1000,
      windowDays: null,
      carriedByUsers: 1,
      carriedByOthers: 3,
      whenShared: 'first',
      blocked: [],
    },
    device: {
      priority: 6,
      perProfile: 50,
      windowDays: null,
      carriedByUsers: 1,
      carriedByOthers: 1,
      whenShared: 'first',
      blocked: [],
    },
  },
  probabilistic: { linkAt: 0.99, reviewAt: 0.5 },
};

const SETTING = 'identity_rules';

/** The rules in force, and what of them the workspace chose itself. */
export async function readRules(
  store: Store,
  workspace: string,
): Promise<{ rules: IdentityRules; change: RulesChange }> {
  const change = (await readSetting<RulesChange>(store, workspace, SETTING)) ?? {};
  return { rules: withChange(change), change };
}

/** Sets what a workspace changes of the defaults, as a whole. Throws `invalid_input` naming the first mistake. */
export async function writeRules(store: Store, workspace: string, change: RulesChange, now: Date): Promise<void> {
  checkRules(withChange(change));
  await writeSetting(store, { workspace, name: SETTING, value: change, now });
}

/** The defaults with a change laid over them. */
export function withChange(change: RulesChange): IdentityRules {
  const types = { ...defaultRules.types };
  for (const [name, of] of Object.entries(change.types ?? {})) {
    types[name] = { ...(types[name] ?? types['custom']), ...of };
  }
  return {
    types,
    probabilistic: { ...defaultRules.probabilistic, ...change.probabilistic },
  };
}

export function checkRules(rules: IdentityRules): void {
  for (const [name, of] of Object.entries(rules.types)) {
    if (!CUSTOM_TYPE.test(name)) {
      wrong(`types.${name}`, name, 'Name a type in lower case, beginning with a letter, in up to 40 characters.');
    }
    for (const field of ['priority', 'perProfile', 'windowDays', 'carriedByUsers', 'carriedByOthers'] as const) {
      const value = of[field];
      if (value === null && field !== 'priority') continue;
      if (!Number.isInteger(value) || Number(value) < 1) wrong(`types.${name}.${field}`, value, 'Use 1 or more.');
    }
  }
  const { linkAt, reviewAt } = rules.probabilistic;
  if (!(linkAt > 0 && linkAt <= 1)) wrong('probabilistic.linkAt', linkAt, 'Use a probability above 0, up to 1.');
  if (!(reviewAt > 0 && reviewAt <= linkAt)) {
    wrong('probabilistic.reviewAt', reviewAt, 'Use a probability above 0, up to linkAt.');
  }
}

/** The name of an identifier's type: `user` of `u:42`, `crm` of `x:crm:4711`. */
export function typeOf(identifier: string): string {
  const letter = identifier[0];
  if (letter === 'x') return identifier.slice(2, identifier.indexOf(':', 2));
  return builtInTypes.find((type) => type[0] === letter) ?? 'custom';
}

/** What stands behind the type in an identifier. */
export function idWithin(identifier: string): string {
  return identifier.startsWith('x:') ? identifier.slice(identifier.indexOf(':', 2) + 1) : identifier.slice(2);
}

/** Rules as the links need them: types by number, spans in milliseconds. */
export type LinkRules = {
  names: readonly string[];
  types: readonly LinkType[];
};

export type LinkType = Omit<TypeRules, 'blocked' | 'windowDays'> & { windowMs: number | null };

/** Built-in types first, then the custom ones by name: an older identifier of two born at once is the one that stands first. */
export function linkRules(rules: IdentityRules, customTypes: Iterable<string>): LinkRules {
  const custom = [...new Set([...customTypes, 'custom'])].filter((name) => !isBuiltIn(name)).sort();
  const names = [...builtInTypes, ...custom];
  const types = names.map((name) => {
    const { blocked, windowDays, ...of } = rules.types[name] ?? rules.types['custom'];
    return { ...of, windowMs: windowDays === null ? null : windowDays * DAY_MS };
  });
  return { names, types };
}

/** The identifiers that a workspace blocks, as they stand in the evidence; hashes by `hashed` (an address is blocked by what it hashes to). */
export function blockedIdentifiers(
  rules: IdentityRules,
  hashed: (type: 'email' | 'phone', value: string) => string,
): string[] {
  return Object.entries(rules.types).flatMap(([name, { blocked }]) =>
    blocked.map((value) => {
      if (name === 'email' || name === 'phone') return `${name[0]}:${hashed(name, value)}`;
      return isBuiltIn(name) ? `${name[0]}:${value}` : `x:${name}:${value}`;
    }),
  );
}

function isBuiltIn(name: string): boolean {
  return (builtInTypes as readonly string[]).includes(name);
}

function wrong(field: string, value: unknown, hint: string): never {
  throw new InklingError('invalid_input', `${field} cannot be ${JSON.stringify(value)}.`, { field, value, hint });
}
