// The keys of late in memory: a hash table by open addressing in one typed array, 16 bytes a slot. The second word says
// where to begin, for runs are sorted by the first; a last word of 0 marks a free slot, since no day is 0.

import { copyKey, isSameMessage, WORDS } from './key.ts';

const LARGEST_LOAD = 0.6;

export class KeyTable {
  size = 0;
  private slots: Uint32Array;
  private mask: number;

  /** Grows when it holds more keys than expected. */
  constructor(expected: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, expected / LARGEST_LOAD)));
    this.slots = new Uint32Array(slots * WORDS);
    this.mask = slots - 1;
  }

  /** Whether the message of the key at a place in `keys` is there, received within the window of it. */
  has(keys: Uint32Array, at: number): boolean {
    const { slots, mask } = this;
    for (let slot = keys[at + 1] & mask; ; slot = (slot + 1) & mask) {
      const i = slot * WORDS;
      if (slots[i + 3] === 0) return false;
      const equal = slots[i] === keys[at] && slots[i + 1] === keys[at + 1] && slots[i + 2] === keys[at + 2];
      if (equal && isSameMessage(slots[i + 3], keys[at + 3])) return true;
    }
  }

  add(keys: Uint32Array, at: number): void {
    if (this.size >= (this.mask + 1) * LARGEST_LOAD) this.grow();
    this.place(keys, at);
    this.size += 1;
  }

  /** Every key, sorted by its first word. */
  sorted(): Uint32Array {
    const { slots } = this;
    // Word and slot in one number of 53 bits: sorting numbers needs no comparison of ours.
    const order = new Float64Array(this.size);
    const total = this.mask + 1;
    let found = 0;
    for (let i = 0; i < slots.length; i += WORDS) if (slots[i + 3] !== 0) order[found++] = slots[i] * total + i / WORDS;
    order.sort();
    const keys = new Uint32Array(this.size * WORDS);
    for (const [n, value] of order.entries()) {
      const i = (value % total) * WORDS;
      copyKey(slots, i, keys, n * WORDS);
    }
    return keys;
  }

  private place(keys: Uint32Array, at: number): void {
    const { slots, mask } = this;
    let slot = keys[at + 1] & mask;
    while (slots[slot * WORDS + 3] !== 0) slot = (slot + 1) & mask;
    copyKey(keys, at, slots, slot * WORDS);
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new Uint32Array(before.length * 2);
    this.mask = this.mask * 2 + 1;
    for (let i = 0; i < before.length; i += WORDS) if (before[i + 3] !== 0) this.place(before, i);
  }
}
