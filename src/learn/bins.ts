// Columns as bytes, as histogram boosting wants them: each column's values are cut into at most 255 bins of about equal
// mass, and byte 255 means "missing". A value that fills more than its share of a column (the zeros of a count) gets a bin of its own.

import { sortFloats } from '../math/index.ts';

const MISSING_BIN = 255;

/** Distinct values are looked for among this many rows; more would cost time and move no edge by much. */
const MOST_ROWS_LOOKED_AT = 65_536;

/** The bin of one value. */
export function binOf(edges: Float32Array, value: number): number {
  if (Number.isNaN(value)) return MISSING_BIN;
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The upper edges of all bins but the last. */
export function findEdges(column: Float32Array, maxBins: number): Float32Array {
  const stride = Math.max(1, Math.ceil(column.length / MOST_ROWS_LOOKED_AT));
  const known = new Float32Array(Math.ceil(column.length / stride));
  let count = 0;
  for (let r = 0; r < column.length; r += stride) if (!Number.isNaN(column[r])) known[count++] = column[r];
  const sorted = sortFloats(known.subarray(0, count));
  let distinct = count > 0 ? 1 : 0;
  for (let i = 1; i < count; i++) if (sorted[i] !== sorted[i - 1]) distinct++;
  const edges: number[] = [];
  let inBin = 0;
  let left = count;
  const closeBefore = (i: number) => {
    edges.push(edgeBetween(sorted[i - 1], sorted[i]));
    left -= inBin;
    inBin = 0;
  };
  for (let i = 0; i < count && edges.length < maxBins - 1; ) {
    let end = i + 1;
    while (end < count && sorted[end] === sorted[i]) end++;
    // A bin's share of what is left. A value that fills it alone does not take in the smaller values before it.
    const share = distinct <= maxBins ? 0 : left / (maxBins - edges.length);
    if (inBin > 0 && end - i >= share) closeBefore(i);
    inBin += end - i;
    if (inBin >= share && end < count && edges.length < maxBins - 1) closeBefore(end);
    i = end;
  }
  // −0 and 0 are one value, and the compiled loops take edges by their bits.
  return Float32Array.from(edges, (edge) => edge + 0);
}

/** A 32-bit number e with below ≤ e < above, near the middle. */
function edgeBetween(below: number, above: number): number {
  const middle = Math.fround(below / 2 + above / 2);
  return middle < above ? Math.max(below, middle) : below;
}
