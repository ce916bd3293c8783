// The compiled walk over trees answers to the last bit what the plain walk does, for one row and many, with any threads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Forest, plantForest, sumOfLeaves, type Tree } from '../../../src/learn/forest.ts';
import type { Matrix } from '../../../src/learn/index.ts';
import { createScorer } from '../../../src/learn/scoring/scorer.ts';
import { createRandom, type Random } from '../../../src/math/index.ts';

/** Values around which thresholds and rows are drawn: the edges of what a float32 can hold. */
const VALUES = [
  0, -0, 1, -1, 0.1, 1e-45, -1e-45, 1.1754944e-38, 3.4028234663852886e38, -3.4028234663852886e38, 16_777_216, 7, 33,
];
/** Thresholds that no float32 holds: between two of them, below the smallest, beyond the largest. */
const BETWEEN = [0.1, -0.1, 1 + 2 ** -30, 1e-46, -1e-46, 1e39, -1e39, 1 / 3];
const ROW_VALUES = [...VALUES, Number.NaN, 0.5, -3, 2, 5, 31, 32, 64, 2 ** 24 - 1, 2 ** 25, 1.0000001];

function drawTree(random: Random, columns: number, withCategories: boolean): Tree {
  const tree: Tree = {
    column: [],
    threshold: [],
    missingLeft: [],
    left: [],
    right: [],
    value: [],
    cover: [],
    gain: [],
    categories: [],
  };
  const grow = (depth: number): number => {
    const node = tree.column.length;
    const isLeaf = depth === 0 || random.uniform() < 0.2;
    const asksCategories = withCategories && random.uniform() < 0.4;
    const thresholds = random.uniform() < 0.5 ? VALUES : BETWEEN;
    tree.column.push(isLeaf ? -1 : random.int(columns));
    tree.threshold.push(isLeaf ? 0 : thresholds[random.int(thresholds.length)]);
    tree.missingLeft.push(isLeaf ? 0 : random.int(2));
    tree.value.push(isLeaf ? random.normal() : 0);
    tree.cover.push(1);
    tree.gain.push(0);
    tree.left.push(0);
    tree.right.push(0);
    const codes = new Set(Array.from({ length: 1 + random.int(5) }, () => random.int(random.uniform() < 0.5 ? 8 : 70)));
    tree.categories?.push(!isLeaf && asksCategories ? [...codes].sort((a, b) => a - b) : []);
    if (isLeaf) return node;
    tree.left[node] = grow(depth - 1);
    tree.right[node] = grow(depth - 1);
    return node;
  };
  grow(random.int(7));
  return tree;
}

const drawRowsOf = (random: Random, rows: number, columns: number, withMissing: boolean): Matrix => ({
  rows,
  names: Array.from({ length: columns }, (_, c) => `c${c}`),
  columns: Array.from({ length: columns }, () =>
    Float32Array.from({ length: rows }, () => {
      const value = ROW_VALUES[random.int(ROW_VALUES.length)];
      return Number.isNaN(value) && !withMissing ? 1 : value;
    }),
  ),
});

const rowOf = (x: Matrix, r: number) => Float32Array.from(x.columns, (column) => column[r]);

function assertAgrees(forest: Forest, x: Matrix, threads?: number): void {
  const scorer = createScorer(forest, x.columns.length);
  const scores = scorer.scoreRows(x, threads);
  assert.equal(scores.length, x.rows);
  for (let r = 0; r < x.rows; r++) {
    const row = rowOf(x, r);
    const expected = sumOfLeaves(forest, row);
    if (!Object.is(scores[r], expected) || !Object.is(scorer.scoreRow(row), expected)) {
      assert.fail(`row ${[...row]}: ${scores[r]} and ${scorer.scoreRow(row)} are not ${expected}`);
    }
  }
}

test('many rows, one row and the plain walk agree to the last bit on whatever trees and rows', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 9 }),
      fc.nat(40),
      fc.nat(300),
      fc.boolean(),
      fc.boolean(),
      (seed, columns, trees, rows, withMissing, withCategories) => {
        const random = createRandom(seed);
        const forest = plantForest(Array.from({ length: trees }, () => drawTree(random, columns, withCategories)));
        assertAgrees(forest, drawRowsOf(random, rows, columns, withMissing));
      },
    ),
    { seed: 9, numRuns: 150 },
  );
});

test('no trees, trees of one leaf, and a set that reaches to the largest code', () => {
  const random = createRandom('shapes');
  const x = drawRowsOf(random, 17, 2, true);
  assertAgrees(plantForest([]), x);
  const leaf: Tree = {
    column: [-1],
    threshold: [0],
    missingLeft: [0],
    left: [0],
    right: [0],
    value: [0.1],
    cover: [1],
    gain: [0],
  };
  assertAgrees(plantForest([leaf]), x);
  assertAgrees(plantForest(Array.from({ length: 9 }, () => leaf)), x);
  const wide = drawTree(createRandom('wide'), 2, false);
  const asking: Tree = {
    column: [1, -1, -1],
    threshold: [0, 0, 0],
    missingLeft: [1, 0, 0],
    left: [1, 0, 0],
    right: [2, 0, 0],
    value: [0, 1, 2],
    cover: [2, 1, 1],
    gain: [1, 0, 0],
    categories: [[0, 31, 2 ** 24], [], []],
  };
  assertAgrees(plantForest([wide, asking, leaf]), x);
});

test('rows beyond one stretch, shared between 1, 2 and 4 threads', () => {
  const random = createRandom('threads');
  const forest = plantForest(Array.from({ length: 70 }, () => drawTree(random, 5, true)));
  const x = drawRowsOf(random, 40_003, 5, true);
  const scorer = createScorer(forest, 5);
  const alone = scorer.scoreRows(x, 1);
  for (let r = 0; r < x.rows; r += 997) assert.ok(Object.is(alone[r], sumOfLeaves(forest, rowOf(x, r))));
  for (const threads of [2, 4]) assert.deepEqual(scorer.scoreRows(x, threads), alone);
});

test('more columns than the compiled walk has room for are walked plainly', () => {
  const columns = 65_537;
  const random = createRandom('columns');
  const tree = drawTree(random, 3, false);
  const last: Tree = { ...tree, column: tree.column.map((c) => (c < 0 ? c : columns - 1 - c)) };
  const x: Matrix = {
    rows: 3,
    names: Array.from({ length: columns }, (_, c) => `c${c}`),
    columns: Array.from({ length: columns }, (_, c) => Float32Array.of(c % 3, Number.NaN, -1)),
  };
  assertAgrees(plantForest([last]), x);
});
