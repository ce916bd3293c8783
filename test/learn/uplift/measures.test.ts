import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  aggregateShares,
  auucScore,
  type Judged,
  qiniCurve,
  qiniScore,
  randomisedScores,
  rankWeightedEffects,
  upliftAtK,
  upliftByDecile,
  upliftCalibration,
  upliftCurve,
} from '../../../src/learn/index.ts';
import { createRandom } from '../../../src/math/index.ts';
import { simulateVisits } from './simulated.ts';

// Six people, best first; worked by hand beside each test.
const six: Judged = { treated: [1, 0, 1, 0, 1, 0], y: [1, 0, 1, 1, 0, 0], uplift: [6, 5, 4, 3, 2, 1] };

const near = (actual: number, expected: number, allowed = 1e-12) =>
  assert.ok(Math.abs(actual - expected) <= allowed, `${actual} is not ${expected}`);
const gains = (points: { gain: number }[]) => points.map(({ gain }) => Math.round(gain * 1e6) / 1e6);

test('the Qini curve of six people, worked by hand: Y_T − Y_C · N_T / N_C', () => {
  assert.deepEqual(gains(qiniCurve(six)), [0, 1, 1, 2, 1, 0.5, 1]);
});

test('the Qini score of six people as scikit-uplift defines it, with and without negative effects', () => {
  // Area 6, straight line 3; perfect: (0, 0) (2, 2) (5, 2) (6, 1), area 9.5. 3 / 6.5.
  near(qiniScore(six), 3 / 6.5);
  // Perfect without negative effects: (0, 0) (1, 1) (6, 1), area 5.5. 3 / 2.5: above 1, as scikit-uplift's own may be.
  near(qiniScore(six, { negativeEffects: 'none' }), 3 / 2.5);
});

test('the uplift curve and its score of six people, worked by hand', () => {
  assert.deepEqual(gains(upliftCurve(six)), [0, 1, 2, 3, 2, 0.833333, 2]);
  // Area 59/6, straight line 6; perfect: (2, 2) (4, 4) (5, 10/3) (6, 2), area 43/3.
  near(auucScore(six), (59 / 6 - 6) / (43 / 3 - 6));
});

test('people of equal prediction enter the curve together', () => {
  const tied = { ...six, uplift: [2, 2, 2, 1, 1, 1] };
  assert.deepEqual(qiniCurve(tied), [
    { people: 0, gain: 0 },
    { people: 3, gain: 2 },
    { people: 6, gain: 1 },
  ]);
});

test('uplift at k: of the first half together, and of each arm by itself', () => {
  near(upliftAtK(six, 0.5), 1);
  near(upliftAtK({ ...six, y: [1, 0, 0, 1, 0, 0] }, 0.5), 0.5);
  near(upliftAtK({ ...six, y: [1, 0, 0, 1, 0, 0] }, 0.7, 'by-group'), 0.5 - 0.5);
  assert.ok(Number.isNaN(upliftAtK(six, 0.2)), 'one person is no comparison');
});

test('the perfect ranking scores 1, a random one about 0, and the reverse of a good one is negative', () => {
  const { y, treated, effect } = simulateVisits(20_000, 'measures');
  near(qiniScore({ y, treated, uplift: y.map((outcome, r) => (treated[r] === 1 ? outcome : -outcome)) }), 1);
  const random = createRandom('ranking');
  const draws = Array.from({ length: 20 }, () => qiniScore({ y, treated, uplift: y.map(() => random.uniform()) }));
  near(draws.reduce((sum, one) => sum + one, 0) / draws.length, 0, 0.01);
  assert.ok(qiniScore({ y, treated, uplift: effect }) > 0.1);
  assert.ok(qiniScore({ y, treated, uplift: effect.map((one) => -one) }) < -0.1);
  near(qiniScore({ y, treated, uplift: new Float64Array(y.length) }), 0);
});

test('rank-weighted effects of three people, worked by hand', () => {
  // Means so far 4, 3, 2 over the mean 2: gains 2, 1, 0, and weighted by the share so far 2/3, 2/3, 0.
  const { autoc, qini } = rankWeightedEffects([4, 2, 0], [3, 2, 1]);
  near(autoc.estimate, 1);
  near(qini.estimate, 4 / 9);
  const tied = rankWeightedEffects([4, 2, 0], [1, 1, 1]);
  near(tied.autoc.estimate, 0);
});

test('the interval of AUTOC holds the truth in about 95 of 100 experiments, and zero for a random ranking', () => {
  // The truth, by the true effects of a much larger draw.
  const large = simulateVisits(200_000, 'large');
  const truth = rankWeightedEffects(large.effect, large.effect, { draws: 2 }).autoc.estimate;
  let held = 0;
  let heldZero = 0;
  for (let i = 0; i < 60; i++) {
    const { y, treated, effect } = simulateVisits(1500, i);
    const scores = randomisedScores(y, treated);
    const { autoc } = rankWeightedEffects(scores, effect, { seed: i, draws: 100 });
    if (autoc.low <= truth && truth <= autoc.high) held++;
    const random = createRandom(`random ${i}`);
    const blind = rankWeightedEffects(
      scores,
      effect.map(() => random.uniform()),
      { seed: i, draws: 100 },
    ).autoc;
    if (blind.low <= 0 && 0 <= blind.high) heldZero++;
  }
  // Of 60 at 95 %: fewer than 50 happens once in 600,000.
  assert.ok(held >= 50, `${held} of 60`);
  assert.ok(heldZero >= 50, `${heldZero} of 60`);
});

test('scores of a random draw have the difference of the arms as mean', () => {
  const { y, treated } = simulateVisits(3000, 'scores', 'third');
  const scores = randomisedScores(y, treated);
  const rate = (arm: number) => {
    const rows = [...y].filter((_, r) => treated[r] === arm);
    return rows.reduce((sum, one) => sum + one, 0) / rows.length;
  };
  near(scores.reduce((sum, one) => sum + one, 0) / scores.length, rate(1) - rate(0), 1e-9);
});

test('deciles: equal groups, rates and the Welch interval of one worked by hand', () => {
  // One group: treated rates 2/3, control 1/3, variances 1/3 each over 3 rows.
  const [group] = upliftByDecile(six, { groups: 1 });
  near(group.observed, 1 / 3);
  near(group.high - group.observed, 1.959964 * Math.sqrt(2 / 9), 1e-6);
  assert.deepEqual([group.people, group.treated, group.control, group.predicted], [6, 3, 3, 3.5]);
  const { y, treated, effect } = simulateVisits(20_000, 'deciles');
  const groups = upliftByDecile({ y, treated, uplift: effect });
  assert.deepEqual(
    groups.map(({ people }) => people),
    new Array(10).fill(2000),
  );
  // Observed holds the truth in about 95 of 100 groups.
  assert.ok(groups.filter(({ low, high, predicted }) => low <= predicted && predicted <= high).length >= 8);
});

test('calibration: slope 1 for the truth, 1/2 for twice the truth, 0 for noise', () => {
  const { y, treated, effect } = simulateVisits(60_000, 'calibration');
  const slopeOf = (uplift: Float64Array) => upliftCalibration({ y, treated, uplift });
  const truth = slopeOf(effect);
  assert.ok(Math.abs(truth.slope - 1) < 3 * truth.slopeStandardError && truth.slopeStandardError < 0.05);
  near(slopeOf(effect.map((one) => 2 * one)).slope, truth.slope / 2, 1e-9);
  const random = createRandom('noise');
  const noise = slopeOf(effect.map(() => random.normal() / 10));
  assert.ok(Math.abs(noise.slope) < 4 * noise.slopeStandardError);
  assert.ok(truth.error < noise.error);
});

test('shares of an aggregate: all to the model that is right, half to each of two that are right together', () => {
  const random = createRandom('aggregate');
  const draw = () => Float64Array.from({ length: 20_000 }, () => random.normal());
  const [one, other, noise] = [draw(), draw(), draw()];
  const none = new Float64Array(20_000);
  const alone = aggregateShares({
    predictions: [none, one, other],
    scores: one.map((value, r) => value + 3 * noise[r]),
  });
  assert.ok(alone[1] > 0.95, `${alone}`);
  const both = one.map((value, r) => (value + other[r]) / 2 + 3 * noise[r]);
  const shared = aggregateShares({ predictions: [one, other], scores: both });
  near(shared[0], 0.5, 0.05);
  // What matters not at all counts not at all: the third model is right only on rows of weight 0.
  const weights = one.map((_, r) => r % 2);
  const halves = one.map((value, r) => (r % 2 === 1 ? value : other[r]));
  const weighted = aggregateShares({ predictions: [one, other], scores: halves, weights });
  near(weighted[0], 1, 1e-9);
  for (const shares of [alone, shared, weighted]) {
    near(
      shares.reduce((sum, share) => sum + share, 0),
      1,
      1e-9,
    );
    assert.ok(shares.every((share) => share >= 0));
  }
});
