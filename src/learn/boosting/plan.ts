// What can be said of the memory of a fit before its columns have been looked at: arrays of the rows, the bins column by
// column, and for each column a summary that the threads write while they cut it. From the summaries every thread works
// out the rest of the layout for itself (layout.ts).
import { CONTROL_BYTES } from '../team/team.ts';

/** Addresses are bytes from the start of the memory. */
export type Plan = Extent & {
  /** Enough for whatever the columns turn out to be; what is not written takes no memory. */
  bytes: number;
  /** Per column SUMMARY.words 32-bit words, and the upper edges of its bins. */
  summaries: number;
  edges: number;
  /** Per thread: the lookup made of one column's edges, and how many rows are in each of its bins. */
  lookups: number;
  /** Per row: number (uint32) twice, gradients (int64), score and outcome and weight (float32). */
  rowsAt: number;
  spare: number;
  packed: number;
  scores: number;
  outcomes: number;
  weights: number;
  /** The bins of each column one after the other, `columnBytes` apart. */
  columnsAt: number;
  columnBytes: number;
  /** From here on lies what depends on the columns. */
  rest: number;
};

export type Extent = {
  rows: number;
  columnCount: number;
  threads: number;
  maxLeaves: number;
  maxBins: number;
  weighted: boolean;
};

/** Places of a column's summary, as 32-bit words. */
export const SUMMARY = {
  /** Bins of known values; the missing one, where there are missing values, comes after them. */
  bins: 0,
  hasMissing: 1,
  /** The bin that most rows are in, and how many. */
  commonest: 2,
  commonestRows: 3,
  categorical: 4,
  /** The bin of rare categories, or −1. */
  otherBin: 5,
  /** 1 or −1 where the answer may only rise or only fall with the column, else 0. */
  direction: 6,
  /** Whether it holds an infinite value, so that nothing can be learned. */
  isInfinite: 7,
  words: 8,
} as const;

export const EDGE_BYTES = 1024;
export const LOOKUP_BYTES = 65_536 * 2 + 64;
export const COUNT_BYTES = 4 * 256 * 4;
/** Columns that are cut at a time: the arrays of rows have room for so many. */
export const STAGED_AT_MOST = 6;

/** Bytes of a thread's histogram per column, and of a leaf's histogram per bin. */
export const COLUMN_PART = 2048;
export const BIN_BYTES = 8;
export const BLOCK_COLUMNS = 32;
/** Histograms of open leaves may take this much; beyond it some are summed again when needed. */
export const SLOT_BUDGET = 256 * 2 ** 20;
const THREAD_BYTES = 65_536;

/** Hands out places one after the other. */
export function placesFrom(start: number) {
  let top = start;
  return {
    take(bytes: number): number {
      const at = Math.ceil(top / 64) * 64;
      top = at + bytes;
      return at;
    },
    top: () => top,
  };
}

/** Finds a place for what every fit needs. */
export function planMemory(extent: Extent): Plan {
  const { rows, columnCount, threads, weighted } = extent;
  const { take, top } = placesFrom(CONTROL_BYTES);
  const summaries = take(columnCount * SUMMARY.words * 4);
  const edges = take(columnCount * EDGE_BYTES);
  const lookups = take((LOOKUP_BYTES + COUNT_BYTES) * threads);
  // The arrays of rows lie together: before training they stage the values of the columns.
  const rowsAt = take(rows * 4);
  const spare = take(rows * 4);
  // Four rows are differentiated at a time, so the last may run over by three.
  const packed = take((rows + 3) * 8);
  const scores = take(rows * 4);
  const outcomes = take(rows * 4);
  const weights = weighted ? take(rows * 4) : 0;
  const columnBytes = Math.ceil(rows / 64) * 64;
  const columnsAt = take(columnBytes * columnCount);
  const rest = top();
  const bytes = rest + mostOf(extent);
  return {
    ...extent,
    bytes,
    summaries,
    edges,
    lookups,
    rowsAt,
    spare,
    packed,
    scores,
    outcomes,
    weights,
    columnsAt,
    columnBytes,
    rest,
  };
}

/** What `layOut` takes at most, whatever the columns are. */
function mostOf({ rows, columnCount, threads, maxLeaves, maxBins }: Extent): number {
  const blocks = rows * Math.ceil(columnCount / 4) * 4;
  // A sparse column's entries are fewer than its bins would be; each row has a start, and up to four entries to fill up.
  const sparse = rows * (4 + 8);
  const slot = columnCount * (maxBins + 4) * BIN_BYTES;
  const slots = Math.min((maxLeaves + 1) * slot, Math.max(SLOT_BUDGET, 4 * slot));
  const parts = (2 * columnCount + BLOCK_COLUMNS + 1) * COLUMN_PART * threads;
  const ofEachLeaf = 1024 * maxLeaves;
  return blocks + sparse + slots + parts + ofEachLeaf + rows + columnCount * 128 + THREAD_BYTES * threads + 2 ** 20;
}
