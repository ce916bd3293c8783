// Three sorts of strangers. Most share nothing but by chance; some live in one area, where town, postcode and state agree
// together; some live in one home, where the family name and the whole address do. Taken field by field those would look
// like one person. So a pair is weighed against all sorts of strangers at once, each with its share of all pairs and its
// own levels in the fields it shares; in all other fields they are like any strangers.

import type { Field } from './fields.ts';
import type { Shared } from './kind.ts';

export type StrangerSort = {
  name: Shared;
  /** log2 of its share of all pairs. */
  share: number;
  /** Of each field it shares log2 (its level / the level of any strangers). */
  weights: (Float64Array | undefined)[];
};

export type Mixture = {
  /** log2 odds that a pair, of which nothing is known, is a match. */
  prior: number;
  /** Of each field and level log2 (m / u). */
  weights: readonly Float64Array[];
  sorts: readonly StrangerSort[];
};

export const sortNames: readonly Shared[] = ['area', 'home'];

/** Whether strangers of a sort share a field. */
export function isShared({ kind }: Pick<Field, 'kind'>, sort: Shared): boolean {
  return kind.shared === 'area' || (kind.shared === 'home' && sort === 'home');
}

/** log2 (1 + Σ share · 2^sum): what the sorts of strangers take from the weight of a pair. */
export function strangersOf(shares: readonly number[], sums: ArrayLike<number>): number {
  let more = 0;
  for (let c = 0; c < shares.length; c++) more += 2 ** Math.min(200, shares[c] + sums[c]);
  return Math.log2(1 + more);
}
