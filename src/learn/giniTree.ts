// One classification tree on binned columns, grown depth first by the Gini impurity (Breiman et al. 1984): at each node a
// few columns are drawn, and the best edge among them (or one drawn edge each) parts the rows. Categories are put in the
// order of their shares first, which for two outcomes finds the best of all groupings (Fisher 1958).
import type { Random } from '../math/index.ts';
import { binOfValue, type ColumnBins, cutAmounts, cutCategories } from './boosting/columnBins.ts';
import type { Tree } from './forest.ts';
import { LARGEST_FLOAT32, type Matrix } from './matrix.ts';

export type BinnedTable = {
  columns: readonly ColumnBins[];
  /** The bin of each row, one list per column; a missing value has the number of bins. */
  bins: readonly Uint8Array[];
};

export type GiniLimits = {
  /** Columns drawn at each node; more are drawn only while none of them can be split. */
  columnsPerNode: number;
  minLeafMass: number;
  maxDepth: number;
  thresholds: 'best' | 'random';
};

/** Cuts every column into at most `maxBins` ≤ 255 bins. */
export function binTable(x: Matrix, maxBins: number): BinnedTable {
  const columns = x.columns.map((column, c) =>
    x.categorical?.includes(x.names[c]) ? cutCategories(column, maxBins) : cutAmounts(column, maxBins),
  );
  const bins = x.columns.map((column, c) => Uint8Array.from(column, (value) => binOfValue(columns[c], value)));
  return { columns, bins };
}

type Split = {
  gain: number;
  column: number;
  /** Whether each bin goes left, the one of missing values last. */
  left: Uint8Array;
};

type Node = { node: number; start: number; end: number; depth: number };

/** Memory for the sums of one column at one node. */
type Sums = { mass: Float64Array; positive: Float64Array };

/** Grows a tree on the rows of positive mass. Leaves hold the share of positives; cover is the mass. */
export function growGiniTree(
  table: BinnedTable,
  y: Float32Array,
  mass: Float64Array,
  limits: GiniLimits,
  random: Random,
): Tree {
  const tree = emptyTree(table.columns.some(({ categories }) => categories !== undefined));
  const rows = Int32Array.from(mass.keys()).filter((r) => mass[r] > 0);
  const spare = new Int32Array(rows.length);
  const order = Int32Array.from(table.columns.keys());
  const sums: Sums = { mass: new Float64Array(256), positive: new Float64Array(256) };
  const open: Node[] = [{ node: addNode(tree), start: 0, end: rows.length, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, start, end, depth } = next;
    const total = sumRows(rows, start, end, y, mass);
    tree.value[node] = total.positive / total.mass;
    tree.cover[node] = total.mass;
    const isPure = total.positive === 0 || total.positive === total.mass;
    if (isPure || depth === limits.maxDepth || total.mass < 2 * limits.minLeafMass) continue;
    const at = { table, y, mass, rows: rows.subarray(start, end), total, limits, random, sums };
    const split = findSplit(at, order);
    if (split === undefined) continue;
    const middle = partRows(rows, spare, start, end, table.bins[split.column], split.left);
    const [left, right] = [addNode(tree), addNode(tree)];
    writeSplit(tree, node, table.columns[split.column], split, left, right);
    open.push({ node: right, start: middle, end, depth: depth + 1 });
    open.push({ node: left, start, end: middle, depth: depth + 1 });
  }
  return tree;
}

function emptyTree(hasCategories: boolean): Tree {
  const lists = { column: [], threshold: [], missingLeft: [], left: [], right: [], value: [], cover: [], gain: [] };
  return hasCategories ? { ...lists, categories: [] } : lists;
}

function addNode(tree: Tree): number {
  for (const list of [tree.threshold, tree.missingLeft, tree.left, tree.right, tree.value, tree.cover, tree.gain])
    list.push(0);
  tree.categories?.push([]);
  return tree.column.push(-1) - 1;
}

function sumRows(rows: Int32Array, start: number, end: number, y: Float32Array, mass: Float64Array) {
  const total = { mass: 0, positive: 0 };
  for (let i = start; i < end; i++) {
    total.mass += mass[rows[i]];
    total.positive += mass[rows[i]] * y[rows[i]];
  }
  return total;
}

/** A node at which a split is looked for. */
type Place = {
  table: BinnedTable;
  y: Float32Array;
  mass: Float64Array;
  rows: Int32Array;
  total: { mass: number; positive: number };
  limits: GiniLimits;
  random: Random;
  sums: Sums;
};

/** The most gainful split of the columns drawn; `order` is shuffled on the way. */
function findSplit(place: Place, order: Int32Array): Split | undefined {
  let best: Split | undefined;
  for (let drawn = 0; drawn < order.length; drawn++) {
    if (drawn >= place.limits.columnsPerNode && best !== undefined) break;
    const at = drawn + place.random.int(order.length - drawn);
    const column = order[at];
    order[at] = order[drawn];
    order[drawn] = column;
    const split = findColumnSplit(place, column);
    if (split !== undefined && split.gain > (best?.gain ?? 0)) best = split;
  }
  return best;
}

function findColumnSplit(place: Place, column: number): Split | undefined {
  const { sums, table } = place;
  const { bins, categories } = table.columns[column];
  sumBins(place, table.bins[column], bins);
  const present: number[] = [];
  for (let bin = 0; bin < bins; bin++) if (sums.mass[bin] > 0) present.push(bin);
  if (categories !== undefined) orderCategories(place, present);
  if (place.limits.thresholds === 'best') return bestEdge(place, column, bins, present, 0, present.length);
  if (present.length < 2) return bestEdge(place, column, bins, present, 0, present.length);
  const edge = place.random.int(present.length - 1);
  return bestEdge(place, column, bins, present, edge, edge + 1);
}

function sumBins({ rows, mass, y, sums }: Place, binOf: Uint8Array, bins: number): void {
  sums.mass.fill(0, 0, bins + 1);
  sums.positive.fill(0, 0, bins + 1);
  for (let i = 0; i < rows.length; i++) {
    const r = rows[i];
    const bin = binOf[r];
    sums.mass[bin] += mass[r];
    sums.positive[bin] += mass[r] * y[r];
  }
}

/** By share of positives, so that the best grouping is an edge; at random where thresholds are drawn. */
function orderCategories({ sums, limits, random }: Place, present: number[]): void {
  if (limits.thresholds === 'random') random.shuffle(present);
  else present.sort((a, b) => sums.positive[a] / sums.mass[a] - sums.positive[b] / sums.mass[b] || a - b);
}

/** The best split after the `from`-th to before the `to`-th present bin, missing values on either side. */
function bestEdge(
  { sums, total, limits }: Place,
  column: number,
  bins: number,
  present: readonly number[],
  from: number,
  to: number,
): Split | undefined {
  const missing = { mass: sums.mass[bins], positive: sums.positive[bins] };
  const parent = (total.positive * total.positive) / total.mass;
  let best = { gain: LEAST_GAIN * total.mass, edge: -1, missingLeft: 0 };
  let below = 0;
  let positiveBelow = 0;
  for (let edge = 0; edge < to; edge++) {
    below += sums.mass[present[edge]];
    positiveBelow += sums.positive[present[edge]];
    if (edge < from) continue;
    for (let missingLeft = 0; missingLeft <= (missing.mass > 0 ? 1 : 0); missingLeft++) {
      const left = below + missingLeft * missing.mass;
      const positive = positiveBelow + missingLeft * missing.positive;
      const right = total.mass - left;
      if (left < limits.minLeafMass || right < limits.minLeafMass) continue;
      const gain = 2 * ((positive * positive) / left + (total.positive - positive) ** 2 / right - parent);
      if (gain > best.gain) best = { gain, edge, missingLeft: missing.mass > 0 ? missingLeft : Number(left > right) };
    }
  }
  if (best.edge < 0) return undefined;
  const left = new Uint8Array(bins + 1);
  // Bins between two present ones that hold no row here go with the lower one, as the threshold says.
  for (let i = 0; i <= best.edge; i++) left[present[i]] = 1;
  left[bins] = best.missingLeft;
  return { gain: best.gain, column, left };
}

/** Differences below this share of the mass are rounding. */
const LEAST_GAIN = 1e-12;

function partRows(
  rows: Int32Array,
  spare: Int32Array,
  start: number,
  end: number,
  binOf: Uint8Array,
  left: Uint8Array,
): number {
  let lefts = start;
  let rights = 0;
  for (let i = start; i < end; i++) {
    const row = rows[i];
    if (left[binOf[row]] === 1) rows[lefts++] = row;
    else spare[rights++] = row;
  }
  rows.set(spare.subarray(0, rights), lefts);
  return lefts;
}

/** Writes the question of a node; a category without a bin of its own, and one never met, goes right. */
function writeSplit(
  tree: Tree,
  node: number,
  { bins, edges, categories }: ColumnBins,
  split: Split,
  left: number,
  right: number,
): void {
  tree.column[node] = split.column;
  tree.gain[node] = split.gain;
  const swap = categories !== undefined && categories.otherBin >= 0 && split.left[categories.otherBin] === 1;
  tree.left[node] = swap ? right : left;
  tree.right[node] = swap ? left : right;
  tree.missingLeft[node] = swap ? 1 - split.left[bins] : split.left[bins];
  if (categories === undefined) {
    tree.threshold[node] = edges[split.left.lastIndexOf(1, bins - 1)] ?? LARGEST_FLOAT32;
    return;
  }
  const codes = Array.from(categories.codes).filter((_, bin) => (split.left[bin] === 1) !== swap);
  (tree.categories as number[][])[node] = codes.sort((a, b) => a - b);
}
