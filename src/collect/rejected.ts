// What was refused is kept with its reason, so that it can be seen, mended and sent again. Kept means without personal
// data: addresses become the hashes that a second sending would make of them.

import { randomUUID } from 'node:crypto';
import type { InklingError } from '../errors.ts';
import { toClickHouseTime } from '../time.ts';
import { type Fields, fieldsOf, noFields } from './fields.ts';
import { emailIn, phoneIn } from './identity.ts';
import type { RejectedRow } from './line.ts';
import { isPersonalKey, maskEmails, type Setting, withoutPersonal } from './redaction.ts';
import { BATCH_LIMIT_BYTES, shorten } from './validate.ts';

export type Refusal = { workspace: string; at: Date | number; source: string; error: InklingError; body: unknown };

/** Whole, so that it can be mended: no message is larger than the body it came in. */
const BODY_LIMIT = BATCH_LIMIT_BYTES;

export function rejectedRow({ workspace, at, source, error, body }: Refusal): RejectedRow {
  const personal = isPersonalKey(error.field?.split('.').at(-1) ?? '');
  return {
    workspace,
    id: randomUUID(),
    at: toClickHouseTime(at),
    source,
    code: error.code,
    reason: maskEmails(error.message.toWellFormed().slice(0, 1000)),
    field: error.field ?? '',
    value: personal || error.value === undefined ? '' : shorten(withoutPersonal(error.value, 'traits'), 1000),
    body: shorten(mendable(body), BODY_LIMIT),
  };
}

/** The message without what is personal in it, which can be mended and sent again all the same. */
function mendable(body: unknown): unknown {
  const message = fieldsOf(body);
  if (message === noFields) return withoutPersonal(body, 'properties');
  const kept: Record<string, unknown> = { ...fieldsOf(withoutPersonal(message, 'properties')) };
  const { traits, properties, context } = message;
  if (fieldsOf(traits) !== noFields) kept['traits'] = withHashes(fieldsOf(traits), 'traits', message);
  if (fieldsOf(properties) !== noFields) kept['properties'] = withHashes(fieldsOf(properties), 'properties', message);
  const more = fieldsOf(fieldsOf(context)['traits']);
  if (more !== noFields) {
    kept['context'] = { ...fieldsOf(kept['context']), traits: withHashes(more, 'traits', message) };
  }
  return kept;
}

/** Addresses and numbers become the hashes that the message would have had, where it is read for them. */
function withHashes(fields: Fields, setting: Setting, message: Fields): Fields {
  const email = emailIn(fields);
  const phone = phoneIn(fields, fieldsOf(message['traits']), fieldsOf(message['context']));
  const kept = withoutPersonal(fields, setting) as Fields;
  return { ...kept, ...(email && { email_hash: email }), ...(phone && { phone_hash: phone }) };
}
