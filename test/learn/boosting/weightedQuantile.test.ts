import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { weightedQuantile } from '../../../src/learn/boosting/weightedQuantile.ts';

test('a weighted quantile is the least value that makes up the share, as by sorting', () => {
  const row = fc.record({
    value: fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
    weight: fc.integer({ min: 0, max: 4 }),
  });
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.boolean(),
      (rows, share, weighted) => {
        const weightOf = ({ weight }: { weight: number }) => (weighted ? weight : 1);
        const mass = rows.reduce((sum, one) => sum + weightOf(one), 0);
        if (mass === 0) return;
        const sorted = [...rows].sort((a, b) => a.value - b.value);
        let passed = 0;
        const expected = sorted.find((one) => {
          passed += weightOf(one);
          return passed >= share * mass;
        });
        const quantile = weightedQuantile(
          rows.map(({ value }) => value),
          weighted ? rows.map(weightOf) : undefined,
          share,
        );
        assert.ok(quantile === expected?.value, `${quantile} is not ${expected?.value}`);
      },
    ),
    { seed: 14, numRuns: 500 },
  );
});
