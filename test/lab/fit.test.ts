import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inkling, inklingJson, temporaryFolder } from '../cli/inkling.ts';
import { shoppers, telco, visits, writeLines } from './files.ts';

type Spread = { mean: number; sd: number };
type Summary = {
  rows: number;
  features: number;
  label: { positive: string; negative?: string; kind: string };
  trainRows: number;
  testRows: number;
  dropped: { column: string; reason: string }[];
  notes: string[];
  pooled: Record<string, number>;
  rocAucInterval: [number, number];
  peakMemoryMb: number;
};
type Folded = Summary & Record<'rocAuc' | 'prAuc' | 'logLoss' | 'brier' | 'f1' | 'accuracy' | 'secondsFit', Spread>;
type Single = Summary &
  Record<'rocAuc' | 'prAuc' | 'logLoss' | 'brier' | 'calibrationError' | 'f1' | 'accuracy', number>;

test('lab fit learns from a table of mixed columns and judges by folds [WH-8, INT-4]', async (t) => {
  const folder = temporaryFolder(t);
  const train = writeLines(folder, 'visits.csv', visits(600, 1));
  const predictions = join(folder, 'p.csv');
  const args = ['lab', 'fit', '--train', train, '--label', 'bought', '--drop', 'spent', '--folds', '4'];
  const summary = await inklingJson<Folded>(...args, '--predictions', predictions);
  assert.equal(summary.rows, 600);
  assert.equal(summary.testRows, 600);
  assert.equal(summary.trainRows, 450);
  assert.equal(summary.label.positive, 'yes');
  assert.deepEqual(
    summary.dropped.map(({ column }) => column),
    ['customer', 'country', 'spent'],
  );
  assert.equal(summary.features, 5, 'pages, plan, zip, days and weekday');
  assert.ok(summary.rocAuc.mean > 0.7 && summary.rocAuc.sd > 0 && summary.rocAuc.sd < 0.1);
  assert.ok(summary.peakMemoryMb > 0 && summary.secondsFit.mean > 0);
  const lines = readFileSync(predictions, 'utf8').trimEnd().split('\n');
  assert.equal(lines[0], 'row,outcome,prediction');
  assert.deepEqual(
    lines.slice(1).map((line) => Number(line.split(',')[0])),
    Array.from({ length: 600 }, (_, r) => r + 1),
  );
  const brier = lines.slice(1).reduce((sum, line) => {
    const [, y, p] = line.split(',').map(Number);
    return sum + (y - p) ** 2 / 600;
  }, 0);
  assert.ok(Math.abs(brier - summary.pooled['brier']) < 1e-9, 'the pooled figures are those of the predictions');
  const again = await inklingJson<Folded>(...args);
  assert.deepEqual(again.rocAuc, summary.rocAuc, 'the same seed gives the same figures');
});

test('lab fit judges on another file and on later rows', async (t) => {
  const folder = temporaryFolder(t);
  const train = writeLines(folder, 'train.csv', visits(600, 1));
  const later = writeLines(folder, 'test.csv', visits(300, 2));
  const common = ['lab', 'fit', '--train', train, '--label', 'bought', '--learner', 'logistic', '--drop', 'spent'];
  const other = await inklingJson<Single>(...common, '--test', later);
  assert.equal(other.trainRows, 600);
  assert.equal(other.testRows, 300);
  assert.ok(other.rocAuc > 0.7 && other.rocAucInterval[0] < other.rocAuc && other.rocAuc < other.rocAucInterval[1]);
  const inTime = await inklingJson<Single>(...common, '--time-column', 'day', '--cut', '2026-05-01');
  assert.equal(inTime.trainRows, 360, 'the first 120 of 200 days');
  assert.equal(inTime.testRows, 240);
  const both = await inkling(...common, '--test', later, '--folds', '3');
  assert.match(both.err, /--test and --folds are different ways to judge/);
});

test('lab fit keeps the rows of a group in one fold, so that nobody is learned by heart', async (t) => {
  const folder = temporaryFolder(t);
  // Each person has an outcome and a number of their own, eight times: only who has seen the person can know.
  const rows = Array.from({ length: 480 }, (_, r) => {
    const person = r % 60;
    return `p${person},${(person * 37) % 61},${(person * person * 7) % 11 > 5 ? 1 : 0}`;
  });
  const train = writeLines(folder, 'a.csv', ['person,number,y', ...rows]);
  const args = ['lab', 'fit', '--train', train, '--label', 'y', '--folds', '4', '--set', 'minChildHessian=0.1'];
  const mixed = await inklingJson<Folded>(...args, '--drop', 'person');
  const grouped = await inklingJson<Folded & { judgedBy: string }>(...args, '--group-column', 'person');
  assert.ok(mixed.rocAuc.mean > 0.95, `${mixed.rocAuc.mean}`);
  assert.ok(grouped.rocAuc.mean < 0.75, `${grouped.rocAuc.mean}`);
  assert.deepEqual(grouped.dropped, [{ column: 'person', reason: 'it groups the rows' }]);
  assert.match(grouped.judgedBy, /keep each person together/);
});

test('lab fit says which of two values is positive, and takes the other on request', async (t) => {
  const folder = temporaryFolder(t);
  const rows = Array.from({ length: 40 }, (_, r) => `${r % 7},${r % 4 === 0 ? 'left' : 'right'},${r % 3}`);
  const train = writeLines(folder, 'a.csv', ['x,side,class', ...rows]);
  const fit = (...args: string[]) =>
    inklingJson<Folded>('lab', 'fit', '--train', train, '--folds', '2', '--learner', 'logistic', ...args);
  const rarer = await fit('--label', 'side');
  assert.equal(rarer.label.positive, 'left');
  assert.match(rarer.notes[0], /"left" is the positive outcome: it is the rarer one/);
  assert.equal((await fit('--label', 'side', '--positive', 'right')).label.positive, 'right');
  const rest = await fit('--label', 'class', '--positive', '2');
  assert.equal(rest.label.negative, undefined);
  assert.match(rest.notes[0], /against 2 other values/);
});

test('lab fit takes settings, and predicts amounts where a learner can', async (t) => {
  const folder = temporaryFolder(t);
  const train = writeLines(folder, 'visits.csv', visits(400, 3));
  const common = ['lab', 'fit', '--train', train, '--label', 'spent', '--folds', '3', '--drop', 'bought'];
  const summary = await inklingJson<Summary & Record<'rmse' | 'mae' | 'r2', Spread> & { settings: object }>(
    ...common,
    '--set',
    'trees=50',
    'learningRate=0.2',
  );
  assert.deepEqual(summary.settings, { trees: 50, learningRate: 0.2, seed: 1, objective: 'squared' });
  assert.equal(summary.label.kind, 'amount');
  assert.ok(summary.r2.mean > 0.7, `R² ${summary.r2.mean}`);
  const refused = await inkling(...common, '--learner', 'logistic');
  assert.match(refused.err, /amounts, and logistic tells two outcomes apart/);
  const unknown = await inkling(...common, '--set', 'leaves=3');
  assert.match(unknown.err, /settings of boosting .* leaves/);
});

test('lab fit chooses among learners within the training rows and says which', async (t) => {
  const folder = temporaryFolder(t);
  const train = writeLines(folder, 'visits.csv', visits(300, 4));
  const model = join(folder, 'model.json');
  const args = ['--train', train, '--label', 'bought', '--drop', 'spent', '--folds', '2', '--learner', 'auto'];
  const search = ['--set', 'trials=3'];
  const summary = await inklingJson<Folded>('lab', 'fit', ...args, ...search, '--model', model);
  assert.match(
    summary.notes.at(-1) ?? '',
    /^auto chose by folds within the training rows: (blend of )?(boosting|logistic|forest)/,
  );
  assert.ok(summary.rocAuc.mean > 0.65);
  const saved = JSON.parse(readFileSync(model, 'utf8'));
  assert.ok(['boosting', 'logistic', 'forest', 'blend', 'derived', 'calibrated'].includes(saved.model.kind));
  const refused = await inkling('lab', 'fit', ...args, '--set', 'trees=3');
  assert.match(refused.err, /settings of auto .* trees/);
});

test('lab fit names file, line, column, value and remedy of what it cannot use', async (t) => {
  const folder = temporaryFolder(t);
  const numbers = Array.from(
    { length: 60 },
    (_, r) => `${r * r},${r % 3 === 0 ? 'a' : r % 3 === 1 ? 'b' : 'c'},${r % 2}`,
  );
  const file = writeLines(folder, 'a.csv', ['x,kind,y', ...numbers.slice(0, 30), 'twelve,a,1', ...numbers.slice(30)]);
  const fit = (...args: string[]) => inkling('lab', 'fit', '--train', file, '--learner', 'logistic', ...args);
  const mixed = await fit('--label', 'y');
  assert.equal(mixed.code, 1);
  assert.match(
    mixed.err,
    /a\.csv, line 32, column "x": "twelve" is not a number, while 60 of the column's 61 values are/,
  );
  assert.match(mixed.err, /--missing "twelve"/);
  assert.equal((await fit('--label', 'y', '--missing', 'twelve')).code, 0);
  assert.match((await fit('--label', 'kind')).err, /logistic does not tell them apart.*\n.*--positive/);
  assert.match((await fit('--label', 'z')).err, /no column "z".*\n.*x, kind, y/);
  assert.match(
    (await fit('--label', 'y', '--drop', 'x', '--learner', 'oracle')).err,
    /no learner "oracle".*\n.*boosting/,
  );
});

test('lab fit reaches what is known of two public data sets [WH-8]', {
  skip: telco.skip || shoppers.skip,
}, async () => {
  const churn = await inklingJson<Folded>('lab', 'fit', '--train', telco.file, '--label', 'Churn', '--folds', '5');
  assert.equal(churn.rows, 7043);
  assert.ok(churn.rocAuc.mean > 0.84, `AUC ${churn.rocAuc.mean}`);
  const bought = await inklingJson<Folded>(
    ...['lab', 'fit', '--train', shoppers.file, '--label', 'Revenue', '--folds', '5', '--early-stopping', '0.1'],
  );
  assert.equal(bought.rows, 12330);
  assert.ok(bought.rocAuc.mean > 0.92, `AUC ${bought.rocAuc.mean}`);
});
