// The ladder: a rule, then logistic regression, then boosting, as the number of conversions grows; never an off switch.
// A rung is taken when there are conversions enough for it and its log loss on people it has not seen is below that of
// the rung under it. Boosting and logistic regression are mixed in log-odds where the mixture is better than either.
// Everything is chosen on folds of people within the training moments: the number of trees, the penalty, the mixture,
// the calibration.

import type { FittedModel } from '../learn/index.ts';
import { wilsonInterval } from '../math/index.ts';
import { fitCalibrator, uncalibrated } from './calibration.ts';
import { fitTimeline } from './conversionDate.ts';
import { LEVEL_DAYS, measureLevel } from './level.ts';
import { assemblePredictor, type Neighbourhood, type Predictor, type Rung } from './predictor.ts';
import { countDistinct, type Rows, recentWeights, rowsWhere, untouchedRows } from './rows.ts';
import { fitRule } from './rule.ts';
import {
  BOOSTING_SHARES,
  bestRecencySignal,
  type Choice,
  cutFolds,
  type Fit,
  fitLogistic,
  heldOutBoosting,
  heldOutScores,
  holdOut,
  lossOfScores,
  mixScores,
  PENALTIES,
  recipeOf,
} from './rungs.ts';
import type { Season } from './season.ts';

/** Distinct conversions (and as many people without one) from which a rung is tried. */
export const CONVERSIONS_NEEDED: Record<Rung, number> = { rule: 0, logistic: 10, boosting: 100 };

export type LadderStep = { rung: Rung; reached: boolean; needs: string; has: string };

export type ClimbOptions = {
  signalSet: string;
  timeframeDays: number;
  /** Signals of which the rule takes the one that ranks people best. */
  recencySignals: readonly string[];
  /** Days of data behind the training. */
  historyDays: number;
  season?: Season;
  seed: number;
  onProgress?: (done: number, total: number) => void;
};

export type Climbed = {
  predictor: Predictor;
  choice: Choice;
  ladder: LadderStep[];
  /** The lower rungs, for the comparison in the report. */
  rule: FittedModel;
  logistic: FittedModel | undefined;
  /** What every row got from a model that had not seen its person, calibrated likewise; absent on the lowest rung. */
  heldOut: Float64Array | undefined;
};

/** Rows of the latest snapshots count for more in the calibration; the weight halves every so many days. */
const CALIBRATION_HALF_LIFE_DAYS = 30;
const ROWS_FOR_ONE_FOLD = 6_000;
const NEIGHBOURHOOD_EDGES = [0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const NEIGHBOURHOOD_PEOPLE = 50;

/** Climbs as far as the rows carry. Rows may be none. */
export function climb(rows: Rows, options: ClimbOptions): Climbed {
  const { conversions, others } = countDistinct(rows);
  const enough = Math.min(conversions, others);
  const ruleSignal = bestRecencySignal(rows, options.recencySignals);
  const choice: Choice = { rung: 'rule', ruleSignal, l2: PENALTIES[1], trees: 0, boostingShare: 0 };
  const folds = cutFolds(rows, options.seed);
  const held =
    enough < CONVERSIONS_NEEDED.logistic ? undefined : choose(rows, folds, choice, { conversions, others }, options);
  const rule = fitRule(rows.x, rows.y, ruleSignal);
  const logistic = held && fitLogistic(rows, choice.l2, options.seed);
  const model = recipeOf(choice, options.seed, logistic && (() => logistic))(rows);
  return {
    ...assemble(rows, model, choice, held?.scores, folds, options),
    choice,
    ladder: held?.ladder ?? ladderOf({ conversions, others }, []),
    rule,
    logistic,
  };
}

/** Fits what was chosen before on other moments; the calibration is made anew, on folds of these people. */
export function refit(rows: Rows, choice: Choice, options: ClimbOptions): Predictor {
  const { conversions, others } = countDistinct(rows);
  if (choice.rung === 'rule' || Math.min(conversions, others) < CONVERSIONS_NEEDED[choice.rung]) {
    const kept: Choice = { ...choice, rung: 'rule' };
    return assemble(rows, recipeOf(kept, options.seed)(rows), kept, undefined, undefined, options).predictor;
  }
  let passed = 0;
  const folds = cutFolds(rows, options.seed);
  const fit = recipeOf(choice, options.seed);
  const scores = heldOutScores(rows, folds, fit, () => options.onProgress?.(++passed, new Set(folds).size + 1));
  return assemble(rows, fit(rows), choice, scores, folds, options).predictor;
}

/** The learner as it is shown. */
export function learnerName({ rung, boostingShare }: Choice): string {
  if (rung !== 'boosting') return rung;
  if (boostingShare === 1) return 'boosting';
  return `boosting ${boostingShare * 100} %, logistic ${(1 - boostingShare) * 100} %`;
}

type Counts = { conversions: number; others: number };
type Contest = { rung: Rung; loss: number; below: number };

/** Writes the choice, and answers the held-out log-odds of what was chosen. */
function choose(rows: Rows, folds: Uint8Array, choice: Choice, counts: Counts, options: ClimbOptions) {
  const boostingToo = Math.min(counts.conversions, counts.others) >= CONVERSIONS_NEEDED.boosting;
  const total = new Set(folds).size * (boostingToo ? 3 : 2) + PENALTIES.length;
  let passed = 0;
  const onFold = () => options.onProgress?.(++passed, total);
  const contests: Contest[] = [];

  let scores = heldOutScores(rows, folds, recipeOf(choice, options.seed), onFold);
  let loss = lossOfScores(rows, scores);
  const offer = (rung: Rung, candidate: { scores: Float64Array; loss: number }) => {
    contests.push({ rung, loss: candidate.loss, below: loss });
    if (candidate.loss >= loss) return false;
    choice.rung = rung;
    scores = candidate.scores;
    loss = candidate.loss;
    return true;
  };

  const penalty = bestPenalty(rows, folds, options.seed, onFold);
  choice.l2 = penalty.l2;
  const fitLinear: Fit = (outside) => fitLogistic(outside, choice.l2, options.seed);
  const linear = heldOutScores(rows, folds, fitLinear, onFold, penalty.held);
  offer('logistic', { scores: linear, loss: lossOfScores(rows, linear) });
  if (boostingToo) {
    const trees = heldOutBoosting(rows, folds, options.seed, onFold);
    const mixed = lowestLoss(
      BOOSTING_SHARES.map((share) => {
        const candidate = mixScores(linear, trees.scores, share);
        return { share, scores: candidate, loss: lossOfScores(rows, candidate) };
      }),
    );
    if (offer('boosting', mixed)) Object.assign(choice, { trees: trees.trees, boostingShare: mixed.share });
  }
  return { scores, ladder: ladderOf(counts, contests) };
}

/** On one fold where there are many rows, on each where there are few; with what those folds got under it. */
function bestPenalty(rows: Rows, folds: Uint8Array, seed: number, onPenalty: () => void) {
  const watched = rows.y.length > ROWS_FOR_ONE_FOLD ? [folds[0]] : [...new Set(folds)];
  return lowestLoss(
    PENALTIES.map((l2) => {
      const held = watched.map((fold) => holdOut(rows, folds, fold, (outside) => fitLogistic(outside, l2, seed)));
      onPenalty();
      return { l2, held, loss: held.reduce((sum, { loss }) => sum + loss, 0) };
    }),
  );
}

function lowestLoss<Candidate extends { loss: number }>(candidates: Candidate[]): Candidate {
  return candidates.reduce((best, candidate) => (candidate.loss < best.loss ? candidate : best));
}

function ladderOf({ conversions, others }: Counts, contests: readonly Contest[]): LadderStep[] {
  const count = (n: number) => `${n.toLocaleString('en-US')} ${n === 1 ? 'conversion' : 'conversions'}`;
  const has = `${count(conversions)}, ${others.toLocaleString('en-US')} people without one`;
  const higher = (['logistic', 'boosting'] as const).map((rung) => {
    const contest = contests.find((held) => held.rung === rung);
    const losses = contest && `; log loss ${contest.loss.toFixed(4)} against ${contest.below.toFixed(4)}`;
    return {
      rung,
      reached: contest !== undefined && contest.loss < contest.below,
      needs: `${count(CONVERSIONS_NEEDED[rung])}, as many people without one, and a lower log loss than the rung below`,
      has: `${has}${losses ?? ''}`,
    };
  });
  return [{ rung: 'rule', reached: true, needs: 'nothing', has }, ...higher];
}

function assemble(
  rows: Rows,
  model: FittedModel,
  choice: Choice,
  scores: Float64Array | undefined,
  folds: Uint8Array | undefined,
  options: ClimbOptions,
): { predictor: Predictor; heldOut: Float64Array | undefined } {
  const calibrate = (days: number) => {
    if (scores === undefined || folds === undefined) return undefined;
    const y = days === options.timeframeDays ? rows.y : rows.daysToEvent.map((after) => (after <= days ? 1 : 0));
    const recent = recentWeights(rows, CALIBRATION_HALF_LIFE_DAYS);
    if (rows.untouched === undefined) return fitCalibrator({ scores, y, folds, weights: recent });
    // What people do of their own accord: those who were acted upon are left out, those held back stand for them.
    const kept = untouchedRows(rows);
    return fitCalibrator({
      scores: Float64Array.from(kept, (r) => scores[r]),
      y: Float32Array.from(kept, (r) => y[r]),
      folds: Uint8Array.from(kept, (r) => folds[r]),
      weights: Float64Array.from(kept, (r) => recent[r] * (rows.untouched?.[r] ?? 1)),
    });
  };
  const calibrator = choice.rung === 'rule' ? uncalibrated : (calibrate(options.timeframeDays) ?? uncalibrated);
  const within = [7, LEVEL_DAYS]
    .filter((days) => days < options.timeframeDays)
    .flatMap((days) => {
      const curve = calibrate(days);
      return curve ? [{ days, calibrator: curve }] : [];
    });
  const heldOut = scores?.map((score) => calibrator.predict(score));
  const predictor = assemblePredictor({
    rung: choice.rung,
    signalSet: options.signalSet,
    timeframeDays: options.timeframeDays,
    model,
    calibrator,
    within,
    neighbourhoods: neighbourhoodsOf(rows, heldOut ?? model.predict(rows.x)),
    ladderFactor: ladderFactor(countDistinct(rows).conversions, options.historyDays),
    level: choice.rung === 'rule' ? { asOf: '', shift: 0 } : latestLevel(rows, heldOut),
    season: options.season,
    timeline: heldOut && rows.waits && fitTimeline(heldOut, rows.waits),
    importance: importanceInOrder(model),
  });
  return { predictor, heldOut };
}

/** 0.3 without a conversion, 1 from 100 on [INT-4][INT-18]; a tenth less with under 90 days of data. */
function ladderFactor(conversions: number, historyDays: number): number {
  return (0.3 + 0.7 * Math.min(1, conversions / 100)) * (historyDays < 90 ? 0.9 : 1);
}

/**
 * Stretches of near probabilities: how many different people stand behind each, and what came of them. Narrow where few
 * people are, so that somebody at 90 % is not explained by people at 55 %.
 */
function neighbourhoodsOf(rows: Rows, predicted: Float64Array): Neighbourhood[] {
  if (predicted.length === 0) return [{ upTo: 1, people: 0, low: 0, high: 1 }];
  const order = Uint32Array.from(predicted, (_, r) => r).sort((a, b) => predicted[a] - predicted[b]);
  const stretches: { rows: number[]; people: Set<bigint> }[] = [];
  let edge = Number.NEGATIVE_INFINITY;
  for (const r of order) {
    const latest = stretches[stretches.length - 1];
    if (latest === undefined || (edgeOf(predicted[r]) > edge && latest.people.size >= NEIGHBOURHOOD_PEOPLE)) {
      stretches.push({ rows: [r], people: new Set([rows.profiles[r]]) });
      edge = edgeOf(predicted[r]);
    } else {
      latest.rows.push(r);
      latest.people.add(rows.profiles[r]);
    }
  }
  const last = stretches[stretches.length - 1];
  const before = stretches[stretches.length - 2];
  if (before !== undefined && last.people.size < NEIGHBOURHOOD_PEOPLE) {
    stretches.pop();
    before.rows.push(...last.rows);
    for (const person of last.people) before.people.add(person);
  }
  return stretches.map((stretch, i): Neighbourhood => {
    const people = stretch.people.size;
    let conversions = 0;
    for (const r of stretch.rows) conversions += rows.y[r];
    // One person at several moments is one witness, not several.
    const [low, high] = wilsonInterval((conversions / stretch.rows.length) * people, people, 0.9);
    const upTo = i === stretches.length - 1 ? 1 : predicted[stretch.rows[stretch.rows.length - 1]];
    return { upTo, people, low, high };
  });
}

/** The last edge at or below a probability. */
function edgeOf(probability: number): number {
  let edge = 0;
  for (const next of NEIGHBOURHOOD_EDGES) if (next <= probability) edge = next;
  return edge;
}

/** On held-out predictions: a model's own rows would hide that the level has moved. */
function latestLevel(rows: Rows, heldOut: Float64Array | undefined): { asOf: string; shift: number } {
  const latest = rows.moments.length - 1;
  const members = rowsWhere(rows, (r) => rows.momentOf[r] === latest);
  const asOf = rows.moments[latest]?.toISOString() ?? '';
  if (heldOut === undefined) return { asOf, shift: 0 };
  const shift = measureLevel(
    Float64Array.from(members, (r) => heldOut[r]),
    Float32Array.from(members, (r) => rows.y[r]),
    rows.untouched && Float32Array.from(members, (r) => rows.untouched?.[r] ?? 1),
  );
  return { asOf, shift };
}

function importanceInOrder(model: FittedModel): number[] {
  const gains = new Map(model.importance().map(({ name, gain }) => [name, gain]));
  return model.names.map((name) => Math.min(1, Math.max(0, gains.get(name) ?? 0)));
}
