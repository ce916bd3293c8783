// One boosted tree, grown leaf by leaf: the most gainful split first (Ke et al. 2017), or level by level. Splits are looked
// for over sums of slope and curvature per bin; of two siblings only the smaller is summed, the larger is its parent
// minus that. The rows of a leaf stand together in the shared list of rows.
import type { Tree } from '../forest.ts';
import { LARGEST_FLOAT32 } from '../matrix.ts';
import { CONTROL, type Team, THREADS_AT_MOST } from '../team/team.ts';
import type { ColumnBins } from './columnBins.ts';
import { FOUND, NODE_BYTES } from './layout.ts';
import type { Shared } from './shared.ts';
import { ARGS, DRAWN_ONLY, FREE } from './tasks.ts';

export type Growth = {
  growth: string;
  learningRate: number;
  maxLeaves: number;
  maxDepth: number;
  l1: number;
  l2: number;
  categoryL2: number;
  categorySmoothing: number;
  minChildHessian: number;
  minGain: number;
};

/** What one tree is grown from: packed gradients lie in the team's memory, the rows in play first in its list. */
export type Round = {
  team: Team<Shared>;
  limits: Growth;
  bins: readonly ColumnBins[];
  /** Columns drawn for this tree, and the sets of columns that may meet on a path, if they are limited. */
  drawn: Uint8Array;
  mayMeet: readonly Uint8Array[] | undefined;
  rowCount: number;
  /** Sums of the packed gradients, and what one of their steps is worth. */
  total: Sums;
  scaleG: number;
  scaleH: number;
};

/** Whole numbers as packed. */
export type Sums = { g: number; h: number };

/** A leaf of a grown tree: its rows are rows[start … end) of the shared list. */
export type GrownLeaf = { node: number; start: number; end: number };

type Split = { gain: number; column: number; bin: number; missingLeft: boolean; left: Sums; set?: Uint32Array };
type Bounds = { lowest: number; highest: number };
type Leaf = GrownLeaf & {
  depth: number;
  total: Sums;
  bounds: Bounds;
  /** Columns asked on the way, and where the leaf's histogram is kept. */
  path: readonly number[];
  slot: number | undefined;
  split: Split | undefined;
};

/** Grows a tree; answers it with its leaves, and how each node splits the bins (undefined at a leaf). */
export function growTree(round: Round): { tree: Tree; leaves: GrownLeaf[]; tables: (Uint8Array | undefined)[] } {
  const { limits } = round;
  const tree: Tree = {
    column: [],
    threshold: [],
    missingLeft: [],
    left: [],
    right: [],
    value: [],
    cover: [],
    gain: [],
    ...(round.bins.some(({ categories }) => categories !== undefined) && { categories: [] }),
  };
  const tables: (Uint8Array | undefined)[] = [];
  const slots = Array.from({ length: round.team.place.layout.slotCount }, (_, slot) => slot);
  const root: Leaf = {
    node: addLeaf(tree),
    start: 0,
    end: round.rowCount,
    depth: 0,
    total: round.total,
    bounds: { lowest: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY },
    path: [],
    slot: slots.pop(),
    split: undefined,
  };
  if (limits.maxDepth > 0) search(round, root);
  const leaves = [root];
  while (leaves.length < limits.maxLeaves) {
    const next = nextLeaf(leaves, limits.growth);
    if (next === undefined) break;
    const children = splitLeaf(round, tree, tables, next);
    leaves.splice(leaves.indexOf(next), 1, ...children);
    if (leaves.length < limits.maxLeaves) openChildren(round, slots, leaves, next, children);
  }
  for (const leaf of leaves) {
    tree.value[leaf.node] = limits.learningRate * answerOf(round, leaf.total, leaf.bounds);
    tree.cover[leaf.node] = leaf.end - leaf.start;
  }
  return { tree, leaves, tables };
}

function nextLeaf(leaves: readonly Leaf[], growth: string): Leaf | undefined {
  let next: Leaf | undefined;
  for (const leaf of leaves) {
    if (leaf.split === undefined) continue;
    const isBefore =
      next === undefined ||
      (growth === 'depth' && leaf.depth !== next.depth
        ? leaf.depth < next.depth
        : leaf.split.gain > (next.split?.gain ?? 0));
    if (isBefore) next = leaf;
  }
  return next;
}

function addLeaf(tree: Tree): number {
  const node = tree.column.push(-1) - 1;
  for (const list of [tree.threshold, tree.missingLeft, tree.left, tree.right, tree.value, tree.cover, tree.gain]) {
    list.push(0);
  }
  tree.categories?.push([]);
  return node;
}

/** Writes the split into the tree and sorts the leaf's rows into its two children. */
function splitLeaf(round: Round, tree: Tree, tables: (Uint8Array | undefined)[], leaf: Leaf): [Leaf, Leaf] {
  const { column, missingLeft, gain, left, bin } = leaf.split as Split;
  const { node } = leaf;
  const table = tableOf(round, leaf.split as Split);
  tables[node] = table;
  tree.column[node] = column;
  tree.missingLeft[node] = Number(missingLeft);
  tree.left[node] = addLeaf(tree);
  tree.right[node] = addLeaf(tree);
  tree.gain[node] = gain;
  const { categories, edges } = round.bins[column];
  // Past the last edge every known value goes left; the largest float32 says so and can be saved as JSON.
  if (categories === undefined) tree.threshold[node] = edges[bin] ?? LARGEST_FLOAT32;
  else (tree.categories as number[][])[node] = [...categories.codes].filter((_, b) => table[b] === 1).sort(ascending);

  const middle = leaf.start + partRows(round, leaf, column, table);
  const right = { g: leaf.total.g - left.g, h: leaf.total.h - left.h };
  const [leftBounds, rightBounds] = childBounds(round, leaf, left, right);
  const common = { depth: leaf.depth + 1, path: [...leaf.path, column], slot: undefined, split: undefined };
  return [
    { ...common, node: tree.left[node], start: leaf.start, end: middle, total: left, bounds: leftBounds },
    { ...common, node: tree.right[node], start: middle, end: leaf.end, total: right, bounds: rightBounds },
  ];
}

const ascending = (a: number, b: number) => a - b;

/** Per bin, whether it goes left. */
function tableOf({ team, bins }: Round, { column, bin, missingLeft, set }: Split): Uint8Array {
  const table = new Uint8Array(256);
  if (set === undefined) table.fill(1, 0, bin + 1);
  else for (let b = 0; b < 256; b++) table[b] = (set[b >> 5] >>> (b & 31)) & 1;
  table[team.place.layout.columns[column].missingBin >= 0 ? bins[column].bins : 255] = Number(missingLeft);
  return table;
}

/** With less to do than this, one thread is done before others have heard of it. */
const ROWS_FOR_A_TEAM = 8192;
const UPDATES_FOR_A_TEAM = 32_768;
const BINS_FOR_A_TEAM = 2048;

/** Sorts a leaf's rows into lefts and rights; answers how many go left. */
function partRows({ team }: Round, leaf: Leaf, column: number, table: Uint8Array): number {
  const { i32, u8, layout } = team.place;
  u8.set(table, layout.table);
  setArgs(team, { from: leaf.start, to: leaf.end, column });
  const threads = team.run('partRows', leaf.end - leaf.start < ROWS_FOR_A_TEAM ? 1 : undefined);
  team.run('placeRows', threads);
  let lefts = 0;
  for (let t = 0; t < threads; t++) lefts += i32[CONTROL.counts + t];
  return lefts;
}

function setArgs({ place: shared }: Team<Shared>, args: Partial<Record<keyof typeof ARGS, number>>): void {
  for (const name in args) {
    shared.i32[CONTROL.args + ARGS[name as keyof typeof ARGS]] = args[name as keyof typeof ARGS] as number;
  }
}

/** Where a column must rise or fall, the children's answers part at the middle of the two they would give. */
function childBounds(round: Round, leaf: Leaf, left: Sums, right: Sums): [Bounds, Bounds] {
  const { direction } = round.team.place.layout.columns[(leaf.split as Split).column];
  if (direction === 0) return [leaf.bounds, leaf.bounds];
  const middle = (answerOf(round, left, leaf.bounds) + answerOf(round, right, leaf.bounds)) / 2;
  const below = { ...leaf.bounds, highest: middle };
  const above = { ...leaf.bounds, lowest: middle };
  return direction > 0 ? [below, above] : [above, below];
}

/** The value that takes most off the loss of these rows. */
function answerOf({ limits, scaleG, scaleH }: Round, { g, h }: Sums, { lowest, highest }: Bounds): number {
  const pull = g * scaleG - Math.min(Math.max(g * scaleG, -limits.l1), limits.l1);
  return Math.min(Math.max(-pull / (h * scaleH + limits.l2), lowest), highest);
}

/** Gives two new leaves their histograms and best splits; the larger one takes over its parent's histogram. */
function openChildren(
  round: Round,
  slots: number[],
  leaves: readonly Leaf[],
  parent: Leaf,
  children: [Leaf, Leaf],
): void {
  const [left, right] = children;
  const [smaller, larger] = left.end - left.start <= right.end - right.start ? [left, right] : [right, left];
  if (left.depth >= round.limits.maxDepth) {
    if (parent.slot !== undefined) slots.push(parent.slot);
    return;
  }
  larger.slot = parent.slot;
  smaller.slot = slots.pop() ?? takeSlot(leaves, children);
  if (larger.slot !== undefined) {
    search(round, smaller, larger);
    return;
  }
  search(round, smaller);
  larger.slot = slots.pop() ?? takeSlot(leaves, children);
  search(round, larger);
}

/** Where histograms fill their room, the least promising leaf gives up its own, and is summed again should it be split. */
function takeSlot(leaves: readonly Leaf[], except: readonly Leaf[]): number {
  let least: Leaf | undefined;
  for (const leaf of leaves) {
    if (leaf.slot === undefined || except.includes(leaf)) continue;
    if (least === undefined || (leaf.split?.gain ?? 0) < (least.split?.gain ?? 0)) least = leaf;
  }
  const { slot } = least as Leaf;
  (least as Leaf).slot = undefined;
  return slot as number;
}

/** Sums a leaf's histogram, takes it off its parent's where `larger` has that one's place, and finds the best splits. */
function search(round: Round, smaller: Leaf, larger?: Leaf): void {
  const { team, bins, drawn } = round;
  const { layout, u8 } = team.place;
  setArgs(team, { from: smaller.start, to: smaller.end, next: smaller.start });
  const updates = (smaller.end - smaller.start) * bins.length;
  const parts = team.run('sumHistogram', updates < UPDATES_FOR_A_TEAM ? 1 : undefined);
  markColumns(u8.subarray(layout.allowed, layout.allowed + bins.length), drawn, round.mayMeet, smaller.path);
  setArgs(team, { parts, smaller: smaller.slot as number, larger: larger?.slot ?? -1 });
  for (let thread = 0; thread < THREADS_AT_MOST; thread++) {
    if (layout.found + 2 * FOUND.bytes * (thread + 1) > layout.gathered) break;
    setLimits(round, foundAt(round, thread, 0), smaller);
    if (larger !== undefined) setLimits(round, foundAt(round, thread, 1), larger);
  }
  const threads = team.run('findSplits', layout.slotBytes / 8 < BINS_FOR_A_TEAM ? 1 : undefined);
  smaller.split = bestOf(round, threads, 0, smaller);
  if (larger !== undefined) larger.split = bestOf(round, threads, 1, larger);
}

const foundAt = ({ team }: Round, thread: number, which: 0 | 1) =>
  team.place.layout.found + (2 * thread + which) * FOUND.bytes;

/** A column may be asked if it was drawn and if some set of columns holds it together with all that were asked before. */
function markColumns(
  allowed: Uint8Array,
  drawn: Uint8Array,
  mayMeet: readonly Uint8Array[] | undefined,
  path: readonly number[],
): void {
  const open = mayMeet?.filter((set) => path.every((column) => set[column] === 1));
  for (let c = 0; c < allowed.length; c++) {
    const isFree = open === undefined || path.includes(c) || open.some((set) => set[c] === 1);
    allowed[c] = drawn[c] === 0 ? 0 : isFree ? FREE : DRAWN_ONLY;
  }
}

function setLimits(round: Round, at: number, { total, bounds }: Leaf): void {
  const { limits, scaleG, scaleH } = round;
  const { f64, i32, u32 } = round.team.place;
  const f = at / 8;
  f64[f + FOUND.scaleG / 8] = scaleG;
  f64[f + FOUND.scaleH / 8] = scaleH;
  f64[f + FOUND.l1 / 8] = limits.l1;
  f64[f + FOUND.l2 / 8] = limits.l2;
  f64[f + FOUND.minChild / 8] = Math.max(limits.minChildHessian, Number.MIN_VALUE);
  f64[f + FOUND.lowest / 8] = bounds.lowest;
  f64[f + FOUND.highest / 8] = bounds.highest;
  f64[f + FOUND.parentLoss / 8] = lossOf(round, total, bounds);
  f64[f + FOUND.gain / 8] = limits.minGain;
  f64[f + FOUND.categoryL2 / 8] = limits.categoryL2;
  f64[f + FOUND.categorySmoothing / 8] = limits.categorySmoothing;
  u32[(at + FOUND.total) / 4] = total.h;
  i32[(at + FOUND.total) / 4 + 1] = total.g;
}

function lossOf(round: Round, sums: Sums, bounds: Bounds): number {
  const { limits, scaleG, scaleH } = round;
  const g = sums.g * scaleG;
  const pull = g - Math.min(Math.max(g, -limits.l1), limits.l1);
  const answer = answerOf(round, sums, bounds);
  return answer * (pull + 0.5 * (sums.h * scaleH + limits.l2) * answer);
}

/** The best split any thread found; of equal gains that of the first column, as one thread alone would choose. */
function bestOf(round: Round, threads: number, which: 0 | 1, leaf: Leaf): Split | undefined {
  const { f64, i32, u32 } = round.team.place;
  let best: number | undefined;
  for (let thread = 0; thread < threads; thread++) {
    const at = foundAt(round, thread, which);
    const column = i32[(at + FOUND.column) / 4];
    if (column < 0) continue;
    const gain = f64[(at + FOUND.gain) / 8];
    const bestGain = best === undefined ? 0 : f64[(best + FOUND.gain) / 8];
    const bestColumn = best === undefined ? -1 : i32[(best + FOUND.column) / 4];
    if (best === undefined || gain > bestGain || (gain === bestGain && column < bestColumn)) best = at;
  }
  if (best === undefined) return undefined;
  const bin = i32[(best + FOUND.bin) / 4];
  const left = { g: i32[(best + FOUND.left) / 4 + 1], h: u32[(best + FOUND.left) / 4] };
  if (left.h === 0 || leaf.total.h - left.h === 0) return undefined;
  return {
    gain: f64[(best + FOUND.gain) / 8],
    column: i32[(best + FOUND.column) / 4],
    bin,
    missingLeft: i32[(best + FOUND.missingLeft) / 4] === 1,
    left,
    ...(bin < 0 && { set: u32.slice((best + FOUND.set) / 4, (best + FOUND.set) / 4 + 8) }),
  };
}

/** Writes a tree for `walkRows`: what each node asks of the bins, or its answer. */
export function writeNodes({ team }: Round, tree: Tree, tables: readonly (Uint8Array | undefined)[]): void {
  const { layout, u32, u8, f64 } = team.place;
  tree.column.forEach((column, node) => {
    const at = layout.tree + node * NODE_BYTES;
    const table = tables[node];
    if (table === undefined) {
      u32[at / 4] = 0;
      f64[at / 8 + 2] = tree.value[node];
      return;
    }
    u32.set([layout.columns[column].at, tree.left[node], tree.right[node]], at / 4);
    u8.set(table, at + 16);
  });
}
