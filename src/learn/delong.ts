// How sure is an AUC, and is one AUC larger than another on the same rows? DeLong, DeLong & Clarke-Pearson 1988: the AUC
// is a mean over pairs, and its variance follows from how often each single row wins its pairs. The wins are taken from
// midranks (Sun & Xu 2014), so a million rows cost one sort.
import { normalCdf, normalQuantile } from '../math/index.ts';
import { checkPredictions } from './metrics.ts';

type Numbers = ArrayLike<number>;

/**
 * Interval of the ROC AUC, clipped to [0, 1]; with fewer than two rows of a class the variance is unknown, and the
 * interval is [0, 1].
 */
export function rocAucInterval(y: Numbers, p: Numbers, confidence = 0.95): [low: number, high: number] {
  const { auc, ofPositives, ofNegatives } = winsOf(y, p);
  if (ofPositives.length < 2 || ofNegatives.length < 2) return [0, 1];
  const variance = covarianceOf({ ofPositives, ofNegatives }, { ofPositives, ofNegatives });
  const half = normalQuantile(0.5 + confidence / 2) * Math.sqrt(variance);
  return [Math.max(0, auc - half), Math.min(1, auc + half)];
}

/** What two rankings of the same rows differ by. */
export type AucComparison = {
  /** AUC of the first minus AUC of the second. */
  difference: number;
  interval: [low: number, high: number];
  /** Two-sided; 1 when the two rank alike, NaN with fewer than two rows of a class. */
  pValue: number;
};

/** DeLong's test of two correlated AUCs: `p` and `q` predict the same outcomes `y`. */
export function compareRocAuc(y: Numbers, p: Numbers, q: Numbers, confidence = 0.95): AucComparison {
  const first = winsOf(y, p);
  const second = winsOf(y, q);
  const difference = first.auc - second.auc;
  if (first.ofPositives.length < 2 || first.ofNegatives.length < 2) {
    return { difference, interval: [-1, 1], pValue: Number.NaN };
  }
  const variance = covarianceOf(first, first) + covarianceOf(second, second) - 2 * covarianceOf(first, second);
  const error = Math.sqrt(Math.max(0, variance));
  const half = normalQuantile(0.5 + confidence / 2) * error;
  const pValue = error === 0 ? Number(difference === 0) : 2 * normalCdf(-Math.abs(difference) / error);
  return { difference, interval: [difference - half, difference + half], pValue };
}

/** For each positive the share of negatives it beats, for each negative the share of positives that beat it. */
type Wins = { ofPositives: Float64Array; ofNegatives: Float64Array };

function winsOf(y: Numbers, p: Numbers): Wins & { auc: number } {
  checkPredictions(y, p);
  const order = new Uint32Array(y.length);
  let positives = 0;
  for (let i = 0; i < y.length; i++) {
    order[i] = i;
    positives += y[i];
  }
  order.sort((a, b) => p[a] - p[b]);
  const negatives = y.length - positives;
  const wins = new Float64Array(y.length);
  let positivesBelow = 0;
  let negativesBelow = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let tiedPositives = 0;
    for (; end < order.length && p[order[end]] === p[order[start]]; end++) tiedPositives += y[order[end]];
    const tiedNegatives = end - start - tiedPositives;
    const beats = (negativesBelow + 0.5 * tiedNegatives) / negatives;
    const beaten = 1 - (positivesBelow + 0.5 * tiedPositives) / positives;
    for (let i = start; i < end; i++) wins[order[i]] = y[order[i]] === 1 ? beats : beaten;
    positivesBelow += tiedPositives;
    negativesBelow += tiedNegatives;
    start = end;
  }
  const ofPositives = wins.filter((_, r) => y[r] === 1);
  return { auc: meanOf(ofPositives), ofPositives, ofNegatives: wins.filter((_, r) => y[r] === 0) };
}

function covarianceOf(a: Wins, b: Wins): number {
  const within = (u: Float64Array, v: Float64Array) => {
    const [meanU, meanV] = [meanOf(u), meanOf(v)];
    let sum = 0;
    for (let i = 0; i < u.length; i++) sum += (u[i] - meanU) * (v[i] - meanV);
    return sum / (u.length - 1) / u.length;
  };
  return within(a.ofPositives, b.ofPositives) + within(a.ofNegatives, b.ofNegatives);
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
