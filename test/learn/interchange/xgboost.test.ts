// XGBoost's models predict and explain here as they do there; xgboost-models.py made the golden file.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJSON, readForeignModel } from '../../../src/learn/index.ts';
import { assertClose, bytesOf, readGolden, rowsOf } from './golden.ts';

type Case = { json: string; ubjson: string; predicted: number[]; margins: number[]; contributions: number[][] | null };
const golden = readGolden<{ names: string[]; rows: (number | null)[][]; models: Record<string, Case> }>(
  'xgboost-models.json',
);
const rows = rowsOf(golden.rows);
const { logistic } = golden.models;

/** The golden logistic model with a change to its file. */
function changed(change: (file: { learner: Record<string, never>; version: number[] }) => void): Uint8Array {
  const file = JSON.parse(logistic.json.replaceAll('NaN', 'null'));
  change(file);
  return bytesOf(JSON.stringify(file));
}

for (const [name, { json, ubjson, predicted, margins, contributions }] of Object.entries(golden.models)) {
  for (const [form, bytes] of Object.entries({ JSON: bytesOf(json), UBJSON: Buffer.from(ubjson, 'base64') })) {
    test(`XGBoost 1.7.4, ${name}, as ${form}: predictions equal XGBoost's to 1e-6 [CBP-16]`, () => {
      const model = readForeignModel(bytes);
      assert.deepEqual(model.names, golden.names);
      assertClose(rows.map(model.rawScore), margins, 1e-6);
      // Of 'binary:logitraw' XGBoost answers the log-odds, we the probability.
      if (name !== 'raw') assertClose(rows.map(model.predictRow), predicted, 1e-6);
      const columns = golden.names.map((_, c) => Float32Array.from(rows, (row) => row[c]));
      assertClose(model.rawScores({ rows: rows.length, names: golden.names, columns }), margins, 1e-6);
    });
  }

  test(`XGBoost 1.7.4, ${name}: contributions equal XGBoost's where it gives them, and sum to the score [CBP-16]`, () => {
    const model = readForeignModel(bytesOf(json));
    rows.forEach((row, r) => {
      const own = model.contributions(row);
      if (contributions !== null) assertClose(own, contributions[r], 1e-6);
      assert.ok(Math.abs(own.reduce((sum, one) => sum + one) - model.rawScore(row)) < 1e-10);
    });
    const importance = model.importance();
    assert.ok(Math.abs(importance.reduce((sum, { gain }) => sum + gain, 0) - 1) < 1e-12);
  });

  test(`XGBoost 1.7.4, ${name}: saved as our own file it is the same model [CBP-12]`, () => {
    const model = readForeignModel(bytesOf(json));
    const again = fromJSON(JSON.parse(JSON.stringify(model)));
    assert.equal(again.kind, 'trees');
    assert.deepEqual(rows.map(again.predictRow), rows.map(model.predictRow));
    assert.deepEqual(again.toJSON(), JSON.parse(JSON.stringify(model)));
  });
}

test('a base score in brackets, as XGBoost writes it since 3.1, is the same base score [CBP-16]', () => {
  const bytes = changed(({ learner }) => Object.assign(learner.learner_model_param, { base_score: '[3E-1]' }));
  assertClose(rows.map(readForeignModel(bytes).predictRow), logistic.predicted, 1e-6);
});

test('the shape of 3.3, here without a tree, is read: it predicts its base score [CBP-16]', () => {
  const model = {
    cats: { enc: [], feature_segments: [], sorted_idx: [] },
    gbtree_model_param: { num_parallel_tree: '1', num_trees: '0' },
    iteration_indptr: [0],
    tree_info: [],
    trees: [],
  };
  const learner = {
    attributes: {},
    feature_names: ['p', 'q'],
    feature_types: [],
    gradient_booster: { model, name: 'gbtree' },
    learner_model_param: {
      base_score: '[2.5E-1]',
      boost_from_average: '1',
      num_class: '0',
      num_feature: '2',
      num_target: '1',
    },
    objective: { name: 'binary:logistic', reg_loss_param: { scale_pos_weight: '1' } },
  };
  const read = readForeignModel(bytesOf(JSON.stringify({ learner, version: [3, 3, 0] })));
  assertClose([read.predictRow(Float32Array.of(1, Number.NaN))], [0.25], 1e-12);
  assert.deepEqual([...read.contributions(Float32Array.of(1, 2))].slice(0, 2), [0, 0]);
});

test('a row exactly at a threshold goes right, and the 32-bit float below it left [CBP-16]', () => {
  const stump = {
    left_children: [1, -1, -1],
    right_children: [2, -1, -1],
    split_indices: [0, 0, 0],
    split_conditions: [0.1, -1, 1],
    default_left: [true, false, false],
  };
  const model = readForeignModel(
    bytesOf(
      JSON.stringify({
        learner: {
          feature_names: [],
          gradient_booster: { name: 'gbtree', model: { trees: [stump] } },
          learner_model_param: { base_score: '0E0', num_feature: '1', num_class: '0' },
          objective: { name: 'reg:squarederror' },
        },
        version: [1, 0, 0],
      }),
    ),
  );
  const threshold = Math.fround(0.1);
  const below = new Float32Array(new Int32Array([new Int32Array(Float32Array.of(threshold).buffer)[0] - 1]).buffer);
  assert.deepEqual(model.names, ['f0']);
  assert.equal(model.predictRow(Float32Array.of(threshold)), 1);
  assert.equal(model.predictRow(below), -1);
  assert.equal(model.predictRow(Float32Array.of(Number.NaN)), -1);
  // The file tells no numbers of rows: each leaf counts the same.
  assert.equal((model.toJSON() as { coverFrom: string }).coverFrom, 'leaves');
  assert.deepEqual([...model.contributions(below)], [-1, 0]);
});

test('what XGBoost can and Inkling cannot is refused with the way out [CBP-16]', () => {
  const objective = (name: string) => changed(({ learner }) => Object.assign(learner.objective, { name }));
  const parameters = (change: object) => changed(({ learner }) => Object.assign(learner.learner_model_param, change));
  const booster = (change: object) => changed(({ learner }) => Object.assign(learner.gradient_booster, change));
  const refused: [Uint8Array, RegExp][] = [
    [objective('rank:pairwise'), /objective is rank:pairwise/],
    [parameters({ num_class: '3' }), /predicts 3 things/],
    [parameters({ num_target: '2' }), /predicts 2 things/],
    [parameters({ base_score: '1.5' }), /base_score is "1.5"/],
    [parameters({ num_feature: '5' }), /4 feature names for 5 features/],
    [parameters({ num_feature: '1e9' }), /4 feature names for 1e9 features/],
    [booster({ name: 'gblinear', model: { weights: [1] } }), /booster is gblinear/],
  ];
  for (const [bytes, message] of refused) {
    assert.throws(
      () => readForeignModel(bytes),
      (error: Error & { code?: string; hint?: string }) => {
        assert.equal(error.code, 'model_file_invalid');
        assert.match(error.message, message);
        assert.match(error.hint ?? '', /\.$/);
        return true;
      },
    );
  }
});
