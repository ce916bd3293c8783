// Fair classification by weighted fits (Agarwal et al. 2018, "A reductions approach to fair classification"): after each fit
// the groups that its decisions favour pay more for a positive decision, by exponentiated gradient, and rows are relabelled
// and weighed by those prices. Two departures: each cell's gap is answered at the same pace, however small the group, and
// the answer is the mean of the later fits' scores instead of a draw among all fits.
import { blendModels } from '../blend.ts';
import type { FittedModel } from '../learner.ts';
import type { FairnessConstraint, GroupedRows } from './groupGaps.ts';

/** Fits on the same rows with other outcomes and weights. */
export type Fit = (y: Float32Array, weights?: Float32Array) => FittedModel;

export type ReductionOptions = { constraint: FairnessConstraint; slack: number; rounds: number; threshold: number };

/**
 * Multipliers are prices of one positive decision in the cell, in wrong decisions: so a gap moves the decisions of a small
 * group as much as those of a large one, and a price of 2 would turn any. STEP says how fast they answer to a gap.
 */
const LARGEST_MULTIPLIER = 2;
const STEP = 3;

/**
 * Exponentiated gradient (Agarwal et al. 2018, algorithm 1): answers the mean of the later half of the fits. The first ones,
 * made while the multipliers were still on their way, would keep the gap open unless there were many rounds.
 */
export function reduce(rows: GroupedRows, free: FittedModel, fit: Fit, options: ReductionOptions): FittedModel {
  const { constraint, slack, rounds, threshold } = options;
  const cells = cellsOf(rows, constraint);
  // Per cell one multiplier for a rate that is too high and one for a rate that is too low.
  const logits = cells.map(() => [0, 0]);
  const members = [free];
  while (members.length < rounds) {
    const model = members[members.length - 1];
    const decisions = model.predict(rows.x).map((p) => Number(p >= threshold));
    cells.forEach((cell, k) => {
      const gap = meanOver(decisions, cell.rows) - meanOver(decisions, cell.among);
      logits[k][0] += STEP * (gap - slack);
      logits[k][1] += STEP * (-gap - slack);
    });
    const [labels, weights] = bestResponse(rows.y, cells, pricesOf(logits), threshold);
    if (!labels.includes(0) || !labels.includes(1)) break;
    members.push(fit(labels, weights));
  }
  const kept = members.slice(Math.floor(members.length / 2));
  return blendModels(kept.map((model) => ({ model, share: 1 / kept.length })));
}

/** Rows whose rate is held against that of `among`, both by their places. */
type Cell = { rows: number[]; among: number[] };

/** Demographic parity: each group among all. Equalised odds: each group's rows of an outcome among all of that outcome. */
function cellsOf({ y, groups }: GroupedRows, constraint: FairnessConstraint): Cell[] {
  const all = Array.from(y.keys());
  const strata =
    constraint === 'demographic-parity' ? [all] : [all.filter((r) => y[r] === 0), all.filter((r) => y[r] === 1)];
  return strata.flatMap((among) => {
    const present = [...new Set(among.map((r) => groups[r]))].sort((a, b) => a - b);
    return present.map((group) => ({ among, rows: among.filter((r) => groups[r] === group) }));
  });
}

function meanOver(values: Float64Array, rows: readonly number[]): number {
  let sum = 0;
  for (const r of rows) sum += values[r];
  return sum / rows.length;
}

/** What a positive decision costs per cell: the multiplier of a rate too high less that of one too low. */
function pricesOf(logits: readonly (readonly number[])[]): number[] {
  const total = logits.flat().reduce((sum, logit) => sum + Math.exp(logit), 1);
  return logits.map(([high, low]) => (LARGEST_MULTIPLIER * (Math.exp(high) - Math.exp(low))) / total);
}

/**
 * The rows relabelled and weighed such that deciding at the threshold is best for accuracy and prices together: a row's
 * label is the cheaper decision, its weight what the other would cost more.
 */
function bestResponse(
  y: Float32Array,
  cells: readonly Cell[],
  prices: readonly number[],
  threshold: number,
): [labels: Float32Array, weights: Float32Array] {
  const costs = Float64Array.from(y, (outcome) => (outcome === 1 ? threshold - 1 : threshold));
  cells.forEach(({ rows, among }, k) => {
    for (const r of rows) costs[r] += prices[k];
    for (const r of among) costs[r] -= (prices[k] * rows.length) / among.length;
  });
  return [
    Float32Array.from(costs, (cost) => Number(cost < 0)),
    Float32Array.from(costs, (cost) => (cost < 0 ? -cost / (1 - threshold) : cost / threshold)),
  ];
}
