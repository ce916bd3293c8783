// Two shares held against each other: the test with a pooled share, the interval of the difference (Newcombe 1998, method
// 10: Wilson's intervals put together), the interval of the ratio (delta method on its logarithm, Katz et al. 1978), and
// how many people it takes to see a difference (Fleiss, Levin & Paik 2003, equation 4.14 without correction).

import { wilsonInterval } from './intervals.ts';
import { normalCdf, normalQuantile } from './special.ts';

/** So many of so many; both may be weighted, as long as `of` is the number of people that carry the weight. */
export type Share = { count: number; of: number };

/** Two-sided, with the shares pooled under the hypothesis that they are one. */
export function sharesPValue(a: Share, b: Share): number {
  const pooled = (a.count + b.count) / (a.of + b.of);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / a.of + 1 / b.of));
  if (!(error > 0)) return 1;
  return 2 * normalCdf(-Math.abs(a.count / a.of - b.count / b.of) / error);
}

/** 95 % unless told otherwise, of a − b. */
export function differenceInterval(a: Share, b: Share, confidence = 0.95): [low: number, high: number] {
  const [p, q] = [a.count / a.of, b.count / b.of];
  const [lowA, highA] = wilsonInterval(a.count, a.of, confidence);
  const [lowB, highB] = wilsonInterval(b.count, b.of, confidence);
  return [p - q - Math.hypot(p - lowA, highB - q), p - q + Math.hypot(highA - p, q - lowB)];
}

/** Of a / b; undefined where one of them is 0, for there its logarithm has no variance. */
export function ratioInterval(a: Share, b: Share, confidence = 0.95): [low: number, high: number] | undefined {
  if (a.count <= 0 || b.count <= 0) return undefined;
  const ratio = a.count / a.of / (b.count / b.of);
  const error = Math.sqrt(1 / a.count - 1 / a.of + 1 / b.count - 1 / b.of);
  const factor = Math.exp(normalQuantile(0.5 + confidence / 2) * error);
  return [ratio / factor, ratio * factor];
}

/** People in each arm, to tell two shares apart with 80 % power at 5 %. */
export function peoplePerArm(rate: number, hoped: number): number {
  const mean = (rate + hoped) / 2;
  const root = alphaZ * Math.sqrt(2 * mean * (1 - mean)) + powerZ * spread(rate, 1, hoped, 1);
  return Math.ceil((root / (hoped - rate)) ** 2);
}

/** The smallest share above `rate` that arms of `n` (with `rate`) and `m` people show with 80 % power at 5 %; at most 1. */
export function detectableShare(rate: number, n: number, m: number): number {
  const isSeen = (share: number) => {
    const pooled = (rate * n + share * m) / (n + m);
    const under = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
    return share - rate >= alphaZ * under + powerZ * spread(rate, n, share, m);
  };
  let [low, high] = [rate, 1];
  if (!isSeen(high)) return 1;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (isSeen(middle)) high = middle;
    else low = middle;
  }
  return high;
}

const alphaZ = normalQuantile(0.975);
const powerZ = normalQuantile(0.8);

function spread(p: number, n: number, q: number, m: number): number {
  return Math.sqrt((p * (1 - p)) / n + (q * (1 - q)) / m);
}
