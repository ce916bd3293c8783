import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyRow, rocAuc } from '../../src/learn/index.ts';
import { climb, refit } from '../../src/predict/ladder.ts';
import { readPredictor } from '../../src/predict/predictor.ts';
import { makeRows } from './rows.ts';

const options = {
  signalSet: 'made up',
  timeframeDays: 14,
  recencySignals: ['days_since_purchase'],
  historyDays: 120,
  seed: 1,
};

const meanConfidence = (rows: ReturnType<typeof makeRows>, predictor: ReturnType<typeof climb>['predictor']) => {
  let sum = 0;
  for (let r = 0; r < rows.y.length; r++) {
    const row = copyRow(rows.x, r);
    sum += predictor.confidence(row, predictor.predictRow(row));
  }
  return sum / rows.y.length;
};

for (const { conversions, rungs } of [
  { conversions: 0, rungs: ['rule'] },
  { conversions: 5, rungs: ['rule'] },
  { conversions: 60, rungs: ['logistic'] },
  { conversions: 500, rungs: ['logistic', 'boosting'] },
]) {
  test(`with ${conversions} conversions the model stands on ${rungs.join(' or ')} [INT-4][INT-18]`, () => {
    const rows = makeRows({ people: 3000, conversions });
    const { predictor, ladder, choice } = climb(rows, options);
    assert.ok(rungs.includes(predictor.rung), predictor.rung);
    const probabilities = predictor.predict(rows.x);
    assert.ok(probabilities.every((p) => p > 0 && p < 1));
    const mean = probabilities.reduce((sum, p) => sum + p, 0) / rows.y.length;
    assert.ok(Math.abs(mean - conversions / 3000) < 0.01, `mean ${mean}`);
    if (conversions >= 60) assert.ok(rocAuc(rows.y, probabilities) > 0.7);
    assert.deepEqual(
      ladder.map(({ rung }) => rung),
      ['rule', 'logistic', 'boosting'],
    );
    assert.equal(ladder.filter(({ reached }) => reached).at(-1)?.rung, predictor.rung);
    assert.equal(choice.rung, predictor.rung);
    // Boosting was tried from 100 conversions on, and its place is explained by both losses.
    assert.equal(/log loss .* against/.test(ladder[2].has), conversions >= 100);
  });
}

test('what a straight line cannot say takes boosting, with 500 conversions [INT-4]', () => {
  const rows = makeRows({ people: 3000, conversions: 0 });
  const [signal, noise] = rows.x.columns;
  const extreme = [...signal.keys()].sort((a, b) => signal[b] * noise[b] - signal[a] * noise[a]);
  for (const r of extreme.slice(0, 500)) rows.y[r] = 1;
  const { predictor, ladder } = climb(rows, options);
  assert.equal(predictor.rung, 'boosting');
  assert.ok(ladder[2].reached);
  assert.ok(rocAuc(rows.y, predictor.predict(rows.x)) > 0.9);
});

test('confidence rises with the number of conversions and stays between 0 and 1 [INT-18]', () => {
  const confidences = [0, 5, 60, 500].map((conversions) => {
    const rows = makeRows({ people: 3000, conversions });
    return meanConfidence(rows, climb(rows, options).predictor);
  });
  confidences.forEach((confidence, i) => {
    assert.ok(confidence >= 0 && confidence <= 1);
    if (i > 0) assert.ok(confidence > confidences[i - 1], `${confidences}`);
  });
  const short = climb(makeRows({ people: 3000, conversions: 500 }), { ...options, historyDays: 30 });
  assert.ok(meanConfidence(makeRows({ people: 3000, conversions: 500 }), short.predictor) < confidences[3]);
});

test('an unknown person is predicted with less confidence than a known one', () => {
  const rows = makeRows({ people: 2000, conversions: 400 });
  const { predictor } = climb(rows, options);
  const known = copyRow(rows.x, 0);
  const unknown = Float32Array.from(known, () => Number.NaN);
  assert.ok(predictor.confidence(unknown, 0.2) < predictor.confidence(known, 0.2));
  assert.match(predictor.confidenceReason(unknown, 0.2), /0 % of what the model looks at is known/);
});

test('one class, one person and nobody at all give a rule with the belief that data leave', () => {
  const everybody = climb(makeRows({ people: 500, conversions: 500 }), options).predictor;
  assert.equal(everybody.rung, 'rule');
  assert.ok(everybody.predictRow(new Float32Array([0, 0, 5])) > 0.95);
  const one = climb(makeRows({ people: 1, conversions: 0 }), options).predictor;
  assert.equal(one.rung, 'rule');
  assert.ok(one.predictRow(new Float32Array([0, 0, 5])) < 0.05);
  const nobody = climb(makeRows({ people: 0, conversions: 0 }), options).predictor;
  assert.ok(Math.abs(nobody.predictRow(new Float32Array([0, 0, 5])) - 0.02) < 1e-6);
});

test('a conversion that is seen from two moments is counted once', () => {
  const one = makeRows({ people: 40, conversions: 8 });
  const two = {
    ...one,
    x: { ...one.x, rows: 80, columns: one.x.columns.map((column) => Float32Array.of(...column, ...column)) },
    y: Float32Array.of(...one.y, ...one.y),
    profiles: BigUint64Array.of(...one.profiles, ...one.profiles),
    momentOf: Uint8Array.from({ length: 80 }, (_, r) => (r < 40 ? 0 : 1)),
    moments: [new Date('2025-05-01'), new Date('2025-05-04')],
    daysToEvent: Float32Array.of(...one.daysToEvent.map((d) => d + 3), ...one.daysToEvent),
  };
  assert.match(climb(two, options).ladder[0].has, /^8 conversions/);
});

test('the same seed gives the same model, and a saved one predicts the same', () => {
  const rows = makeRows({ people: 2500, conversions: 400 });
  const a = climb(rows, options).predictor;
  const b = climb(rows, options).predictor;
  assert.equal(JSON.stringify(a.toJSON()), JSON.stringify(b.toJSON()));
  const read = readPredictor(JSON.parse(JSON.stringify(a.toJSON())));
  assert.deepEqual(read.predict(rows.x), a.predict(rows.x));
  assert.deepEqual(read.predictWithin(rows.x, 7), a.predictWithin(rows.x, 7));
  const row = copyRow(rows.x, 7);
  assert.equal(read.confidence(row, 0.3), a.confidence(row, 0.3));
});

test('a damaged file is refused with the reason', () => {
  const file = JSON.parse(
    JSON.stringify(climb(makeRows({ people: 300, conversions: 30 }), options).predictor.toJSON()),
  );
  const refused = { code: 'model_file_invalid' };
  assert.throws(() => readPredictor({ ...file, format: 'other' }), refused);
  assert.throws(() => readPredictor({ ...file, signals: ['other'] }), refused);
  assert.throws(() => readPredictor({ ...file, model: { kind: 'logistic' } }), refused);
  assert.throws(() => readPredictor({ ...file, calibrator: { kind: 'platt', slope: -1, intercept: 0 } }), refused);
});

test('a refit on later rows keeps the rung and falls back to the rule when they hold too little', () => {
  const rows = makeRows({ people: 3000, conversions: 60 });
  const { choice } = climb(rows, options);
  assert.equal(refit(makeRows({ people: 3000, conversions: 80, seed: 2 }), choice, options).rung, 'logistic');
  assert.equal(refit(makeRows({ people: 3000, conversions: 2, seed: 2 }), choice, options).rung, 'rule');
});
