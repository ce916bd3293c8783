// The inner loops of boosting, in AssemblyScript: compiled to kernel.wasm by `node scripts/kernels.ts`, which runs on the
// memory that all threads share (layout.ts says where everything lies). Each function does one thread's share of a task.
//
// A row's slope g and curvature h travel in one 64-bit integer, g · 2³² + h: one addition serves both, and because the
// sums are whole numbers they are the same in whatever order the threads take the rows.

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
@inline
function orderOf(bits: u32): u32 {
  return bits & 0x80000000 ? ~bits : bits | 0x80000000;
}

/**
 * The bin of each value: the first whose upper edge is not below it; NaN becomes `missingBin`. Answers whether a value was
 * infinite.
 */
export function binValues(
  values: usize,
  count: i32,
  edges: usize,
  lookup: usize,
  missingBin: i32,
  target: usize,
): bool {
  let isInfinite = false;
  for (let i = 0; i < count; i++) {
    const value = load<f32>(values + (<usize>i << 2));
    let bin = missingBin;
    if (value == value) {
      if (abs(value) == <f32>Infinity) isInfinite = true;
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
    store<u8>(target + i, <u8>bin);
  }
  return isInfinite;
}

/** Counts how many of `count` bytes are each of the 256 there are, as 32-bit numbers; has room for four such lists there. */
export function countBins(bins: usize, count: i32, counts: usize): void {
  memory.fill(counts, 0, 4096);
  const end = bins + count;
  let at = bins;
  // Four lists in turn: equal neighbours do not wait for one another's sum.
  for (; at + 4 <= end; at += 4) {
    countOne(counts, load<u8>(at));
    countOne(counts + 1024, load<u8>(at, 1));
    countOne(counts + 2048, load<u8>(at, 2));
    countOne(counts + 3072, load<u8>(at, 3));
  }
  for (; at < end; at++) countOne(counts, load<u8>(at));
  for (let bin: usize = 0; bin < 1024; bin += 16) {
    const sum = i32x4.add(v128.load(counts + bin), v128.load(counts + bin, 1024));
    const others = i32x4.add(v128.load(counts + bin, 2048), v128.load(counts + bin, 3072));
    v128.store(counts + bin, i32x4.add(sum, others));
  }
}

@inline
function countOne(counts: usize, bin: u32): void {
  const at = counts + (<usize>bin << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Copies the bins of rows from … to of one column to its place in a block, where rows lie `stride` bytes apart. */
export function placeInBlock(column: usize, from: i32, to: i32, target: usize, stride: usize): void {
  let at = target + <usize>from * stride;
  const end = column + to;
  for (let source = column + from; source < end; source++, at += stride) store<u8>(at, load<u8>(source));
}

// ---------------------------------------------------------------- gradients

// Slope and curvature of a row are two float32, side by side, until they are packed into whole numbers.

/** Of the log loss: p − y and p · (1 − p), where p is the score's probability. Rows go four at a time, the last ones over. */
export function differentiateBinary(scores: usize, y: usize, from: i32, to: i32, gradients: usize): void {
  const one = f32x4.splat(1);
  for (let r = <usize>from << 2; r < <usize>to << 2; r += 16) {
    const p = f32x4.div(one, f32x4.add(one, exponential(f32x4.neg(v128.load(scores + r)))));
    const slope = f32x4.sub(p, v128.load(y + r));
    const curvature = f32x4.mul(p, f32x4.sub(one, p));
    const at = gradients + (r << 1);
    v128.store(at, i8x16.shuffle(slope, curvature, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23));
    v128.store(at, i8x16.shuffle(slope, curvature, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31), 16);
  }
}

/** eˣ to float32's own precision for x within ±87, clipped beyond: 2ⁿ · e^f with |f| ≤ ½ ln 2, the latter by its series. */
@inline
function exponential(given: v128): v128 {
  const x = f32x4.max(f32x4.min(given, f32x4.splat(87)), f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  // ln 2 in two parts, so that the difference keeps its digits.
  const f = f32x4.sub(f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))), f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let sum = f32x4.splat(1.0 / 5040);
  sum = f32x4.add(f32x4.mul(sum, f), f32x4.splat(1.0 / 720));
  sum = f32x4.add(f32x4.mul(sum, f), f32x4.splat(1.0 / 120));
  sum = f32x4.add(f32x4.mul(sum, f), f32x4.splat(1.0 / 24));
  sum = f32x4.add(f32x4.mul(sum, f), f32x4.splat(1.0 / 6));
  sum = f32x4.add(f32x4.mul(sum, f), f32x4.splat(0.5));
  sum = f32x4.add(f32x4.mul(sum, f), f32x4.splat(1));
  sum = f32x4.add(f32x4.mul(sum, f), f32x4.splat(1));
  return f32x4.mul(sum, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23));
}

/** Multiplies slope and curvature of rows from … to by the rows' weights. */
export function weighGradients(gradients: usize, weights: usize, from: i32, to: i32): void {
  for (let r = <usize>from; r < <usize>to; r++) {
    const at = gradients + (r << 3);
    const weight = load<f32>(weights + (r << 2));
    store<f32>(at, load<f32>(at) * weight);
    store<f32>(at, load<f32>(at, 4) * weight, 4);
  }
}

/** Writes Σ|slope| and Σ curvature of rows from … to as two float64. */
export function sumGradients(gradients: usize, from: i32, to: i32, target: usize): void {
  let sum = f64x2.splat(0);
  const end = gradients + (<usize>to << 3);
  // Curvature is not negative, so both lose their sign alike.
  for (let at = gradients + (<usize>from << 3); at < end; at += 8) {
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(f32x4.abs(v128.load64_zero(at))));
  }
  v128.store(target, sum);
}

/**
 * Makes whole numbers of slope and curvature of rows[from … to), in place, and writes their sums as two float64. A row's
 * fraction is rounded up where it passes a threshold that turns by `turn` from row to row. `isEvery` fills the list of rows.
 */
export function packRows(
  rows: usize,
  from: i32,
  to: i32,
  isEvery: bool,
  packed: usize,
  perG: f64,
  perH: f64,
  dither: f64,
  turn: f64,
  sums: usize,
): void {
  const per = f64x2.replace_lane(f64x2.splat(perG), 1, perH);
  let sum = f64x2.splat(0);
  for (let i = from; i < to; i++) {
    const place = rows + (<usize>i << 2);
    if (isEvery) store<i32>(place, i);
    const row = load<u32>(place);
    const at = packed + (<usize>row << 3);
    const turned = dither + <f64>row * turn;
    const fraction = f64x2.splat(turned - floor(turned));
    const steps = f64x2.floor(f64x2.add(f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(at)), per), fraction));
    sum = f64x2.add(sum, steps);
    // A whole number added to this one stands in its low 32 bits, a negative one as its complement.
    const bits = f64x2.add(steps, f64x2.splat(6755399441055744));
    v128.store64_lane(at, i8x16.shuffle(bits, bits, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3), 0);
  }
  v128.store(sums, sum);
}

// ---------------------------------------------------------------- histograms

// Rows of a deep leaf lie far apart, and each is a wait for memory. So some hundred rows are first copied together, in a
// loop so short that the processor has many of them under way at once, and then added up from the nearest cache.

/** Copies the gradients of `count` rows, from rows[from] on, next to each other. */
export function gatherGradients(rows: usize, from: i32, count: i32, packed: usize, target: usize): void {
  const end = rows + (<usize>(from + count) << 2);
  for (let at = rows + (<usize>from << 2); at < end; at += 4) {
    store<i64>(target, load<i64>(packed + (<usize>load<u32>(at) << 3)));
    target += 8;
  }
}

/** Copies the bins of `count` rows in a block of at most 32 columns next to each other, 32 bytes a row. */
export function gatherBins(rows: usize, from: i32, count: i32, block: usize, stride: i32, target: usize): void {
  const end = rows + (<usize>(from + count) << 2);
  if (stride <= 16) {
    for (let at = rows + (<usize>from << 2); at < end; at += 4, target += 32) {
      v128.store(target, v128.load(block + <usize>load<u32>(at) * stride));
    }
    return;
  }
  for (let at = rows + (<usize>from << 2); at < end; at += 4, target += 32) {
    const row = block + <usize>load<u32>(at) * stride;
    v128.store(target, v128.load(row));
    v128.store(target, v128.load(row, 16), 16);
  }
}

@inline
function add(histogram: usize, bin: u32, gradients: i64): void {
  const at = histogram + (<usize>bin << 3);
  store<i64>(at, load<i64>(at) + gradients);
}

/** Adds gradients to the histograms of 4 · quads columns, at most 16; the bins of rows lie `stride` bytes apart. */
export function sumBlock(
  count: i32,
  gradients: usize,
  bins: usize,
  stride: usize,
  quads: i32,
  histogram: usize,
): void {
  const end = gradients + (<usize>count << 3);
  if (quads == 4) {
    for (; gradients < end; gradients += 8, bins += stride) {
      const both = load<i64>(gradients);
      addQuad0(histogram, bins, both);
      addQuad1(histogram, bins, both);
      addQuad2(histogram, bins, both);
      addQuad3(histogram, bins, both);
    }
  } else if (quads == 3) {
    for (; gradients < end; gradients += 8, bins += stride) {
      const both = load<i64>(gradients);
      addQuad0(histogram, bins, both);
      addQuad1(histogram, bins, both);
      addQuad2(histogram, bins, both);
    }
  } else if (quads == 2) {
    for (; gradients < end; gradients += 8, bins += stride) {
      const both = load<i64>(gradients);
      addQuad0(histogram, bins, both);
      addQuad1(histogram, bins, both);
    }
  } else {
    for (; gradients < end; gradients += 8, bins += stride) addQuad0(histogram, bins, load<i64>(gradients));
  }
}

// Offsets written as constants become part of the instruction.
@inline
function addQuad0(histogram: usize, bins: usize, gradients: i64): void {
  const at0 = histogram + (<usize>load<u8>(bins, 0) << 3);
  store<i64>(at0, load<i64>(at0, 0) + gradients, 0);
  const at1 = histogram + (<usize>load<u8>(bins, 1) << 3);
  store<i64>(at1, load<i64>(at1, 2048) + gradients, 2048);
  const at2 = histogram + (<usize>load<u8>(bins, 2) << 3);
  store<i64>(at2, load<i64>(at2, 4096) + gradients, 4096);
  const at3 = histogram + (<usize>load<u8>(bins, 3) << 3);
  store<i64>(at3, load<i64>(at3, 6144) + gradients, 6144);
}

@inline
function addQuad1(histogram: usize, bins: usize, gradients: i64): void {
  const at0 = histogram + (<usize>load<u8>(bins, 4) << 3);
  store<i64>(at0, load<i64>(at0, 8192) + gradients, 8192);
  const at1 = histogram + (<usize>load<u8>(bins, 5) << 3);
  store<i64>(at1, load<i64>(at1, 10240) + gradients, 10240);
  const at2 = histogram + (<usize>load<u8>(bins, 6) << 3);
  store<i64>(at2, load<i64>(at2, 12288) + gradients, 12288);
  const at3 = histogram + (<usize>load<u8>(bins, 7) << 3);
  store<i64>(at3, load<i64>(at3, 14336) + gradients, 14336);
}

@inline
function addQuad2(histogram: usize, bins: usize, gradients: i64): void {
  const at0 = histogram + (<usize>load<u8>(bins, 8) << 3);
  store<i64>(at0, load<i64>(at0, 16384) + gradients, 16384);
  const at1 = histogram + (<usize>load<u8>(bins, 9) << 3);
  store<i64>(at1, load<i64>(at1, 18432) + gradients, 18432);
  const at2 = histogram + (<usize>load<u8>(bins, 10) << 3);
  store<i64>(at2, load<i64>(at2, 20480) + gradients, 20480);
  const at3 = histogram + (<usize>load<u8>(bins, 11) << 3);
  store<i64>(at3, load<i64>(at3, 22528) + gradients, 22528);
}

@inline
function addQuad3(histogram: usize, bins: usize, gradients: i64): void {
  const at0 = histogram + (<usize>load<u8>(bins, 12) << 3);
  store<i64>(at0, load<i64>(at0, 24576) + gradients, 24576);
  const at1 = histogram + (<usize>load<u8>(bins, 13) << 3);
  store<i64>(at1, load<i64>(at1, 26624) + gradients, 26624);
  const at2 = histogram + (<usize>load<u8>(bins, 14) << 3);
  store<i64>(at2, load<i64>(at2, 28672) + gradients, 28672);
  const at3 = histogram + (<usize>load<u8>(bins, 15) << 3);
  store<i64>(at3, load<i64>(at3, 30720) + gradients, 30720);
}

/**
 * Sparse columns: of each row only the entries (column · 256 + bin) that are not the column's commonest bin are stored, and
 * only they are added; `finishColumn` works out the commonest bin. Entries come in fours, at least one four a row, filled
 * up with ones that nobody reads. The first four of `count` rows are copied next to each other with where the row's entries
 * end and begin, 16 bytes a row: as with `gatherBins` the processor then waits for many rows at a time.
 */
export function gatherSparse(
  rows: usize,
  from: i32,
  count: i32,
  starts: usize,
  entries: usize,
  target: usize,
): void {
  const end = rows + (<usize>(from + count) << 2);
  for (let at = rows + (<usize>from << 2); at < end; at += 4, target += 16) {
    // Where the row's entries begin and where the next row's do, in one read.
    const both = load<u64>(starts + (<usize>load<u32>(at) << 2));
    store<u64>(target, both);
    store<u64>(target, load<u64>(entries + (<usize>(<u32>both) << 1)), 8);
  }
}

/** Adds gradients to the histograms of sparse columns, from what `gatherSparse` copied. */
export function sumSparse(count: i32, gathered: usize, gradients: usize, entries: usize, histogram: usize): void {
  const end = gradients + (<usize>count << 3);
  for (; gradients < end; gradients += 8, gathered += 16) {
    const both = load<i64>(gradients);
    addFour(histogram, gathered + 8, both);
    const stop = load<u32>(gathered, 4);
    for (let next = load<u32>(gathered) + 4; next < stop; next += 4) {
      addFour(histogram, entries + (<usize>next << 1), both);
    }
  }
}

@inline
function addFour(histogram: usize, entries: usize, gradients: i64): void {
  add(histogram, <u32>load<u16>(entries), gradients);
  add(histogram, <u32>load<u16>(entries, 2), gradients);
  add(histogram, <u32>load<u16>(entries, 4), gradients);
  add(histogram, <u32>load<u16>(entries, 6), gradients);
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
  const isPlain =
    direction == 0 &&
    load<f64>(found, L1) == 0 &&
    load<f64>(found, LOWEST) == -Infinity &&
    load<f64>(found, HIGHEST) == Infinity;
  for (let missingLeft = 0; missingLeft < (missing == 0 ? 1 : 2); missingLeft++) {
    const start = missingLeft ? missing : 0;
    if (isPlain) scanPlain(found, histogram, bins, start, missingLeft, total, column);
    else scanBounded(found, histogram, bins, start, missingLeft, total, column, direction);
  }
  if (missing == 0 && load<i32>(found, BEST_COLUMN) == column) {
    // With nothing missing here, a later missing value goes with the greater number.
    const left = load<i64>(found, BEST_LEFT);
    store<i32>(found, <u32>left > <u32>(total - left) ? 1 : 0, BEST_MISSING_LEFT);
  }
}

/** Sums of whole numbers are exact as float64, too, and spare the conversions. */
function scanPlain(found: usize, histogram: usize, bins: i32, start: i64, missingLeft: i32, total: i64, column: i32): void {
  const scaleG = load<f64>(found, SCALE_G);
  const scaleH = load<f64>(found, SCALE_H);
  const l2 = load<f64>(found, L2);
  // Everything below is in steps of the packed curvature; `worth` turns g² / h in steps into loss.
  const pull = l2 / scaleH;
  const least = load<f64>(found, MIN_CHILD) / scaleH;
  const worth = (0.5 * scaleG * scaleG) / scaleH;
  const parent = -load<f64>(found, PARENT_LOSS) / worth;
  // What stands in `found`, a little lowered: turned into steps it may be off by a rounding, and the gain decides at the end.
  let best = load<f64>(found, BEST_GAIN) / worth + parent;
  best -= abs(best) * 1e-12;
  let g = <f64>(<i32>(start >> 32));
  let h = <f64>(<u32>start);
  const totalG = <f64>(<i32>(total >> 32));
  const totalH = <f64>(<u32>total);
  let left = start;
  let bestBin = -1;
  let bestLeft: i64 = 0;
  for (let bin = 0; bin < bins; bin++) {
    const here = load<i64>(histogram + (<usize>bin << 3));
    if (here == 0) continue;
    left += here;
    g += <f64>(<i32>(here >> 32));
    h += <f64>(<u32>here);
    const otherG = totalG - g;
    const otherH = totalH - h;
    if (h < least) continue;
    if (otherH < least) break;
    const spread = h + pull;
    const otherSpread = otherH + pull;
    // g²/spread + otherG²/otherSpread > best, without the divisions.
    const product = spread * otherSpread;
    if (g * g * otherSpread + otherG * otherG * spread <= best * product) continue;
    const taken = (g * g) / spread + (otherG * otherG) / otherSpread;
    if (!(taken > best)) continue;
    best = taken;
    bestBin = bin;
    bestLeft = left;
  }
  const gain = (best - parent) * worth;
  // Equal columns gain the same to the last bit, whoever was looked at before: the first one stays.
  if (bestBin < 0 || !(gain > load<f64>(found, BEST_GAIN))) return;
  store<f64>(found, gain, BEST_GAIN);
  store<i32>(found, bestBin, BEST_BIN);
  store<i64>(found, bestLeft, BEST_LEFT);
  store<i32>(found, column, BEST_COLUMN);
  store<i32>(found, missingLeft, BEST_MISSING_LEFT);
}

function scanBounded(
  found: usize,
  histogram: usize,
  bins: i32,
  start: i64,
  missingLeft: i32,
  total: i64,
  column: i32,
  direction: i32,
): void {
  const scaleG = load<f64>(found, SCALE_G);
  const scaleH = load<f64>(found, SCALE_H);
  const least = load<f64>(found, MIN_CHILD);
  let best = load<f64>(found, BEST_GAIN);
  let left = start;
  for (let bin = 0; bin < bins; bin++) {
    const here = load<i64>(histogram + (<usize>bin << 3));
    if (here == 0) continue;
    left += here;
    const right = total - left;
    const h = <f64>(<u32>left) * scaleH;
    const otherH = <f64>(<u32>right) * scaleH;
    if (h < least || otherH < least) continue;
    const g = softened(found, <f64>(<i32>(left >> 32)) * scaleG);
    const otherG = softened(found, <f64>(<i32>(right >> 32)) * scaleG);
    const answer = answerOf(found, g, h);
    const otherAnswer = answerOf(found, otherG, otherH);
    if (<f64>direction * (otherAnswer - answer) < 0) continue;
    const gain = load<f64>(found, PARENT_LOSS) - (lossOf(found, g, h, answer) + lossOf(found, otherG, otherH, otherAnswer));
    if (!(gain > best)) continue;
    best = gain;
    store<f64>(found, gain, BEST_GAIN);
    store<i32>(found, column, BEST_COLUMN);
    store<i32>(found, bin, BEST_BIN);
    store<i32>(found, missingLeft, BEST_MISSING_LEFT);
    store<i64>(found, left, BEST_LEFT);
  }
}

/** The summed slope less its pull towards zero. */
@inline
function softened(found: usize, g: f64): f64 {
  const l1 = load<f64>(found, L1);
  return g - min(max(g, -l1), l1);
}

@inline
function answerOf(found: usize, g: f64, h: f64): f64 {
  return min(max(-g / (h + load<f64>(found, L2)), load<f64>(found, LOWEST)), load<f64>(found, HIGHEST));
}

/** What an answer adds to the loss: g · answer + ½ · (h + l2) · answer². */
@inline
function lossOf(found: usize, g: f64, h: f64, answer: f64): f64 {
  return answer * (g + 0.5 * (h + load<f64>(found, L2)) * answer);
}

// ---------------------------------------------------------------- rows into leaves

/** Looks up for each of `count` rows whether its bin goes left: 1 or 0, a byte each. */
export function lookUp(
  rows: usize,
  from: i32,
  count: i32,
  bins: usize,
  goesLeft: usize,
  target: usize,
): void {
  const end = rows + (<usize>(from + count) << 2);
  for (let at = rows + (<usize>from << 2); at < end; at += 4, target++) {
    store<u8>(target, load<u8>(goesLeft + <usize>load<u8>(bins + <usize>load<u32>(at))));
  }
}

/** Sorts `count` rows into `spare`: lefts forwards from place `left`, the others backwards from `right`. Answers the lefts. */
export function partRows(rows: usize, from: i32, count: i32, isLeft: usize, spare: usize, left: i32, right: i32): i32 {
  let leftAt = spare + (<usize>left << 2);
  let rightAt = spare + (<usize>right << 2);
  const first = leftAt;
  const end = rows + (<usize>(from + count) << 2);
  for (let at = rows + (<usize>from << 2); at < end; at += 4, isLeft++) {
    const row = load<u32>(at);
    const step = <usize>load<u8>(isLeft) << 2;
    // Each row is written to both ends and counted at one: no branch for the processor to guess.
    store<u32>(leftAt, row);
    store<u32>(rightAt, row);
    leftAt += step;
    rightAt -= 4 - step;
  }
  return <i32>((leftAt - first) >> 2);
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
 * Adds to the scores of rows from … to the answer of the leaf each falls into, asking bins. A node is four 32-bit words:
 * bins of its column (0 at a leaf), left child, right child, nothing; then a table of 256 bytes, 1 where a bin goes left,
 * or the leaf's answer as a float64.
 */
export function walkRows(from: i32, to: i32, nodes: usize, nodeBytes: usize, scores: usize): void {
  for (let row = <usize>from; row < <usize>to; row++) {
    let node = nodes;
    let bins = <usize>load<u32>(node);
    while (bins != 0) {
      const bin = <usize>load<u8>(bins + row);
      node = nodes + <usize>(load<u8>(node + bin, 16) ? load<u32>(node, 4) : load<u32>(node, 8)) * nodeBytes;
      bins = <usize>load<u32>(node);
    }
    const score = scores + (row << 2);
    store<f32>(score, <f32>(<f64>load<f32>(score) + load<f64>(node, 16)));
  }
}
