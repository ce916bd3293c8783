import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CalibrationName,
  calibrationMethods,
  chooseCalibration,
  fitBeta,
  fitPlatt,
  readCalibration,
} from '../../src/learn/index.ts';
import { createRandom } from '../../src/math/index.ts';

const near = (actual: number, expected: number, allowed: number) =>
  assert.ok(Math.abs(actual - expected) <= allowed, `${actual} is not ${expected}`);

test('fitPlatt matches scikit-learn, its smoothed targets included [WH-8]', () => {
  const scores = Array.from({ length: 60 }, (_, i) => ((i * 37) % 41) / 10 - 2);
  const y = scores.map((score, i) => (score > 0.3 !== ((i * 7) % 5 === 0) ? 1 : 0));
  const { slope, intercept, predict } = fitPlatt(scores, y);
  // scikit-learn 1.2.1: c = _SigmoidCalibration().fit(scores, y); -c.a_, -c.b_, c.predict([-2, -0.5, 0, 0.7, 2])
  near(slope, 0.9723332478726118, 1e-5);
  near(intercept, 0.07923198734636401, 1e-5);
  const expected = [
    0.13407087232740134, 0.39964736504854387, 0.5197976409362893, 0.6813244797480165, 0.8832835192721513,
  ];
  [-2, -0.5, 0, 0.7, 2].forEach((score, i) => {
    near(predict(score), expected[i], 1e-5);
  });
});

// X = np.c_[np.log(p), -np.log(1 - p)]; scikit-learn 1.2.1:
// LogisticRegression(penalty=None, solver='newton-cholesky', tol=1e-14).fit(X, y).predict_proba(X of q)[:, 1]
const p = Array.from({ length: 160 }, (_, i) => (((i * 37) % 79) + 1) / 81);
const draw = Array.from({ length: 160 }, (_, i) => ((i * 61) % 157) / 157);
const q = [0.05, 0.3, 0.5, 0.7, 0.95];

test('fitBeta is logistic regression on ln p and −ln(1 − p) [WH-8]', () => {
  const y = p.map((one, i) => (draw[i] < 1 - (1 - one) ** 0.2 && one > 0.05 ? 1 : 0));
  const { a, b, c, predict } = fitBeta(p, y);
  near(a, 0.796862250956252, 1e-7);
  near(b, 0.49711706131574945, 1e-7);
  near(c, -1.6340962823021745, 1e-7);
  const expected = [
    0.018060836797283018, 0.08194661369023652, 0.136831011494891, 0.21085129421104032, 0.4536979528868283,
  ];
  q.forEach((one, i) => {
    near(predict(one), expected[i], 1e-8);
  });
});

test('fitBeta leaves out the end that would make the curve fall', () => {
  const y = p.map((one, i) => (draw[i] < one ** 2 ? 1 : 0));
  // Both together give a = −0.0625; .fit(X[:, [1]], y) alone:
  const { a, b, c, predict } = fitBeta(p, y);
  assert.equal(a, 0);
  near(b, 2.0376591794207575, 1e-7);
  near(c, -2.671538674395354, 1e-7);
  assert.ok(q.every((one, i) => i === 0 || predict(one) >= predict(q[i - 1])));
  const falling = fitBeta(
    p,
    y.map((one) => 1 - one),
  );
  assert.deepEqual([falling.a, falling.b], [0, 0]);
  near(falling.predict(0.5), 1 - y.reduce((sum: number, one) => sum + one, 0) / 160, 1e-9);
});

/** Predictions whose log-odds are bent, and outcomes drawn from what they should have been. */
function bent(rows: number, bend: (p: number) => number) {
  const random = createRandom('bent');
  const truth = Float64Array.from({ length: rows }, () => random.uniform());
  return { p: truth.map(bend), y: Float32Array.from(truth, (one) => (random.uniform() < one ? 1 : 0)), truth };
}

test('chooseCalibration finds the curve that was bent, and leaves good predictions alone [WH-8]', () => {
  const cases: [string, (p: number) => number, CalibrationName[]][] = [
    ['none', (one) => one, ['none', 'platt', 'beta']],
    ['log-odds doubled', (one) => 1 / (1 + ((1 - one) / one) ** 2), ['platt', 'beta']],
    ['steps', (one) => (one < 0.35 ? one * 0.1 : one < 0.65 ? 0.4 + one * 0.1 : 0.9 + one * 0.1), ['isotonic']],
  ];
  for (const [what, bend, allowed] of cases) {
    const { p: predicted, y, truth } = bent(6000, bend);
    const { name, calibration, losses } = chooseCalibration(predicted, y, { seed: 1 });
    assert.ok(allowed.includes(name), `${what}: ${name}, ${JSON.stringify(losses)}`);
    assert.equal(losses[name], Math.min(...Object.values(losses)));
    const error = truth.reduce((sum, one, i) => sum + Math.abs(calibration.predict(predicted[i]) - one), 0) / 6000;
    assert.ok(error < 0.03, `${what}: ${error} away from the truth on average`);
  }
});

test('every calibration is the same after saving, never falls, and survives predictions of 0 and 1', () => {
  const { p: predicted, y } = bent(500, (one) => one ** 2);
  for (const name of Object.keys(calibrationMethods) as CalibrationName[]) {
    const fitted = calibrationMethods[name].fit(predicted, y);
    const read = readCalibration(JSON.parse(JSON.stringify(fitted)));
    let last = 0;
    for (let one = 0; one <= 1; one += 1 / 64) {
      assert.equal(read.predict(one), fitted.predict(one));
      assert.ok(fitted.predict(one) >= last && fitted.predict(one) <= 1, name);
      last = fitted.predict(one);
    }
  }
});

test('rows that cannot be calibrated on are refused with the reason', () => {
  assert.throws(() => fitPlatt([], []), { code: 'too_little_data' });
  assert.throws(() => fitBeta([0.5], [1, 0]), { code: 'invalid_input' });
  assert.throws(() => fitBeta([Number.NaN], [1]), { message: /Row 0 has the prediction NaN/ });
  assert.throws(() => chooseCalibration([0.1, 0.9], [0, 1], { seed: 1 }), { message: /rarer outcome occurs 1 times/ });
  assert.throws(() => readCalibration({ kind: 'oracle' }), { code: 'model_file_invalid' });
});
