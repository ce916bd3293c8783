// From evidence to profiles, in the order of time: what a moment knew never depends on what came after. A profile is
// a set of linked identifiers, named by its oldest; when two meet, the older one survives. Three rules keep strangers
// apart: an anonymous id belongs to the first user seen on it, an address shared by more than `limit` users links
// nobody (those it had linked part again), and a revoked link parts the two it joined.
// Typed arrays throughout: about 60 bytes per identifier that was ever linked, none for the others.

import type { Method } from './evidence.ts';

/** First letter of an identifier: user, anonymous, e-mail, phone. */
export const kinds = ['u', 'a', 'e', 'p'] as const;
export type Kind = (typeof kinds)[number];

export type Evidence = {
  /** Epoch milliseconds. */
  at: number;
  a: bigint;
  b: bigint;
  kindA: Kind;
  kindB: Kind;
  method: Method;
  /** The link ends here instead of starting. */
  revoked: boolean;
};

export type Change = { node: bigint; profile: bigint; since: number };

export const USERS_PER_ADDRESS = 5;

export interface Links {
  /** When a node was first seen on an event (epoch ms); tell before the evidence. */
  born(node: bigint, at: number): void;
  /** In order of time, each pair once until it is revoked. Changes of earlier moments are handed over as soon as a later one begins. */
  add(evidence: Evidence): void;
  /** Hands over the changes of the last moment. */
  finish(): void;
  profileOf(node: bigint): bigint;
}

/** `onChange` gets each identifier's new profile, once per moment at most. */
export function openLinks(onChange: (change: Change) => void, limit = USERS_PER_ADDRESS): Links {
  const nodes = openNodes();
  const edges = openEdges();
  /** Of an anonymous id, the first user seen on it. */
  const owner = numbers(-1);
  /** Of an address, the users who carry it. */
  const users = numbers(0);
  let now = -Infinity;
  const dirty = new Map<number, number>();

  const flush = () => {
    for (const [node, before] of dirty) {
      const profile = nodes.label(node);
      if (profile !== before) onChange({ node: nodes.id(node), profile: nodes.id(profile), since: now });
    }
    dirty.clear();
  };
  const relabel = (node: number, label: number) => {
    if (!dirty.has(node)) dirty.set(node, nodes.label(node));
    nodes.setLabel(node, label);
  };

  const merge = (a: number, b: number) => {
    const [x, y] = [nodes.label(a), nodes.label(b)];
    if (x === y) return;
    const [older, younger] = nodes.isOlder(x, y) ? [x, y] : [y, x];
    for (const node of nodes.members(younger)) relabel(node, older);
    nodes.splice(older, younger);
  };

  /** Splits the profile that lost a link into what still hangs together. */
  const part = (member: number) => {
    const left = new Set(nodes.members(member));
    for (const start of left) {
      const together = reach(start, edges, left);
      let oldest = start;
      for (const node of together) if (nodes.isOlder(node, oldest)) oldest = node;
      nodes.ring(together);
      for (const node of together) relabel(node, oldest);
    }
  };

  const revoke = (a: number, b: number, method: Method) => {
    const edge = edges.find(a, b, method);
    if (edge === undefined) return;
    edges.remove(edge);
    if (method === 'login') owner.set(b, -1);
    else if (method !== 'alias' && nodes.kind(a) === 'u') users.set(b, users.get(b) - 1);
    part(a);
  };

  /** Whether the rule of the method lets b link a. */
  const allows = (a: number, b: number, method: Method): boolean => {
    if (method === 'alias') return true;
    if (method === 'login') {
      if (owner.get(b) === -1) owner.set(b, a);
      return owner.get(b) === a;
    }
    if (nodes.kind(a) === 'u') users.set(b, users.get(b) + 1);
    if (users.get(b) === limit + 1 && nodes.kind(a) === 'u') {
      const linked = edges.of(b);
      for (const edge of linked) edges.remove(edge);
      part(b);
    }
    return users.get(b) <= limit;
  };

  return {
    born: (node, at) => nodes.setBirth(nodes.intern(node, 'a'), at),
    add({ at, a, b, kindA, kindB, method, revoked }) {
      if (at !== now) {
        flush();
        now = at;
      }
      const [x, y] = [nodes.intern(a, kindA, at), nodes.intern(b, kindB, at)];
      if (revoked) revoke(x, y, method);
      else if (allows(x, y, method)) {
        edges.add(x, y, method);
        merge(x, y);
      }
    },
    finish: flush,
    profileOf(node) {
      const index = nodes.find(node);
      return index === undefined ? node : nodes.id(nodes.label(index));
    },
  };
}

function reach(start: number, edges: Edges, within: Set<number>): number[] {
  const together = [start];
  within.delete(start);
  for (let i = 0; i < together.length; i++) {
    for (const edge of edges.of(together[i])) {
      const other = edges.other(edge, together[i]);
      if (within.delete(other)) together.push(other);
    }
  }
  return together;
}

// --- identifiers: 64-bit ids numbered in order of appearance, members of a profile in a ring --------------------

function openNodes() {
  let slots = new Int32Array(1 << 12).fill(-1);
  let size = 0;
  const ids = growing<bigint>((length) => new BigUint64Array(length));
  const birth = growing<number>((length) => new Float64Array(length).fill(Infinity));
  const kind = numbers(0);
  const label = numbers(-1);
  const next = numbers(-1);

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

  return {
    find(id: bigint): number | undefined {
      const index = slots[slotOf(id)];
      return index === -1 ? undefined : index;
    },
    /** The number of an id; with `at`, the kind is certain and it existed by then. */
    intern(id: bigint, of: Kind, at?: number): number {
      let index = slots[slotOf(id)];
      if (index === -1) {
        if (2 * (size + 1) > slots.length) grow();
        index = size++;
        slots[slotOf(id)] = index;
        ids.set(index, id);
        label.set(index, index);
        next.set(index, index);
      }
      if (at !== undefined) {
        kind.set(index, kinds.indexOf(of));
        if (at < birth.get(index)) birth.set(index, at);
      }
      return index;
    },
    setBirth: (index: number, at: number) => birth.set(index, Math.min(at, birth.get(index))),
    id: (index: number) => ids.get(index),
    kind: (index: number) => kinds[kind.get(index)],
    label: (index: number) => label.get(index),
    setLabel: (index: number, to: number) => label.set(index, to),
    /** Seen earlier; at the same time a user id goes before an anonymous one, and so on; then the smaller id. */
    isOlder(a: number, b: number): boolean {
      if (birth.get(a) !== birth.get(b)) return birth.get(a) < birth.get(b);
      if (kind.get(a) !== kind.get(b)) return kind.get(a) < kind.get(b);
      return ids.get(a) < ids.get(b);
    },
    members(of: number): number[] {
      const all = [of];
      for (let index = next.get(of); index !== of; index = next.get(index)) all.push(index);
      return all;
    },
    /** Joins two rings into one. */
    splice(a: number, b: number): void {
      const after = next.get(a);
      next.set(a, next.get(b));
      next.set(b, after);
    },
    ring(members: readonly number[]): void {
      members.forEach((index, i) => {
        next.set(index, members[(i + 1) % members.length]);
      });
    },
  };
}

// --- links between them, as chains per identifier ---------------------------------------------------------------

type Edges = ReturnType<typeof openEdges>;

function openEdges() {
  const first = numbers(-1);
  const ends = numbers(-1);
  const following = numbers(-1);
  const how = numbers(0);
  const gone = numbers(0);
  const order: Method[] = ['login', 'alias', 'email', 'phone'];
  let size = 0;

  /** Half-edges 2e and 2e + 1 hang on the two ends of edge e. */
  const hang = (half: number, node: number) => {
    ends.set(half, node);
    following.set(half, first.get(node));
    first.set(node, half);
  };
  const edgesOf = (node: number): number[] => {
    const found: number[] = [];
    for (let half = first.get(node); half !== -1; half = following.get(half)) {
      if (!gone.get(half >> 1)) found.push(half >> 1);
    }
    return found;
  };
  return {
    add(a: number, b: number, method: Method): void {
      how.set(size, order.indexOf(method));
      hang(2 * size, a);
      hang(2 * size + 1, b);
      size++;
    },
    /** Looks along the chain of `b`, which holds what links it: an anonymous id or an address has few. */
    find(a: number, b: number, method: Method): number | undefined {
      return edgesOf(b).find((edge) => how.get(edge) === order.indexOf(method) && ends.get(2 * edge) === a);
    },
    of: edgesOf,
    other: (edge: number, node: number) => (ends.get(2 * edge) === node ? ends.get(2 * edge + 1) : ends.get(2 * edge)),
    remove: (edge: number) => gone.set(edge, 1),
  };
}

type Numbers<V> = { [index: number]: V; length: number };

/** An array that is as long as it needs to be; what was never set has the value that `make` fills in. */
function growing<V>(make: (length: number) => Numbers<V>): {
  get(index: number): V;
  set(index: number, value: V): void;
} {
  let values = make(1 << 10);
  const blank = make(1)[0];
  return {
    get: (index) => (index < values.length ? values[index] : blank),
    set(index, value) {
      if (index >= values.length) {
        const larger = make(Math.max(2 * values.length, index + 1));
        for (let i = 0; i < values.length; i++) larger[i] = values[i];
        values = larger;
      }
      values[index] = value;
    },
  };
}

function numbers(blank: number) {
  return growing<number>((length) => new Int32Array(length).fill(blank));
}
