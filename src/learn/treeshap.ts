// Exact Shapley values of a sum of trees for one row, path-dependent: Lundberg et al., "From local explanations to global
// understanding with explainable AI for trees", Nature Machine Intelligence 2020, algorithm 2. A column that is "unknown"
// to the coalition sends the row down both branches, in proportion to the training rows that went there.
// Cost per row: leaves × depth². The path is kept in flat buffers, one stretch per depth, so nothing is allocated per node.
import { childOf, type Forest } from './forest.ts';

/** Answers, for a row, what each column adds to the sum of leaves; the last element is the expected sum. */
export function createTreeExplainer(forest: Forest, columns: number): (row: ArrayLike<number>) => Float64Array {
  const expected = expectedSum(forest);
  const path = createPath(deepest(forest) + 2);
  return (row) => {
    const contributions = new Float64Array(columns + 1);
    for (let t = 0; t + 1 < forest.starts.length; t++) {
      explainTree(forest, row, contributions, path, forest.starts[t], 0, 0, 1, 1, -1);
    }
    contributions[columns] = expected;
    return contributions;
  };
}

/** The unique columns on the way to a node: share of rows that pass when the column is unknown (zero) or known (one). */
type Path = { column: Int32Array; zero: Float64Array; one: Float64Array; weight: Float64Array };

function createPath(depth: number): Path {
  // Each node copies its parent's stretch before changing it: stretches of 1, 2, …, depth elements, laid end to end.
  const size = ((depth + 1) * (depth + 2)) / 2;
  return {
    column: new Int32Array(size),
    zero: new Float64Array(size),
    one: new Float64Array(size),
    weight: new Float64Array(size),
  };
}

function explainTree(
  forest: Forest,
  row: ArrayLike<number>,
  contributions: Float64Array,
  path: Path,
  node: number,
  parentStart: number,
  parentLength: number,
  zero: number,
  one: number,
  column: number,
): void {
  const start = parentStart + parentLength;
  path.column.copyWithin(start, parentStart, start);
  path.zero.copyWithin(start, parentStart, start);
  path.one.copyWithin(start, parentStart, start);
  path.weight.copyWithin(start, parentStart, start);
  extend(path, start, parentLength, zero, one, column);
  let length = parentLength + 1;

  const split = forest.column[node];
  if (split < 0) {
    for (let i = 1; i < length; i++) {
      const at = start + i;
      const weight = unwoundSum(path, start, length, i);
      contributions[path.column[at]] += weight * (path.one[at] - path.zero[at]) * forest.value[node];
    }
    return;
  }

  // A column met before is taken off the path and put on again with both conditions multiplied.
  let zeroBefore = 1;
  let oneBefore = 1;
  for (let i = 1; i < length; i++) {
    if (path.column[start + i] !== split) continue;
    zeroBefore = path.zero[start + i];
    oneBefore = path.one[start + i];
    unwind(path, start, length, i);
    length--;
    break;
  }
  const hot = childOf(forest, node, row);
  const cold = forest.left[node] + forest.right[node] - hot;
  const share = zeroBefore / forest.cover[node];
  explainTree(forest, row, contributions, path, hot, start, length, share * forest.cover[hot], oneBefore, split);
  explainTree(forest, row, contributions, path, cold, start, length, share * forest.cover[cold], 0, split);
}

/** EXTEND: grows the subsets by one column. */
function extend(path: Path, start: number, length: number, zero: number, one: number, column: number): void {
  const { weight } = path;
  const end = start + length;
  path.column[end] = column;
  path.zero[end] = zero;
  path.one[end] = one;
  weight[end] = length === 0 ? 1 : 0;
  for (let i = length - 1; i >= 0; i--) {
    weight[start + i + 1] += (one * weight[start + i] * (i + 1)) / (length + 1);
    weight[start + i] = (zero * weight[start + i] * (length - i)) / (length + 1);
  }
}

/** UNWIND: undoes the extension by the column at place i. */
function unwind(path: Path, start: number, length: number, i: number): void {
  const { weight } = path;
  const zero = path.zero[start + i];
  const one = path.one[start + i];
  let next = weight[start + length - 1];
  for (let j = length - 2; j >= 0; j--) {
    if (one !== 0) {
      const held = weight[start + j];
      weight[start + j] = (next * length) / ((j + 1) * one);
      next = held - (weight[start + j] * zero * (length - 1 - j)) / length;
    } else {
      weight[start + j] = (weight[start + j] * length) / (zero * (length - 1 - j));
    }
  }
  for (let j = i; j < length - 1; j++) {
    path.column[start + j] = path.column[start + j + 1];
    path.zero[start + j] = path.zero[start + j + 1];
    path.one[start + j] = path.one[start + j + 1];
  }
}

/** The sum of the weights that UNWIND at place i would leave, without changing the path. */
function unwoundSum(path: Path, start: number, length: number, i: number): number {
  const { weight } = path;
  const zero = path.zero[start + i];
  const one = path.one[start + i];
  let next = weight[start + length - 1];
  let sum = 0;
  for (let j = length - 2; j >= 0; j--) {
    if (one !== 0) {
      const left = (next * length) / ((j + 1) * one);
      sum += left;
      next = weight[start + j] - (left * zero * (length - 1 - j)) / length;
    } else {
      sum += (weight[start + j] * length) / (zero * (length - 1 - j));
    }
  }
  return sum;
}

/** The mean sum of leaves over the training rows: leaves weighted by the share of rows that reached them. */
function expectedSum({ starts, column, left, right, value, cover }: Forest): number {
  const expected = Float64Array.from(value);
  for (let node = column.length - 1; node >= 0; node--) {
    if (column[node] < 0) continue;
    const [l, r] = [left[node], right[node]];
    expected[node] = (cover[l] * expected[l] + cover[r] * expected[r]) / cover[node];
  }
  let sum = 0;
  for (let t = 0; t + 1 < starts.length; t++) sum += expected[starts[t]];
  return sum;
}

function deepest({ column, left, right }: Forest): number {
  const depth = new Int32Array(column.length);
  let most = 0;
  for (let node = 0; node < column.length; node++) {
    most = Math.max(most, depth[node]);
    if (column[node] < 0) continue;
    depth[left[node]] = depth[node] + 1;
    depth[right[node]] = depth[node] + 1;
  }
  return most;
}
