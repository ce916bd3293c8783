// The hashing trick (Weinberger et al. 2009): a token's column is its hash, so that no dictionary has to be kept and any
// number of tokens fits. The hash's sign makes collisions cancel on average. Columns and signs are those of scikit-learn's
// FeatureHasher(n_features=2 ** bits, input_type='string').
import { type SparseRows, sparseRows } from './rows.ts';

const encoder = new TextEncoder();

/** Rows of tokens, such as `country=DE` or words, as 2^bits columns. */
export function hashTokens(rows: Iterable<Iterable<string>>, { bits }: { bits: number }): SparseRows {
  const width = 2 ** bits;
  function* hashed(tokens: Iterable<string>): Generator<[number, number]> {
    for (const token of tokens) {
      const hash = murmur3(encoder.encode(token));
      yield [Math.abs(hash) % width, hash >= 0 ? 1 : -1];
    }
  }
  function* lists() {
    for (const tokens of rows) yield hashed(tokens);
  }
  return sparseRows(width, lists());
}

/** MurmurHash3 of 32 bits (Appleby 2011) with the seed 0, as a signed integer. */
export function murmur3(bytes: Uint8Array): number {
  let hash = 0;
  const mix = (word: number) => Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  const whole = bytes.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    hash ^= mix(bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
    hash = (Math.imul(rotate(hash, 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= whole; i--) tail = (tail << 8) | bytes[i];
  if (whole < bytes.length) hash ^= mix(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}

const rotate = (word: number, by: number) => (word << by) | (word >>> (32 - by));
