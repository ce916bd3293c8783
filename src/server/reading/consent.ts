// What a person allows, and how it came to that: over every identifier of theirs, for a choice is made under one of them.

import { emailHashOf, hiddenId, phoneHashOf } from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';
import {
  type LoggedChoice,
  type Personal,
  pseudonymOf,
  readConsentLog,
  readPersonal,
  type WorkspaceConsent,
} from '../../govern/index.ts';
import { findProfile, identityOf } from '../../identify/index.ts';
import type { Store } from '../../store/index.ts';
import { DAY_MS, toClickHouseTime } from '../../time.ts';

/** Who it is, by what is known of them. */
export type Subject = { userId?: string; anonymousId?: string; email?: string; phone?: string };

export type Whose = Subject & { workspace: string };

export type CategoryState = {
  category: string;
  allowed: boolean;
  /** Chosen by the person or through the API, mentioned by a message or a browser, or what holds for everybody. */
  because: 'choice' | 'message' | 'default';
};

export type PersonConsent = { categories: CategoryState[]; history: LoggedChoice[] };

const HISTORY_SHOWN = 100;
const prefixes: Record<string, string> = {
  'user id': 'u',
  'anonymous id': 'a',
  'e-mail hash': 'e',
  'phone hash': 'p',
  device: 'd',
};

/** Every identifier of the person, with those that are given, whether or not anybody is known by them. */
export async function identifiersOf(
  store: Store,
  consent: WorkspaceConsent,
  { workspace, ...subject }: Whose,
): Promise<string[]> {
  const given = givenIdentifiers(subject, consent, await readPersonal(store, workspace));
  const all = new Set(given);
  for (const identifier of given) {
    const profile = await findProfile(store, workspace, identifier);
    if (profile !== undefined) for (const one of await identifiersOfProfile(store, workspace, profile)) all.add(one);
  }
  return [...all];
}

export async function identifiersOfProfile(store: Store, workspace: string, profile: bigint): Promise<string[]> {
  const { nodes } = await identityOf(store, workspace, profile);
  return nodes.map(({ type, identifier }) => `${prefixes[type] ?? `x:${type}`}:${identifier}`);
}

/** Of these categories, those that the workspace has and the person does not allow. */
export function deniedAmong(
  consent: WorkspaceConsent,
  identifiers: readonly string[],
  categories: readonly string[],
): string[] {
  const asked = categories.reduce((bits, name) => bits | consent.bitOf(name), 0);
  return consent.namesOf(consent.judge(identifiers, undefined, 0).denied & asked);
}

export async function readPersonConsent(
  store: Store,
  workspace: string,
  consent: WorkspaceConsent,
  identifiers: readonly string[],
): Promise<PersonConsent> {
  const known = [...consent.known(identifiers).values()];
  const verdict = consent.judge(identifiers, undefined, 0);
  const subjects = identifiers.map((identifier) => pseudonymOf(consent.pepper, identifier));
  return {
    categories: consent.privacy.categories.map(({ name }) => {
      const bit = consent.bitOf(name);
      const ofIt = known.filter((one) => one.known & bit);
      const because = ofIt.some((one) => one.express & bit) ? 'choice' : ofIt.length > 0 ? 'message' : 'default';
      return { category: name, allowed: (verdict.denied & bit) === 0, because };
    }),
    history: await readConsentLog(store, { workspace, subjects, limit: HISTORY_SHOWN, order: 'newest' }),
  };
}

export type WithheldGroup = {
  category: string;
  reason: 'choice' | 'default' | 'gpc' | 'dnt';
  kept: 'anonymous' | 'count' | 'nothing';
  events: number;
};

/** Events that were acknowledged and not stored, the most first. */
export async function readWithheld(
  { facts }: Store,
  { workspace, days, now }: { workspace: string; days: number; now: Date },
): Promise<WithheldGroup[]> {
  const rows = await facts.rows<Omit<WithheldGroup, 'events'> & { total: string }>(
    `SELECT category, reason, kept, sum(events) AS total FROM withheld_events
     WHERE workspace = {workspace:String} AND at >= {since:DateTime64(3)}
     GROUP BY category, reason, kept ORDER BY total DESC, category, reason LIMIT 100`,
    { workspace, since: toClickHouseTime(now.getTime() - days * DAY_MS) },
  );
  return rows.map(({ total, ...row }) => ({ ...row, events: Number(total) }));
}

function givenIdentifiers(subject: Subject, consent: WorkspaceConsent, personal: Personal): string[] {
  const { userId, anonymousId, email, phone } = subject;
  const { pepper } = personal;
  const kept = (id: string) => (personal.policy.ids === 'hash' ? hiddenId(id, personal) : id);
  const given: string[] = [];
  if (userId) given.push(consent.identifierOf('userId', kept(userId)));
  if (anonymousId) given.push(consent.identifierOf('anonymousId', kept(anonymousId)));
  const emailHash = emailHashOf(email, pepper);
  const phoneHash = phoneHashOf(phone, '', pepper);
  if (email && !emailHash)
    throw unreadable('email', email, 'Send an address such as anna@example.org, or its SHA-256.');
  if (phone && !phoneHash) throw unreadable('phone', phone, 'Send the number with its country, such as +4930123456.');
  if (emailHash) given.push(`e:${emailHash}`);
  if (phoneHash) given.push(`p:${phoneHash}`);
  if (given.length > 0) return given;
  throw unreadable('userId', undefined, 'Send a userId, an anonymousId, an e-mail address or a phone number.');
}

function unreadable(field: string, value: string | undefined, hint: string): InklingError {
  const problem = value === undefined ? 'The call names nobody.' : `${field} cannot be read.`;
  return new InklingError('invalid_input', problem, { field, hint });
}
