// Categories as 0/1 columns for models that add up. Common categories have a column each, the rare ones one together: a
// coefficient of its own for a category of three rows would be noise, and a shop has thousands of them.
import { isCode } from './squash.ts';

/** The categories that are told apart. */
export type Levels = {
  /** Ascending. */
  codes: readonly number[];
  /** Whether rarer codes share a level, the last one. */
  hasOther: boolean;
  /** Share of all rows in each level, the rare ones last. */
  shares: readonly number[];
};

const MOST_LEVELS = 30;
const LEAST_ROWS = 10;

/** The commonest codes of a column, by the weights of their rows. */
export function findLevels(column: Float32Array, weights?: Float32Array): Levels {
  const masses = new Map<number, number>();
  let total = 0;
  for (let r = 0; r < column.length; r++) {
    const weight = weights === undefined ? 1 : weights[r];
    total += weight;
    if (isCode(column[r])) masses.set(column[r], (masses.get(column[r]) ?? 0) + weight);
  }
  const ranked = [...masses].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const common = ranked
    .filter(([, mass], rank) => rank < MOST_LEVELS && mass >= LEAST_ROWS)
    .sort((a, b) => a[0] - b[0]);
  const shares = common.map(([, mass]) => mass / total);
  const hasOther = ranked.length > common.length;
  const known = ranked.reduce((sum, [, mass]) => sum + mass, 0);
  if (hasOther) shares.push((known - common.reduce((sum, [, mass]) => sum + mass, 0)) / total);
  return { codes: common.map(([code]) => code), hasOther, shares };
}

/** One 0/1 column per level; a row without a code is 0 in all. */
export function levelColumns(column: Float32Array, { codes, hasOther }: Levels): Float64Array[] {
  const columns = Array.from({ length: codes.length + Number(hasOther) }, () => new Float64Array(column.length));
  const levelOf = new Map(codes.map((code, level) => [code, level]));
  for (let r = 0; r < column.length; r++) {
    if (!isCode(column[r])) continue;
    const level = levelOf.get(column[r]) ?? codes.length;
    columns[level][r] = 1;
  }
  return columns;
}
