import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { groupedFolds, stratifiedFolds, timeFolds, timeSplit } from '../../src/learn/index.ts';

const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);

test('stratifiedFolds test on every row once, with the outcome shared out evenly [WH-8]', () => {
  const outcomes = fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: 10, maxLength: 80 });
  fc.assert(
    fc.property(outcomes, fc.integer({ min: 2, max: 10 }), (y, folds) => {
      const splits = stratifiedFolds(y, { folds, seed: 1 });
      assert.deepEqual(
        splits.flatMap(({ test }) => [...test]).sort((a, b) => a - b),
        y.map((_, r) => r),
      );
      for (const { train, test } of splits) {
        assert.equal(new Set([...train, ...test]).size, y.length);
        assert.ok(Math.abs(test.length - y.length / folds) <= 1);
        assert.ok(Math.abs(sum(Array.from(test, (r) => y[r])) - sum(y) / folds) <= 1);
      }
    }),
  );
});

test('folds follow the seed and nothing else', () => {
  const y = Array.from({ length: 60 }, (_, r) => (r % 3 === 0 ? 1 : 0));
  assert.deepEqual(stratifiedFolds(y, { folds: 5, seed: 7 }), stratifiedFolds(y, { folds: 5, seed: 7 }));
  assert.notDeepEqual(stratifiedFolds(y, { folds: 5, seed: 7 }), stratifiedFolds(y, { folds: 5, seed: 8 }));
});

test('groupedFolds never part a group and differ little in size', () => {
  const groups = Array.from({ length: 300 }, (_, r) => `shop ${r % 37}`);
  const splits = groupedFolds(groups, { folds: 4, seed: 2 });
  for (const { train, test } of splits) {
    const tested = new Set(Array.from(test, (r) => groups[r]));
    assert.ok(Array.from(train).every((r) => !tested.has(groups[r])));
    assert.ok(Math.abs(test.length - 75) <= 9, `${test.length} rows`);
  }
  assert.equal(sum(splits.map(({ test }) => test.length)), 300);
});

test('timeFolds and timeSplit never learn from what comes later', () => {
  const times = Array.from({ length: 101 }, (_, r) => (r * 37) % 101);
  const splits = [...timeFolds(times, { folds: 4 }), timeSplit(times, {}), timeSplit(times, { cut: 50 })];
  assert.equal(splits.length, 6);
  for (const { train, test } of splits) {
    assert.ok(Math.max(...Array.from(train, (r) => times[r])) < Math.min(...Array.from(test, (r) => times[r])));
  }
  assert.equal(splits[4].test.length, 20);
  assert.equal(splits[5].train.length, 50);
});

test('splits that cannot be made say why', () => {
  assert.throws(() => stratifiedFolds([0, 1], { folds: 3, seed: 1 }), { message: /2 rows for 3 folds/ });
  assert.throws(() => stratifiedFolds([0, 1], { folds: 1, seed: 1 }), { message: /1 is no number of folds/ });
  assert.throws(() => groupedFolds(['a', 'a', 'b'], { folds: 3, seed: 1 }), { message: /2 groups for 3 folds/ });
  assert.throws(() => timeSplit([1, 2, 3], { cut: 9 }), { message: /No row lies from the cut/ });
  assert.throws(() => timeSplit([1, Number.NaN, 3], {}), { message: /no moment/ });
});
