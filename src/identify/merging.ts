// Merging and parting people by hand, refusing pairs, and undoing any of it. Each is a set of rulings (judge.ts).

import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import type { Method } from './evidence.ts';
import { type Decision, decide, deciding, findDecision, identifiersOf, labelsOf, type Outcome } from './judge.ts';
import { findProfile, identityOf } from './lookup.ts';
import { membersOf, profilesOf } from './members.ts';
import { nodeOf, toHexId } from './node.ts';
import type { By, Ruling } from './ruling.ts';

export type Trial = { preview?: boolean };

/** Makes one person of several, each named by any identifier. Throws `conflict` where two of them were refused. */
export function mergePeople(store: Store, by: By, people: readonly string[], trial: Trial = {}): Promise<Outcome> {
  return deciding(store, by.workspace, async () => {
    const found = await Promise.all(people.map((text) => requirePerson(store, by.workspace, text)));
    const profiles = [...new Set(found)];
    if (profiles.length < 2) {
      throw new InklingError('invalid_input', 'They are one person already.', {
        field: 'people',
        value: people,
        hint: 'Name two people or more.',
      });
    }
    await refuseRefused(store, by.workspace, profiles);
    const names = await namesOf(store, by.workspace, profiles);
    const [first, ...others] = names;
    const rulings = others.map((other): Ruling => ({ a: first, b: other, method: 'person', revoked: false }));
    return decide(store, by, 'merge', rulings, { detail: { people: profiles.map(toHexId) }, ...trial });
  });
}

/** Takes identifiers out of a person, for good: what linked them to the rest ends, and later evidence does not either. */
export function splitPerson(
  store: Store,
  by: By,
  person: string,
  identifiers: readonly string[],
  trial: Trial = {},
): Promise<Outcome> {
  return deciding(store, by.workspace, async () => {
    const profile = await requirePerson(store, by.workspace, person);
    const { evidence } = await identityOf(store, by.workspace, profile);
    const members = await membersOf(store.facts, by.workspace, [profile]);
    const all = new Set((await identifiersOf(store, by.workspace, members)).values());
    const leaving = new Set(identifiers);
    for (const identifier of leaving) {
      if (!all.has(identifier)) throw notOfPerson(identifier, [...all]);
    }
    if (leaving.size === 0 || leaving.size === all.size) {
      throw new InklingError('invalid_input', 'Some identifiers have to leave and some have to stay.', {
        field: 'identifiers',
        value: identifiers,
        hint: 'Name those that belong to somebody else.',
      });
    }
    const links = holding(evidence);
    const crossing = links.filter(({ a, b }) => leaving.has(a) !== leaving.has(b));
    const inside = links.filter((link) => !crossing.includes(link));
    const groups = groupsOf([...all], inside);
    const rulings: Ruling[] = crossing.map(({ a, b, method }) => ({ a, b, method, revoked: true }));
    for (const out of groups.filter(([one]) => leaving.has(one))) {
      for (const stay of groups.filter(([one]) => !leaving.has(one))) {
        rulings.push({ a: out[0], b: stay[0], method: 'apart', revoked: false });
      }
    }
    return decide(store, by, 'split', rulings, { detail: { person: toHexId(profile), identifiers }, ...trial });
  });
}

/** Ends one piece of evidence: what it linked parts, unless something else holds it together. */
export function undoEvidence(
  store: Store,
  by: By,
  { a, b, method }: { a: string; b: string; method: Method },
  trial: Trial = {},
): Promise<Outcome> {
  return deciding(store, by.workspace, async () => {
    const profile = (await profilesOf(store.facts, by.workspace, [nodeOf(a)])).get(nodeOf(a)) ?? nodeOf(a);
    const { evidence } = await identityOf(store, by.workspace, profile);
    if (!holding(evidence).some((link) => link.a === a && link.b === b && link.method === method)) {
      throw new InklingError('not_found', `There is no ${method} link between ${a} and ${b} that holds.`, {
        field: 'evidence',
        value: { a, b, method },
        hint: 'GET /api/v1/people/ID shows the evidence of a person.',
      });
    }
    return decide(store, by, 'split', [{ a, b, method, revoked: true }], {
      detail: { evidence: { a, b, method } },
      ...trial,
    });
  });
}

/** Says of two people that they are never one, whatever evidence comes. */
export function refusePair(
  store: Store,
  by: By,
  people: readonly [string, string],
  trial: Trial = {},
): Promise<Outcome> {
  return deciding(store, by.workspace, async () => {
    const profiles = await Promise.all(people.map((text) => requirePerson(store, by.workspace, text)));
    if (profiles[0] === profiles[1]) {
      throw new InklingError('conflict', 'They are one person now.', {
        field: 'people',
        value: people,
        hint: 'Take the identifiers of one of them out: POST /api/v1/identity/unmerge.',
      });
    }
    const [a, b] = await namesOf(store, by.workspace, profiles);
    return decide(store, by, 'refuse', [{ a, b, method: 'apart', revoked: false }], {
      detail: { people: profiles.map(toHexId) },
      ...trial,
    });
  });
}

/** Undoes a decision: what it linked parts, what it parted is linked by what linked it before. */
export function undoDecision(store: Store, by: By, id: string, trial: Trial = {}): Promise<Outcome> {
  return deciding(store, by.workspace, async () => {
    const decision = await findDecision(store, by.workspace, id);
    if (decision.undoneBy !== null || decision.kind === 'rules') throw notUndoable(decision);
    const rulings = (decision.detail['rulings'] as Ruling[]).map((ruling) => ({ ...ruling, revoked: !ruling.revoked }));
    return decide(store, by, 'undo', rulings, { detail: { decision: id }, undoes: id, ...trial });
  });
}

/** The links of a person that hold now. */
function holding<E extends { a: string; b: string; method: Method; revoked: boolean }>(evidence: readonly E[]): E[] {
  const last = new Map(evidence.map((row) => [`${row.method} ${row.a} ${row.b}`, row]));
  return [...last.values()].filter(({ revoked, method }) => !revoked && method !== 'apart');
}

/** What hangs together, each group in the order of `all`. */
function groupsOf(all: readonly string[], links: readonly { a: string; b: string }[]): string[][] {
  const group = new Map(all.map((one) => [one, [one]]));
  for (const { a, b } of links) {
    const [x, y] = [group.get(a), group.get(b)];
    if (x === undefined || y === undefined || x === y) continue;
    x.push(...y);
    for (const one of y) group.set(one, x);
  }
  return [...new Set(group.values())];
}

async function requirePerson(store: Store, workspace: string, text: string): Promise<bigint> {
  const profile = await findProfile(store, workspace, text);
  if (profile !== undefined) return profile;
  throw new InklingError('not_found', `Nobody in this workspace is known as "${text}".`, {
    field: 'people',
    value: text,
    hint: 'Use a profile id, a user id or an anonymous id.',
  });
}

async function namesOf(store: Store, workspace: string, profiles: readonly bigint[]): Promise<string[]> {
  const names = await identifiersOf(store, workspace, profiles);
  return profiles.map((profile) => names.get(profile) ?? '');
}

async function refuseRefused(store: Store, workspace: string, profiles: readonly bigint[]): Promise<void> {
  const refused: { a: string; b: string }[] = [];
  for await (const { a, b, same } of labelsOf(store, workspace)) if (!same) refused.push({ a, b });
  if (refused.length === 0) return;
  const nodes = refused.flatMap(({ a, b }) => [nodeOf(a), nodeOf(b)]);
  const owner = await profilesOf(store.facts, workspace, nodes);
  const wanted = new Set(profiles);
  for (const { a, b } of refused) {
    const [x, y] = [owner.get(nodeOf(a)), owner.get(nodeOf(b))];
    if (x === undefined || y === undefined || !wanted.has(x) || !wanted.has(y)) continue;
    throw new InklingError('conflict', `${a} and ${b} were said never to be one person.`, {
      field: 'people',
      value: [a, b],
      hint: 'Undo that decision first: GET /api/v1/identity/decisions, then POST /api/v1/identity/undo.',
    });
  }
}

function notOfPerson(identifier: string, all: readonly string[]): InklingError {
  return new InklingError('invalid_input', `The person has no identifier "${identifier}".`, {
    field: 'identifiers',
    value: identifier,
    hint: `They have ${all.slice(0, 10).join(', ')}.`,
  });
}

function notUndoable({ id, undoneBy, kind }: Decision): InklingError {
  const why = kind === 'rules' ? 'is a change of rules' : `was undone by ${undoneBy}`;
  return new InklingError('conflict', `Decision ${id} ${why}.`, {
    field: 'decision',
    value: id,
    hint: kind === 'rules' ? 'Set the rules anew.' : 'Undo the one that undid it.',
  });
}
