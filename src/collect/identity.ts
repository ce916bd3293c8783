// Whose event it is: the ids of a message, and its addresses and numbers as hashes. The first of them is the anchor,
// which the event hangs on for ever. What stands for nobody (placeholders.ts) is left out as if it had not been sent.

import { defaultPolicy, type Personal } from '../govern/index.ts';
import { type Fields, fieldsOf, noFields, textOf } from './fields.ts';
import { contactIn, type Hashed, hashEmail, hashPhone } from './identifiers.ts';
import { particularsOf } from './particulars.ts';
import { isPlaceholder, placeholderHashes } from './placeholders.ts';
import { seal } from './seal.ts';

export type Identity = {
  userId: string;
  anonymousId: string;
  previousId: string;
  emailHash: string;
  phoneHash: string;
  /** Further identifiers, whole: `x:crm:4711`, `d:…`, `e:…` for another hash of the address. */
  externalIds: string[];
  /** What ad platforms match by, sealed; '' where the workspace keeps none. */
  sealed: string;
  /** What linkage compares, encoded; '' = nothing was told. */
  particulars: string;
  /** What was left out: the id by its field; of an address or number that it was one. */
  ignored: Record<string, string> | undefined;
};

/** What a message says of ids. */
export type Ids = { userId?: unknown; anonymousId?: unknown; previousId?: unknown; type?: unknown };

/** The other parts of a message that may say who it was. */
export type Details = { properties: Fields; traits: Fields; context: Fields };

/** Hashes without a pepper; nothing personal is kept all the same. */
export const unpeppered: Personal = { policy: defaultPolicy, pepper: '', linkageKey: '' };

export function identityOf(ids: Ids, details: Details, personal: Personal = unpeppered): Identity {
  const identity: Identity = { ...noIdentity, externalIds: [] };
  for (const field of ['userId', 'anonymousId', 'previousId'] as const) {
    const id = textOf(ids[field]);
    if (id === '') continue;
    if (isPlaceholder(id)) ignore(identity, field, id);
    else identity[field] = id;
  }
  const email = contactOf(identity, 'email', details, personal);
  const phone = contactOf(identity, 'phone', details, personal);
  addFurther(identity, details, personal);
  if (personal.policy.ids === 'hash') hideContacts(identity, personal);
  if (personal.policy.activation === 'sealed' && (email?.plain || phone?.plain)) {
    identity.sealed = seal({ email: email?.plain || undefined, phone: phone?.plain || undefined }, personal.pepper);
  }
  // Traits of a group are those of a company.
  const { traits, context } = details;
  identity.particulars = particularsOf(ids.type === 'group' ? noFields : traits, context, personal);
  return identity;
}

/** The identifier that the event hangs on, such as `u:42`; '' when there is none. */
export function anchorOf(identity: Identity): string {
  if (identity.userId) return `u:${identity.userId}`;
  if (identity.anonymousId) return `a:${identity.anonymousId}`;
  if (identity.emailHash) return `e:${identity.emailHash}`;
  return identity.phoneHash ? `p:${identity.phoneHash}` : (identity.externalIds[0] ?? '');
}

/** The ids of a message that hangs on the identifier, and on nothing else; what anchorOf gives comes back as it is. */
export function idsOfAnchor(anchor: string): Ids & { traits?: Fields; context?: Fields } {
  const id = anchor.slice(2);
  switch (anchor[0]) {
    case 'u':
      return { userId: id };
    case 'a':
      return { anonymousId: id };
    case 'e':
      return { traits: { email_identity: id } };
    case 'p':
      return { traits: { phone_identity: id } };
    case 'd':
      return { context: { device: { id } } };
    default: {
      const [type] = id.split(':', 1);
      return { context: { externalIds: [{ type, id: id.slice(type.length + 1) }] } };
    }
  }
}

/** Whether the message says whose event it is, by an id or by an address or number that can be read. */
export function hasIdentity(message: Ids & { properties?: unknown; traits?: unknown; context?: unknown }): boolean {
  if (isId(message.userId) || isId(message.anonymousId)) return true;
  const { properties, traits, context } = message;
  const details = { properties: fieldsOf(properties), traits: fieldsOf(traits), context: fieldsOf(context) };
  return anchorOf(identityOf(message, details)) !== '';
}

/** An id that stands for somebody. */
export function isId(value: unknown): boolean {
  return !isPlaceholder(textOf(value));
}

const noIdentity: Readonly<Identity> = {
  userId: '',
  anonymousId: '',
  previousId: '',
  emailHash: '',
  phoneHash: '',
  externalIds: [],
  sealed: '',
  particulars: '',
  ignored: undefined,
};

function ignore(identity: Identity, field: string, value: string): void {
  identity.ignored ??= {};
  identity.ignored[field] = value;
}

/** Notes an address or number of the message, where it is read for one. */
function contactOf(
  identity: Identity,
  kind: 'email' | 'phone',
  { properties, traits, context }: Details,
  personal: Personal,
): Hashed | undefined {
  const more = fieldsOf(context['traits']);
  const country = countryOf(traits, context);
  const read = kind === 'email' ? emailIn : phoneIn;
  for (const fields of [traits, more, properties]) {
    const hashed = fields === noFields ? undefined : read(fields, personal, country);
    if (hashed !== undefined && keep(identity, kind, hashed)) return hashed;
  }
  if (kind !== 'email' || !identity.userId.includes('@')) return undefined;
  const hashed = hashEmail(identity.userId, optionsOf(personal));
  return hashed !== undefined && keep(identity, kind, hashed) ? hashed : undefined;
}

/** false where it is the hash of a placeholder. */
function keep(identity: Identity, kind: 'email' | 'phone', hashed: Hashed): boolean {
  const field = kind === 'email' ? 'emailHash' : 'phoneHash';
  if (placeholderHashes.has(hashed.plain)) {
    ignore(identity, field, '');
    return false;
  }
  identity[field] = hashed.hash;
  for (const hash of hashed.also) identity.externalIds.push(`${kind[0]}:${hash}`);
  for (const [name, hash] of Object.entries(hashed.foreign)) identity.externalIds.push(`x:${kind}_${name}:${hash}`);
  return true;
}

/** Types of Segment's externalIds that are something Inkling knows by another name. */
const knownTypes: Record<string, 'email' | 'phone' | 'device'> = {
  email: 'email',
  phone: 'phone',
  'android.id': 'device',
  'ios.id': 'device',
};
/** Those that are ids of a message already, or of no person. */
const otherTypes = new Set(['user_id', 'anonymous_id', 'cross_domain_id', 'group_id']);
const EXTERNAL_TYPE = /^[a-z][a-z0-9_.-]{0,39}$/;
const EXTERNAL_IDS_AT_MOST = 20;

/** context.externalIds as Segment documents them (id, type, collection, encoding), and the id of the device. */
function addFurther(identity: Identity, { context }: Details, personal: Personal): void {
  if (context === noFields) return;
  const device = textOf(fieldsOf(context['device'])['id']);
  if (device !== '' && device !== identity.anonymousId) addExternal(identity, 'device', device, personal);
  const list = context['externalIds'];
  if (!Array.isArray(list)) return;
  for (const item of list.slice(0, EXTERNAL_IDS_AT_MOST)) {
    const { id, type, collection } = fieldsOf(item);
    const name = textOf(type).trim().toLowerCase().replaceAll(' ', '_');
    if (textOf(collection) !== '' && collection !== 'users') continue;
    if (EXTERNAL_TYPE.test(name) && !otherTypes.has(name)) addExternal(identity, name, textOf(id), personal);
  }
}

function addExternal(identity: Identity, type: string, id: string, personal: Personal): void {
  if (isPlaceholder(id)) {
    if (id !== '') ignore(identity, type, id);
    return;
  }
  const known = knownTypes[type] ?? type;
  if (known === 'email' || known === 'phone') {
    const hashed = known === 'email' ? hashEmail(id, optionsOf(personal)) : hashPhone(id, optionsOf(personal));
    const field = known === 'email' ? 'emailHash' : 'phoneHash';
    if (hashed === undefined || placeholderHashes.has(hashed.plain)) return;
    if (identity[field] === '') keep(identity, known, hashed);
    else if (hashed.hash !== '') identity.externalIds.push(`${known[0]}:${hashed.hash}`);
    return;
  }
  const value = personal.policy.ids === 'hash' ? hiddenId(id, personal) : id;
  identity.externalIds.push(known === 'device' ? `d:${value}` : `x:${known}:${value}`);
}

/** Ids that are an address or a number become the hash of it, marked as such. */
function hideContacts(identity: Identity, personal: Personal): void {
  for (const field of ['userId', 'anonymousId', 'previousId'] as const) {
    identity[field] = hiddenId(identity[field], personal);
  }
}

/** The id as a workspace that hashes personal ids keeps it. */
export function hiddenId(id: string, personal: Personal): string {
  const kind = contactIn(id);
  if (kind === undefined) return id;
  const hashed = kind === 'email' ? hashEmail(id, optionsOf(personal)) : hashPhone(id, optionsOf(personal));
  return `${kind}:${hashed?.hash}`;
}

/** What the fields hold of an address. */
export function emailIn(fields: Fields, personal: Personal): Hashed | undefined {
  const identified = asIdentified(fields['email_identity']);
  if (identified) return identified;
  const value =
    fields['email'] ??
    fields['email_address'] ??
    fields['emailAddress'] ??
    fields['email_hash'] ??
    fields['email_sha256'];
  return value === undefined ? undefined : hashEmail(value, optionsOf(personal));
}

/** What the fields hold of a number, read in the country where it has no prefix. */
export function phoneIn(fields: Fields, personal: Personal, country: string): Hashed | undefined {
  const identified = asIdentified(fields['phone_identity']);
  if (identified) return identified;
  const value =
    fields['phone'] ??
    fields['phone_number'] ??
    fields['phoneNumber'] ??
    fields['phone_hash'] ??
    fields['phone_sha256'];
  return value === undefined ? undefined : hashPhone(value, { ...optionsOf(personal), country });
}

/** The country of the traits or the context. */
export function countryOf(traits: Fields, context: Fields): string {
  const country = fieldsOf(traits['address'])['country'] ?? fieldsOf(context['location'])['country'];
  return typeof country === 'string' ? country : '';
}

/** A hash that has its pepper already, as a refused message is kept with. */
function asIdentified(value: unknown): Hashed | undefined {
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) return undefined;
  return { hash: value, plain: '', also: [], foreign: {} };
}

function optionsOf({ pepper, policy }: Personal) {
  return { pepper, alsoMatch: policy.alsoMatch };
}
