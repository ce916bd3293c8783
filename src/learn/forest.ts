// A sum of binary decision trees in flat arrays: what boosting learns, what predicts, and what TreeSHAP explains.
// A row goes left where its value is not above the threshold (or where its category is on the node's list), and where it
// is missing, as the node has learned.
import { type Static, Type } from 'typebox';
import { brokenModel } from './learner.ts';
import { LARGEST_CODE, type Matrix } from './matrix.ts';

/** Trees node by node; `column` is −1 at a leaf. Children stand after their parent. */
export type Forest = {
  /** First node of each tree, and the number of nodes as the last element. */
  readonly starts: Int32Array;
  readonly column: Int32Array;
  readonly threshold: Float64Array;
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** The categories that go left, ascending, at nodes that ask for one; undefined where no node does. */
  readonly categories: readonly (Int32Array | undefined)[] | undefined;
  /** Log-odds added by a leaf; 0 at inner nodes. */
  readonly value: Float64Array;
  /** Weighted number of training rows that came by. */
  readonly cover: Float64Array;
  /** What the split took off the training loss; 0 at leaves. */
  readonly gain: Float64Array;
};

/** Levels of a tree at most, so that a path's columns fit the bits of an integer. */
export const DEEPEST = 30;

/** One tree as it is grown and saved; child indices count from the tree's own root. */
export const Tree = Type.Object({
  column: Type.Array(Type.Integer({ minimum: -1 }), { minItems: 1 }),
  threshold: Type.Array(Type.Number()),
  missingLeft: Type.Array(Type.Integer({ minimum: 0, maximum: 1 })),
  left: Type.Array(Type.Integer({ minimum: 0 })),
  right: Type.Array(Type.Integer({ minimum: 0 })),
  value: Type.Array(Type.Number()),
  cover: Type.Array(Type.Number({ minimum: 0 })),
  gain: Type.Array(Type.Number()),
  /** Per node the codes that go left, ascending; empty where the node compares with its threshold. */
  categories: Type.Optional(Type.Array(Type.Array(Type.Integer({ minimum: 0, maximum: LARGEST_CODE })))),
});
export type Tree = Static<typeof Tree>;

/** Lays trees end to end. */
export function plantForest(trees: readonly Tree[]): Forest {
  const starts = new Int32Array(trees.length + 1);
  trees.forEach((tree, t) => {
    starts[t + 1] = starts[t] + tree.column.length;
  });
  const all = (field: Exclude<keyof Tree, 'left' | 'right' | 'categories'>) => trees.flatMap((tree) => tree[field]);
  const moved = (field: 'left' | 'right') => trees.flatMap((tree, t) => tree[field].map((child) => child + starts[t]));
  return {
    starts,
    column: Int32Array.from(all('column')),
    threshold: Float64Array.from(all('threshold')),
    missingLeft: Uint8Array.from(all('missingLeft')),
    left: Int32Array.from(moved('left')),
    right: Int32Array.from(moved('right')),
    value: Float64Array.from(all('value')),
    cover: Float64Array.from(all('cover')),
    gain: Float64Array.from(all('gain')),
    categories: plantCategories(trees),
  };
}

function plantCategories(trees: readonly Tree[]): Forest['categories'] {
  if (trees.every(({ categories }) => categories === undefined)) return undefined;
  return trees.flatMap(({ column, categories }) =>
    column.map((_, node) => {
      const codes = categories?.[node] ?? [];
      return codes.length === 0 ? undefined : Int32Array.from(codes);
    }),
  );
}

/** The sum of the leaves a row falls into. */
export function sumOfLeaves(forest: Forest, row: ArrayLike<number>): number {
  const { starts, column, left, right, value } = forest;
  let sum = 0;
  for (let t = 0; t + 1 < starts.length; t++) {
    let node = starts[t];
    while (column[node] >= 0) node = goesLeft(forest, node, row) ? left[node] : right[node];
    sum += value[node];
  }
  return sum;
}

/** Adds to each row's score the leaf it falls into, read column by column; rows marked in `skip` are left as they are. */
export function addLeaves(forest: Forest, x: Matrix, scores: Float64Array, skip?: Uint8Array): void {
  const { starts, column, left, right, value } = forest;
  for (let t = 0; t + 1 < starts.length; t++) {
    for (let r = 0; r < x.rows; r++) {
      if (skip !== undefined && skip[r] !== 0) continue;
      let node = starts[t];
      while (column[node] >= 0) {
        const known = x.columns[column[node]][r];
        node = valueGoesLeft(forest, node, known) ? left[node] : right[node];
      }
      scores[r] += value[node];
    }
  }
}

/** Whether a row goes left at an inner node. */
export function goesLeft(forest: Forest, node: number, row: ArrayLike<number>): boolean {
  return valueGoesLeft(forest, node, row[forest.column[node]]);
}

/** Whether a value of the asked column goes left at an inner node. What is no code counts as a missing category. */
export function valueGoesLeft(forest: Forest, node: number, value: number): boolean {
  const codes = forest.categories?.[node];
  if (codes === undefined)
    return Number.isNaN(value) ? forest.missingLeft[node] === 1 : value <= forest.threshold[node];
  const isCode = value >= 0 && value <= LARGEST_CODE && Number.isInteger(value);
  return isCode ? holds(codes, value) : forest.missingLeft[node] === 1;
}

const one = new Float32Array(1);
const oneBits = new Int32Array(one.buffer);

/** The largest float32 that is not above a threshold: it parts float32 values just as the threshold does. */
export function floatBelow(threshold: number): number {
  one[0] = threshold;
  if (one[0] <= threshold) return one[0];
  // The next float32 down: towards zero from above, away from it below.
  if (one[0] > 0) oneBits[0]--;
  else if (one[0] < 0) oneBits[0]++;
  else oneBits[0] = SMALLEST_NEGATIVE;
  return one[0];
}

const SMALLEST_NEGATIVE = 0x80000001 | 0;

function holds(codes: Int32Array, code: number): boolean {
  let low = 0;
  let high = codes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (codes[middle] < code) low = middle + 1;
    else high = middle;
  }
  return low < codes.length && codes[low] === code;
}

/** Refuses saved trees on which a walk would not end or would leave the row. */
export function checkTrees(kind: string, trees: readonly Tree[], columns: number): void {
  trees.forEach((tree, t) => {
    const nodes = tree.column.length;
    for (const list of Object.values(tree)) {
      if (list !== undefined && list.length !== nodes) brokenModel(kind, `the lists of tree ${t} differ in length`);
    }
    const depth = new Int32Array(nodes).fill(-1, 1);
    for (let node = 0; node < nodes; node++) {
      if (tree.column[node] >= columns)
        brokenModel(kind, `tree ${t} asks for column ${tree.column[node]} of ${columns}`);
      if (tree.cover[node] <= 0) brokenModel(kind, `no rows came by node ${node} of tree ${t}`);
      if (tree.column[node] < 0) continue;
      if (tree.categories?.[node].some((code, i, codes) => i > 0 && codes[i - 1] >= code)) {
        brokenModel(kind, `the categories at node ${node} of tree ${t} do not rise`);
      }
      for (const child of [tree.left[node], tree.right[node]]) {
        if (!(child > node && child < nodes))
          brokenModel(kind, `node ${node} of tree ${t} has the child ${child} of ${nodes}`);
        if (depth[child] >= 0 || depth[node] < 0) brokenModel(kind, `the nodes of tree ${t} do not hang together`);
        depth[child] = depth[node] + 1;
      }
    }
    if (depth.includes(-1)) brokenModel(kind, `the nodes of tree ${t} do not hang together`);
    if (depth.some((levels) => levels > DEEPEST)) brokenModel(kind, `tree ${t} is deeper than ${DEEPEST}`);
  });
}
