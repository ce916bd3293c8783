// Whose event it is: the ids of a message, and its addresses and numbers as hashes. The first of them is the anchor,
// which the event hangs on for ever. What stands for nobody (placeholders.ts) is left out as if it had not been sent.

import { type Fields, fieldsOf, noFields, textOf } from './fields.ts';
import { emailHashOf, phoneHashOf } from './identifiers.ts';
import { isPlaceholder, placeholderHashes } from './placeholders.ts';

export type Identity = {
  userId: string;
  anonymousId: string;
  previousId: string;
  emailHash: string;
  phoneHash: string;
  /** What was left out: the id by its field; of an address or number that it was one. */
  ignored: Record<string, string> | undefined;
};

/** What a message says of ids. */
export type Ids = { userId?: unknown; anonymousId?: unknown; previousId?: unknown };

/** The other parts of a message that may say who it was. */
export type Details = { properties: Fields; traits: Fields; context: Fields };

export function identityOf(ids: Ids, { properties, traits, context }: Details): Identity {
  const identity: Identity = { ...noIdentity };
  for (const field of ['userId', 'anonymousId', 'previousId'] as const) {
    const id = textOf(ids[field]);
    if (id === '') continue;
    if (isPlaceholder(id)) ignore(identity, field, id);
    else identity[field] = id;
  }
  const more = fieldsOf(context['traits']);
  const { userId } = identity;
  identity.emailHash =
    realHash(identity, 'emailHash', emailIn(traits)) ||
    realHash(identity, 'emailHash', emailIn(more)) ||
    realHash(identity, 'emailHash', emailIn(properties)) ||
    (userId.includes('@') ? realHash(identity, 'emailHash', emailHashOf(userId)) : '');
  identity.phoneHash =
    realHash(identity, 'phoneHash', phoneIn(traits, traits, context)) ||
    realHash(identity, 'phoneHash', phoneIn(more, traits, context)) ||
    realHash(identity, 'phoneHash', phoneIn(properties, traits, context));
  return identity;
}

/** The identifier that the event hangs on, such as `u:42`; '' when there is none. */
export function anchorOf(identity: Identity): string {
  if (identity.userId) return `u:${identity.userId}`;
  if (identity.anonymousId) return `a:${identity.anonymousId}`;
  if (identity.emailHash) return `e:${identity.emailHash}`;
  return identity.phoneHash ? `p:${identity.phoneHash}` : '';
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
  ignored: undefined,
};

function ignore(identity: Identity, field: string, value: string): void {
  identity.ignored ??= {};
  identity.ignored[field] = value;
}

function realHash(identity: Identity, field: string, hash: string): string {
  if (hash === '' || !placeholderHashes.has(hash)) return hash;
  ignore(identity, field, '');
  return '';
}

/** The hash of the address that fields hold, or ''. */
export function emailIn(fields: Fields): string {
  if (fields === noFields) return '';
  const value =
    fields['email'] ??
    fields['email_address'] ??
    fields['emailAddress'] ??
    fields['email_hash'] ??
    fields['email_sha256'];
  return value === undefined ? '' : emailHashOf(value);
}

/** The hash of the number that fields hold, or ''; the country is that of the traits or the context. */
export function phoneIn(fields: Fields, traits: Fields, context: Fields): string {
  if (fields === noFields) return '';
  const value =
    fields['phone'] ??
    fields['phone_number'] ??
    fields['phoneNumber'] ??
    fields['phone_hash'] ??
    fields['phone_sha256'];
  if (value === undefined) return '';
  const country = fieldsOf(traits['address'])['country'] ?? fieldsOf(context['location'])['country'];
  return phoneHashOf(value, typeof country === 'string' ? country : '');
}
