// Which rows and columns a tree is grown from: all of them, or a draw by the seed.
import type { Random } from '../../math/index.ts';
import type { BoostingSettings } from './settings.ts';
import type { Shared } from './shared.ts';

/** 1 for each column that may be asked. */
export function drawColumns(random: Random, share: number, count: number): Uint8Array {
  if (share === 1) return new Uint8Array(count).fill(1);
  const drawn = new Uint8Array(count);
  const columns = random.shuffle(Int32Array.from({ length: count }, (_, c) => c));
  for (const c of columns.slice(0, Math.max(1, Math.round(share * count)))) drawn[c] = 1;
  return drawn;
}

type Sampling = Pick<BoostingSettings, 'rowShare' | 'topShare'>;

/**
 * Puts the drawn rows, in order, at the front of the list; says for how many rows one of them may count. Where all are in
 * play, the list is filled by the threads as they pack the gradients.
 */
export function drawRows(shared: Shared, settings: Sampling, random: Random): { rowCount: number; amplified: number } {
  const { layout, u32 } = shared;
  const rows = u32.subarray(layout.rowsAt / 4, layout.rowsAt / 4 + layout.rows);
  if (settings.topShare > 0 && settings.rowShare < 1) return drawSteepRows(shared, rows, settings, random);
  if (settings.rowShare === 1) return { rowCount: rows.length, amplified: 1 };
  let rowCount = 0;
  for (let r = 0; r < rows.length; r++) if (random.uniform() < settings.rowShare) rows[rowCount++] = r;
  return { rowCount, amplified: 1 };
}

/**
 * Gradient-based one-side sampling (Ke et al. 2017): the rows of steepest loss, and a draw of the others, which count
 * for those not drawn.
 */
function drawSteepRows(
  { layout, f32 }: Shared,
  rows: Uint32Array,
  { topShare, rowShare }: Sampling,
  random: Random,
): { rowCount: number; amplified: number } {
  const gradients = f32.subarray(layout.packed / 4, layout.packed / 4 + 2 * layout.rows);
  const steepness = Float32Array.from({ length: layout.rows }, (_, r) =>
    Math.abs(gradients[2 * r] * gradients[2 * r + 1]),
  );
  const limit = steepness.slice().sort()[Math.max(0, layout.rows - Math.ceil(topShare * layout.rows))];
  const weight = 1 / rowShare;
  let rowCount = 0;
  for (let r = 0; r < layout.rows; r++) {
    const isSteep = steepness[r] >= limit;
    const isDrawn = random.uniform() < rowShare;
    if (!isSteep && !isDrawn) continue;
    if (!isSteep) {
      gradients[2 * r] *= weight;
      gradients[2 * r + 1] *= weight;
    }
    rows[rowCount++] = r;
  }
  return { rowCount, amplified: weight };
}
