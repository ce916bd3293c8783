import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planSnapshots } from '../../src/predict/index.ts';
import { addDays } from '../../src/time.ts';

const from = new Date('2025-01-01T00:00:00Z');

test('no training outcome reaches into a test, no test outcome past the data, whatever the span [WH-7]', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 1, max: 180 }), (days, timeframeDays) => {
      const dataTo = new Date(addDays(from, days).getTime() + 45_000_000);
      const plan = planSnapshots({ dataFrom: from, dataTo, timeframeDays });
      for (const moment of plan.train) {
        for (const test of plan.test) assert.ok(addDays(moment, timeframeDays) <= test);
      }
      for (const moment of [...plan.train, ...plan.test, ...plan.deploy]) {
        assert.ok(addDays(moment, timeframeDays) <= dataTo);
        assert.ok(moment > from);
      }
      assert.equal(plan.retrain.length, Math.max(0, plan.test.length - 1));
      plan.retrain.forEach((moments, i) => {
        for (const moment of moments) assert.ok(addDays(moment, timeframeDays) <= plan.test[i + 1]);
      });
    }),
  );
});

test('a long history gives two tests a timeframe apart and several training moments', () => {
  const plan = planSnapshots({ dataFrom: from, dataTo: new Date('2025-06-30T18:00:00Z'), timeframeDays: 14 });
  assert.deepEqual(
    plan.test.map((moment) => moment.toISOString().slice(0, 10)),
    ['2025-06-02', '2025-06-16'],
  );
  assert.equal(plan.train.at(-1)?.toISOString().slice(0, 10), '2025-05-19');
  assert.ok(plan.train.length >= 8);
  assert.deepEqual(plan.deploy.at(-1), plan.test.at(-1));
});

test('test moments of a published protocol are kept, and the training ends before the first of them', () => {
  const testMoments = [new Date('2011-11-01'), new Date('2011-10-10')];
  const plan = planSnapshots({
    dataFrom: new Date('2010-12-01T08:26:00Z'),
    dataTo: new Date('2011-12-09T12:50:00Z'),
    timeframeDays: 30,
    testMoments,
  });
  assert.deepEqual(plan.test, [testMoments[1], testMoments[0]]);
  assert.equal(plan.train.at(-1)?.toISOString(), '2011-09-10T00:00:00.000Z');
});

test('a test moment whose outcome is not known yet is refused by name', () => {
  const dataTo = new Date('2025-03-01T00:00:00Z');
  assert.throws(
    () => planSnapshots({ dataFrom: from, dataTo, timeframeDays: 30, testMoments: [new Date('2025-02-20')] }),
    { code: 'invalid_input', field: 'testMoments' },
  );
});

test('with more than a year of data the moments reach over all seasons', () => {
  const plan = planSnapshots({ dataFrom: from, dataTo: new Date('2026-12-31T00:00:00Z'), timeframeDays: 14 });
  const spanDays = (plan.deploy.at(-1)!.getTime() - plan.deploy[0].getTime()) / 86_400_000;
  assert.ok(spanDays >= 365 && plan.deploy.length === 20, `${spanDays} days, ${plan.deploy.length} moments`);
});
