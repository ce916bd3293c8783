// Whatever bytes come: they are refused as `model_file_invalid` with a reason, or give a model that predicts. Never a
// crash, a hang, or memory for what a file merely claims.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type FittedModel, foreignFormats, fromJSON, readForeignModel } from '../../../src/learn/index.ts';
import { bytesOf, readGolden } from './golden.ts';

const xgboost = readGolden<{ models: Record<string, { json: string; ubjson: string }> }>('xgboost-models.json').models;
const lightgbm = readGolden<{ models: Record<string, { text: string }> }>('lightgbm-models.json').models;
const onnx = readGolden<{ models: Record<string, { onnx: string }> }>('onnx-models.json').models;

const whole: Record<string, Uint8Array> = {
  'XGBoost JSON': bytesOf(xgboost.dart.json),
  'XGBoost UBJSON': Buffer.from(xgboost.logistic.ubjson, 'base64'),
  'LightGBM text': bytesOf(lightgbm.binary.text),
  'an ONNX ensemble of listed nodes': Buffer.from(onnx.votes.onnx, 'base64'),
  'an ONNX TreeEnsemble': Buffer.from(onnx.ensemble.onnx, 'base64'),
};

/** Refused with a reason, or a model that answers any row. */
function refusedOrWorking(bytes: Uint8Array, read: (bytes: Uint8Array) => FittedModel = readForeignModel): void {
  let model: FittedModel;
  try {
    model = read(bytes);
  } catch (error) {
    const { code, message, hint } = error as Error & { code?: string; hint?: string };
    assert.equal(code, 'model_file_invalid', String((error as Error).stack));
    assert.match(message, /: .+/);
    assert.ok(hint);
    return;
  }
  for (const value of [0, 3.5, -1e30, Number.NaN]) {
    const row = new Float32Array(model.names.length).fill(value);
    assert.ok(!Number.isNaN(model.predictRow(row)));
    assert.equal(model.contributions(row).length, row.length + 1);
  }
}

/** The bytes with one number as text replaced by another. */
function withNumber(bytes: Uint8Array, place: number, number: string): Uint8Array {
  const text = new TextDecoder('latin1').decode(bytes);
  const found = [...text.matchAll(/-?\d+(\.\d+)?(E-?\d+)?/g)];
  const match = found[place % found.length];
  return Buffer.from(text.slice(0, match.index) + number + text.slice(match.index + match[0].length), 'latin1');
}

const NUMBERS = ['-1', '0', '1', '2', '7', '1E9', '4294967296', '-9E99', '1e400', 'NaN', 'null', '""', ''];

for (const [name, bytes] of Object.entries(whole)) {
  test(`${name}: cut off anywhere it is refused or works [CBP-16]`, () => {
    refusedOrWorking(bytes);
    for (let i = 0; i < 400; i++) refusedOrWorking(bytes.slice(0, Math.floor((i / 400) * bytes.length)));
  });

  test(`${name}: with bytes overwritten it is refused or works [CBP-16]`, () => {
    const places = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(places, (changes) => {
        const damaged = bytes.slice();
        for (const [place, byte] of changes) damaged[place] = byte;
        refusedOrWorking(damaged);
      }),
      { seed: 11, numRuns: 1500 },
    );
  });

  test(`${name}: with a number replaced it is refused or works [CBP-16]`, () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom(...NUMBERS), (place, number) => {
        refusedOrWorking(withNumber(bytes, place, number));
      }),
      { seed: 12, numRuns: 800 },
    );
  });
}

test('our own file of a brought model: with a number replaced it is refused or works [CBP-12]', () => {
  const saved = bytesOf(JSON.stringify(readForeignModel(bytesOf(lightgbm.zero.text))));
  const numbers = fc.constantFrom('-1', '0', '2', '99', '1e300', '0.5', 'null', '[]');
  fc.assert(
    fc.property(fc.nat(1_000_000), numbers, (place, number) => {
      const json = JSON.parse(new TextDecoder().decode(withNumber(saved, place, number)));
      refusedOrWorking(saved, () => fromJSON(json));
    }),
    { seed: 13, numRuns: 1500 },
  );
});

test('bytes of nothing known are refused, and the formats that are known are named [CBP-16]', () => {
  for (const bytes of [
    new Uint8Array(0),
    bytesOf('{}'),
    bytesOf('binf'),
    bytesOf('tree'),
    new Uint8Array(64).fill(255),
  ]) {
    assert.throws(
      () => readForeignModel(bytes),
      (error: Error & { code?: string; hint?: string }) =>
        error.code === 'model_file_invalid' && foreignFormats.every(({ sentence }) => error.hint?.includes(sentence)),
    );
  }
});

test('trees that run in a circle or ask for a column beyond the last are refused [CBP-16]', () => {
  const changes: [string, string, RegExp][] = [
    ['left_children', '[0,', /circle/],
    ['left_children', '[99,', /no node 99/],
    ['split_indices', '[4,', /feature 4 of 4/],
    ['split_conditions', '[1e9999,', /split_conditions|holds/],
  ];
  for (const [key, start, message] of changes) {
    const text = xgboost.numeric.json.replace(new RegExp(`"${key}":\\[-?[^,]+,`), `"${key}":${start}`);
    assert.throws(() => readForeignModel(bytesOf(text)), { code: 'model_file_invalid', message });
  }
  const circle = lightgbm.binary.text.replace(/left_child=\d+ /, 'left_child=0 ');
  assert.throws(() => readForeignModel(bytesOf(circle)), { code: 'model_file_invalid', message: /circle/ });
});

test('a billion nodes that a file only claims cost nothing [CBP-16]', () => {
  const before = process.memoryUsage().rss;
  const giant = Buffer.alloc(8);
  giant.writeBigInt64BE(1_000_000_000n);
  const key = (name: string) =>
    Buffer.concat([Buffer.from('L\0\0\0\0\0\0\0'), Buffer.of(name.length), Buffer.from(name)]);
  const claims: Uint8Array[] = [
    // UBJSON: {"learner": a list of a billion of each kind of element}
    ...['[$d#L', '[$Z#L', '[$T#L', '[$[#L', '[#L', '{#L', 'SL'].map((head) =>
      Buffer.concat([Buffer.from('{'), key('learner'), Buffer.from(head), giant, Buffer.alloc(64)]),
    ),
    bytesOf(lightgbm.binary.text.replace(/num_leaves=\d+/, 'num_leaves=1000000000')),
    bytesOf(lightgbm.binary.text.replace('max_feature_idx=3', 'max_feature_idx=999999999')),
    bytesOf(xgboost.numeric.json.replace('"num_nodes":"', '"num_nodes":"1000000000')),
    bytesOf('[{"learner":'.repeat(300_000)),
    // ONNX: a graph of a gigabyte.
    Buffer.from([0x08, 7, 0x3a, 0x80, 0x80, 0x80, 0x80, 0x04, 0, 0]),
  ];
  for (const bytes of claims) refusedOrWorking(bytes);
  assert.ok(process.memoryUsage().rss - before < 300e6);
});
