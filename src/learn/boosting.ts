// Histogram gradient boosting of decision trees for a yes/no outcome (Friedman 2001; Chen & Guestrin 2016; Ke et al. 2017).
// Each round fits a tree to the slope and curvature of the log loss at the present scores (growing.ts), and adds a share of
// its answer. Rows and columns can be drawn anew for each tree; on validation rows it notices when to stop.
import { type Static, Type } from 'typebox';
import { InklingError } from '../errors.ts';
import { createRandom, type Random } from '../math/index.ts';
import { binColumns } from './bins.ts';
import { addLeaves, checkTrees, DEEPEST, plantForest, sumOfLeaves, Tree } from './forest.ts';
import { createBuffers, growTree, MOST_ROWS, packGradients } from './growing.ts';
import {
  brokenModel,
  checkModelFile,
  completeModel,
  completeSettings,
  type FitOptions,
  type FittedModel,
  type Learner,
  logOdds,
  rankGains,
  sigmoid,
} from './learner.ts';
import {
  checkLabels,
  checkMatrix,
  checkTraining,
  countedRows,
  type Matrix,
  selectColumns,
  sortColumns,
  type TrainingRows,
} from './matrix.ts';
import { logLoss } from './metrics.ts';
import { createTreeExplainer } from './treeshap.ts';

export const BoostingSettings = Type.Object(
  {
    trees: Type.Integer({ default: 200, minimum: 1, description: 'Rounds of boosting, one tree each, at most.' }),
    learningRate: Type.Number({
      default: 0.05,
      exclusiveMinimum: 0,
      maximum: 1,
      description: "Share of each tree's answer that is kept.",
    }),
    maxLeaves: Type.Integer({ default: 16, minimum: 2, description: 'Leaves per tree at most.' }),
    maxDepth: Type.Integer({
      default: 5,
      minimum: 1,
      maximum: DEEPEST,
      description: 'Questions on the way to a leaf at most.',
    }),
    l2: Type.Number({ default: 5, minimum: 0, description: "Pull of a leaf's answer towards zero." }),
    minChildHessian: Type.Number({
      default: 5,
      minimum: 0,
      description: 'Least curvature, Σ p·(1 − p), on either side of a split.',
    }),
    minGain: Type.Number({ default: 0, minimum: 0, description: 'Least reduction of the training loss for a split.' }),
    rowShare: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Share of the rows drawn for each tree.',
    }),
    columnShare: Type.Number({
      default: 0.6,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Share of the columns drawn for each tree.',
    }),
    maxBins: Type.Integer({
      default: 255,
      minimum: 2,
      maximum: 255,
      description: 'Bins per column at most, the one for missing values apart.',
    }),
    patience: Type.Integer({
      default: 20,
      minimum: 1,
      description: 'With validation rows: stop after so many trees without a better log loss.',
    }),
    seed: Type.Integer({ default: 1, description: 'Seed of the draws of rows and columns.' }),
  },
  { additionalProperties: false },
);
export type BoostingSettings = Static<typeof BoostingSettings>;

const BoostingFile = Type.Object({
  kind: Type.Literal('boosting'),
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
    checkTraining(x, y, options.weights);
    if (x.rows > MOST_ROWS) {
      throw new InklingError('invalid_input', `Boosting was given ${x.rows} rows; it takes ${MOST_ROWS} at most.`, {
        hint: 'Draw a sample of the rows.',
      });
    }
    const sorted = sortColumns(x);
    const { baseScore, trees } = boost(countedRows(sorted, y, options.weights), settings, options);
    const place = new Map(x.names.map((name, c) => [name, c]));
    const renumbered = trees.map((tree) => ({
      ...tree,
      column: tree.column.map((column) => (column < 0 ? column : (place.get(sorted.names[column]) as number))),
    }));
    return boostingFrom({ kind: 'boosting', names: [...x.names], baseScore, trees: renumbered });
  },
  read(json) {
    const file = checkModelFile<BoostingFile>('boosting', BoostingFile, json);
    if (new Set(file.names).size !== file.names.length) brokenModel('boosting', 'a column name appears twice');
    checkTrees('boosting', file.trees, file.names.length);
    return boostingFrom(file);
  },
};

function boostingFrom(file: BoostingFile): FittedModel {
  const { names, baseScore } = file;
  const forest = plantForest(file.trees);
  const explain = createTreeExplainer(forest, names.length);
  return completeModel({
    kind: 'boosting',
    names,
    rawScore: (row) => baseScore + sumOfLeaves(forest, row),
    contributions(row) {
      const contributions = explain(row);
      contributions[names.length] += baseScore;
      return contributions;
    },
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

type Validation = NonNullable<FitOptions['valid']>;

function boost({ x, y, weights }: TrainingRows, settings: BoostingSettings, { valid, onProgress }: FitOptions) {
  const random = createRandom(settings.seed);
  const bins = binColumns(x.columns, settings.maxBins);
  const buffers = createBuffers(x.rows);
  const slope = new Float64Array(x.rows);
  const curvature = new Float64Array(x.rows);
  const values = new Float64Array(x.rows);
  const baseScore = logOdds(weightedShare(y, weights));
  const scores = new Float64Array(x.rows).fill(baseScore);
  const watch = valid && valid.x.rows > 0 ? watchLoss(x.names, valid, baseScore) : undefined;
  const trees: Tree[] = [];
  for (let t = 0; t < settings.trees; t++) {
    const rowCount = drawRows(random, settings.rowShare, buffers.rows);
    const columns = drawColumns(random, settings.columnShare, x.columns.length);
    const drawn = buffers.rows.subarray(0, rowCount);
    takeGradients(scores, y, weights, slope, curvature);
    const packed = packGradients(random, drawn, slope, curvature, values);
    const round = { bins, columns, slope, curvature, packed, weights, limits: settings, buffers };
    const { tree, leaves } = growTree(round, rowCount);
    onProgress?.(t + 1, settings.trees);
    if (tree.column.length === 1) {
      // Other draws may still find a split; without draws every later round would end like this one.
      if (settings.rowShare === 1 && settings.columnShare === 1) break;
      continue;
    }
    trees.push(tree);
    for (const { node, start, end } of leaves) {
      for (let i = start; i < end; i++) scores[drawn[i]] += tree.value[node];
    }
    if (rowCount < x.rows) scoreOtherRows(tree, x, drawn, scores);
    if (watch !== undefined && watch.roundsSinceBest(tree) >= settings.patience) break;
  }
  return { baseScore, trees: watch === undefined ? trees : trees.slice(0, watch.bestRound()) };
}

function weightedShare(y: Float32Array, weights?: Float32Array): number {
  let positive = 0;
  let mass = 0;
  for (let r = 0; r < y.length; r++) {
    const weight = weights === undefined ? 1 : weights[r];
    positive += weight * y[r];
    mass += weight;
  }
  return positive / mass;
}

/** Puts the drawn rows, in order, at the front of `rows` and returns their number. */
function drawRows(random: Random, share: number, rows: Int32Array): number {
  let count = 0;
  for (let r = 0; r < rows.length; r++) {
    if (share === 1 || random.uniform() < share) rows[count++] = r;
  }
  return count;
}

function drawColumns(random: Random, share: number, count: number): Int32Array {
  const columns = Int32Array.from({ length: count }, (_, c) => c);
  if (share === 1) return columns;
  return random
    .shuffle(columns)
    .slice(0, Math.max(1, Math.round(share * count)))
    .sort();
}

function takeGradients(
  scores: Float64Array,
  y: Float32Array,
  weights: Float32Array | undefined,
  slope: Float64Array,
  curvature: Float64Array,
): void {
  for (let r = 0; r < scores.length; r++) {
    const p = 1 / (1 + Math.exp(-scores[r]));
    const weight = weights === undefined ? 1 : weights[r];
    slope[r] = weight * (p - y[r]);
    curvature[r] = weight * p * (1 - p);
  }
}

/** Adds a tree's answer to the rows that were not drawn for it. */
function scoreOtherRows(tree: Tree, x: Matrix, drawn: Int32Array, scores: Float64Array): void {
  const isDrawn = new Uint8Array(x.rows);
  for (const row of drawn) isDrawn[row] = 1;
  addLeaves(plantForest([tree]), x, scores, isDrawn);
}

/** Follows the log loss on validation rows tree by tree. */
function watchLoss(names: readonly string[], valid: Validation, baseScore: number) {
  const { y, weights } = valid;
  const x = selectColumns(valid.x, names);
  checkMatrix(x);
  checkLabels(x.rows, y, weights);
  const scores = new Float64Array(x.rows).fill(baseScore);
  let bestLoss = logLoss(y, scores.map(sigmoid), weights);
  let best = 0;
  let round = 0;
  return {
    bestRound: () => best,
    roundsSinceBest(tree: Tree): number {
      addLeaves(plantForest([tree]), x, scores);
      const loss = logLoss(y, scores.map(sigmoid), weights);
      round++;
      if (loss < bestLoss) {
        bestLoss = loss;
        best = round;
      }
      return round - best;
    },
  };
}
