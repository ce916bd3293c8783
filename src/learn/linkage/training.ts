// From records to a model, without a label: what all pairs look like is counted on random ones, rules are suggested by
// the data, and the levels of matches are learned on a sample of the candidate pairs.

import { createRandom } from '../../math/index.ts';
import { openSets } from './clusters.ts';
import type { TokenWeights } from './comparison.ts';
import { type Candidates, type EmSettings, estimate, expect, knownM, type Parameters } from './em.ts';
import type { Cells, ColumnPlan, Field } from './fields.ts';
import { type Blocks, commonKeysOf, gather, type Key, keysOf, keysWithin, type Rule } from './keys.ts';
import { type Levels, openLevels } from './levels.ts';
import { isShared, sortNames } from './mixture.ts';
import { type LinkageModel, type RuleModel, rarityOf } from './model.ts';
import { allChunks, forEachPair, type PairSource } from './pairs.ts';
import { firstRules, type Likely, offerRules, type RuleOffer, suggestRules } from './rules.ts';

export type TrainingOptions = {
  cells: Cells;
  columns: readonly ColumnPlan[];
  /** With two tables: the first so many records are linked to the others. */
  split?: number;
  oneToOne: boolean;
  seed: number;
  /** Rules also where all pairs could be compared: for records that come one by one. */
  rules?: 'always';
  /** Records that the rules are for, where these are a sample of them. */
  expected?: number;
  tokens: (field: Field) => TokenWeights;
  known?: Known;
};

/** Pairs of records that are known to be of one thing, and the columns they were not found by, which they tell of. */
export type Known = { pairs: readonly (readonly [number, number])[]; columns: readonly string[] };

export type Trained = {
  model: LinkageModel;
  parameters: Parameters;
  source: PairSource;
  /** Of each of the model's rules the keys that too many records share, or will. */
  common(): Set<string>[];
  rarity: (Float32Array | undefined)[];
};

/** Up to so many pairs all of them are compared, without rules. */
const ALL_PAIRS = 2_000_000;
const RANDOM_PAIRS = 200_000;
/** Candidates that the rules are chosen by, and that the model is learned on. */
const CHOSEN_BY = 100_000;
const LEARNED_ON = 300_000;
const LEAST_BUDGET = 3_000_000;
const PAIRS_PER_RECORD = 15;
const LARGEST_GROUP = 1000;

export function train(fields: readonly Field[], options: TrainingOptions): Trained {
  const records = fields[0].codes.length;
  const { split, oneToOne } = options;
  const pairs = split === undefined ? (records * (records - 1)) / 2 : split * (records - split);
  const levels = openLevels(fields, options.cells, options.tokens);
  const sorts = sortNames
    .map((name) => ({ name, fields: fields.map((field) => isShared(field, name)) }))
    .filter((sort) => sort.fields.filter(Boolean).length > 1);
  const seeing: Seeing = { fields, levels, rarity: [], sorts };
  const { everywhere, random } = lookEverywhere(seeing, pairs, options);
  const rarity = fields.map((field, f) => raritiesOf(field, everywhere[f].exactShare));
  seeing.rarity = rarity;
  addRarity(random, seeing);
  const held = options.known && heldBy(options.known, fields, levels);
  const learn = (source: PairSource, most = LEARNED_ON): Learned => {
    const { candidates, scale } = sampleCandidates(source, seeing, most);
    const settings: EmSettings = {
      sizes: levels.sizes,
      everywhere: everywhere.map(({ shares }) => shares),
      random,
      sorts,
      pairs,
      scale,
      records,
      oneToOne,
      held,
    };
    const parameters = estimate(candidates, settings);
    return { candidates, parameters };
  };
  const keys = keysOf(fields);
  const chosen =
    (pairs <= ALL_PAIRS && options.rules !== 'always') || keys.length === 0
      ? undefined
      : chooseRules(keys, learn, { ...options, records });
  const source: PairSource = { records, split, blocks: chosen?.here.map(({ blocks }) => blocks) ?? 'all' };
  const { parameters } = learn(source);
  const model: LinkageModel = {
    ...({ format: 'inkling-linkage', version: 1 } as const),
    columns: options.columns,
    fields: fields.map((field, f) => ({
      ...{ name: field.name, column: field.column, kind: field.kind.name, comparison: field.comparison.name },
      ...{
        says: levels.says[f],
        m: [...parameters.m[f]],
        u: [...parameters.u[f]],
        weights: [...parameters.weights[f]],
      },
      ...{ exactShare: everywhere[f].exactShare, filled: everywhere[f].filled },
    })),
    rules:
      chosen?.later.map(
        ({ blocks, reached }): RuleModel => ({ keys: blocks.rule.keys, pairs: blocks.pairs, reached }),
      ) ?? 'all pairs',
    strangers: parameters.sorts.map(({ name, share, weights }) => ({
      name,
      share,
      weights: weights.map((own) => own && [...own]),
    })),
    ...{
      largestGroup: chosen?.later[0].blocks.largest ?? LARGEST_GROUP,
      oneToOne,
      records,
      pairs,
      matches: parameters.matches,
      prior: parameters.prior,
    },
    threshold: 0.5,
  };
  const common = () => chosen?.later.map(({ blocks, keys: own }) => commonKeysOf(blocks, own)) ?? [];
  return { model, parameters, source, common, rarity };
}

function heldBy({ pairs, columns }: Known, fields: readonly Field[], levels: Levels): (Float64Array | undefined)[] {
  return fields.map(({ column }, f) => {
    if (!columns.includes(column)) return undefined;
    const counts = new Float64Array(levels.sizes[f]);
    for (const [r, s] of pairs) counts[levels.levelOf(f, r, s)]++;
    counts[0] = 0;
    return knownM(counts);
  });
}

type Learned = { candidates: Candidates; parameters: Parameters };

type Choosing = TrainingOptions & { records: number };

/** The rules that the data suggest, with the records they gather: to learn by here, and for all the records to come. */
function chooseRules(
  keys: readonly Key[],
  learn: (source: PairSource, most?: number) => Learned,
  { records, split, seed, oneToOne, expected = records }: Choosing,
): { here: Chosen[]; later: Chosen[] } {
  const across = split === undefined ? 1 : (2 * split * (records - split)) / records ** 2;
  // Where records grow tenfold so do groups, and pairs a hundredfold: what a rule may cost here is that much less.
  const growth = Math.max(1, expected / records);
  const priced = (times: number, own: readonly Key[] = keys, lefts = split): Priced => {
    const budget = Math.max(LEAST_BUDGET, PAIRS_PER_RECORD * records * times) / times ** 2;
    const largest = LARGEST_GROUP / times;
    const counted = across * (records / own[0].of.length) ** 2;
    const offers = offerRules(own, { most: budget / counted, largest, seed });
    for (const offer of offers) offer.pairs *= counted;
    return { budget, largest, offers, keys: own, split: lefts };
  };
  const gathered = new Map<string, Blocks>();
  const gatherBy = (rule: Rule, { largest, keys: own, split: lefts }: Priced): Blocks => {
    const name = [largest, ...rule.keys].join('\n');
    const blocks = gathered.get(name) ?? gather(rule, own, { split: lefts, largest });
    gathered.set(name, blocks);
    return blocks;
  };
  // What matches look like is learned among these records, whatever is to come.
  const here = priced(1);
  const first = firstRules(here.offers, records);
  const blocks = first.map((rule) => gatherBy(rule, here));
  const { candidates, parameters } = learn({ records, split, blocks }, CHOSEN_BY);
  const chance = new Float64Array(candidates.size);
  expect(candidates, parameters, { records, oneToOne }, chance);
  const likely = [...chance.keys()].filter((p) => chance[p] > 0.9);
  const found = {
    left: Int32Array.from(likely, (p) => candidates.left[p]),
    right: Int32Array.from(likely, (p) => candidates.right[p]),
  };
  const choose = (at: Priced): Chosen[] => {
    const suggested = suggestRules(at.offers, keys, first, found, at.budget);
    // Where hardly any match was found, nothing can be said of the rules: the first ones stay.
    const taken = suggested.length > 0 ? suggested : first.map((rule) => ({ ...rule, reached: Number.NaN }));
    return taken.map((rule) => ({ blocks: gatherBy(rule, at), keys: at.keys, reached: rule.reached }));
  };
  const chosen = choose(here);
  if (growth === 1) return { here: chosen, later: chosen };
  // Pairs of strangers grow with the square of the records, and are what a rule costs. Matches are what it is for, and
  // here there may be more of them than strangers: so it is priced, and keys are barred, by one record of each thing.
  const apart = oneOfEach(records, found);
  const lefts = split === undefined ? undefined : apart.filter((r) => r < split).length;
  return { here: chosen, later: choose(priced(growth, keysWithin(keys, apart), lefts)) };
}

/** The first record of each thing, by likely matches, in order. */
function oneOfEach(records: number, { left, right }: Likely): Int32Array {
  const sets = openSets(records);
  for (let p = 0; p < left.length; p++) sets.join(left[p], right[p]);
  return Int32Array.from({ length: records }, (_, r) => r).filter((r) => sets.find(r) === r);
}

type Chosen = { blocks: Blocks; keys: readonly Key[]; reached: number };

/** The rules that are on offer at some number of records, and the records they were judged by. */
type Priced = { budget: number; largest: number; offers: RuleOffer[]; keys: readonly Key[]; split?: number };

type Everywhere = { shares: Float64Array; exactShare: number; filled: number };

type Seeing = {
  fields: readonly Field[];
  levels: Levels;
  rarity: readonly (Float32Array | undefined)[];
  sorts: EmSettings['sorts'];
};

/** Of each field and level the share among all pairs, by random pairs; for equal values by their counts. */
function lookEverywhere(
  { fields, levels }: Seeing,
  pairs: number,
  { split, seed }: TrainingOptions,
): { everywhere: Everywhere[]; random: Candidates } {
  const records = fields[0].codes.length;
  const random = openCandidates(fields.length, Math.min(RANDOM_PAIRS, Math.ceil(pairs)));
  const take = (r: number, s: number) => random.add(r, s, levels);
  if (pairs <= RANDOM_PAIRS) forEachPair({ records, split, blocks: 'all' }, allChunks(), take);
  else {
    const draw = createRandom(seed).fork('random pairs');
    while (random.size() < RANDOM_PAIRS) {
      const r = draw.int(split ?? records);
      const s = split === undefined ? draw.int(records) : split + draw.int(records - split);
      if (r !== s) take(r, s);
    }
  }
  const sample = random.take();
  const counts = countShares(sample, levels.sizes);
  const everywhere = fields.map((field, f): Everywhere => {
    const { share, filled } = exactShareOf(field);
    const shares = counts[f].map((value) => Math.max(value, 0.5) / sample.size);
    shares[0] = counts[f][0] / sample.size;
    if (field.comparison.exactFirst && pairs > RANDOM_PAIRS) shares[1] = share * (1 - shares[0]);
    return { shares, exactShare: share, filled };
  });
  return { everywhere, random: sample };
}

function countShares({ size, width, levels }: Candidates, sizes: readonly number[]): Float64Array[] {
  const counts = sizes.map((length) => new Float64Array(length));
  for (let p = 0; p < size; p++) for (let f = 0; f < width; f++) counts[f][levels[p * width + f]]++;
  return counts;
}

/** The chance that two records that have a value have the same, and how many have one. */
function exactShareOf({ counts }: Field): { share: number; filled: number } {
  let [squares, filled] = [0, 0];
  for (const count of counts) {
    squares += count * (count - 1);
    filled += count;
  }
  return { share: Math.max(squares, 1) / Math.max(1, filled * (filled - 1)), filled };
}

/** What each value adds by its rarity when two records have it. */
function raritiesOf({ comparison, counts }: Field, exactShare: number): Float32Array | undefined {
  if (!comparison.exactFirst) return undefined;
  let filled = 0;
  for (const count of counts) filled += count;
  return Float32Array.from(counts, (count) => rarityOf({ exactShare, filled }, count));
}

/** The candidates of some records, all of a record's, so that rivals stay together. */
function sampleCandidates(source: PairSource, seeing: Seeing, most: number): { candidates: Candidates; scale: number } {
  const { split, records, blocks } = source;
  const all = split === undefined ? records ** 2 / 2 : split * (records - split);
  const expected =
    blocks === 'all'
      ? all
      : Math.min(
          all,
          blocks.reduce((sum, { pairs }) => sum + pairs, 0),
        );
  const scale = Math.max(1, expected / (blocks === 'all' ? ALL_PAIRS : most));
  const isIn = (r: number) => scale === 1 || (Math.imul(r, 0x9e3779b1) >>> 0) * scale < 0x100000000;
  const candidates = openCandidates(seeing.fields.length, Math.ceil((expected / scale) * 1.2) + 1000);
  forEachPair(source, allChunks(), (r, s) => candidates.add(r, s, seeing.levels), isIn);
  return { candidates: addRarity(candidates.take(), seeing), scale };
}

/** What equal values add by their rarity: in all fields, then in those that each sort of strangers shares. */
function addRarity(candidates: Candidates, { fields, rarity, sorts }: Seeing): Candidates {
  const { size, width, levels, left } = candidates;
  const sums = [undefined, ...sorts].map((sort) => {
    const added = new Float32Array(size);
    for (let f = 0; f < width; f++) {
      const own = rarity[f];
      if (own === undefined || sort?.fields[f] === false) continue;
      const { codes } = fields[f];
      for (let p = 0; p < size; p++) if (levels[p * width + f] === 1) added[p] += own[codes[left[p]]];
    }
    return added;
  });
  candidates.rarity = sums;
  return candidates;
}

/** Pairs with their levels, as many as come. */
function openCandidates(width: number, expected: number) {
  let capacity = Math.max(16, expected);
  let levelsOf = new Uint8Array(capacity * width);
  let [left, right] = [new Int32Array(capacity), new Int32Array(capacity)];
  let size = 0;
  return {
    size: () => size,
    add(r: number, s: number, levels: Levels) {
      if (size === capacity) {
        capacity *= 2;
        levelsOf = enlarge(levelsOf, new Uint8Array(capacity * width));
        left = enlarge(left, new Int32Array(capacity));
        right = enlarge(right, new Int32Array(capacity));
      }
      levels.compare(r, s, levelsOf, size * width);
      left[size] = r;
      right[size++] = s;
    },
    take: (): Candidates => ({ size, width, levels: levelsOf, rarity: [], left, right }),
  };
}

function enlarge<A extends Uint8Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
