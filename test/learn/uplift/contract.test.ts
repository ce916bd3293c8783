// The laws that every uplift learner in the registry keeps. A new one is added to the registry and meets them here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Experiment,
  type FittedUplift,
  qiniScore,
  selectExperiment,
  upliftFromJSON,
  upliftLearners,
} from '../../../src/learn/index.ts';
import { shuffleColumns } from '../rows.ts';
import { simulateSpend, simulateVisits } from './simulated.ts';

const experimentOf = ({ x, treated, y }: Experiment): Experiment => ({ x, treated, y });
const training = experimentOf(simulateVisits(1500, 'training'));
const later = simulateVisits(4000, 'later');
const options = { threads: 1 };
const reload = (model: FittedUplift) => upliftFromJSON(JSON.parse(JSON.stringify(model)));

function correlation(one: ArrayLike<number>, other: ArrayLike<number>): number {
  const rows = Array.from(one);
  const [a, b] = [rows, Array.from(other)].map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  });
  const dot = (p: number[], q: number[]) => p.reduce((sum, value, i) => sum + value * q[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

for (const learner of upliftLearners) {
  const { name } = learner;
  const fitted = learner.fit(training, {}, options);

  test(`${name} describes itself: a sentence, and settings with a default and a description each`, () => {
    assert.match(learner.sentence, /^[A-Z].*\.$/);
    const properties: Record<string, { default?: unknown; description?: string }> = Object(learner.settings).properties;
    for (const [setting, schema] of Object.entries(properties)) {
      assert.notEqual(schema.default, undefined, `${setting} has no default`);
      assert.match(schema.description ?? '', /\.$/, `${setting} has no description`);
    }
  });

  test(`${name} recovers known effects on yes/no outcomes: their order, their mean and their size`, () => {
    const model = learner.fit(experimentOf(simulateVisits(12_000, 'truth', 'third')), {}, options);
    const uplift = model.predict(later.x);
    const found = correlation(uplift, later.effect);
    assert.ok(found > 0.8, `its correlation with the truth is ${found}`);
    assert.ok(Math.abs(mean(uplift) - mean(later.effect)) < 0.025, `${mean(uplift)} for ${mean(later.effect)}`);
    const error = Math.sqrt(mean(uplift.map((one, r) => (one - later.effect[r]) ** 2)));
    assert.ok(error < 0.1, `its error is ${error}, the effects spread by 0.13`);
    const best = qiniScore({ ...later, uplift: later.effect });
    assert.ok(qiniScore({ ...later, uplift }) > 0.75 * best);
  });

  test(`${name} leaves its inputs untouched`, () => {
    const settings = {};
    const given = structuredClone({ training, x: later.x, settings });
    learner.fit(training, settings, options).predict(later.x);
    assert.deepEqual({ training, x: later.x, settings }, given);
  });

  test(`${name} learns the same whatever the order of the columns`, () => {
    const model = learner.fit({ ...training, x: shuffleColumns(training.x).x }, {}, options);
    const [one, other] = [model.predict(later.x), fitted.predict(shuffleColumns(later.x).x)];
    assert.ok(one.every((value, r) => Math.abs(value - other[r]) < 1e-9));
  });

  test(`${name} gives the same bytes for the same seed`, () => {
    assert.equal(JSON.stringify(learner.fit(training, {}, options)), JSON.stringify(fitted));
  });

  test(`${name} is the same after saving and loading`, () => {
    const loaded = reload(fitted);
    assert.equal(loaded.kind, name);
    assert.deepEqual(loaded.names, fitted.names);
    assert.deepEqual(loaded.notes, fitted.notes);
    assert.deepEqual(loaded.predict(later.x), fitted.predict(later.x));
    assert.equal(JSON.stringify(loaded), JSON.stringify(fitted));
  });

  test(`${name}: where it expects both outcomes, the uplift is their difference and both are possible`, () => {
    const both = fitted.predictBoth?.(later.x);
    if (both === undefined) return;
    const uplift = fitted.predict(later.x);
    for (let r = 0; r < uplift.length; r++) {
      assert.equal(uplift[r], both.treated[r] - both.control[r]);
      assert.ok(both.treated[r] > 0 && both.treated[r] < 1 && both.control[r] > 0 && both.control[r] < 1);
    }
  });

  test(`${name} finds columns by name, ignores others and names a missing one`, () => {
    const { rows, names, columns } = later.x;
    const wider = { ...later.x, names: ['extra', ...names], columns: [new Float32Array(rows), ...columns] };
    assert.deepEqual(fitted.predict(wider), fitted.predict(later.x));
    const narrower = { rows, names: names.slice(1), columns: columns.slice(1) };
    assert.throws(() => fitted.predict(narrower), { code: 'invalid_input', field: 'visits' });
    assert.equal(fitted.predict({ rows: 0, names, columns: names.map(() => new Float32Array(0)) }).length, 0);
  });

  test(`${name} does not learn from rows of weight 0`, () => {
    const rows = Array.from({ length: 1500 }, (_, r) => r);
    const kept = rows.filter((r) => r % 4 !== 0);
    const weights = Float32Array.from(rows, (r) => (r % 4 === 0 ? 0 : 1));
    const treated = training.treated.map((arm, r) => (r % 4 === 0 ? 1 - arm : arm));
    const without = learner.fit(
      { ...selectExperiment(training, kept), weights: new Float32Array(kept.length).fill(1) },
      {},
      options,
    );
    assert.deepEqual(
      learner.fit({ ...training, treated, weights }, {}, options).predict(later.x),
      without.predict(later.x),
    );
  });

  test(`${name} answers data without a comparison by the reason`, () => {
    const { x, treated, y } = training;
    const all = (value: number) => treated.map(() => value);
    const reasons: [Experiment, string, RegExp][] = [
      [{ ...training, treated: all(1) }, 'too_little_data', /control arm has 0 rows/],
      [{ ...training, treated: all(0) }, 'too_little_data', /treated arm has 0 rows/],
      [
        { ...training, y: y.map((one, r) => (treated[r] === 1 ? 0 : one)) },
        'too_little_data',
        /treated arm has 0 rows with the outcome/,
      ],
      [
        { ...training, y: y.map((one, r) => (treated[r] === 0 ? 1 : one)) },
        'too_little_data',
        /control arm has 0 rows without/,
      ],
      [{ ...training, weights: Float32Array.from(treated) }, 'too_little_data', /control arm has 0 rows/],
      [{ ...training, treated: all(2) }, 'invalid_input', /treatment in row 0 is 2/],
      [{ ...training, treated: treated.slice(1) }, 'invalid_input', /1499 treatments for 1500 rows/],
      [{ ...training, y: y.slice(1) }, 'invalid_input', /1499 outcomes for 1500 rows/],
      [{ ...training, propensity: y.map(() => 1) }, 'invalid_input', /propensity in row 0 is 1/],
      [{ ...training, x: { rows: 1500, names: [], columns: [] } }, 'too_little_data', /no columns/],
      [{ ...training, x: { ...x, names: x.names.map(() => 'a') } }, 'invalid_input', /"a" appears twice/],
    ];
    for (const [experiment, code, message] of reasons) {
      assert.throws(() => learner.fit(experiment, {}, options), { name: 'InklingError', code, message });
    }
    const odd = { colour: 1 } as object;
    assert.throws(() => learner.fit(training, odd, options), {
      code: 'invalid_input',
      message: /settings of .* colour/,
    });
  });

  test(`${name}: a damaged file is refused with the reason, or predicts as a model does`, () => {
    const saved = JSON.stringify(fitted);
    const few = selectExperiment(later, [0, 1, 2]).x;
    const nonsense = fc.constantFrom<unknown>(null, 'x', -1, 1e9, 0.5, [], {}, true, undefined);
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 12, maxLength: 12 }), nonsense, (steps, value) => {
        let model: FittedUplift;
        try {
          model = upliftFromJSON(damage(JSON.parse(saved), steps, value));
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'model_file_invalid', String(error));
          return;
        }
        try {
          assert.equal(model.predict(few).length, 3);
        } catch (error) {
          // A changed name of a column is one that the rows do not have.
          assert.equal((error as { code?: string }).code, 'invalid_input', String(error));
        }
      }),
      { seed: 5, numRuns: 150 },
    );
  });
}

for (const { name, fit } of upliftLearners.filter((one) => one.name !== 'class-transformation')) {
  test(`${name} recovers effects on amounts, with either base`, () => {
    const spend = simulateSpend(4000, 'spend');
    // A tree of an S-learner asks for the treatment last when the base is large: its weakness, and no mistake.
    const bases = name === 'auto' ? [undefined] : name === 's' ? ['logistic'] : ['logistic', 'boosting'];
    for (const base of bases) {
      const model = fit(experimentOf(spend), base === undefined ? {} : ({ base } as object), options);
      const uplift = model.predict(spend.x);
      const ofThose = (likes: number) => mean(uplift.filter((_, r) => spend.x.columns[1][r] === likes));
      assert.ok(Math.abs(ofThose(1) - 3) < 0.4, `${ofThose(1)} for 3 (${base})`);
      assert.ok(Math.abs(ofThose(0) + 1) < 0.4, `${ofThose(0)} for −1 (${base})`);
    }
  });
}

test('class transformation says that it takes no amounts', () => {
  const learner = upliftLearners.find((one) => one.name === 'class-transformation');
  assert.throws(() => learner?.fit(experimentOf(simulateSpend(100, 'few'))), {
    code: 'invalid_input',
    message: /amounts/,
  });
});

test('with treatments that were not drawn at random, a model of them takes out what they brought with them', () => {
  const observed = simulateVisits(12_000, 'observed', 'by-visits');
  const truth = mean(observed.effect);
  const rate = (arm: number) => mean(observed.y.filter((_, r) => observed.treated[r] === arm));
  assert.ok(rate(1) - rate(0) > truth + 0.1, 'without care, the treatment looks better than it is');
  for (const name of ['dr', 'r', 'class-transformation', 'auto']) {
    const learner = upliftLearners.find((one) => one.name === name);
    const model = learner?.fit(experimentOf(observed), { propensity: 'model' } as object, options);
    assert.ok(model && Math.abs(mean(model.predict(observed.x)) - truth) < 0.05, `${name}`);
    assert.match(model.notes[0], /not drawn at random/);
  }
});

test('a lack of overlap is said aloud', () => {
  const sure = simulateVisits(4000, 'sure');
  const treated = sure.treated.map((arm, r) =>
    Math.abs(sure.x.columns[0][r]) > 0.3 ? Number(sure.x.columns[0][r] > 0) : arm,
  );
  const dr = upliftLearners.find((one) => one.name === 'dr');
  const model = dr?.fit({ ...experimentOf(sure), treated }, { propensity: 'model' } as object, options);
  assert.match(model?.notes.join(' ') ?? '', /Overlap is poor/);
});

test('known chances of treatment that differ from row to row are taken into account', () => {
  const observed = simulateVisits(12_000, 'known', 'by-visits');
  const propensity = observed.x.columns[0].map((visits) => 1 / (1 + Math.exp(-1.2 * visits)));
  const dr = upliftLearners.find((one) => one.name === 'dr');
  const model = dr?.fit({ ...experimentOf(observed), propensity }, {}, options);
  assert.ok(model && Math.abs(mean(model.predict(observed.x)) - mean(observed.effect)) < 0.05);
  assert.deepEqual(model.notes, []);
});

test('upliftFromJSON names the kinds it knows when it meets another', () => {
  for (const json of [null, 7, 'dr', [], {}, { kind: 'oracle' }]) {
    assert.throws(() => upliftFromJSON(json), { code: 'model_file_invalid', message: /auto, s, t, x, dr, r/ });
  }
});

test('uplift learners have different names', () => {
  assert.equal(new Set(upliftLearners.map(({ name }) => name)).size, upliftLearners.length);
});

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
