// Is the predicted uplift the observed one? People in groups of equal size by predicted uplift, with the difference of the
// arms in each; and the line of scores on predictions (Chernozhukov, Demirer, Duflo & Fernández-Val 2018), whose slope is
// 1 where predictions are right, below 1 where they spread too far and 0 where they say nothing.
import { normalQuantile } from '../../math/index.ts';
import { type Judged, rank } from './qini.ts';
import { randomisedScores } from './rate.ts';

/** One group; rates are mean outcomes, NaN where an arm has nobody. */
export type UpliftGroup = {
  people: number;
  treated: number;
  control: number;
  treatedRate: number;
  controlRate: number;
  predicted: number;
  observed: number;
  low: number;
  high: number;
};

/** Groups of about equal size, the highest predictions first, with the interval of the observed uplift (Welch). */
export function upliftByDecile(judged: Judged, { groups = 10, confidence = 0.95 } = {}): UpliftGroup[] {
  const order = rank(judged.uplift);
  const z = normalQuantile(0.5 + confidence / 2);
  const made = Math.min(groups, order.length);
  return Array.from({ length: made }, (_, g) => {
    const start = Math.floor((g * order.length) / made);
    return describeGroup(judged, order.subarray(start, Math.floor(((g + 1) * order.length) / made)), z);
  });
}

/** The line of unbiased scores on predictions, and the mean distance between predicted and observed over the deciles. */
export type UpliftCalibration = {
  slope: number;
  slopeStandardError: number;
  /** Mean of what the scores say minus mean of the predictions. */
  bias: number;
  error: number;
};

/** How far predictions can be taken at their word; `scores` default to those of a random draw. */
export function upliftCalibration(
  judged: Judged,
  scores: ArrayLike<number> = randomisedScores(judged.y, judged.treated),
): UpliftCalibration {
  const { uplift } = judged;
  const rows = uplift.length;
  const meanOf = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / rows;
  const [meanScore, meanUplift] = [meanOf(scores), meanOf(uplift)];
  let spread = 0;
  let shared = 0;
  for (let r = 0; r < rows; r++) {
    spread += (uplift[r] - meanUplift) ** 2;
    shared += (uplift[r] - meanUplift) * (scores[r] - meanScore);
  }
  const slope = shared / spread;
  // Robust to unequal variance (White 1980): scores of rare outcomes vary with the outcome.
  let meat = 0;
  for (let r = 0; r < rows; r++) {
    const away = uplift[r] - meanUplift;
    meat += (away * (scores[r] - meanScore - slope * away)) ** 2;
  }
  const groups = upliftByDecile(judged).filter(({ observed }) => !Number.isNaN(observed));
  const people = groups.reduce((sum, group) => sum + group.people, 0);
  const missed = groups.reduce((sum, one) => sum + one.people * Math.abs(one.observed - one.predicted), 0);
  return { slope, slopeStandardError: Math.sqrt(meat) / spread, bias: meanScore - meanUplift, error: missed / people };
}

function describeGroup({ y, treated, uplift }: Judged, rows: Uint32Array, z: number): UpliftGroup {
  const arms = [1, 0].map((arm) =>
    momentsOf(
      Array.from(rows).filter((r) => treated[r] === arm),
      y,
    ),
  );
  const [one, other] = arms;
  const observed = one.mean - other.mean;
  const half = z * Math.sqrt(one.variance / one.count + other.variance / other.count);
  return {
    people: rows.length,
    treated: one.count,
    control: other.count,
    treatedRate: one.mean,
    controlRate: other.mean,
    predicted: rows.reduce((sum, r) => sum + uplift[r], 0) / rows.length,
    observed,
    low: observed - half,
    high: observed + half,
  };
}

function momentsOf(rows: readonly number[], y: ArrayLike<number>): { count: number; mean: number; variance: number } {
  const count = rows.length;
  const mean = rows.reduce((sum, r) => sum + y[r], 0) / count;
  const variance = rows.reduce((sum, r) => sum + (y[r] - mean) ** 2, 0) / (count - 1);
  return { count, mean, variance };
}
