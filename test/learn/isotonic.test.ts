// Golden numbers from scikit-learn 1.2.1: IsotonicRegression(out_of_bounds='clip').fit(p, y).predict(q).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitIsotonic, readIsotonic } from '../../src/learn/index.ts';

const y = [1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0];
const p = [0.9, 0.8, 0.7, 0.7, 0.7, 0.4, 0.35, 0.3, 0.3, 0.2, 0.1, 0.05];
const w = [1, 2, 1, 0.5, 1, 1, 3, 1, 1, 2, 1, 1];
const q = [0, 0.05, 0.15, 0.25, 0.32, 0.5, 0.7, 0.75, 0.85, 1];

function assertClose(actual: number, expected: number, allowed = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= allowed, `${actual} is not ${expected}`);
}

test('fitIsotonic matches scikit-learn, between knots and beyond them [WH-8]', () => {
  const curve = fitIsotonic(p, y);
  // .fit(p, y).predict(q)
  [0, 0, 0.1666666666666666, 0.3333333333333333, 0.4, 0.5, 0.5, 0.5, 0.75, 1].forEach((expected, i) => {
    assertClose(curve.predict(q[i]), expected);
  });
});

test('fitIsotonic matches scikit-learn with weights [WH-8]', () => {
  const curve = fitIsotonic(p, y, w);
  // .fit(p, y, sample_weight=w).predict(q)
  [
    0, 0, 0.25, 0.5, 0.511764705882353, 0.5294117647058824, 0.5294117647058824, 0.5294117647058824, 0.7647058823529409,
    1,
  ].forEach((expected, i) => {
    assertClose(curve.predict(q[i]), expected);
  });
});

test('laws of the fitted curve on any rows', () => {
  const row = fc.record({
    p: fc.integer({ min: 0, max: 12 }).map((n) => n / 12),
    y: fc.constantFrom(0, 1),
    w: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
      const curve = fitIsotonic(
        rows.map((one) => one.p),
        rows.map((one) => one.y),
        rows.map((one) => one.w),
      );
      const points = [...new Set(rows.map((one) => one.p))].sort((a, b) => a - b);
      const mass = points.map((at) => rows.filter((one) => one.p === at).reduce((sum, one) => sum + one.w, 0));
      const hits = points.map((at) => rows.filter((one) => one.p === at).reduce((sum, one) => sum + one.w * one.y, 0));
      const mean = (from: number, to: number) => {
        const sum = (list: number[]) => list.slice(from, to + 1).reduce((total, one) => total + one, 0);
        return sum(hits) / sum(mass);
      };
      points.forEach((at, i) => {
        // The min–max formula of isotonic regression (Robertson, Wright & Dykstra 1988, theorem 1.4.4).
        const lower = points.slice(0, i + 1).map((_, a) => Math.min(...points.slice(i).map((_, b) => mean(a, i + b))));
        assertClose(curve.predict(at), Math.max(...lower), 1e-9);
      });
      const saved = readIsotonic(JSON.parse(JSON.stringify(curve)));
      for (let at = -0.1; at < 1.2; at += 0.013) {
        assert.ok(curve.predict(at) <= curve.predict(at + 0.013) + 1e-15);
        assert.equal(saved.predict(at), curve.predict(at));
      }
    }),
    { seed: 4, numRuns: 200 },
  );
});

test('the curve leaves its inputs alone and passes an unknown prediction on as unknown', () => {
  const before = [...p];
  const curve = fitIsotonic(p, y, w);
  assert.deepEqual(p, before);
  assert.ok(Number.isNaN(curve.predict(Number.NaN)));
  assert.equal(fitIsotonic([0.4], [1]).predict(0.1), 1);
});

test('rows that cannot be calibrated on, and broken files, are refused with the reason', () => {
  assert.throws(() => fitIsotonic([], []), { code: 'too_little_data' });
  assert.throws(() => fitIsotonic([0.1], [1], [0]), { code: 'too_little_data' });
  assert.throws(() => fitIsotonic([0.1, Number.NaN], [1, 0]), { code: 'invalid_input', message: /^Row 1 .*NaN/ });
  assert.throws(() => fitIsotonic([0.1, 0.2], [1]), { code: 'invalid_input' });
  const broken = { code: 'model_file_invalid' };
  assert.throws(() => readIsotonic(null), broken);
  assert.throws(() => readIsotonic({ kind: 'isotonic', predicted: [0, 1], calibrated: [0] }), broken);
  assert.throws(() => readIsotonic({ kind: 'isotonic', predicted: [0, 1], calibrated: [0.5, 0.2] }), {
    ...broken,
    message: /does not rise at knot 1/,
  });
});
