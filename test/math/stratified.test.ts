import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commonOdds, falseDiscoveryRates } from '../../src/math/index.ts';

const close = (a: number, b: number, within: number) => assert.ok(Math.abs(a - b) < within, `${a} is not ${b}`);

test("matches R's mantelhaen.test(UCBAdmissions)", () => {
  // Admitted men, rejected men, admitted women, rejected women, by department.
  const departments = [
    [512, 313, 89, 19],
    [353, 207, 17, 8],
    [120, 205, 202, 391],
    [138, 279, 131, 244],
    [53, 138, 94, 299],
    [22, 351, 24, 317],
  ];
  const { oddsRatio, interval, pValue } = commonOdds(
    departments.map(([casesWith, casesWithout, controlsWith, controlsWithout]) => ({
      ...{ casesWith, casesWithout, controlsWith, controlsWithout },
    })),
  );
  close(oddsRatio!, 0.9046968, 1e-6);
  close(interval![0], 0.7719074, 1e-6);
  close(interval![1], 1.0603298, 1e-6);
  close(pValue, 0.2323, 1e-4);
});

test('a table without a counterpart says nothing, and no ratio is made up', () => {
  const none = commonOdds([{ casesWith: 5, casesWithout: 5, controlsWith: 0, controlsWithout: 0 }]);
  assert.deepEqual(none, { oddsRatio: null, interval: null, pValue: 1 });
  const all = commonOdds([{ casesWith: 20, casesWithout: 0, controlsWith: 0, controlsWithout: 20 }]);
  assert.equal(all.oddsRatio, null);
  assert.ok(all.pValue < 1e-6);
});

test("matches R's p.adjust(method = 'BH')", () => {
  const rates = falseDiscoveryRates([0.01, 0.04, 0.03, 0.2, 0.005]);
  for (const [i, expected] of [0.025, 0.05, 0.05, 0.2, 0.025].entries()) close(rates[i], expected, 1e-12);
  assert.deepEqual(falseDiscoveryRates([]), []);
});
