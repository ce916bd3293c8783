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

test('the report is accessible in light and dark', { skip: withoutChromium }, async (t) => {
  const file = await report(temporaryFolder(t), '--label', 'bought', '--drop', 'spent');
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const browser = await launchBrowser();
  t.after(() => browser.close());
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ colorScheme });
    await page.goto(`file://${file}`);
    await page.evaluate(axe);
    const violations = await page.evaluate<{ id: string }[]>('axe.run().then((found) => found.violations)');
    assert.deepEqual(
      violations.map(({ id }) => id),
      [],
    );
  }
});
