// Histogram gradient boosting of decision trees (Friedman 2001; Chen & Guestrin 2016; Ke et al. 2017). Each round fits a
// tree to the slope and curvature of the loss at the present scores, and adds a share of its answer (boost.ts, round.ts, grow.ts).
// All threads work on shared memory through compiled inner loops (team.ts, tasks.ts, kernel.as.ts); every sum is of whole
// numbers, so the model is the same to the byte for any number of threads.
import { type Static, Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { createTablesExplainer } from '../explaining/tables.ts';
import { checkTrees, plantForest, Tree } from '../forest.ts';
import {
  brokenModel,
  checkModelFile,
  completeModel,
  completeSettings,
  type FittedModel,
  type Learner,
  rankGains,
} from '../learner.ts';
import { checkAmountTraining, checkTraining, countedRows, type Matrix, sortColumns } from '../matrix.ts';
import { createScorer } from '../scoring/scorer.ts';
import { createTreeExplainer } from '../treeshap.ts';
import { type Boosted, boost, objectiveOf } from './boost.ts';
import { checkConstraints } from './constraints.ts';
import { type ObjectiveName, objectives } from './objectives.ts';
import { checkBeforehand } from './prepare.ts';
import { BoostingSettings } from './settings.ts';

export { BoostingSettings };

const BoostingFile = Type.Object({
  kind: Type.Literal('boosting'),
  /** Absent in files of before there were several: binary. */
  objective: Type.Optional(Type.Unsafe<ObjectiveName>(Type.Union(objectives.map(({ name }) => Type.Literal(name))))),
  names: Type.Array(Type.String(), { minItems: 1 }),
  baseScore: Type.Number(),
  trees: Type.Array(Tree),
});
type BoostingFile = Static<typeof BoostingFile>;

export const boosting: Learner<BoostingSettings> = {
  name: 'boosting',
  sentence: 'Gradient boosted trees: finds thresholds and combinations of signals; wants some hundreds of rows.',
  settings: BoostingSettings,
  fit(x, y, given, options = {}) {
    const settings = completeSettings<BoostingSettings>('boosting', BoostingSettings, given);
    checkRows(x, y, settings, options.weights);
    checkConstraints(x, settings);
    const sorted = sortColumns(x);
    const from = options.continueFrom && startOf(options.continueFrom, sorted.names, settings.objective);
    const { baseScore, trees } = boost(countedRows(sorted, y, options.weights), settings, options, from);
    const place = new Map(x.names.map((name, c) => [name, c]));
    const renumbered = trees.map((tree) => renumber(tree, (c) => place.get(sorted.names[c]) as number));
    return boostingFrom({
      kind: 'boosting',
      objective: settings.objective,
      names: [...x.names],
      baseScore,
      trees: renumbered,
    });
  },
  read(json) {
    const file = checkModelFile<BoostingFile>('boosting', BoostingFile, json);
    if (new Set(file.names).size !== file.names.length) brokenModel('boosting', 'a column name appears twice');
    checkTrees('boosting', file.trees, file.names.length);
    return boostingFrom(file);
  },
};

function checkRows(x: Matrix, y: Float32Array, settings: BoostingSettings, weights?: Float32Array): void {
  const objective = objectiveOf(settings);
  const check = objective.name === 'binary' ? checkTraining : checkAmountTraining;
  check(x, y, weights, (matrix) => checkBeforehand(matrix, weights));
  const wrong = objective.complaint && y.findIndex((outcome) => objective.complaint?.(outcome) !== undefined);
  if (wrong === undefined || wrong < 0) return;
  throw new InklingError('invalid_input', `The outcome in row ${wrong} is ${y[wrong]}.`, {
    hint: objective.complaint?.(y[wrong]),
  });
}

/** The trees of a model to go on from, their columns numbered in the order of `names`. */
function startOf(model: FittedModel, names: readonly string[], objective: string): FittedModel & Boosted {
  const file = model.toJSON() as BoostingFile;
  const sameColumns = [...model.names].sort().join('\n') === [...names].sort().join('\n');
  if (file.kind !== 'boosting' || objectiveOf(file).name !== objective || !sameColumns) {
    throw new InklingError('invalid_input', `Training can't go on from this ${model.kind} model.`, {
      hint: 'Give a boosting model of the same objective and the same columns.',
    });
  }
  const trees = file.trees.map((tree) => renumber(tree, (c) => names.indexOf(file.names[c])));
  return { ...model, baseScore: file.baseScore, trees };
}

/** The same tree, its columns numbered anew. */
export function renumber(tree: Tree, placeOf: (column: number) => number): Tree {
  return { ...tree, column: tree.column.map((column) => (column < 0 ? column : placeOf(column))) };
}

function boostingFrom(file: BoostingFile): FittedModel {
  const { names, baseScore } = file;
  const forest = plantForest(file.trees);
  const scorer = createScorer(forest, names.length);
  const tables = createTablesExplainer(forest, names.length);
  const explainRow = tables?.row ?? createTreeExplainer(forest, names.length);
  return completeModel({
    kind: 'boosting',
    link: objectiveOf(file).link,
    names,
    rawScore: (row) => baseScore + scorer.scoreRow(row),
    rawScores: (x) => scorer.scoreRows(x).map((sum) => baseScore + sum),
    contributions(row) {
      const contributions = explainRow(row);
      contributions[names.length] += baseScore;
      return contributions;
    },
    explain:
      tables &&
      ((x) => {
        const { sums, contributions } = tables.rows(x);
        const bias = contributions[names.length];
        for (let r = 0; r < x.rows; r++) {
          sums[r] += baseScore;
          bias[r] += baseScore;
        }
        return { scores: sums, contributions };
      }),
    importance() {
      const gains = new Float64Array(names.length);
      forest.column.forEach((column, node) => {
        if (column >= 0) gains[column] += forest.gain[node];
      });
      return rankGains(names, gains);
    },
    toJSON: () => file,
  });
}
