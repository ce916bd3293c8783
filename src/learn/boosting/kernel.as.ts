// The inner loops of boosting, in AssemblyScript: compiled to kernel.wasm by `node scripts/kernel.ts`, which runs on the
// memory that all threads share (layout.ts says where everything lies). Each function does one thread's share of a task.
//
// A row's slope g and curvature h travel in one 64-bit integer, g · 2³² + h: one addition serves both, and because the
// sums are whole numbers they are the same in whatever order the threads take the rows.

/** Bytes between two columns of a thread's own histogram: 256 bins of 8. */
const COLUMN_BYTES: usize = 2048;

// ---------------------------------------------------------------- from values to bins

/** Fills, for each leading 16 bits a float32 can have, the first bin whose values may start with them. 65,537 entries. */
export function prepareLookup(edges: usize, edgeCount: i32, lookup: usize): void {
  let bin = 0;
  for (let lead: u32 = 0; lead < 65536; lead++) {
    const lowest = lead << 16;
    while (bin < edgeCount && orderOf(load<u32>(edges + (<usize>bin << 2))) < lowest) bin++;
    store<u16>(lookup + (<usize>lead << 1), <u16>bin);
  }
  store<u16>(lookup + (65536 << 1), <u16>edgeCount);
}

/** A float32's bits as a number that orders like the float does; −0 and 0 are made one before. */
// @ts-expect-error: decorator
@inline
function orderOf(bits: u32): u32 {
  return bits & 0x80000000 ? ~bits : bits | 0x80000000;
}

/** The bin of each value, `stride` bytes apart: the first whose upper edge is not below it; NaN becomes `missingBin`. */
export function binValues(
  values: usize,
  count: i32,
  edges: usize,
  edgeCount: i32,
  lookup: usize,
  missingBin: i32,
  target: usize,
  stride: usize,
): void {
  for (let i = 0; i < count; i++) {
    const value = load<f32>(values + (<usize>i << 2));
    let bin = missingBin;
    if (value == value) {
      const lead = <usize>(orderOf(reinterpret<u32>(value + 0.0)) >>> 16);
      let low = <i32>load<u16>(lookup + (lead << 1));
      let high = <i32>load<u16>(lookup + (lead << 1) + 2);
      while (low < high) {
        const middle = (low + high) >> 1;
        if (load<f32>(edges + (<usize>middle << 2)) < value) low = middle + 1;
        else high = middle;
      }
      bin = low;
    }
    store<u8>(target, <u8>bin);
    target += stride;
  }
}

// ---------------------------------------------------------------- histograms

// @ts-expect-error: decorator
@inline
function add(histogram: usize, bin: u32, gradients: i64): void {
  const at = histogram + (<usize>bin << 3);
  store<i64>(at, load<i64>(at) + gradients);
}

// @ts-expect-error: decorator
@inline
function addQuad(row: usize, histogram: usize, gradients: i64): void {
  const bins = load<u32>(row);
  add(histogram, bins & 255, gradients);
  add(histogram + COLUMN_BYTES, (bins >>> 8) & 255, gradients);
  add(histogram + 2 * COLUMN_BYTES, (bins >>> 16) & 255, gradients);
  add(histogram + 3 * COLUMN_BYTES, bins >>> 24, gradients);
}

/** Adds the gradients of rows[from … to) to the histograms of a block of 4 · quads columns, which lie row by row. */
export function sumBlock(rows: usize, from: i32, to: i32, packed: usize, block: usize, quads: i32, histogram: usize): void {
  if (quads == 1) sumQuads1(rows, from, to, packed, block, histogram);
  else if (quads == 2) sumQuads2(rows, from, to, packed, block, histogram);
  else if (quads == 3) sumQuads3(rows, from, to, packed, block, histogram);
  else sumQuads4(rows, from, to, packed, block, histogram);
}

function sumQuads1(rows: usize, from: i32, to: i32, packed: usize, block: usize, histogram: usize): void {
  const end = rows + (<usize>to << 2);
  for (let at = rows + (<usize>from << 2); at < end; at += 4) {
    const row = <usize>load<u32>(at);
    addQuad(block + (row << 2), histogram, load<i64>(packed + (row << 3)));
  }
}

function sumQuads2(rows: usize, from: i32, to: i32, packed: usize, block: usize, histogram: usize): void {
  const end = rows + (<usize>to << 2);
  for (let at = rows + (<usize>from << 2); at < end; at += 4) {
    const row = <usize>load<u32>(at);
    const gradients = load<i64>(packed + (row << 3));
    const bins = block + (row << 3);
    addQuad(bins, histogram, gradients);
    addQuad(bins + 4, histogram + 4 * COLUMN_BYTES, gradients);
  }
}

function sumQuads3(rows: usize, from: i32, to: i32, packed: usize, block: usize, histogram: usize): void {
  const end = rows + (<usize>to << 2);
  for (let at = rows + (<usize>from << 2); at < end; at += 4) {
    const row = <usize>load<u32>(at);
    const gradients = load<i64>(packed + (row << 3));
    const bins = block + row * 12;
    addQuad(bins, histogram, gradients);
    addQuad(bins + 4, histogram + 4 * COLUMN_BYTES, gradients);
    addQuad(bins + 8, histogram + 8 * COLUMN_BYTES, gradients);
  }
}

function sumQuads4(rows: usize, from: i32, to: i32, packed: usize, block: usize, histogram: usize): void {
  const end = rows + (<usize>to << 2);
  for (let at = rows + (<usize>from << 2); at < end; at += 4) {
    const row = <usize>load<u32>(at);
    const gradients = load<i64>(packed + (row << 3));
    const bins = block + (row << 4);
    addQuad(bins, histogram, gradients);
    addQuad(bins + 4, histogram + 4 * COLUMN_BYTES, gradients);
    addQuad(bins + 8, histogram + 8 * COLUMN_BYTES, gradients);
    addQuad(bins + 12, histogram + 12 * COLUMN_BYTES, gradients);
  }
}

/**
 * The same for sparse columns: of each row only the entries (column · 256 + bin) that are not the column's commonest bin
 * are stored, and only they are added; `finishColumn` works out the commonest bin.
 */
export function sumSparse(rows: usize, from: i32, to: i32, packed: usize, starts: usize, entries: usize, histogram: usize): void {
  const end = rows + (<usize>to << 2);
  for (let at = rows + (<usize>from << 2); at < end; at += 4) {
    const row = <usize>load<u32>(at);
    const first = load<u32>(starts + (row << 2));
    const last = load<u32>(starts + (row << 2) + 4);
    if (first == last) continue;
    const gradients = load<i64>(packed + (row << 3));
    const stop = entries + (<usize>last << 1);
    for (let entry = entries + (<usize>first << 1); entry < stop; entry += 2) {
      add(histogram, <u32>load<u16>(entry), gradients);
    }
  }
}

/** Adds the gradients of rows[from … to) to the number at `target`. */
export function sumRows(rows: usize, from: i32, to: i32, packed: usize, target: usize): void {
  let sum = load<i64>(target);
  const end = rows + (<usize>to << 2);
  for (let at = rows + (<usize>from << 2); at < end; at += 4) sum += load<i64>(packed + (<usize>load<u32>(at) << 3));
  store<i64>(target, sum);
}

/**
 * Gathers one column's histogram from `parts` threads (`partBytes` apart), clears theirs, and writes it to `target`. With
 * `commonest` ≥ 0 that bin gets what is missing from the number at `total`. With `larger` ≠ 0, where the parent's histogram lies, the
 * sum is taken off there, which leaves the sibling's.
 */
export function finishColumn(
  part: usize,
  parts: i32,
  partBytes: usize,
  bins: i32,
  commonest: i32,
  total: usize,
  target: usize,
  larger: usize,
): void {
  const zero = i64x2.splat(0);
  const bytes = ((<usize>bins + 1) & ~1) << 3;
  for (let at: usize = 0; at < bytes; at += 16) {
    let sum = v128.load(part + at);
    v128.store(part + at, zero);
    for (let p = 1; p < parts; p++) {
      const other = part + <usize>p * partBytes + at;
      sum = i64x2.add(sum, v128.load(other));
      v128.store(other, zero);
    }
    v128.store(target + at, sum);
  }
  if (commonest >= 0) {
    let rest = load<i64>(total);
    for (let bin = 0; bin < bins; bin++) rest -= load<i64>(target + (<usize>bin << 3));
    store<i64>(target + (<usize>commonest << 3), rest);
  }
  if (larger == 0) return;
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(larger + at, i64x2.sub(v128.load(larger + at), v128.load(target + at)));
  }
}

// ---------------------------------------------------------------- splits

// Where `findSplit` reads its limits and writes what it found; layout.ts names the same places.
const SCALE_G: usize = 0;
const SCALE_H: usize = 8;
const L1: usize = 16;
const L2: usize = 24;
const MIN_CHILD: usize = 32;
const LOWEST: usize = 40;
const HIGHEST: usize = 48;
const PARENT_LOSS: usize = 56;
const TOTAL: usize = 64;
const BEST_GAIN: usize = 72;
const BEST_COLUMN: usize = 80;
const BEST_BIN: usize = 84;
const BEST_MISSING_LEFT: usize = 88;
const BEST_LEFT: usize = 96;

/**
 * Tries every edge of one column, with the missing values right and, where there are any, left; keeps the split in `found`
 * if it gains more than what stands there. `direction` 1 or −1 asks that the answers rise or fall with the column.
 */
export function findSplit(found: usize, histogram: usize, bins: i32, missingBin: i32, column: i32, direction: i32): void {
  const total = load<i64>(found, TOTAL);
  const missing = missingBin < 0 ? 0 : load<i64>(histogram + (<usize>missingBin << 3));
  scanEdges(found, histogram, bins, 0, 0, total, column, direction);
  if (missing != 0) scanEdges(found, histogram, bins, missing, 1, total, column, direction);
  else if (load<i32>(found + BEST_COLUMN) == column) {
    // With nothing missing here, a later missing value goes with the greater number.
    const left = load<i64>(found + BEST_LEFT);
    store<i32>(found + BEST_MISSING_LEFT, <u32>left > <u32>(total - left) ? 1 : 0);
  }
}

// @ts-expect-error: decorator
@inline
function scanEdges(found: usize, histogram: usize, bins: i32, start: i64, missingLeft: i32, total: i64, column: i32, direction: i32): void {
  const scaleG = f64x2.splat(load<f64>(found, SCALE_G));
  const scaleH = f64x2.splat(load<f64>(found, SCALE_H));
  const l1 = f64x2.splat(load<f64>(found, L1));
  const minusL1 = f64x2.neg(l1);
  const l2 = f64x2.splat(load<f64>(found, L2));
  const least = f64x2.splat(load<f64>(found, MIN_CHILD));
  const lowest = f64x2.splat(load<f64>(found, LOWEST));
  const highest = f64x2.splat(load<f64>(found, HIGHEST));
  const half = f64x2.splat(0.5);
  const parent = load<f64>(found, PARENT_LOSS);
  let best = load<f64>(found, BEST_GAIN);
  let left = start;
  for (let bin = 0; bin < bins; bin++) {
    const here = load<i64>(histogram + (<usize>bin << 3));
    if (here == 0) continue;
    left += here;
    // Lanes: slope and curvature of the left side, of the right side.
    const both = i64x2.replace_lane(i64x2.splat(left), 1, total - left);
    const g = f64x2.mul(f64x2.convert_low_i32x4_s(i8x16.shuffle(both, both, 4, 5, 6, 7, 12, 13, 14, 15, 0, 1, 2, 3, 8, 9, 10, 11)), scaleG);
    const h = f64x2.mul(f64x2.convert_low_i32x4_u(i8x16.shuffle(both, both, 0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15)), scaleH);
    if (!i64x2.all_true(f64x2.ge(h, least))) continue;
    const pull = f64x2.sub(g, f64x2.min(f64x2.max(g, minusL1), l1));
    const spread = f64x2.add(h, l2);
    const answer = f64x2.min(f64x2.max(f64x2.div(f64x2.neg(pull), spread), lowest), highest);
    // What is left of the loss on each side: pull · answer + ½ · spread · answer².
    const loss = f64x2.mul(answer, f64x2.add(pull, f64x2.mul(half, f64x2.mul(spread, answer))));
    const gain = parent - (f64x2.extract_lane(loss, 0) + f64x2.extract_lane(loss, 1));
    if (!(gain > best)) continue;
    if (direction != 0 && <f64>direction * (f64x2.extract_lane(answer, 1) - f64x2.extract_lane(answer, 0)) < 0) continue;
    best = gain;
    store<f64>(found, gain, BEST_GAIN);
    store<i32>(found, column, BEST_COLUMN);
    store<i32>(found, bin, BEST_BIN);
    store<i32>(found, missingLeft, BEST_MISSING_LEFT);
    store<i64>(found, left, BEST_LEFT);
  }
}

// ---------------------------------------------------------------- rows into leaves

/** Sorts rows[from … to) into `spare`: those whose bin goes left from the front, the others from the back, backwards. */
export function partBlock(rows: usize, from: i32, to: i32, bins: usize, stride: usize, goesLeft: usize, spare: usize): i32 {
  let left = spare + (<usize>from << 2);
  let right = spare + (<usize>to << 2) - 4;
  const first = left;
  const end = rows + (<usize>to << 2);
  for (let at = rows + (<usize>from << 2); at < end; at += 4) {
    const row = load<u32>(at);
    const isLeft = <usize>load<u8>(goesLeft + <usize>load<u8>(bins + <usize>row * stride));
    // Each row is written to both ends and counted at one: no branch for the processor to guess.
    store<u32>(left, row);
    store<u32>(right, row);
    left += isLeft << 2;
    right -= (1 - isLeft) << 2;
  }
  return <i32>((left - first) >> 2);
}

/** The same by a sparse column, whose entries start at `base` = 256 · column. */
export function partSparse(
  rows: usize,
  from: i32,
  to: i32,
  starts: usize,
  entries: usize,
  base: u32,
  commonest: u32,
  goesLeft: usize,
  spare: usize,
): i32 {
  let left = spare + (<usize>from << 2);
  let right = spare + (<usize>to << 2) - 4;
  const first = left;
  const end = rows + (<usize>to << 2);
  for (let at = rows + (<usize>from << 2); at < end; at += 4) {
    const row = load<u32>(at);
    const bin = sparseBin(starts + (<usize>row << 2), entries, base, commonest);
    const isLeft = <usize>load<u8>(goesLeft + <usize>bin);
    store<u32>(left, row);
    store<u32>(right, row);
    left += isLeft << 2;
    right -= (1 - isLeft) << 2;
  }
  return <i32>((left - first) >> 2);
}

// @ts-expect-error: decorator
@inline
function sparseBin(start: usize, entries: usize, base: u32, commonest: u32): u32 {
  const stop = entries + (<usize>load<u32>(start + 4) << 1);
  for (let entry = entries + (<usize>load<u32>(start) << 1); entry < stop; entry += 2) {
    const offset = <u32>load<u16>(entry) - base;
    if (offset < 256) return offset;
  }
  return commonest;
}

/** Copies a thread's lefts and rights from `spare` to where they belong; its rights stand backwards. */
export function placeRows(spare: usize, from: i32, to: i32, lefts: i32, rows: usize, leftAt: i32, rightAt: i32): void {
  memory.copy(rows + (<usize>leftAt << 2), spare + (<usize>from << 2), <usize>lefts << 2);
  let target = rows + (<usize>rightAt << 2);
  const last = spare + (<usize>(from + lefts) << 2);
  for (let at = spare + (<usize>to << 2) - 4; at >= last; at -= 4) {
    store<u32>(target, load<u32>(at));
    target += 4;
  }
}

/** Adds a leaf's answer to the scores of rows[from … to). */
export function addAnswer(rows: usize, from: i32, to: i32, scores: usize, answer: f64): void {
  const end = rows + (<usize>to << 2);
  for (let at = rows + (<usize>from << 2); at < end; at += 4) {
    const score = scores + (<usize>load<u32>(at) << 2);
    store<f32>(score, <f32>(<f64>load<f32>(score) + answer));
  }
}

/**
 * Adds to the scores of rows from … to the answer of the leaf each falls into, asking bins. A node is six 32-bit words:
 * bins of its column (0 at a leaf), bytes between rows (0 for a sparse column), 256 · column and commonest bin of a sparse
 * one, left child, right child; then a table of 256 bytes, 1 where a bin goes left, or the leaf's answer as a float64.
 */
export function walkRows(from: i32, to: i32, nodes: usize, nodeBytes: usize, starts: usize, entries: usize, scores: usize): void {
  for (let row = <usize>from; row < <usize>to; row++) {
    let node = nodes;
    let bins = <usize>load<u32>(node);
    while (bins != 0) {
      const stride = <usize>load<u32>(node, 4);
      const bin =
        stride != 0
          ? <u32>load<u8>(bins + row * stride)
          : sparseBin(starts + (row << 2), entries, load<u32>(node, 8), load<u32>(node, 12));
      node = nodes + <usize>(load<u8>(node + <usize>bin, 24) ? load<u32>(node, 16) : load<u32>(node, 20)) * nodeBytes;
      bins = <usize>load<u32>(node);
    }
    const score = scores + (row << 2);
    store<f32>(score, <f32>(<f64>load<f32>(score) + load<f64>(node, 24)));
  }
}
