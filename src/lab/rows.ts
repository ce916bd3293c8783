// Rows to learn from with their outcomes.
import { type Matrix, selectRows } from '../learn/index.ts';

export type Rows = { x: Matrix; y: Float32Array };

/** The rows picked by index. */
export function pickRows({ x, y }: Rows, rows: Int32Array): Rows {
  return { x: selectRows(x, rows), y: Float32Array.from(rows, (r) => y[r]) };
}
