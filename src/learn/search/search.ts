// From rows to a model without a person choosing settings: sound candidates first, then draws thinned out by successive
// halving, then an ensemble where it helps, all judged by out-of-fold log loss. Without `seconds` a seed decides everything;
// with it, the search ends in about that time, however far it came.

import { blendModels } from '../blend.ts';
import { type CalibrationName, calibrationMethods, chooseCalibration } from '../calibration.ts';
import type { FittedModel } from '../learner.ts';
import { sigmoid } from '../link.ts';
import { checkTraining, type Matrix } from '../matrix.ts';
import { type Split, stratifiedFolds, timeFolds } from '../splits.ts';
import { calibratedModel } from './calibrated.ts';
import { type Candidate, fitCandidate, type Rows } from './candidate.ts';
import { chooseEnsemble } from './ensemble.ts';
import { searchSpace } from './halving.ts';
import { startingCandidates } from './space.ts';
import { type Field, type FinishedTrial, type Trial, tryOnAll } from './trial.ts';

export type SearchOptions = {
  /** Folds of your own, or the moment of each row for folds that never look ahead; default: five stratified folds. */
  folds?: readonly Split[] | { times: ArrayLike<number> };
  /** Tried before anything is drawn; default: five that did well on many tables, over time also on the latest rows. */
  candidates?: readonly Candidate[];
  /** Candidates in all, those above included; default 25, or with `seconds` as many as there is time for. */
  trials?: number;
  seed: number;
  /** Default: whichever lowers the cross-fitted log loss by enough, often none. */
  calibration?: CalibrationName | 'auto';
  /** About how long it may take, the final fit included. The first candidate is fitted in any case. */
  seconds?: number;
  onProgress?: (done: number, total: number) => void;
};

export type Search = {
  /** Fitted on all rows: a single model, a blend, or either with a calibration. */
  model: FittedModel;
  /** Everything tried, best first; those judged on fewer folds come last. */
  trials: readonly Trial[];
  /** What the model is made of, heaviest first; weights sum to one. */
  members: readonly { name: string; candidate: Candidate; weight: number }[];
  calibration: string;
  /**
   * Probabilities of the tested rows (`rows` are places in `x`) by models that had not seen them, blended by weights
   * that other folds chose, before calibration. Empty when there was too little data or time for folds.
   */
  outOfFold: { rows: Int32Array; predictions: Float64Array };
};

const FOLDS = 5;
/** Folds in time: of so many stretches, those that learn from at least this share of the rows. */
const STRETCHES = 9;
const LEAST_LEARNED = 0.3;
const DRAWS = 20;
const BAG = 3;
/** Share of the log loss that a calibration must take away to be worth its curve. */
const LEAST_GAIN = 0.001;

/**
 * Finds, fits and blends models of P(y = 1 | x). Throws `too_little_data` or `invalid_input` with the reason; leaves its
 * inputs as they were.
 */
export function searchModel(x: Matrix, y: Float32Array, options: SearchOptions): Search {
  checkTraining(x, y);
  const { folds, seed } = options;
  const times = folds !== undefined && 'times' in folds ? Float64Array.from(folds.times) : undefined;
  const rows: Rows = { x, y, ...(times && { times }) };
  const first = options.candidates ?? startingCandidates(seed, times === undefined ? 'none' : 'time');
  const splits = usableSplits(rows, options);
  const { finished, givenUp } = tryCandidates(rows, splits, first, options);
  if (finished.length === 0) return withoutFolds(rows, splits.length === 0 ? cautious(options) : first[0]);
  const tested = Int32Array.from(splits.flatMap(({ test }) => [...test]));
  const outcomes = Float32Array.from(tested, (r) => y[r]);
  const { weights, scores } = chooseEnsemble({
    scores: finished.map((trial) => trial.scores),
    y: outcomes,
    foldSizes: splits.map(({ test }) => test.length),
  });
  const members = finished
    .map(({ name, candidate }, m) => ({ name, candidate, weight: weights[m] }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  const predictions = scores.map(sigmoid);
  const { name, model } = calibrate(fitMembers(rows, members), { predictions, outcomes }, options);
  return {
    model,
    trials: [...finished.map(({ scores: _, ...trial }) => trial).sort(byLoss), ...givenUp.sort(byLoss)],
    members,
    calibration: name,
    outOfFold: { rows: tested, predictions },
  };
}

/** The folds asked for whose training side holds both outcomes; none where the rarer outcome can't fill two. */
function usableSplits({ x, y }: Rows, { folds, seed }: SearchOptions): readonly Split[] {
  const positives = y.reduce((sum, outcome) => sum + outcome, 0);
  const most = Math.min(FOLDS, positives, y.length - positives);
  if (folds === undefined) return most < 2 ? [] : stratifiedFolds(y, { folds: most, seed });
  const asked = 'times' in folds ? lateFolds(folds.times, x.rows) : folds;
  return asked.filter(({ train, test }) => test.length > 0 && train.some((r) => y[r] !== y[train[0]]));
}

/** Stretches of time to be foretold, those left out that would have little to learn from and tell of a young past. */
function lateFolds(times: ArrayLike<number>, rows: number): Split[] {
  if (rows < 3) return [];
  const all = timeFolds(times, { folds: Math.min(STRETCHES, rows - 1) });
  const late = all.filter(({ train }) => train.length >= LEAST_LEARNED * rows);
  return late.length > 0 ? late : all;
}

function tryCandidates(
  rows: Rows,
  splits: readonly Split[],
  first: readonly Candidate[],
  { trials, seed, seconds = Number.POSITIVE_INFINITY, onProgress }: SearchOptions,
): { finished: FinishedTrial[]; givenUp: Trial[] } {
  if (splits.length === 0) return { finished: [], givenUp: [] };
  const started = performance.now();
  const finished: FinishedTrial[] = [];
  const isOver = () => (performance.now() - started) / 1000 + secondsToFit(finished, rows, splits) > seconds;
  const field: Field = { rows, splits, isOver };
  const timed = Number.isFinite(seconds);
  const draws = trials === undefined ? (timed ? Number.POSITIVE_INFINITY : DRAWS) : Math.max(0, trials - first.length);
  const total = timed ? seconds : first.length + draws + 1;
  let tried = 0;
  const onTried = () => onProgress?.(Math.min(total, timed ? (performance.now() - started) / 1000 : ++tried), total);
  for (const candidate of first.slice(0, trials)) {
    if (finished.length > 0 && isOver()) break;
    const trial = tryOnAll(candidate, field);
    if (trial !== undefined) finished.push(trial);
    onTried();
  }
  const drawn = searchSpace(field, { draws, seed, onTried });
  finished.push(...drawn.finished);
  const bagged = isOver() ? undefined : bagOfBest(finished);
  const bag = bagged && tryOnAll(bagged, field);
  if (bag !== undefined) finished.push(bag);
  onProgress?.(total, total);
  return { finished, givenUp: drawn.givenUp };
}

/** What fitting the likely members on all rows will take: an ensemble seldom has more than the best five. */
function secondsToFit(finished: readonly FinishedTrial[], { y }: Rows, splits: readonly Split[]): number {
  const likely = [...finished].sort(byLoss).slice(0, 5);
  const learned = splits.reduce((sum, { train }) => sum + train.length, 0);
  return likely.reduce((sum, { seconds }) => sum + seconds, 0) * (y.length / learned);
}

/** The best boosting averaged over seeds, where its seed draws anything. */
function bagOfBest(finished: readonly FinishedTrial[]): Candidate | undefined {
  const [best] = finished.filter(({ candidate }) => candidate.learner === 'boosting').sort(byLoss);
  return best && { ...best.candidate, seeds: BAG };
}

function withoutFolds(rows: Rows, candidate: Candidate): Search {
  return {
    model: fitCandidate(candidate, rows),
    trials: [],
    members: [{ name: candidate.learner, candidate, weight: 1 }],
    calibration: 'none',
    outOfFold: { rows: new Int32Array(0), predictions: new Float64Array(0) },
  };
}

/** With hardly any rows of one outcome, the learner that asks least of the data. */
function cautious({ candidates }: SearchOptions): Candidate {
  return candidates?.[0] ?? { learner: 'logistic', settings: {}, columns: 'given', seeds: 1 };
}

function fitMembers(rows: Rows, members: Search['members']): FittedModel {
  const fitted = members.map(({ candidate, weight }) => ({ model: fitCandidate(candidate, rows), share: weight }));
  return fitted.length === 1 ? fitted[0].model : blendModels(fitted);
}

function calibrate(
  model: FittedModel,
  { predictions, outcomes }: { predictions: Float64Array; outcomes: Float32Array },
  { calibration: asked = 'auto', seed }: SearchOptions,
) {
  if (asked !== 'auto' && asked !== 'none') {
    return { name: asked, model: calibratedModel(model, calibrationMethods[asked].fit(predictions, outcomes)) };
  }
  const positives = outcomes.reduce((sum, outcome) => sum + outcome, 0);
  const none = { name: 'none', model };
  if (asked === 'none' || Math.min(positives, outcomes.length - positives) < 2 * FOLDS) return none;
  const { name, calibration, losses } = chooseCalibration(predictions, outcomes, { folds: FOLDS, seed });
  if (losses[name] > (1 - LEAST_GAIN) * losses.none) return none;
  return { name, model: calibratedModel(model, calibration) };
}

function byLoss(a: Trial, b: Trial): number {
  return a.logLoss - b.logLoss;
}
