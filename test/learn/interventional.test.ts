// Shapley values against background rows: held against their definition, summed over all coalitions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Forest, sumOfLeaves, type Tree } from '../../src/learn/forest.ts';
import { boosting, copyRow, createInterventionalExplainer, plantForest } from '../../src/learn/index.ts';
import type { Matrix } from '../../src/learn/matrix.ts';
import { createRandom } from '../../src/math/index.ts';
import { drawRows } from './rows.ts';

/** φ_i = Σ_S |S|!(d − |S| − 1)!/d! · (v(S ∪ i) − v(S)), v(S) the mean sum of leaves with the columns of S from the row. */
function shapleyByDefinition(forest: Forest, row: Float32Array, background: Float32Array[]): number[] {
  const d = row.length;
  const meanScore = (coalition: number) =>
    background.reduce((sum, other) => {
      return (
        sum +
        sumOfLeaves(
          forest,
          other.map((value, c) => ((coalition >> c) & 1 ? row[c] : value)),
        )
      );
    }, 0) / background.length;
  const values = Array.from({ length: 2 ** d }, (_, coalition) => meanScore(coalition));
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const sizeOf = (coalition: number) => coalition.toString(2).replaceAll('0', '').length;
  const phi = Array.from({ length: d }, (_, i) =>
    values.reduce((sum, value, coalition) => {
      if ((coalition >> i) & 1) return sum;
      const size = sizeOf(coalition);
      const weight = (factorial(size) * factorial(d - size - 1)) / factorial(d);
      return sum + weight * (values[coalition | (1 << i)] - value);
    }, 0),
  );
  return [...phi, values[0]];
}

const forestOf = (model: { toJSON(): object }) => plantForest((model.toJSON() as { trees: Tree[] }).trees);
const rowsOf = (x: Matrix) => Array.from({ length: x.rows }, (_, r) => copyRow(x, r));

const { x: drawn, y } = drawRows(500, 'interventional');
const x: Matrix = { ...drawn, categorical: ['price'] };
const model = boosting.fit(x, y, { trees: 12, minChildHessian: 1, maxDepth: 6, maxLeaves: 30, categoryL2: 0 });
const forest = forestOf(model);

test('contributions are those of the definition, with missing values and categories [INT-5]', () => {
  const random = createRandom('background');
  const background = { ...x, rows: 20, columns: x.columns.map((column) => column.slice(100, 120)) };
  const explain = createInterventionalExplainer(forest, background);
  for (let i = 0; i < 12; i++) {
    const row = copyRow(x, random.int(500));
    const expected = shapleyByDefinition(forest, row, rowsOf(background));
    explain(row).forEach((contribution, c) => {
      assert.ok(Math.abs(contribution - expected[c]) < 1e-9, `${contribution} is not ${expected[c]} for column ${c}`);
    });
  }
});

test('they sum to the score, and to nothing for a background of the row itself', () => {
  const explain = createInterventionalExplainer(forest, {
    ...x,
    rows: 60,
    columns: x.columns.map((column) => column.slice(0, 60)),
  });
  for (const row of rowsOf(x).slice(200, 260)) {
    const sum = explain(row).reduce((total, one) => total + one, 0);
    assert.ok(Math.abs(sum - sumOfLeaves(forest, row)) < 1e-9);
    const itself = createInterventionalExplainer(forest, {
      ...x,
      rows: 1,
      columns: [...row].map((value) => Float32Array.of(value)),
    });
    assert.deepEqual([...itself(row)].slice(0, -1), new Array(x.columns.length).fill(0));
  }
});

test('a column that goes along with an asked one, but is not asked, is credited nothing; worked by hand', () => {
  // f = 6 if a > 0 and b > 0, 2 if only a > 0, else 0. Row (1, 1, 1), background (0, 0, 0):
  // a: ½·(f(a) − f()) + ½·(f(ab) − f(b)) = ½·2 + ½·6 = 4; b: ½·0 + ½·(6 − 2) = 2.
  const tree: Tree = {
    column: [0, -1, 1, -1, -1],
    threshold: [0.5, 0, 0.5, 0, 0],
    missingLeft: [0, 0, 0, 0, 0],
    left: [1, 0, 3, 0, 0],
    right: [2, 0, 4, 0, 0],
    value: [0, 0, 0, 2, 6],
    cover: [4, 2, 2, 1, 1],
    gain: [1, 0, 1, 0, 0],
  };
  const zeros: Matrix = { rows: 1, names: ['a', 'b', 'c'], columns: [0, 0, 0].map((value) => Float32Array.of(value)) };
  assert.deepEqual([...createInterventionalExplainer(plantForest([tree]), zeros)([1, 1, 1])], [4, 2, 0, 0]);
});

test('no background is refused with the reason', () => {
  assert.throws(
    () => createInterventionalExplainer(forest, { ...x, rows: 0, columns: x.columns.map(() => new Float32Array(0)) }),
    {
      code: 'too_little_data',
    },
  );
});

test('two forests’ contributions add up, whatever the rows', () => {
  const halves = [0, 1].map((half) =>
    plantForest((model.toJSON() as { trees: Tree[] }).trees.filter((_, t) => t % 2 === half)),
  );
  const background = { ...x, rows: 5, columns: x.columns.map((column) => column.slice(0, 5)) };
  const [first, second, both] = [...halves, forest].map((one) => createInterventionalExplainer(one, background));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 1, 2, 3, -1, 7, Number.NaN), { minLength: 7, maxLength: 7 }), (row) => {
      const parts = first(row).map((one, c) => one + second(row)[c]);
      both(row).forEach((one, c) => {
        assert.ok(Math.abs(one - parts[c]) < 1e-9);
      });
    }),
    { seed: 12, numRuns: 60 },
  );
});
