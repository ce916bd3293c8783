// Random forest (Breiman 2001) and, with random thresholds, extremely randomised trees (Geurts, Ernst & Wehenkel 2006):
// deep trees on bootstrap samples, few columns tried at each node, probabilities as the mean of the leaves' shares.
// The raw score is the log-odds of that mean. Shapley values are exact for the mean of shares; stretched by one factor
// per row they add up to the log-odds, so a row's reasons keep their signs and proportions.
import { type Static, Type } from 'typebox';
import { checkTrees, DEEPEST, plantForest, Tree } from './forest.ts';
import { binTable, type GiniLimits } from './giniTree.ts';
import { growTrees } from './growing.ts';
import {
  brokenModel,
  checkModelFile,
  completeModel,
  completeSettings,
  type FitOptions,
  type FittedModel,
  type Learner,
  rankGains,
} from './learner.ts';
import { logOdds } from './link.ts';
import { checkTraining, countedRows, sortColumns, type TrainingRows } from './matrix.ts';
import { createScorer } from './scoring/scorer.ts';
import { stretchContributions } from './stretch.ts';
import { createTreeExplainer } from './treeshap.ts';

export const RandomForestSettings = Type.Object(
  {
    trees: Type.Integer({ default: 100, minimum: 1, description: 'Trees of the forest.' }),
    columnsPerSplit: Type.Integer({
      default: 0,
      minimum: 0,
      description: 'Columns tried at each node; 0 takes the square root of their number.',
    }),
    minLeafRows: Type.Number({
      default: 10,
      minimum: 1,
      description: 'Least number of rows (sum of weights) of the sample in a leaf.',
    }),
    maxDepth: Type.Integer({
      default: DEEPEST,
      minimum: 1,
      maximum: DEEPEST,
      description: 'Questions on the way to a leaf at most.',
    }),
    sample: Type.Union([Type.Literal('bootstrap'), Type.Literal('all')], {
      default: 'bootstrap',
      description: "What a tree learns from: rows drawn with replacement ('bootstrap') or 'all'.",
    }),
    randomThresholds: Type.Boolean({
      default: false,
      description: 'Draw one threshold per column tried instead of searching the best (extra trees).',
    }),
    maxBins: Type.Integer({ default: 255, minimum: 2, maximum: 255, description: 'Bins per column at most.' }),
    seed: Type.Integer({ default: 1, description: 'Seed of the draws of rows, columns and thresholds.' }),
  },
  { additionalProperties: false },
);
export type RandomForestSettings = Static<typeof RandomForestSettings>;

const RandomForestFile = Type.Object({
  kind: Type.Literal('forest'),
  names: Type.Array(Type.String(), { minItems: 1 }),
  /** Shares are kept this far from 0 and 1, so that log-odds stay finite. */
  floor: Type.Number({ exclusiveMinimum: 0, maximum: 0.5 }),
  trees: Type.Array(Tree, { minItems: 1 }),
});
type RandomForestFile = Static<typeof RandomForestFile>;

export const randomForest: Learner<RandomForestSettings> = {
  name: 'forest',
  sentence: 'Random forest: the mean of many deep trees; hard to overfit and hardly needs settings.',
  settings: RandomForestSettings,
  fit(x, y, given, options = {}) {
    const settings = completeSettings<RandomForestSettings>('forest', RandomForestSettings, given);
    checkTraining(x, y, options.weights);
    const sorted = sortColumns(x);
    const place = new Map(x.names.map((name, c) => [name, c]));
    const counted = countedRows(sorted, y, options.weights);
    const trees = growForest(counted, settings, options);
    return forestFrom({
      kind: 'forest',
      names: [...x.names],
      floor: 0.5 / (massOfAll(counted).reduce((sum, mass) => sum + mass, 0) + 1),
      trees: trees.map((tree) => ({
        ...tree,
        column: tree.column.map((column) => (column < 0 ? column : (place.get(sorted.names[column]) as number))),
      })),
    });
  },
  read(json) {
    const file = checkModelFile<RandomForestFile>('forest', RandomForestFile, json);
    if (new Set(file.names).size !== file.names.length) brokenModel('forest', 'a column name appears twice');
    checkTrees('forest', file.trees, file.names.length);
    return forestFrom(file);
  },
};

function growForest(
  rows: TrainingRows,
  settings: RandomForestSettings,
  { threads, onProgress }: Pick<FitOptions, 'threads' | 'onProgress'>,
): Tree[] {
  const { x, y } = rows;
  const limits: GiniLimits = {
    columnsPerNode: Math.min(
      x.columns.length,
      settings.columnsPerSplit || Math.max(1, Math.round(Math.sqrt(x.columns.length))),
    ),
    minLeafMass: settings.minLeafRows,
    maxDepth: settings.maxDepth,
    thresholds: settings.randomThresholds ? 'random' : 'best',
  };
  const { trees, sample, seed } = settings;
  const table = binTable(x, settings.maxBins);
  return growTrees(table, y, massOfAll(rows), { trees, sample, seed, limits, threads, onProgress });
}

function massOfAll({ y, weights }: TrainingRows): Float64Array {
  return weights === undefined ? new Float64Array(y.length).fill(1) : Float64Array.from(weights);
}

function forestFrom(file: RandomForestFile): FittedModel {
  const { names, floor, trees } = file;
  const forest = plantForest(trees);
  const scorer = createScorer(forest, names.length);
  const explain = createTreeExplainer(forest, names.length);
  const toScore = (sum: number) => logOdds(Math.min(1 - floor, Math.max(floor, sum / trees.length)));
  return completeModel({
    kind: 'forest',
    names,
    rawScore: (row) => toScore(scorer.scoreRow(row)),
    rawScores: (x) => scorer.scoreRows(x).map(toScore),
    contributions: (row) => stretchContributions(explain(row), toScore),
    importance() {
      const gains = new Float64Array(names.length);
      forest.column.forEach((column, node) => {
        if (column >= 0) gains[column] += forest.gain[node] / forest.cover[rootOf(forest.starts, node)];
      });
      return rankGains(names, gains);
    },
    toJSON: () => file,
  });
}

/** The first node of the tree that a node belongs to. */
function rootOf(starts: Int32Array, node: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= node) low = middle;
    else high = middle;
  }
  return starts[low];
}
