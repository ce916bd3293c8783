// How differently do groups fare under yes/no decisions? A row is called positive at the threshold or above. The gaps are
// the largest differences between any two groups, as in fairlearn's `demographic_parity_difference` and
// `equalized_odds_difference`; a group in which a rate has no rows takes no part in it.
import type { Matrix } from '../matrix.ts';
import { checkPredictions } from '../metrics.ts';

type Numbers = ArrayLike<number>;

export const fairnessConstraints = ['demographic-parity', 'equalised-odds'] as const;
export type FairnessConstraint = (typeof fairnessConstraints)[number];

/** Rows with their outcomes and the group each belongs to; groups are whole numbers and need be no column of `x`. */
export type GroupedRows = { x: Matrix; y: Float32Array; groups: ArrayLike<number> };

export type GroupRates = {
  group: number;
  rows: number;
  /** Share of the group's rows called positive; of those that happened; of those that did not. NaN: there are none. */
  positiveRate: number;
  truePositiveRate: number;
  falsePositiveRate: number;
  /** Mean prediction and share of yes outcomes. */
  meanPrediction: number;
  outcomeRate: number;
};

/** Rates of each group, ascending by its number; `groups` says for each row to which it belongs. */
export function groupRates(y: Numbers, p: Numbers, groups: Numbers, threshold = 0.5): GroupRates[] {
  checkPredictions(y, p);
  const sums = new Map<number, { rows: number; called: number; yes: number; calledYes: number; predicted: number }>();
  for (let r = 0; r < y.length; r++) {
    const sum = sums.get(groups[r]) ?? { rows: 0, called: 0, yes: 0, calledYes: 0, predicted: 0 };
    const called = Number(p[r] >= threshold);
    sum.rows++;
    sum.called += called;
    sum.yes += y[r];
    sum.calledYes += called * y[r];
    sum.predicted += p[r];
    sums.set(groups[r], sum);
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([group, { rows, called, yes, calledYes, predicted }]) => ({
      group,
      rows,
      positiveRate: called / rows,
      truePositiveRate: calledYes / yes,
      falsePositiveRate: (called - calledYes) / (rows - yes),
      meanPrediction: predicted / rows,
      outcomeRate: yes / rows,
    }));
}

/** Largest difference between two groups in the share called positive. */
export function demographicParityGap(rates: readonly GroupRates[]): number {
  return widest(rates.map(({ positiveRate }) => positiveRate));
}

/** Largest difference between two groups in the true positive or the false positive rate, whichever is larger. */
export function equalisedOddsGap(rates: readonly GroupRates[]): number {
  return Math.max(
    widest(rates.map(({ truePositiveRate }) => truePositiveRate)),
    widest(rates.map(({ falsePositiveRate }) => falsePositiveRate)),
  );
}

function widest(rates: readonly number[]): number {
  const known = rates.filter((rate) => !Number.isNaN(rate));
  return known.length < 2 ? 0 : Math.max(...known) - Math.min(...known);
}
