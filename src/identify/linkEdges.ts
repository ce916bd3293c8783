// The evidence between identifiers of a graph, as chains per identifier. What links nothing is kept as well, with the
// reason, for it may once what stopped it is gone.

import { type Method, methods } from './evidence.ts';
import { bytes, growing, integers } from './numbers.ts';

/** Why a piece of evidence links nothing. */
export const stops = ['shared', 'limit', 'apart', 'blocked'] as const;
export type Stop = (typeof stops)[number];

export type Edges = ReturnType<typeof openEdges>;

const LINKS = 0;
const GONE = 100;

export function openEdges() {
  const first = integers(-1);
  const ends = integers(-1);
  const following = integers(-1);
  const how = bytes(0);
  const state = bytes(LINKS);
  const ever = bytes(0);
  const when = growing<number>((length) => new Float64Array(length));
  let size = 0;

  /** Half-edges 2e and 2e + 1 hang on the two ends of edge e. */
  const hang = (half: number, node: number) => {
    ends.set(half, node);
    following.set(half, first.get(node));
    first.set(node, half);
  };
  function* edgesOf(node: number): Iterable<number> {
    for (let half = first.get(node); half !== -1; half = following.get(half)) {
      if (state.get(half >> 1) !== GONE) yield half >> 1;
    }
  }
  return {
    size: () => size,
    add(a: number, b: number, method: Method, at: number): number {
      how.set(size, methods.indexOf(method));
      when.set(size, at);
      hang(2 * size, a);
      hang(2 * size + 1, b);
      return size++;
    },
    /** Looks along the chain of `b`, which holds what links it: an anonymous id or an address has few. */
    find(a: number, b: number, method: Method): number | undefined {
      for (const edge of edgesOf(b)) {
        if (how.get(edge) === methods.indexOf(method) && ends.get(2 * edge) === a) return edge;
      }
      return undefined;
    },
    /** Those of a node that are not gone, the newest first. */
    of: edgesOf,
    /** Those that are gone as well. */
    *allOf(node: number): Iterable<number> {
      for (let half = first.get(node); half !== -1; half = following.get(half)) yield half >> 1;
    },
    a: (edge: number) => ends.get(2 * edge),
    b: (edge: number) => ends.get(2 * edge + 1),
    at: (edge: number) => when.get(edge),
    method: (edge: number) => methods[how.get(edge)],
    other: (edge: number, node: number) => (ends.get(2 * edge) === node ? ends.get(2 * edge + 1) : ends.get(2 * edge)),
    isGone: (edge: number) => state.get(edge) === GONE,
    remove: (edge: number) => state.set(edge, GONE),
    /** Takes its old place among the others again. */
    restore: (edge: number) => state.set(edge, LINKS),
    link(edge: number): void {
      state.set(edge, LINKS);
      ever.set(edge, 1);
    },
    stop: (edge: number, reason: Stop) => state.set(edge, 1 + stops.indexOf(reason)),
    /** undefined = it links, or is gone. */
    stopped: (edge: number): Stop | undefined => stops[state.get(edge) - 1],
    /** Whether it linked at some moment so far. */
    everLinked: (edge: number) => ever.get(edge) === 1,
  };
}
