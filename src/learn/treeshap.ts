// Exact Shapley values of a sum of trees for one row, path-dependent as in Lundberg et al., "From local explanations to
// global understanding with explainable AI for trees", Nature Machine Intelligence 2020 (their algorithm 2): a column that
// is unknown to the coalition sends the row down both branches, in proportion to the training rows that went there.
// A leaf's part depends only on which columns of its path the row satisfies. Such a pattern of bits is answered once and
// remembered (after Yang 2021, "Fast TreeSHAP"), so a row costs one look-up per leaf instead of depth² steps.
import { type Forest, goesLeft } from './forest.ts';

/** Answers, for a row, what each column adds to the sum of leaves; the last element is the expected sum. */
export function createTreeExplainer(forest: Forest, columns: number): (row: ArrayLike<number>) => Float64Array {
  const { column, left, right } = forest;
  let paths: Paths | undefined;
  return (row) => {
    paths ??= findPaths(forest);
    const { newBit, clearBit, satisfied, expected } = paths;
    const contributions = new Float64Array(columns + 1);
    contributions[columns] = expected;
    for (let node = 0; node < column.length; node++) {
      if (column[node] < 0) {
        addLeaf(contributions, forest, paths, node);
        continue;
      }
      const pattern = satisfied[node];
      const isLeft = goesLeft(forest, node, row);
      const hot = isLeft ? left[node] : right[node];
      const cold = isLeft ? right[node] : left[node];
      satisfied[hot] = pattern | newBit[hot];
      satisfied[cold] = pattern & clearBit[cold];
    }
    return contributions;
  };
}

/** What is known of the ways to the leaves, in flat arrays, because a row walks by all of them. */
type Paths = {
  /** For the edge into each node: the bit to set when the row takes it and the column is new on the path, and its mask. */
  newBit: Int32Array;
  clearBit: Int32Array;
  /** The pattern of the present row at each node: which columns so far it satisfies. */
  satisfied: Int32Array;
  /** For each leaf, where its stretch of distinct columns starts and ends in `columns` and `passing`. */
  start: Int32Array;
  end: Int32Array;
  columns: Int32Array;
  /** The share of training rows that a column's conditions on the path let pass. */
  passing: Float64Array;
  /** For each leaf, where its answers start: one stretch per pattern, one number per column; −1 when not remembered. */
  answersStart: Int32Array;
  /** Answers met so far, NaN where not met. */
  answers: Float64Array;
  /** Mean sum of leaves over the training rows. */
  expected: number;
};

/** With more columns on a path, patterns are too many to remember. */
const MOST_REMEMBERED_COLUMNS = 6;

function findPaths({ column, left, right, value, cover, starts }: Forest): Paths {
  const perNode = () => new Int32Array(column.length);
  const paths = { newBit: perNode(), clearBit: perNode(), start: perNode(), end: perNode(), answersStart: perNode() };
  const allColumns: number[] = [];
  const allPassing: number[] = [];
  let remembered = 0;
  let expected = 0;
  const visit = (node: number, columns: readonly number[], passing: readonly number[]): void => {
    if (column[node] < 0) {
      const fits = columns.length <= MOST_REMEMBERED_COLUMNS;
      paths.answersStart[node] = fits ? remembered : -1;
      if (fits) remembered += columns.length << columns.length;
      paths.start[node] = allColumns.length;
      paths.end[node] = allColumns.push(...columns);
      allPassing.push(...passing);
      expected += value[node] * passing.reduce((product, share) => product * share, 1);
      return;
    }
    const met = columns.indexOf(column[node]);
    const bit = met < 0 ? columns.length : met;
    for (const child of [left[node], right[node]]) {
      paths.newBit[child] = met < 0 ? 1 << bit : 0;
      paths.clearBit[child] = ~(1 << bit);
      const narrowed = passing.slice();
      narrowed[bit] = ((passing[bit] ?? 1) * cover[child]) / cover[node];
      visit(child, met < 0 ? [...columns, column[node]] : columns, narrowed);
    }
  };
  for (let t = 0; t + 1 < starts.length; t++) visit(starts[t], [], []);
  return {
    ...paths,
    satisfied: perNode(),
    columns: Int32Array.from(allColumns),
    passing: Float64Array.from(allPassing),
    answers: new Float64Array(remembered).fill(Number.NaN),
    expected,
  };
}

function addLeaf(contributions: Float64Array, { value }: Forest, paths: Paths, leaf: number): void {
  const { columns, answers, satisfied } = paths;
  const start = paths.start[leaf];
  const d = paths.end[leaf] - start;
  const pattern = satisfied[leaf];
  const remembered = paths.answersStart[leaf];
  const at = remembered + pattern * d;
  if (remembered < 0 || Number.isNaN(answers[at])) {
    const answer = shapleyOfLeaf(value[leaf], paths.passing.subarray(start, start + d), pattern);
    for (let i = 0; i < d; i++) contributions[columns[start + i]] += answer[i];
    if (remembered >= 0) answers.set(answer, at);
    return;
  }
  for (let i = 0; i < d; i++) contributions[columns[start + i]] += answers[at + i];
}

/**
 * Shapley values of the game "does the row reach this leaf?". A coalition S of the d columns on the path reaches it with
 * Π_{j∈S} one_j · Π_{j∉S} passing_j, where one_j is bit j of the pattern. So the sum over the coalitions of each size
 * without column i is a coefficient of Π_{j≠i} (passing_j + one_j·t), and a coalition of size k weighs k!·(d − 1 − k)! / d!.
 * The product over all columns is multiplied out once, and each column divided out of it: d² steps instead of d³.
 */
export function shapleyOfLeaf(value: number, passing: Float64Array, pattern: number): Float64Array {
  const d = passing.length;
  const answer = new Float64Array(d);
  const bySize = multiplyOut(passing, pattern);
  const weights = weightsBySize(d);
  for (let i = 0; i < d; i++) {
    const one = (pattern >> i) & 1;
    const share = passing[i];
    let sum = 0;
    // From the largest size down, where dividing by (share + t) only ever takes a share of what was found before.
    for (let k = d - 1, rest = 0; k >= 0; k--) {
      rest = one === 1 ? bySize[k + 1] - share * rest : bySize[k] / share;
      sum += weights[k] * rest;
    }
    answer[i] = value * (one - share) * sum;
  }
  return answer;
}

/** The coefficients of Π (passing_j + one_j·t), constant first. */
function multiplyOut(passing: Float64Array, pattern: number): Float64Array {
  const bySize = new Float64Array(passing.length + 1);
  bySize[0] = 1;
  for (let j = 0; j < passing.length; j++) {
    const one = (pattern >> j) & 1;
    for (let k = j + 1; k > 0; k--) bySize[k] = bySize[k] * passing[j] + bySize[k - 1] * one;
    bySize[0] *= passing[j];
  }
  return bySize;
}

const remembered: Float64Array[] = [];

/** k!·(d − 1 − k)! / d! for k = 0 … d − 1. */
function weightsBySize(d: number): Float64Array {
  if (remembered[d] !== undefined) return remembered[d];
  const weights = new Float64Array(d);
  let weight = 1 / d;
  for (let k = 0; k < d; k++) {
    weights[k] = weight;
    weight *= (k + 1) / (d - 1 - k);
  }
  remembered[d] = weights;
  return weights;
}
