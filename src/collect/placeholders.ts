// Ids that systems send when they know none: the text of a null, a zero, the word for a guest. Taken for ids they would
// make one person of everybody whom they are sent for, and weld strangers together; so they are no ids at all.
// Segment's Unify blocks zeros and dashes, -1, null and anonymous by default; the others are as common in the field.

import { hash } from 'node:crypto';

/** Compared in lower case and without blanks around them. Zeros and dashes of any length count as well. */
export const placeholderIds: readonly string[] = [
  ...['null', 'undefined', 'none', 'nil', 'nan', 'n/a', 'na', '(null)', '(none)', 'unknown', 'anonymous', 'guest'],
  ...['test', 'true', 'false', '-1', '[object object]', 'not set', '(not set)'],
];

/** Nothing but zeros and dashes, such as the UUID of zeros; also RE2, which the engine speaks. */
export const ZEROS = '^[0-]*$';

const placeholderAddresses = [
  ...['test@test.com', 'test@example.com', 'no@email.com', 'none@none.com', 'noreply@example.com'],
  ...['null@null.com', 'undefined@undefined.com', 'anonymous@anonymous.com', 'unknown@unknown.com', 'na@na.com'],
];

/** SHA-256 of nothing, of placeholders hashed where they were sent, and of addresses that are typed to get past a form. */
export const placeholderHashes: ReadonlySet<string> = new Set(
  ['', '0', ...placeholderIds, ...placeholderAddresses].map((text) => hash('sha256', text)),
);

const known = new Set(['', ...placeholderIds]);
const longest = Math.max(...placeholderIds.map((id) => id.length));
const zeros = new RegExp(ZEROS);

/** True for ids that stand for "not known", and for none. */
export function isPlaceholder(id: string): boolean {
  if (zeros.test(id)) return true;
  return (id.length <= longest || /^\s|\s$/.test(id)) && known.has(id.trim().toLowerCase());
}
