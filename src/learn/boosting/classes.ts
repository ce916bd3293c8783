// Boosting of several classes: one score per class and row, whose softmax are the probabilities (Friedman 2001, "multi-class
// logistic regression and classification"). Each round grows a tree per class, all from the probabilities before the round;
// slope p − y, curvature 2·p·(1 − p), as XGBoost's multi:softprob. The trees are those of boosting.ts, on the same engine.
import { type Static, Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { checkTrees, plantForest, Tree } from '../forest.ts';
import { brokenModel, checkModelFile, completeSettings, type FitOptions, rankGains } from '../learner.ts';
import {
  checkAmountTraining,
  checkMatrix,
  checkRow,
  countedRows,
  type Matrix,
  selectColumns,
  sortColumns,
} from '../matrix.ts';
import { createScorer } from '../scoring/scorer.ts';
import { createTreeExplainer } from '../treeshap.ts';
import { boostClasses, soften } from './boostClasses.ts';
import { renumber } from './boosting.ts';
import { checkConstraints } from './constraints.ts';
import { checkBeforehand } from './prepare.ts';
import { BoostingSettings } from './settings.ts';

/** Settings of boosting, less what is of one score only: `trees` are rounds of a tree per class. */
export const ClassesSettings = Type.Omit(BoostingSettings, ['objective', 'quantile', 'monotone'], {
  additionalProperties: false,
});
export type ClassesSettings = Static<typeof ClassesSettings>;

/** A model that tells several classes apart. */
export type FittedClasses = {
  readonly kind: 'classes';
  readonly names: readonly string[];
  readonly classes: readonly string[];
  /** One column per class; the probabilities of a row sum to one. Columns of `x` are found by name. */
  predict(x: Matrix): Float64Array[];
  /** The probabilities of one row, its values in the order of `names`. */
  predictRow(row: Float32Array): Float64Array;
  /** Per class, what each column adds to its score and, last, the bias: exact path-dependent Shapley values. */
  contributions(row: Float32Array): Float64Array[];
  /** Columns by their share in what the trees of all classes gain, largest first. */
  importance(): { name: string; gain: number }[];
  toJSON(): object;
};

const ClassesFile = Type.Object({
  kind: Type.Literal('classes'),
  names: Type.Array(Type.String(), { minItems: 1 }),
  classes: Type.Array(Type.String(), { minItems: 2 }),
  /** Per class, where its score starts, and its trees. */
  baseScores: Type.Array(Type.Number()),
  trees: Type.Array(Type.Array(Tree)),
});
type ClassesFile = Static<typeof ClassesFile>;

/**
 * Learns P(class | x); `y` holds for each row the place of its class in `classes`, of which each must occur. Throws
 * `too_little_data` or `invalid_input` with the reason. `continueFrom` is not known here.
 */
export function fitClasses(
  x: Matrix,
  y: Float32Array,
  classes: readonly string[],
  given?: Partial<ClassesSettings>,
  options: Omit<FitOptions, 'continueFrom'> = {},
): FittedClasses {
  const own = completeSettings<ClassesSettings>('classes', ClassesSettings, given);
  const settings = completeSettings<BoostingSettings>('classes', BoostingSettings, own);
  checkAmountTraining(x, y, options.weights, (matrix) => checkBeforehand(matrix, options.weights));
  checkConstraints(x, settings);
  const rows = countedRows(sortColumns(x), y, options.weights);
  checkClasses(rows.y, classes);
  const { baseScores, trees } = boostClasses(rows, classes.length, settings, options);
  const place = new Map(x.names.map((name, c) => [name, c]));
  const placeOf = (sorted: number) => place.get(rows.x.names[sorted]) as number;
  const renumbered = trees.map((ofClass) => ofClass.map((tree) => renumber(tree, placeOf)));
  return classesFrom({ kind: 'classes', names: [...x.names], classes: [...classes], baseScores, trees: renumbered });
}

/** Reads what `toJSON` wrote; throws `model_file_invalid` with the reason when it is damaged. */
export function readClasses(json: unknown): FittedClasses {
  const file = checkModelFile<ClassesFile>('classes', ClassesFile, json);
  const count = file.classes.length;
  if (new Set(file.names).size !== file.names.length) brokenModel('classes', 'a column name appears twice');
  if (new Set(file.classes).size !== count) brokenModel('classes', 'a class appears twice');
  if (file.baseScores.length !== count || file.trees.length !== count) {
    brokenModel('classes', `it has ${file.trees.length} lists of trees for ${count} classes`);
  }
  for (const trees of file.trees) checkTrees('classes', trees, file.names.length);
  return classesFrom(file);
}

function checkClasses(y: Float32Array, classes: readonly string[]): void {
  const twice = classes.find((name, k) => classes.indexOf(name) !== k);
  if (twice !== undefined)
    refuse(`The class ${JSON.stringify(twice)} is named twice.`, 'Give each class its own name.');
  const wrong = y.findIndex((place) => classes[place] === undefined);
  if (wrong >= 0) {
    refuse(`The outcome in row ${wrong} is ${y[wrong]}.`, `Use the place of a class: 0 to ${classes.length - 1}.`);
  }
  const seen = new Set(y);
  const unseen = classes.find((_, place) => !seen.has(place));
  if (classes.length >= 2 && unseen === undefined) return;
  const message =
    unseen === undefined ? 'All rows are of one class.' : `No row is of the class ${JSON.stringify(unseen)}.`;
  throw new InklingError('too_little_data', message, {
    hint: 'Learn from rows of two classes or more, each of which occurs.',
  });
}

function refuse(message: string, hint: string): never {
  throw new InklingError('invalid_input', message, { hint });
}

function classesFrom(file: ClassesFile): FittedClasses {
  const { names, classes, baseScores } = file;
  const forests = file.trees.map(plantForest);
  const scorers = forests.map((forest) => createScorer(forest, names.length));
  const explainers = forests.map((forest) => createTreeExplainer(forest, names.length));
  return {
    kind: 'classes',
    names,
    classes,
    predict(given) {
      const x = selectColumns(given, names);
      checkMatrix(x);
      const columns = scorers.map((scorer, k) => scorer.scoreRows(x).map((sum) => baseScores[k] + sum));
      soften(columns);
      return columns;
    },
    predictRow(row) {
      checkRow(names, row);
      const columns = scorers.map((scorer, k) => Float64Array.of(baseScores[k] + scorer.scoreRow(row)));
      soften(columns);
      return Float64Array.from(columns, ([probability]) => probability);
    },
    contributions(row) {
      checkRow(names, row);
      return explainers.map((explain, k) => {
        const contributions = explain(row);
        contributions[names.length] += baseScores[k];
        return contributions;
      });
    },
    importance() {
      const gains = new Float64Array(names.length);
      for (const { column, gain } of forests) {
        column.forEach((c, node) => {
          if (c >= 0) gains[c] += gain[node];
        });
      }
      return rankGains(names, gains);
    },
    toJSON: () => file,
  };
}
