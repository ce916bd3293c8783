// Made-up rows for the tests of the learners: plain, tied, heavy-tailed, half-missing and useless columns, and an outcome
// that depends on some of them.
import { type Matrix, sigmoid } from '../../src/learn/index.ts';
import { createRandom } from '../../src/math/index.ts';

export type Rows = { x: Matrix; y: Float32Array };

/** Draws rows; the same seed gives the same rows. */
export function drawRows(count: number, seed: number | string): Rows {
  const random = createRandom(seed);
  const x: Matrix = {
    rows: count,
    names: ['visits', 'spend', 'age', 'price', 'constant', 'unknown', 'noise'],
    columns: Array.from({ length: 7 }, () => new Float32Array(count)),
  };
  const y = new Float32Array(count);
  for (let r = 0; r < count; r++) {
    const visits = random.poisson(2);
    const spend = Math.exp(2 * random.normal());
    const age = random.uniform() < 0.3 ? Number.NaN : random.normal();
    const price = random.int(4);
    const row = [visits, spend, age, price, 3, Number.NaN, random.normal()];
    row.forEach((value, c) => {
      x.columns[c][r] = value;
    });
    const odds =
      -2.5 + 0.5 * visits + (spend > 4 ? 1 : 0) + (Number.isNaN(age) ? 1 : age) + (price === visits ? 1 : -0.5);
    y[r] = random.uniform() < sigmoid(odds) ? 1 : 0;
  }
  return { x, y };
}

/** The columns in another order, and for each its place in the given one. */
export function shuffleColumns(x: Matrix): { x: Matrix; order: number[] } {
  const order = createRandom('columns').shuffle(x.names.map((_, c) => c));
  return { x: { ...x, names: order.map((c) => x.names[c]), columns: order.map((c) => x.columns[c]) }, order };
}
