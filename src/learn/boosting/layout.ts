// Where everything lies in the memory that the threads share while a model is fitted. Columns of many different values lie
// as bytes, up to 32 side by side ("a block"), so that a row's bins come with a line or two of the cache. Of sparse columns
// only the values other than the commonest are kept, row by row; this does for one-hot and count columns what bundling
// exclusive features does (Ke et al. 2017), without a search.
import { BIN_BYTES, BLOCK_COLUMNS, COLUMN_PART, type Plan, placesFrom, SLOT_BUDGET, SUMMARY } from './plan.ts';

/** What one column is, for the threads. Addresses are bytes from the start of the memory. */
export type ColumnPlace = {
  /** Bins of known values; the missing one, where there are missing values, comes after them. */
  bins: number;
  missingBin: number;
  categorical: boolean;
  /** The bin of rare categories, which always goes right; −1 where there is none. */
  otherBin: number;
  /** 1 or −1 where the answer may only rise or only fall with the column, else 0. */
  direction: number;
  /** Where its bins lie one after the other; of a dense column also where in a block, `stride` bytes apart, else 0. */
  at: number;
  inBlock: number;
  stride: number;
  /** Sparse: where the column's entries start counting, and the bin that is not stored. −1 when dense. */
  base: number;
  commonest: number;
  /** Where its histogram starts in that of a thread, and in that of a leaf. */
  part: number;
  slot: number;
};

export type Block = { at: number; quads: number; part: number };

export type Layout = Plan & {
  columns: ColumnPlace[];
  blocks: Block[];
  /** Sparse columns: first entry of each row, the entries, and their part of a thread's histogram. */
  sparse: { starts: number; entries: number; part: number } | undefined;
  /** Per thread: its histogram, and where it writes the two splits it found. */
  parts: number;
  partBytes: number;
  found: number;
  /** Per thread: gathered gradients (int64) and bins (32 bytes a row). */
  gathered: number;
  /** Per leaf in the making: its histogram. */
  slots: number;
  slotBytes: number;
  slotCount: number;
  /** Per CHUNK rows: Σ|g| and Σh (float64). */
  sums: number;
  /** One byte per column: whether it may be asked. */
  allowed: number;
  /** One byte per bin: whether it goes left. */
  table: number;
  /** Leaves of a grown tree, or its nodes as `walkRows` wants them. */
  tree: number;
};

/** Rows whose gradients are summed together, whoever does it: the sums must not depend on the number of threads. */
export const CHUNK = 8192;
/** Rows whose gradients and bins a thread gathers before it adds them up. */
export const GATHERED_ROWS = 256;
export const GATHERED_ROW_BYTES = 32;
/** Of a row's sparse entries the first four, and where all of them lie. */
const GATHERED_SPARSE_BYTES = 16;
export const GATHERED_BYTES = GATHERED_ROWS * (8 + GATHERED_ROW_BYTES + GATHERED_SPARSE_BYTES);

/** What `findSplit` reads and writes, as offsets in bytes; kernel.as.ts names the same places. */
export const FOUND = {
  scaleG: 0,
  scaleH: 8,
  l1: 16,
  l2: 24,
  minChild: 32,
  lowest: 40,
  highest: 48,
  parentLoss: 56,
  total: 64,
  gain: 72,
  column: 80,
  bin: 84,
  missingLeft: 88,
  left: 96,
  /** Categories: 256 bits, and the two regularisers of a categorical split. */
  set: 104,
  categoryL2: 136,
  categorySmoothing: 144,
  bytes: 160,
} as const;

/** Bytes of a node for `walkRows`. */
export const NODE_BYTES = 16 + 256;

/** A column whose commonest bin holds this share of the rows can be sparse. */
const SPARSE_FROM = 0.8;
const SPARSE_AT_LEAST = 4;
/** With the bins behind the last one, their numbers fit 16 bits. */
const SPARSE_AT_MOST = 255;

/** Finds a place for everything else, once each column has a summary (32-bit words). */
export function layOut(plan: Plan, summaries: Int32Array): Layout {
  const { rows, threads, maxLeaves } = plan;
  const { take } = placesFrom(plan.rest);
  const columns = Array.from({ length: plan.columnCount }, (_, c) =>
    summaries.subarray(c * SUMMARY.words, (c + 1) * SUMMARY.words),
  );
  const sparse = sparseAmong(columns, rows);
  const places = columns.map((summary, c) => placeOf(summary, plan.columnsAt + c * plan.columnBytes));
  const dense = columns.map((_, c) => c).filter((c) => !sparse.includes(c));
  const blocks: Block[] = [];
  for (let first = 0; first < dense.length; first += BLOCK_COLUMNS) {
    const members = dense.slice(first, first + BLOCK_COLUMNS);
    const quads = Math.ceil(members.length / 4);
    const at = take(rows * quads * 4);
    blocks.push({ at, quads, part: first * COLUMN_PART });
    members.forEach((c, lane) => {
      const part = (first + lane) * COLUMN_PART;
      Object.assign(places[c], { inBlock: at + lane, stride: quads * 4, part });
    });
  }
  const sparsePart = blocks.length * BLOCK_COLUMNS * COLUMN_PART;
  sparse.forEach((c, i) => {
    places[c].base = i * 256;
    places[c].commonest = columns[c][SUMMARY.commonest];
    places[c].part = sparsePart + i * COLUMN_PART;
  });
  // At most: each row's entries come in whole fours, one at least. What is not written takes no memory.
  const entries = sparse.reduce((sum, c) => sum + rows - columns[c][SUMMARY.commonestRows], 4 * rows);
  const sparsePlace =
    sparse.length === 0 ? undefined : { starts: take((rows + 1) * 4), entries: take(entries * 2), part: sparsePart };
  let slotBytes = 0;
  for (const place of places) {
    place.slot = slotBytes;
    // Room for an even number of bins: they are moved in pairs.
    slotBytes += (place.bins + Number(place.missingBin >= 0) + 1) * BIN_BYTES;
    slotBytes = Math.ceil(slotBytes / 16) * 16;
  }
  const slotCount = Math.min(maxLeaves + 1, Math.max(4, Math.floor(SLOT_BUDGET / Math.max(1, slotBytes))));
  const partBytes = sparsePart + (sparse.length === 0 ? 0 : sparse.length + 1) * COLUMN_PART;
  return {
    ...plan,
    columns: places,
    blocks,
    sparse: sparsePlace,
    parts: take(partBytes * threads),
    partBytes,
    found: take(FOUND.bytes * 2 * threads),
    gathered: take(GATHERED_BYTES * threads),
    slots: take(slotBytes * slotCount),
    slotBytes,
    slotCount,
    sums: take(Math.ceil(rows / CHUNK) * 16),
    allowed: take(columns.length),
    table: take(256),
    tree: take(NODE_BYTES * 2 * maxLeaves),
  };
}

function placeOf(summary: Int32Array, at: number): ColumnPlace {
  const bins = summary[SUMMARY.bins];
  return {
    bins,
    missingBin: summary[SUMMARY.hasMissing] === 1 ? bins : -1,
    categorical: summary[SUMMARY.categorical] === 1,
    otherBin: summary[SUMMARY.otherBin],
    direction: summary[SUMMARY.direction],
    at,
    inBlock: 0,
    stride: 0,
    base: -1,
    commonest: -1,
    part: 0,
    slot: 0,
  };
}

function sparseAmong(columns: readonly Int32Array[], rows: number): number[] {
  const commonestRows = (c: number) => columns[c][SUMMARY.commonestRows];
  const byShare = columns
    .map((_, c) => c)
    .filter((c) => commonestRows(c) >= SPARSE_FROM * rows)
    .sort((a, b) => commonestRows(b) - commonestRows(a) || a - b);
  return byShare.length < SPARSE_AT_LEAST ? [] : byShare.slice(0, SPARSE_AT_MOST).sort((a, b) => a - b);
}
