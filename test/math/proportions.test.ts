// Golden numbers from papers and tables.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chiSquareTail,
  detectableShare,
  differenceInterval,
  kolmogorovTail,
  peoplePerArm,
  ratioInterval,
  sharesPValue,
} from '../../src/math/index.ts';

const near = (value: number, wanted: number, within: number) =>
  assert.ok(Math.abs(value - wanted) <= within, `${value} is not ${wanted}`);

test('the difference of 56/70 and 48/80 has the interval of Newcombe 1998, table II, method 10', () => {
  const [low, high] = differenceInterval({ count: 56, of: 70 }, { count: 48, of: 80 });
  near(low, 0.0524, 5e-5);
  near(high, 0.3339, 5e-5);
});

test('their ratio has the interval of Katz et al. 1978, and none where nobody did', () => {
  const [low, high] = ratioInterval({ count: 56, of: 70 }, { count: 48, of: 80 }) as [number, number];
  near(low, 1.0766, 5e-5);
  near(high, 1.6512, 5e-5);
  assert.equal(ratioInterval({ count: 0, of: 70 }, { count: 48, of: 80 }), undefined);
});

test('chi-square and Kolmogorov have their tabled tails', () => {
  near(chiSquareTail(3.841458820694124, 1), 0.05, 1e-12);
  near(chiSquareTail(18.307038053275146, 10), 0.05, 1e-12);
  near(chiSquareTail(118.1358925814, 100), 0.104, 5e-4);
  assert.equal(chiSquareTail(0, 3), 1);
  near(kolmogorovTail(1.3580986393225507), 0.05, 1e-9);
  near(kolmogorovTail(0.5), 0.9639452436648751, 1e-9);
  near(kolmogorovTail(1.179999), kolmogorovTail(1.18), 1e-5);
});

test('so many people show just the difference that they are asked for [INT-13]', () => {
  const people = peoplePerArm(0.1, 0.125);
  near(people, 2504, 3);
  near(detectableShare(0.1, people, people), 0.125, 1e-4);
  assert.equal(detectableShare(0.5, 3, 3), 1);
  near(sharesPValue({ count: 56, of: 70 }, { count: 48, of: 80 }), 0.0083, 3e-4);
});
