// How good are predicted probabilities? The curves and tables of an evaluation report: ROC, precision–recall,
// calibration with Wilson intervals, lift and cumulative gain by tenths, precision at thresholds.
import { wilsonInterval } from '../math/index.ts';
import { ascendingGroups, equalMassBins } from './metrics.ts';

type Numbers = ArrayLike<number>;

/** False and true positive rate when everyone at or above a threshold is called positive; from (0, 0) to (1, 1). */
export function rocCurve(y: Numbers, p: Numbers): { threshold: number; fpr: number; tpr: number }[] {
  const { groups, positives, negatives } = descending(y, p);
  const points = [{ threshold: Number.POSITIVE_INFINITY, fpr: 0, tpr: 0 }];
  let truePositive = 0;
  let falsePositive = 0;
  for (const group of groups) {
    truePositive += group.positive;
    falsePositive += group.negative;
    points.push({ threshold: group.p, fpr: falsePositive / negatives, tpr: truePositive / positives });
  }
  return withoutMiddles(points, ({ fpr, tpr }) => [fpr, tpr]);
}

/** Recall and precision when everyone at or above a threshold is called positive, highest threshold first. */
export function prCurve(y: Numbers, p: Numbers): { threshold: number; recall: number; precision: number }[] {
  const { groups, positives } = descending(y, p);
  let truePositive = 0;
  let called = 0;
  return groups.map((group) => {
    truePositive += group.positive;
    called += group.positive + group.negative;
    return { threshold: group.p, recall: truePositive / positives, precision: truePositive / called };
  });
}

/** One point per bin of equal mass: mean prediction, observed share and its 95 % Wilson interval. */
export function calibrationCurve(
  y: Numbers,
  p: Numbers,
  { bins = 10 }: { bins?: number } = {},
): { predicted: number; observed: number; low: number; high: number; people: number; positives: number }[] {
  return equalMassBins(y, p, bins).map(({ mass, positive, predicted }) => {
    const [low, high] = wilsonInterval(positive, mass);
    return { predicted: predicted / mass, observed: positive / mass, low, high, people: mass, positives: positive };
  });
}

/** A tenth of the people, best scores first, and what came of them. */
export type LiftRow = {
  decile: number;
  people: number;
  conversions: number;
  rate: number;
  /** Rate over the rate of everyone. */
  lift: number;
  /** Share of all conversions found in this tenth and the better ones. */
  cumulativeGain: number;
};

/** Lift by tenths of the people; within a tie, conversions are spread evenly, so the table does not hang on the order. */
export function liftTable(y: Numbers, p: Numbers, { tenths = 10 }: { tenths?: number } = {}): LiftRow[] {
  const people = y.length;
  const found = conversionsAmongBest(y, p);
  const all = found(people);
  const edges = Array.from({ length: tenths + 1 }, (_, t) => Math.round((t * people) / tenths));
  return edges.slice(1).map((end, t) => {
    const size = end - edges[t];
    const conversions = found(end) - found(edges[t]);
    const rate = conversions / size;
    return {
      decile: t + 1,
      people: size,
      conversions,
      rate,
      lift: rate / (all / people),
      cumulativeGain: found(end) / all,
    };
  });
}

/** Share of all conversions found among the best-scored share of people, at `points` + 1 even steps from 0 to 1. */
export function gainCurve(
  y: Numbers,
  p: Numbers,
  { points = 100 }: { points?: number } = {},
): { share: number; gain: number }[] {
  const found = conversionsAmongBest(y, p);
  const all = found(y.length);
  return Array.from({ length: points + 1 }, (_, i) => {
    const share = i / points;
    return { share, gain: found(share * y.length) / all };
  });
}

/** What calling everyone at or above a threshold positive would have meant. */
export type ThresholdRow = {
  threshold: number;
  people: number;
  truePositives: number;
  falsePositives: number;
  /** NaN when nobody is called. */
  precision: number;
  recall: number;
};

export function thresholdTable(y: Numbers, p: Numbers, thresholds: readonly number[]): ThresholdRow[] {
  let positives = 0;
  for (let i = 0; i < y.length; i++) positives += y[i];
  return thresholds.map((threshold) => {
    let people = 0;
    let truePositives = 0;
    for (let i = 0; i < y.length; i++) {
      if (!(p[i] >= threshold)) continue;
      people++;
      truePositives += y[i];
    }
    const precision = truePositives / people;
    return {
      threshold,
      people,
      truePositives,
      falsePositives: people - truePositives,
      precision,
      recall: truePositives / positives,
    };
  });
}

/** Share of positives among everyone at or above the threshold; NaN when nobody is. */
export function precisionAtThreshold(y: Numbers, p: Numbers, threshold: number): number {
  return thresholdTable(y, p, [threshold])[0].precision;
}

function descending(y: Numbers, p: Numbers) {
  const groups = ascendingGroups(y, p).reverse();
  const positives = groups.reduce((sum, group) => sum + group.positive, 0);
  return { groups, positives, negatives: y.length - positives };
}

/** The number of conversions among the best `count` people, a fraction of a tie counting as a fraction of it. */
function conversionsAmongBest(y: Numbers, p: Numbers): (count: number) => number {
  const people = [0];
  const conversions = [0];
  for (const group of descending(y, p).groups) {
    people.push(people[people.length - 1] + group.positive + group.negative);
    conversions.push(conversions[conversions.length - 1] + group.positive);
  }
  return (count) => {
    let low = 0;
    let high = people.length - 1;
    if (count >= people[high]) return conversions[high];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (people[middle] <= count) low = middle;
      else high = middle;
    }
    const share = (count - people[low]) / (people[high] - people[low]);
    return conversions[low] + share * (conversions[high] - conversions[low]);
  };
}

/** Drops the points that lie on a straight line between their neighbours. */
function withoutMiddles<Point>(points: Point[], at: (point: Point) => [number, number]): Point[] {
  const kept: Point[] = [];
  for (let i = 0; i < points.length; i++) {
    if (kept.length > 0 && i + 1 < points.length) {
      const [x0, y0] = at(kept[kept.length - 1]);
      const [x1, y1] = at(points[i]);
      const [x2, y2] = at(points[i + 1]);
      if (Math.abs((x1 - x0) * (y2 - y1) - (x2 - x1) * (y1 - y0)) < 1e-15) continue;
    }
    kept.push(points[i]);
  }
  return kept;
}
