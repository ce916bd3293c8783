// How each rung of the ladder is fitted, and what it answers for people it has not seen: every row's held-out score
// comes from a model fitted on the other folds of people.

import { blendModels, boosting, type FittedModel, logistic, logLoss, rocAuc, sigmoid } from '../learn/index.ts';
import type { Rung } from './predictor.ts';
import { drawPeople, foldsOf, pickRows, type Rows, recentWeights, rowsWhere } from './rows.ts';
import { fitRule } from './rule.ts';

/** What was chosen on the folds; the deployed model is fitted with the same on later moments. */
export type Choice = {
  rung: Rung;
  ruleSignal: string;
  /** Penalty of the logistic regression. */
  l2: number;
  trees: number;
  /** Share of boosting in the mixture, 0 to 1. */
  boostingShare: number;
};

/** Fits on the rows outside a fold; those inside may be watched to know when to stop. */
export type Fit = (outside: Rows, inside?: Rows) => FittedModel;

export const PENALTIES = [10, 100, 1000];
/**
 * Shares of boosting that are tried. Half and half, or boosting alone: shares estimated to a finer grain do worse than
 * equal ones on later days (the forecast combination puzzle; Claeskens, Magnus, Vasnev & Wang 2016).
 */
export const BOOSTING_SHARES = [0.5, 1];

const MOST_TREES = 400;
/** A Newton step costs rows × columns²: about a second. Beyond so many rows the coefficients hardly move. */
const LOGISTIC_WORK = 1e9;
const LOGISTIC_FEWEST_ROWS = 4_000;

/**
 * What people do changes, so older moments count for less. Only here: trees see the calendar and gained nothing by it.
 * (Online Retail, the mixture at 8 earlier moments: ROC AUC +0.0009 at 30 days, none at 7.)
 */
const HALF_LIFE_DAYS = 60;

const logisticSettings = { transform: 'quantile', maxSteps: 20, tolerance: 1e-5 } as const;
/** Small trees, strongly held back: people's behaviour is noisy, and a score should not jump at a single click. */
const boostingSettings = {
  learningRate: 0.05,
  maxLeaves: 8,
  maxDepth: 4,
  l2: 10,
  minChildHessian: 5,
  rowShare: 0.6,
  columnShare: 0.35,
  maxBins: 63,
} as const;

/** The model that was chosen, as a recipe; `linear` stands in for its logistic regression where that is fitted already. */
export function recipeOf(
  choice: Choice,
  seed: number,
  linear: Fit = (rows) => fitLogistic(rows, choice.l2, seed),
): Fit {
  if (choice.rung === 'rule') return (rows) => fitRule(rows.x, rows.y, choice.ruleSignal);
  if (choice.rung === 'logistic') return linear;
  return (rows) => {
    const trees = boosting.fit(rows.x, rows.y, { ...boostingSettings, trees: Math.max(1, choice.trees), seed });
    if (choice.boostingShare === 1) return trees;
    return blendModels([
      { model: trees, share: choice.boostingShare },
      { model: linear(rows), share: 1 - choice.boostingShare },
    ]);
  };
}

/** On many rows a draw of people is enough. */
export function fitLogistic(rows: Rows, l2: number, seed: number): FittedModel {
  // A column with unknown values takes a second place in the equations.
  const places = rows.x.columns.length + rows.x.columns.filter((column) => column.some(Number.isNaN)).length;
  const drawn = drawPeople(rows, Math.max(LOGISTIC_FEWEST_ROWS, LOGISTIC_WORK / places ** 2), seed + 1);
  const weights = Float32Array.from(recentWeights(drawn, HALF_LIFE_DAYS));
  return logistic.fit(drawn.x, drawn.y, { ...logisticSettings, l2 }, { weights });
}

/** The fold of each row's person; fewer where a fit takes long. */
export function cutFolds({ profiles, y }: Rows, seed: number): Uint8Array {
  return foldsOf(profiles, y.length > 20_000 ? 3 : 5, seed);
}

/** Log-odds of every row from a model that saw nothing of its person; folds that were held out before are taken as they are. */
export function heldOutScores(
  rows: Rows,
  folds: Uint8Array,
  fit: Fit,
  onFold: () => void,
  before: readonly HeldOut[] = [],
): Float64Array {
  const scores = new Float64Array(rows.y.length);
  for (const fold of new Set(folds)) {
    const { inside, predicted } = before.find((held) => held.fold === fold) ?? holdOut(rows, folds, fold, fit);
    for (let i = 0; i < inside.length; i++) scores[inside[i]] = predicted[i];
    onFold();
  }
  return scores;
}

/** What the people of one fold got from a model fitted on the others: their rows, log-odds, and the log loss. */
export type HeldOut = { fold: number; inside: Uint32Array; predicted: Float64Array; loss: number };

export function holdOut(rows: Rows, folds: Uint8Array, fold: number, fit: Fit): HeldOut {
  const inside = rowsWhere(rows, (r) => folds[r] === fold);
  const outside = rowsWhere(rows, (r) => folds[r] !== fold);
  const [insideRows, outsideRows] = [pickRows(rows, inside), pickRows(rows, outside)];
  // All conversions in one fold: the others know of none, and only a rule can answer from that.
  const model = hasBoth(outsideRows.y)
    ? fit(outsideRows, insideRows)
    : fitRule(outsideRows.x, outsideRows.y, outsideRows.x.names[0]);
  const predicted = model.rawScores(insideRows.x);
  return { fold, inside, predicted, loss: lossOfScores(insideRows, predicted) };
}

/** Boosting on the folds: each stops where its held-out people get no better; the mean length is kept. */
export function heldOutBoosting(rows: Rows, folds: Uint8Array, seed: number, onFold: () => void) {
  const lengths: number[] = [];
  const fit: Fit = (outside, inside) => {
    const settings = { ...boostingSettings, trees: MOST_TREES, patience: 25, seed };
    const model = boosting.fit(outside.x, outside.y, settings, { valid: inside });
    lengths.push((model.toJSON() as { trees: unknown[] }).trees.length);
    return model;
  };
  const scores = heldOutScores(rows, folds, fit, onFold);
  const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  return { scores, trees: Math.max(1, Math.round(mean)) };
}

/** Log-odds of a mixture. */
export function mixScores(low: Float64Array, high: Float64Array, highShare: number): Float64Array {
  return low.map((score, r) => (1 - highShare) * score + highShare * high[r]);
}

export function lossOfScores(rows: Rows, scores: Float64Array): number {
  return logLoss(rows.y, scores.map(sigmoid));
}

/** Of several "days since" signals, the one that ranks people best by itself. */
export function bestRecencySignal(rows: Rows, signals: readonly string[]): string {
  const known = signals.filter((signal) => rows.x.names.includes(signal));
  let best = known[0] ?? rows.x.names[0];
  let bestAuc = Number.NEGATIVE_INFINITY;
  for (const signal of known) {
    const auc = rocAuc(rows.y, recencyScores(rows, signal));
    if (auc > bestAuc) [best, bestAuc] = [signal, auc];
  }
  return best;
}

/** Ranks by one "days since" signal alone: the fewer the better, unknown last. */
export function recencyScores(rows: Rows, signal: string): Float64Array {
  const values = rows.x.columns[rows.x.names.indexOf(signal)];
  return Float64Array.from(values, (value) => (Number.isNaN(value) ? -1e9 : -value));
}

function hasBoth(y: Float32Array): boolean {
  return y.includes(0) && y.includes(1);
}
