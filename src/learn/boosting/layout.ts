// Where everything lies in the memory that the threads share while a model is fitted. Columns of many different values lie
// as bytes, up to 32 side by side ("a block"), so that a row's bins come with a line or two of the cache. Of sparse columns
// only the values other than the commonest are kept, row by row; this does for one-hot and count columns what bundling
// exclusive features does (Ke et al. 2017), without a search.
import { CONTROL_BYTES } from '../team/team.ts';
import type { ColumnBins } from './columnBins.ts';

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

export type Layout = {
  bytes: number;
  rows: number;
  weighted: boolean;
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
  /** Per row: number (uint32) twice, gradients (int64), score and outcome and weight (float32). */
  rowsAt: number;
  spare: number;
  packed: number;
  scores: number;
  outcomes: number;
  weights: number;
  /** Per CHUNK rows: Σ|g| and Σh (float64). */
  sums: number;
  /** One byte per column: whether it may be asked. */
  allowed: number;
  /** One byte per bin: whether it goes left. */
  table: number;
  /** Leaves of a grown tree, or its nodes as `walkRows` wants them. */
  tree: number;
  /** Edges of the columns being binned; per thread the lookup made of one column's. */
  edges: number;
  lookups: number;
};

/** Rows whose gradients are summed together, whoever does it: the sums must not depend on the number of threads. */
export const CHUNK = 8192;
export const COLUMN_PART = 2048;
/** Rows whose gradients and bins a thread gathers before it adds them up. */
export const GATHERED_ROWS = 256;
export const GATHERED_BYTES = GATHERED_ROWS * (8 + 32);
export const LOOKUP_BYTES = 65_536 * 2 + 16;
/** Columns that are binned at a time: the arrays of rows have room for so many. */
export const STAGED_AT_MOST = 5;
export const EDGE_BYTES = 1024;

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

export type Extent = { rows: number; threads: number; maxLeaves: number; weighted: boolean; directions: Int8Array };

/** Histograms of open leaves may take this much; beyond it some are summed again when needed. */
const SLOT_BUDGET = 256 * 2 ** 20;
/** A column whose commonest bin holds this share of the rows can be sparse. */
const SPARSE_FROM = 0.8;
const SPARSE_AT_LEAST = 4;
const BLOCK_COLUMNS = 32;
/** With the bins behind the last one, their numbers fit 16 bits. */
const SPARSE_AT_MOST = 255;

/** Finds a place for everything. */
export function layOut(columns: readonly ColumnBins[], extent: Extent): Layout {
  const { rows, threads, maxLeaves } = extent;
  let top = CONTROL_BYTES;
  const take = (bytes: number, alignment = 64) => {
    const at = Math.ceil(top / alignment) * alignment;
    top = at + bytes;
    return at;
  };
  const sparse = sparseAmong(columns, rows);
  const dense = columns.map((_, c) => c).filter((c) => !sparse.includes(c));
  const places = columns.map((column, c) => placeOf(column, extent.directions[c]));
  // The five arrays of rows lie together: before training they stage the values of the columns.
  const rowsAt = take(rows * 4);
  const spare = take(rows * 4);
  // Four rows are differentiated at a time, so the last may run over by three.
  const packed = take((rows + 3) * 8);
  const scores = take(rows * 4);
  const outcomes = take(rows * 4);
  const weights = extent.weighted ? take(rows * 4) : 0;
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
  for (const place of places) place.at = take(rows);
  const sparsePart = blocks.length * BLOCK_COLUMNS * COLUMN_PART;
  sparse.forEach((c, i) => {
    places[c].base = i * 256;
    places[c].commonest = columns[c].commonest;
    places[c].part = sparsePart + i * COLUMN_PART;
  });
  // At most: each row's entries come in whole fours. What is not written takes no memory.
  const entries = sparse.reduce((sum, c) => sum + rows - columns[c].commonestRows, 3 * rows);
  const sparsePlace =
    sparse.length === 0 ? undefined : { starts: take((rows + 1) * 4), entries: take(entries * 2), part: sparsePart };
  let slotBytes = 0;
  for (const place of places) {
    place.slot = slotBytes;
    // Room for an even number of bins: they are moved in pairs.
    slotBytes += (place.bins + Number(place.missingBin >= 0) + 1) * 8;
    slotBytes = Math.ceil(slotBytes / 16) * 16;
  }
  const slotCount = Math.min(maxLeaves + 1, Math.max(4, Math.floor(SLOT_BUDGET / Math.max(1, slotBytes))));
  const partBytes = sparsePart + (sparse.length === 0 ? 0 : sparse.length + 1) * COLUMN_PART;
  const layout = {
    rows,
    weighted: extent.weighted,
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
    rowsAt,
    spare,
    packed,
    scores,
    outcomes,
    weights,
    sums: take(Math.ceil(rows / CHUNK) * 16),
    allowed: take(columns.length),
    table: take(256),
    tree: take(NODE_BYTES * 2 * maxLeaves),
    edges: take(STAGED_AT_MOST * EDGE_BYTES),
    lookups: take(LOOKUP_BYTES * threads),
  };
  return { ...layout, bytes: top };
}

function placeOf({ bins, hasMissing, categories }: ColumnBins, direction: number): ColumnPlace {
  return {
    bins,
    missingBin: hasMissing ? bins : -1,
    categorical: categories !== undefined,
    otherBin: categories?.otherBin ?? -1,
    direction,
    at: 0,
    inBlock: 0,
    stride: 0,
    base: -1,
    commonest: -1,
    part: 0,
    slot: 0,
  };
}

function sparseAmong(columns: readonly ColumnBins[], rows: number): number[] {
  const byShare = columns
    .map((_, c) => c)
    .filter((c) => columns[c].commonestRows >= SPARSE_FROM * rows)
    .sort((a, b) => columns[b].commonestRows - columns[a].commonestRows || a - b);
  return byShare.length < SPARSE_AT_LEAST ? [] : byShare.slice(0, SPARSE_AT_MOST).sort((a, b) => a - b);
}
