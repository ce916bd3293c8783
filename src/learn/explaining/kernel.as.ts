// Looking up what trees answer to patterns of conditions, in AssemblyScript: compiled to kernel.wasm by `node scripts/kernels.ts`.
// A block is 128 rows, column after column. A condition is 16 bytes: where its column starts in a block (uint32), its
// threshold (float32), whether a missing value meets it (uint32), nothing.

const ROWS: usize = 128;

/** A tree, 32 bytes of words. */
@inline function conditionsOf(tree: usize): usize { return load<u32>(tree); }
@inline function conditionCount(tree: usize): i32 { return load<i32>(tree, 4); }
/** For each list of answers, which sum it is added to. */
@inline function targetsOf(tree: usize): usize { return load<u32>(tree, 8); }
@inline function targetCount(tree: usize): i32 { return load<i32>(tree, 12); }
/** Lists of float64, one number for each pattern. */
@inline function answersOf(tree: usize): usize { return load<u32>(tree, 16); }
/** Bytes, one for each pattern. */
@inline function isAnsweredOf(tree: usize): usize { return load<u32>(tree, 20); }
@inline function patternCount(tree: usize): usize { return load<u32>(tree, 24); }

/**
 * Adds to the sums of a block (float64, one list of 128 after the other) what the trees from `from` on answer. Stops at a
 * tree that has not answered a pattern it meets, and says which; `trees` when all are through. `patterns` then holds those
 * of the last tree (uint16).
 */
export function addTrees(first: usize, from: i32, trees: i32, columns: usize, patterns: usize, sums: usize): i32 {
  for (let t = from; t < trees; t++) {
    const tree = first + (<usize>t << 5);
    mark(tree, columns, patterns);
    if (!isAnswered(tree, patterns)) return t;
    const count = targetCount(tree);
    const targets = targetsOf(tree);
    const step = patternCount(tree) << 3;
    let answers = answersOf(tree);
    for (let i = 0; i < count; i++) {
      add(answers, patterns, sums + (<usize>load<u32>(targets + (<usize>i << 2)) << 10));
      answers += step;
    }
  }
  return trees;
}

/** The same for the first row of a block alone. */
export function addTreesOfOne(first: usize, from: i32, trees: i32, columns: usize, patterns: usize, sums: usize): i32 {
  for (let t = from; t < trees; t++) {
    const tree = first + (<usize>t << 5);
    const pattern = markOne(tree, columns);
    if (!load<u8>(isAnsweredOf(tree) + pattern)) {
      store<u16>(patterns, <u16>pattern);
      return t;
    }
    const count = targetCount(tree);
    const targets = targetsOf(tree);
    const step = patternCount(tree) << 3;
    let answer = answersOf(tree) + (pattern << 3);
    for (let i = 0; i < count; i++) {
      addOne(sums + (<usize>load<u32>(targets + (<usize>i << 2)) << 10), answer);
      answer += step;
    }
  }
  return trees;
}

@inline
function markOne(tree: usize, columns: usize): usize {
  const count = conditionCount(tree);
  let condition = conditionsOf(tree);
  let pattern: usize = 0;
  for (let bit = 0; bit < count; bit++) {
    const value = load<f32>(columns + <usize>load<u32>(condition));
    const threshold = load<f32>(condition, 4);
    const met = load<u32>(condition, 8) ? !(value > threshold) : value <= threshold;
    pattern |= <usize>met << bit;
    condition += 16;
  }
  return pattern;
}

/** Which conditions each row meets, one bit for each. */
@inline
function mark(tree: usize, columns: usize, patterns: usize): void {
  const first = conditionsOf(tree);
  const count = conditionCount(tree);
  for (let r: usize = 0; r < ROWS; r += 8) {
    let pattern = i16x8.splat(0);
    const rows = columns + (r << 2);
    let condition = first;
    for (let bit = 0; bit < count; bit++) {
      const column = rows + <usize>load<u32>(condition);
      const threshold = v128.load32_splat(condition, 4);
      const left = v128.load(column);
      const right = v128.load(column, 16);
      const met = load<u32>(condition, 8)
        ? v128.not(i16x8.narrow_i32x4_s(f32x4.gt(left, threshold), f32x4.gt(right, threshold)))
        : i16x8.narrow_i32x4_s(f32x4.le(left, threshold), f32x4.le(right, threshold));
      pattern = v128.or(pattern, v128.and(met, i16x8.splat(<i16>1 << <i16>bit)));
      condition += 16;
    }
    v128.store(patterns + (r << 1), pattern);
  }
}

@inline
function isAnswered(tree: usize, patterns: usize): bool {
  const known = isAnsweredOf(tree);
  let all: u32 = 1;
  for (let r: usize = 0; r < ROWS; r++) all &= load<u8>(known + <usize>load<u16>(patterns + (r << 1)));
  return all != 0;
}

@inline
function add(answers: usize, patterns: usize, sums: usize): void {
  for (let r: usize = 0; r < ROWS; r += 4) {
    const at = sums + (r << 3);
    const four = load<u64>(patterns + (r << 1));
    addOne(at, answers + <usize>((four & 0xffff) << 3));
    addOne(at + 8, answers + <usize>(((four >> 16) & 0xffff) << 3));
    addOne(at + 16, answers + <usize>(((four >> 32) & 0xffff) << 3));
    addOne(at + 24, answers + <usize>((four >> 48) << 3));
  }
}

@inline
function addOne(sum: usize, answer: usize): void {
  store<f64>(sum, load<f64>(sum) + load<f64>(answer));
}
