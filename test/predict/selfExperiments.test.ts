// Variants that are better by construction win, and those that are not do not, whatever luck says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/math/index.ts';
import { judgeSignals, judgeThresholds } from '../../src/predict/selfExperiments.ts';

const PEOPLE = 4000;

/** People with a hidden chance of buying, and what is predicted of them with so much noise. */
function madeUp(seed: number, noise: number) {
  const random = createRandom(seed);
  const chances = Float64Array.from({ length: PEOPLE }, () => random.uniform() ** 2);
  const y = Float32Array.from(chances, (chance) => (random.uniform() < chance ? 1 : 0));
  const tested = (by: number) => ({
    profiles: new BigUint64Array(PEOPLE),
    y,
    predicted: chances.map((chance) => Math.min(1, Math.max(0, chance + by * (random.uniform() - 0.5)))),
  });
  return { tested, noisy: tested(noise) };
}

test('signals that tell more win at 95 % confidence, and noise does not [WH-17]', () => {
  const { tested, noisy } = madeUp(1, 0.8);
  const { winner, variants, present, reason } = judgeSignals(
    ['in use', 'worse', 'better'],
    [noisy, tested(2), tested(0)],
  );
  assert.equal(present, 'in use');
  assert.equal(winner, 'better');
  assert.ok(variants[2].difference!.value > 0 && variants[2].difference!.interval[0] > 0);
  assert.ok(variants[1].difference!.value < 0);
  assert.match(reason, /"better" wins, on 4,000 people/);
  let falseWins = 0;
  for (let seed = 2; seed < 42; seed++) {
    const { tested: alike } = madeUp(seed, 0);
    falseWins += judgeSignals(['a', 'b', 'c'], [alike(0.5), alike(0.5), alike(0.5)]).winner === null ? 0 : 1;
  }
  assert.ok(falseWins <= 5, `${falseWins} of 40 nulls won`);
});

test('a threshold wins by what it brings, not by how few it reaches [WH-17]', () => {
  const { tested } = madeUp(3, 0);
  // Those between 60 and 70 buy more often than not, so leaving them out loses; those from 80 buy most often.
  const { present, winner, variants } = judgeThresholds(tested(0));
  assert.equal(present, '70');
  assert.equal(winner, '60');
  const [of70, of60, of80] = variants;
  assert.ok(of80.figure > of70.figure && of70.figure > of60.figure, 'the rate rises with the cut');
  assert.ok(of60.people! > of70.people! && of70.people! > of80.people!);
  assert.ok(of80.difference!.value < 0);
});
