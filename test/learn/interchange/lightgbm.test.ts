// LightGBM's text models predict and explain here as they do there; lightgbm-models.py made the golden file.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJSON, readForeignModel } from '../../../src/learn/index.ts';
import { assertClose, bytesOf, readGolden, rowsOf } from './golden.ts';

type Case = { text: string; predicted: number[]; contributions: number[][] };
const golden = readGolden<{ rows: (number | null)[][]; models: Record<string, Case> }>('lightgbm-models.json');
const rows = rowsOf(golden.rows);
const { binary } = golden.models;
/** LightGBM explains the sum of a forest's trees, not their mean, and log-odds before its own steepness. */
const CONTRIBUTION_SCALES: Record<string, number> = { forest: 1 / 4, steep: 2.5 };

for (const [name, { text, predicted, contributions }] of Object.entries(golden.models)) {
  test(`LightGBM 4.7.0, ${name}: predictions and contributions equal LightGBM's to 1e-12 [CBP-16]`, () => {
    const model = readForeignModel(bytesOf(text));
    assert.deepEqual(model.names, ['plain', 'gaps', 'shop', 'other']);
    assertClose(rows.map(model.predictRow), predicted, 1e-12);
    const scale = CONTRIBUTION_SCALES[name] ?? 1;
    rows.forEach((row, r) => {
      assertClose(
        model.contributions(row),
        contributions[r].map((one) => scale * one),
        1e-12,
      );
    });
    const columns = model.names.map((_, c) => Float32Array.from(rows, (row) => row[c]));
    assertClose(model.predict({ rows: rows.length, names: model.names, columns }), predicted, 1e-12);
  });

  test(`LightGBM 4.7.0, ${name}: saved as our own file it is the same model [CBP-12]`, () => {
    const model = readForeignModel(bytesOf(text));
    const again = fromJSON(JSON.parse(JSON.stringify(model)));
    assert.deepEqual(rows.map(again.predictRow), rows.map(model.predictRow));
  });
}

test('line ends of Windows are read like others [CBP-16]', () => {
  const model = readForeignModel(bytesOf(binary.text.replaceAll('\n', '\r\n')));
  assertClose(rows.map(model.predictRow), binary.predicted, 1e-12);
});

test('what LightGBM can and Inkling cannot is refused with the reason [CBP-16]', () => {
  const refused: [string, RegExp][] = [
    [binary.text.replace('objective=binary sigmoid:1', 'objective=lambdarank'), /objective is lambdarank/],
    [binary.text.replace('objective=binary sigmoid:1', 'objective=regression sqrt'), /regression sqrt/],
    [binary.text.replace('num_class=1', 'num_class=3'), /several things/],
    [binary.text.replace('is_linear=0', 'is_linear=1'), /tree 0 has linear models/],
    [binary.text.replace('feature_names=plain', 'feature_names='), /3 feature names for 4/],
    [binary.text.replace(/decision_type=(\d+)/, 'decision_type=6'), /zero in "\w+" counts as missing/],
    [binary.text.slice(0, binary.text.indexOf('end of trees')), /no line 'end of trees'/],
  ];
  for (const [text, message] of refused) {
    assert.throws(() => readForeignModel(bytesOf(text)), { code: 'model_file_invalid', message });
  }
});
