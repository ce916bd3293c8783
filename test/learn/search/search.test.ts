// The laws of a search: what it may look at, what it repeats, and what it answers to data that hardly suffices.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Candidate,
  copyRow,
  fromJSON,
  logLoss,
  type Matrix,
  rocAuc,
  type Search,
  type Split,
  searchModel,
  stratifiedFolds,
} from '../../../src/learn/index.ts';
import { createRandom } from '../../../src/math/index.ts';
import { drawRows } from '../rows.ts';

const training = drawRows(600, 'search');
const later = drawRows(1500, 'later');
const found = searchModel(training.x, training.y, { seed: 3, trials: 15 });

const asBytes = ({ model, trials, members, outOfFold }: Search) =>
  JSON.stringify({
    model,
    trials: trials.map(({ seconds: _, ...trial }) => trial),
    members,
    outOfFold: [...outOfFold.predictions],
  });

test('searchModel finds a model at least as good on later rows as what it starts from [WH-8]', () => {
  const loss = logLoss(later.y, found.model.predict(later.x));
  const first = searchModel(training.x, training.y, { seed: 3, trials: 1 });
  assert.ok(loss <= logLoss(later.y, first.model.predict(later.x)), `${loss}`);
  assert.ok(rocAuc(later.y, found.model.predict(later.x)) > 0.75);
});

test('searchModel lists what it tried, best first, and weights that sum to one', () => {
  const full = found.trials.filter(({ folds }) => folds === 5);
  assert.ok(full.length >= 5 && full.length < found.trials.length);
  assert.ok(full.every(({ logLoss }, i) => i === 0 || logLoss >= full[i - 1].logLoss));
  for (const { name, sd, seconds, candidate } of found.trials) {
    assert.ok(name.startsWith(candidate.learner) && sd >= 0 && seconds > 0);
  }
  const drawn = full.find(({ candidate }) => candidate.learner === 'boosting' && 'growth' in candidate.settings);
  assert.equal(drawn?.candidate.settings['patience'], undefined, 'the number of trees is carried over, not found anew');
  assert.ok(Math.abs(found.members.reduce((sum, { weight }) => sum + weight, 0) - 1) < 1e-12);
});

test('searchModel predicts every tested row by models that had not seen it', () => {
  const { rows, predictions } = found.outOfFold;
  assert.deepEqual(
    [...rows].sort((a, b) => a - b),
    [...training.y.keys()],
  );
  const y = Float32Array.from(rows, (r) => training.y[r]);
  const own = logLoss(y, predictions);
  assert.ok(own > logLoss(training.y, found.model.predict(training.x)), 'held-out rows are harder than known ones');
  assert.ok(own <= found.trials[0].logLoss + 0.002);
});

test('searchModel leaves its inputs untouched and gives the same bytes for the same seed', () => {
  const given = structuredClone(training);
  const again = searchModel(training.x, training.y, { seed: 3, trials: 15 });
  assert.deepEqual(training, given);
  assert.equal(asBytes(again), asBytes(found));
});

test('searchModel finds the same whatever the order of the columns', () => {
  const order = createRandom('columns').shuffle(training.x.names.map((_, c) => c));
  const other: Matrix = {
    rows: training.x.rows,
    names: order.map((c) => training.x.names[c]),
    columns: order.map((c) => training.x.columns[c]),
  };
  const model = searchModel(other, training.y, { seed: 3, trials: 15 }).model;
  const expected = found.model.predict(later.x);
  model.predict(later.x).forEach((p, r) => {
    assert.ok(Math.abs(p - expected[r]) < 1e-9);
  });
});

test('what searchModel finds explains itself and is the same after saving and loading [INT-5]', () => {
  const { model } = found;
  const loaded = fromJSON(JSON.parse(JSON.stringify(model)));
  assert.deepEqual(loaded.predict(later.x), model.predict(later.x));
  for (let r = 0; r < 100; r++) {
    const row = copyRow(later.x, r);
    assert.equal(model.rawScore(row), model.rawScores(later.x)[r]);
    const sum = model.contributions(row).reduce((total, part) => total + part, 0);
    assert.ok(Math.abs(sum - model.rawScore(row)) < 1e-9);
  }
});

test('searchModel works on 30 rows, on hardly any of one outcome, and says why it cannot learn', () => {
  const few = drawRows(30, 'few');
  const { model, outOfFold } = searchModel(few.x, few.y, { seed: 1 });
  assert.equal(outOfFold.rows.length, 30);
  assert.ok(model.predict(later.x).every((p) => p > 0 && p < 1));
  const rare = Float32Array.from({ length: 30 }, (_, r) => Number(r === 7));
  const cautious = searchModel(few.x, rare, { seed: 1 });
  assert.equal(cautious.model.kind, 'logistic');
  assert.equal(cautious.outOfFold.rows.length, 0);
  const nothing = { x: { rows: 0, names: ['a'], columns: [new Float32Array(0)] }, y: new Float32Array(0) };
  assert.throws(() => searchModel(nothing.x, nothing.y, { seed: 1 }), { code: 'too_little_data' });
  assert.throws(
    () =>
      searchModel(
        few.x,
        few.y.map(() => 1),
        { seed: 1 },
      ),
    { code: 'too_little_data' },
  );
  assert.throws(
    () =>
      searchModel(
        few.x,
        few.y.map(() => 0.5),
        { seed: 1 },
      ),
    { code: 'invalid_input' },
  );
});

test('searchModel over time never learns from rows later than those it judges on', () => {
  // Rows from the moment 400 on have the opposite outcome: any look ahead would change what is said of earlier rows.
  const times = training.y.map((_, r) => r);
  const turned = training.y.map((y, r) => (r < 400 ? y : 1 - y));
  const candidates = [
    { learner: 'forest', settings: { trees: 10 }, columns: 'derived', seeds: 1 },
  ] as const satisfies Candidate[];
  const options = { folds: { times }, seed: 1, trials: 1, candidates };
  const one = searchModel(training.x, training.y, options).outOfFold;
  const other = searchModel(training.x, turned, options).outOfFold;
  assert.deepEqual(one.rows, other.rows);
  assert.ok(
    one.rows.every((r) => r >= 180),
    'the first stretch is only learned from',
  );
  const early = ({ rows, predictions }: Search['outOfFold']) => [...predictions].filter((_, i) => rows[i] < 400);
  assert.ok(early(one).length === 220 && one.predictions.at(-1) !== other.predictions.at(-1));
  assert.deepEqual(early(one), early(other));
});

test('searchModel over time learns from the latest rows alone where what was true has ceased', () => {
  const { x } = drawRows(900, 'drift');
  // Who visits often buys, until the moment 450; then it is the other way round.
  const visits = x.columns[0];
  const y = Float32Array.from(visits, (count, r) => Number(r < 450 === count > 2));
  const { members, model } = searchModel(x, y, { folds: { times: y.map((_, r) => r) }, seed: 1, trials: 15 });
  assert.ok(members[0].candidate.recent !== undefined, members[0].name);
  assert.match(members[0].name, /latest (25|50) %/);
  const after = drawRows(300, 'after').x;
  const bought = Float32Array.from(after.columns[0], (count) => Number(!(count > 2)));
  assert.ok(rocAuc(bought, model.predict(after)) > 0.99);
});

test('searchModel takes folds and candidates of its caller', () => {
  const folds: Split[] = stratifiedFolds(training.y, { folds: 3, seed: 8 });
  const candidates = [
    { learner: 'logistic', settings: { l2: 3 }, columns: 'given', seeds: 1 },
    { learner: 'boosting', settings: { trees: 30, rowShare: 0.7 }, columns: 'derived', seeds: 2 },
  ] as const;
  const { trials } = searchModel(training.x, training.y, { folds, candidates, trials: 2, seed: 1 });
  assert.deepEqual(trials.map(({ name, folds }) => [name, folds]).sort(), [
    ['boosting:trees=30,rowShare=0.7, derived columns, 2 seeds', 3],
    ['boosting:trees=30,rowShare=0.7, derived columns, 3 seeds', 3],
    ['logistic:l2=3', 3],
  ]);
});

test('searchModel gives something in any time and reports its progress, rising to the total', () => {
  const seen: number[] = [];
  const started = performance.now();
  const { model } = searchModel(training.x, training.y, {
    seed: 1,
    seconds: 0.01,
    onProgress: (done, total) => seen.push(done / total),
  });
  assert.ok(performance.now() - started < 5000);
  assert.ok(rocAuc(later.y, model.predict(later.x)) > 0.7);
  assert.ok(seen.length > 0 && seen.at(-1) === 1);
  assert.ok(seen.every((share, i) => share <= 1 && (i === 0 || share >= seen[i - 1])));
});
