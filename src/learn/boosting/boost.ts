// The rounds of boosting one score a row: tree after tree, and on validation rows noticing when to stop.
import { createRandom } from '../../math/index.ts';
import { addLeaves, plantForest, type Tree } from '../forest.ts';
import type { FitOptions, FittedModel } from '../learner.ts';
import { checkAmountTraining, checkLabels, checkMatrix, selectColumns, type TrainingRows } from '../matrix.ts';
import { meetingsOf } from './constraints.ts';
import { type Objective, objectives } from './objectives.ts';
import { prepare } from './prepare.ts';
import { growRound } from './round.ts';
import type { BoostingSettings } from './settings.ts';

export type Boosted = { baseScore: number; trees: Tree[] };

/** Learns from rows whose columns are sorted by name. `from` is a model of the same columns to go on from. */
export function boost(
  rows: TrainingRows,
  settings: BoostingSettings,
  { valid, threads, onProgress }: FitOptions,
  from?: FittedModel & Boosted,
): Boosted {
  const { x, y, weights } = rows;
  const objective = objectiveOf(settings);
  const baseScore = from?.baseScore ?? objective.start({ y, weights }, settings.quantile);
  const watch = valid && valid.x.rows > 0 ? watchLoss(x.names, valid, objective, settings, baseScore, from) : undefined;
  const { team, bins } = prepare(rows, settings, threads);
  try {
    const { scores } = team.place;
    scores.fill(baseScore);
    if (from !== undefined) scores.set(from.rawScores(x));
    const random = createRandom(settings.seed);
    const boosting = { team, bins, settings, random, mayMeet: meetingsOf(x.names, settings.interactions) };
    const trees: Tree[] = [];
    for (let t = 0; t < settings.trees; t++) {
      const { tree, addToScores } = growRound(boosting, objective);
      onProgress?.(t + 1, settings.trees);
      if (tree.column.length === 1) {
        // Other draws may still find a split; without draws every later round would end like this one.
        if (settings.rowShare === 1 && settings.columnShare === 1) break;
        continue;
      }
      trees.push(tree);
      addToScores();
      if (watch !== undefined && watch.roundsSinceBest(tree) >= settings.patience) break;
    }
    const kept = watch === undefined ? trees : trees.slice(0, watch.bestRound());
    return { baseScore, trees: [...(from?.trees ?? []), ...kept] };
  } finally {
    team.release();
  }
}

/** The objective of these settings, or of a saved model. */
export function objectiveOf({ objective = 'binary' }: { objective?: string }): Objective {
  return objectives.find(({ name }) => name === objective) as Objective;
}

/** Follows the loss on validation rows tree by tree. */
function watchLoss(
  names: readonly string[],
  { x: given, y, weights }: NonNullable<FitOptions['valid']>,
  objective: Objective,
  { quantile }: BoostingSettings,
  baseScore: number,
  from: FittedModel | undefined,
) {
  const x = selectColumns(given, names);
  checkMatrix(x);
  if (objective.name === 'binary') checkLabels(x.rows, y, weights);
  else checkAmountTraining(x, y, weights);
  const scores = from?.rawScores(x) ?? new Float64Array(x.rows).fill(baseScore);
  const meanLoss = () => {
    let loss = 0;
    let mass = 0;
    for (let r = 0; r < x.rows; r++) {
      const weight = weights === undefined ? 1 : weights[r];
      loss += weight * objective.loss(y[r], scores[r], quantile);
      mass += weight;
    }
    return loss / mass;
  };
  const best = followBest(meanLoss());
  return {
    bestRound: best.round,
    roundsSinceBest(tree: Tree): number {
      addLeaves(plantForest([tree]), x, scores);
      return best.note(meanLoss());
    },
  };
}

/** Remembers after which round the loss was least; `note` answers how many rounds ago that was. */
export function followBest(lossBefore: number) {
  let least = lossBefore;
  let best = 0;
  let round = 0;
  return {
    round: () => best,
    note(loss: number): number {
      round++;
      if (loss < least) {
        least = loss;
        best = round;
      }
      return round - best;
    },
  };
}
