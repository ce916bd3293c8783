import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRandom } from '../../src/math/index.ts';
import { inkling, inklingJson, temporaryFolder } from '../cli/inkling.ts';
import { writeLines } from './files.ts';

type Figures = {
  gap: number;
  rocAuc: number;
  accuracy: number;
  groups: { group: number; rows: number; positiveRate: number }[];
};
type Summary = {
  features: number;
  testRows: number;
  constraint: string;
  group: { column: string; values: string[] };
  before: Figures;
  after: Figures;
  dropped: { column: string; reason: string }[];
};

/** Applicants of two towns, of which one has the better chances; the street gives the town away. */
function applicants(rows: number, seed: number): string[] {
  const random = createRandom(seed);
  const lines = Array.from({ length: rows }, () => {
    const town = random.uniform() < 0.3 ? 'north' : 'south';
    const skill = random.normal();
    const street = 10 + random.int(40) + (town === 'north' ? 25 : 0);
    const hired = skill + (town === 'north' ? 1.2 : 0) + 0.6 * random.normal() > 0.8;
    return `${skill.toFixed(4)},${street},${town},${hired ? 'yes' : 'no'}`;
  });
  return ['skill,street,town,hired', ...lines];
}

const quick = ['--set', 'trees=40', 'learningRate=0.2'];

test('lab fit --fair closes the gap between groups and shows its price [INT-10]', async (t) => {
  const folder = temporaryFolder(t);
  const train = writeLines(folder, 'train.csv', applicants(3000, 1));
  const later = writeLines(folder, 'later.csv', applicants(3000, 2));
  const [model, predictions] = [join(folder, 'm.json'), join(folder, 'p.csv')];
  const args = ['lab', 'fit', '--train', train, '--label', 'hired', '--group', 'town', ...quick];
  const kept = ['--test', later, '--model', model, '--predictions', predictions];
  const parity = await inklingJson<Summary>(...args, '--fair', 'demographic-parity', ...kept);
  assert.equal(parity.features, 2);
  assert.deepEqual(parity.group, { column: 'town', values: parity.group.values });
  assert.deepEqual([...parity.group.values].sort(), ['north', 'south']);
  assert.ok(parity.before.gap > 0.2, `the gap was ${parity.before.gap}`);
  assert.ok(parity.after.gap < 0.06, `the gap is ${parity.after.gap}`);
  assert.ok(parity.after.accuracy < parity.before.accuracy);
  assert.ok(parity.dropped.some(({ column, reason }) => column === 'town' && /groups/.test(reason)));
  const predicted = await inklingJson<{ figures: { rocAuc: number } }>(
    'lab',
    'predict',
    '--model',
    model,
    '--data',
    later,
  );
  assert.ok(
    Math.abs(predicted.figures.rocAuc - parity.after.rocAuc) < 1e-12,
    'the saved model is the one that was judged',
  );
  const odds = await inklingJson<Summary>(...args, '--fair', 'equalised-odds', '--folds', '3');
  assert.equal(odds.testRows, 3000);
  assert.ok(odds.after.gap < 0.6 * odds.before.gap, `the gap is ${odds.after.gap}, and was ${odds.before.gap}`);
  const once = await inklingJson<Summary>(
    ...args,
    '--fair',
    'demographic-parity',
    '--fair-method',
    'reweighing',
    '--test',
    later,
  );
  assert.ok(once.after.gap < 0.8 * once.before.gap);
  const { out } = await inkling(...args, '--fair', 'demographic-parity', '--test', later);
  assert.match(out, /gap \(demographic-parity\)/);
  assert.match(out, /town = north/);
});

test('lab fit --fair says what it lacks', async (t) => {
  const folder = temporaryFolder(t);
  const train = writeLines(folder, 'train.csv', applicants(200, 1));
  const args = ['lab', 'fit', '--train', train, '--label', 'hired', ...quick];
  for (const [more, message] of [
    [['--fair', 'demographic-parity'], /--fair compares groups/],
    [['--group', 'town'], /--group is for a constraint/],
    [['--fair', 'demographic-parity', '--group', 'skill'], /more than 20 values/],
    [['--fair', 'demographic-parity', '--group', 'city'], /no column "city"/],
    [
      ['--fair', 'demographic-parity', '--group', 'town', '--learner', 'auto'],
      /auto can't be trained under a constraint/,
    ],
    [['--fair', 'demographic-parity', '--group', 'town', '--report', join(folder, 'r.html')], /no report/],
    [
      ['--fair', 'equalised-odds', '--group', 'town', '--fair-method', 'reweighing'],
      /Reweighing aims at demographic parity/,
    ],
  ] as const) {
    const { code, err } = await inkling(...args, ...more);
    assert.notEqual(code, 0);
    assert.match(err, message);
  }
});
