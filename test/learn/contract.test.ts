// The laws that every learner in the registry keeps. A new learner is added to the registry and meets them here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  copyRow,
  type FittedModel,
  fromJSON,
  type Learner,
  learners,
  type Matrix,
  rocAuc,
  selectRows,
} from '../../src/learn/index.ts';
import { drawRows, shuffleColumns } from './rows.ts';

const training = drawRows(900, 'training');
const later = drawRows(500, 'later');
const weights = Float32Array.from({ length: 900 }, (_, r) => 1 + (r % 3));

const reload = (model: FittedModel) => fromJSON(JSON.parse(JSON.stringify(model)));
const rowsOf = (x: Matrix) => Array.from({ length: x.rows }, (_, r) => copyRow(x, r));

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, allowed: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= allowed, `${actual[i]} is not ${expected[i]} at ${i}`);
  }
}

const only = (rows: number, column: number[], y: number[]) => ({
  x: { rows, names: ['a'], columns: [Float32Array.from(column)] },
  y: Float32Array.from(y),
});

for (const learner of learners) {
  const fitted = learner.fit(training.x, training.y, {}, { weights });
  // A learner of amounts takes 0 and 1 as amounts: it meets every law but those of probabilities.
  const ofOutcomes = fitted.link === 'logit';
  const isPossible = (p: number) => (ofOutcomes ? p > 0 && p < 1 : Number.isFinite(p));

  test(`${learner.name} describes itself: a sentence, and settings with a default and a description each`, () => {
    assert.match(learner.sentence, /^[A-Z].*\.$/);
    const properties: Record<string, { default?: unknown; description?: string }> = Object(learner.settings).properties;
    assert.ok(Object.keys(properties).length > 0);
    for (const [name, schema] of Object.entries(properties)) {
      assert.notEqual(schema.default, undefined, `${name} has no default`);
      assert.match(schema.description ?? '', /\.$/, `${name} has no description`);
    }
  });

  test(`${learner.name} ranks later rows far better than chance, and at the right level [WH-8]`, () => {
    const predicted = fitted.predict(later.x);
    assert.ok(predicted.every(isPossible));
    // One column can tell less than all of them.
    const least = learner.name === 'baseline' ? 0.65 : 0.7;
    assert.ok(rocAuc(later.y, ranks(predicted)) > least, `its AUC is ${rocAuc(later.y, ranks(predicted))}`);
    const share =
      training.y.reduce((sum, outcome, r) => sum + weights[r] * outcome, 0) / weights.reduce((a, b) => a + b);
    const mean =
      fitted.predict(training.x).reduce((sum, p, r) => sum + weights[r] * p, 0) / weights.reduce((a, b) => a + b);
    assert.ok(Math.abs(mean - share) < 0.01, `it predicts ${mean} on average for ${share}`);
  });

  test(`${learner.name} leaves its inputs untouched`, () => {
    const settings = {};
    const given = structuredClone({ training, later, weights, settings });
    learner.fit(training.x, training.y, settings, { weights, valid: later });
    const row = copyRow(later.x, 0);
    fitted.contributions(row);
    fitted.predict(later.x);
    assert.deepEqual({ training, later, weights, settings }, given);
    assert.deepEqual(row, copyRow(later.x, 0));
  });

  test(`${learner.name} learns the same whatever the order of the columns`, () => {
    const other = shuffleColumns(training.x);
    const model = learner.fit(other.x, training.y, {}, { weights });
    assert.deepEqual(model.names, other.x.names);
    assertNear(model.predict(later.x), fitted.predict(later.x), 1e-12);
    assert.deepEqual(model.predict(shuffleColumns(later.x).x), model.predict(later.x));
    const row = copyRow(later.x, 7);
    const contributions = fitted.contributions(row);
    assertNear(
      model.contributions(Float32Array.from(other.order, (c) => row[c])),
      [...other.order.map((c) => contributions[c]), contributions[row.length]],
      1e-12,
    );
    assert.deepEqual(
      model.importance().map(({ name }) => name),
      fitted.importance().map(({ name }) => name),
    );
  });

  test(`${learner.name} gives the same bytes for the same seed`, () => {
    const again = learner.fit(training.x, training.y, {}, { weights });
    assert.equal(JSON.stringify(again), JSON.stringify(fitted));
  });

  test(`${learner.name} is the same after saving and loading`, () => {
    const loaded = reload(fitted);
    assert.equal(loaded.kind, learner.name);
    assert.deepEqual(loaded.names, fitted.names);
    assert.deepEqual(loaded.predict(later.x), fitted.predict(later.x));
    assert.deepEqual(loaded.importance(), fitted.importance());
    const row = copyRow(later.x, 3);
    assert.deepEqual(loaded.contributions(row), fitted.contributions(row));
    assert.equal(JSON.stringify(loaded), JSON.stringify(fitted));
  });

  test(`${learner.name}: one row, many rows, predictions and raw scores agree`, () => {
    const probabilities = fitted.predict(later.x);
    const scores = fitted.rawScores(later.x);
    rowsOf(later.x).forEach((row, r) => {
      assert.equal(fitted.predictRow(row), probabilities[r]);
      assert.equal(fitted.rawScore(row), scores[r]);
      const expected = ofOutcomes ? 1 / (1 + Math.exp(-scores[r])) : scores[r];
      assert.ok(Math.abs(expected - probabilities[r]) < 1e-15);
    });
  });

  test(`${learner.name}: contributions sum to the raw score [INT-5]`, () => {
    for (const row of rowsOf(later.x)) {
      const contributions = fitted.contributions(row);
      assert.equal(contributions.length, fitted.names.length + 1);
      const sum = contributions.reduce((total, one) => total + one, 0);
      assert.ok(Math.abs(sum - fitted.rawScore(row)) < 1e-10, `${sum} is not ${fitted.rawScore(row)}`);
    }
  });

  test(`${learner.name}: contributions of many rows are those of each [INT-5]`, () => {
    const other = shuffleColumns(later.x);
    const { scores, contributions: lists } = fitted.explain(other.x);
    assert.deepEqual(scores, fitted.rawScores(later.x));
    rowsOf(later.x).forEach((row, r) => {
      assertNear(
        lists.map((list) => list[r]),
        fitted.contributions(row),
        1e-10,
      );
    });
  });

  test(`${learner.name}: importance names every column once, sums to one, and nothing for a constant [INT-5]`, () => {
    const importance = fitted.importance();
    assert.deepEqual(importance.map(({ name }) => name).sort(), [...fitted.names].sort());
    assert.ok(Math.abs(importance.reduce((sum, { gain }) => sum + gain, 0) - 1) < 1e-12);
    assert.ok(importance.every(({ gain }, i) => gain >= 0 && (i === 0 || gain <= importance[i - 1].gain)));
    const gains = new Map(importance.map(({ name, gain }) => [name, gain]));
    for (const useless of ['constant', 'unknown']) {
      assert.equal(gains.get(useless), 0);
      const c = fitted.names.indexOf(useless);
      assert.ok(rowsOf(later.x).every((row) => fitted.contributions(row)[c] === 0));
    }
  });

  test(`${learner.name} finds columns by name, ignores others and names a missing one`, () => {
    const { rows, names, columns } = later.x;
    const wider = { rows, names: ['extra', ...names], columns: [new Float32Array(rows), ...columns] };
    assert.deepEqual(fitted.predict(wider), fitted.predict(later.x));
    const narrower = { rows, names: names.slice(1), columns: columns.slice(1) };
    assert.throws(() => fitted.predict(narrower), { code: 'invalid_input', field: 'visits' });
    assert.throws(() => fitted.predictRow(new Float32Array(2)), { code: 'invalid_input', message: /2 values for 7/ });
    assert.equal(fitted.predict({ rows: 0, names, columns: names.map(() => new Float32Array(0)) }).length, 0);
  });

  test(`${learner.name} does not learn from rows of weight 0, and a weight of 2 counts like two rows`, () => {
    const rows = Array.from({ length: 900 }, (_, r) => r);
    const kept = rows.filter((r) => r % 4 !== 0);
    const marked = { x: training.x, y: training.y.slice() };
    for (let r = 0; r < 900; r += 4) marked.y[r] = 1 - marked.y[r];
    const zeros = Float32Array.from(rows, (r) => (r % 4 === 0 ? 0 : 1));
    const without = learner.fit(
      selectRows(training.x, kept),
      Float32Array.from(kept, (r) => training.y[r]),
      {},
      {
        weights: new Float32Array(kept.length).fill(1),
      },
    );
    assert.deepEqual(
      learner.fit(marked.x, marked.y, {}, { weights: zeros }).predict(later.x),
      without.predict(later.x),
    );
    const twice = kept.flatMap((r) => [r, r]);
    const settings = { ...SIMPLE[learner.name] };
    const doubled = learner.fit(
      selectRows(training.x, twice),
      Float32Array.from(twice, (r) => training.y[r]),
      settings,
    );
    const weighted = learner.fit(
      selectRows(training.x, kept),
      Float32Array.from(kept, (r) => training.y[r]),
      settings,
      {
        weights: new Float32Array(kept.length).fill(2),
      },
    );
    assertNear(weighted.predict(later.x), doubled.predict(later.x), 1e-5);
  });

  test(`${learner.name} answers data that nothing can be learned from with the reason`, () => {
    const reasons: [Parameters<Learner['fit']>, string, RegExp][] = [
      [[only(0, [], []).x, new Float32Array(0)], 'too_little_data', /no rows/],
      [[{ rows: 2, names: [], columns: [] }, Float32Array.of(0, 1)], 'too_little_data', /no columns/],
      [[only(2, [1, Infinity], []).x, Float32Array.of(0, 1)], 'invalid_input', /"a" holds Infinity in row 1/],
      [[only(2, [1, -Infinity], []).x, Float32Array.of(0, 1)], 'invalid_input', /"a" holds -Infinity in row 1/],
      [[only(2, [1, 2], []).x, Float32Array.of(0, Number.NaN)], 'invalid_input', /outcome in row 1 is NaN/],
      [[only(2, [1, 2], []).x, Float32Array.of(0)], 'invalid_input', /1 outcomes for 2 rows/],
      [[only(2, [1, 2, 3], []).x, Float32Array.of(0, 1)], 'invalid_input', /"a" has 3 values for 2 rows/],
      [[training.x, training.y, {}, { weights: weights.map((w) => -w) }], 'invalid_input', /weight in row 0 is -1/],
      [[{ ...training.x, names: training.x.names.map(() => 'a') }, training.y], 'invalid_input', /"a" appears twice/],
      [[training.x, training.y, { colour: 1 } as object], 'invalid_input', /settings of .* colour/],
    ];
    const reasonsOfOutcomes: typeof reasons = [
      [[only(1, [4], [1]).x, Float32Array.of(1)], 'too_little_data', /All 1 rows have the outcome 1/],
      [[training.x, new Float32Array(900)], 'too_little_data', /All 900 rows have the outcome 0/],
      [[training.x, training.y, {}, { weights: training.y }], 'too_little_data', /outcome 1/],
      [[only(2, [1, 2], []).x, Float32Array.of(0, 0.5)], 'invalid_input', /outcome in row 1 is 0.5/],
    ];
    if (ofOutcomes) reasons.push(...reasonsOfOutcomes);
    for (const [args, code, message] of reasons) {
      assert.throws(
        () => learner.fit(...args),
        (error: Error & { code?: string }) => {
          assert.equal(error.name, 'InklingError');
          assert.equal(error.code, code);
          assert.match(error.message, message);
          return true;
        },
      );
    }
    const infinite = copyRow(later.x, 0).fill(Infinity, 0, 1);
    assert.throws(() => fitted.predictRow(infinite), { code: 'invalid_input', message: /"visits" holds Infinity/ });
    assert.throws(() => fitted.contributions(infinite), { code: 'invalid_input' });
  });

  test(`${learner.name} fits what is hardly enough: two rows, constant or unknown columns`, () => {
    const hardly = [only(2, [1, 2], [0, 1]), only(3, [5, 5, 5], [0, 1, 1]), only(3, [NaN, NaN, NaN], [0, 1, 1])];
    for (const { x, y } of hardly) {
      const model = reload(learner.fit(x, y));
      const p = model.predictRow(Float32Array.of(1));
      assert.ok(isPossible(p));
      assert.ok(Number.isFinite(model.predictRow(Float32Array.of(NaN))));
      assert.ok(model.contributions(Float32Array.of(3e38)).every(Number.isFinite));
    }
    const constant = learner.fit(hardly[1].x, hardly[1].y);
    assert.ok(Math.abs(constant.predictRow(Float32Array.of(5)) - 2 / 3) < 1e-6);
  });

  test(`${learner.name} reports its progress, rising to no more than the total`, () => {
    const seen: number[] = [];
    learner.fit(training.x, training.y, {}, { onProgress: (done, total) => seen.push(done / total) });
    assert.ok(seen.length > 0);
    assert.ok(seen.every((share, i) => share > 0 && share <= 1 && (i === 0 || share >= seen[i - 1])));
  });

  test(`${learner.name}: a damaged file is refused with the reason, or predicts as a model does`, () => {
    const first = Array.from({ length: 250 }, (_, r) => r);
    const saved = JSON.stringify(learner.fit(selectRows(training.x, first), training.y.slice(0, 250)));
    const nonsense = fc.constantFrom<unknown>(null, 'x', -1, 1e9, 0.5, [], {}, true, undefined);
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 12, maxLength: 12 }), nonsense, (steps, value) => {
        const file = damage(JSON.parse(saved), steps, value);
        let model: FittedModel;
        try {
          model = fromJSON(file);
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'model_file_invalid', String(error));
          assert.match(String(error), /cannot be read: ./);
          return;
        }
        // What slips through is a number changed into another: it may predict otherwise, but must not break.
        const row = Float32Array.from(model.names, () => 1);
        if (ofOutcomes) assert.ok(model.predictRow(row) >= 0 && model.predictRow(row) <= 1);
        assert.equal(model.contributions(row).length, model.names.length + 1);
      }),
      { seed: 5, numRuns: 400 },
    );
  });
}

/** Amounts as numbers between 0 and 1 in the same order, as the AUC asks for. */
function ranks(predicted: Float64Array): Float64Array {
  const low = Math.min(...predicted);
  const high = Math.max(...predicted);
  return predicted.map((value) => (value - low) / (high - low));
}

/** Settings under which a weight can be compared with a repetition: no draws, few bins. */
const SIMPLE: Record<string, object> = {
  boosting: { columnShare: 1, trees: 20, maxBins: 16 },
  forest: { sample: 'all', columnsPerSplit: 7, trees: 3, maxBins: 16 },
  blend: { boosting: { columnShare: 1, trees: 20, maxBins: 16 } },
};

/** Walks from the root as the steps say and replaces (or removes) what stands at the end of the way. */
function damage(file: Record<string, unknown>, steps: number[], value: unknown): unknown {
  let at = file;
  for (let i = 0; ; i++) {
    const keys = Object.keys(at);
    const key = keys[steps[i] % keys.length];
    const next = at[key];
    if (typeof next === 'object' && next !== null && Object.keys(next).length > 0 && i + 1 < steps.length) {
      at = next as Record<string, unknown>;
      continue;
    }
    if (value === undefined) delete at[key];
    else at[key] = value;
    return JSON.parse(JSON.stringify(file));
  }
}

test('fromJSON names the kinds it knows when it meets another', () => {
  for (const json of [null, 7, 'boosting', [], {}, { kind: 'oracle' }]) {
    assert.throws(() => fromJSON(json), {
      code: 'model_file_invalid',
      message: /logistic, ridge, boosting, forest, blend, baseline/,
    });
  }
});

test('learners have different names', () => {
  assert.equal(new Set(learners.map(({ name }) => name)).size, learners.length);
});
