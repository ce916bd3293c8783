// Histogram gradient boosting of decision trees for a yes/no outcome (Friedman 2001; Chen & Guestrin 2016; Ke et al. 2017).
// Each round fits a tree to the slope g and curvature h of the log loss. A tree grows leaf by leaf, the most gainful
// split first; splits are searched over sums of g and h per bin, and of two siblings only the smaller one is summed, the
// larger is parent minus sibling. Both sums travel in one float64: g in the high bits, h in the low (see `packGradients`).
import { type Static, Type } from 'typebox';
import { createRandom, type Random } from '../math/index.ts';
import { type BinnedColumns, binColumns, MISSING_BIN } from './bins.ts';
import { checkTrees, DEEPEST, type Forest, plantForest, sumOfLeaves, Tree } from './forest.ts';
import {
  brokenModel,
  checkModelFile,
  completeSettings,
  type FittedModel,
  type Learner,
  logOdds,
  rankGains,
  sigmoid,
} from './learner.ts';
import { checkMatrix, checkTraining, copyRow, type Matrix, selectColumns, sortColumns } from './matrix.ts';
import { logLoss } from './metrics.ts';
import { createTreeExplainer } from './treeshap.ts';

export const BoostingSettings = Type.Object(
  {
    trees: Type.Integer({ default: 200, minimum: 1, description: 'Rounds of boosting, one tree each, at most.' }),
    learningRate: Type.Number({
      default: 0.06,
      exclusiveMinimum: 0,
      maximum: 1,
      description: "Share of each tree's answer that is kept.",
    }),
    maxLeaves: Type.Integer({ default: 31, minimum: 2, description: 'Leaves per tree at most.' }),
    maxDepth: Type.Integer({
      default: 6,
      minimum: 1,
      maximum: DEEPEST,
      description: 'Questions on the way to a leaf at most.',
    }),
    l2: Type.Number({ default: 1, minimum: 0, description: "Pull of a leaf's answer towards zero." }),
    minChildHessian: Type.Number({
      default: 1,
      minimum: 0,
      description: 'Least curvature, Σ p·(1 − p), on either side of a split.',
    }),
    minGain: Type.Number({ default: 0, minimum: 0, description: 'Least reduction of the training loss for a split.' }),
    rowShare: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Share of the rows drawn for each tree.',
    }),
    columnShare: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Share of the columns drawn for each tree.',
    }),
    maxBins: Type.Integer({
      default: 255,
      minimum: 2,
      maximum: 255,
      description: 'Bins per column at most, the one for missing values apart.',
    }),
    patience: Type.Integer({
      default: 20,
      minimum: 1,
      description: 'With validation rows: stop after so many trees without a better log loss.',
    }),
    seed: Type.Integer({ default: 1, description: 'Seed of the draws of rows and columns.' }),
  },
  { additionalProperties: false },
);
export type BoostingSettings = Static<typeof BoostingSettings>;

const BoostingFile = Type.Object({
  kind: Type.Literal('boosting'),
  names: Type.Array(Type.String(), { minItems: 1 }),
  baseScore: Type.Number(),
  trees: Type.Array(Tree),
});
type BoostingFile = Static<typeof BoostingFile>;

export const boosting: Learner<BoostingSettings> = {
  name: 'boosting',
  sentence: 'Gradient boosted trees: finds thresholds and combinations of signals; wants some hundreds of rows.',
  settings: BoostingSettings,
  fit(x, y, given, options = {}) {
    const settings = completeSettings<BoostingSettings>('boosting', BoostingSettings, given);
    checkTraining(x, y, options.weights);
    const sorted = sortColumns(x);
    const { baseScore, trees } = boost(sorted, y, settings, options);
    const place = new Map(x.names.map((name, c) => [name, c]));
    const renumbered = trees.map((tree) => ({
      ...tree,
      column: tree.column.map((column) => (column < 0 ? column : (place.get(sorted.names[column]) as number))),
    }));
    return boostingFrom({ kind: 'boosting', names: [...x.names], baseScore, trees: renumbered });
  },
  read(json) {
    const file = checkModelFile<BoostingFile>('boosting', BoostingFile, json);
    if (new Set(file.names).size !== file.names.length) brokenModel('boosting', 'a column name appears twice');
    checkTrees('boosting', file.trees, file.names.length);
    return boostingFrom(file);
  },
};

function boostingFrom(file: BoostingFile): FittedModel {
  const { names, baseScore } = file;
  const forest = plantForest(file.trees);
  const explain = createTreeExplainer(forest, names.length);
  return {
    kind: 'boosting',
    names,
    predict(x) {
      const selected = selectColumns(x, names);
      checkMatrix(selected);
      const scores = rawScores(forest, selected, baseScore);
      return scores.map(sigmoid);
    },
    predictRow: (row) => sigmoid(baseScore + sumOfLeaves(forest, row)),
    contributions(row) {
      const contributions = explain(row);
      contributions[names.length] += baseScore;
      return contributions;
    },
    importance() {
      const gains = new Float64Array(names.length);
      forest.column.forEach((column, node) => {
        if (column >= 0) gains[column] += forest.gain[node];
      });
      return rankGains(names, gains);
    },
    toJSON: () => file,
  };
}

function rawScores(forest: Forest, x: Matrix, baseScore: number): Float64Array {
  const row = new Float32Array(x.columns.length);
  const scores = new Float64Array(x.rows);
  for (let r = 0; r < x.rows; r++) scores[r] = baseScore + sumOfLeaves(forest, copyRow(x, r, row));
  return scores;
}

/** What one tree is grown from. `scaleG` and `scaleH` undo the packing. */
type Round = {
  bins: BinnedColumns;
  columns: Int32Array;
  packed: Float64Array;
  slope: Float64Array;
  curvature: Float64Array;
  weights: Float32Array | undefined;
  scaleG: number;
  scaleH: number;
  settings: BoostingSettings;
  buffers: Buffers;
};

/** Memory that every round uses again: the rows in leaf order, and room for partitions, gathers and histograms. */
type Buffers = { rows: Int32Array; spare: Int32Array; gathered: Float64Array; histograms: Float64Array[] };

type Options = Parameters<Learner['fit']>[3] & object;

function boost(x: Matrix, y: Float32Array, settings: BoostingSettings, { weights, valid, onProgress }: Options) {
  const random = createRandom(settings.seed);
  const bins = binColumns(x.columns, settings.maxBins);
  const baseScore = logOdds(weightedShare(y, weights));
  const scores = new Float64Array(x.rows).fill(baseScore);
  const slope = new Float64Array(x.rows);
  const curvature = new Float64Array(x.rows);
  const packed = new Float64Array(x.rows);
  const buffers: Buffers = {
    rows: new Int32Array(x.rows),
    spare: new Int32Array(x.rows),
    gathered: new Float64Array(x.rows),
    histograms: [],
  };
  const watch = valid && watchLoss(selectColumns(valid.x, x.names), valid.y, valid.weights, baseScore);
  const trees: Tree[] = [];
  for (let t = 0; t < settings.trees; t++) {
    const rowCount = drawRows(random, settings.rowShare, weights, buffers.rows);
    const columns = drawColumns(random, settings.columnShare, x.columns.length);
    takeGradients(scores, y, weights, slope, curvature);
    const scales = packGradients(random, buffers.rows.subarray(0, rowCount), slope, curvature, packed);
    const round = { bins, columns, packed, slope, curvature, weights, ...scales, settings, buffers };
    const { tree, leaves } = growTree(round, rowCount);
    if (tree.column.length === 1) break;
    trees.push(tree);
    for (const { node, start, end } of leaves) {
      for (let i = start; i < end; i++) scores[buffers.rows[i]] += tree.value[node];
    }
    if (rowCount < x.rows) scoreOtherRows(tree, x, buffers.rows.subarray(0, rowCount), scores);
    onProgress?.(t + 1, settings.trees);
    if (watch !== undefined && watch.roundsSinceBest(tree) >= settings.patience) break;
  }
  return { baseScore, trees: watch === undefined ? trees : trees.slice(0, watch.bestRound()) };
}

function weightedShare(y: Float32Array, weights?: Float32Array): number {
  let positive = 0;
  let mass = 0;
  for (let r = 0; r < y.length; r++) {
    const weight = weights === undefined ? 1 : weights[r];
    positive += weight * y[r];
    mass += weight;
  }
  return positive / mass;
}

/** Puts the drawn rows, in order, at the front of `rows` and returns their number; rows of weight 0 are never drawn. */
function drawRows(random: Random, share: number, weights: Float32Array | undefined, rows: Int32Array): number {
  let count = 0;
  for (let r = 0; r < rows.length; r++) {
    if (weights !== undefined && weights[r] === 0) continue;
    if (share === 1 || random.uniform() < share) rows[count++] = r;
  }
  return count;
}

function drawColumns(random: Random, share: number, count: number): Int32Array {
  const columns = Int32Array.from({ length: count }, (_, c) => c);
  if (share === 1) return columns;
  return random
    .shuffle(columns)
    .slice(0, Math.max(1, Math.round(share * count)))
    .sort();
}

function takeGradients(
  scores: Float64Array,
  y: Float32Array,
  weights: Float32Array | undefined,
  slope: Float64Array,
  curvature: Float64Array,
): void {
  for (let r = 0; r < scores.length; r++) {
    const p = 1 / (1 + Math.exp(-scores[r]));
    const weight = weights === undefined ? 1 : weights[r];
    slope[r] = weight * (p - y[r]);
    curvature[r] = weight * p * (1 - p);
  }
}

const LOW_BITS = 26;
const LOW = 2 ** LOW_BITS;

/**
 * Writes g and h of each row as whole numbers into one float64, g · 2²⁶ + h, so that one addition serves both sums. The
 * scales are such that the sums over all rows fit: sums are then exact, in any order, and so is parent minus sibling.
 * Rounding is dithered (up with a probability equal to the fraction), which keeps the sums unbiased when steps are coarse.
 */
function packGradients(
  random: Random,
  rows: Int32Array,
  slope: Float64Array,
  curvature: Float64Array,
  packed: Float64Array,
) {
  let slopes = 0;
  let curvatures = 0;
  for (let i = 0; i < rows.length; i++) {
    slopes += Math.abs(slope[rows[i]]);
    curvatures += curvature[rows[i]];
  }
  const perG = (LOW / 2 - rows.length) / slopes;
  const perH = (LOW - 1 - rows.length) / curvatures;
  // A golden-ratio sequence spreads the dither more evenly than independent draws would.
  let dither = random.uniform();
  for (let i = 0; i < rows.length; i++) {
    const r = rows[i];
    dither += 0.6180339887498949;
    if (dither >= 1) dither -= 1;
    packed[r] = Math.floor(slope[r] * perG + dither) * LOW + Math.floor(curvature[r] * perH + dither);
  }
  return { scaleG: 1 / perG, scaleH: 1 / perH };
}

/** A leaf that may still be split: its rows are `rows[start] … rows[end − 1]`. */
type Leaf = { node: number; start: number; end: number; depth: number; histogram?: Float64Array; split?: Split };
type Split = { gain: number; column: number; bin: number; missingLeft: number };

function growTree(round: Round, rowCount: number): { tree: Tree; leaves: Leaf[] } {
  const { settings, buffers } = round;
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
  while (leaves.length < settings.maxLeaves) {
    let best: Leaf | undefined;
    for (const leaf of leaves) {
      if (leaf.split !== undefined && leaf.split.gain > (best?.split?.gain ?? 0)) best = leaf;
    }
    if (best === undefined) break;
    const children = splitLeaf(round, tree, best);
    leaves.splice(leaves.indexOf(best), 1, ...children);
    if (leaves.length < settings.maxLeaves) openChildren(round, best, children);
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
  if (children[0].depth >= round.settings.maxDepth) {
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
  for (let i = 0; i < rows.length; i++) gathered[i] = packed[rows[i]];
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
    const split = findColumnSplit(round, column, sums, total, best?.gain ?? round.settings.minGain);
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
  const { settings, scaleG, scaleH, bins } = round;
  const { l2, minChildHessian } = settings;
  const missing = sums[MISSING_BIN];
  const parent = lossReduction(total, scaleG, scaleH, l2);
  const lastBin = bins.edges[column].length;
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
  { slope, curvature, weights, settings, buffers }: Round,
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
  tree.value[node] = (-settings.learningRate * g) / (h + settings.l2);
  tree.cover[node] = cover;
}

const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** Adds a tree's answer to the rows that were not drawn for it. */
function scoreOtherRows(tree: Tree, x: Matrix, drawn: Int32Array, scores: Float64Array): void {
  const forest = plantForest([tree]);
  const isDrawn = new Uint8Array(x.rows);
  for (const row of drawn) isDrawn[row] = 1;
  const row = new Float32Array(x.columns.length);
  for (let r = 0; r < x.rows; r++) {
    if (isDrawn[r] === 0) scores[r] += sumOfLeaves(forest, copyRow(x, r, row));
  }
}

/** Follows the log loss on validation rows tree by tree. */
function watchLoss(x: Matrix, y: Float32Array, weights: Float32Array | undefined, baseScore: number) {
  const scores = new Float64Array(x.rows).fill(baseScore);
  let bestLoss = logLoss(y, scores.map(sigmoid), weights);
  let best = 0;
  let round = 0;
  const row = new Float32Array(x.columns.length);
  return {
    bestRound: () => best,
    roundsSinceBest(tree: Tree): number {
      const forest = plantForest([tree]);
      for (let r = 0; r < x.rows; r++) scores[r] += sumOfLeaves(forest, copyRow(x, r, row));
      const loss = logLoss(y, scores.map(sigmoid), weights);
      round++;
      if (loss < bestLoss) {
        bestLoss = loss;
        best = round;
      }
      return round - best;
    },
  };
}
