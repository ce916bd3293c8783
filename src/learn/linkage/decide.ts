// From weights to links. Where each record has one partner at most, the best pairs are taken first and every record
// once. The threshold is the one with the best expected F1: probabilities say how many of the links are right, and the
// model how many matches there are to find.

import { chanceOf } from './model.ts';
import type { ScoredPairs } from './scoring.ts';

export type Link = { left: number; right: number; weight: number; probability: number };

export type ThresholdRow = {
  threshold: number;
  links: number;
  expectedPrecision: number;
  expectedRecall: number;
  expectedF1: number;
};

export type Decision = {
  links: Link[];
  threshold: number;
  /** What other thresholds would give. */
  thresholds: ThresholdRow[];
  expectedPrecision: number;
  expectedRecall: number;
  /** Pairs that are neither likely nor unlikely, the likeliest first. */
  uncertain: Link[];
};

export type DecideOptions = { records: number; oneToOne: boolean; matches: number; threshold?: number };

/** Pairs from this probability on, but not linked or barely so, are uncertain. */
const UNCERTAIN = [0.1, 0.9] as const;
const SHOWN = [0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999];

export function decide(pairs: ScoredPairs, { records, oneToOne, matches, threshold }: DecideOptions): Decision {
  const probability = probabilitiesOf(pairs, records, oneToOne);
  const order = Uint32Array.from({ length: pairs.size }, (_, p) => p).sort(
    (p, q) => pairs.weight[q] - pairs.weight[p] || pairs.left[p] - pairs.left[q] || pairs.right[p] - pairs.right[q],
  );
  const taken = new Uint8Array(records);
  const ranked: Link[] = [];
  for (const p of order) {
    const [left, right] = [pairs.left[p], pairs.right[p]];
    if (oneToOne && (taken[left] === 1 || taken[right] === 1)) continue;
    if (oneToOne) taken[left] = taken[right] = 1;
    ranked.push({ left, right, weight: pairs.weight[p], probability: probability[p] });
  }
  ranked.sort((a, b) => b.probability - a.probability || b.weight - a.weight || a.left - b.left || a.right - b.right);
  const sums = new Float64Array(ranked.length + 1);
  for (let k = 0; k < ranked.length; k++) sums[k + 1] = sums[k] + ranked[k].probability;
  const all = Math.max(matches, sums[ranked.length], 1e-9);
  const expected = (links: number) => ({
    expectedPrecision: links === 0 ? 1 : sums[links] / links,
    expectedRecall: sums[links] / all,
    expectedF1: (2 * sums[links]) / (links + all),
  });
  const atLeast = (bound: number) => countAtLeast(ranked, bound);
  const chosen = threshold ?? bestThreshold(ranked, sums, all);
  const links = ranked.slice(0, atLeast(chosen));
  return {
    links,
    threshold: chosen,
    thresholds: SHOWN.map((bound) => ({ threshold: bound, links: atLeast(bound), ...expected(atLeast(bound)) })),
    expectedPrecision: expected(links.length).expectedPrecision,
    expectedRecall: expected(links.length).expectedRecall,
    uncertain: ranked.slice(atLeast(UNCERTAIN[1]), atLeast(UNCERTAIN[0])),
  };
}

/** The probability of each pair; rivals for one partner share it. */
function probabilitiesOf({ size, left, right, weight }: ScoredPairs, records: number, oneToOne: boolean): Float64Array {
  const probability = Float64Array.from({ length: size }, (_, p) => chanceOf(weight[p]));
  if (!oneToOne) return probability;
  const odds = Float64Array.from({ length: size }, (_, p) => 2 ** Math.min(100, weight[p]));
  const sums = new Float64Array(records);
  for (let p = 0; p < size; p++) {
    sums[left[p]] += odds[p];
    sums[right[p]] += odds[p];
  }
  return odds.map((own, p) => own / (1 + sums[left[p]] + sums[right[p]] - own));
}

function bestThreshold(ranked: readonly Link[], sums: Float64Array, all: number): number {
  let [best, at] = [0, 0.5];
  for (let k = 1; k <= ranked.length; k++) {
    const f1 = (2 * sums[k]) / (k + all);
    if (f1 > best) [best, at] = [f1, ranked[k - 1].probability];
  }
  return at;
}

function countAtLeast(ranked: readonly Link[], bound: number): number {
  let [low, high] = [0, ranked.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranked[middle].probability >= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
