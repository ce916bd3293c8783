// A filter that stands before a run of keys on disk: a split block Bloom filter, as Parquet specifies it. One look-up
// touches one stretch of 32 bytes; at 16 bits a key, one in some thousand absent keys is taken for present, and is then
// looked up on disk. It never misses a key that is there.
// https://github.com/apache/parquet-format/blob/master/BloomFilter.md

const BLOCK_WORDS = 8;
const BITS_A_KEY = 16;
const SALTS = Int32Array.of(
  0x47b6137b,
  0x44974d91,
  0x8824ad5b,
  0xa2b7289d,
  0x705495c7,
  0x2df1424b,
  0x9efc4947,
  0x5c6bfb31,
);

/** An empty filter, large enough for the keys. */
export function makeFilter(keys: number): Uint32Array {
  return new Uint32Array(Math.max(1, Math.ceil((keys * BITS_A_KEY) / (BLOCK_WORDS * 32))) * BLOCK_WORDS);
}

/** `second` and `third` are those words of a key, which are bits of a hash. */
export function addToFilter(filter: Uint32Array, second: number, third: number): void {
  const block = blockOf(filter, second);
  for (let i = 0; i < BLOCK_WORDS; i++) filter[block + i] |= 1 << (Math.imul(third, SALTS[i]) >>> 27);
}

export function mayHold(filter: Uint32Array, second: number, third: number): boolean {
  const block = blockOf(filter, second);
  for (let i = 0; i < BLOCK_WORDS; i++) {
    if ((filter[block + i] & (1 << (Math.imul(third, SALTS[i]) >>> 27))) === 0) return false;
  }
  return true;
}

function blockOf(filter: Uint32Array, word: number): number {
  return Math.floor((word / 2 ** 32) * (filter.length / BLOCK_WORDS)) * BLOCK_WORDS;
}
