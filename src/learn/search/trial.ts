// One candidate on the folds of a search. A scout looks at two folds and lets boosting stop early there; the number of
// trees it found is then carried over as a fixed setting, so that the folds that choose between candidates are not also
// the ones that decided when to stop.
import type { FittedModel } from '../learner.ts';
import type { Split } from '../splits.ts';
import { type Candidate, describeCandidate, fitCandidate, pickRows, type Rows } from './candidate.ts';

/** The rows of a search, its folds, and whether its time is up. */
export type Field = { rows: Rows; splits: readonly Split[]; isOver(): boolean };

/** What was tried and how it did on the folds it saw. */
export type Trial = {
  name: string;
  candidate: Candidate;
  /** Folds that judged it; fewer than all for one that was given up. */
  folds: number;
  /** Mean log loss over these folds, and its standard deviation from fold to fold (NaN with one). */
  logLoss: number;
  sd: number;
  /** Seconds of all its fits. */
  seconds: number;
};

/** A trial on all folds, with the log-odds of every tested row, fold after fold. */
export type FinishedTrial = Trial & { scores: Float64Array };

const SCOUTED_FOLDS = 2;

/** Judges a candidate on all folds; undefined when time runs out before. */
export function tryOnAll(candidate: Candidate, field: Field): FinishedTrial | undefined {
  const tries = [];
  for (const split of field.splits) {
    if (tries.length > 0 && field.isOver()) return undefined;
    tries.push(tryOnFold(candidate, field.rows, split, 'fixed'));
  }
  const scores = tries.flatMap((one) => [...one.scores]);
  return { ...summarise(candidate, tries), scores: Float64Array.from(scores) };
}

/** A look at a candidate on the last folds, which over time have the most to learn from; undefined when time is up. */
export function scout(candidate: Candidate, { rows, splits, isOver }: Field): Trial | undefined {
  const tries = [];
  for (const split of splits.slice(-SCOUTED_FOLDS)) {
    if (isOver()) return undefined;
    tries.push(tryOnFold(candidate, rows, split, 'early'));
  }
  return summarise(withTrees(candidate, tries), tries);
}

type Try = { loss: number; scores: Float64Array; seconds: number; trees: number | undefined };

function tryOnFold(candidate: Candidate, rows: Rows, { train, test }: Split, stop: 'fixed' | 'early'): Try {
  const started = performance.now();
  const judging = pickRows(rows, test);
  const model = fitCandidate(candidate, pickRows(rows, train), stop === 'early' ? judging : undefined);
  const scores = model.rawScores(judging.x);
  return {
    loss: meanLoss(scores, judging.y),
    scores,
    seconds: (performance.now() - started) / 1000,
    trees: treesOf(model),
  };
}

function treesOf(model: FittedModel): number | undefined {
  const file = model.toJSON() as { trees?: unknown[]; model?: { trees?: unknown[] } };
  return (file.trees ?? file.model?.trees)?.length;
}

/** Boosting with the number of trees at which it stopped on average. */
function withTrees(candidate: Candidate, tries: readonly Try[]): Candidate {
  const { patience, ...settings } = candidate.settings;
  if (patience === undefined) return candidate;
  const mean = tries.reduce((sum, { trees = 1 }) => sum + trees, 0) / tries.length;
  return { ...candidate, settings: { ...settings, trees: Math.max(1, Math.round(mean)) } };
}

function summarise(candidate: Candidate, tries: readonly Try[]): Trial {
  const logLoss = tries.reduce((sum, { loss }) => sum + loss, 0) / tries.length;
  const squares = tries.reduce((sum, { loss }) => sum + (loss - logLoss) ** 2, 0);
  return {
    name: describeCandidate(candidate),
    candidate,
    folds: tries.length,
    logLoss,
    sd: Math.sqrt(squares / (tries.length - 1)),
    seconds: tries.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** Mean log loss of log-odds. */
export function meanLoss(scores: ArrayLike<number>, y: ArrayLike<number>): number {
  let loss = 0;
  for (let r = 0; r < y.length; r++) loss += lossOf(scores[r], y[r]);
  return loss / y.length;
}

/** Log loss of one row, exact for large log-odds. */
export function lossOf(score: number, y: number): number {
  const against = y === 1 ? -score : score;
  return against > 0 ? against + Math.log1p(Math.exp(-against)) : Math.log1p(Math.exp(against));
}
