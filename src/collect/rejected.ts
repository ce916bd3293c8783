// What was refused is kept with its reason, so that it can be seen, mended and sent again. Kept means without personal
// data: addresses become the hashes that a second sending would make of them.

import { randomUUID } from 'node:crypto';
import type { InklingError } from '../errors.ts';
import type { Personal } from '../govern/index.ts';
import { toClickHouseTime } from '../time.ts';
import { type Fields, fieldsOf, noFields } from './fields.ts';
import { countryOf, emailIn, hiddenId, phoneIn, unpeppered } from './identity.ts';
import type { RejectedRow } from './line.ts';
import { type PropertyRules, putIn } from './privacy/properties.ts';
import { isPersonalKey, maskContacts, type Setting, withoutPersonal } from './redaction.ts';
import { BATCH_LIMIT_BYTES, shorten } from './validate.ts';

export type Refusal = {
  workspace: string;
  at: Date | number;
  source: string;
  error: InklingError;
  body: unknown;
  personal?: Personal;
  rules?: PropertyRules;
};

/** Whole, so that it can be mended: no message is larger than the body it came in. */
const BODY_LIMIT = BATCH_LIMIT_BYTES;

export function rejectedRow(refusal: Refusal): RejectedRow {
  const { workspace, at, source, error, body, personal = unpeppered, rules } = refusal;
  // Of a batch, `batch[3].properties.card` is a place in its message.
  const place = error.field?.replace(/^\w+\[\d+\]\.?/, '').split('.') ?? [];
  const isRuled = rules?.covers(place) ?? false;
  const isPersonal = isRuled || isPersonalKey(place.at(-1) ?? '');
  const reason = isRuled ? error.message.replace(` (${shorten(error.value)})`, '') : error.message;
  const kept = mendable(body, personal);
  return {
    workspace,
    id: randomUUID(),
    at: toClickHouseTime(at),
    source,
    code: error.code,
    reason: maskContacts(reason.toWellFormed().slice(0, 1000)),
    field: maskContacts(error.field ?? ''),
    value: isPersonal || error.value === undefined ? '' : shorten(withoutPersonal(error.value, 'traits'), 1000),
    body: shorten(rules ? ruledBody(kept, rules) : kept, BODY_LIMIT),
  };
}

/** What rules would keep is not kept here: what was refused needs less than what was taken. */
function ruledBody(body: unknown, rules: PropertyRules): unknown {
  const message = fieldsOf(body);
  if (message !== noFields) putIn(message, rules.apply(message));
  return body;
}

/** The message without what is personal in it, which can be mended and sent again all the same. */
function mendable(body: unknown, personal: Personal): unknown {
  const message = fieldsOf(body);
  if (message === noFields) return withoutPersonal(body, 'properties');
  const kept: Record<string, unknown> = { ...fieldsOf(withoutPersonal(message, 'properties')) };
  const { traits, properties, context } = message;
  const hashed = (fields: Fields, setting: Setting) => withHashes(fields, setting, message, personal);
  if (fieldsOf(traits) !== noFields) kept['traits'] = hashed(fieldsOf(traits), 'traits');
  if (fieldsOf(properties) !== noFields) kept['properties'] = hashed(fieldsOf(properties), 'properties');
  const more = fieldsOf(fieldsOf(context)['traits']);
  if (more !== noFields) kept['context'] = { ...fieldsOf(kept['context']), traits: hashed(more, 'traits') };
  for (const field of ['userId', 'anonymousId', 'previousId']) {
    const id = message[field];
    if (typeof id === 'string' && personal.policy.ids === 'hash') kept[field] = hiddenId(id, personal);
  }
  return kept;
}

/** Addresses and numbers become the identifiers that the message would have had, where it is read for them. */
function withHashes(fields: Fields, setting: Setting, message: Fields, personal: Personal): Fields {
  const country = countryOf(fieldsOf(message['traits']), fieldsOf(message['context']));
  const email = emailIn(fields, personal)?.hash;
  const phone = phoneIn(fields, personal, country)?.hash;
  const kept = withoutPersonal(fields, setting) as Fields;
  return { ...kept, ...(email && { email_identity: email }), ...(phone && { phone_identity: phone }) };
}
