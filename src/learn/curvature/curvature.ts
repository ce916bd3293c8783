// Σ spread · column · columnᵀ over the rows: how a logistic loss bends. It costs rows × columns², which is nearly all the
// time of a fit with hundreds of columns, so the sums are made in compiled loops, a block of rows that fits the cache at a time.
import { compileOnce, takeMemory } from '../team/compiled.ts';

type Kernel = { addProducts(columns: number, size: number, rows: number, sums: number): void };

/** Rows of a block: with 300 columns it takes some 300 kB. */
const BLOCK_ROWS = 128;
const kernelModule = compileOnce(new URL('./kernel.wasm', import.meta.url));

type Workroom = { kernel: Kernel; f64: Float64Array };
let workroom: Workroom | undefined;

/** A memory with room for so many numbers; the last one is kept, because a fit asks several times. */
function workroomFor(numbers: number): Workroom {
  if (workroom !== undefined && workroom.f64.length >= numbers) return workroom;
  const memory = takeMemory(numbers * 8);
  const kernel = new WebAssembly.Instance(kernelModule(), { env: { memory } }).exports as Kernel;
  workroom = { kernel, f64: new Float64Array(memory.buffer) };
  return workroom;
}

/**
 * The sums as a symmetric matrix, row by row, over every `stride`-th row, counted `stride` times; a column of ones is put
 * behind the others. `spread` is at least 0 in every row.
 */
export function weightedProducts(columns: readonly Float64Array[], spread: Float64Array, stride: number): Float64Array {
  const size = columns.length + 1;
  const places = Math.ceil(size / 4) * 4;
  const rows = Math.floor(spread.length / stride);
  const sumsAt = places * BLOCK_ROWS;
  const { kernel, f64 } = workroomFor(sumsAt + places * places);
  f64.fill(0, 0, sumsAt + places * places);
  const roots = new Float64Array(BLOCK_ROWS);
  for (let start = 0; start < rows; start += BLOCK_ROWS) {
    // Behind the last row everything is taken zero times.
    for (let r = 0; r < BLOCK_ROWS; r++) {
      roots[r] = start + r < rows ? Math.sqrt(spread[(start + r) * stride] * stride) : 0;
    }
    const count = Math.min(BLOCK_ROWS, rows - start);
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c];
      const at = c * BLOCK_ROWS;
      for (let r = 0; r < count; r++) f64[at + r] = column[(start + r) * stride] * roots[r];
      if (count < BLOCK_ROWS) f64.fill(0, at + count, at + BLOCK_ROWS);
    }
    f64.set(roots, columns.length * BLOCK_ROWS);
    kernel.addProducts(0, places, BLOCK_ROWS, sumsAt * 8);
  }
  const products = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const sum = f64[sumsAt + i * places + j];
      products[i * size + j] = sum;
      products[j * size + i] = sum;
    }
  }
  return products;
}
