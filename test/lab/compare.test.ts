import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { correctedResampledT, pairedRows } from '../../src/learn/index.ts';
import { inkling, inklingJson, temporaryFolder } from '../cli/inkling.ts';
import { visits, writeLines } from './files.ts';

type Duel = {
  first: string;
  second: string;
  metric: string;
  difference: number;
  interval: [number, number];
  pValue: number;
  test: string;
};
type Spread = { mean: number; sd: number };
type Compared<F> = { rows: number; contenders: { name: string; figures: Record<string, F> }[]; duels: Duel[] };

const close = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);

test('the corrected resampled t-test follows Nadeau & Bengio 2003 [MKT-10.3]', () => {
  const differences = [0.012, 0.004, -0.003, 0.009, 0.015, 0.001, 0.007, -0.002, 0.011, 0.006];
  const verdict = correctedResampledT(differences, { trainRows: 900, testRows: 100 });
  // scipy 1.10: se = sqrt((1/10 + 100/900) * d.var(ddof=1)); d.mean() ± t.ppf(.975, 9) * se; 2 * t.sf(d.mean() / se, 9)
  close(verdict.difference, 0.006);
  close(verdict.interval[0], -0.00025555526438292894);
  close(verdict.interval[1], 0.012255555264382927);
  close(verdict.pValue, 0.05813787825940357);
  assert.equal(correctedResampledT([0, 0], { trainRows: 1, testRows: 1 }).pValue, 1);
});

test('pairedRows compares two mean losses over the same rows', () => {
  const verdict = pairedRows(Float64Array.of(0.1, 0.4, 0.2, 0.9, 0.3), Float64Array.of(0.2, 0.3, 0.1, 0.5, 0.1));
  // scipy 1.10: e = a - b; s = e.std(ddof=1) / sqrt(5); e.mean() ± norm.ppf(.975) * s; 2 * norm.sf(e.mean() / s)
  close(verdict.difference, 0.14);
  close(verdict.interval[0], -0.01922822682106723);
  close(verdict.interval[1], 0.2992282268210672);
  close(verdict.pValue, 0.08483774479657043);
});

test('lab compare holds learners against each other over the same folds [MKT-10.3, WH-15]', async (t) => {
  const folder = temporaryFolder(t);
  const train = writeLines(folder, 'a.csv', visits(400, 1));
  const args = [
    'lab',
    'compare',
    '--train',
    train,
    '--label',
    'bought',
    '--drop',
    'spent',
    '--folds',
    '4',
    '--repeats',
    '2',
  ];
  const specs = 'boosting:trees=30,maxLeaves=4,logistic';
  const compared = await inklingJson<Compared<Spread>>(...args, '--learners', specs);
  assert.deepEqual(
    compared.contenders.map(({ name }) => name),
    ['boosting:trees=30,maxLeaves=4', 'logistic'],
  );
  assert.equal(compared.duels.length, 7);
  for (const { metric, difference, interval, pValue, test } of compared.duels) {
    const [first, second] = compared.contenders.map(({ figures }) => figures[metric].mean);
    assert.ok(Math.abs(difference - (first - second)) < 1e-12);
    assert.ok(interval[0] <= difference && difference <= interval[1]);
    assert.ok(pValue >= 0 && pValue <= 1);
    assert.equal(test, 'corrected resampled t-test');
  }
  const itself = await inklingJson<Compared<Spread>>(...args, '--learners', 'logistic,logistic');
  assert.ok(itself.duels.every(({ difference, pValue }) => difference === 0 && pValue === 1));
  const shown = await inkling(...args, '--learners', specs);
  assert.match(shown.out, /boosting:trees=30,maxLeaves=4 − logistic +ROC AUC/);
});

test('lab compare holds learners and saved models against each other on one test file', async (t) => {
  const folder = temporaryFolder(t);
  const [train, later] = [writeLines(folder, 'a.csv', visits(400, 1)), writeLines(folder, 'b.csv', visits(300, 2))];
  const common = ['--train', train, '--test', later, '--label', 'bought', '--drop', 'spent'];
  const compared = await inklingJson<Compared<number>>('lab', 'compare', ...common, '--learners', 'boosting,logistic');
  assert.equal(compared.rows, 300);
  const auc = compared.duels.find(({ metric }) => metric === 'rocAuc');
  assert.equal(auc?.test, 'DeLong');
  const files = ['boosting', 'logistic'].map((name) => join(folder, `${name}.json`));
  await inklingJson('lab', 'fit', ...common, '--learner', 'boosting', '--model', files[0]);
  await inklingJson('lab', 'fit', ...common, '--learner', 'logistic', '--model', files[1]);
  const saved = await inklingJson<Compared<number>>('lab', 'compare', '--models', files.join(','), '--test', later);
  assert.deepEqual(
    saved.duels.map(({ difference, pValue }) => [difference, pValue]),
    compared.duels.map(({ difference, pValue }) => [difference, pValue]),
  );
  const unclear = await inkling('lab', 'compare', '--train', train, '--label', 'bought', '--learners', 'boosting');
  assert.match(unclear.err, /not clear what to compare.*\n.*--learners a,b/);
});
