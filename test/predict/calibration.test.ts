import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibrationError, sigmoid } from '../../src/learn/index.ts';
import { createRandom } from '../../src/math/index.ts';
import { fitCalibrator, readCalibrator } from '../../src/predict/calibration.ts';
import { measureLevel } from '../../src/predict/level.ts';

/** Scores that a model reports, and outcomes that follow another curve of them. */
function madeUp(rows: number, truth: (score: number) => number, seed = 1) {
  const random = createRandom(seed);
  const scores = Float64Array.from({ length: rows }, () => -1 + 1.5 * random.normal());
  const y = Float32Array.from(scores, (score) => (random.uniform() < truth(score) ? 1 : 0));
  const folds = Uint8Array.from(scores, () => random.int(4));
  return { scores, y, folds, weights: new Float64Array(rows).fill(1) };
}

for (const [name, truth] of [
  ['an overconfident model', (score: number) => sigmoid(0.5 * score + 0.3)],
  ['a crooked one', (score: number) => 0.1 + 0.5 * sigmoid(4 * score)],
] as const) {
  test(`calibration straightens ${name} on people it was not fitted on`, () => {
    const calibrator = fitCalibrator(madeUp(8000, truth));
    const fresh = madeUp(8000, truth, 2);
    const before = calibrationError(fresh.y, fresh.scores.map(sigmoid));
    const after = calibrationError(fresh.y, fresh.scores.map(calibrator.predict));
    assert.ok(after < 0.03 && after < before / 2, `${before} → ${after}`);
  });
}

test('a calibrated order is the order of the scores, without ties', () => {
  const calibrator = fitCalibrator(madeUp(5000, (score) => 0.1 + 0.5 * sigmoid(4 * score)));
  const climbing = Array.from({ length: 200 }, (_, i) => calibrator.predict(-4 + i / 25));
  for (let i = 1; i < climbing.length; i++) assert.ok(climbing[i] > climbing[i - 1], `at ${i}`);
});

test('rows of the latest moments weigh more', () => {
  const rows = madeUp(4000, () => 0.2);
  rows.y.fill(0, 0, 2000);
  rows.weights.fill(0, 0, 2000);
  assert.ok(Math.abs(fitCalibrator(rows).predict(-1) - 0.2) < 0.03);
});

test('a calibrator survives being saved, and outcomes of one kind give none', () => {
  for (const rows of [madeUp(5000, (s) => 0.1 + 0.5 * sigmoid(4 * s)), madeUp(300, sigmoid), madeUp(50, () => 0)]) {
    const calibrator = fitCalibrator(rows);
    const read = readCalibrator(JSON.parse(JSON.stringify(calibrator.toJSON())));
    assert.equal(read.kind, calibrator.kind);
    for (const score of [-5, -1, 0, 2.5]) assert.equal(read.predict(score), calibrator.predict(score));
  }
  assert.equal(fitCalibrator(madeUp(50, () => 0)).kind, 'none');
});

test('the level finds how far everyone has moved, and stays put on a handful of conversions', () => {
  const expected = madeUp(6000, sigmoid).scores.map((score) => sigmoid(score));
  const random = createRandom(3);
  const moved = Float32Array.from(expected, (p) => (random.uniform() < sigmoid(Math.log(p / (1 - p)) + 0.4) ? 1 : 0));
  assert.ok(Math.abs(measureLevel(expected, moved) - 0.4) < 0.08);
  assert.equal(measureLevel(expected.subarray(0, 40), moved.subarray(0, 40)), 0);
});
