// Golden numbers: the kernel matrices of DeLong, DeLong & Clarke-Pearson 1988 written out with numpy 1.24
// (K[i, j] = [p_i > p_j] + ½[p_i = p_j], S = cov(rows)/m + cov(columns)/n), the normal from scipy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRocAuc, rocAucInterval } from '../../src/learn/index.ts';

const y = [1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0];
const p = [0.9, 0.8, 0.7, 0.7, 0.7, 0.4, 0.35, 0.3, 0.3, 0.2, 0.1, 0.05];
const q = [0.6, 0.2, 0.9, 0.8, 0.3, 0.5, 0.5, 0.1, 0.4, 0.7, 0.2, 0.1];

const close = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);

test('compareRocAuc is DeLong’s test of two correlated AUCs [MKT-10.3]', () => {
  const { difference, interval, pValue } = compareRocAuc(y, p, q);
  close(difference, -0.30000000000000004);
  close(interval[0], -0.6210797583287118);
  close(interval[1], 0.02107975832871173);
  close(pValue, 0.06705771327947885);
});

test('compareRocAuc turns its sign with its arguments and finds no difference between a ranking and itself', () => {
  close(compareRocAuc(y, q, p).difference, 0.30000000000000004);
  close(compareRocAuc(y, q, p).pValue, 0.06705771327947885);
  const same = compareRocAuc(
    y,
    p,
    p.map((one) => one / 2),
  );
  assert.deepEqual(same, { difference: 0, interval: [0, 0], pValue: 1 });
  assert.deepEqual(rocAucInterval([1, 0, 0], [0.9, 0.2, 0.1]), [0, 1]);
  assert.ok(Number.isNaN(compareRocAuc([1, 0, 0], [0.9, 0.2, 0.1], [0.1, 0.2, 0.3]).pValue));
});
