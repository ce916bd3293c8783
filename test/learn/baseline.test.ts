import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseline, type Matrix, sigmoid } from '../../src/learn/index.ts';
import { drawRows } from './rows.ts';

const rows = 240;
const useful = Float32Array.from({ length: rows }, (_, r) => (r % 12 === 0 ? Number.NaN : r % 3));
const useless = Float32Array.from({ length: rows }, (_, r) => (r * 7) % 5);
const y = Float32Array.from(useful, (value, r) =>
  Number(Number.isNaN(value) || (value === 2 ? r % 5 > 0 : r % 10 === 1)),
);
const x: Matrix = { rows, names: ['useless', 'useful'], columns: [useless, useful] };

const shareAt = (test: (value: number) => boolean, smoothing: number) => {
  const at = [...useful.keys()].filter((r) => test(useful[r]));
  const share = y.reduce((sum, one) => sum + one, 0) / rows;
  return (at.filter((r) => y[r] === 1).length + smoothing * share) / (at.length + smoothing);
};

test('the baseline asks the one best column and answers with the smoothed share of its bin [INT-5]', () => {
  for (const categorical of [undefined, ['useful']]) {
    const model = baseline.fit({ ...x, categorical }, y, { smoothing: 2 });
    assert.deepEqual(model.importance()[0], { name: 'useful', gain: 1 });
    for (const value of [0, 1, 2, Number.NaN]) {
      const expected = shareAt((other) => Object.is(other, value), 2);
      assert.ok(Math.abs(model.predictRow(Float32Array.of(3, value)) - expected) < 1e-12);
    }
  }
});

test('a code never met gets the average, and rare codes share a bin', () => {
  const model = baseline.fit({ ...x, categorical: ['useful'] }, y, { bins: 2 });
  const rare = model.predictRow(Float32Array.of(0, 9));
  assert.equal(rare, model.predictRow(Float32Array.of(0, 0)));
  assert.equal(rare, model.predictRow(Float32Array.of(0, 2)));
  assert.notEqual(rare, model.predictRow(Float32Array.of(0, 1)), 'the commonest code stands alone');
  const all = baseline.fit({ ...x, categorical: ['useful'] }, y);
  assert.ok(Math.abs(all.predictRow(Float32Array.of(0, 9)) - y.reduce((sum, one) => sum + one, 0) / rows) < 1e-9);
});

test('the share of all rows is the rule that asks no column', () => {
  const { x: table, y: outcome } = drawRows(300, 'baseline');
  const model = baseline.fit(table, outcome, { rule: 'share' });
  const share = outcome.reduce((sum, one) => sum + one, 0) / 300;
  assert.ok(model.predict(table).every((p) => Math.abs(p - share) < 1e-12));
  const row = new Float32Array(table.names.length);
  assert.ok(Math.abs(sigmoid(model.contributions(row)[row.length]) - share) < 1e-12);
  assert.ok(model.importance().every(({ gain }) => gain === 0));
});
