// The inner loop of the curvature of a logistic loss, in AssemblyScript: compiled to kernel.wasm by `node scripts/kernels.ts`.

/**
 * Adds to sums (size × size, row-major float64) the products of every column with those before it and with itself. Columns
 * lie one after the other, `rows` float64 each; `size` is a whole multiple of 4, `rows` one of 2. Four columns meet two others
 * at a time: the eight sums and what they are made of just fit the processor's registers. Above the diagonal some are
 * written that nobody reads.
 */
export function addProducts(columns: usize, size: i32, rows: i32, sums: usize): void {
  const bytes = <usize>rows << 3;
  const width = <usize>size << 3;
  for (let i = 0; i < size; i += 4) {
    const from = columns + <usize>i * bytes;
    for (let j = 0; j < i + 4; j += 2) {
      let a0 = from;
      let b0 = columns + <usize>j * bytes;
      const end = from + bytes;
      let s00 = f64x2.splat(0);
      let s01 = f64x2.splat(0);
      let s10 = f64x2.splat(0);
      let s11 = f64x2.splat(0);
      let s20 = f64x2.splat(0);
      let s21 = f64x2.splat(0);
      let s30 = f64x2.splat(0);
      let s31 = f64x2.splat(0);
      for (; a0 < end; a0 += 16, b0 += 16) {
        const left = v128.load(b0);
        const right = v128.load(b0 + bytes);
        const first = v128.load(a0);
        s00 = f64x2.add(s00, f64x2.mul(first, left));
        s01 = f64x2.add(s01, f64x2.mul(first, right));
        const second = v128.load(a0 + bytes);
        s10 = f64x2.add(s10, f64x2.mul(second, left));
        s11 = f64x2.add(s11, f64x2.mul(second, right));
        const third = v128.load(a0 + 2 * bytes);
        s20 = f64x2.add(s20, f64x2.mul(third, left));
        s21 = f64x2.add(s21, f64x2.mul(third, right));
        const fourth = v128.load(a0 + 3 * bytes);
        s30 = f64x2.add(s30, f64x2.mul(fourth, left));
        s31 = f64x2.add(s31, f64x2.mul(fourth, right));
      }
      const at = sums + <usize>i * width + (<usize>j << 3);
      addPair(at, s00, s01);
      addPair(at + width, s10, s11);
      addPair(at + 2 * width, s20, s21);
      addPair(at + 3 * width, s30, s31);
    }
  }
}

/** Adds the two halves of each of two sums to two neighbours. */
@inline
function addPair(at: usize, one: v128, other: v128): void {
  const low = i8x16.shuffle(one, other, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  const high = i8x16.shuffle(one, other, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  v128.store(at, f64x2.add(v128.load(at), f64x2.add(low, high)));
}
