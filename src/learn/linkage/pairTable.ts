// A table from pairs of whole numbers to numbers from 0, by open addressing in one typed array. A map would need an
// object for every key that does not fit 32 bits; here an entry is 12 bytes, and a look costs one line of the cache.

export type PairTable = {
  /** What stands under a pair, −1 if nothing does. */
  find(a: number, b: number): number;
  /** Writes under a pair and answers what stood there before, −1 if nothing did. */
  put(a: number, b: number, value: number): number;
};

/** `expected`: pairs that there is room for at first. */
export function openPairTable(expected = 1 << 10): PairTable {
  let capacity = 1 << 4;
  while (capacity < 1.5 * expected) capacity *= 2;
  /** Of each slot the pair and the value + 1; 0: free. */
  let slots = new Int32Array(3 * capacity);
  let size = 0;

  const slotOf = (a: number, b: number): number => {
    let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    let place = (hash ^ (hash >>> 13)) & (capacity - 1);
    while (slots[3 * place + 2] !== 0 && (slots[3 * place] !== a || slots[3 * place + 1] !== b)) {
      place = (place + 1) & (capacity - 1);
    }
    return 3 * place;
  };
  const write = (slot: number, a: number, b: number, value: number) => {
    slots[slot] = a;
    slots[slot + 1] = b;
    slots[slot + 2] = value;
  };
  const grow = () => {
    const old = slots;
    capacity *= 2;
    slots = new Int32Array(3 * capacity);
    for (let from = 0; from < old.length; from += 3) {
      if (old[from + 2] !== 0) write(slotOf(old[from], old[from + 1]), old[from], old[from + 1], old[from + 2]);
    }
  };
  return {
    find: (a, b) => slots[slotOf(a, b) + 2] - 1,
    put(a, b, value) {
      const slot = slotOf(a, b);
      const before = slots[slot + 2] - 1;
      write(slot, a, b, value + 1);
      if (before < 0 && 1.5 * ++size > capacity) grow();
      return before;
    },
  };
}

/** Numbers for pairs, in the order in which they are first met. */
export function openPairNumbers(expected?: number): { numberOf(a: number, b: number): number; size(): number } {
  const table = openPairTable(expected);
  let size = 0;
  return {
    size: () => size,
    numberOf(a, b) {
      const known = table.find(a, b);
      if (known >= 0) return known;
      table.put(a, b, size);
      return size++;
    },
  };
}
