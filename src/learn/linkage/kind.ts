// What a column holds decides how it is normalised, compared and used as a key. A kind describes itself and says how
// sure it is of a column from its name and its content.

/** What is known of a column before its kind: its name in lower case words, and some of its different values. */
export type Sight = {
  header: string;
  values: readonly string[];
  /** Different values as a share of those that are filled. */
  distinctShare: number;
  /** How many different values there are. */
  distinct: number;
};

/** A way to look at a value that two records of one thing should share; '' is no key. */
export type KeyOf = { name: string; of(value: string): string };

export const wholeValue: KeyOf['of'] = (value) => value;
/** A value as a whole. */
export const whole: KeyOf = { name: 'whole', of: wholeValue };

/** One field that a column gives: its normal form and the comparison of it. */
export type Facet = {
  /** Added to the column's name where a column gives several fields. */
  suffix: string;
  comparison: string;
  /** The normal form of a raw value: ASCII, '' where nothing can be said. */
  normalise(text: string): string;
  keys: readonly KeyOf[];
};

/** An area is shared by those of one home too. */
export type Shared = 'home' | 'area';

export type Kind = {
  name: string;
  /** One sentence: what such a column holds. */
  sentence: string;
  /** 0 … 1: how sure it is that the column is of this kind. */
  fits(sight: Sight): number;
  facets: readonly Facet[];
  /** Fields of kinds with one word here hold what people write into each other's places. */
  swapsWithin?: string;
  /** What strangers share who live in one home, or in one area; not set: it is a person's own. */
  shared?: Shared;
};

/** The share of values for which a test holds. */
export function shareOf(values: readonly string[], test: (value: string) => boolean): number {
  if (values.length === 0) return 0;
  let holds = 0;
  for (const value of values) if (test(value)) holds++;
  return holds / values.length;
}
