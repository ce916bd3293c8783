// From evidence to profiles, in the order of time: what a moment knew never depends on what came after. A profile is
// a set of linked identifiers, named by its oldest; when two meet, the older one survives. What keeps strangers apart:
//   shared   an identifier that more carry than its type allows stays with the first of them, or links nobody
//   limit    a profile gets no more identifiers of a type than its type allows
//   apart    two that a person said are never one
//   blocked  values that stand for nobody
// At one moment the identifier whose type goes first links first, so it is the lowest that gives way. Where a link ends
// (or a type's limit parts what it had linked), the people it touched are linked anew from what remains, in the order of
// time: as if the link had never been. What a person said links whatever the limits.
// Typed arrays throughout: about 100 bytes per identifier that was ever linked, none for the others.

import type { Method } from './evidence.ts';
import { openEdges, type Stop } from './linkEdges.ts';
import { openNodes } from './linkNodes.ts';
import { integers } from './numbers.ts';
import type { LinkRules } from './rules.ts';

export type Evidence = {
  /** Epoch milliseconds. */
  at: number;
  a: bigint;
  b: bigint;
  /** Numbers in the rules' list of types. */
  typeA: number;
  typeB: number;
  method: Method;
  /** The link ends here instead of starting. */
  revoked: boolean;
};

export type Change = { node: bigint; profile: bigint; since: number };

export type Stopped = { a: bigint; b: bigint; method: Method; at: number; reason: Stop; type: string };

export interface Links {
  /** When a node was first seen on an event (epoch ms); tell before the evidence. */
  born(node: bigint, at: number): void;
  /** In order of time, each pair once until it is revoked. Changes of earlier moments are handed over as soon as a later one begins. */
  add(evidence: Evidence): void;
  /** Hands over the changes of the last moment. */
  finish(): void;
  profileOf(node: bigint): bigint;
  /** What links nothing now, and the type whose rule stopped it. */
  stopped(): Iterable<Stopped>;
  /** The nodes that a change at one of `seeds` may reach: across what links, linked once, or is stopped by a limit or a person. */
  reachOf(seeds: Iterable<bigint>): Set<bigint>;
  /** Each node with its profile, in order of appearance. */
  all(): Iterable<{ node: bigint; profile: bigint }>;
}

export type LinkOptions = { rules: LinkRules; blocked?: ReadonlySet<bigint> };

/** Methods that say how often an identifier is carried; what a person or a model says does not. */
const carrying = new Set<Method>(['login', 'external', 'email', 'phone', 'device']);

/** `onChange` gets each identifier's new profile, once per moment at most. */
export function openLinks(onChange: (change: Change) => void, { rules, blocked }: LinkOptions): Links {
  const { types } = rules;
  const USER = rules.names.indexOf('user');
  const nodes = openNodes(types.length);
  const edges = openEdges();
  /** Of an identifier and a type that goes before its own: how many carry it, and the first that did. */
  const carriers = integers(0);
  const firstCarrier = integers(-1);
  const apart = new Map<number, Set<number>>();
  const ended = new Map<string, number>();
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

  /** The end whose type gives way, the other, and how many of the other's type may carry it; undefined where that is no question. */
  const carriage = (edge: number) => {
    if (!carrying.has(edges.method(edge))) return undefined;
    const [a, b] = [edges.a(edge), edges.b(edge)];
    const [x, y] = [types[nodes.type(a)].priority, types[nodes.type(b)].priority];
    if (x === y) return undefined;
    const [carrier, carried] = x < y ? [a, b] : [b, a];
    const rule = types[nodes.type(carried)];
    const most = nodes.type(carrier) === USER ? rule.carriedByUsers : rule.carriedByOthers;
    return { carrier, carried, most, whenShared: rule.whenShared, key: carried * types.length + nodes.type(carrier) };
  };

  /** Distinct carriers of one type, the first first, up to so many. */
  const carriersOf = (carried: number, type: number, most: number): number[] => {
    const mine: number[] = [];
    for (const edge of edges.of(carried)) {
      const other = edges.other(edge, carried);
      if (nodes.type(other) === type && carriage(edge)?.carried === carried) mine.push(other);
    }
    return [...new Set(mine.reverse())].slice(0, most);
  };

  const isFirst = ({ carrier, carried, most, key }: NonNullable<ReturnType<typeof carriage>>): boolean => {
    if (most === null || carriers.get(key) <= most || firstCarrier.get(key) === carrier) return true;
    return most > 1 && carriersOf(carried, nodes.type(carrier), most).includes(carrier);
  };

  const overLimit = (x: number, y: number, at: number): number | undefined => {
    for (let type = 0; type < types.length; type++) {
      const { perProfile, windowMs } = types[type];
      if (perProfile === null) continue;
      const [here, there] = [nodes.count(x, type), nodes.count(y, type)];
      if (here === 0 || there === 0 || here + there <= perProfile) continue;
      if (windowMs === null) return type;
      const recent = [...nodes.members(x), ...nodes.members(y)].filter(
        (node) => nodes.type(node) === type && nodes.birth(node) > at - windowMs,
      );
      if (recent.length > perProfile) return type;
    }
    return undefined;
  };

  const isApart = (x: number, y: number): boolean => {
    if (apart.size === 0) return false;
    for (const node of nodes.members(y)) {
      for (const other of apart.get(node) ?? []) if (nodes.label(other) === x) return true;
    }
    return false;
  };

  /** What stands in the way of an edge. */
  const obstacleTo = (edge: number): Stop | undefined => {
    const [a, b] = [edges.a(edge), edges.b(edge)];
    if (blocked?.has(nodes.id(a)) || blocked?.has(nodes.id(b))) return 'blocked';
    const shared = carriage(edge);
    const isShared = shared !== undefined && shared.most !== null && carriers.get(shared.key) > shared.most;
    if (isShared && (shared.whenShared === 'nobody' || !isFirst(shared))) return 'shared';
    const [x, y] = [nodes.label(a), nodes.label(b)];
    if (x === y) return undefined;
    if (isApart(x, y)) return 'apart';
    const isFull = edges.method(edge) !== 'person' && overLimit(x, y, edges.at(edge)) !== undefined;
    return isFull ? 'limit' : undefined;
  };

  const merge = (a: number, b: number): void => {
    const [x, y] = [nodes.label(a), nodes.label(b)];
    if (x === y) return;
    const [older, younger] = nodes.isOlder(x, y) ? [x, y] : [y, x];
    for (const node of nodes.members(younger)) relabel(node, older);
    nodes.join(older, younger);
  };

  const attempt = (edge: number): void => {
    const stop = obstacleTo(edge);
    if (stop === undefined) {
      merge(edges.a(edge), edges.b(edge));
      edges.link(edge);
    } else edges.stop(edge, stop);
  };

  const reach = (seeds: Iterable<number>, crosses: (edge: number) => boolean): Set<number> => {
    const found = new Set(seeds);
    const ends = new Set(found);
    for (const node of found) {
      for (const edge of edges.allOf(node)) {
        if ((ends.has(node) && !edges.isGone(edge)) || crosses(edge)) found.add(edges.other(edge, node));
      }
    }
    return found;
  };

  /** Links all anew that hang on the nodes, from what is there now. */
  const relink = (seeds: readonly number[]): void => {
    const region = reach(seeds, (edge) => {
      const stop = edges.stopped(edge);
      return !edges.isGone(edge) && (stop === undefined || stop === 'limit' || stop === 'apart');
    });
    const within = new Set<number>();
    for (const node of region) for (const edge of edges.of(node)) within.add(edge);
    for (const node of region) {
      relabel(node, node);
      nodes.alone(node);
    }
    // Numbers of edges go with time.
    for (const edge of [...within].sort((a, b) => a - b)) {
      if (region.has(edges.a(edge)) && region.has(edges.b(edge))) attempt(edge);
    }
  };

  const count = (edge: number): 'fits' | 'too many' => {
    const shared = carriage(edge);
    if (shared === undefined) return 'fits';
    const { carrier, key, most } = shared;
    if (firstCarrier.get(key) === -1) firstCarrier.set(key, carrier);
    // Two identifiers meet by one carrying method only, which their types tell.
    carriers.set(key, carriers.get(key) + 1);
    return most !== null && carriers.get(key) === most + 1 && shared.whenShared === 'nobody' ? 'too many' : 'fits';
  };

  const addApart = (a: number, b: number): void => {
    for (const [x, y] of [
      [a, b],
      [b, a],
    ]) {
      const others = apart.get(x) ?? new Set();
      apart.set(x, others.add(y));
    }
    if (nodes.label(a) === nodes.label(b)) relink([a, b]);
  };

  const removeApart = (a: number, b: number): void => {
    apart.get(a)?.delete(b);
    apart.get(b)?.delete(a);
    relink([a, b]);
  };

  const revoke = (a: number, b: number, method: Method): void => {
    const edge = edges.find(a, b, method);
    if (edge === undefined) return;
    edges.remove(edge);
    ended.set(`${a} ${b} ${method}`, edge);
    countAnew(edge);
    relink([a, b]);
  };

  /** What ended and holds again stands where it stood, as if it had held all the time. */
  const restore = (edge: number): void => {
    edges.restore(edge);
    countAnew(edge);
    relink([edges.a(edge), edges.b(edge)]);
  };

  const countAnew = (edge: number): void => {
    const shared = carriage(edge);
    if (shared === undefined) return;
    const left = carriersOf(shared.carried, nodes.type(shared.carrier), Infinity);
    carriers.set(shared.key, left.length);
    firstCarrier.set(shared.key, left[0] ?? -1);
  };

  return {
    born: (node, at) => nodes.setBirth(nodes.intern(node), at),
    add({ at, a, b, typeA, typeB, method, revoked }) {
      if (at !== now) {
        flush();
        now = at;
      }
      const [x, y] = [nodes.meet(a, typeA, at), nodes.meet(b, typeB, at)];
      if (method === 'apart' && revoked) removeApart(x, y);
      else if (method === 'apart') addApart(x, y);
      else if (revoked) revoke(x, y, method);
      else {
        const before = ended.get(`${x} ${y} ${method}`);
        if (before !== undefined) {
          if (edges.isGone(before)) restore(before);
          return;
        }
        const edge = edges.add(x, y, method, at);
        if (count(edge) === 'too many') relink([x, y]);
        else attempt(edge);
      }
    },
    finish: flush,
    profileOf(node) {
      const index = nodes.find(node);
      return index === undefined ? node : nodes.id(nodes.label(index));
    },
    *stopped() {
      for (let edge = 0; edge < edges.size(); edge++) {
        const reason = edges.stopped(edge);
        if (reason === undefined) continue;
        const [a, b] = [edges.a(edge), edges.b(edge)];
        const full = reason === 'limit' ? overLimit(nodes.label(a), nodes.label(b), edges.at(edge)) : undefined;
        const type = full ?? nodes.type(carriage(edge)?.carried ?? b);
        yield {
          a: nodes.id(a),
          b: nodes.id(b),
          method: edges.method(edge),
          at: edges.at(edge),
          reason,
          type: rules.names[type],
        };
      }
    },
    reachOf(seeds) {
      const known = [...seeds].map(nodes.find).filter((index) => index !== undefined);
      const crosses = (edge: number) => {
        if (edges.everLinked(edge)) return true;
        const stop = edges.stopped(edge);
        return stop === 'limit' || stop === 'apart';
      };
      const found = new Set(seeds);
      for (const index of reach(known, crosses)) found.add(nodes.id(index));
      return found;
    },
    *all() {
      for (let index = 0; index < nodes.size(); index++) {
        yield { node: nodes.id(index), profile: nodes.id(nodes.label(index)) };
      }
    },
  };
}
