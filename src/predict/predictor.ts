// What a trained model is when it is put to use: the learner's fitted model, the calibration that turns its answer into a
// probability that holds, and what is needed to say how sure it is. Saved as one JSON blob, checked when it is read.
//
// Confidence, 0 to 1, of one prediction = (1 − width of the 90 % interval of the conversion rate among the people with
// the nearest predictions in training) × factor of the ladder × (½ + ½ · share of what the model looks at that is known
// of this person, signals counted by their importance). Thin data, a low rung and an unknown person each lower it.

import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { InklingError } from '../errors.ts';
import {
  type FittedModel,
  fromJSON,
  type Hazards,
  logOdds,
  type Matrix,
  readHazards,
  sigmoid,
} from '../learn/index.ts';
import { type Calibrator, readCalibrator } from './calibration.ts';
import { predictConversionDate, predictConversionDay } from './conversionDate.ts';
import { isRule, readRule } from './rule.ts';
import type { Season } from './season.ts';

export type Rung = 'rule' | 'logistic' | 'boosting';

/** A stretch of calibrated probabilities up to `upTo` and how many people stand behind it. */
const Neighbourhood = Type.Object({
  upTo: Type.Number({ minimum: 0, maximum: 1 }),
  people: Type.Integer({ minimum: 0 }),
  /** 90 % Wilson interval of the conversion rate. */
  low: Type.Number({ minimum: 0, maximum: 1 }),
  high: Type.Number({ minimum: 0, maximum: 1 }),
});
export type Neighbourhood = Static<typeof Neighbourhood>;

const PredictorFile = Type.Object({
  format: Type.Literal('inkling-predictor-1'),
  rung: Type.Union([Type.Literal('rule'), Type.Literal('logistic'), Type.Literal('boosting')]),
  signalSet: Type.String(),
  signals: Type.Array(Type.String(), { minItems: 1 }),
  timeframeDays: Type.Integer({ minimum: 1 }),
  model: Type.Unknown(),
  calibrator: Type.Unknown(),
  within: Type.Array(Type.Object({ days: Type.Integer({ minimum: 1 }), calibrator: Type.Unknown() })),
  neighbourhoods: Type.Array(Neighbourhood, { minItems: 1 }),
  ladderFactor: Type.Number({ minimum: 0, maximum: 1 }),
  level: Type.Object({ asOf: Type.String(), shift: Type.Number() }),
  season: Type.Optional(
    Type.Object({ trade: Type.String(), amplitude: Type.Number(), error: Type.Number(), weeks: Type.Integer() }),
  ),
  timeline: Type.Optional(Type.Unknown()),
  /** Shares that sum to one, in the order of the signals. */
  importance: Type.Array(Type.Number({ minimum: 0, maximum: 1 })),
});

export type PredictorParts = {
  rung: Rung;
  /** Id of the signal set whose snapshots the model reads; `signals` may be a part of it. */
  signalSet: string;
  timeframeDays: number;
  model: FittedModel;
  calibrator: Calibrator;
  /** The same for a conversion within fewer days than the timeframe. */
  within: readonly { days: number; calibrator: Calibrator }[];
  neighbourhoods: readonly Neighbourhood[];
  ladderFactor: number;
  /** The level at the latest moment learned from, ISO 8601 ('' = none), as log-odds added to everyone; see level.ts. */
  level: { asOf: string; shift: number };
  /** What the calendar of the trade lets one expect; absent = nothing. */
  season?: Season;
  /** When people with such chances convert; absent = at an even rate. */
  timeline?: Hazards;
  importance: readonly number[];
};

export type Predictor = PredictorParts & {
  readonly signals: readonly string[];
  /** Calibrated probabilities of a conversion within the timeframe. */
  predict(x: Matrix): Float64Array;
  predictRow(row: Float32Array): number;
  /** The same within fewer days, if the model learned that span; see `within`. */
  predictWithin(x: Matrix, days: number): Float64Array | undefined;
  /** Of one row, within the timeframe and within fewer days, for the work of one. */
  predictRowBoth(row: Float32Array, days: number): { probability: number; within: number | undefined };
  /** The same model with everyone's log-odds moved by so much, instead of by the level it learned. */
  withLevel(shift: number): Predictor;
  /** Log-odds per signal before calibration; the last element is the bias. */
  contributions(row: Float32Array): Float64Array;
  /** Calibrated probabilities of many rows, and for each signal a list of what it adds to their log-odds before calibration; last, the bias. */
  explain(x: Matrix): { probabilities: Float64Array; contributions: Float64Array[] };
  /** The day by which a conversion is as likely to have happened as not; null = more than a year away. */
  conversionDate(probability: number, asOf: Date): string | null;
  /** The same in days since 1970. */
  conversionDay(probability: number, asOf: Date): number | null;
  confidence(row: Float32Array, probability: number): number;
  /** The same of many rows, whose columns stand in the order of the signals. */
  confidences(x: Matrix, probabilities: Float64Array): Float64Array;
  /** The same in words: what stands behind the number. From a row, or from the confidence that was kept of one. */
  confidenceReason(of: Float32Array | number, probability: number): string;
  toJSON(): object;
};

export function assemblePredictor(parts: PredictorParts): Predictor {
  const { model, calibrator, neighbourhoods, ladderFactor, importance, timeframeDays, timeline } = parts;
  const { shift } = parts.level;
  const curveOf = (days: number) =>
    days === timeframeDays ? calibrator : parts.within.find((span) => span.days === days)?.calibrator;
  const finish = (score: number, curve: Calibrator) => {
    const probability = curve.predict(score);
    return shift === 0 ? probability : sigmoid(logOdds(probability) + shift);
  };
  const known = (row: Float32Array) => {
    let share = 0;
    for (let c = 0; c < importance.length; c++) if (!Number.isNaN(row[c])) share += importance[c];
    return Math.min(1, share);
  };
  const nearest = (probability: number) =>
    neighbourhoods.find(({ upTo }) => probability <= upTo) ?? neighbourhoods[neighbourhoods.length - 1];
  /** What of a confidence is not the person's own. */
  const certainty = (probability: number) => {
    const { low, high } = nearest(probability);
    return (1 - (high - low)) * ladderFactor;
  };
  const knownBehind = (confidence: number, probability: number) => {
    const most = certainty(probability);
    return most > 0 ? Math.max(0, Math.min(1, (2 * confidence) / most - 1)) : undefined;
  };
  return {
    ...parts,
    signals: model.names,
    predict: (x) => model.rawScores(x).map((score) => finish(score, calibrator)),
    predictRow: (row) => finish(model.rawScore(row), calibrator),
    predictWithin(x, days) {
      const curve = curveOf(days);
      return curve && model.rawScores(x).map((score) => finish(score, curve));
    },
    predictRowBoth(row, days) {
      const [score, curve] = [model.rawScore(row), curveOf(days)];
      return { probability: finish(score, calibrator), within: curve && finish(score, curve) };
    },
    withLevel: (moved) => assemblePredictor({ ...parts, level: { ...parts.level, shift: moved } }),
    contributions: (row) => model.contributions(row),
    explain(x) {
      const { scores, contributions } = model.explain(x);
      return { probabilities: scores.map((score) => finish(score, calibrator)), contributions };
    },
    conversionDate: (probability, asOf) => predictConversionDate(probability, { timeframeDays, timeline, asOf }),
    conversionDay: (probability, asOf) => predictConversionDay(probability, { timeframeDays, timeline, asOf }),
    confidence: (row, probability) => certainty(probability) * (0.5 + 0.5 * known(row)),
    confidences(x, probabilities) {
      const shares = new Float64Array(x.rows);
      for (let c = 0; c < importance.length; c++) {
        const [column, share] = [x.columns[c], importance[c]];
        if (share === 0) continue;
        for (let r = 0; r < shares.length; r++) shares[r] += Number.isNaN(column[r]) ? 0 : share;
      }
      return shares.map((share, r) => certainty(probabilities[r]) * (0.5 + 0.5 * Math.min(1, share)));
    },
    confidenceReason(of, probability) {
      const share = typeof of === 'number' ? knownBehind(of, probability) : known(of);
      const { people, low, high } = nearest(probability);
      const percent = (share: number) => `${Math.round(share * 100)} %`;
      const behind =
        people === 0
          ? 'No outcome of similar people is known yet'
          : `Of ${people.toLocaleString('en-US')} people with similar scores ${percent(low)} to ${percent(high)} converted`;
      const rule = parts.rung === 'rule' ? '; a simple rule stands in until there is more data' : '';
      const person =
        share === undefined ? '' : `; ${percent(share)} of what the model looks at is known of this person`;
      return `${behind}${person}${rule}.`;
    },
    toJSON: () => ({
      format: 'inkling-predictor-1',
      rung: parts.rung,
      signalSet: parts.signalSet,
      timeframeDays: parts.timeframeDays,
      signals: model.names,
      model: model.toJSON(),
      calibrator: calibrator.toJSON(),
      within: parts.within.map((span) => ({ days: span.days, calibrator: span.calibrator.toJSON() })),
      neighbourhoods,
      ladderFactor,
      level: parts.level,
      season: parts.season,
      timeline: parts.timeline?.toJSON(),
      importance,
    }),
  };
}

/** Reads what `toJSON` wrote; refuses a damaged file with the reason. */
export function readPredictor(json: unknown): Predictor {
  if (!Value.Check(PredictorFile, json)) {
    const first = Value.Errors(PredictorFile, json)[0];
    broken(first ? `${first.instancePath || 'the whole'} ${first.message}` : 'it has another form');
  }
  const model = isRule(json.model) ? readRule(json.model) : fromJSON(json.model);
  const names = model.names;
  if (names.length !== json.signals.length || names.some((name, c) => name !== json.signals[c])) {
    broken('its signals are not those of its model');
  }
  if (json.importance.length !== names.length) broken('its importances do not fit its signals');
  const within = json.within.map(({ days, calibrator }) => ({ days, calibrator: readCalibrator(calibrator) }));
  const timeline = json.timeline === undefined ? undefined : readHazards(json.timeline);
  return assemblePredictor({ ...json, model, calibrator: readCalibrator(json.calibrator), within, timeline });
}

function broken(reason: string): never {
  throw new InklingError('model_file_invalid', `The saved model cannot be read: ${reason}.`, {
    hint: 'Train the model again, or restore the file from a backup.',
  });
}
