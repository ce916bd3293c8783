// Laws that every learner keeps on whatever rows it is given: it answers with a model that predicts, or with the reason.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { copyRow, type FittedModel, fromJSON, type Learner, learners, type Matrix } from '../../src/learn/index.ts';
import { createRandom } from '../../src/math/index.ts';

const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 1, 2, -1, 0.5) },
  { weight: 2, arbitrary: fc.constant(Number.NaN) },
  { weight: 1, arbitrary: fc.float({ noDefaultInfinity: true, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(-0, 1e-45, 3.4e38, -3.4e38) },
);
const outcome = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(0, 1) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, 2, Infinity) },
);
const table = fc.integer({ min: 0, max: 4 }).chain((columns) =>
  fc.array(
    fc.record({
      values: fc.array(value, { minLength: columns, maxLength: columns }),
      y: outcome,
      weight: fc.constantFrom(0, 0.5, 1, 3),
    }),
    {
      maxLength: 30,
    },
  ),
);
type Rows = { values: number[]; y: number; weight: number }[];

/** Few rounds: the laws are about rows, not about accuracy. */
const QUICK: Record<string, object> = {
  boosting: { trees: 5, minChildHessian: 0 },
  forest: { trees: 3 },
  blend: { boosting: { trees: 5 } },
};

const matrixOf = (rows: Rows): Matrix => {
  const columns = rows[0]?.values.length ?? 1;
  return {
    rows: rows.length,
    names: Array.from({ length: columns }, (_, c) => `c${c}`),
    columns: Array.from({ length: columns }, (_, c) => Float32Array.from(rows, ({ values }) => values[c])),
  };
};

/** The model, or undefined where the learner says why there is none. */
function tryFit(learner: Learner, x: Matrix, y: Float32Array, weights?: Float32Array): FittedModel | undefined {
  try {
    return learner.fit(x, y, QUICK[learner.name] ?? {}, { weights });
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    assert.equal(name, 'InklingError', `${name}: ${message}`);
    assert.ok(code === 'too_little_data' || code === 'invalid_input', code);
    assert.match(message, /\.$/);
    return undefined;
  }
}

function assertPredicts(model: FittedModel, x: Matrix): void {
  const predicted = model.predict(x);
  const again = fromJSON(JSON.parse(JSON.stringify(model)));
  for (let r = 0; r < x.rows; r++) {
    const row = copyRow(x, r);
    assert.ok(Number.isFinite(predicted[r]), `it predicts ${predicted[r]} for ${[...row]}`);
    if (model.link === 'logit') assert.ok(predicted[r] >= 0 && predicted[r] <= 1);
    assert.equal(model.predictRow(row), predicted[r]);
    assert.equal(again.predictRow(row), predicted[r]);
    const score = model.rawScore(row);
    const sum = model.contributions(row).reduce((total, one) => total + one, 0);
    assert.ok(
      Math.abs(sum - score) <= 1e-8 * Math.max(1, Math.abs(score)),
      `contributions sum to ${sum}, not ${score}`,
    );
  }
}

for (const learner of learners) {
  test(`${learner.name} answers any small table with a model that predicts, or with the reason`, () => {
    let fitted = 0;
    fc.assert(
      fc.property(table, fc.boolean(), fc.boolean(), (rows, weighted, hasCategories) => {
        const x = {
          ...matrixOf(rows),
          ...(hasCategories && rows.length > 0 && rows[0].values.length > 0 && { categorical: ['c0'] }),
        };
        const weights = weighted ? Float32Array.from(rows, ({ weight }) => weight) : undefined;
        const model = tryFit(
          learner,
          x,
          Float32Array.from(rows, ({ y }) => y),
          weights,
        );
        if (model === undefined) return;
        fitted++;
        assertPredicts(model, x);
      }),
      { seed: 10, numRuns: 150 },
    );
    assert.ok(fitted >= 25, `${fitted} of 150 tables were learned from`);
  });

  test(`${learner.name} learns from one row, from 300 sparse columns and from 70,000 different values`, () => {
    const random = createRandom(learner.name);
    tryFit(learner, matrixOf([{ values: [1, Number.NaN], y: 1, weight: 1 }]), Float32Array.of(1));
    const sparse = Array.from({ length: 300 }, () =>
      Float32Array.from({ length: 400 }, () => (random.uniform() < 0.03 ? 1 : 0)),
    );
    const wide: Matrix = { rows: 400, names: sparse.map((_, c) => `c${c}`), columns: sparse };
    const model = tryFit(
      learner,
      wide,
      Float32Array.from(sparse[7], (one, r) => Number(one + sparse[9][r] > 0 || r % 40 === 0)),
    );
    assert.ok(model !== undefined);
    assertPredicts(model, { ...wide, rows: 20, columns: sparse.map((column) => column.slice(0, 20)) });
    const many = Float32Array.from({ length: 70_000 }, (_, r) => ((r * 7919) % 70_000) / 3);
    const long: Matrix = { rows: 70_000, names: ['a'], columns: [many] };
    const rising = tryFit(
      learner,
      long,
      Float32Array.from(many, (one, r) => Number(one > 12_000 !== (r % 10 === 0))),
    );
    assert.ok(rising !== undefined);
    assert.ok(rising.predictRow(Float32Array.of(20_000)) > rising.predictRow(Float32Array.of(3000)));
  });
}
