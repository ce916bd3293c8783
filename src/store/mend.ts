// A single flipped bit is not only found by a CRC-32 but can be put right: each bit of a text changes the checksum in a
// way of its own (the code has a distance of at least 3 up to 2³² bits), so the difference between the checksum that
// was written and the one that is read names the bit. Other damage passes for one bit with a chance of bits / 2³², a few in a
// million for a record.

import { crc32 } from 'node:zlib';

const POLYNOMIAL = 0xedb88320;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc >>> 0;
});

/** Whether the bytes agree with their checksum, or did before one bit of either flipped; the bit is then put right. */
export function mendBit(bytes: Buffer, checksum: number): 'whole' | 'mended' | 'damaged' {
  const difference = (crc32(bytes) ^ checksum) >>> 0;
  if (difference === 0) return 'whole';
  // One bit of the checksum itself.
  if ((difference & (difference - 1)) === 0) return 'mended';
  // What a flip of bit 0 to 7 changes, at the last byte and then at each before it.
  const effects = Uint32Array.from({ length: 8 }, (_, bit) => TABLE[1 << bit]);
  for (let at = bytes.length - 1; at >= 0; at--) {
    for (let bit = 0; bit < 8; bit++) {
      const effect = effects[bit];
      if (effect === difference) {
        bytes[at] ^= 1 << bit;
        return 'mended';
      }
      effects[bit] = (effect >>> 8) ^ TABLE[effect & 0xff];
    }
  }
  return 'damaged';
}
