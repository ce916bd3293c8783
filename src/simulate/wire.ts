// The form in which the shop speaks: Segment's wire messages, with ids that repeat for the same seed but tell nothing
// (they are scrambled counters), and timestamps put together from tables because Date.toISOString is the dearest part
// of a cheap message.

/** One message as an SDK or a server would send it to `/v1/batch`. */
export type SegmentMessage = {
  type: 'track' | 'identify' | 'page' | 'screen' | 'alias';
  messageId: string;
  /** ISO 8601, UTC, milliseconds. */
  timestamp: string;
  anonymousId?: string;
  userId?: string;
  previousId?: string;
  event?: string;
  name?: string;
  properties?: Readonly<Record<string, unknown>>;
  traits?: Readonly<Record<string, unknown>>;
  /** Shared between messages: read it, don't write to it. */
  context: Readonly<Record<string, unknown>>;
};

/** Murmur3's finaliser: a bijection of the 32-bit integers. */
export function scramble(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit hash of three numbers. */
export function mix(a: number, b: number, c: number): number {
  return scramble(scramble(scramble(a + 0x9e3779b9) ^ (b + 0x7f4a7c15)) ^ (c + 0x1b873593));
}

/** A bijection of the integers below 2^24 that hides their order. */
export function scramble24(value: number, secret: number): number {
  let h = (value ^ secret) & 0xffffff;
  h = Math.imul(h, 0x9e37b1) & 0xffffff;
  h ^= h >>> 12;
  h = Math.imul(h, 0xc2b2ad) & 0xffffff;
  return h ^ (h >>> 11);
}

/** A version-4 lookalike that depends on the three numbers only. */
export function uuidOf(secret: number, owner: number, count: number): string {
  const a = hex8(mix(secret ^ 0x243f6a88, owner, count));
  const b = hex8(mix(secret ^ 0x13198a2e, count, owner));
  const c = hex8(mix(secret ^ 0x2a4093, owner ^ 0x5bd1e995, count));
  const d = hex8(mix(secret ^ 0x299f31d0, count ^ 0x6a09e667, owner));
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

/** The id of the message with this number: 16 hex digits, unique below 2^53, in no visible order. */
export function messageIdOf(secret: number, number: number): string {
  const low = scramble((number >>> 0) ^ secret);
  return hex8(low) + hex8(scramble(Math.floor(number / 0x100000000) ^ low ^ (secret >>> 3)));
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function hex8(word: number): string {
  return (
    hexOfByte[word >>> 24] + hexOfByte[(word >>> 16) & 255] + hexOfByte[(word >>> 8) & 255] + hexOfByte[word & 255]
  );
}

const twoDigits = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));
const minutes = Array.from({ length: 1440 }, (_, i) => `T${twoDigits[Math.floor(i / 60)]}:${twoDigits[i % 60]}:`);
const millis = Array.from({ length: 1000 }, (_, i) => `.${String(i).padStart(3, '0')}Z`);

/** ISO 8601 of a time of day (milliseconds since midnight) on a date written `YYYY-MM-DD`. */
export function isoTime(date: string, msOfDay: number): string {
  const minute = Math.floor(msOfDay / 60_000);
  const rest = msOfDay - minute * 60_000;
  const second = Math.floor(rest / 1000);
  return date + minutes[minute] + twoDigits[second] + millis[rest - second * 1000];
}
