import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inkling, inklingJson, temporaryFolder } from './inkling.ts';

type Demo = {
  events: number;
  rejected: number;
  profiles: number;
  scored: number;
  model: Record<string, number | null> & { warnings: string[]; statement: string; testedOn: { asOf: string[] } } & {
    byConfidence: { atLeast: number; people: number; error: number }[];
  };
  segments: { name: string; size: number; actualConversionRate: number | null }[];
  drivers: { signal: string; importance: number }[];
  seconds: Record<string, number>;
};

test('a simulated shop becomes scored people with honest figures, in one command [WH-2] [WH-8] [INT-3] [INT-5]', async (t) => {
  const folder = join(temporaryFolder(t), 'demo');
  const demo = await inklingJson<Demo>('demo', '--no-serve', '--data', folder, '--shoppers', '1500', '--seed', '3');
  assert.ok(demo.events > 50_000, `${demo.events} events`);
  assert.ok(demo.profiles > 1000);
  assert.ok(demo.scored > 1000 && demo.scored <= demo.profiles);
  const { model } = demo;
  assert.equal(model.timeframeDays, 14);
  for (const figure of ['auc', 'prAuc', 'logLoss', 'calibrationError', 'baselineAuc', 'bestPossibleAuc']) {
    assert.equal(typeof model[figure], 'number', figure);
  }
  assert.ok(model.bestPossibleAuc! < 0.95, 'the shop must not be predictable beyond what is honest');
  assert.ok(model.auc! < model.bestPossibleAuc!, 'no model knows more than the truth');
  assert.ok(model.auc! > 0.8, `AUC ${model.auc}`);
  assert.ok(model.auc! > model.baselineAuc!, 'the model must beat the rule');
  assert.ok(model.calibrationError! < 0.03, `calibration error ${model.calibrationError}`);
  // The surer the model is, the closer it is to what happened [INT-3].
  const sure = model.byConfidence;
  assert.ok(sure.length >= 3, `${sure.length} stretches of confidence`);
  for (const [i, { error, people }] of sure.slice(1).entries()) {
    assert.ok(people < sure[i].people && error < sure[i].error, JSON.stringify(sure));
  }
  assert.deepEqual(
    demo.segments.map((segment) => segment.name),
    ['HIGH', 'MEDIUM', 'LOW'],
  );
  const [, medium, low] = demo.segments;
  assert.ok(medium.actualConversionRate! > low.actualConversionRate!);
  assert.ok(demo.drivers.length >= 10);
  assert.ok(Math.abs(demo.drivers.reduce((sum, driver) => sum + driver.importance, 0) - 1) < 0.01);
  assert.deepEqual(Object.keys(demo.seconds).sort(), ['features', 'identify', 'load', 'score', 'train']);

  const report = await inkling('report', '--data', folder);
  assert.equal(report.code, 0, report.err);
  assert.match(report.out, /Tested on [\d,]+ people/);
  assert.match(report.out, /What drives it:/);
});

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
