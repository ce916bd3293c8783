// Which rules? Every key and every two keys of different columns are weighed by the pairs they cost and by the matches
// they may be expected to reach. How often a match agrees on the keys of a column is learned from likely matches that
// were found without that column, so no rule vouches for itself; then the rule that reaches most new matches a pair is
// taken, again and again, until hardly any match is left out or the budget is spent.

import { createRandom, type Random } from '../../math/index.ts';
import { countPairs, type Key, type Rule } from './keys.ts';

export type RuleOffer = Rule & {
  used: readonly Key[];
  pairs: number;
  /** Share of the records whose group is not too large. */
  kept: number;
};

export type Suggestion = Rule & {
  /** Pairs the rule makes by itself, about. */
  pairs: number;
  /** Share of the matches that this rule and those before it reach. */
  reached: number;
};

const SAMPLE = 25_000;
const DRAWN = 20_000;
const MOST_RULES = 12;
const LEFT_OUT = 0.0002;

/** Every rule of one or two keys that makes at most `most` pairs. */
export function offerRules(
  keys: readonly Key[],
  { most, largest, seed }: { most: number; largest: number; seed: number },
): RuleOffer[] {
  if (keys.length === 0) return [];
  const records = keys[0].of.length;
  const random = createRandom(seed);
  const order = random.shuffle(Int32Array.from({ length: records }, (_, r) => r)).subarray(0, SAMPLE);
  const offers: RuleOffer[] = [];
  const offer = (...used: Key[]) => {
    const { pairs, kept } = countPairs(used, order, records, largest);
    if (pairs <= most) offers.push({ keys: used.map(({ name }) => name), used, pairs, kept });
  };
  keys.forEach((first, k) => {
    offer(first);
    for (const second of keys.slice(k + 1)) if (second.column !== first.column) offer(first, second);
  });
  return offers;
}

/** The cheapest rules that look at different columns, to find the first likely matches with. */
export function firstRules(offers: readonly RuleOffer[], records: number): Rule[] {
  const fitting = offers.filter(({ pairs }) => pairs <= 4 * records && pairs >= records / 500);
  const byUse = new Map<string, number>();
  const chosen: Rule[] = [];
  const sorted = [...(fitting.length > 0 ? fitting : offers)].sort(
    (a, b) => a.pairs - b.pairs || (a.keys.join() < b.keys.join() ? -1 : 1),
  );
  for (const { keys, used } of sorted) {
    const columns = used.map(({ column }) => column);
    if (columns.some((column) => (byUse.get(column) ?? 0) >= 2)) continue;
    for (const column of columns) byUse.set(column, (byUse.get(column) ?? 0) + 1);
    chosen.push({ keys });
    if (chosen.length === 8) break;
  }
  return chosen;
}

/** Likely matches: pairs of records, with the columns of the rules that found each (as bits). */
export type Likely = { left: Int32Array; right: Int32Array };

/** The rules that reach most matches for the pairs they cost. */
export function suggestRules(
  offers: readonly RuleOffer[],
  keys: readonly Key[],
  first: readonly Rule[],
  likely: Likely,
  budget: number,
): Suggestion[] {
  const drawn = drawMatches(keys, first, likely, createRandom(7));
  const bitsOf = new Map(keys.map(({ name }, k) => [name, drawn[k]]));
  const open = offers.map(({ keys: names, pairs, kept }) => ({
    ...{ keys: names, pairs },
    bits: [...names.map((name) => bitsOf.get(name) as Uint8Array), ...(kept === 1 ? [] : [drawKept(kept, names)])],
  }));
  const reached = new Uint8Array(DRAWN);
  const chosen: Suggestion[] = [];
  let spent = 0;
  let count = 0;
  while (chosen.length < MOST_RULES && count < (1 - LEFT_OUT) * DRAWN) {
    let best: (typeof open)[number] | undefined;
    let bestWorth = 0;
    let bestGain = 0;
    for (const offer of open) {
      if (spent + offer.pairs > budget) continue;
      const gain = gainOf(offer.bits, reached);
      // A pair costs little against a record that has to be read anyway.
      const worth = gain / (offer.pairs + budget / 50);
      if (worth > bestWorth) [best, bestWorth, bestGain] = [offer, worth, gain];
    }
    if (best === undefined || bestGain < 2) break;
    for (let d = 0; d < DRAWN; d++) if (best.bits.every((bit) => bit[d] === 1)) reached[d] = 1;
    count += bestGain;
    spent += best.pairs;
    chosen.push({ keys: best.keys, pairs: Math.round(best.pairs), reached: count / DRAWN });
  }
  return chosen;
}

function gainOf(bits: readonly Uint8Array[], reached: Uint8Array): number {
  let gain = 0;
  const [a, b, c] = bits;
  for (let d = 0; d < DRAWN; d++) {
    if (reached[d] === 0 && a[d] === 1 && (b === undefined || b[d] === 1) && (c === undefined || c[d] === 1)) gain++;
  }
  return gain;
}

/** Whether the group of an imagined match is small enough to be looked into, by the share of those that are. */
function drawKept(kept: number, names: readonly string[]): Uint8Array {
  const random = createRandom(7).fork(names.join('\n'));
  return Uint8Array.from({ length: DRAWN }, () => (random.uniform() < kept ? 1 : 0));
}

/** Of each key whether imagined matches agree on it: columns independent, the keys of one column as they were seen. */
function drawMatches(
  keys: readonly Key[],
  first: readonly Rule[],
  { left, right }: Likely,
  random: Random,
): Uint8Array[] {
  const keyNamed = new Map(keys.map((key) => [key.name, key]));
  const rules = first.map(({ keys: names }) => names.map((name) => keyNamed.get(name) as Key));
  const agree = (key: Key, p: number) => key.of[left[p]] >= 0 && key.of[left[p]] === key.of[right[p]];
  const bits = keys.map(() => new Uint8Array(DRAWN));
  for (const column of new Set(keys.map((key) => key.column))) {
    const others = rules.filter((used) => used.every((key) => key.column !== column));
    const seen: number[] = [];
    for (let p = 0; p < left.length; p++) if (others.some((used) => used.every((key) => agree(key, p)))) seen.push(p);
    if (seen.length === 0) for (let p = 0; p < left.length; p++) seen.push(p);
    if (seen.length === 0) continue;
    const own = keys.map((key, k) => ({ key, k })).filter(({ key }) => key.column === column);
    for (let d = 0; d < DRAWN; d++) {
      const p = seen[random.int(seen.length)];
      for (const { key, k } of own) bits[k][d] = agree(key, p) ? 1 : 0;
    }
  }
  return bits;
}
