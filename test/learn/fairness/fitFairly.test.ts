// Training under a fairness constraint: what it does to the gap between groups, and what it costs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  boosting,
  demographicParityGap,
  equalisedOddsGap,
  fitFairly,
  fromJSON,
  type GroupedRows,
  groupRates,
  independenceWeights,
  judgeFairness,
  logistic,
  ridge,
} from '../../../src/learn/index.ts';
import { createRandom } from '../../../src/math/index.ts';
import { findTable } from '../tables.ts';

test('gaps are fairlearn’s, worked by hand', () => {
  // demographic_parity_difference(y, p >= .5, sensitive_features=g): groups call 2/4, 1/3 and 0/1 positive.
  const y = [1, 0, 1, 0, 1, 0, 0, 0];
  const p = [0.9, 0.5, 0.2, 0.1, 0.7, 0.4, 0.3, 0.2];
  const groups = [7, 7, 7, 7, 2, 2, 2, 5];
  const rates = groupRates(y, p, groups);
  assert.deepEqual(
    rates.map(({ group }) => group),
    [2, 5, 7],
  );
  assert.equal(demographicParityGap(rates), 0.5);
  // True positive rates are 1/1, none, 1/2; false positive rates 0/2, 0/1, 1/2.
  assert.equal(equalisedOddsGap(rates), 0.5);
  assert.ok(Number.isNaN(rates[1].truePositiveRate));
  assert.equal(demographicParityGap(groupRates(y, p, groups, 0.95)), 0);
});

test('reweighing makes group and outcome independent', () => {
  // Their formula (Kamiran & Calders 2012, §3.2): P(group) · P(outcome) / P(group, outcome).
  const y = Float32Array.from([1, 1, 0, 0, 0, 1, 1, 1, 1, 0]);
  const groups = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
  const weights = independenceWeights({ y, groups });
  const expected = (group: number, outcome: number) =>
    ((5 / 10) * (outcome === 1 ? 6 / 10 : 4 / 10)) /
    (groups.filter((g, r) => g === group && y[r] === outcome).length / 10);
  weights.forEach((weight, r) => {
    assert.ok(Math.abs(weight - expected(groups[r], y[r])) < 1e-6);
  });
  const rate = (group: number) => {
    const own = groups.flatMap((g, r) => (g === group ? [r] : []));
    return own.reduce((sum, r) => sum + weights[r] * y[r], 0) / own.reduce((sum, r) => sum + weights[r], 0);
  };
  assert.ok(Math.abs(rate(0) - rate(1)) < 1e-6);
});

const NAMES = [
  'age',
  'work',
  'weight',
  'education',
  'years',
  'marital',
  'job',
  'relation',
  'race',
  'sex',
  'gain',
  'loss',
  'hours',
  'country',
];
const SEX = NAMES.indexOf('sex');

/** Every n-th person of a file of the census; the sex is the group and no column. */
function readAdults(path: string, every: number, codes: Map<string, number>): GroupedRows {
  const lines = gunzipSync(readFileSync(path)).toString().split('\n');
  const rows = lines.map((line) => line.split(', ')).filter((row, r) => row.length === 15 && r % every === 0);
  const kept = NAMES.map((_, c) => c).filter((c) => c !== SEX);
  const isText = (c: number) => Number.isNaN(Number(rows[0][c]));
  const codeOf = (c: number, text: string) => {
    const key = `${c} ${text}`;
    if (!codes.has(key)) codes.set(key, codes.size);
    return text === '?' ? Number.NaN : (codes.get(key) as number);
  };
  return {
    x: {
      rows: rows.length,
      names: kept.map((c) => NAMES[c]),
      columns: kept.map((c) => Float32Array.from(rows, (row) => (isText(c) ? codeOf(c, row[c]) : Number(row[c])))),
      categorical: kept.filter(isText).map((c) => NAMES[c]),
    },
    y: Float32Array.from(rows, (row) => Number(row[14].startsWith('>50K'))),
    groups: Int32Array.from(rows, (row) => Number(row[SEX] === 'Male')),
  };
}

const census = findTable('adult_census/adult-train.csv.gz');

test('on the census, either constraint closes the gap between women and men, at a price that is shown [INT-10]', {
  skip: census.skip,
}, (t) => {
  const codes = new Map<string, number>();
  const { x, y, groups } = readAdults(census.path, 2, codes);
  const judge = readAdults(census.path.replace('train', 'test'), 1, codes);
  const settings = { trees: 60, learningRate: 0.15 };
  for (const [constraint, method, most, price] of [
    // Measured: 0.174 → 0.001 at 0.025 of accuracy; 0.174 → 0.099 at 0.003; 0.078 → 0.039 at none.
    ['demographic-parity', 'reductions', 0.03, 0.035],
    ['demographic-parity', 'reweighing', 0.12, 0.015],
    ['equalised-odds', 'reductions', 0.055, 0.01],
  ] as const) {
    const { model, report } = fitFairly(boosting, x, y, groups, { constraint, method, judge, settings });
    const { before, after } = report;
    t.diagnostic(
      `${constraint}, ${method}: gap ${before.gap.toFixed(3)} → ${after.gap.toFixed(3)}, accuracy ${before.accuracy.toFixed(3)} → ${after.accuracy.toFixed(3)}, ` +
        `AUC ${before.rocAuc.toFixed(3)} → ${after.rocAuc.toFixed(3)}, log loss ${before.logLoss.toFixed(3)} → ${after.logLoss.toFixed(3)}`,
    );
    assert.ok(after.gap < most && after.gap < 0.7 * before.gap, `the gap is ${after.gap}, and was ${before.gap}`);
    assert.ok(before.accuracy - after.accuracy < price, `it costs ${before.accuracy - after.accuracy} of accuracy`);
    assert.equal(report.judgedOn, 'other rows');
    const again = fromJSON(JSON.parse(JSON.stringify(model)));
    assert.deepEqual(judgeFairness(judge.y, again.predict(judge.x), judge.groups, constraint), after);
  }
});

/** Two groups of which one has the better chances, and a column that gives the group away. */
function drawApplicants(rows: number, seed: string): GroupedRows {
  const random = createRandom(seed);
  const groups = Int32Array.from({ length: rows }, () => Number(random.uniform() < 0.25));
  const skill = Float32Array.from({ length: rows }, () => random.normal());
  const trace = Float32Array.from(groups, (group) => 2 * group + random.normal());
  const y = Float32Array.from(groups, (group, r) => Number(skill[r] + 1.6 * group + 0.5 * random.normal() > 1));
  return { x: { rows, names: ['skill', 'trace'], columns: [skill, trace] }, y, groups };
}

test('any learner, any threshold: a wider slack leaves more of the gap, and of the accuracy', () => {
  const [train, judge] = [drawApplicants(4000, 'train'), drawApplicants(4000, 'judge')];
  for (const threshold of [0.5, 0.3]) {
    const fit = (slack: number) =>
      fitFairly(logistic, train.x, train.y, train.groups, { constraint: 'demographic-parity', slack, threshold, judge })
        .report;
    const [tight, wide] = [fit(0.01), fit(0.1)];
    assert.ok(tight.before.gap > 0.2, `the gap was ${tight.before.gap}`);
    assert.ok(tight.after.gap < 0.06, `with a slack of 0.01 the gap is ${tight.after.gap}`);
    assert.ok(wide.after.gap > tight.after.gap + 0.03 && wide.after.gap < wide.before.gap);
    assert.ok(wide.after.accuracy >= tight.after.accuracy);
  }
  const { report } = fitFairly(logistic, train.x, train.y, train.groups, { constraint: 'demographic-parity' });
  assert.equal(report.judgedOn, 'training rows');
  assert.ok(report.after.gap < 0.02, `on the training rows the gap is ${report.after.gap}`);
});

test('what can’t be made fair is refused with the reason', () => {
  const { x, y } = drawApplicants(200, 'reasons');
  const constraint = 'demographic-parity' as const;
  const reasons: [() => unknown, RegExp][] = [
    [() => fitFairly(logistic, x, y, new Uint8Array(200), { constraint }), /one group/],
    [() => fitFairly(logistic, x, y, [0, 1], { constraint }), /2 groups for 200 rows/],
    [
      () =>
        fitFairly(
          logistic,
          x,
          y,
          Float32Array.from(y, () => 0.5),
          { constraint },
        ),
      /group of row 0 is 0.5/,
    ],
    [() => fitFairly(ridge, x, y, drawApplicants(200, 'a').groups, { constraint }), /ridge predicts amounts/],
    [
      () =>
        fitFairly(logistic, x, y, drawApplicants(200, 'a').groups, {
          constraint: 'equalised-odds',
          method: 'reweighing',
        }),
      /Reweighing/,
    ],
    [() => fitFairly(logistic, x, y, drawApplicants(200, 'a').groups, { constraint, slack: -1 }), /slack is -1/],
    [() => fitFairly(logistic, x, y, drawApplicants(200, 'a').groups, { constraint, rounds: 1 }), /rounds 1/],
  ];
  for (const [attempt, message] of reasons) assert.throws(attempt, { code: 'invalid_input', message });
});
