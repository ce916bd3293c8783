// How far two ways to part the same people agree.

/**
 * The adjusted Rand index (Hubert & Arabie 1985) of two labellings of the same rows: 1 = the same groups whatever their
 * names, about 0 = no more than chance.
 */
export function adjustedRandIndex<A, B>(first: ArrayLike<A>, second: ArrayLike<B>): number {
  const [a, b] = [new Map<A, number>(), new Map<B, number>()];
  const both = new Map<A, Map<B, number>>();
  for (let r = 0; r < first.length; r++) {
    const inner = both.get(first[r]) ?? new Map<B, number>();
    both.set(first[r], inner);
    inner.set(second[r], (inner.get(second[r]) ?? 0) + 1);
    a.set(first[r], (a.get(first[r]) ?? 0) + 1);
    b.set(second[r], (b.get(second[r]) ?? 0) + 1);
  }
  const pairs = (counts: Iterable<number>) => [...counts].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const [inA, inB] = [pairs(a.values()), pairs(b.values())];
  const together = [...both.values()].reduce((sum, inner) => sum + pairs(inner.values()), 0);
  const all = (first.length * (first.length - 1)) / 2;
  const expected = all === 0 ? 0 : (inA * inB) / all;
  const most = (inA + inB) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}
