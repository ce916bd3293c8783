// Boosting held against XGBoost 1.7.4 and scikit-learn 1.2.1; the calls stand in goldens.py.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BoostingSettings, boosting, type FitOptions, type Matrix } from '../../../src/learn/index.ts';
import { amount, count, goldens, weights, x, yes } from './goldens.ts';

/** As COMMON in goldens.py. XGBoost's exact search grows level by level and counts no leaves. */
const common = {
  trees: 12,
  learningRate: 0.3,
  growth: 'depth',
  maxDepth: 4,
  maxLeaves: 512,
  l2: 1,
  minChildHessian: 2,
  columnShare: 1,
} satisfies Partial<BoostingSettings>;

type Case = { y: Float32Array; settings: Partial<BoostingSettings>; options?: FitOptions; rows?: Matrix };

const cases: Record<string, Case> = {
  squared: { y: amount, settings: { objective: 'squared' } },
  weighted: { y: amount, settings: { objective: 'squared' }, options: { weights } },
  // XGBoost adds max_delta_step = 0.7 to the score in the curvature; no step here is so long that it would be cut.
  poisson: { y: count, settings: { objective: 'poisson' } },
  l1: { y: amount, settings: { objective: 'squared', l1: 8 } },
  // XGBoost's gain is without the factor ½.
  minGain: { y: amount, settings: { objective: 'squared', minGain: 5 } },
  monotone: { y: amount, settings: { objective: 'squared', monotone: { a: 1, c: -1, e: 1 } } },
  monotoneBinary: { y: yes, settings: { monotone: { a: 1, c: 1 } } },
  interactions: {
    y: amount,
    settings: {
      objective: 'squared',
      interactions: [
        ['a', 'c'],
        ['c', 'd', 'e'],
      ],
    },
  },
  deep: { y: amount, settings: { objective: 'squared', maxDepth: 9, minChildHessian: 1 } },
  // GradientBoostingRegressor(loss='quantile', alpha=0.75, max_depth=3, min_samples_leaf=5, …); it knows no missing values.
  quantile: {
    y: amount,
    settings: { objective: 'quantile', quantile: 0.75, trees: 8, maxDepth: 3, minChildHessian: 5, l2: 0 },
    rows: {
      ...x,
      columns: x.columns.map((column) => column.map((value) => (Number.isNaN(value) ? -1 : value))),
    },
  },
};

for (const [name, { y, settings, options, rows = x }] of Object.entries(cases)) {
  test(`raw scores match the reference: ${name} [WH-8]`, () => {
    const scores = boosting.fit(rows, y, { ...common, ...settings }, options).rawScores(rows);
    goldens[name].forEach((expected, i) => {
      const score = scores[10 * i];
      assert.ok(
        Math.abs(score - expected) < 2e-4 * Math.max(1, Math.abs(expected)),
        `row ${10 * i}: ${score} is not ${expected}`,
      );
    });
  });
}
