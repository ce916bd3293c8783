// Walking trees, in AssemblyScript: compiled to kernel.wasm by `node scripts/kernels.ts`. A walk is a chain of loads that
// wait for each other; eight walks side by side keep the processor busy meanwhile. A node is 16 bytes: threshold (float32),
// what it asks (4 · column in the low bits, flags above), left child (uint32), nothing. The right child follows the left.
// A leaf leads to itself: its threshold is infinite, and what is missing goes left.

const COLUMN: u32 = 0x3ffff;
const MISSING_LEFT: u32 = 31;
/** The threshold's bits are the address of a set: its number of words, then bits, one for each category that goes left. */
const CATEGORIES: u32 = 1 << 30;

/** Where a row goes from a node when it lacks no value and no node asks for categories. */
@inline
function nextKnown(nodes: usize, node: u32, row: usize): u32 {
  const at = nodes + (<usize>node << 4);
  const value = load<f32>(row + <usize>(load<u32>(at, 4) & COLUMN));
  return load<u32>(at, 8) + <u32>!(value <= load<f32>(at));
}

@inline
function nextAny(nodes: usize, node: u32, row: usize): u32 {
  const at = nodes + (<usize>node << 4);
  const asked = load<u32>(at, 4);
  const value = load<f32>(row + <usize>(asked & COLUMN));
  let isLeft = <u32>(value <= load<f32>(at)) | (<u32>(value != value) & (asked >>> MISSING_LEFT));
  if (asked & CATEGORIES) isLeft = holds(load<u32>(at), value, asked);
  return load<u32>(at, 8) + 1 - isLeft;
}

@inline
function next(nodes: usize, node: u32, row: usize, isKnown: bool): u32 {
  return isKnown ? nextKnown(nodes, node, row) : nextAny(nodes, node, row);
}

/** What is no code counts as a missing category; a code beyond the set is not in it. */
function holds(set: usize, value: f32, asked: u32): u32 {
  if (!(value >= 0 && value <= 16777216 && floor(value) == value)) return asked >>> MISSING_LEFT;
  const code = <u32>value;
  if (code >>> 5 >= load<u32>(set)) return 0;
  return (load<u32>(set + (<usize>(code >>> 5) << 2), 4) >>> (code & 31)) & 1;
}

/**
 * Adds to each of `count` sums (float64; a multiple of eight) the leaves its row falls into. Rows lie `stride` bytes apart.
 * `isKnown` says that no value is missing and no node asks for categories.
 */
export function scoreRows(
  nodes: usize,
  answers: usize,
  roots: usize,
  trees: i32,
  rows: usize,
  stride: usize,
  count: i32,
  sums: usize,
  isKnown: bool,
): void {
  if (isKnown) walkRows(nodes, answers, roots, trees, rows, stride, count, sums, true);
  else walkRows(nodes, answers, roots, trees, rows, stride, count, sums, false);
}

@inline
function walkRows(
  nodes: usize,
  answers: usize,
  roots: usize,
  trees: i32,
  rows: usize,
  stride: usize,
  count: i32,
  sums: usize,
  isKnown: bool,
): void {
  const end = sums + (<usize>count << 3);
  for (let t = 0; t < trees; t++) {
    const root = load<u32>(roots + (<usize>t << 2));
    let row = rows;
    for (let sum = sums; sum < end; sum += 64) {
      let n0 = root, n1 = root, n2 = root, n3 = root, n4 = root, n5 = root, n6 = root, n7 = root;
      let moved: u32 = 1;
      while (moved) {
        const m0 = next(nodes, n0, row, isKnown);
        const m1 = next(nodes, n1, row + stride, isKnown);
        const m2 = next(nodes, n2, row + 2 * stride, isKnown);
        const m3 = next(nodes, n3, row + 3 * stride, isKnown);
        const m4 = next(nodes, n4, row + 4 * stride, isKnown);
        const m5 = next(nodes, n5, row + 5 * stride, isKnown);
        const m6 = next(nodes, n6, row + 6 * stride, isKnown);
        const m7 = next(nodes, n7, row + 7 * stride, isKnown);
        moved = (m0 ^ n0) | (m1 ^ n1) | (m2 ^ n2) | (m3 ^ n3) | (m4 ^ n4) | (m5 ^ n5) | (m6 ^ n6) | (m7 ^ n7);
        n0 = m0;
        n1 = m1;
        n2 = m2;
        n3 = m3;
        n4 = m4;
        n5 = m5;
        n6 = m6;
        n7 = m7;
      }
      answer(sum, answers, n0, 0);
      answer(sum, answers, n1, 8);
      answer(sum, answers, n2, 16);
      answer(sum, answers, n3, 24);
      answer(sum, answers, n4, 32);
      answer(sum, answers, n5, 40);
      answer(sum, answers, n6, 48);
      answer(sum, answers, n7, 56);
      row += stride << 3;
    }
  }
}

@inline
function answer(sum: usize, answers: usize, node: u32, at: usize): void {
  store<f64>(sum + at, load<f64>(sum + at) + load<f64>(answers + (<usize>node << 3)));
}

/** The sum of the leaves that one row falls into, tree by tree; eight trees are walked side by side. */
export function scoreRow(nodes: usize, answers: usize, roots: usize, trees: i32, row: usize): f64 {
  let sum: f64 = 0;
  let t = 0;
  for (; t + 8 <= trees; t += 8) {
    const at = roots + (<usize>t << 2);
    let n0 = load<u32>(at), n1 = load<u32>(at, 4), n2 = load<u32>(at, 8), n3 = load<u32>(at, 12);
    let n4 = load<u32>(at, 16), n5 = load<u32>(at, 20), n6 = load<u32>(at, 24), n7 = load<u32>(at, 28);
    let moved: u32 = 1;
    while (moved) {
      const m0 = next(nodes, n0, row, false);
      const m1 = next(nodes, n1, row, false);
      const m2 = next(nodes, n2, row, false);
      const m3 = next(nodes, n3, row, false);
      const m4 = next(nodes, n4, row, false);
      const m5 = next(nodes, n5, row, false);
      const m6 = next(nodes, n6, row, false);
      const m7 = next(nodes, n7, row, false);
      moved = (m0 ^ n0) | (m1 ^ n1) | (m2 ^ n2) | (m3 ^ n3) | (m4 ^ n4) | (m5 ^ n5) | (m6 ^ n6) | (m7 ^ n7);
      n0 = m0;
      n1 = m1;
      n2 = m2;
      n3 = m3;
      n4 = m4;
      n5 = m5;
      n6 = m6;
      n7 = m7;
    }
    sum += answerAt(answers, n0);
    sum += answerAt(answers, n1);
    sum += answerAt(answers, n2);
    sum += answerAt(answers, n3);
    sum += answerAt(answers, n4);
    sum += answerAt(answers, n5);
    sum += answerAt(answers, n6);
    sum += answerAt(answers, n7);
  }
  for (; t < trees; t++) {
    let node = load<u32>(roots + (<usize>t << 2));
    for (let before: u32 = node + 1; before != node; ) {
      before = node;
      node = nextAny(nodes, node, row);
    }
    sum += answerAt(answers, node);
  }
  return sum;
}

@inline
function answerAt(answers: usize, node: u32): f64 {
  return load<f64>(answers + (<usize>node << 3));
}

/** Rows `from` … `from + count` of columns that lie `columnBytes` apart, written row by row. Answers whether none is NaN. */
export function turnRows(
  columns: usize,
  columnCount: i32,
  columnBytes: usize,
  from: i32,
  count: i32,
  target: usize,
): bool {
  const stride = <usize>columnCount << 2;
  let missing = 0;
  for (let c = 0; c < columnCount; c++) {
    let source = columns + <usize>c * columnBytes + (<usize>from << 2);
    let at = target + (<usize>c << 2);
    for (let r = 0; r < count; r++) {
      const value = load<f32>(source);
      missing |= <i32>(value != value);
      store<f32>(at, value);
      source += 4;
      at += stride;
    }
  }
  return missing == 0;
}
