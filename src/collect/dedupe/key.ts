// What tells one message from another: 112 bits of SHA-256 over workspace and messageId, and the day of its receipt, in
// four words. The hash is taken from the journal's line as it stands, whose first two columns they are, so that nothing
// has to be parsed. Two of 10 billion messages share a key with a probability of 10⁻¹⁴.

import { hash } from 'node:crypto';
import { InklingError } from '../../errors.ts';
import { DAY_MS } from '../../time.ts';
import { inSlices } from '../slices.ts';

/** Four words a key: 32 + 32 + 32 bits of hash, then 16 bits of hash above 16 bits of day (since 1970, never 0). */
export const WORDS = 4;
export const KEY_BYTES = 16;

/** Messages are told apart for so many days: a day and the 30 after it. */
export const WINDOW_DAYS = 30;

const TYPE_COLUMN = Buffer.from(',"type":');
const RECEIVED_COLUMN = Buffer.from('"received_at":"');
const DATE_LENGTH = 10;
const DIGITS = [0, 1, 2, 3, 5, 6, 8, 9];

/** The keys of journalled events, one behind the other. Throws `internal` for a line that is no event's. */
export async function keysOf(lines: readonly Buffer[]): Promise<Uint32Array> {
  const keys = new Uint32Array(lines.length * WORDS);
  let stamp = Number.NaN;
  let day = 0;
  await inSlices(lines, (line, i) => {
    const end = line.indexOf(TYPE_COLUMN);
    const received = line.indexOf(RECEIVED_COLUMN, end);
    if (end < 0 || received < 0) throw new InklingError('internal', 'A line of the journal names no message.');
    const digest = hash('sha256', line.subarray(1, end), 'binary');
    const start = received + RECEIVED_COLUMN.length;
    const next = stampOf(line, start);
    if (next !== stamp) day = Date.parse(line.toString('latin1', start, start + DATE_LENGTH)) / DAY_MS;
    stamp = next;
    const at = i * WORDS;
    keys[at] = wordOf(digest, 0);
    keys[at + 1] = wordOf(digest, 4);
    keys[at + 2] = wordOf(digest, 8);
    keys[at + 3] = (digest.charCodeAt(12) << 24) | (digest.charCodeAt(13) << 16) | (day & 0xffff);
  });
  return keys;
}

/** Written out, for a view or a copy of a list for each key would cost more than the key. */
export function copyKey(from: Uint32Array, at: number, to: Uint32Array, place: number): void {
  to[place] = from[at];
  to[place + 1] = from[at + 1];
  to[place + 2] = from[at + 2];
  to[place + 3] = from[at + 3];
}

/** Whether the last words of two keys, equal in their first three, mean the same message within the window. */
export function isSameMessage(word: number, other: number): boolean {
  return word >>> 16 === other >>> 16 && Math.abs((word & 0xffff) - (other & 0xffff)) <= WINDOW_DAYS;
}

/** The letters of a date (2026-03-01) as a number, which neighbours share: reading a date is dear. */
function stampOf(line: Buffer, start: number): number {
  let stamp = 0;
  for (const i of DIGITS) stamp = stamp * 10 + line[start + i] - 48;
  return stamp;
}

function wordOf(digest: string, at: number): number {
  return (
    (digest.charCodeAt(at) |
      (digest.charCodeAt(at + 1) << 8) |
      (digest.charCodeAt(at + 2) << 16) |
      (digest.charCodeAt(at + 3) << 24)) >>>
    0
  );
}
