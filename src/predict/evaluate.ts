// The evaluation report [WH-8]: how the model did on moments it had not seen, in plain words first. All figures are of
// the calibrated probabilities at the test moments together; people that stand at two moments count twice, so intervals
// are a little too narrow.

import {
  brier,
  calibrationCurve,
  calibrationError,
  liftTable,
  logLoss,
  prAuc,
  prCurve,
  rocAuc,
  rocAucInterval,
  rocCurve,
  thresholdTable,
} from '../learn/index.ts';
import { wilsonInterval } from '../math/index.ts';
import { LEVELS, type Level, levelRange, scoreOf } from './score.ts';

export type Interval = [low: number, high: number];

export type Performance = {
  /** `protocol`: tested on later days, or — with too short a history — on people held out. */
  holdout: { asOf: string[]; people: number; conversions: number; protocol: 'later days' | 'people held out' };
  auc: number | null;
  aucInterval: Interval | null;
  prAuc: number | null;
  logLoss: number | null;
  brier: number | null;
  calibrationError: number | null;
  baselineAuc: number | null;
  baselineName: string;
  logisticAuc: number | null;
  roc: { fpr: number; tpr: number }[];
  baselineRoc: { fpr: number; tpr: number }[];
  pr: { recall: number; precision: number }[];
  calibration: { predicted: number; observed: number; low: number; high: number; people: number }[];
  lift: { decile: number; people: number; conversions: number; rate: number; lift: number; cumulativeGain: number }[];
  thresholds: {
    threshold: number;
    people: number;
    truePositives: number;
    falsePositives: number;
    precision: number | null;
    recall: number | null;
  }[];
  segments: { name: Level; size: number; actualConversionRate: number | null; interval: Interval | null }[];
  /** People and conversions per score 0 … 100, so that any range of scores can be answered. */
  scores: { score: number; people: number; conversions: number }[];
  /** Of everybody, and of those with at least the confidence of a quarter, half and three quarters of the people. */
  byConfidence?: { atLeast: number; people: number; error: number; brier: number }[];
  statement: string;
};

export type HoldoutRows = {
  asOf: readonly Date[];
  protocol: Performance['holdout']['protocol'];
  y: Float32Array;
  predicted: Float64Array;
  /** How sure each prediction is, 0 to 1. */
  confidence: Float64Array;
  /** Scores of the naive rule, higher = likelier, and its name in words. */
  baseline: Float64Array;
  baselineName: string;
  logistic?: Float64Array;
};

export type Wording = { infinitive: string; past: string };

const ROC_POINTS = 200;
const THRESHOLDS = Array.from({ length: 19 }, (_, i) => 5 * (i + 1));

export function evaluate(rows: HoldoutRows, timeframeDays: number, wording: Wording): Performance {
  const { y, predicted } = rows;
  const conversions = y.reduce((sum, outcome) => sum + outcome, 0);
  const both = conversions > 0 && conversions < y.length;
  const ranked = <T>(value: () => T): T | null => (both ? value() : null);
  const scores = tally(y, predicted);
  return {
    holdout: {
      asOf: rows.asOf.map((moment) => moment.toISOString()),
      people: y.length,
      conversions,
      protocol: rows.protocol,
    },
    auc: ranked(() => rocAuc(y, predicted)),
    aucInterval: conversions > 1 && y.length - conversions > 1 ? rocAucInterval(y, predicted) : null,
    prAuc: ranked(() => prAuc(y, predicted)),
    logLoss: y.length > 0 ? logLoss(y, predicted) : null,
    brier: y.length > 0 ? brier(y, predicted) : null,
    calibrationError: y.length > 0 ? calibrationError(y, predicted) : null,
    baselineAuc: ranked(() => rocAuc(y, rows.baseline)),
    baselineName: rows.baselineName,
    logisticAuc: rows.logistic ? ranked(() => rocAuc(y, rows.logistic as Float64Array)) : null,
    roc: both ? rocPoints(y, predicted) : [],
    baselineRoc: both ? rocPoints(y, rows.baseline) : [],
    pr: both ? thin(prCurve(y, predicted)).map(({ recall, precision }) => ({ recall, precision })) : [],
    calibration: y.length > 0 ? calibrationPoints(y, predicted) : [],
    lift: both && y.length >= 10 ? liftTable(y, predicted) : [],
    thresholds: thresholdTable(y, predicted.map(scoreOf), THRESHOLDS).map((row) => ({
      ...row,
      precision: orNull(row.precision),
      recall: orNull(row.recall),
    })),
    segments: LEVELS.map((name) => ({ name, ...rateOfRange(scores, ...levelRange(name)) })),
    scores,
    byConfidence: errorsByConfidence(rows),
    statement: stateInWords(scores, y.length, conversions, timeframeDays, wording),
  };
}

/** People within a range of scores, and the share that converted with its 95 % interval. */
export function rateOfRange(
  scores: Performance['scores'],
  minScore: number,
  maxScore: number,
): { size: number; actualConversionRate: number | null; interval: Interval | null } {
  let size = 0;
  let conversions = 0;
  for (const at of scores) {
    if (at.score < minScore || at.score > maxScore) continue;
    size += at.people;
    conversions += at.conversions;
  }
  if (size === 0) return { size, actualConversionRate: null, interval: null };
  return { size, actualConversionRate: conversions / size, interval: wilsonInterval(conversions, size) };
}

/** What confidence is worth: `error` is the mean distance of the probability from what happened (1 or 0). */
function errorsByConfidence({ y, predicted, confidence }: HoldoutRows): Performance['byConfidence'] {
  const sorted = confidence.toSorted();
  const cuts = [0, 0.25, 0.5, 0.75].map((share) => (share === 0 ? 0 : sorted[Math.floor(share * sorted.length)]));
  return [...new Set(cuts)].flatMap((atLeast) => {
    const rows = Array.from(y.keys()).filter((r) => confidence[r] >= atLeast);
    if (rows.length === 0) return [];
    const mean = (of: (distance: number) => number) =>
      rows.reduce((sum, r) => sum + of(Math.abs(y[r] - predicted[r])), 0) / rows.length;
    return [{ atLeast, people: rows.length, error: mean((d) => d), brier: mean((d) => d * d) }];
  });
}

function tally(y: Float32Array, predicted: Float64Array): Performance['scores'] {
  const scores = Array.from({ length: 101 }, (_, score) => ({ score, people: 0, conversions: 0 }));
  for (let r = 0; r < y.length; r++) {
    const at = scores[scoreOf(predicted[r])];
    at.people++;
    at.conversions += y[r];
  }
  return scores;
}

function stateInWords(
  scores: Performance['scores'],
  people: number,
  conversions: number,
  timeframeDays: number,
  { past }: Wording,
): string {
  const within = `within ${timeframeDays} ${timeframeDays === 1 ? 'day' : 'days'}`;
  if (people === 0) return 'No outcome is known yet, so nothing can be said about how well this predicts.';
  const high = rateOfRange(scores, ...levelRange('HIGH'));
  if (high.actualConversionRate !== null && high.size > 0) {
    const of = high.size < 100 ? `${high.size}` : '100';
    const bought = Math.round(high.actualConversionRate * Number(of));
    return `Of ${of} ${of === '1' ? 'person' : 'people'} called High, ${bought} ${past} ${within}.`;
  }
  const medium = rateOfRange(scores, ...levelRange('MEDIUM'));
  const all = Math.round((100 * conversions) / people);
  const next =
    medium.actualConversionRate === null
      ? ''
      : ` Of 100 people called Medium, ${Math.round(100 * medium.actualConversionRate)} ${past} ${within}.`;
  return `Nobody in the test reached High (70 or more).${next} Of everyone, ${all} in 100 did.`;
}

function calibrationPoints(y: Float32Array, predicted: Float64Array): Performance['calibration'] {
  return calibrationCurve(y, predicted).map(({ predicted: mean, observed, low, high, people }) => ({
    predicted: mean,
    observed,
    low,
    high,
    people,
  }));
}

function rocPoints(y: Float32Array, scores: Float64Array): { fpr: number; tpr: number }[] {
  return thin(rocCurve(y, scores)).map(({ fpr, tpr }) => ({ fpr, tpr }));
}

/** At most 200 points, the first and the last among them. */
function thin<Point>(points: Point[]): Point[] {
  if (points.length <= ROC_POINTS) return points;
  return Array.from({ length: ROC_POINTS }, (_, i) => points[Math.round((i * (points.length - 1)) / (ROC_POINTS - 1))]);
}

const orNull = (value: number) => (Number.isNaN(value) ? null : value);
