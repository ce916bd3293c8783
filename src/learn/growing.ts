// One boosted tree, grown leaf by leaf, the most gainful split first (Ke et al. 2017). Splits are searched over sums of
// slope g and curvature h per bin, and of two siblings only the smaller is summed: the larger is parent minus sibling.
// Both sums travel in one float64, g in the high bits and h in the low (see `packGradients`); they are whole numbers, so
// they are exact in any order, and one addition serves both.
import type { Random } from '../math/index.ts';
import { type BinnedColumns, MISSING_BIN } from './bins.ts';
import type { Tree } from './forest.ts';

/** What one tree is grown from. */
export type Round = {
  bins: BinnedColumns;
  /** The columns that may be asked, ascending. */
  columns: Int32Array;
  /** Slope and curvature of each row's loss, and both packed into one number. */
  slope: Float64Array;
  curvature: Float64Array;
  packed: Packed;
  weights: Float32Array | undefined;
  limits: GrowthLimits;
  buffers: Buffers;
};

export type GrowthLimits = {
  learningRate: number;
  maxLeaves: number;
  maxDepth: number;
  l2: number;
  minChildHessian: number;
  minGain: number;
};

/** Memory that every round uses again: the rows in leaf order, and room for partitions, gathers and histograms. */
export type Buffers = { rows: Int32Array; spare: Int32Array; gathered: Float64Array; histograms: Float64Array[] };

/** A leaf of a grown tree: its rows are `buffers.rows[start] … buffers.rows[end − 1]`. */
export type GrownLeaf = { node: number; start: number; end: number };

type Leaf = GrownLeaf & { depth: number; histogram?: Float64Array; split?: Split };
type Split = { gain: number; column: number; bin: number; missingLeft: number };

export function createBuffers(rows: number): Buffers {
  return { rows: new Int32Array(rows), spare: new Int32Array(rows), gathered: new Float64Array(rows), histograms: [] };
}

/** Grows a tree on the first `rowCount` rows of `buffers.rows` and leaves them there in the order of its leaves. */
export function growTree(round: Round, rowCount: number): { tree: Tree; leaves: GrownLeaf[] } {
  const { limits, buffers } = round;
  const tree: Tree = {
    column: [],
    threshold: [],
    missingLeft: [],
    left: [],
    right: [],
    value: [],
    cover: [],
    gain: [],
  };
  const root: Leaf = { node: addLeaf(tree), start: 0, end: rowCount, depth: 0 };
  root.histogram = sumHistogram(round, root);
  root.split = findSplit(round, root.histogram);
  const leaves = [root];
  while (leaves.length < limits.maxLeaves) {
    let best: Leaf | undefined;
    for (const leaf of leaves) {
      if (leaf.split !== undefined && leaf.split.gain > (best?.split?.gain ?? 0)) best = leaf;
    }
    if (best === undefined) break;
    const children = splitLeaf(round, tree, best);
    leaves.splice(leaves.indexOf(best), 1, ...children);
    if (leaves.length < limits.maxLeaves) openChildren(round, best, children);
  }
  for (const leaf of leaves) {
    if (leaf.histogram !== undefined) buffers.histograms.push(leaf.histogram);
    answerAtLeaf(round, tree, leaf);
  }
  for (let node = tree.column.length - 1; node >= 0; node--) {
    if (tree.column[node] >= 0) tree.cover[node] = tree.cover[tree.left[node]] + tree.cover[tree.right[node]];
  }
  return { tree, leaves };
}

function addLeaf(tree: Tree): number {
  const node = tree.column.push(-1) - 1;
  for (const list of [tree.threshold, tree.missingLeft, tree.left, tree.right, tree.value, tree.cover, tree.gain])
    list.push(0);
  return node;
}

/** Writes the split into the tree and sorts the leaf's rows into its two children. */
function splitLeaf({ bins, buffers }: Round, tree: Tree, leaf: Leaf): [Leaf, Leaf] {
  const { column, bin, missingLeft, gain } = leaf.split as Split;
  const { node } = leaf;
  const left = addLeaf(tree);
  const right = addLeaf(tree);
  tree.column[node] = column;
  // Past the last edge every known value goes left; the largest float32 says so and can be saved as JSON.
  tree.threshold[node] = bins.edges[column][bin] ?? LARGEST_FLOAT32;
  tree.missingLeft[node] = missingLeft;
  tree.left[node] = left;
  tree.right[node] = right;
  tree.gain[node] = gain;

  const word = bins.words[column >> 2];
  const shift = (column & 3) * 8;
  const goesLeft = new Uint8Array(256).fill(1, 0, bin + 1);
  goesLeft[MISSING_BIN] = missingLeft;
  const { rows, spare } = buffers;
  let lefts = leaf.start;
  let rights = 0;
  // Each row is written to both sides and counted on one: no branch for the processor to guess.
  for (let i = leaf.start; i < leaf.end; i++) {
    const row = rows[i];
    const isLeft = goesLeft[(word[row] >>> shift) & 255];
    rows[lefts] = row;
    spare[rights] = row;
    lefts += isLeft;
    rights += 1 - isLeft;
  }
  rows.set(spare.subarray(0, rights), lefts);
  const depth = leaf.depth + 1;
  return [
    { node: left, start: leaf.start, end: lefts, depth },
    { node: right, start: lefts, end: leaf.end, depth },
  ];
}

/** Gives two new leaves their histograms and best splits; the larger one takes over its parent's histogram. */
function openChildren(round: Round, parent: Leaf, children: [Leaf, Leaf]): void {
  const histogram = parent.histogram as Float64Array;
  if (children[0].depth >= round.limits.maxDepth) {
    round.buffers.histograms.push(histogram);
    return;
  }
  const [left, right] = children;
  const [smaller, larger] = left.end - left.start <= right.end - right.start ? [left, right] : [right, left];
  smaller.histogram = sumHistogram(round, smaller);
  for (let i = 0; i < histogram.length; i++) histogram[i] -= smaller.histogram[i];
  larger.histogram = histogram;
  for (const leaf of children) leaf.split = findSplit(round, leaf.histogram as Float64Array);
}

/** Sums the packed gradients of a leaf's rows per column and bin: `histogram[256 · column + bin]`. */
function sumHistogram({ bins, columns, packed, buffers }: Round, leaf: Leaf): Float64Array {
  const histogram = buffers.histograms.pop()?.fill(0) ?? new Float64Array(bins.words.length * 1024);
  const rows = buffers.rows.subarray(leaf.start, leaf.end);
  const gathered = buffers.gathered;
  for (let i = 0; i < rows.length; i++) gathered[i] = packed.values[rows[i]];
  let previous = -1;
  for (const column of columns) {
    const w = column >> 2;
    if (w !== previous) addWord(bins.words[w], rows, gathered, histogram.subarray(w * 1024, (w + 1) * 1024));
    previous = w;
  }
  return histogram;
}

/** The inner loop: four columns at a time. */
function addWord(word: Uint32Array, rows: Int32Array, gathered: Float64Array, sums: Float64Array): void {
  for (let i = 0; i < rows.length; i++) {
    const bytes = word[rows[i]];
    const gradients = gathered[i];
    sums[bytes & 255] += gradients;
    sums[256 + ((bytes >>> 8) & 255)] += gradients;
    sums[512 + ((bytes >>> 16) & 255)] += gradients;
    sums[768 + (bytes >>> 24)] += gradients;
  }
}

/** The split of largest gain over all drawn columns, or undefined when none is allowed. */
function findSplit(round: Round, histogram: Float64Array): Split | undefined {
  let best: Split | undefined;
  let total = 0;
  const first = round.columns[0] * 256;
  for (let bin = 0; bin < 256; bin++) total += histogram[first + bin];
  for (const column of round.columns) {
    const sums = histogram.subarray(column * 256, column * 256 + 256);
    const split = findColumnSplit(round, column, sums, total, best?.gain ?? round.limits.minGain);
    if (split !== undefined) best = split;
  }
  return best;
}

/** Tries every edge of one column, with the missing values right and, where there are any, left. */
function findColumnSplit(
  round: Round,
  column: number,
  sums: Float64Array,
  total: number,
  gainToBeat: number,
): Split | undefined {
  const { l2, minChildHessian } = round.limits;
  const { scaleG, scaleH } = round.packed;
  const missing = sums[MISSING_BIN];
  const parent = lossReduction(total, scaleG, scaleH, l2);
  const lastBin = round.bins.edges[column].length;
  let bestGain = gainToBeat;
  let bestBin = -1;
  let bestMissingLeft = 0;
  let below = 0;
  for (let bin = 0; bin <= lastBin; bin++) {
    if (sums[bin] === 0) continue;
    below += sums[bin];
    for (let missingLeft = 0; missingLeft <= (missing === 0 ? 0 : 1); missingLeft++) {
      const left = missingLeft === 1 ? below + missing : below;
      const right = total - left;
      const hessianLeft = (left - Math.floor(left / LOW) * LOW) * scaleH;
      const hessianRight = (right - Math.floor(right / LOW) * LOW) * scaleH;
      if (!(hessianLeft > 0 && hessianRight > 0 && Math.min(hessianLeft, hessianRight) >= minChildHessian)) continue;
      const gain = lossReduction(left, scaleG, scaleH, l2) + lossReduction(right, scaleG, scaleH, l2) - parent;
      if (gain <= bestGain) continue;
      bestGain = gain;
      bestBin = bin;
      // With nothing missing here, a later missing value goes with the greater number.
      bestMissingLeft = missing === 0 ? Number(hessianLeft > hessianRight) : missingLeft;
    }
  }
  return bestBin < 0 ? undefined : { gain: bestGain, column, bin: bestBin, missingLeft: bestMissingLeft };
}

/** What answering these rows with one optimal value takes off the loss: ½ · G² / (H + l2). */
function lossReduction(packed: number, scaleG: number, scaleH: number, l2: number): number {
  const high = Math.floor(packed / LOW);
  const g = high * scaleG;
  const h = (packed - high * LOW) * scaleH;
  return (0.5 * g * g) / (h + l2);
}

/** The leaf's answer and cover, from the gradients before packing. */
function answerAtLeaf(
  { slope, curvature, weights, limits, buffers }: Round,
  tree: Tree,
  { node, start, end }: Leaf,
): void {
  let g = 0;
  let h = 0;
  let cover = 0;
  for (let i = start; i < end; i++) {
    const r = buffers.rows[i];
    g += slope[r];
    h += curvature[r];
    cover += weights === undefined ? 1 : weights[r];
  }
  tree.value[node] = (-limits.learningRate * g) / (h + limits.l2);
  tree.cover[node] = cover;
}

const LARGEST_FLOAT32 = 3.4028234663852886e38;

const LOW = 2 ** 26;

/** Rows that the packing leaves room for. */
export const MOST_ROWS = 2 ** 24;

/** A row's g and h as one whole number, g · 2²⁶ + h; the scales give back the units. */
export type Packed = { values: Float64Array; scaleG: number; scaleH: number };

/**
 * Packs the gradients of the rows into `values`. The scales are such that the sums over all rows fit 53 bits: sums are
 * then exact, and so is parent minus sibling. Rounding is dithered (up with a probability equal to the fraction), which
 * keeps the sums unbiased when a million rows leave each only some dozens of steps.
 */
export function packGradients(
  random: Random,
  rows: Int32Array,
  slope: Float64Array,
  curvature: Float64Array,
  values: Float64Array,
): Packed {
  let slopes = 0;
  let curvatures = 0;
  for (let i = 0; i < rows.length; i++) {
    slopes += Math.abs(slope[rows[i]]);
    curvatures += curvature[rows[i]];
  }
  const perG = slopes > 0 ? (LOW / 2 - rows.length) / slopes : 0;
  const perH = curvatures > 0 ? (LOW - 1 - rows.length) / curvatures : 0;
  // A golden-ratio sequence spreads the dither more evenly than independent draws would.
  let dither = random.uniform();
  for (let i = 0; i < rows.length; i++) {
    const r = rows[i];
    dither += 0.6180339887498949;
    if (dither >= 1) dither -= 1;
    values[r] = Math.floor(slope[r] * perG + dither) * LOW + Math.floor(curvature[r] * perH + dither);
  }
  return { values, scaleG: 1 / perG, scaleH: 1 / perH };
}
