// The weight of a pair: the sum of its levels' weights and of what the rarity of equal values adds. Most candidates are
// strangers. Whether two values are equal is known from their places alone, and so is the most that a pair can weigh; a
// text is only read where that most reaches the floor, the most telling first, until it no longer does.

import type { TokenWeights } from './comparison.ts';
import type { Cells, Field } from './fields.ts';
import { openLevels } from './levels.ts';
import { type StrangerSort, strangersOf } from './mixture.ts';

export type Scoring = {
  fields: readonly Field[];
  cells: Cells;
  /** Of each field the weight of each level. */
  weights: readonly Float64Array[];
  /** Of each field what an equal value adds, by its place; undefined where levels are not about equal values. */
  rarity: readonly (ArrayLike<number> | undefined)[];
  prior: number;
  sorts: readonly StrangerSort[];
  tokens: (field: Field) => TokenWeights;
};

export type Scorer = {
  /** log2 odds of the pair, or −Infinity when they are below the floor. */
  weigh(r: number, s: number): number;
};

/** What bounds may be off by for being summed in another order. */
const ROUNDING = 1e-6;
const UNKNOWN = 255;

export function openScorer(scoring: Scoring, floor: number): Scorer {
  const { fields, cells, weights, rarity, prior, sorts } = scoring;
  const { width } = cells;
  const { levelOf } = openLevels(fields, cells, scoring.tokens);
  const bounds = boundsOf(scoring);
  const telling = tellingFirst(scoring);
  const shares = sorts.map(({ share }) => share);
  const shared = fields.map((_, f) => sorts.map(({ weights: own }) => own[f]));
  const sums = new Float64Array(sorts.length);
  const level = new Uint8Array(width);
  const rare = new Float64Array(width);

  /** The most that a pair may weigh by what is equal and what is missing; writes the levels that follow from it. */
  const mostOf = (r: number, s: number): number => {
    const { places } = cells;
    let most = prior;
    for (let f = 0, a = r * width, b = s * width; f < width; f++, a++, b++) {
      const [x, y] = [places[a], places[b]];
      rare[f] = 0;
      if (x < 0 || y < 0) {
        most += bounds.missing[f];
        level[f] = bounds.isOpen[f] === 1 ? UNKNOWN : 0;
      } else if (x !== y) {
        most += bounds.different[f];
        level[f] = UNKNOWN;
      } else {
        const own = rarity[f];
        if (own !== undefined) rare[f] = own[x];
        most += weights[f][1] + rare[f];
        level[f] = 1;
      }
    }
    return most;
  };
  return {
    weigh(r, s) {
      let most = mostOf(r, s);
      if (most < floor - ROUNDING) return Number.NEGATIVE_INFINITY;
      for (let i = 0; i < width; i++) {
        const f = telling[i];
        if (level[f] !== UNKNOWN) continue;
        level[f] = levelOf(f, r, s);
        const isMissing = cells.places[r * width + f] < 0 || cells.places[s * width + f] < 0;
        most += weights[f][level[f]] - (isMissing ? bounds.missing[f] : bounds.different[f]);
        if (most < floor - ROUNDING) return Number.NEGATIVE_INFINITY;
      }
      let sum = prior;
      sums.fill(0);
      for (let f = 0; f < width; f++) {
        sum += weights[f][level[f]] + rare[f];
        for (let c = 0; c < sums.length; c++) {
          const own = shared[f][c];
          if (own !== undefined) sums[c] += own[level[f]] + rare[f];
        }
      }
      if (sums.length > 0) sum -= strangersOf(shares, sums);
      return sum < floor ? Number.NEGATIVE_INFINITY : sum;
    },
  };
}

/** Of each field the most that two different values, and a missing one, may add. */
function boundsOf({ fields, weights }: Scoring) {
  const isOpen = Uint8Array.from(fields, ({ others }) => (others.length > 0 ? 1 : 0));
  return {
    isOpen,
    different: Float64Array.from(fields, ({ comparison }, f) =>
      // Words in another order can be the best level too.
      Math.max(...weights[f].subarray(comparison.exactFirst ? 2 : 1)),
    ),
    missing: Float64Array.from(weights, (own, f) => (isOpen[f] === 1 ? Math.max(own[0], own[own.length - 2]) : own[0])),
  };
}

/** Fields by how much the levels of different values span. */
function tellingFirst({ weights }: Scoring): number[] {
  const spans = weights.map((own) => Math.max(...own.subarray(2)) - Math.min(...own.subarray(2)));
  return [...spans.keys()].sort((a, b) => spans[b] - spans[a] || a - b);
}
