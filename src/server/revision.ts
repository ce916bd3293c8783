// Which revision a change was made on: If-Match with the ETag that was read, so that nobody writes over the work of another.

import { InklingError } from '../errors.ts';

/** Undefined without the header. Throws `invalid_input` for anything but a number, in quotes or without. */
export function revisionIn(header: string | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined;
  const [, digits] = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header.trim()) ?? [];
  if (digits !== undefined) return Number(digits);
  throw new InklingError('invalid_input', `If-Match (${header.slice(0, 50)}) is no revision.`, {
    field: 'if-match',
    value: header,
    hint: 'Send the ETag of the answer that you changed.',
  });
}
