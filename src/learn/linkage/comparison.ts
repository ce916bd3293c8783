// A comparison says how alike two values of a field are, in levels from the best to "differs". It describes itself, and
// gives its levels twice: over values in memory, for the lab and for live traffic, and as a ClickHouse expression for
// work over all profiles. A test holds both equal on every entry of the registry.

/** Weights of tokens: how rare a word is among all records. */
export type TokenWeights = { weightOf(token: string): number };

export type Comparison = {
  name: string;
  /** One sentence that starts with a verb. */
  sentence: string;
  /** What each level says of a pair, best first; the last is that they differ. */
  levels: readonly string[];
  /** Whether the best level means the very same value, so that a rare value can count for more than a common one. */
  exactFirst: boolean;
  /** Opens the comparison over the values of one field; the answer compares two of them by their places, as a level from 0. */
  open(values: readonly string[], tokens: TokenWeights): (a: number, b: number) => number;
  /** The same as an expression over two normalised values, neither of them empty: a level from 0. */
  sql(a: string, b: string, tokens: TokenWeightsSql): string;
};

/** The expression that gives the weight of a token. */
export type TokenWeightsSql = (token: string) => string;

/** A comparison by a function of two texts. */
export function textual(level: (a: string, b: string) => number): Comparison['open'] {
  return (values) => (a, b) => (a === b ? 0 : level(values[a], values[b]));
}

/** Jaro–Winkler likeness of two values whichever comes first. */
export function likenessSql(a: string, b: string): string {
  return `jaroWinklerSimilarity(least(${a}, ${b}), greatest(${a}, ${b}))`;
}

/** The first condition that holds gives the level; the last level is what is left. */
export function levelsSql(...conditions: readonly string[]): string {
  return `multiIf(${conditions.map((condition, level) => `${condition}, ${level}`).join(', ')}, ${conditions.length})`;
}
