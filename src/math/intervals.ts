// Intervals around what was counted or computed from a sample: Wilson's for shares (Wilson 1927), the percentile
// bootstrap (Efron 1979) for any statistic of rows.
import { createRandom } from './random.ts';
import { normalQuantile } from './special.ts';

/** Wilson's score interval for `successes` out of `trials`; [0, 1] when there were no trials. */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): [low: number, high: number] {
  if (trials <= 0) return [0, 1];
  const z = normalQuantile(0.5 + confidence / 2);
  const share = successes / trials;
  const middle = (share + (z * z) / (2 * trials)) / (1 + (z * z) / trials);
  const half =
    (z / (1 + (z * z) / trials)) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return [share === 0 ? 0 : Math.max(0, middle - half), share === 1 ? 1 : Math.min(1, middle + half)];
}

/** How the bootstrap draws. */
export type BootstrapOptions = { seed: number | string; draws?: number; confidence?: number };

/**
 * Percentile interval of a statistic over rows drawn with replacement. `statistic` gets the drawn row indices, in a
 * buffer that is reused; draws on which it is not a number are left out, NaN bounds if none is left.
 */
export function bootstrapInterval(
  rows: number,
  statistic: (drawn: Uint32Array) => number,
  { seed, draws = 1000, confidence = 0.95 }: BootstrapOptions,
): [low: number, high: number] {
  const random = createRandom(seed);
  const drawn = new Uint32Array(rows);
  const values: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    for (let i = 0; i < rows; i++) drawn[i] = random.int(rows);
    const value = statistic(drawn);
    if (!Number.isNaN(value)) values.push(value);
  }
  const sorted = Float64Array.from(values).sort();
  return [quantileOfSorted(sorted, 0.5 - confidence / 2), quantileOfSorted(sorted, 0.5 + confidence / 2)];
}

/** Quantile with linear interpolation between order statistics (type 7 of Hyndman & Fan 1996); NaN of nothing. */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}
