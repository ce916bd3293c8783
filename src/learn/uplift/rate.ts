// Rank-weighted average treatment effects (Yadlowsky, Fleming, Shah, Brunskill & Wager 2021): how much more the first q of
// the people gain than all do, averaged over q. AUTOC weighs every q alike and so looks at the top; QINI weighs q by
// itself and so rewards moving many. Intervals by half-samples, as that paper proves valid.
import { createRandom, normalQuantile } from '../../math/index.ts';
import { rank } from './qini.ts';

export type RateOptions = { seed?: number; draws?: number; confidence?: number };

/** The estimate, its standard error over half-samples, and the interval they give. */
export type RateEstimate = { estimate: number; standardError: number; low: number; high: number };

/**
 * AUTOC and QINI of a ranking, in units of the outcome. `scores` are unbiased scores of each row's effect, such as
 * `randomisedScores` or `effectScores` gives; rows of equal `uplift` share their mean score. NaN of no rows.
 */
export function rankWeightedEffects(
  scores: ArrayLike<number>,
  uplift: ArrayLike<number>,
  { seed = 1, draws = 200, confidence = 0.95 }: RateOptions = {},
): { autoc: RateEstimate; qini: RateEstimate } {
  const order = rank(uplift);
  const estimate = rateOf(order, scores, uplift);
  const halves = drawHalves(order, draws, seed).map((half) => rateOf(half, scores, uplift));
  const z = normalQuantile(0.5 + confidence / 2);
  const around = (name: keyof Rate): RateEstimate => {
    const standardError = deviationOf(halves.map((half) => half[name]));
    const middle = estimate[name];
    return { estimate: middle, standardError, low: middle - z * standardError, high: middle + z * standardError };
  };
  return { autoc: around('autoc'), qini: around('qini') };
}

/**
 * Unbiased scores of each row's effect where the treatment was drawn at random: the difference of the arms' means,
 * corrected by what each row's outcome differs from the mean of its arm over the chance to see it.
 */
export function randomisedScores(y: ArrayLike<number>, treated: ArrayLike<number>): Float64Array {
  const sums = [0, 0];
  const counts = [0, 0];
  for (let r = 0; r < y.length; r++) {
    sums[treated[r]] += y[r];
    counts[treated[r]]++;
  }
  const [control, treatedMean] = [sums[0] / counts[0], sums[1] / counts[1]];
  const chance = counts[1] / y.length;
  return Float64Array.from({ length: y.length }, (_, r) => {
    const missed = treated[r] === 1 ? (y[r] - treatedMean) / chance : -(y[r] - control) / (1 - chance);
    return treatedMean - control + missed;
  });
}

type Rate = { autoc: number; qini: number };

/** Means over all ranks of the gain of the people so far over the mean of all, as such and times the share so far. */
function rateOf(order: Uint32Array, scores: ArrayLike<number>, uplift: ArrayLike<number>): Rate {
  const total = order.reduce((sum, r) => sum + scores[r], 0);
  const mean = total / order.length;
  let sum = 0;
  let autoc = 0;
  let qini = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let ofTies = 0;
    while (end < order.length && uplift[order[end]] === uplift[order[start]]) ofTies += scores[order[end++]];
    for (let i = start; i < end; i++) {
      sum += ofTies / (end - start);
      autoc += sum / (i + 1) - mean;
      qini += (sum - mean * (i + 1)) / order.length;
    }
    start = end;
  }
  return { autoc: autoc / order.length, qini: qini / order.length };
}

/** Halves of the ranked rows, drawn without replacement and still ranked. */
function drawHalves(order: Uint32Array, draws: number, seed: number): Uint32Array[] {
  const random = createRandom(seed);
  const places = Uint32Array.from(order, (_, i) => i);
  return Array.from({ length: draws }, () => {
    random.shuffle(places);
    const half = places.slice(0, Math.floor(order.length / 2)).sort();
    return half.map((place) => order[place]);
  });
}

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
