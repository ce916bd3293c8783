// The weight of a pair: the sum of its levels' weights and of what the rarity of equal values adds. Most candidates are
// strangers, so fields that decide most are looked at first and a pair is given up as soon as it can no longer reach
// the floor.

import type { TokenWeights } from './comparison.ts';
import type { Field } from './fields.ts';
import { openLevels } from './levels.ts';
import { type StrangerSort, strangersOf } from './mixture.ts';

export type Scoring = {
  fields: readonly Field[];
  /** Of each field the weight of each level. */
  weights: readonly Float64Array[];
  /** Of each field what an equal value adds, by its place; undefined where levels are not about equal values. */
  rarity: readonly (ArrayLike<number> | undefined)[];
  /** The most that rarity may add in each field, where values are still to come. */
  rarest?: readonly number[];
  prior: number;
  sorts: readonly StrangerSort[];
  tokens: (field: Field) => TokenWeights;
};

export type Scorer = {
  /** log2 odds of the pair, or −Infinity when they are below the floor. */
  weigh(r: number, s: number): number;
};

export function openScorer({ fields, weights, rarity, rarest, prior, sorts, tokens }: Scoring, floor: number): Scorer {
  const levels = openLevels(fields, tokens);
  const most = fields.map((_, f) => Math.max(0, ...weights[f]) + (rarest?.[f] ?? highest(rarity[f])));
  const least = weights.map((own) => Math.min(0, ...own));
  const order = fields.map((_, f) => f).sort((a, b) => most[b] - least[b] - (most[a] - least[a]) || a - b);
  const rest = new Float64Array(order.length + 1);
  for (let i = order.length - 1; i >= 0; i--) rest[i] = rest[i + 1] + most[order[i]];
  const codes = fields.map((field) => field.codes);
  const shares = sorts.map(({ share }) => share);
  const shared = fields.map((_, f) => sorts.map(({ weights: own }) => own[f]));
  const sums = new Float64Array(sorts.length);
  return {
    weigh(r, s) {
      let sum = prior;
      sums.fill(0);
      for (let i = 0; i < order.length; i++) {
        if (sum + rest[i] < floor) return Number.NEGATIVE_INFINITY;
        const f = order[i];
        const level = levels.levelOf(f, r, s);
        const rare = level === 1 ? (rarity[f]?.[codes[f][r]] ?? 0) : 0;
        sum += weights[f][level] + rare;
        for (let c = 0; c < sums.length; c++) {
          const own = shared[f][c];
          if (own !== undefined) sums[c] += own[level] + rare;
        }
      }
      if (sums.length > 0) sum -= strangersOf(shares, sums);
      return sum < floor ? Number.NEGATIVE_INFINITY : sum;
    },
  };
}

function highest(values: ArrayLike<number> | undefined): number {
  let most = 0;
  for (let i = 0; i < (values?.length ?? 0); i++) most = Math.max(most, values?.[i] ?? 0);
  return most;
}
