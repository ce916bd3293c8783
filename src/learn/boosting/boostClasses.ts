// The rounds of boosting several classes: a tree per class in each, all grown from the probabilities before the round. The
// engine learns one score a row; between the classes, scores and outcomes in its memory are exchanged.
import { createRandom } from '../../math/index.ts';
import { classLogLoss } from '../classMetrics.ts';
import { addLeaves, plantForest, type Tree } from '../forest.ts';
import type { FitOptions } from '../learner.ts';
import { checkAmountTraining, selectColumns, type TrainingRows } from '../matrix.ts';
import { followBest } from './boost.ts';
import { meetingsOf } from './constraints.ts';
import { oneOfClasses } from './objectives.ts';
import { prepare } from './prepare.ts';
import { growRound } from './round.ts';
import type { BoostingSettings } from './settings.ts';

export type BoostedClasses = { baseScores: number[]; trees: Tree[][] };

/** Learns from rows whose columns are sorted by name and whose outcomes are places of classes. */
export function boostClasses(
  rows: TrainingRows,
  classes: number,
  settings: BoostingSettings,
  { valid, threads, onProgress }: FitOptions,
): BoostedClasses {
  const { x, y } = rows;
  const baseScores = logShares(rows, classes);
  const watch = valid && valid.x.rows > 0 ? watchLoss(x.names, valid, baseScores) : undefined;
  const { team, bins } = prepare(rows, settings, threads);
  try {
    const random = createRandom(settings.seed);
    const boosting = { team, bins, settings, random, mayMeet: meetingsOf(x.names, settings.interactions) };
    const scores = baseScores.map((base) => new Float32Array(x.rows).fill(base));
    const trees: Tree[][] = baseScores.map(() => []);
    for (let t = 0; t < settings.trees; t++) {
      const probabilities = scores.map((score) => score.slice());
      soften(probabilities);
      const grown = scores.map((score, k) => {
        team.place.scores.set(probabilities[k]);
        for (let r = 0; r < x.rows; r++) team.place.y[r] = Number(y[r] === k);
        const { tree, addToScores } = growRound(boosting, oneOfClasses);
        team.place.scores.set(score);
        addToScores();
        score.set(team.place.scores);
        return tree;
      });
      onProgress?.(t + 1, settings.trees);
      const isSplit = grown.some((tree) => tree.column.length > 1);
      if (!isSplit && settings.rowShare === 1 && settings.columnShare === 1) break;
      grown.forEach((tree, k) => {
        trees[k].push(tree);
      });
      if (watch !== undefined && watch.roundsSinceBest(grown) >= settings.patience) break;
    }
    return { baseScores, trees: watch === undefined ? trees : trees.map((of) => of.slice(0, watch.bestRound())) };
  } finally {
    team.release();
  }
}

/** The logarithm of each class's share of the weight: scores that say so already. */
function logShares({ y, weights }: TrainingRows, classes: number): number[] {
  const mass = new Float64Array(classes);
  for (let r = 0; r < y.length; r++) mass[y[r]] += weights === undefined ? 1 : weights[r];
  const total = mass.reduce((sum, one) => sum + one, 0);
  return Array.from(mass, (one) => Math.log(one / total));
}

/** Turns scores in place, one column per class, into probabilities that sum to one in each row. */
export function soften(columns: readonly (Float32Array | Float64Array)[]): void {
  const rows = columns[0].length;
  for (let r = 0; r < rows; r++) {
    let highest = Number.NEGATIVE_INFINITY;
    for (const column of columns) highest = Math.max(highest, column[r]);
    let sum = 0;
    for (const column of columns) {
      column[r] = Math.exp(column[r] - highest);
      sum += column[r];
    }
    for (const column of columns) column[r] /= sum;
  }
}

/** Follows the log loss on validation rows round by round. */
function watchLoss(
  names: readonly string[],
  { x: given, y, weights }: NonNullable<FitOptions['valid']>,
  base: number[],
) {
  const x = selectColumns(given, names);
  checkAmountTraining(x, y, weights);
  const scores = base.map((start) => new Float64Array(x.rows).fill(start));
  const meanLoss = () => {
    const probabilities = scores.map((score) => score.slice());
    soften(probabilities);
    return classLogLoss(y, probabilities, weights);
  };
  const best = followBest(meanLoss());
  return {
    bestRound: best.round,
    roundsSinceBest(trees: readonly Tree[]): number {
      trees.forEach((tree, k) => {
        addLeaves(plantForest([tree]), x, scores[k]);
      });
      return best.note(meanLoss());
    },
  };
}
