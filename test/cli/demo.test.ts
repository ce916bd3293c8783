// The demo of a file, and what a demo leaves alone; that of the simulated shop is looked at by test/ui/real.test.ts.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inkling, inklingJson, temporaryFolder } from './inkling.ts';

type Demo = { profiles: number; model: Record<string, number | null> & { testedOn: { asOf: string[] } } };

test('a folder with data that no demo made is left alone', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'precious.txt'), 'x');
  const ran = await inkling('demo', '--no-serve', '--data', folder);
  assert.equal(ran.code, 1);
  assert.match(ran.err, /holds data that no demo made/);
  assert.match(ran.err, /Name an empty or a new folder with --data/);
  assert.ok(existsSync(join(folder, 'precious.txt')));
});

const onlineRetail = fileURLToPath(new URL('../../../shared/data/online_retail/online_retail.csv.gz', import.meta.url));

test('Online Retail: purchases within 30 days of people known by two moments, learned from earlier ones only [WH-7] [WH-8]', {
  skip: existsSync(onlineRetail) ? false : `the data set is not there (${onlineRetail})`,
}, async (t) => {
  const folder = join(temporaryFolder(t), 'demo');
  const args = [
    '--from',
    onlineRetail,
    '--format',
    'online-retail',
    '--timeframe',
    '30',
    '--no-serve',
    '--data',
    folder,
  ];
  const demo = await inklingJson<Demo>('demo', ...args);
  assert.equal(demo.profiles, 4372);
  assert.deepEqual(
    demo.model.testedOn.asOf.map((at) => at.slice(0, 10)),
    ['2011-10-10', '2011-11-01'],
  );
  // A quick table of 28 RFM columns gave logistic regression 0.737, XGBoost 0.735, recency alone 0.651.
  assert.ok(demo.model.auc! > 0.74, `AUC ${demo.model.auc}`);
  // Aimed at 0.03: the rise of November is in no earlier data (bench/results.md). It only guards against getting worse.
  assert.ok(demo.model.calibrationError! < 0.04, `calibration error ${demo.model.calibrationError}`);
});
