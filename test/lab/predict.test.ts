import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inkling, inklingJson, temporaryFolder } from '../cli/inkling.ts';
import { visits, writeLines } from './files.ts';

type Reason = { feature: string; value: string | null; contribution: number };

test('a saved model reads a later file as the training file was read [WH-8, CBP-12]', async (t) => {
  const folder = temporaryFolder(t);
  const [train, later] = [writeLines(folder, 'a.csv', visits(500, 1)), writeLines(folder, 'b.csv', visits(200, 2))];
  const model = join(folder, 'model.json');
  const predictions = join(folder, 'p.csv');
  const fit = ['lab', 'fit', '--train', train, '--test', later, '--label', 'bought', '--drop', 'spent'];
  const fitted = await inklingJson<{ rocAuc: number; logLoss: number }>(...fit, '--model', model);
  type Predicted = { rows: number; figures?: { rocAuc: number; logLoss: number } };
  const predicted = await inklingJson<Predicted>(
    ...['lab', 'predict', '--model', model, '--data', later, '--out', predictions],
  );
  assert.equal(predicted.rows, 200);
  assert.equal(predicted.figures?.rocAuc, fitted.rocAuc);
  assert.equal(predicted.figures?.logLoss, fitted.logLoss);
  assert.equal(readFileSync(predictions, 'utf8').trimEnd().split('\n').length, 201);

  // Without the label, with columns in another order and a country never met: still predictions.
  const [header, ...lines] = visits(50, 3).map((line) => line.split(/,(?! yearly)/));
  const place = ['plan', 'pages', 'zip', 'day'].map((name) => header.indexOf(name));
  const strange = lines.map((cells, r) => place.map((c) => (c === 2 && r < 5 ? 'gold' : cells[c])).join(','));
  const bare = writeLines(folder, 'c.csv', ['plan,pages,zip,day', ...strange]);
  const unlabelled = await inklingJson<Predicted & { notes: string[] }>(
    'lab',
    'predict',
    '--model',
    model,
    '--data',
    bare,
  );
  assert.equal(unlabelled.figures, undefined);
  assert.deepEqual(unlabelled.notes, ['5 values of plan were not met in training and count as missing.']);
});

test('lab explain gives reasons that add up, in words and bars [INT-5]', async (t) => {
  const folder = temporaryFolder(t);
  const train = writeLines(folder, 'a.csv', visits(500, 1));
  const model = join(folder, 'model.json');
  await inklingJson(
    'lab',
    'fit',
    '--train',
    train,
    '--label',
    'bought',
    '--drop',
    'spent',
    '--folds',
    '2',
    '--model',
    model,
  );
  const args = ['lab', 'explain', '--model', model, '--data', train, '--row', '12'];
  const explanation = await inklingJson<{ prediction: number; rawScore: number; bias: number; reasons: Reason[] }>(
    ...args,
  );
  const sum = explanation.reasons.reduce((total, { contribution }) => total + contribution, explanation.bias);
  assert.ok(Math.abs(sum - explanation.rawScore) < 1e-9);
  assert.ok(Math.abs(1 / (1 + Math.exp(-explanation.rawScore)) - explanation.prediction) < 1e-12);
  const values = new Map(explanation.reasons.map(({ feature, value }) => [feature, value]));
  assert.equal(values.get('pages'), null, 'the twelfth row has no pages');
  assert.equal(values.get('day: days'), '2026-01-12T00:00:00.000Z');
  const shown = await inkling(...args);
  assert.match(shown.out, /pages is unknown multiplies the odds by [\d.]+/);
  assert.match(shown.out, /│█+ +\+0\.\d+ {2}/);
  const beyond = await inkling('lab', 'explain', '--model', model, '--data', train, '--row', '501');
  assert.match(beyond.err, /has 500 rows, and row 501 was asked for/);
});

test('lab predict speaks the trees of XGBoost [WH-8]', async (t) => {
  const folder = temporaryFolder(t);
  // xgb.train({'objective': 'binary:logistic', 'max_depth': 1, 'eta': 0.5, 'base_score': 0.5}, d, 2).save_model(…), XGBoost 1.7.4,
  // on x = 0 … 9, y = (x > 5), d = DMatrix(x, y, feature_names=['x']); booster.predict(d)[[0, 9]].
  const file = join(folder, 'xgboost.json');
  writeFileSync(file, XGBOOST);
  const data = writeLines(folder, 'x.csv', ['x,y', ...Array.from({ length: 10 }, (_, x) => `${x},${x > 5 ? 1 : 0}`)]);
  const predicted = await inklingJson<{ first: { prediction: number }[]; figures: { rocAuc: number } }>(
    ...['lab', 'predict', '--model', file, '--data', data, '--label', 'y'],
  );
  assert.ok(Math.abs(predicted.first[0].prediction - LOW) < 1e-6);
  assert.ok(Math.abs(predicted.first[9].prediction - HIGH) < 1e-6);
  assert.equal(predicted.figures.rocAuc, 1);
});

test('a model goes out as ONNX and comes in again', async (t) => {
  const folder = temporaryFolder(t);
  const path = (name: string) => join(folder, name);
  const lines = Array.from({ length: 300 }, (_, r) => `${(r * 7) % 13},${(r * 5) % 11},${(r * 7) % 13 > 6 ? 1 : 0}`);
  const data = writeLines(folder, 'a.csv', ['a,b,y', ...lines]);
  const own = path('model.json');
  await inklingJson('lab', 'fit', '--train', data, '--label', 'y', '--folds', '2', '--model', own);
  const out = await inklingJson<{ inputs: { name: string; reading: string }[] }>(
    ...['lab', 'export', '--model', own, '--onnx', path('m.onnx')],
  );
  assert.deepEqual(
    out.inputs.map(({ name }) => name),
    ['a', 'b'],
  );
  assert.ok(readFileSync(path('m.onnx')).length > 100);
  assert.match((await inkling('lab', 'export', '--model', own)).err, /--onnx FILE/);

  writeFileSync(path('xgboost.json'), XGBOOST);
  await inklingJson('lab', 'import', '--from', path('xgboost.json'), '--model', path('brought.json'));
  const x = writeLines(folder, 'x.csv', ['x', '0', '9']);
  const predict = (model: string) =>
    inklingJson<{ first: object[] }>('lab', 'predict', '--model', path(model), '--data', x);
  assert.deepEqual((await predict('brought.json')).first, (await predict('xgboost.json')).first);
});

test('a model file that is none says so', async (t) => {
  const folder = temporaryFolder(t);
  const data = writeLines(folder, 'a.csv', visits(30, 1));
  const refusals: [string, RegExp][] = [
    ['{"format":"inkling-lab","version":1}', /cannot be read: .*features/],
    ['{"format":"inkling-lab","version":7}', /cannot be read: .*version/],
    ['{"kind":"boosting"}', /model cannot be used/],
    ['hello', /model cannot be used/],
  ];
  for (const [text, message] of refusals) {
    const file = join(folder, 'model.json');
    writeFileSync(file, text);
    const ran = await inkling('lab', 'predict', '--model', file, '--data', data);
    assert.equal(ran.code, 1, ran.err);
    assert.match(ran.err, message);
  }
  const nowhere = await inkling('lab', 'predict', '--model', join(folder, 'no.json'), '--data', data);
  assert.match(nowhere.err, /There is no model file/);
});

const LOW = 0.26635488867759705;
const HIGH = 0.682755708694458;
const XGBOOST =
  '{"learner":{"attributes":{"best_iteration":"1","best_ntree_limit":"2"},"feature_names":["x"],"feature_types":[],"gradient_booster":{"model":{"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"2","size_leaf_vector":"0"},"tree_info":[0,0],"trees":[{"base_weights":[-2.857143E-1,-1.2E0,1E0],"categories":[],"categories_nodes":[],"categories_segments":[],"categories_sizes":[],"default_left":[1,0,0],"id":0,"left_children":[1,-1,-1],"loss_changes":[5.3142858E0,0E0,0E0],"parents":[2147483647,0,0],"right_children":[2,-1,-1],"split_conditions":[5.5E0,-6E-1,5E-1],"split_indices":[0,0,0],"split_type":[0,0,0],"sum_hessian":[2.5E0,1.5E0,1E0],"tree_param":{"num_deleted":"0","num_feature":"1","num_nodes":"3","size_leaf_vector":"0"}},{"base_weights":[-1.8591961E-1,-8.2639164E-1,5.329304E-1],"categories":[],"categories_nodes":[],"categories_segments":[],"categories_sizes":[],"default_left":[1,0,0],"id":1,"left_children":[1,-1,-1],"loss_changes":[1.9655966E0,0E0,0E0],"parents":[2147483647,0,0],"right_children":[2,-1,-1],"split_conditions":[4.5E0,-4.1319582E-1,2.664652E-1],"split_indices":[0,0,0],"split_type":[0,0,0],"sum_hessian":[2.3127203E0,1.1439213E0,1.168799E0],"tree_param":{"num_deleted":"0","num_feature":"1","num_nodes":"3","size_leaf_vector":"0"}}]},"name":"gbtree"},"learner_model_param":{"base_score":"5E-1","boost_from_average":"0","num_class":"0","num_feature":"1","num_target":"1"},"objective":{"name":"binary:logistic","reg_loss_param":{"scale_pos_weight":"1"}}},"version":[1,7,4]}';

type Importances = {
  rows: number;
  score: string;
  notes: string[];
  features: { feature: string; gain: number; meanAbsolute: number; permutation?: { mean: number; sd: number } }[];
};

test('lab explain without a row says what the model goes by: gain, mean effect and the cost of shuffling [INT-5]', async (t) => {
  const folder = temporaryFolder(t);
  const [train, later] = [writeLines(folder, 'a.csv', visits(600, 1)), writeLines(folder, 'b.csv', visits(400, 2))];
  const model = join(folder, 'm.json');
  await inklingJson('lab', 'fit', '--train', train, '--label', 'bought', '--drop', 'spent', '--model', model);
  const args = ['lab', 'explain', '--model', model, '--data', later];
  const found = await inklingJson<Importances>(...args, '--repeats', '3');
  assert.equal(found.rows, 400);
  assert.equal(found.score, 'rocAuc');
  const byName = new Map(found.features.map((one) => [one.feature, one]));
  const [pages, zip] = [byName.get('pages'), byName.get('zip')];
  assert.ok((pages?.permutation?.mean ?? 0) > 0.05, 'what the outcome hangs on costs much');
  assert.ok(Math.abs(zip?.permutation?.mean ?? 1) < 0.03, 'what it does not hang on costs nothing');
  assert.ok((pages?.meanAbsolute ?? 0) > (zip?.meanAbsolute ?? 1));
  assert.ok(Math.abs(found.features.reduce((sum, { gain }) => sum + gain, 0) - 1) < 1e-9);
  assert.deepEqual(await inklingJson(...args, '--repeats', '3'), found);
  const unlabelled = writeLines(
    folder,
    'c.csv',
    visits(50, 3).map((line) => line.slice(0, line.lastIndexOf(','))),
  );
  const blind = await inklingJson<Importances>('lab', 'explain', '--model', model, '--data', unlabelled);
  assert.ok(blind.features.every(({ permutation }) => permutation === undefined));
  assert.match(blind.notes.join(' '), /Without the label/);
});
