// What the threads do together: each task is one thread's share of it. Arguments and results go through the shared
// memory; whatever is added up is a whole number or is added in a fixed order, so the number of threads changes nothing.
import { findEdges } from '../bins.ts';
import { CONTROL, type Share, stretch, type Workplace } from '../team/team.ts';
import { findCategorySplit } from './categories.ts';
import { CHUNK, FOUND, GATHERED_BYTES, GATHERED_ROW_BYTES, GATHERED_ROWS, type Layout, NODE_BYTES } from './layout.ts';
import { slopes } from './objectives.ts';
import { COLUMN_PART, COUNT_BYTES, EDGE_BYTES, LOOKUP_BYTES, type Plan, SUMMARY } from './plan.ts';
import { kernelModule, openShared, type Shared } from './shared.ts';

type Task = (shared: Shared, share: Share) => void;

/** Arguments by name, as places among the words and the float64s of the control block. */
export const ARGS = {
  /** cut: columns staged, how many of them are taken, and from here on the numbers of the columns. */
  staged: 0,
  taken: 1,
  first: 2,
  /** gradients: number among `slopes`. packing: rows in play. */
  objective: 0,
  /** histogram, part, place: the rows; part: the column; histogram: the first row that no thread has taken. */
  from: 0,
  to: 1,
  column: 2,
  next: 3,
  /** find: threads that summed, slot of the summed leaf, slot of its parent or −1, whether each can be split. */
  parts: 0,
  smaller: 1,
  larger: 2,
  /** answers: leaves. */
  leaves: 0,
} as const;

export const NUMBERS = { quantile: 0, perG: 1, perH: 2, dither: 3 } as const;

const arg = ({ i32 }: Shared, place: number) => i32[CONTROL.args + place];
const numberOf = ({ f64 }: Shared, place: number) => f64[CONTROL.numbers + place];

/**
 * Cuts the staged columns of amounts and bins their values. Of column i of the batch the number stands among the arguments,
 * the values at rowsAt + i · rows · 4. Sorting takes longer for some than for others: whoever is free takes the next.
 */
const cutColumns: Task = (shared, { thread }) => {
  const { plan, kernel, i32, f32 } = shared;
  const lookup = plan.lookups + thread * (LOOKUP_BYTES + COUNT_BYTES);
  for (;;) {
    const i = Atomics.add(i32, CONTROL.args + ARGS.taken, 1);
    if (i >= arg(shared, ARGS.staged)) return;
    const c = arg(shared, ARGS.first + i);
    const values = plan.rowsAt + i * plan.rows * 4;
    const found = findEdges(f32.subarray(values / 4, values / 4 + plan.rows), plan.maxBins);
    const edges = plan.edges + c * EDGE_BYTES;
    f32.set(found, edges / 4);
    kernel.prepareLookup(edges, found.length, lookup);
    const bins = found.length + 1;
    const at = plan.columnsAt + c * plan.columnBytes;
    const isInfinite = kernel.binValues(values, plan.rows, edges, lookup, bins, at);
    const summary = plan.summaries / 4 + c * SUMMARY.words;
    i32[summary + SUMMARY.bins] = bins;
    i32[summary + SUMMARY.isInfinite] = Number(isInfinite);
    countColumn(shared, c, thread);
  }
};

/** Writes into a column's summary which bin is the commonest; its number of bins stands there. */
export function countColumn({ plan, kernel, i32, u32 }: Shared, column: number, thread: number): void {
  const counts = plan.lookups + thread * (LOOKUP_BYTES + COUNT_BYTES) + LOOKUP_BYTES;
  kernel.countBins(plan.columnsAt + column * plan.columnBytes, plan.rows, counts);
  const summary = plan.summaries / 4 + column * SUMMARY.words;
  const bins = i32[summary + SUMMARY.bins];
  let commonest = 0;
  for (let bin = 0; bin <= bins; bin++) {
    if (u32[counts / 4 + bin] > u32[counts / 4 + commonest]) commonest = bin;
  }
  i32[summary + SUMMARY.hasMissing] = Number(u32[counts / 4 + bins] > 0);
  i32[summary + SUMMARY.commonest] = commonest;
  i32[summary + SUMMARY.commonestRows] = u32[counts / 4 + commonest];
}

/** Copies the bins of dense columns side by side, a stretch of rows that fits the cache at a time. */
const fillBlocks: Task = ({ layout, kernel }, share) => {
  const [from, to] = stretch(0, layout.rows, share, CHUNK);
  for (let first = from; first < to; first += CHUNK) {
    const last = Math.min(to, first + CHUNK);
    for (const { at, inBlock, stride } of layout.columns) {
      if (stride > 0) kernel.placeInBlock(at, first, last, inBlock, stride);
    }
  }
};

/** Counts, for each of this thread's rows, the sparse columns in which it is not in the commonest bin, in whole fours. */
const countEntries: Task = (shared, share) => {
  const { layout, u8, u32 } = shared;
  const columns = layout.columns.filter(({ commonest }) => commonest >= 0);
  const counts = ((layout.sparse as Sparse).starts + 4) / 4;
  const [from, to] = stretch(0, layout.rows, share, CHUNK);
  for (let r = from; r < to; r++) {
    let count = 0;
    for (const { at, commonest } of columns) if (u8[at + r] !== commonest) count++;
    u32[counts + r] = Math.max(4, (count + 3) & ~3);
  }
};

/** Writes those entries row by row, once `starts` says where each row's begin. */
const writeEntries: Task = (shared, share) => {
  const { layout, u8, u32 } = shared;
  const columns = layout.columns.filter(({ commonest }) => commonest >= 0);
  const { starts, entries } = layout.sparse as Sparse;
  const target = new Uint16Array(u8.buffer, entries);
  const [from, to] = stretch(0, layout.rows, share, CHUNK);
  for (let r = from; r < to; r++) {
    let next = u32[starts / 4 + r];
    for (const { at, base, commonest } of columns) if (u8[at + r] !== commonest) target[next++] = base + u8[at + r];
    // Filled up with bins behind the last column's, each another than the ones before: no sum waits for another.
    for (; next < u32[starts / 4 + r + 1]; next++) target[next] = columns.length * 256 + (next & 255);
  }
};

type Sparse = NonNullable<Layout['sparse']>;

/** Slope and curvature of every row as two float32, and their sums chunk by chunk. */
const takeGradients: Task = (shared, share) => {
  const { layout, kernel, f32, y, scores } = shared;
  const gradients = f32.subarray(layout.packed / 4, layout.packed / 4 + 2 * layout.rows);
  const { differentiate } = slopes[arg(shared, ARGS.objective)];
  const [from, to] = stretch(0, layout.rows, share, CHUNK);
  for (let start = from; start < to; start += CHUNK) {
    const end = Math.min(to, start + CHUNK);
    if (typeof differentiate === 'string') {
      kernel[differentiate](layout.scores, layout.outcomes, start, end, layout.packed);
    } else differentiate(scores, y, start, end, gradients, numberOf(shared, NUMBERS.quantile));
    if (layout.weighted) kernel.weighGradients(layout.packed, layout.weights, start, end);
    kernel.sumGradients(layout.packed, start, end, layout.sums + (16 * start) / CHUNK);
  }
};

/**
 * Makes whole numbers of slope and curvature, in place, and adds them up over the rows in play. Rounding is dithered (up
 * with a probability equal to the fraction): sums stay unbiased when a million rows leave each only some hundred steps. A
 * golden-ratio sequence spreads the dither more evenly than independent draws would.
 */
const packGradients: Task = (shared, share) => {
  const { layout, kernel } = shared;
  const perG = numberOf(shared, NUMBERS.perG);
  const perH = numberOf(shared, NUMBERS.perH);
  // Few rows have steps enough to be rounded to the nearest, and then equal rows stay equal and ties stay ties.
  const isDithered = layout.rows > ROWS_TO_DITHER;
  const dither = isDithered ? numberOf(shared, NUMBERS.dither) : 0.5;
  const turn = isDithered ? GOLDEN : 0;
  const count = arg(shared, ARGS.to);
  const [from, to] = stretch(0, count, share);
  const sums = (CONTROL.sums + 2 * share.thread) * 8;
  kernel.packRows(layout.rowsAt, from, to, count === layout.rows, layout.packed, perG, perH, dither, turn, sums);
};

const GOLDEN = 0.6180339887498949;
const ROWS_TO_DITHER = 2 ** 17;

/**
 * Adds the gradients of a leaf's rows to the histograms of the threads, each its own. Whoever is free takes the next rows:
 * a thread that comes late or is held up by other work leaves more to the others.
 */
const sumHistogram: Task = (shared, { thread }) => {
  const to = arg(shared, ARGS.to);
  for (;;) {
    const first = Atomics.add(shared.i32, CONTROL.args + ARGS.next, TAKEN_ROWS);
    if (first >= to) return;
    const last = Math.min(to, first + TAKEN_ROWS);
    for (let at = first; at < last; at += GATHERED_ROWS)
      sumRows(shared, thread, at, Math.min(GATHERED_ROWS, last - at));
  }
};

/** Rows a thread takes at a time: some 50 microseconds of work. */
const TAKEN_ROWS = 4 * GATHERED_ROWS;

function sumRows(shared: Shared, thread: number, first: number, count: number): void {
  const { layout, kernel } = shared;
  const { rowsAt, packed, blocks, sparse } = layout;
  const part = layout.parts + thread * layout.partBytes;
  const gathered = layout.gathered + thread * GATHERED_BYTES;
  // Of a tree of all rows the root has them in order: nothing need be gathered.
  const isEvery = arg(shared, ARGS.from) === 0 && arg(shared, ARGS.to) === layout.rows;
  const gradients = isEvery ? packed + first * 8 : gathered;
  if (!isEvery) kernel.gatherGradients(rowsAt, first, count, packed, gathered);
  for (const block of blocks) {
    const rowBytes = block.quads * 4;
    const stride = isEvery ? rowBytes : GATHERED_ROW_BYTES;
    const bins = isEvery ? block.at + first * rowBytes : gathered + GATHERED_ROWS * 8;
    if (!isEvery) kernel.gatherBins(rowsAt, first, count, block.at, rowBytes, bins);
    kernel.sumBlock(count, gradients, bins, stride, Math.min(4, block.quads), part + block.part);
    if (block.quads > 4) {
      const second = part + block.part + 16 * COLUMN_PART;
      kernel.sumBlock(count, gradients, bins + 16, stride, block.quads - 4, second);
    }
  }
  if (sparse === undefined) return;
  const entries = gathered + GATHERED_ROWS * (8 + GATHERED_ROW_BYTES);
  kernel.gatherSparse(rowsAt, first, count, sparse.starts, sparse.entries, entries);
  kernel.sumSparse(count, entries, gradients, sparse.entries, part + sparse.part);
}

/** Gathers the histograms of this thread's columns, takes them off the parent's, and looks for the best split of each. */
const findSplits: Task = (shared, { thread, team }) => {
  const { layout, kernel, u8 } = shared;
  const parts = arg(shared, ARGS.parts);
  const smaller = layout.slots + arg(shared, ARGS.smaller) * layout.slotBytes;
  const hasParent = arg(shared, ARGS.larger) >= 0;
  const larger = layout.slots + arg(shared, ARGS.larger) * layout.slotBytes;
  const found = layout.found + thread * 2 * FOUND.bytes;
  for (const at of [found, found + FOUND.bytes]) shared.i32[(at + FOUND.column) / 4] = -1;
  for (let c = thread; c < layout.columns.length; c += team) {
    const mark = u8[layout.allowed + c];
    if (mark === 0) continue;
    const place = layout.columns[c];
    const bins = place.bins + Number(place.missingBin >= 0);
    const target = hasParent ? larger + place.slot : 0;
    const part = layout.parts + place.part;
    const total = found + FOUND.total;
    kernel.finishColumn(part, parts, layout.partBytes, bins, place.commonest, total, smaller + place.slot, target);
    if (mark === DRAWN_ONLY) continue;
    look(found, smaller);
    if (hasParent) look(found + FOUND.bytes, larger);

    function look(at: number, slot: number): void {
      if (place.categorical) findCategorySplit(shared, at, slot + place.slot, c);
      else kernel.findSplit(at, slot + place.slot, place.bins, place.missingBin, c, place.direction);
    }
  }
};

/** A column's mark in `allowed`: drawn for this tree but not to be asked on this path, or free to be asked. */
export const DRAWN_ONLY = 1;
export const FREE = 2;

/** Sorts this thread's rows of a leaf into `spare`, lefts from its front and rights from its back. */
const partRows: Task = (shared, share) => {
  const { layout, kernel, i32 } = shared;
  const { rowsAt, spare, table } = layout;
  const [from, to] = stretch(arg(shared, ARGS.from), arg(shared, ARGS.to), share);
  const { at } = layout.columns[arg(shared, ARGS.column)];
  const isLeft = layout.gathered + share.thread * GATHERED_BYTES;
  let left = from;
  for (let first = from; first < to; first += PARTED_ROWS) {
    const count = Math.min(PARTED_ROWS, to - first);
    kernel.lookUp(rowsAt, first, count, at, table, isLeft);
    const right = to - 1 - (first - left);
    left += kernel.partRows(rowsAt, first, count, isLeft, spare, left, right);
  }
  i32[CONTROL.counts + share.thread] = left - from;
};

/** Rows that are looked up before they are sorted. */
const PARTED_ROWS = 2048;

/** Copies them back to where they belong: all lefts, then all rights. */
const placeRows: Task = (shared, share) => {
  const { layout, kernel, i32 } = shared;
  const first = arg(shared, ARGS.from);
  const [from, to] = stretch(first, arg(shared, ARGS.to), share);
  let lefts = 0;
  let leftsBefore = 0;
  for (let t = 0; t < share.team; t++) {
    const count = i32[CONTROL.counts + t];
    if (t < share.thread) leftsBefore += count;
    lefts += count;
  }
  const rightsBefore = from - first - leftsBefore;
  const own = i32[CONTROL.counts + share.thread];
  kernel.placeRows(layout.spare, from, to, own, layout.rowsAt, first + leftsBefore, first + lefts + rightsBefore);
};

/** Adds each leaf's answer to the scores of its rows; leaves stand in `tree` as start, end (words) and answer (float64). */
const addAnswers: Task = (shared, share) => {
  const { layout, kernel, i32, f64 } = shared;
  const leaves = arg(shared, ARGS.leaves);
  const [from, to] = stretch(0, arg(shared, ARGS.to), share);
  for (let leaf = 0; leaf < leaves; leaf++) {
    const at = layout.tree + leaf * 16;
    const first = Math.max(from, i32[at / 4]);
    const last = Math.min(to, i32[at / 4 + 1]);
    if (first < last) kernel.addAnswer(layout.rowsAt, first, last, layout.scores, f64[at / 8 + 1]);
  }
};

/** Adds to every row's score the leaf it falls into, also to those that were not drawn for the tree. */
const walkTree: Task = (shared, share) => {
  const { layout, kernel } = shared;
  const [from, to] = stretch(0, layout.rows, share);
  kernel.walkRows(from, to, layout.tree, NODE_BYTES, layout.scores);
};

/** The fitting of trees as work for a team. */
export const fitting: Workplace<Plan, Shared> = {
  name: 'fitting',
  module: kernelModule,
  open: openShared,
  tasks: {
    cutColumns,
    fillBlocks,
    countEntries,
    writeEntries,
    takeGradients,
    packGradients,
    sumHistogram,
    findSplits,
    partRows,
    placeRows,
    addAnswers,
    walkTree,
  },
};
