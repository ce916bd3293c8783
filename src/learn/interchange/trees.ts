// The kind `trees`: a sum of trees that another library trained. It predicts, explains and is saved like a model of ours,
// but no learner fits it.
import { type Static, Type } from 'typebox';
import { checkTrees, plantForest, Tree } from '../forest.ts';
import { brokenModel, checkModelFile, completeModel, type FittedModel, rankGains } from '../learner.ts';
import type { Matrix } from '../matrix.ts';
import { createScorer } from '../scoring/scorer.ts';
import { createTreeExplainer } from '../treeshap.ts';

export const TreesFile = Type.Object({
  kind: Type.Literal('trees'),
  /** The library that trained it, such as 'XGBoost 1.7.4'. */
  source: Type.String(),
  names: Type.Array(Type.String(), { minItems: 1 }),
  /** The columns that hold codes of categories. */
  categorical: Type.Array(Type.String()),
  /** The columns in which LightGBM takes a zero for a missing value. */
  zeroIsMissing: Type.Array(Type.String()),
  link: Type.Union([Type.Literal('logit'), Type.Literal('identity'), Type.Literal('log')]),
  baseScore: Type.Number(),
  /** Whether explanations rest on the training rows that came by each node, or on every leaf being equally frequent. */
  coverFrom: Type.Union([Type.Literal('rows'), Type.Literal('leaves')]),
  trees: Type.Array(Tree),
});
export type TreesFile = Static<typeof TreesFile>;

/** The reader of saved `trees` models; the registry lists it beside the learners. */
export const trees = {
  name: 'trees',
  read(json: unknown): FittedModel {
    const file = checkModelFile<TreesFile>('trees', TreesFile, json);
    const names = new Set(file.names);
    if (names.size !== file.names.length) brokenModel('trees', 'a column name appears twice');
    for (const name of [...file.categorical, ...file.zeroIsMissing]) {
      if (!names.has(name)) brokenModel('trees', `it has no column ${JSON.stringify(name)}`);
    }
    checkTrees('trees', file.trees, file.names.length);
    return treesFrom(file);
  },
};

function treesFrom(file: TreesFile): FittedModel {
  const { names, link, baseScore } = file;
  const forest = plantForest(file.trees);
  const scorer = createScorer(forest, names.length);
  const explain = createTreeExplainer(forest, names.length);
  const zeros = file.zeroIsMissing.map((name) => names.indexOf(name));
  const cleaned = (row: Float32Array) => {
    if (zeros.length === 0) return row;
    const copy = row.slice();
    for (const c of zeros) copy[c] = withoutZero(copy[c]);
    return copy;
  };
  return completeModel({
    kind: 'trees',
    names,
    link,
    rawScore: (row) => baseScore + scorer.scoreRow(cleaned(row)),
    rawScores: (x) => scorer.scoreRows(withoutZeros(x, zeros)).map((sum) => baseScore + sum),
    contributions(row) {
      const contributions = explain(cleaned(row));
      contributions[names.length] += baseScore;
      return contributions;
    },
    importance() {
      const gains = new Float64Array(names.length);
      forest.column.forEach((column, node) => {
        if (column >= 0) gains[column] += Math.max(0, forest.gain[node]);
      });
      return rankGains(names, gains);
    },
    toJSON: () => file,
  });
}

/** LightGBM takes what is nearer to zero than this for zero. */
export const LIGHTGBM_ZERO = 1e-35;

const withoutZero = (value: number) => (Math.abs(value) <= LIGHTGBM_ZERO ? Number.NaN : value);

function withoutZeros(x: Matrix, zeros: readonly number[]): Matrix {
  if (zeros.length === 0) return x;
  return { ...x, columns: x.columns.map((column, c) => (zeros.includes(c) ? column.map(withoutZero) : column)) };
}
