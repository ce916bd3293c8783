// Counts and sums of people are heavy-tailed: most are small, a few are huge, and a linear model would follow the few.
// A squash maps one column to a tamer scale before it is standardised. 'log' takes sign(v)·log1p(|v|) where that leaves
// less skew than the values themselves; 'quantile' maps ranks to normal scores through a table of at most 256 knots.
// Codes of categories have no order to squash: a 'category' scale looks up one number per code.
import { type Static, Type } from 'typebox';
import { normalQuantile, sortFloats } from '../math/index.ts';

export type Transform = 'none' | 'log' | 'quantile';

/** What `findSquash` learned about a column, as it is saved. */
export const Squash = Type.Union([
  Type.Object({ scale: Type.Literal('value') }),
  Type.Object({ scale: Type.Literal('log') }),
  Type.Object({
    scale: Type.Literal('quantile'),
    values: Type.Array(Type.Number(), { minItems: 1 }),
    scores: Type.Array(Type.Number(), { minItems: 1 }),
  }),
  Type.Object({
    scale: Type.Literal('category'),
    /** Ascending. */
    codes: Type.Array(Type.Integer({ minimum: 0 })),
    scores: Type.Array(Type.Number()),
    /** For codes that are not listed. */
    other: Type.Number(),
  }),
]);
export type Squash = Static<typeof Squash>;

const MOST_KNOTS = 256;

/** Looks at a column's known values and decides how to squash it. */
export function findSquash(column: Float32Array, transform: Transform): Squash {
  if (transform === 'none') return { scale: 'value' };
  const known = someKnown(column);
  if (transform === 'log') {
    const logged = Math.abs(skewness(known, signedLog)) < Math.abs(skewness(known, (value) => value));
    return { scale: logged ? 'log' : 'value' };
  }
  return normalScores(sortFloats(known));
}

/** The column on the new scale; NaN stays NaN. */
export function applySquash(column: ArrayLike<number>, squash: Squash): Float64Array {
  const map = squashFunction(squash);
  const squashed = new Float64Array(column.length);
  for (let r = 0; r < column.length; r++) squashed[r] = map(column[r]);
  return squashed;
}

/** The map for one value. */
export function squashFunction(squash: Squash): (value: number) => number {
  if (squash.scale === 'value') return (value) => value;
  if (squash.scale === 'log') return signedLog;
  if (squash.scale === 'category') {
    const scoreOf = new Map(squash.codes.map((code, i) => [code, squash.scores[i]]));
    return (value) => (isCode(value) ? (scoreOf.get(value) ?? squash.other) : Number.NaN);
  }
  const [values, scores] = [Float64Array.from(squash.values), Float64Array.from(squash.scores)];
  return (value) => interpolate(values, scores, value);
}

/** What is no code of a category counts as missing. */
export const isCode = (value: number) => value >= 0 && Number.isInteger(value);

/** Known values of at most this many rows, evenly spaced, tell the shape of a column. */
const MOST_ROWS_LOOKED_AT = 200_000;

function someKnown(column: Float32Array): Float32Array {
  const stride = Math.max(1, Math.ceil(column.length / MOST_ROWS_LOOKED_AT));
  const known = new Float32Array(Math.ceil(column.length / stride));
  let count = 0;
  for (let r = 0; r < column.length; r += stride) if (!Number.isNaN(column[r])) known[count++] = column[r];
  return known.subarray(0, count);
}

const signedLog = (value: number) => Math.sign(value) * Math.log1p(Math.abs(value));

function skewness(values: Float32Array, scale: (value: number) => number): number {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += scale(values[i]) / values.length;
  let second = 0;
  let third = 0;
  for (let i = 0; i < values.length; i++) {
    const away = scale(values[i]) - mean;
    second += away * away;
    third += away * away * away;
  }
  return second > 0 ? third / values.length / (second / values.length) ** 1.5 : 0;
}

/** Knots at distinct values; a knot's score is the normal quantile of the middle of its ties' ranks. */
function normalScores(sorted: Float32Array): Squash {
  const values: number[] = [];
  const scores: number[] = [];
  const step = sorted.length / MOST_KNOTS;
  for (let start = 0, next = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    if (end > next || end === sorted.length) {
      values.push(sorted[start]);
      scores.push(normalQuantile((start + end) / 2 / sorted.length));
      next = Math.max(end, next + step);
    }
    start = end;
  }
  return values.length === 0 ? { scale: 'value' } : { scale: 'quantile', values, scores };
}

function interpolate(values: Float64Array, scores: Float64Array, value: number): number {
  if (Number.isNaN(value)) return Number.NaN;
  let high = values.length - 1;
  if (value <= values[0]) return scores[0];
  if (value >= values[high]) return scores[high];
  let low = 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value) low = middle;
    else high = middle;
  }
  return scores[low] + ((value - values[low]) / (values[high] - values[low])) * (scores[high] - scores[low]);
}
