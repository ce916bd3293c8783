// What a workspace has decided about consent and personal data: categories of consent and what is stored without it,
// which events fall under which, the signals of browsers that count, and what becomes of single properties. One
// document, kept in the state with a revision, so that nobody writes over the work of another.

import { InklingError } from '../errors.ts';
import { readSetting, type State, type Store, writeSetting } from '../store/index.ts';

/** What is stored of an event whose category the person does not allow. */
export const withoutConsentPolicies = ['keep', 'anonymous', 'count', 'nothing'] as const;
export type WithoutConsent = (typeof withoutConsentPolicies)[number];

export type ConsentCategory = {
  name: string;
  /** Other names of it, such as the ids of a consent platform. Compared without case and punctuation. */
  aliases: string[];
  /** What holds until a person has chosen. */
  byDefault: 'allowed' | 'denied';
  withoutConsent: WithoutConsent;
};

export const propertyActions = ['hash', 'drop', 'keep', 'mask', 'truncate'] as const;
export type PropertyAction = (typeof propertyActions)[number];

export type PropertyRule = {
  /** As in properties.customer.card; * is any key or place in a list, ** any depth. */
  path: string;
  action: PropertyAction;
};

export type Privacy = {
  revision: number;
  categories: ConsentCategory[];
  /** The category of an event by its name, * at the end for any ending; the first that fits. Others are of the first category. */
  events: { event: string; category: string }[];
  /** Categories that Global Privacy Control denies, and those that Do Not Track denies; none = not heeded. */
  globalPrivacyControl: string[];
  doNotTrack: string[];
  properties: PropertyRule[];
};

export type PrivacyChange = Partial<Omit<Privacy, 'revision'>>;

/** A category each takes a bit, see consentTable.ts. */
export const CATEGORIES_AT_MOST = 10;
const RULES_AT_MOST = 500;

const category = (name: string, aliases: string[]): ConsentCategory => ({
  name,
  aliases,
  byDefault: 'allowed',
  withoutConsent: 'count',
});

/** Allowed until somebody says no; Global Privacy Control is a no to advertising, as the laws that name it have it. */
export const defaultPrivacy: Privacy = {
  revision: 0,
  categories: [
    category('analytics', ['performance', 'statistics']),
    category('advertising', ['marketing', 'targeting', 'sale', 'data sharing']),
    category('personalisation', ['personalization', 'preferences']),
    category('functional', ['necessary', 'essential']),
  ],
  events: [],
  globalPrivacyControl: ['advertising'],
  doNotTrack: [],
  properties: [],
};

const SETTING = 'privacy';

export async function readPrivacy(state: Pick<State, 'query'>, workspace: string): Promise<Privacy> {
  return { ...defaultPrivacy, ...(await readSetting<Privacy>({ state }, workspace, SETTING)) };
}

/** What then holds. Throws `invalid_input`, and `conflict` when it is not this revision any more. */
export async function changePrivacy(
  { state }: Store,
  { workspace, change, revision, now }: { workspace: string; change: PrivacyChange; revision?: number; now: Date },
): Promise<Privacy> {
  return state.transaction(async (tx) => {
    await tx.query('SELECT id FROM workspaces WHERE id = $1 FOR NO KEY UPDATE', [workspace]);
    const before = await readPrivacy(tx, workspace);
    if (revision !== undefined && revision !== before.revision) throw changedMeanwhile(revision, before.revision);
    const after = { ...before, ...change, revision: before.revision + 1 };
    checkPrivacy(after);
    await writeSetting({ state: tx }, { workspace, name: SETTING, value: after, now });
    return after;
  });
}

/** Names that mean the same category: without case, blanks and punctuation. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

function checkPrivacy({ categories, events, globalPrivacyControl, doNotTrack, properties }: Privacy): void {
  if (categories.length < 1 || categories.length > CATEGORIES_AT_MOST) {
    throw wrong('categories', categories.length, `are not 1 to ${CATEGORIES_AT_MOST}`, 'Join some of them.');
  }
  const names = new Set(categories.map(({ name }) => name));
  const taken = new Map<string, string>();
  for (const [index, one] of categories.entries()) {
    for (const name of [one.name, ...one.aliases]) {
      const plain = plainName(name);
      const field = `categories[${index}]`;
      if (plain === '') throw wrong(field, name, 'is no name', 'Use letters or digits.');
      const other = taken.get(plain);
      if (other !== undefined && other !== one.name)
        throw wrong(field, name, `means ${other} already`, 'Give each name to one category.');
      taken.set(plain, one.name);
    }
  }
  const known = (field: string, name: string) => {
    if (!names.has(name)) throw wrong(field, name, 'is no category', `Use one of ${[...names].join(', ')}.`);
  };
  for (const [index, one] of events.entries()) known(`events[${index}].category`, one.category);
  for (const [index, name] of globalPrivacyControl.entries()) known(`globalPrivacyControl[${index}]`, name);
  for (const [index, name] of doNotTrack.entries()) known(`doNotTrack[${index}]`, name);
  if (properties.length > RULES_AT_MOST)
    throw wrong('properties', properties.length, `are more than ${RULES_AT_MOST} rules`, 'Use * in their paths.');
  for (const [index, rule] of properties.entries()) checkRule(`properties[${index}].path`, rule);
}

const roots = ['properties', 'traits', 'context'];
const ids = ['userId', 'anonymousId', 'previousId', 'groupId'];

function checkRule(field: string, { path, action }: PropertyRule): void {
  const [root, ...rest] = path.split('.');
  if (ids.includes(root) && rest.length === 0) {
    if (action === 'hash') return;
    throw wrong(field, path, 'is an id, which can only be hashed', 'Use the action "hash".');
  }
  if (roots.includes(root) && rest.length > 0 && rest.every((key) => key !== '')) return;
  const hint = 'Begin with properties, traits or context, as in properties.customer.*.email, or name an id.';
  throw wrong(field, path, 'is no path', hint);
}

function changedMeanwhile(given: number, present: number): InklingError {
  return new InklingError('conflict', `The settings are at revision ${present}, not ${given}.`, {
    field: 'revision',
    value: given,
    hint: 'Read them again, and make the change on what is there now.',
  });
}

function wrong(field: string, value: unknown, problem: string, hint: string): InklingError {
  const shown = typeof value === 'string' ? ` ("${value.slice(0, 100)}")` : '';
  return new InklingError('invalid_input', `${field}${shown} ${problem}.`, { field, value, hint });
}
