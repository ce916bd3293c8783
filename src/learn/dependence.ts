// How do predictions hang on a column? Permutation importance (Breiman 2001; Fisher, Rudin & Dominici 2019): what a score
// loses when the column is shuffled. Partial dependence (Friedman 2001): the mean prediction when every row is given one
// value of the column; individual conditional expectation (Goldstein et al. 2015): the same for single rows. All three
// ask the model about rows that need not exist where columns hang together, so they are no statement about causes.
import { InklingError } from '../errors.ts';
import { createRandom } from '../math/index.ts';
import type { FittedModel } from './learner.ts';
import { type Matrix, selectColumns, selectRows } from './matrix.ts';

/** A column and what the score loses without its order, in the unit of the score. */
export type PermutationImportance = { name: string; mean: number; sd: number };

/**
 * Shuffles one column after the other, `repeats` times each; largest loss first. `score` is higher for better
 * predictions, such as the ROC AUC or the negative log loss. Use rows the model was not trained on.
 */
export function permutationImportance(
  model: FittedModel,
  { x, y }: { x: Matrix; y: ArrayLike<number> },
  {
    score,
    repeats = 5,
    seed,
  }: { score: (y: ArrayLike<number>, p: Float64Array) => number; repeats?: number; seed: number },
): PermutationImportance[] {
  const selected = selectColumns(x, model.names);
  const reference = score(y, model.predict(selected));
  const random = createRandom(seed);
  const losses = selected.names.map((name, c) => {
    // Each column has a stream of its own, so that its loss does not hang on the columns before it.
    const own = random.fork(name);
    const drops = Array.from({ length: repeats }, () => {
      const shuffled = own.shuffle(selected.columns[c].slice());
      return reference - score(y, model.predict(withColumn(selected, c, shuffled)));
    });
    const mean = drops.reduce((sum, drop) => sum + drop, 0) / repeats;
    return { name, mean, sd: Math.sqrt(drops.reduce((sum, drop) => sum + (drop - mean) ** 2, 0) / repeats) };
  });
  return losses.sort((a, b) => b.mean - a.mean || (a.name < b.name ? -1 : 1));
}

export type Dependence = {
  name: string;
  /** Values of the column, ascending: codes of a categorical one. */
  grid: number[];
  /** Mean prediction when every row has the grid's value. */
  mean: number[];
  /** Share of the known values at or below each grid value; of a categorical column, share of that category. */
  share: number[];
  /** For each row looked at, its predictions along the grid: individual conditional expectations. */
  curves: Float64Array[];
};

/**
 * Partial dependence of the predictions on a column, with the individual curves behind it. The grid stands at quantiles
 * from the 2nd to the 98th percentile, or at the most frequent categories; the curves are of at most `rows` rows drawn
 * with the seed. Throws `invalid_input` when the model has no such column, `too_little_data` when no value is known.
 */
export function partialDependence(
  model: FittedModel,
  x: Matrix,
  name: string,
  { points = 20, rows = 500, seed }: { points?: number; rows?: number; seed: number },
): Dependence {
  const selected = selectColumns(x, model.names);
  const c = selected.names.indexOf(name);
  if (c < 0) {
    throw new InklingError('invalid_input', `The model has no column ${JSON.stringify(name)}.`, {
      field: name,
      hint: `Its columns are ${model.names.slice(0, 30).join(', ')}.`,
    });
  }
  const known = selected.columns[c].filter((value) => !Number.isNaN(value)).sort();
  if (known.length === 0) throw new InklingError('too_little_data', `No value of ${JSON.stringify(name)} is known.`);
  const { grid, share } = x.categorical?.includes(name) ? frequentCodes(known, points) : quantileGrid(known, points);
  const drawn = drawRows(selected, rows, seed);
  const curves = Array.from({ length: drawn.rows }, () => new Float64Array(grid.length));
  const mean = grid.map((value, g) => {
    const p = model.predict(withColumn(drawn, c, new Float32Array(drawn.rows).fill(value)));
    let sum = 0;
    for (let r = 0; r < p.length; r++) {
      curves[r][g] = p[r];
      sum += p[r];
    }
    return sum / p.length;
  });
  return { name, grid, mean, share, curves };
}

function withColumn(x: Matrix, c: number, column: Float32Array): Matrix {
  return { ...x, columns: x.columns.map((other, i) => (i === c ? column : other)) };
}

function drawRows(x: Matrix, most: number, seed: number): Matrix {
  if (x.rows <= most) return x;
  const all = createRandom(seed).shuffle(Int32Array.from({ length: x.rows }, (_, r) => r));
  return selectRows(x, all.subarray(0, most).sort());
}

const OUTER_SHARE = 0.02;

function quantileGrid(sorted: Float32Array, points: number): { grid: number[]; share: number[] } {
  const at = Array.from({ length: points }, (_, i) => OUTER_SHARE + ((1 - 2 * OUTER_SHARE) * i) / (points - 1));
  // A value between two others may stand for no row at all: the nearest one below does.
  const values = at.map((share) => sorted[Math.floor(share * (sorted.length - 1))]);
  const grid = [...new Set(values)];
  return { grid, share: grid.map((value) => countUpTo(sorted, value) / sorted.length) };
}

function countUpTo(sorted: Float32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function frequentCodes(codes: Float32Array, most: number): { grid: number[]; share: number[] } {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const frequent = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, most);
  frequent.sort((a, b) => a[0] - b[0]);
  return { grid: frequent.map(([code]) => code), share: frequent.map(([, count]) => count / codes.length) };
}
