// The identifiers of a graph: 64-bit ids numbered in order of appearance, the members of a profile in a ring, and how
// many of each type a profile has.

import { bytes, growing, integers } from './numbers.ts';

export type Nodes = ReturnType<typeof openNodes>;

const UNKNOWN = 255;

/** `types` is the number of types; a type is told as a number below it. */
export function openNodes(types: number) {
  let slots = new Int32Array(1 << 12).fill(-1);
  let size = 0;
  const ids = growing<bigint>((length) => new BigUint64Array(length));
  const birth = growing<number>((length) => new Float64Array(length).fill(Infinity));
  const type = bytes(UNKNOWN);
  const label = integers(-1);
  const next = integers(-1);
  const counts = integers(0);

  const slotOf = (id: bigint): number => {
    // The ids are hashes already; their low bits are as good as any.
    let slot = Number(BigInt.asUintN(32, id)) & (slots.length - 1);
    while (slots[slot] !== -1 && ids.get(slots[slot]) !== id) slot = (slot + 1) & (slots.length - 1);
    return slot;
  };
  const grow = () => {
    slots = new Int32Array(2 * slots.length).fill(-1);
    for (let index = 0; index < size; index++) slots[slotOf(ids.get(index))] = index;
  };
  const intern = (id: bigint): number => {
    let index = slots[slotOf(id)];
    if (index !== -1) return index;
    if (2 * (size + 1) > slots.length) grow();
    index = size++;
    slots[slotOf(id)] = index;
    ids.set(index, id);
    label.set(index, index);
    next.set(index, index);
    return index;
  };
  const members = (of: number): number[] => {
    const all = [of];
    for (let index = next.get(of); index !== of; index = next.get(index)) all.push(index);
    return all;
  };

  return {
    size: () => size,
    find(id: bigint): number | undefined {
      const index = slots[slotOf(id)];
      return index === -1 ? undefined : index;
    },
    intern,
    /** The number of an id of a type that existed by a moment. */
    meet(id: bigint, of: number, at: number): number {
      const index = intern(id);
      if (type.get(index) === UNKNOWN) {
        type.set(index, of);
        counts.set(index * types + of, 1);
      }
      if (at < birth.get(index)) birth.set(index, at);
      return index;
    },
    setBirth: (index: number, at: number) => birth.set(index, Math.min(at, birth.get(index))),
    birth: (index: number) => birth.get(index),
    id: (index: number) => ids.get(index),
    type: (index: number) => type.get(index),
    label: (index: number) => label.get(index),
    setLabel: (index: number, to: number) => label.set(index, to),
    /** How many of a type the profile has. */
    count: (profile: number, of: number) => counts.get(profile * types + of),
    /** Seen earlier; at the same time the type that stands first; then the smaller id. */
    isOlder(a: number, b: number): boolean {
      if (birth.get(a) !== birth.get(b)) return birth.get(a) < birth.get(b);
      if (type.get(a) !== type.get(b)) return type.get(a) < type.get(b);
      return ids.get(a) < ids.get(b);
    },
    members,
    /** Joins the profile `from` to `into`; labels are the caller's. */
    join(into: number, from: number): void {
      const after = next.get(into);
      next.set(into, next.get(from));
      next.set(from, after);
      for (let of = 0; of < types; of++) {
        const more = counts.get(from * types + of);
        if (more > 0) counts.set(into * types + of, counts.get(into * types + of) + more);
      }
    },
    /** Makes the node a profile of its own again; do so with all members of a profile. */
    alone(index: number): void {
      next.set(index, index);
      for (let of = 0; of < types; of++) counts.set(index * types + of, of === type.get(index) ? 1 : 0);
    },
  };
}
