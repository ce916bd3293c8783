// `inkling demo` in a process of its own: what it reports, then every page of its dashboard in Chromium. The pages must say
// what the API says, explain it in words, and leave neither the console nor axe anything to complain about.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Locator } from 'playwright-core';
import type { Features, ModelList, Overview, PeoplePage, Segment } from '../../ui/src/api.ts';
import { inkling } from '../cli/inkling.ts';
import { launchBrowser, withoutChromium } from '../support/chromium.ts';
import { assertClean } from './axe.ts';
import { type Demo, startDemo } from './demo.ts';
import { openTab, standStill, type Tab, wordsOf } from './visit.ts';

const skip = withoutChromium;
const labels = { HIGH: 'High', MEDIUM: 'Medium', LOW: 'Low' };
const number = new Intl.NumberFormat('en-GB');

let demo: Demo;
let browser: Browser;

before(async () => {
  demo = await startDemo('--shoppers', '1500', '--seed', '3');
  if (!skip) browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Opens a page signed in; afterwards it must be clean for axe and the console silent. */
function pageTest(name: string, path: () => string | Promise<string>, check: (tab: Tab) => Promise<void>) {
  test(name, { skip }, async () => {
    const tab = await openTab(browser);
    try {
      await tab.page.goto(`${demo.url}${await path()}#key=${demo.secretKey}`);
      await standStill(tab.page);
      await check(tab);
      await standStill(tab.page);
      await assertClean(tab.page);
      assert.deepEqual(tab.complaints, []);
    } finally {
      await tab.leave();
    }
  });
}

function section(tab: Tab, heading: string | RegExp): Locator {
  return tab.page.locator('section', { has: tab.page.getByRole('heading', { name: heading }) });
}

type Report = {
  events: number;
  profiles: number;
  scored: number;
  model: Record<string, number | null> & { byConfidence: { atLeast: number; people: number; error: number }[] };
  segments: { name: string; size: number; actualConversionRate: number | null }[];
  drivers: { signal: string; importance: number }[];
  seconds: Record<string, number>;
};

test('a simulated shop becomes scored people with honest figures, in one command [WH-2] [WH-8] [INT-3] [INT-5]', () => {
  const report = demo.report as Report;
  assert.ok(report.events > 50_000, `${report.events} events`);
  assert.ok(report.profiles > 1000);
  assert.ok(report.scored > 1000 && report.scored <= report.profiles);
  const { model } = report;
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
    report.segments.map((segment) => segment.name),
    ['HIGH', 'MEDIUM', 'LOW'],
  );
  const [, medium, low] = report.segments;
  assert.ok(medium.actualConversionRate! > low.actualConversionRate!);
  assert.ok(report.drivers.length >= 10);
  assert.ok(Math.abs(report.drivers.reduce((sum, driver) => sum + driver.importance, 0) - 1) < 0.01);
  assert.deepEqual(Object.keys(report.seconds).sort(), ['features', 'identify', 'load', 'score', 'train']);
});

test('the printed address signs in, and the key leaves the address bar', { skip }, async () => {
  const tab = await openTab(browser);
  const { page } = tab;
  await page.goto(demo.printed);
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  assert.equal(page.url().includes(demo.secretKey), false);
  for (const room of ['Live', 'People', 'Features', 'Models', 'Segments', 'Overview']) {
    await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: room }).click();
    await page.getByRole('heading', { level: 1, name: room, exact: true }).waitFor();
    await standStill(page);
    assert.equal(await page.getByRole('alert').count(), 0, room);
  }
  assert.deepEqual(tab.complaints, []);
  await tab.leave();
});

pageTest(
  'the overview counts people by intent and proves each level on the holdout [INT-3] [WH-12]',
  () => '/',
  async ({ page }) => {
    const { intent, totals } = await demo.read<Overview>('/api/v1/overview');
    assert.ok(intent, 'the demo scores everyone');
    assert.ok(intent.people > 1000, `${intent.people} people`);
    assert.equal(
      intent.segments.reduce((sum, { size }) => sum + size, 0),
      intent.people,
    );
    const main = await wordsOf(page.locator('main'));
    assert.ok(main.includes(`Of ${number.format(intent.people)} people scored`), main);
    assert.ok(main.includes(`Events ${number.format(totals.events)}`), main);
    for (const { name, size, actualConversionRate: rate, actualInterval: interval } of intent.segments) {
      const card = await wordsOf(page.locator(`section[aria-label="${labels[name]} intent"]`));
      assert.match(card, new RegExp(`(^| )${number.format(size)} (person|people)`));
      if (rate === null) assert.match(card, /bought unknown/);
      else assert.match(card, new RegExp(`bought ${Math.round(rate * 100)} \\(${rangeOfHundred(interval!)}\\)`));
    }
    const [, medium, low] = intent.segments.map(({ actualConversionRate }) => actualConversionRate ?? 0);
    assert.ok(medium > 3 * low, 'the levels part buyers from others');
    assert.ok((await page.locator('[data-chart="drawn"] svg').count()) >= 3);
  },
);

pageTest(
  'the person with the highest score is explained in plain words [INT-3] [INT-5]',
  () => '/people',
  async (tab) => {
    const { page } = tab;
    const { people } = await demo.read<PeoplePage>('/api/v1/people?sort=score&limit=50');
    const listed = (await page.locator('tbody tr td:nth-child(2)').allInnerTexts()).map(Number.parseFloat);
    assert.deepEqual(
      listed,
      people.map(({ score }) => score),
    );
    assert.deepEqual(
      listed,
      listed.toSorted((a, b) => b - a),
    );
    const [best] = people;
    await page.locator('tbody tr').first().getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: best.displayName }).waitFor();
    await standStill(page);
    const gauge = `Score ${best.score} of 100, ${labels[best.segment!]} intent`;
    assert.equal(await page.getByRole('img', { name: gauge }).count(), 1);
    const claim = { HIGH: 'will probably buy', MEDIUM: 'may buy', LOW: 'is unlikely to buy' }[best.segment!];
    const sentence = await wordsOf(page.locator('header p'));
    assert.match(
      sentence,
      new RegExp(`^${best.displayName} ${claim} within 14 days \\(score ${best.score}\\): \\w+.*\\.$`),
    );
    assert.doesNotMatch(sentence, /_/, 'no name of a signal, only words');
    const facts = await wordsOf(section(tab, 'At a glance'));
    assert.match(facts, /Chance to buy \d+% within 14 days/);
    assert.match(facts, /Confidence \d+%/);
    assert.match(facts, /Of \d+ people with similar scores \d+ % to \d+ % converted/);
    if (best.segment === 'HIGH') assert.match(facts, /Expected around (\w+ \d+|\d+ \w+) (in \d+ days|today|tomorrow)/);
    const reasons = section(tab, 'Why').locator('tbody tr');
    assert.ok((await reasons.count()) >= 3);
    for (const reason of await reasons.all()) assert.match(await wordsOf(reason), /^[A-Z][^_]{8,}[+−-]\d/);
    assert.ok((await section(tab, 'What happened').locator('ol > li').count()) > 5);
    assert.match(await wordsOf(section(tab, 'Identity')), /identifiers? /);
  },
);

pageTest('a model shows its curves, and the threshold tells what it costs [WH-8] [WH-12]', modelPath, async (tab) => {
  const { page } = tab;
  const main = await wordsOf(page.locator('main'));
  assert.match(main, /Of (100|\d+) people called (High|Medium), \d+ bought within 14 days/);
  for (const name of ['ROC curve', 'Precision and recall', 'Calibration', 'Lift', 'Gain', 'Thresholds']) {
    await page.getByRole('button', { name: `Show the table: ${name}`, exact: true }).click();
    const rows = page.getByRole('region', { name, exact: true }).locator('tbody tr');
    assert.ok((await rows.count()) >= 5, `${name} has points`);
    await page.getByRole('button', { name: `Show the chart: ${name}`, exact: true }).click();
  }
  await standStill(page);
  assert.equal(await page.locator('[data-chart="drawn"] svg').count(), 6);
  assert.match(main, /ROC AUC 0\.\d{3} 0\.\d{3} to 0\.\d{3} Rule to beat 0\.\d{3}/);
  const slider = page.getByRole('slider', { name: 'Threshold' });
  const atHigh = await called(tab);
  await slider.focus();
  for (let step = 0; step < 40; step++) await page.keyboard.press('ArrowLeft');
  await page.getByText('Score 30 and above').first().waitFor();
  const lower = await called(tab);
  assert.ok(lower.people > atHigh.people, 'a lower line calls more people');
  assert.equal(lower.right + lower.wrong, lower.people);
  assert.ok((await section(tab, 'What drives it').locator('tbody tr, li').count()) >= 10, 'its drivers are ranked');
});

async function modelPath(): Promise<string> {
  const { models } = await demo.read<ModelList>('/api/v1/intent/models');
  return `/models/${models.find(({ status }) => status === 'ACTIVE')!.id}`;
}

async function called(tab: Tab): Promise<{ people: number; right: number; wrong: number }> {
  const outcome = await wordsOf(section(tab, 'Where to draw the line'));
  const [people, right, wrong] = outcome
    .match(/Of ([\d,]+) called, ([\d,]+) bought and ([\d,]+) did not/)!
    .slice(1)
    .map((text) => Number(text.replaceAll(',', '')));
  return { people, right, wrong };
}

pageTest(
  'every signal is listed with its sentence, importance and spread [INT-2]',
  () => '/features',
  async ({ page }) => {
    const { signals } = await demo.read<Features>('/api/v1/features');
    assert.equal(await page.locator('table').first().locator('tbody tr').count(), signals.length);
    assert.match(await wordsOf(page.locator('header')), new RegExp(`^Features ${signals.length} signals describe`));
    const strongest = signals.toSorted((a, b) => (b.importance ?? 0) - (a.importance ?? 0))[0];
    const row = await wordsOf(page.locator('tbody tr'));
    assert.ok(row.includes(strongest.name), row);
    assert.match(row, /\d%/);
  },
);

pageTest(
  'each category has its three ready segments, which open their people [INT-1]',
  () => '/segments',
  async ({ page }) => {
    const { segments } = await demo.read<{ segments: Segment[] }>('/api/v1/intent/segments');
    const categories = new Set(segments.flatMap(({ productCategory }) => productCategory ?? []));
    assert.ok(categories.size >= 3, `${categories.size} categories`);
    for (const category of categories) {
      const own = segments.filter(({ productCategory }) => productCategory === category);
      assert.deepEqual(own.map(({ level }) => level).sort(), ['HIGH', 'LOW', 'MEDIUM'], category);
    }
    const rows = page.locator('table').last().locator('tbody tr');
    for (const row of await rows.all()) assert.equal(await row.getByRole('link').count(), 3);
    const low = rows.first().getByRole('link').nth(2);
    const size = await wordsOf(low);
    await low.click();
    await page.getByRole('heading', { level: 1, name: /^Low intent: / }).waitFor();
    await standStill(page);
    assert.match(await wordsOf(page.locator('header')), new RegExp(` ${size} people with a score from 0 to 39`));
    assert.ok((await page.locator('tbody tr').count()) > 0);
  },
);

pageTest(
  'an event and a malformed one are on the live page within seconds [MKT-18.4]',
  () => '/live',
  async (tab) => {
    const { page } = tab;
    const anonymousId = 'visitor-of-the-test';
    const properties = { product_id: 'lantern-1', category: 'Lanterns', brand: 'Glimmer' };
    const sent = await track({ event: 'Product Viewed', anonymousId, properties });
    assert.deepEqual(sent, { status: 200, success: true });
    const arrived = page.locator('main ol li', { hasText: 'Lanterns, by Glimmer' });
    await arrived.waitFor({ timeout: 20_000 });
    assert.match(await wordsOf(arrived), /Viewed a product Lanterns, by Glimmer visitor-of-the-test/);
    const refused = await track({ event: 'Product Viewed', anonymousId, timestamp: 'yesterday' });
    assert.equal(refused.status, 400);
    const rejected = section(tab, 'Rejected').locator('li').first();
    await rejected.waitFor({ timeout: 20_000 });
    assert.match(await wordsOf(rejected), /not a moment between 1970 and 2200\. timestamp was "yesterday"/);
    assert.match((await arrived.getByRole('link').getAttribute('href')) ?? '', /^\/people\/[0-9a-f]{16}$/);
    await rejected.locator('summary').click();
    const message = rejected.getByLabel('The message');
    const kept = await message.inputValue();
    await rejected.getByRole('button', { name: 'Send it again' }).click();
    await rejected.getByRole('alert').waitFor();
    assert.match(await wordsOf(rejected.getByRole('alert')), /timestamp .* is not a moment/);
    const mended = {
      ...JSON.parse(kept),
      timestamp: new Date().toISOString(),
      properties: { ...properties, brand: 'Mended' },
    };
    await message.fill(JSON.stringify(mended));
    await rejected.getByRole('button', { name: 'Send it again' }).click();
    await page.locator('main ol li', { hasText: 'Lanterns, by Mended' }).waitFor({ timeout: 20_000 });
    await section(tab, 'Rejected').getByText('Nothing waits to be mended').waitFor();
  },
);

async function track(body: object): Promise<{ status: number; success?: boolean }> {
  const authorization = `Basic ${Buffer.from(`${demo.writeKey}:`).toString('base64')}`;
  const response = await fetch(`${demo.url}/v1/track`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { success } = (await response.json()) as { success?: boolean };
  return success === undefined ? { status: response.status } : { status: response.status, success };
}

test('the write key cannot open the dashboard', { skip }, async () => {
  const tab = await openTab(browser);
  await tab.page.goto(`${demo.url}/#key=${demo.writeKey}`);
  await tab.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await tab.leave();
});

test('the report of a demo can be read again once it has ended', async () => {
  await demo.end();
  const report = await inkling('report', '--data', demo.folder);
  assert.equal(report.code, 0, report.err);
  assert.match(report.out, /Tested on [\d,]+ people/);
  assert.match(report.out, /What drives it:/);
});

function rangeOfHundred(interval: readonly [number, number]): string {
  const [low, high] = interval.map((rate) => Math.round(rate * 100));
  return low < high ? `${low} to ${high}` : '\\d+\\.\\d to \\d+\\.\\d';
}
