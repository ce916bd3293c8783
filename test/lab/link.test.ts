import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeFebrlTruth, writeProductFiles } from '../../bench/matching-files.ts';
import { drawRegister, registerColumns } from '../../src/simulate/index.ts';
import { inkling, inklingJson, temporaryFolder } from '../cli/inkling.ts';
import { dataSet, writeLines } from './files.ts';

type Answer = {
  kind: string;
  records: number;
  columns: { column: string; kind: string }[];
  left: string[];
  links: number;
  clusters: number;
  precision: number;
  recall: number;
  f1: number;
  expectedPrecision: number;
  expectedRecall: number;
  seconds: number;
  peakMegabytes: number;
  explanation?: {
    probability: number;
    weight: number;
    prior: number;
    steps: { field: string; weight: number; says: string }[];
  };
};

const set1 = dataSet('febrl_1_4/dataset1.csv.gz');
const set4 = dataSet('febrl_1_4/dataset4a.csv.gz');
const products = dataSet('product_matching/Abt-Buy/valid.txt.gz');

test('lab link finds the duplicates of FEBRL 1 and the pairs of FEBRL 4 without labels or settings [WH-4]', {
  skip: set1.skip || set4.skip,
}, async (t) => {
  const folder = temporaryFolder(t);
  const one = writeFebrlTruth(['dataset1'], folder);
  const out = join(folder, 'links.csv');
  const report = join(folder, 'report.html');
  const explain = ['--explain', 'rec-122-org', 'rec-122-dup-0'];
  const first = await inklingJson<Answer>(
    'lab',
    'link',
    '--left',
    one.left,
    '--truth',
    one.truth,
    ...explain,
    '--out',
    out,
    '--report',
    report,
  );
  assert.equal(first.records, 1000);
  assert.deepEqual(first.left, ['rec_id', 'soc_sec_id']);
  assert.ok(first.f1 >= 0.997, `F1 ${first.f1}`);
  assert.ok(first.seconds > 0 && first.peakMegabytes > 0);
  const lines = readFileSync(out, 'utf8').trim().split('\n');
  assert.equal(lines[0], 'left,right,probability,weight,cluster');
  assert.equal(lines.length, 1 + first.links);
  assert.match(readFileSync(report, 'utf8'), /Match weights/);
  const { prior, steps, weight, probability } = first.explanation as NonNullable<Answer['explanation']>;
  const sum = steps.reduce((total, step) => total + step.weight, prior);
  assert.ok(Math.abs(sum - weight) < 1e-9 && probability > 0.99, 'the steps of the waterfall add up');

  const two = writeFebrlTruth(['dataset4a', 'dataset4b'], folder);
  const second = await inklingJson<Answer>(
    'lab',
    'link',
    '--left',
    two.left,
    '--right',
    two.right,
    '--truth',
    two.truth,
  );
  assert.equal(second.kind, 'link');
  assert.ok(second.f1 >= 0.998, `F1 ${second.f1}`);
  assert.ok(
    Math.abs(second.expectedPrecision - second.precision) < 0.01 &&
      Math.abs(second.expectedRecall - second.recall) < 0.01,
  );
});

test('lab link matches products of two shops by what they are called [WH-4]', { skip: products.skip }, async (t) => {
  const { left, right, truth } = writeProductFiles('Abt-Buy', 'valid', temporaryFolder(t));
  const answer = await inklingJson<Answer>('lab', 'link', '--left', left, '--right', right, '--truth', truth);
  assert.ok(answer.f1 >= 0.8, `F1 ${answer.f1}`);
});

test('lab link tells people of one home apart, and judges by a column [WH-4]', async (t) => {
  const settings = { seed: 3, records: 3000, duplicateShare: 0.4, mostDuplicates: 2, mostSlips: 3 };
  const lines = [...drawRegister(settings)].map((record) => [...record, record[0].split('-')[1]].join(','));
  const file = writeLines(temporaryFolder(t), 'people.csv', [[...registerColumns, 'person'].join(','), ...lines]);
  const answer = await inklingJson<Answer>('lab', 'link', '--left', file, '--truth-column', 'person');
  assert.deepEqual(answer.left, ['rec_id', 'person']);
  assert.ok(answer.f1 >= 0.95, `F1 ${answer.f1}`);
  assert.equal(answer.columns.find(({ column }) => column === 'date_of_birth')?.kind, 'date');
});

test('lab link says what is wrong with a request [WH-4]', async (t) => {
  const file = writeLines(temporaryFolder(t), 'a.csv', ['id,name', '1,Ann Lee', '2,Ann Leigh']);
  const refused = async (...args: string[]) => (await inkling('lab', 'link', '--left', file, ...args)).err;
  assert.match(await refused('--id', 'key'), /has no column "key".*Its columns are id, name/s);
  assert.match(await refused('--columns', 'name=postbox'), /no kind of column.*Kinds are/s);
  assert.match(await refused('--explain', '1', '9'), /No record of the left file is called "9"/);
});
