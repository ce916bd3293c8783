// Fellegi and Sunter (1969) without labels. Two sorts of pairs, of one thing (m) and of two (u), give each level of
// each field with some probability; the logarithm of their ratio is the weight of the level. u is counted on all pairs,
// which are nearly all of strangers, less those that are matches. m, the number of matches and the sorts of strangers
// (mixture.ts) come by expectation and maximisation (Winkler 1988) over the candidate pairs, all others counting as
// strangers. Where each record has one partner at most, those of one record compete for it (in the spirit of Sadinle
// 2017), which keeps look-alikes from teaching.

import type { Shared } from './kind.ts';
import { type Mixture, type StrangerSort, strangersOf } from './mixture.ts';

/** Pairs with their levels, `width` a pair. */
export type Candidates = {
  size: number;
  width: number;
  levels: Uint8Array;
  /** What the rarity of equal values adds to the weight (log2): in all fields, then in those of each sort of strangers. */
  rarity: Float32Array[];
  left: Int32Array;
  right: Int32Array;
};

export type EmSettings = {
  /** Levels of each field, the missing one included. */
  sizes: readonly number[];
  /** Of each field and level the share among all pairs. */
  everywhere: readonly Float64Array[];
  /** Levels of random pairs, which tell of strangers of one area. */
  random: Candidates;
  /** Sorts of strangers with the fields they share. */
  sorts: readonly { name: Shared; fields: readonly boolean[] }[];
  /** How many pairs there are in all. */
  pairs: number;
  /** Each candidate stands for so many. */
  scale: number;
  records: number;
  oneToOne: boolean;
  /** Of each field m where it is known from elsewhere; it is not learned then. */
  held?: readonly (Float64Array | undefined)[];
};

export type Parameters = Mixture & {
  m: Float64Array[];
  u: Float64Array[];
  /** Expected matches among all pairs. */
  matches: number;
  rounds: number;
};

const ROUNDS = 60;
const SETTLED = 1e-4;
const SMALLEST = 1e-7;
const HOPELESS = 1e-8;
/** Random pairs that tell of areas. */
const AREA_PAIRS = 60_000;
/** After so many rounds areas stay as they are: few matches hang on them. */
const AREA_ROUNDS = 10;

export function estimate(candidates: Candidates, settings: EmSettings): Parameters {
  const { sizes, everywhere, pairs, records, held = [] } = settings;
  let m = sizes.map((size, f) => held[f] ?? startingM(size));
  let u = everywhere.map((shares) => smoothed(shares, pairs));
  let matches = Math.max(1, Math.min(records / 4, candidates.size * settings.scale * 0.5));
  let rounds = 0;
  let sorts = settings.sorts.map(({ name, fields }) => startingSort(name, fields, sizes, u, pairs, records));
  let weights = weigh(m, u);
  let left = candidates;
  let chance = new Float64Array(left.size);
  let strangers = settings.sorts.map(() => new Float64Array(left.size));
  for (; rounds < ROUNDS; rounds++) {
    const mixture = { prior: priorOf(matches, pairs), weights, sorts };
    expect(left, mixture, settings, chance, strangers);
    const counts = countLevels(left, sizes, chance, settings.scale);
    const before = matches;
    matches = Math.max(0.5, counts.total);
    m = counts.levels.map((level, f) => held[f] ?? shares(level, 1));
    u = everywhere.map((shares, f) => withoutMatches(shares, counts.levels[f], pairs));
    sorts = sorts.map((sort, c) =>
      settleSort(sort, c, { candidates: left, settings, strangers: strangers[c], u, sorts, round: rounds }),
    );
    weights = weigh(m, u);
    if (Math.abs(matches - before) < SETTLED * before && rounds > 8) break;
    if (rounds === 2) {
      // Most candidates are strangers of the plain sort for ever; the others settle the rest alone.
      left = pickPairs(left, (p) => chance[p] > HOPELESS || strangers.some((sort) => sort[p] > HOPELESS));
      chance = new Float64Array(left.size);
      strangers = settings.sorts.map(() => new Float64Array(left.size));
    }
  }
  return { m, u, weights, sorts, matches, prior: priorOf(matches, pairs), rounds };
}

/**
 * The probability that each candidate is a match, with competition where each record has one partner at most; and, where
 * asked, the probability that it is of each sort of strangers.
 */
export function expect(
  candidates: Candidates,
  { prior, weights, sorts }: Mixture,
  { records, oneToOne }: { records: number; oneToOne: boolean },
  chance: Float64Array,
  strangers: readonly Float64Array[] = [],
): void {
  const { size, width, levels, rarity, left, right } = candidates;
  const sums = oneToOne ? new Float64Array(records) : undefined;
  const own = new Float64Array(sorts.length);
  const logShares = sorts.map(({ share }) => share);
  for (let p = 0; p < size; p++) {
    let weight = prior + rarity[0][p];
    for (let f = 0; f < width; f++) weight += weights[f][levels[p * width + f]];
    sumSorts(candidates, p, sorts, own);
    const others = strangersOf(logShares, own);
    for (let c = 0; c < strangers.length; c++) strangers[c][p] = 2 ** (Math.min(200, logShares[c] + own[c]) - others);
    chance[p] = 2 ** Math.min(100, weight - others);
    if (sums !== undefined) {
      sums[left[p]] += chance[p];
      sums[right[p]] += chance[p];
    }
  }
  for (let p = 0; p < size; p++) {
    const rivals = sums === undefined ? chance[p] : sums[left[p]] + sums[right[p]] - chance[p];
    chance[p] /= 1 + rivals;
    for (const sort of strangers) sort[p] *= 1 - chance[p];
  }
}

/** What each sort of strangers says of a pair, over any strangers (log2). */
function sumSorts(
  { width, levels, rarity }: Candidates,
  p: number,
  sorts: readonly StrangerSort[],
  out: Float64Array,
): void {
  for (let c = 0; c < sorts.length; c++) {
    let sum = rarity[c + 1][p];
    const { weights } = sorts[c];
    for (let f = 0; f < width; f++) {
      const own = weights[f];
      if (own !== undefined) sum += own[levels[p * width + f]];
    }
    out[c] = sum;
  }
}

function startingSort(
  name: Shared,
  fields: readonly boolean[],
  sizes: readonly number[],
  u: readonly Float64Array[],
  pairs: number,
  records: number,
): StrangerSort {
  const weights = fields.map((isShared, f) => (isShared ? weigh([startingM(sizes[f])], [u[f]])[0] : undefined));
  // Of an area as many as agree on its rarest field; of a home as many as one in ten records has a housemate.
  const agreeing = Math.min(...u.filter((_, f) => fields[f]).map((levels) => levels[1]), 0.1);
  return { name, share: Math.log2(name === 'area' ? agreeing : records / 10 / pairs), weights };
}

type Settling = {
  candidates: Candidates;
  settings: EmSettings;
  strangers: Float64Array;
  u: readonly Float64Array[];
  sorts: readonly StrangerSort[];
  round: number;
};

/** A sort's share and levels anew: a home's by the candidates, an area's by random pairs too, most of them being none. */
function settleSort(
  sort: StrangerSort,
  c: number,
  { candidates, settings, strangers, u, sorts, round }: Settling,
): StrangerSort {
  const { name, weights: before } = sort;
  if (name === 'area' && round >= AREA_ROUNDS) return sort;
  const { sizes, scale, pairs, random } = settings;
  let counts = countLevels(candidates, sizes, strangers, scale);
  if (name === 'area') {
    const everyone = { prior: -100, weights: u.map((levels) => new Float64Array(levels.length)), sorts };
    const some = { ...random, size: Math.min(AREA_PAIRS, random.size) };
    const chance = new Float64Array(some.size);
    const own = sorts.map(() => new Float64Array(some.size));
    expect(some, everyone, { records: 0, oneToOne: false }, chance, own);
    counts = countLevels(some, sizes, own[c], pairs / some.size);
  }
  const levels = before.map((own, f) => own && shares(counts.levels[f], 1));
  return {
    name,
    share: Math.log2(Math.max(1e-3, counts.total) / pairs),
    weights: levels.map((own, f) => own && weigh([own], [u[f]])[0]),
  };
}

function pickPairs(from: Candidates, isIn: (p: number) => boolean): Candidates {
  const { size, width } = from;
  const picked = Int32Array.from({ length: size }, (_, p) => p).filter(isIn);
  const levels = new Uint8Array(picked.length * width);
  picked.forEach((p, to) => {
    levels.set(from.levels.subarray(p * width, (p + 1) * width), to * width);
  });
  const pick = <A extends Int32Array | Float32Array>(values: A, to: A): A => {
    for (let i = 0; i < picked.length; i++) to[i] = values[picked[i]];
    return to;
  };
  return {
    ...{ size: picked.length, width, levels },
    rarity: from.rarity.map((values) => pick(values, new Float32Array(picked.length))),
    left: pick(from.left, new Int32Array(picked.length)),
    right: pick(from.right, new Int32Array(picked.length)),
  };
}

export function priorOf(matches: number, pairs: number): number {
  return Math.log2(matches / Math.max(1, pairs - matches));
}

/** A first guess: most matches agree, and the worse the level the rarer. */
function startingM(size: number): Float64Array {
  const levels = size - 1;
  const m = Float64Array.from({ length: size }, (_, level) => (level === 0 ? 0 : 0.5 ** level));
  m[levels] = Math.max(m[levels], 0.05);
  return shares(m, 0);
}

/** Pairs known to be one thing that what is expected of any counts for. */
const EXPECTED_COUNTS_FOR = 20;

/** m by pairs that are known to be of one thing, about each level; few of them, and what is expected of any stands. */
export function knownM(counts: Float64Array): Float64Array {
  const levels = counts.length - 1;
  const expected = counts.map((_, level) => {
    if (level === 0) return 0;
    if (levels === 2) return level === 1 ? 0.9 : 0.1;
    return level === 1 ? 0.75 : level === levels ? 0.08 : 0.17 / (levels - 2);
  });
  return shares(
    counts.map((count, level) => count + EXPECTED_COUNTS_FOR * expected[level]),
    0,
  );
}

/** Counts of levels 1 … as shares, the missing level left aside. */
function shares(counts: Float64Array, added: number): Float64Array {
  let total = 0;
  for (let level = 1; level < counts.length; level++) total += counts[level] + added / counts.length;
  return counts.map((count, level) => (level === 0 || total === 0 ? 0 : (count + added / counts.length) / total));
}

function smoothed(everywhere: Float64Array, pairs: number): Float64Array {
  return shares(
    everywhere.map((share) => share * pairs),
    1,
  );
}

function withoutMatches(everywhere: Float64Array, matched: Float64Array, pairs: number): Float64Array {
  return shares(
    everywhere.map((share, level) => Math.max(0, share * pairs - matched[level])),
    1,
  );
}

function countLevels(
  { size, width, levels }: Candidates,
  sizes: readonly number[],
  chance: Float64Array,
  scale: number,
) {
  const counts = sizes.map((length) => new Float64Array(length));
  let total = 0;
  for (let p = 0; p < size; p++) {
    const share = chance[p] * scale;
    if (share < SMALLEST) continue;
    total += share;
    for (let f = 0; f < width; f++) counts[f][levels[p * width + f]] += share;
  }
  return { levels: counts, total };
}

/** log2 (m / u), made to fall from the best level to the worst: a better level never speaks less for a match. */
export function weigh(m: readonly Float64Array[], u: readonly Float64Array[]): Float64Array[] {
  return m.map((shares, f) => {
    const weights = shares.map((share, level) => (level === 0 || share === 0 ? 0 : Math.log2(share / u[f][level])));
    return fallingFrom(weights, shares, u[f]);
  });
}

/** Pools neighbouring levels that stand in the wrong order (pool adjacent violators on the ratio of the sums). */
function fallingFrom(weights: Float64Array, m: Float64Array, u: Float64Array): Float64Array {
  const pools: { m: number; u: number; size: number }[] = [];
  for (let level = 1; level < weights.length; level++) {
    pools.push({ m: m[level], u: u[level], size: 1 });
    for (
      let last = pools.length - 1;
      last > 0 && pools[last].m * pools[last - 1].u > pools[last - 1].m * pools[last].u;
      last--
    ) {
      const { m, u, size } = pools.pop() as (typeof pools)[number];
      pools[last - 1].m += m;
      pools[last - 1].u += u;
      pools[last - 1].size += size;
    }
  }
  const out = new Float64Array(weights.length);
  let level = 1;
  for (const pool of pools) {
    for (let i = 0; i < pool.size; i++) out[level++] = pool.m === 0 ? 0 : Math.log2(pool.m / pool.u);
  }
  return out;
}
