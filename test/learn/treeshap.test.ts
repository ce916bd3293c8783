// TreeSHAP against its definition, the average over all orders in which columns become known, and against XGBoost.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { boosting, copyRow, fromJSON } from '../../src/learn/index.ts';
import { drawRows } from './rows.ts';

type Tree = {
  column: number[];
  threshold: number[];
  missingLeft: number[];
  left: number[];
  right: number[];
  value: number[];
  cover: number[];
  gain: number[];
};

/** Expected sum of leaves when only the columns in `known` (a bit set) are known: both branches by their cover. */
function expectation(trees: Tree[], row: Float32Array, known: number): number {
  const visit = (tree: Tree, node: number): number => {
    const column = tree.column[node];
    if (column < 0) return tree.value[node];
    const [left, right] = [tree.left[node], tree.right[node]];
    if (known & (1 << column)) {
      const missing = Number.isNaN(row[column]);
      const goesLeft = missing ? tree.missingLeft[node] === 1 : row[column] <= tree.threshold[node];
      return visit(tree, goesLeft ? left : right);
    }
    const share = tree.cover[left] / tree.cover[node];
    return share * visit(tree, left) + (1 - share) * visit(tree, right);
  };
  return trees.reduce((sum, tree) => sum + visit(tree, 0), 0);
}

/** Shapley values by their definition, over all 2^columns coalitions; last, the expectation when nothing is known. */
function shapleyByDefinition(trees: Tree[], row: Float32Array): number[] {
  const columns = row.length;
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const sizeOf = (set: number) => set.toString(2).replaceAll('0', '').length;
  const values = Array.from({ length: 1 << columns }, (_, set) => expectation(trees, row, set));
  const contributions = Array.from({ length: columns }, (_, c) =>
    values.reduce((sum, value, set) => {
      if (set & (1 << c)) return sum;
      const weight = (factorial(sizeOf(set)) * factorial(columns - 1 - sizeOf(set))) / factorial(columns);
      return sum + weight * (values[set | (1 << c)] - value);
    }, 0),
  );
  return [...contributions, values[0]];
}

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, allowed: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= allowed, `${actual[i]} is not ${expected[i]} at ${i}`);
  }
}

const COLUMNS = 8;
const names = Array.from({ length: COLUMNS }, (_, c) => `c${c}`);

/** Any tree on up to eight columns: columns may come back on a path, and a path may know more than six of them. */
const anyTree: fc.Arbitrary<Tree> = fc.array(fc.nat(1_000_000), { minLength: 24, maxLength: 200 }).map((numbers) => {
  const tree: Tree = {
    column: [],
    threshold: [],
    missingLeft: [],
    left: [],
    right: [],
    value: [],
    cover: [],
    gain: [],
  };
  let drawn = 0;
  const draw = (below: number) => numbers[drawn++ % numbers.length] % below;
  const grow = (depth: number, cover: number): number => {
    const isLeaf = depth === 9 || drawn >= numbers.length || draw(5) === 0;
    const node = tree.column.push(isLeaf ? -1 : (depth * 3 + draw(3)) % COLUMNS) - 1;
    tree.threshold[node] = draw(5) - 2;
    tree.missingLeft[node] = draw(2);
    tree.value[node] = isLeaf ? (draw(2001) - 1000) / 500 : 0;
    tree.cover[node] = cover;
    tree.gain[node] = 0;
    const share = (1 + draw(9)) / 10;
    tree.left[node] = isLeaf ? 0 : grow(depth + 1, cover * share);
    tree.right[node] = isLeaf ? 0 : grow(depth + 1, cover * (1 - share));
    return node;
  };
  grow(0, 1000);
  return tree;
});

test('contributions are the Shapley values of their definition, for any trees and rows [INT-5]', () => {
  const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN));
  const rows = fc.array(fc.array(value, { minLength: COLUMNS, maxLength: COLUMNS }), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(fc.array(anyTree, { minLength: 1, maxLength: 2 }), rows, (trees, drawnRows) => {
      const model = fromJSON({ kind: 'boosting', names, baseScore: 0.25, trees });
      for (const drawn of drawnRows) {
        const row = Float32Array.from(drawn);
        const expected = shapleyByDefinition(trees, row);
        expected[COLUMNS] += 0.25;
        // Asked twice: the second answer comes from memory.
        assertNear(model.contributions(row), expected, 1e-9);
        assertNear(model.contributions(row), expected, 1e-9);
        const { contributions: lists } = model.explain({
          rows: 1,
          names,
          columns: drawn.map((v) => Float32Array.of(v)),
        });
        assertNear(
          lists.map(([part]) => part),
          expected,
          1e-9,
        );
      }
    }),
    { seed: 6, numRuns: 60 },
  );
});

test('contributions of a fitted model are the Shapley values of its trees, missing values included [INT-5]', () => {
  const { x, y } = drawRows(400, 'shapley');
  const model = boosting.fit(x, y, { trees: 5, minChildHessian: 1, maxLeaves: 12 });
  const { trees, baseScore } = model.toJSON() as { trees: Tree[]; baseScore: number };
  for (let r = 0; r < 20; r++) {
    const row = copyRow(x, r);
    const expected = shapleyByDefinition(trees, row);
    expected[row.length] += baseScore;
    assertNear(model.contributions(row), expected, 1e-10);
  }
});

test('small trees, answered from tables for many rows at once, give the same, categories included [INT-5]', () => {
  const { x, y } = drawRows(400, 'tables');
  const column = x.names.length;
  const kinds = Float32Array.from({ length: x.rows }, (_, r) => (r % 11 === 0 ? Number.NaN : (r * 7) % 5));
  const told = y.map((outcome, r) => (kinds[r] === 2 ? 1 : outcome));
  const wider = { ...x, names: [...x.names, 'kind'], columns: [...x.columns, kinds], categorical: ['kind'] };
  const model = boosting.fit(wider, told, { trees: 30, minChildHessian: 1, maxLeaves: 8 });
  const { trees } = model.toJSON() as { trees: (Tree & { categories?: number[][] })[] };
  assert.ok(trees.every((tree) => tree.column.filter((c) => c >= 0).length <= 7));
  assert.ok(
    trees.some((tree) => tree.categories?.some((codes, node) => codes.length > 0 && tree.column[node] === column)),
  );
  const { scores, contributions: lists } = model.explain(wider);
  assert.deepEqual(scores, model.rawScores(wider));
  for (let r = 0; r < x.rows; r++) {
    assertNear(
      lists.map((list) => list[r]),
      model.contributions(copyRow(wider, r)),
      1e-10,
    );
  }
});

test('contributions match XGBoost’s pred_contribs on XGBoost’s own trees [INT-5]', () => {
  // xgboost-forest.py: booster.predict(rows, pred_contribs=True), 32-bit floats
  const golden = JSON.parse(readFileSync(new URL('xgboost-forest.json', import.meta.url), 'utf8'));
  const model = fromJSON(golden.model);
  golden.rows.forEach((values: (number | null)[], r: number) => {
    const row = Float32Array.from(values, (value) => value ?? Number.NaN);
    assertNear([model.rawScore(row)], [golden.rawScores[r]], 2e-6);
    assertNear(model.contributions(row), golden.contributions[r], 2e-6);
  });
});
