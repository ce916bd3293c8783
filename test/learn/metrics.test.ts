// Golden numbers from scikit-learn 1.2.1 (`from sklearn import metrics as m`) on the vectors below.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  accuracy,
  brier,
  calibrationCurve,
  calibrationError,
  f1Score,
  gainCurve,
  liftTable,
  logLoss,
  meanAbsoluteError,
  prAuc,
  prCurve,
  precisionAtThreshold,
  rocAuc,
  rocAucInterval,
  rocCurve,
  rootMeanSquaredError,
  rSquared,
  thresholdTable,
} from '../../src/learn/index.ts';

const y = [1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0];
const p = [0.9, 0.8, 0.7, 0.7, 0.7, 0.4, 0.35, 0.3, 0.3, 0.2, 0.1, 0.05];
const w = [1, 2, 1, 0.5, 1, 1, 3, 1, 1, 2, 1, 1];

function assertClose(actual: number, expected: number, allowed = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= allowed, `${actual} is not ${expected}`);
}

test('rocAuc matches m.roc_auc_score, ties and weights included [WH-8]', () => {
  assertClose(rocAuc(y, p), 0.6857142857142857); // m.roc_auc_score(y, p)
  assertClose(rocAuc(y, p, w), 0.5375); // m.roc_auc_score(y, p, sample_weight=w)
});

test('prAuc matches m.average_precision_score [WH-8]', () => {
  assertClose(prAuc(y, p), 0.6542857142857144); // m.average_precision_score(y, p)
  assertClose(prAuc(y, p, w), 0.6039695197589935); // m.average_precision_score(y, p, sample_weight=w)
});

test('logLoss matches m.log_loss, and a certain mistake costs much but not infinitely [WH-8]', () => {
  assertClose(logLoss(y, p), 0.639350873243078); // m.log_loss(y, p)
  assertClose(logLoss(y, p, w), 0.8266060052137503); // m.log_loss(y, p, sample_weight=w)
  assertClose(logLoss([1, 0], [0, 0]), -Math.log(1e-15) / 2, 1e-9);
});

test('brier matches m.brier_score_loss [WH-8]', () => {
  assertClose(brier(y, p), 0.22791666666666666); // m.brier_score_loss(y, p)
  assertClose(brier(y, p, w), 0.3106451612903226); // m.brier_score_loss(y, p, sample_weight=w)
});

test('rocAucInterval follows DeLong’s definition [WH-8]', () => {
  // P = p[y == 1]; N = p[y == 0]; psi = (P[:, None] > N) + .5 * (P[:, None] == N)
  // v = numpy.var(psi.mean(1), ddof=1) / len(P) + numpy.var(psi.mean(0), ddof=1) / len(N)
  // psi.mean() ± scipy.stats.norm.ppf(.9) * numpy.sqrt(v)
  const [low, high] = rocAucInterval(y, p, 0.8);
  assertClose(low, 0.4726023896228815);
  assertClose(high, 0.89882618180569);
  assert.equal(rocAucInterval(y, p)[1], 1);
  assert.deepEqual(rocAucInterval([1, 0, 0], [0.9, 0.2, 0.1]), [0, 1]);
});

test('rocCurve matches m.roc_curve [WH-8]', () => {
  const curve = rocCurve(y, p);
  // m.roc_curve(y, p)
  const fpr = [
    0, 0, 0.14285714285714285, 0.2857142857142857, 0.42857142857142855, 0.42857142857142855, 0.7142857142857143,
    0.7142857142857143, 1,
  ];
  const tpr = [0, 0.2, 0.2, 0.6, 0.6, 0.8, 0.8, 1, 1];
  assert.equal(curve.length, fpr.length);
  curve.forEach((point, i) => {
    assertClose(point.fpr, fpr[i]);
    assertClose(point.tpr, tpr[i]);
  });
  assert.deepEqual(
    curve.slice(1).map(({ threshold }) => threshold),
    [0.9, 0.8, 0.7, 0.4, 0.35, 0.3, 0.2, 0.05],
  );
});

test('prCurve matches m.precision_recall_curve without its invented last point [WH-8]', () => {
  // [list(v)[::-1] for v in m.precision_recall_curve(y, p)], first point of precision and recall dropped
  const precision = [
    1, 0.5, 0.6, 0.5, 0.5714285714285714, 0.4444444444444444, 0.5, 0.45454545454545453, 0.4166666666666667,
  ];
  const recall = [0.2, 0.2, 0.6, 0.6, 0.8, 0.8, 1, 1, 1];
  const curve = prCurve(y, p);
  assert.equal(curve.length, precision.length);
  curve.forEach((point, i) => {
    assertClose(point.precision, precision[i]);
    assertClose(point.recall, recall[i]);
  });
});

const outcomes: number[] = Array.from({ length: 40 }, (_, i) => ((i * 7) % 10 < i / 4 ? 1 : 0));
const predictions = Array.from({ length: 40 }, (_, i) => (i + 0.5) / 40);

test('calibrationCurve and calibrationError match sklearn.calibration.calibration_curve by quantile [WH-8]', () => {
  // y = [1 if (i * 7) % 10 < i / 4 else 0 for i in range(40)]; p = [(i + .5) / 40 for i in range(40)]
  // t, q = calibration_curve(y, p, n_bins=10, strategy='quantile'); numpy.mean(numpy.abs(t - q))
  assertClose(calibrationError(outcomes, predictions), 0.11499999999999999);
  const curve = calibrationCurve(outcomes, predictions);
  assert.deepEqual(
    curve.map(({ observed }) => observed),
    [0, 0, 0.25, 0.25, 0.5, 0.75, 0.5, 1, 1, 1],
  );
  curve.forEach(({ predicted, observed, low, high, people }, i) => {
    assertClose(predicted, 0.05 + 0.1 * i);
    assert.equal(people, 4);
    assert.ok(low <= observed && observed <= high && low < high);
  });
});

test('calibrationError keeps ties together, so the order of the rows does not matter [WH-8]', () => {
  const tied = [0.2, 0.2, 0.2, 0.2, 0.2, 0.8, 0.8, 0.8, 0.8, 0.8];
  const forwards = [0, 0, 0, 0, 1, 0, 1, 1, 1, 1];
  assertClose(calibrationError(forwards, tied), 0);
  assertClose(calibrationError([...forwards].reverse(), [...tied].reverse()), 0);
  assertClose(
    calibrationError(
      forwards,
      tied.map(() => 0.7),
    ),
    0.2,
  );
});

test('liftTable and gainCurve count the people and conversions of each tenth [WH-8]', () => {
  const table = liftTable(outcomes, predictions);
  const all = outcomes.reduce((sum, outcome) => sum + outcome, 0);
  assert.deepEqual(
    table.map(({ decile, people, conversions }) => [decile, people, conversions]),
    [4, 4, 4, 2, 3, 2, 1, 1, 0, 0].map((conversions, i) => [i + 1, 4, conversions]),
  );
  assertClose(table[0].lift, 1 / (all / 40));
  assertClose(table[1].cumulativeGain, 8 / all);
  assertClose(table[9].cumulativeGain, 1);
  const gain = gainCurve(outcomes, predictions, { points: 10 });
  assert.deepEqual(gain[0], { share: 0, gain: 0 });
  assertClose(gain[2].gain, 8 / all);
  assertClose(gain[10].gain, 1);
});

test('a score that says nothing has a lift of one everywhere, however the rows are ordered [WH-8]', () => {
  for (const { lift } of liftTable([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], new Float64Array(12).fill(0.25)))
    assertClose(lift, 1);
});

test('thresholdTable counts who is called and who converts [WH-8]', () => {
  assert.deepEqual(thresholdTable(y, p, [0.7, 0.95]), [
    { threshold: 0.7, people: 5, truePositives: 3, falsePositives: 2, precision: 0.6, recall: 0.6 },
    { threshold: 0.95, people: 0, truePositives: 0, falsePositives: 0, precision: Number.NaN, recall: 0 },
  ]);
  assert.equal(precisionAtThreshold(y, p, 0.7), 0.6);
});

test('a question without an answer is answered with NaN', () => {
  assert.ok(Number.isNaN(rocAuc([1, 1], [0.2, 0.3])));
  assert.ok(Number.isNaN(rocAuc([0, 0], [0.2, 0.3])));
  assert.ok(Number.isNaN(prAuc([0, 0], [0.2, 0.3])));
  assert.ok(Number.isNaN(logLoss([], [])));
  assert.ok(Number.isNaN(calibrationError([], [])));
  assert.deepEqual(calibrationCurve([], []), []);
});

test('outcomes and predictions that are none are refused with their row', () => {
  const refused = { name: 'InklingError', code: 'invalid_input' };
  assert.throws(() => rocAuc([1, 0], [0.2]), { ...refused, message: 'There are 2 outcomes for 1 predictions.' });
  assert.throws(() => logLoss([1, 0], [0.2, Number.NaN]), { ...refused, message: /^Row 1 .* prediction NaN/ });
  assert.throws(() => prAuc([1, 2], [0.2, 0.1]), { ...refused, message: /^Row 1 has the outcome 2/ });
  assert.throws(() => brier([1, 0], [0.2, 0.3], [1]), refused);
});

const rows = fc.array(fc.record({ y: fc.constantFrom(0, 1), p: fc.integer({ min: 0, max: 20 }).map((n) => n / 20) }), {
  minLength: 1,
  maxLength: 60,
});

test('laws of the metrics on any rows', () => {
  fc.assert(
    fc.property(rows, (drawn) => {
      const outcome = drawn.map((row) => row.y);
      const predicted = drawn.map((row) => row.p);
      let wins = 0;
      let pairs = 0;
      for (const a of drawn.filter((row) => row.y === 1)) {
        for (const b of drawn.filter((row) => row.y === 0)) {
          wins += a.p > b.p ? 1 : a.p === b.p ? 0.5 : 0;
          pairs++;
        }
      }
      if (pairs > 0) {
        assertClose(rocAuc(outcome, predicted), wins / pairs);
        assertClose(
          rocAuc(
            outcome,
            predicted.map((q) => q ** 3 - 7),
          ),
          wins / pairs,
        );
        const curve = rocCurve(outcome, predicted);
        const area = curve
          .slice(1)
          .reduce((sum, b, i) => sum + ((b.fpr - curve[i].fpr) * (b.tpr + curve[i].tpr)) / 2, 0);
        assertClose(area, wins / pairs);
        const [low, high] = rocAucInterval(outcome, predicted);
        assert.ok(low <= wins / pairs && wins / pairs <= high);
        const lift = liftTable(outcome, predicted);
        assertClose(
          lift.reduce((sum, tenth) => sum + tenth.conversions, 0),
          outcome.filter((one) => one === 1).length,
          1e-9,
        );
      }
      const doubled = [...outcome, ...outcome];
      const weights = outcome.map(() => 2);
      assertClose(
        calibrationError(doubled, [...predicted, ...predicted]),
        calibrationError(outcome, predicted, { w: weights }),
      );
      assertClose(logLoss(doubled, [...predicted, ...predicted]), logLoss(outcome, predicted, weights), 1e-9);
    }),
    { seed: 3, numRuns: 300 },
  );
});

test('accuracy and f1Score at a threshold match scikit-learn [WH-8]', () => {
  const outcome = [1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0];
  const predicted = [0.9, 0.8, 0.7, 0.7, 0.7, 0.4, 0.35, 0.3, 0.3, 0.2, 0.1, 0.05];
  // f1_score(y, p >= 0.5), accuracy_score(y, p >= 0.5)
  assert.equal(f1Score(outcome, predicted), 0.6);
  assert.equal(accuracy(outcome, predicted), 8 / 12);
  assert.equal(f1Score([1, 0], [0.4, 0.4]), 0);
  assert.ok(Number.isNaN(f1Score([0, 0], [0.4, 0.4])));
});

test('the errors of amounts match scikit-learn', () => {
  const amount = [3, -0.5, 2, 7, 4];
  const predicted = [2.5, 0, 2, 8, 4.5];
  // mean_squared_error(y, p) ** 0.5, mean_absolute_error(y, p), r2_score(y, p)
  assert.ok(Math.abs(rootMeanSquaredError(amount, predicted) - 0.5916079783099616) < 1e-15);
  assert.equal(meanAbsoluteError(amount, predicted), 0.5);
  assert.ok(Math.abs(rSquared(amount, predicted) - 0.9420529801324503) < 1e-15);
  assert.ok(Number.isNaN(rSquared([2, 2], [1, 2])));
  assert.throws(() => rSquared([1], [1, 2]), { code: 'invalid_input' });
});
