// What was refused is kept with its reason, so that it can be seen, mended and sent again. Kept means without personal
// data: addresses become the hashes that a second sending would make of them.

import { randomUUID } from 'node:crypto';
import type { InklingError } from '../errors.ts';
import { toClickHouseTime } from '../time.ts';
import { emailHashOf, phoneHashOf } from './identifiers.ts';
import type { RejectedRow } from './line.ts';
import { isPersonalKey, maskEmails, withoutPersonal } from './redaction.ts';
import { shorten } from './validate.ts';

export type Refusal = { workspace: string; at: Date | number; source: string; error: InklingError; body: unknown };

const BODY_LIMIT = 32 * 1024;

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
  const kept = withoutPersonal(body, 'properties');
  const traits = (body as { traits?: unknown } | null)?.traits;
  if (typeof traits !== 'object' || traits === null || Array.isArray(traits)) return kept;
  const { email, phone } = traits as { email?: unknown; phone?: unknown };
  const hashes = { email_hash: emailHashOf(email) || undefined, phone_hash: phoneHashOf(phone) || undefined };
  return { ...(kept as object), traits: { ...(withoutPersonal(traits, 'traits') as object), ...hashes } };
}
