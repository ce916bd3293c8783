import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRandom } from '../../src/math/index.ts';
import { inkling, inklingJson, temporaryFolder } from '../cli/inkling.ts';
import { writeLines } from './files.ts';

type Spread = { mean: number; sd: number };
type Summary = {
  features: number;
  testRows: number;
  label: { classes: string[]; shares: number[] };
  figures: Record<'rocAuc' | 'logLoss' | 'accuracy', Spread>;
  pooled: Record<'rocAuc' | 'logLoss' | 'accuracy', number>;
  confusion: number[][];
};

/** Flowers of three kinds, told apart by two lengths and a colour; some rows have no kind. */
function flowers(rows: number, seed: number, kinds: readonly string[] = ['aster', 'bell, blue', 'clover']): string[] {
  const random = createRandom(seed);
  const lines = Array.from({ length: rows }, (_, r) => {
    const kind = random.int(3);
    const petal = 3 + kind + 0.7 * random.normal();
    const sepal = 5 - Math.abs(kind - 1) + 0.7 * random.normal();
    const colour = ['white', 'blue', 'red'][random.uniform() < 0.6 ? kind : random.int(3)];
    return `${petal.toFixed(3)},${sepal.toFixed(3)},${colour},${r % 100 === 99 ? '' : `"${kinds[kind]}"`}`;
  });
  return ['petal,sepal,colour,kind', ...lines];
}

const quick = ['--set', 'trees=40', 'minChildHessian=1'];

test('lab fit tells several classes apart, by folds and on another file [WH-8]', async (t) => {
  const folder = temporaryFolder(t);
  const train = writeLines(folder, 'flowers.csv', flowers(1200, 1));
  const later = writeLines(folder, 'later.csv', flowers(800, 2));
  const args = ['lab', 'fit', '--train', train, '--label', 'kind', ...quick];
  const folded = await inklingJson<Summary>(...args, '--folds', '4');
  assert.deepEqual(folded.label.classes, ['aster', 'bell, blue', 'clover']);
  assert.equal(folded.features, 3);
  assert.equal(folded.testRows, 1188);
  assert.ok(Math.abs(folded.label.shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-12);
  assert.ok(folded.figures.accuracy.mean > 0.8 && folded.figures.accuracy.sd > 0);
  assert.ok(folded.figures.rocAuc.mean > 0.92);
  const right = folded.confusion.reduce((sum, row, k) => sum + row[k], 0);
  assert.ok(Math.abs(right / 1188 - folded.pooled.accuracy) < 1e-12, 'the confusion is of the pooled predictions');

  const [model, predictions] = [join(folder, 'm.json'), join(folder, 'p.csv')];
  const judged = await inklingJson<Summary>(...args, '--test', later, '--model', model, '--predictions', predictions);
  const predicted = await inklingJson<{ figures: Record<string, number>; judgedRows: number }>(
    ...['lab', 'predict', '--model', model, '--data', later, '--out', join(folder, 'again.csv')],
  );
  assert.equal(predicted.judgedRows, 792);
  assert.ok(
    Math.abs(predicted.figures['logLoss'] - judged.pooled.logLoss) < 1e-12,
    'the saved model is the judged one',
  );
  const lines = readFileSync(predictions, 'utf8').trimEnd().split('\n');
  assert.equal(lines[0], 'row,class,prediction,p_aster,"p_bell, blue",p_clover');
  assert.equal(lines.length, 793);
  const probabilities = lines[1].split(',').slice(-3).map(Number);
  assert.ok(Math.abs(probabilities.reduce((sum, p) => sum + p, 0) - 1) < 1e-12);
  assert.equal(readFileSync(join(folder, 'again.csv'), 'utf8').split('\n').length, 802);
  const { out } = await inkling('lab', 'predict', '--model', model, '--data', later);
  assert.match(out, /row +aster +bell, blue +clover/);
});

test('numbers are classes where --classes says so, and one class is held against the rest with --positive', async (t) => {
  const folder = temporaryFolder(t);
  const train = writeLines(folder, 'flowers.csv', flowers(600, 3, ['0', '1', '2']));
  const args = ['lab', 'fit', '--train', train, '--label', 'kind', '--folds', '3', ...quick];
  const classes = await inklingJson<Summary>(...args, '--classes', '--early-stopping', '0.2');
  assert.deepEqual(classes.label.classes, ['0', '1', '2']);
  const amount = await inklingJson<{ label: { kind: string } }>(...args);
  assert.equal(amount.label.kind, 'amount');
  const texts = writeLines(folder, 'texts.csv', flowers(600, 3));
  const one = await inklingJson<{ label: { kind: string; positive: string } }>(
    ...['lab', 'fit', '--train', texts, '--label', 'kind', '--folds', '3', '--positive', 'clover', ...quick],
  );
  assert.equal(one.label.positive, 'clover');
});

test('what several classes cannot have is refused with the reason', async (t) => {
  const folder = temporaryFolder(t);
  const train = writeLines(folder, 'flowers.csv', flowers(300, 4));
  const strange = writeLines(folder, 'strange.csv', flowers(300, 4, ['aster', 'daisy', 'clover']));
  for (const [more, message] of [
    [['--learner', 'logistic'], /logistic does not tell them apart/],
    [['--report', join(folder, 'r.html')], /no report of several classes/],
    [['--test', strange], /"daisy", a class that is not known/],
    [['--set', 'objective=poisson'], /objective/],
  ] as const) {
    const { code, err } = await inkling('lab', 'fit', '--train', train, '--label', 'kind', ...more);
    assert.notEqual(code, 0);
    assert.match(err, message);
  }
});
