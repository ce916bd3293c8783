// What linkage has learned, as plain data: from it, and from nothing that changes, follows the weight of any pair. Two
// runs with one model, in any order and in any portions, give the same links.

import type { Rule } from './keys.ts';
import type { Shared } from './kind.ts';

export type FieldModel = {
  name: string;
  column: string;
  kind: string;
  comparison: string;
  /** What each level says; 0 is "missing". */
  says: readonly string[];
  m: readonly number[];
  u: readonly number[];
  /** log2 (m / u) of each level. */
  weights: readonly number[];
  /** The chance that two records with a value share it, and how many records had one. */
  exactShare: number;
  filled: number;
};

export type RuleModel = Rule & {
  /** Pairs that the rule gave in the run the model was learned in. */
  pairs: number;
  /** Share of the matches that it and the rules before it reach, by expectation. */
  reached: number;
};

export type LinkageModel = {
  format: 'inkling-linkage';
  version: 1;
  columns: readonly { column: string; kind: string }[];
  fields: readonly FieldModel[];
  rules: readonly RuleModel[] | 'all pairs';
  /** Sorts of strangers who share a home or an area: log2 of their share of all pairs, and their levels over any strangers'. */
  strangers: readonly { name: Shared; share: number; weights: readonly (readonly number[] | undefined)[] }[];
  /** Others that a record may share a key with; beyond, a rule says nothing. */
  largestGroup: number;
  oneToOne: boolean;
  records: number;
  pairs: number;
  /** Expected matches among all pairs. */
  matches: number;
  /** log2 odds that a pair, of which nothing is known, is a match. */
  prior: number;
  /** The probability from which a pair is linked. */
  threshold: number;
};

/** Bounds (log2) on what the rarity of a value may add to a weight or take from it. */
const RARITY = 8;

/** What an equal value adds to the weight of its level when so many of the records have it. */
export function rarityOf({ exactShare, filled }: { exactShare: number; filled: number }, records: number): number {
  return Math.max(-RARITY, Math.min(RARITY, Math.log2((exactShare * filled) / Math.max(1, records))));
}

/** The probability of a weight (log2 odds). */
export function chanceOf(weight: number): number {
  return 1 / (1 + 2 ** -weight);
}

/** The weight (log2 odds) of a probability. */
export function weightOf(probability: number): number {
  return Math.log2(probability / (1 - probability));
}
