import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { inklingJson, temporaryFolder } from '../cli/inkling.ts';
import { launchBrowser, withoutChromium } from '../support/chromium.ts';
import { visits, writeLines } from './files.ts';

async function report(folder: string, ...args: string[]): Promise<string> {
  const rows = visits(400, 1).map((line) => line.replace('basic', 'ba<sic>&'));
  const train = writeLines(folder, 'a.csv', rows);
  const file = join(folder, 'report.html');
  await inklingJson('lab', 'fit', '--train', train, '--folds', '3', '--report', file, ...args);
  return file;
}

test('lab fit --report writes one page that needs nothing else [WH-8, INT-5]', async (t) => {
  const html = readFileSync(await report(temporaryFolder(t), '--label', 'bought', '--drop', 'spent'), 'utf8');
  const plots = [
    'ROC curve',
    'Precision and recall',
    'Calibration',
    'Cumulative gain',
    'Lift by tenths',
    'Permutation importance',
    'Importance',
    'Drivers',
  ];
  for (const title of [...plots, 'pages', 'plan']) assert.ok(html.includes(`<figcaption>${title}</figcaption>`), title);
  assert.doesNotMatch(html, /<script|<link|https?:|url\(|@import/);
  assert.doesNotMatch(html, /NaN|undefined|Infinity/);
  assert.doesNotMatch(html, /ba<sic>/);
  for (const [, , y] of html.matchAll(/<circle cx="([\d.-]+)" cy="([\d.-]+)"/g))
    assert.ok(Number(y) >= 0 && Number(y) <= 300);
  assert.match(html, /prefers-color-scheme: dark/);
});

test('the report of an amount shows predicted and observed', async (t) => {
  const html = readFileSync(await report(temporaryFolder(t), '--label', 'spent', '--drop', 'bought'), 'utf8');
  assert.ok(html.includes('<figcaption>Predicted and observed</figcaption>'));
  assert.ok(html.includes('root mean squared error'));
  assert.doesNotMatch(html, /ROC|NaN|undefined/);
});

async function comparison(folder: string): Promise<string> {
  const train = writeLines(folder, 'c.csv', visits(400, 1));
  const file = join(folder, 'compared.html');
  await inklingJson(
    ...['lab', 'compare', '--train', train, '--label', 'bought', '--drop', 'spent', '--folds', '4'],
    ...['--learners', 'boosting:trees=20,logistic,baseline', '--report', file],
  );
  return file;
}

test('lab compare --report draws the pairs fold by fold, their curves and the tests [MKT-10.3]', async (t) => {
  const html = readFileSync(await comparison(temporaryFolder(t)), 'utf8');
  for (const pair of ['boosting:trees=20 − logistic', 'boosting:trees=20 − baseline', 'logistic − baseline']) {
    assert.ok(html.includes(`<figcaption>ROC AUC: ${pair}</figcaption>`), pair);
    assert.ok(html.includes(`<figcaption>log loss: ${pair}</figcaption>`), pair);
  }
  assert.ok(html.includes('<figcaption>ROC curves: boosting:trees=20 and logistic</figcaption>'));
  // Two plots of each of three pairs, with a dot for every fold and one for the mean.
  assert.equal([...html.matchAll(/<circle /g)].length, 3 * 2 * (4 + 1));
  assert.match(html, /corrected resampled t-test/);
  assert.doesNotMatch(html, /<script|<link|https?:|NaN|undefined|Infinity/);
});

test('the reports are accessible in light and dark', { skip: withoutChromium }, async (t) => {
  const files = [
    await report(temporaryFolder(t), '--label', 'bought', '--drop', 'spent'),
    await comparison(temporaryFolder(t)),
  ];
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const browser = await launchBrowser();
  t.after(() => browser.close());
  for (const file of files) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ colorScheme });
      await page.goto(`file://${file}`);
      await page.evaluate(axe);
      const violations = await page.evaluate<{ id: string }[]>('axe.run().then((found) => found.violations)');
      assert.deepEqual(
        violations.map(({ id }) => id),
        [],
        file,
      );
    }
  }
});
