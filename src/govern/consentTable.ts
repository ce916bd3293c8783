// What is known of everybody's consent, in memory, because it is asked for with every event: an open-addressing table
// with 12 bytes a slot, of which at most three in four are taken. A subject is found by the first 64 bits of its
// pseudonym; that two of a hundred million people share them has a chance of 1 in 3,700.

/** A category each has one bit in every part: whether a choice is known, whether it is a yes, whether it was express. */
export type Known = { known: number; allowed: number; express: number };

const PART_BITS = 10;
const PART = (1 << PART_BITS) - 1;
const SLOT = 3;

export interface ConsentTable {
  readonly size: number;
  get(pseudonym: string): Known | undefined;
  set(pseudonym: string, known: Known): void;
}

export function openConsentTable(): ConsentTable {
  let slots = new Uint32Array(1024 * SLOT);
  let size = 0;

  const find = (table: Uint32Array, high: number, low: number): number => {
    const count = table.length / SLOT;
    let at = (low % count) * SLOT;
    // The last part is never 0 where a slot is taken: nothing is kept of whom nothing is known.
    while (table[at + 2] !== 0 && (table[at] !== high || table[at + 1] !== low)) at = (at + SLOT) % table.length;
    return at;
  };
  const grow = () => {
    const larger = new Uint32Array(slots.length * 2);
    for (let at = 0; at < slots.length; at += SLOT) {
      if (slots[at + 2] === 0) continue;
      larger.set(slots.subarray(at, at + SLOT), find(larger, slots[at], slots[at + 1]));
    }
    slots = larger;
  };
  const keyOf = (pseudonym: string): [number, number] => [
    Number.parseInt(pseudonym.slice(0, 8), 16),
    Number.parseInt(pseudonym.slice(8, 16), 16),
  ];

  return {
    get size() {
      return size;
    },
    get: (pseudonym) => {
      const bits = slots[find(slots, ...keyOf(pseudonym)) + 2];
      if (bits === 0) return undefined;
      return { known: bits & PART, allowed: (bits >>> PART_BITS) & PART, express: (bits >>> (2 * PART_BITS)) & PART };
    },
    set: (pseudonym, { known, allowed, express }) => {
      if (known === 0) return;
      if ((size + 1) * SLOT * 4 > slots.length * 3) grow();
      const [high, low] = keyOf(pseudonym);
      const at = find(slots, high, low);
      if (slots[at + 2] === 0) size += 1;
      slots[at] = high;
      slots[at + 1] = low;
      slots[at + 2] = known | (allowed << PART_BITS) | (express << (2 * PART_BITS));
    },
  };
}
