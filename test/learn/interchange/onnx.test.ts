// ONNX both ways. onnx-models.py made graphs as other writers make them, and written-models.py let onnxruntime run what
// `writeOnnx` wrote; where the optional package onnxruntime-node is installed, it runs here too.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  calibratedModel,
  calibrationMethods,
  type FittedModel,
  fromJSON,
  openOnnxModel,
  readForeignModel,
  writeOnnx,
} from '../../../src/learn/index.ts';
import { assertClose, readGolden, rowsOf } from './golden.ts';

const others = readGolden<{
  rows: (number | null)[][];
  models: Record<string, { onnx: string; predicted: number[] }>;
}>('onnx-models.json');
const otherRows = rowsOf(others.rows);
const bytesOfOther = (name: string) => new Uint8Array(Buffer.from(others.models[name].onnx, 'base64'));

type Written = { name: string; model: object; rows: (number | null)[][]; predicted: number[]; sha256: string };
const written = readGolden<Written[]>('written-models.json');

/** Models whose file says more than one ensemble of trees does. */
const isMoreThanTrees = ({ name }: { name: string }) =>
  /^(forest|logistic|sparse-logistic|ridge|blend|auto|boosting, calibrated)/.test(name);

const isInstalled = await import('onnxruntime-node' as string).then(
  () => true,
  () => false,
);
const live = {
  skip: isInstalled ? false : 'onnxruntime-node is not installed: npm install --no-save onnxruntime-node',
};

/** Rows as a matrix. */
function matrixOf(names: readonly string[], rows: readonly Float32Array[]) {
  return { rows: rows.length, names, columns: names.map((_, c) => Float32Array.from(rows, (row) => row[c])) };
}

for (const [name, { predicted }] of Object.entries(others.models)) {
  if (name === 'bases') continue;
  test(`trees of another writer, ${name}: predictions equal onnxruntime's to 1e-6 [CBP-16]`, () => {
    const model = readForeignModel(bytesOfOther(name));
    assertClose(otherRows.map(model.predictRow), predicted, 1e-6);
    for (const row of otherRows) {
      const sum = model.contributions(row).reduce((total, one) => total + one);
      assert.ok(Math.abs(sum - model.rawScore(row)) < 1e-10);
    }
  });

  test(`any graph, ${name}: served, it predicts what onnxruntime does elsewhere [CBP-16]`, live, async () => {
    if (name === 'zipped') return;
    const names = name === 'columns' ? ['visits', 'spend', 'shop', 'age'] : ['a', 'b', 'c', 'd'];
    const model = await openOnnxModel(bytesOfOther(name), name === 'columns' ? {} : { names });
    assertClose(await model.predict(matrixOf(names, otherRows)), predicted, 1e-6);
    await model.close();
  });
}

test('one input per column names the columns, in the order in which the graph puts them together [CBP-16]', () => {
  assert.deepEqual(readForeignModel(bytesOfOther('columns')).names, ['visits', 'spend', 'shop', 'age']);
});

test('ONNX files that mean more than trees are refused with the way out [CBP-16]', () => {
  assert.throws(() => readForeignModel(bytesOfOther('bases')), { code: 'model_file_invalid', message: /two classes/ });
  for (const { name, model } of written.filter(isMoreThanTrees)) {
    const bytes = writeOnnx(fromJSON(model));
    assert.throws(
      () => readForeignModel(bytes),
      (error: Error & { hint?: string }) => /openOnnxModel/.test(error.hint ?? ''),
      name,
    );
  }
});

for (const { name, model: json, rows: given, predicted, sha256 } of written) {
  const model = fromJSON(json);
  const bytes = writeOnnx(model);
  const rows = rowsOf(given);

  test(`${name}: written as ONNX, onnxruntime predicts the same to 1e-6 [CBP-16]`, () => {
    // The golden answers are of these very bytes.
    assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256, 'run written-models.ts and .py again');
    assertClose(rows.map(model.predictRow), predicted, 1e-6);
  });

  test(`${name}: served through onnxruntime-node it predicts the same to 1e-6 [CBP-16]`, live, async () => {
    const served = await openOnnxModel(bytes);
    assert.deepEqual(served.names, model.names);
    const wanted = Float64Array.from(rows, model.predictRow);
    assertClose(await served.predict(matrixOf(model.names, rows)), wanted, 1e-6);
    const reversed = matrixOf(model.names, rows);
    const x = { ...reversed, names: [...reversed.names].reverse(), columns: [...reversed.columns].reverse() };
    assertClose(await served.predict(x), wanted, 1e-6);
    assert.equal((await served.predict(matrixOf(model.names, []))).length, 0);
    await assert.rejects(served.predict(matrixOf(['other'], [])), { code: 'invalid_input' });
    await served.close();
  });

  if (isMoreThanTrees({ name })) continue;
  test(`${name}: written as ONNX and read again it is the same model to 1e-6 [CBP-16]`, () => {
    const again: FittedModel = readForeignModel(bytes);
    assert.deepEqual([again.names, again.link], [model.names, model.link]);
    assertClose(rows.map(again.rawScore), rows.map(model.rawScore), 1e-6);
    for (const row of rows) assertClose(again.contributions(row), model.contributions(row), 1e-6);
  });
}

test('serving says what is missing: the package, or a form that can be served [CBP-16]', async () => {
  await assert.rejects(openOnnxModel(bytesOfOther('zipped')), { code: 'model_file_invalid', hint: /zipmap=False/ });
  await assert.rejects(openOnnxModel(bytesOfOther('sum'), { names: ['a'] }), {
    code: 'invalid_input',
    message: /wants 4/,
  });
  const opened = openOnnxModel(bytesOfOther('sum'));
  if (isInstalled) await (await opened).close();
  else await assert.rejects(opened, { code: 'unavailable', hint: /npm install --no-save .*onnxruntime-node@/ });
});

test('an isotonic calibration is refused with the reason and the way out [CBP-16]', () => {
  const model = fromJSON(written[0].model);
  const curve = calibrationMethods.isotonic.fit([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1]);
  assert.throws(() => writeOnnx(calibratedModel(model, curve)), { code: 'invalid_input', hint: /calibration=beta/ });
});

test('a model that ONNX cannot hold is refused by its kind', () => {
  const oracle = { ...fromJSON(written[0].model), kind: 'oracle', toJSON: () => ({ kind: 'oracle' }) };
  assert.throws(() => writeOnnx(oracle), { code: 'invalid_input', message: /"oracle"/ });
});
