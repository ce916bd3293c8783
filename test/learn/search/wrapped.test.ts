// Models around models: columns derived of columns, and a calibration over probabilities.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  boosting,
  calibrationMethods,
  copyRow,
  type FittedModel,
  fromJSON,
  logistic,
} from '../../../src/learn/index.ts';
import { calibratedModel } from '../../../src/learn/search/calibrated.ts';
import { fitCandidate } from '../../../src/learn/search/candidate.ts';
import { deriveColumns, findRecipes } from '../../../src/learn/search/derived.ts';
import { drawRows } from '../rows.ts';

const training = drawRows(700, 'training');
const later = drawRows(300, 'later');
const settings = { trees: 30 };
const derived = fitCandidate({ learner: 'boosting', settings, columns: 'derived', seeds: 1 }, training);
const plain = boosting.fit(training.x, training.y, settings);
const curve = calibrationMethods.isotonic.fit(plain.predict(training.x), training.y);
const calibrated = calibratedModel(plain, curve);

for (const model of [derived, calibrated]) {
  test(`a ${model.kind} model keeps the laws of a model [INT-5]`, () => {
    assert.deepEqual(model.names, training.x.names);
    const predictions = model.predict(later.x);
    const loaded = fromJSON(JSON.parse(JSON.stringify(model)));
    assert.deepEqual(loaded.predict(later.x), predictions);
    assert.deepEqual(loaded.importance(), model.importance());
    assert.ok(Math.abs(model.importance().reduce((sum, { gain }) => sum + gain, 0) - 1) < 1e-9);
    for (let r = 0; r < 300; r++) {
      const row = copyRow(later.x, r);
      assert.equal(model.predictRow(row), predictions[r]);
      const sum = model.contributions(row).reduce((total, part) => total + part, 0);
      assert.ok(Math.abs(sum - model.rawScore(row)) < 1e-9);
    }
  });
}

test('derived columns count the other rows with a value, divide and multiply, and hold nothing infinite', () => {
  const x = {
    rows: 4,
    names: ['a', 'b', 'flag'],
    columns: [Float32Array.of(1, 1, 2, NaN), Float32Array.of(0, 4, 5, 6), Float32Array.of(0, 1, 0, 1)],
  };
  const more = { ...x, columns: [Float32Array.of(1, 1, 2, 3), x.columns[1], x.columns[2]] };
  const recipes = findRecipes(more, Float32Array.of(0, 1, 0, 1));
  const training = deriveColumns(more, recipes, 'training');
  const same = deriveColumns(x, recipes, 'later');
  assert.deepEqual(training.names, [
    ...x.names,
    'a (frequency)',
    'b (frequency)',
    'a / b (derived)',
    'a × b (derived)',
  ]);
  assert.deepEqual([...training.columns[3]], [1, 1, 0, 0]);
  assert.deepEqual([...same.columns[3]], [2, 2, 1, NaN]);
  assert.deepEqual([...same.columns[5]], [NaN, 0.25, Math.fround(0.4), NaN]);
  assert.deepEqual([...same.columns[6]], [0, 4, 10, NaN]);
  const constant = { rows: 2, names: ['a'], columns: [Float32Array.of(1, 1)] };
  assert.deepEqual(findRecipes(constant, Float32Array.of(0, 1)), []);
});

test('a calibration keeps the order of the predictions and moves them to the shares that came true', () => {
  const before = plain.predict(training.x);
  const after = calibrated.predict(training.x);
  const order = [...before.keys()].sort((a, b) => before[a] - before[b]);
  assert.ok(order.every((r, i) => i === 0 || after[r] >= after[order[i - 1]] - 1e-12));
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(Math.abs(mean(after) - mean(training.y)) < 1e-3);
});

test('damaged files of derived and calibrated models are refused with the reason', () => {
  const refuses = (model: FittedModel, change: (file: Record<string, unknown>) => void, reason: RegExp) => {
    const file = JSON.parse(JSON.stringify(model));
    change(file);
    assert.throws(() => fromJSON(file), { code: 'model_file_invalid', message: reason });
  };
  refuses(derived, (file) => Object.assign(file, { names: ['visits'] }), /derives from .*, which it is not given/);
  refuses(derived, (file) => Object.assign(file, { recipes: (file['recipes'] as []).slice(1) }), /other columns/);
  refuses(
    derived,
    (file) => Object.assign(file, { model: logistic.fit(training.x, training.y).toJSON() }),
    /other columns/,
  );
  refuses(
    derived,
    (file) => ((file['recipes'] as { counts?: number[] }[])[0].counts = [1]),
    /other values than counts/,
  );
  refuses(calibrated, (file) => Object.assign(file, { calibration: { kind: 'magic' } }), /kind is "magic"/);
  refuses(calibrated, (file) => Object.assign(file, { model: 7 }), /kind is/);
});
