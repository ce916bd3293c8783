// How good are predicted probabilities? One number each; definitions are scikit-learn's, so that figures compare.
// Every metric takes outcomes y (0 or 1), predictions p and optional weights; it answers NaN where the question has no
// answer (no rows, or a ranking asked of one class only) and refuses outcomes or predictions that are none.
import { InklingError } from '../errors.ts';

type Numbers = ArrayLike<number>;

/** Area under the ROC curve: the chance that a random positive is ranked above a random negative; ties count half. */
export function rocAuc(y: Numbers, p: Numbers, w?: Numbers): number {
  let below = 0;
  let pairs = 0;
  let positives = 0;
  for (const group of ascendingGroups(y, p, w)) {
    pairs += group.positive * (below + 0.5 * group.negative);
    below += group.negative;
    positives += group.positive;
  }
  return pairs / (positives * below);
}

/** Average precision: Σ (recall step) · precision, without interpolation. */
export function prAuc(y: Numbers, p: Numbers, w?: Numbers): number {
  let truePositive = 0;
  let all = 0;
  let sum = 0;
  for (const group of ascendingGroups(y, p, w).reverse()) {
    truePositive += group.positive;
    all += group.positive + group.negative;
    if (all > 0) sum += group.positive * (truePositive / all);
  }
  return sum / truePositive;
}

/** Mean negative log-likelihood in nats; predictions are kept 1e-15 away from 0 and 1. */
export function logLoss(y: Numbers, p: Numbers, w?: Numbers): number {
  return weightedMean(y, p, w, (i) => {
    const kept = Math.min(1 - 1e-15, Math.max(1e-15, p[i]));
    return -(y[i] * Math.log(kept) + (1 - y[i]) * Math.log1p(-kept));
  });
}

/** Mean squared difference between prediction and outcome. */
export function brier(y: Numbers, p: Numbers, w?: Numbers): number {
  return weightedMean(y, p, w, (i) => (p[i] - y[i]) ** 2);
}

/**
 * Expected calibration error: |observed − predicted| averaged over bins of equal mass. Rows with equal predictions
 * share a bin, so a result does not hang on how ties were ordered.
 */
export function calibrationError(
  y: Numbers,
  p: Numbers,
  { bins = 10, w }: { bins?: number; w?: Numbers } = {},
): number {
  let error = 0;
  let mass = 0;
  for (const bin of equalMassBins(y, p, bins, w)) {
    error += Math.abs(bin.positive - bin.predicted);
    mass += bin.mass;
  }
  return error / mass;
}

/** Share of rows on the right side of the threshold; a prediction at the threshold counts as yes. */
export function accuracy(y: Numbers, p: Numbers, threshold = 0.5): number {
  return weightedMean(y, p, undefined, (i) => Number(p[i] >= threshold === (y[i] === 1)));
}

/** Harmonic mean of precision and recall at the threshold; NaN when nobody is positive and nobody is called so. */
export function f1Score(y: Numbers, p: Numbers, threshold = 0.5): number {
  checkPredictions(y, p);
  let truePositive = 0;
  let calledOrPositive = 0;
  for (let i = 0; i < y.length; i++) {
    const called = p[i] >= threshold ? 1 : 0;
    truePositive += called * y[i];
    calledOrPositive += called + y[i];
  }
  return calledOrPositive === 0 ? Number.NaN : (2 * truePositive) / calledOrPositive;
}

/** Rows with one and the same prediction: how much weight of either outcome they carry. */
export type TiedRows = { p: number; positive: number; negative: number };

/** Rows gathered by equal prediction, lowest first. */
export function ascendingGroups(y: Numbers, p: Numbers, w?: Numbers): TiedRows[] {
  checkPredictions(y, p, w);
  const order = ascendingOrder(p);
  const groups: TiedRows[] = [];
  for (let i = 0; i < order.length; ) {
    const group = { p: p[order[i]], positive: 0, negative: 0 };
    for (; i < order.length && p[order[i]] === group.p; i++) {
      const weight = w === undefined ? 1 : w[order[i]];
      if (y[order[i]] === 1) group.positive += weight;
      else group.negative += weight;
    }
    groups.push(group);
  }
  return groups;
}

/** A stretch of rows next to each other in prediction: masses are sums of weights, `predicted` the sum of predictions. */
export type MassBin = { mass: number; positive: number; predicted: number; lowest: number; highest: number };

/** Cuts the rows, lowest prediction first, into at most `bins` stretches of equal mass that keep ties together. */
export function equalMassBins(y: Numbers, p: Numbers, bins: number, w?: Numbers): MassBin[] {
  const groups = ascendingGroups(y, p, w);
  const total = groups.reduce((sum, group) => sum + group.positive + group.negative, 0);
  const cut: MassBin[] = [];
  let passed = 0;
  let lastBin = -1;
  for (const group of groups) {
    const mass = group.positive + group.negative;
    if (mass === 0) continue;
    // A group belongs where its middle lies.
    const bin = Math.min(bins - 1, Math.floor(((passed + mass / 2) / total) * bins));
    passed += mass;
    if (bin !== lastBin) cut.push({ mass: 0, positive: 0, predicted: 0, lowest: group.p, highest: group.p });
    lastBin = bin;
    const current = cut[cut.length - 1];
    current.mass += mass;
    current.positive += group.positive;
    current.predicted += mass * group.p;
    current.highest = group.p;
  }
  return cut;
}

function ascendingOrder(p: Numbers): Uint32Array {
  const order = new Uint32Array(p.length);
  for (let i = 0; i < p.length; i++) order[i] = i;
  return order.sort((a, b) => (p[a] < p[b] ? -1 : p[a] > p[b] ? 1 : a - b));
}

function weightedMean(y: Numbers, p: Numbers, w: Numbers | undefined, valueAt: (row: number) => number): number {
  checkPredictions(y, p, w);
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < y.length; i++) {
    const weight = w === undefined ? 1 : w[i];
    if (weight === 0) continue;
    sum += weight * valueAt(i);
    mass += weight;
  }
  return sum / mass;
}

/** Refuses outcomes other than 0 and 1, predictions that are no numbers, and lists of different length. */
export function checkPredictions(y: Numbers, p: Numbers, w?: Numbers): void {
  if (y.length !== p.length || (w !== undefined && w.length !== y.length)) {
    const weights = w === undefined ? '' : ` and ${w.length} weights`;
    throw new InklingError('invalid_input', `There are ${y.length} outcomes for ${p.length} predictions${weights}.`);
  }
  for (let i = 0; i < y.length; i++) {
    if ((y[i] === 0 || y[i] === 1) && !Number.isNaN(p[i])) continue;
    throw new InklingError('invalid_input', `Row ${i} has the outcome ${y[i]} and the prediction ${p[i]}.`, {
      hint: 'Outcomes are 0 or 1, and a prediction is a number.',
    });
  }
}
