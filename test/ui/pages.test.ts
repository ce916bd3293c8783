// Every page, in a real Chromium against the fixture server: its answer, its main figures and its tables are there,
// they agree with what the server said, and the browser has nothing to complain about.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { withoutChromium } from '../support/chromium.ts';
import { makeShop, modelId, overviewOf } from './madeUp.ts';
import { thresholds } from './madeUpQuality.ts';
import { closeHouse, type House, openHouse, standStill, type Visit, visit, wordsOf } from './visit.ts';

let house: House;
const shop = makeShop(new Date());
const high = shop.people.filter(({ segment }) => segment === 'HIGH').sort((a, b) => b.score! - a.score!);
const signedIn = high.find(({ identifiers }) => identifiers.userIds.length > 0)!;

before(async () => {
  if (!withoutChromium) house = await openHouse();
});
after(() => closeHouse(house));

function pageTest(name: string, path: string, check: (seen: Visit) => Promise<void>) {
  test(name, { skip: withoutChromium }, async () => {
    const seen = await visit(house);
    await seen.open(path);
    await check(seen);
    assert.deepEqual(seen.complaints, []);
    await seen.leave();
  });
}

async function text(seen: Visit, selector = 'main'): Promise<string> {
  return wordsOf(seen.page.locator(selector));
}

pageTest('the overview answers with people, share and proof for each level [INT-1] [WH-12]', '/', async (seen) => {
  const { intent } = overviewOf(shop);
  const main = await text(seen);
  assert.match(main, new RegExp(`${high.length} people are likely to buy within 30 days`));
  for (const segment of intent!.segments) {
    const label = { HIGH: 'High', MEDIUM: 'Medium', LOW: 'Low' }[segment.name];
    const card = await text(seen, `section[aria-label="${label} intent"]`);
    assert.match(card, new RegExp(`${segment.size} people`));
    const [low, top] = segment.actualInterval!.map((rate) => Math.round(rate * 100));
    assert.match(card, new RegExp(`bought ${Math.round(segment.actualConversionRate! * 100)} \\(${low} to ${top}\\)`));
  }
  assert.equal(await seen.page.locator('[data-chart="drawn"] svg').count(), 3);
  assert.match(main, /Expected revenue €[\d,.]+K?/);
  assert.match(main, /sent in EUR\. In no sum, .* 3 purchases for US\$1,204\./);
  assert.match(main, /38 rose a level 24 fell a level/);
  assert.match(main, /Boots \d+ \d+ \d+/);
});

pageTest('a chart turns into its table and its CSV, one click each', '/', async (seen) => {
  const { page } = seen;
  await page.getByRole('button', { name: 'Show the table: People by intent' }).click();
  const rows = page.getByRole('region', { name: 'People by intent' }).getByRole('row');
  const { history } = overviewOf(shop).intent!;
  assert.equal(await rows.count(), history.length + 1);
  const last = history.at(-1)!;
  assert.equal(await wordsOf(rows.last()), `${last.date} ${last.high} ${last.medium} ${last.low}`);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download as CSV: People by intent' }).click(),
  ]);
  const csv = await readFile(await download.path(), 'utf8');
  assert.equal(download.suggestedFilename(), 'people-by-intent.csv');
  assert.equal(csv.split('\r\n')[0], 'Date,High,Medium,Low');
  assert.equal(csv.split('\r\n').length, history.length + 1);
  await page.getByRole('button', { name: 'Show the chart: People by intent' }).click();
  await standStill(page);
  assert.equal(await page.locator('[data-chart="drawn"] svg').count(), 3);
});

pageTest('the live page streams events, links their people and explains rejects [CBP-15]', '/live', async (seen) => {
  const main = await text(seen);
  assert.match(main, /84 events in the last minute/);
  assert.match(main, /17 rejected/);
  assert.match(main, /Right now .*without 2 programs\. 31 visits are under way, 3 of them with a conversion\./);
  assert.match(main, /Page \/collections\/boots 19 \/ 12 Source direct 17 google 14 Device Mobile 22 Desktop 9/);
  assert.match(main, /The timestamp is not a date\. batch\[3\]\.timestamp was "yesterday"/);
  assert.match(main, /Ids of nobody .*userId was "null" 12 events/);
  const first = seen.page
    .locator('section', { has: seen.page.getByRole('heading', { name: 'Arriving' }) })
    .locator('ol li')
    .first();
  assert.match(await wordsOf(first), /\d\d:\d\d:\d\d/);
  await seen.page.getByRole('button', { name: 'Pause' }).click();
  assert.match(await text(seen), /Paused; as of/);
  await first.getByRole('link').click();
  await standStill(seen.page);
  assert.match(seen.page.url(), /\/people\/[0-9a-f]{16}$/);
});

pageTest(
  'people are listed by score, filtered from the address, and found by search [INT-3]',
  '/people',
  async (seen) => {
    const { page } = seen;
    const rows = page.locator('tbody tr');
    assert.equal(await rows.count(), 50);
    assert.match(await wordsOf(rows.first()), new RegExp(`${high[0].score}\\s*High`));
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.locator('tbody tr:nth-child(51)').waitFor();
    await page.getByText('Medium', { exact: true }).first().click();
    await page.waitForURL(/segment=MEDIUM/);
    await page.getByText('with Medium intent').waitFor();
    await page.locator('tbody tr').first().getByText('Medium').waitFor();
    const medium = shop.people.filter(({ segment }) => segment === 'MEDIUM').length;
    assert.match(await text(seen, 'header p'), new RegExp(`^${medium} people with Medium intent`));
    await page.getByLabel('Search people').fill('no such person');
    await page.getByText('Nobody fits these filters.').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.locator('tbody tr:nth-child(50)').waitFor();
    assert.equal(new URL(page.url()).search, '');
  },
);

test('a view of people opens from its address alone', { skip: withoutChromium }, async () => {
  const seen = await visit(house);
  await seen.open('/people?segment=HIGH&category=boots&sort=lastSeen');
  const wanted = high.filter(({ category }) => category === 'boots');
  assert.match(await text(seen, 'header p'), new RegExp(`^${wanted.length} people with High intent leaning to boots`));
  const latest = wanted.sort((a, b) => b.lastSeenAt.localeCompare(a.lastSeenAt))[0];
  assert.match(await text(seen, 'tbody tr'), new RegExp(`^${latest.displayName}`));
  await seen.leave();
});

pageTest('a click anywhere on a row opens the person or chooses the signal', '/people', async ({ page, open }) => {
  const corner = { position: { x: 4, y: 4 } };
  await page.locator('tbody tr').first().click(corner);
  await page.waitForURL(`**/people/${high[0].id}`);
  await open('/features');
  await page.locator('tbody tr').nth(3).click(corner);
  await page.locator('tbody tr[data-selected]').nth(0).waitFor();
  await page.waitForURL(/signal=/);
});

pageTest(
  'a person is explained: score, sentence, confidence, date, reasons [INT-3] [INT-5]',
  `/people/${high[0].id}`,
  async (seen) => {
    const { page } = seen;
    const main = await text(seen);
    assert.equal(await page.getByRole('img', { name: `Score ${high[0].score} of 100, High intent` }).count(), 1);
    assert.match(main, /will probably buy within 30 days \(score \d+\)/);
    assert.match(main, /Confidence \d+%/);
    assert.match(main, /Of 212 people with similar scores 64 % to 77 % converted/);
    assert.match(main, /Expected around \d+ \w+ in \d+ days/);
    const reasons = page.locator('section', { has: page.getByRole('heading', { name: 'Why' }) }).locator('tbody tr');
    assert.equal(await reasons.count(), 7);
    assert.match(await wordsOf(reasons.first()), /Put 3 products in the cart in the last 7 days\s*\+1\.42/);
    assert.equal(await reasons.first().getByRole('img', { name: 'raises' }).count(), 1);
    assert.equal(await page.getByRole('img', { name: 'lowers' }).count(), 2);
    assert.equal(await page.locator('[data-chart="drawn"] svg').count(), 1);
  },
);

pageTest('what intent goes with: worth, coming again and liking, by level [INT-20]', '/measure', async (seen) => {
  const { page } = seen;
  await page.getByRole('link', { name: 'What intent goes with' }).click();
  await page.waitForURL('**/measure/worth');
  await page.getByRole('heading', { name: 'Worth and coming again' }).waitFor();
  const main = await text(seen);
  assert.match(main, /People of High intent spent 12 times as much/);
  assert.match(main, /High 83 €96 €48 €38\.40 to €57\.60 €144 .* 80%/);
  assert.match(main, /Spent after 0\.42 0\.39 to 0\.45/);
  assert.match(main, /High boots \(20%, 2\.4 ×\), tents \(10%, 0\.7 ×\)/);
});

pageTest(
  'pairs are reviewed by keyboard, and platforms shown with what they share [WH-4] [WH-14]',
  '/people/review',
  async (seen) => {
    const { page } = seen;
    assert.match(await text(seen), /2 pairs wait for somebody/);
    assert.match(await text(seen), /compared −1\.4 The names differ by one letter \+5\.3 .*In all \+2\.7/);
    assert.match(await text(seen), /30 of 200 people were seen on two platforms or more: 15%/);
    assert.match(await text(seen), /Below 25%/);
    await page.locator('[data-pair]').first().focus();
    await page.keyboard.press('j');
    await page.keyboard.press('r');
    await page.getByText('1 pair waits').waitFor();
    await page.locator('[data-pair]').first().focus();
    await page.keyboard.press('a');
    await page.getByText('No pairs wait for an answer.').waitFor();
  },
);

pageTest(
  'what likeness links is told with what to expect of it, and the threshold set where that is best [WH-4]',
  '/people/matching',
  async (seen) => {
    const { page } = seen;
    assert.match(await text(seen), /200 pairs are linked by likeness; by expectation 99\.98% of them are right/);
    assert.match(await text(seen), /surname: near and birth date: month and day/);
    const weights = page.getByRole('table', { name: 'Surname' });
    assert.match(await wordsOf(weights.getByRole('row').first()), /the same \+9\.8 \(90%, 0\.1%\)/);
    assert.equal(await weights.getByRole('img', { name: 'speaks against' }).count(), 1);
    assert.match(await text(seen), /200 pairs would be linked\. Of them 99\.98% are right by expectation \(0 wrong\)/);
    await page.getByRole('slider', { name: 'Link from' }).press('ArrowLeft');
    await page.getByText('215 pairs').waitFor();
    assert.match(await text(seen), /99% are right by expectation \(2 wrong\), and they are 94% of all pairs/);
    await page.getByLabel('Reason').fill('More of them');
    await page.getByRole('button', { name: 'Link from 0.9 on' }).click();
    await page.getByRole('button', { name: 'Link from 0.9 on' }).waitFor({ state: 'detached' });
    assert.match(await text(seen), /Linked from 0\.9 on/);
  },
);

test('a piece of evidence is undone after a look at who there would be [WH-4]', { skip: withoutChromium }, async () => {
  const seen = await visit(house);
  await seen.open(`/people/${signedIn.id}`);
  const { page } = seen;
  assert.match(await text(seen), /Not joined/);
  await page
    .getByRole('button', { name: /^Undo: / })
    .first()
    .click();
  await page.getByText('There would be 2 people').waitFor();
  const button = page.getByRole('button', { name: 'Undo the link' });
  assert.ok(await button.isDisabled());
  await page.getByLabel('Why').fill('They called.');
  await button.click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.deepEqual(seen.complaints, []);
  await seen.leave();
});

pageTest(
  'a person has a timeline by day that loads more, and an identity with evidence',
  `/people/${signedIn.id}`,
  async (seen) => {
    const { page } = seen;
    const events = page
      .locator('section', { has: page.getByRole('heading', { name: 'What happened' }) })
      .locator('ol > li');
    await events.first().waitFor();
    assert.equal(await events.count(), 40);
    assert.ok((await page.getByRole('heading', { level: 3 }).count()) > 2, 'events are grouped under days');
    assert.match(
      await text(seen),
      /Visit of .*, 3 pages, from google, cpc, spring on mobile \/ to \/collections\/boots/,
    );
    await page.getByRole('button', { name: 'Show earlier events' }).click();
    await events.nth(79).waitFor();
    await events.first().locator('summary').click();
    await page.getByText('/collections/boots"').first().waitFor();
    const identity = page.locator('section', { has: page.getByRole('heading', { name: 'Identity' }) });
    assert.match(await wordsOf(identity), /identifiers joined on \d pieces? of evidence/);
    assert.equal(await identity.getByRole('img').locator('circle').count(), 3);
    assert.match(
      await wordsOf(identity),
      /Likely match 99 ?% sure.*Day of birth: day and month swapped \+12\.1.*In all \+9\.8/,
    );
    assert.match(await text(seen), /Address city Bergen/);
  },
);

pageTest(
  'features tell importance, missing and spread, and one is shown in full [INT-2]',
  '/features',
  async (seen) => {
    const { page } = seen;
    assert.match(
      await text(seen, 'header'),
      /10 signals describe each person\. The strongest carries 24% of the model/,
    );
    assert.equal(await page.locator('tbody tr').count(), 10);
    await page.getByRole('button', { name: 'Share of the orders with a coupon' }).click();
    await page.waitForURL(/signal=coupon_rate/);
    await page.getByRole('heading', { level: 2, name: 'Share of the orders with a coupon' }).waitFor();
    await page.getByLabel('Search signals').fill('e-mails');
    await page.waitForURL(/search=e-mails/);
    assert.equal(await page.locator('tbody tr').count(), 1);
  },
);

pageTest(
  'models are listed with what they have to beat, and a new question can be asked [INT-4] [WH-15]',
  '/models',
  async (seen) => {
    const { page } = seen;
    assert.match(await text(seen, 'header'), /84% of the time \(AUC 0\.84; the simple rule 0\.68\)/);
    const decisions = page.getByRole('list', { name: 'Decisions' }).getByRole('listitem');
    assert.match(await wordsOf(decisions.first()), /New model in use .* The challenger did better on 4,067 people/);
    assert.equal(await page.getByRole('button', { name: 'Try a challenger now' }).isDisabled(), true);
    await page.getByRole('button', { name: 'Ask a new question' }).click();
    await page.getByLabel('Name').fill('Boots in a week');
    await page.getByLabel('Days ahead').fill('7');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    const card = page.locator('section', { has: page.getByRole('link', { name: 'Boots in a week' }) });
    await card.getByText('Training').waitFor();
    assert.match(await wordsOf(card), /AUC\s*–/, 'what is not known yet is a dash, not a zero');
  },
);

pageTest(
  'a model shows its statement, five curves, drivers, lineage and ladder [WH-8] [INT-5]',
  `/models/${modelId}`,
  async (seen) => {
    const { page } = seen;
    const main = await text(seen);
    assert.match(
      main,
      /Of 100 people called High, 71 bought within 30 days\. The true share lies between 62 and 78 of 100/,
    );
    assert.match(main, /4,067 people .* of whom 471 bought/);
    for (const name of ['Calibration', 'ROC curve', 'Precision and recall', 'Lift', 'Gain', 'Thresholds']) {
      assert.equal(await page.getByRole('button', { name: `Show the table: ${name}`, exact: true }).count(), 1, name);
    }
    assert.equal(await page.locator('[data-chart="drawn"] svg').count(), 8);
    assert.match(main, /ROC AUC 0\.842 0\.824 to 0\.859 Rule to beat 0\.684/);
    assert.match(main, /24% raises .* 19% lowers/);
    assert.match(
      main,
      /Boosted trees reached and in use Needs 100 conversions.* Has 1,757 conversions; log loss 0\.2612 against 0\.2710/,
    );
    assert.match(main, /10, set standard-10/);
    assert.match(main, /The holdout covers two moments only/);
  },
);

pageTest(
  'a model shows what came of its scores, day by day, with its table [INT-7] [WH-12]',
  `/models/${modelId}`,
  async (seen) => {
    const main = await text(seen);
    assert.match(main, /Did it come true .*over 12 days of scores; of as many chosen at random, 11\.6 would have/);
    assert.match(main, /462 conversions were expected and 471 came\. AUC 0\.842/);
    await seen.page.getByRole('button', { name: 'Show the table: Accuracy by day' }).click();
    assert.equal(await seen.page.getByRole('region', { name: 'Accuracy by day' }).getByRole('row').count(), 13);
  },
);

pageTest(
  'a model shows what people did before they rose, and a few of their ways [INT-5]',
  `/models/${modelId}`,
  async (seen) => {
    const main = await text(seen);
    assert.match(main, /Up from Low 812 of 41,023 times\. Compared: 760 who rose and 3,511 others like them/);
    assert.match(main, /Add to cart 42% 9% 7\.32 \(5\.13 to 10\.25\) More among those who rose/);
    assert.match(main, /Newsletter view 30% 29% .* May be chance/);
    await seen.page.getByText(/^High 81: Person A will probably buy/).click();
    await seen.page.getByText('Product view, boots, 4 times').waitFor();
  },
);

pageTest(
  'the threshold slider tells true and false positives, by keyboard [WH-12]',
  `/models/${modelId}`,
  async (seen) => {
    const { page } = seen;
    assert.match(await text(seen), outcomeAt(70));
    const slider = page.getByRole('slider', { name: 'Threshold' });
    await slider.focus();
    for (let step = 0; step < 30; step++) await page.keyboard.press('ArrowLeft');
    await page.getByText('Score 40 and above').first().waitFor();
    assert.match(await text(seen), outcomeAt(40));
    await page.getByText(/Today it would call 412 people: expect 214 \(192 to 236\) to buy within 30 days/).waitFor();
    assert.match(await text(seen), /and 198 \(176 to 220\) not to; 120 more will buy and are not called/);
  },
);

function outcomeAt(score: number): RegExp {
  const row = thresholds().find(({ threshold }) => threshold === score)!;
  const [right, found] = [row.precision!, row.recall!].map((rate) => Math.round(rate * 100));
  const bought = `${row.truePositives} bought and ${row.falsePositives} did not`;
  return new RegExp(`Of ${row.people} called, ${bought}: ${right}% right, and ${found}% of all buyers found`);
}

pageTest(
  'segments: three are ready, one of a custom score range is made and opened [INT-1]',
  '/segments',
  async (seen) => {
    const { page } = seen;
    const panel = page.locator('section', { has: page.getByRole('heading', { name: 'Ready, and your own' }) });
    const rows = panel.locator('tbody tr');
    assert.equal(await rows.count(), 3);
    assert.match(await wordsOf(rows.first()), /High intent\s*Score 70 to 100/);
    await page.getByLabel('Name of the segment').fill('Warm');
    await page.getByRole('slider', { name: 'Lowest score' }).focus();
    for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowRight');
    const inside = shop.people.filter(({ score }) => score! >= 60 && score! <= 80).length;
    assert.match(await text(seen), /Score 60 to 80: about \d+ people today/);
    await page.getByRole('button', { name: 'Save the segment' }).click();
    await page.getByText('Warm is saved.').waitFor();
    await page.getByRole('link', { name: 'Warm' }).click();
    await page.getByRole('heading', { level: 1, name: 'Warm' }).waitFor();
    await standStill(page);
    assert.match(await text(seen, 'header'), new RegExp(`${inside} people with a score from 60 to 80`));
    assert.equal(await page.locator('tbody tr').count(), Math.min(50, inside));
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export everyone' }).click(),
    ]);
    assert.equal(download.suggestedFilename(), 'Warm.csv');
    assert.equal((await readFile(await download.path(), 'utf8')).split('\r\n').length, inside + 1);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.getByRole('heading', { level: 1, name: 'Segments' }).waitFor();
    await standStill(page);
    assert.equal(await page.getByRole('link', { name: 'Warm' }).count(), 0);
  },
);

pageTest(
  'a funnel says where people are lost, by whom, and what to test; steps are chosen by keyboard [CBP-8] [CBP-15]',
  '/measure',
  async (seen) => {
    const { page } = seen;
    const main = await text(seen);
    assert.match(main, /Of 9,300 people who began with product view, 9\.8 % came to purchase within 7 days\./);
    assert.match(main, /\+490\s*Of those at add to cart on the device "mobile", 28 % go on/);
    assert.match(main, /mobile 5,100 1,530 \(30%\) 430 \(28%\) 270 \(63%\) 5\.3%/);
    await page.getByRole('button', { name: 'Show the table: Funnel', exact: true }).click();
    assert.equal(await page.getByRole('region', { name: 'Funnel', exact: true }).getByRole('row').count(), 5);
    await page.getByLabel('Steps').fill('sign_up, purchase');
    await page.keyboard.press('Enter');
    await page.waitForURL(/steps=sign_up/);
    await page.getByText('Nobody did the first step (sign_up) in this time.').first().waitFor();
    await page.getByText('Choose other steps').waitFor();
  },
);

pageTest(
  'drift: how far the scores and each signal moved since the training, with a picture [WH-14]',
  `/models/${modelId}`,
  async (seen) => {
    const { page } = seen;
    const panel = page.locator('section', { has: page.getByRole('heading', { name: 'Are people still the same' }) });
    await panel.getByText(/Of 3 signals 1 is spread quite otherwise than in training/).waitFor();
    assert.match(await wordsOf(panel), /PSI 0\.62/, 'the farthest moved first');
    await panel.getByLabel('Spread of').selectOption('score');
    assert.match(await wordsOf(panel), /PSI 0\.04/);
    await panel.getByRole('button', { name: 'Show the table: Spread then and now' }).click();
    assert.equal(await panel.getByRole('row').count(), 5);
  },
);

pageTest(
  'what acting brought is told with intervals, and a segment is put to use by keyboard [INT-13]',
  '/measure',
  async (seen) => {
    const { page } = seen;
    const panel = page.locator('section', { has: page.getByRole('heading', { name: 'What acting brought' }) });
    await panel.getByText(/120 % more than those chosen by demographic traits/).waitFor();
    assert.match(await wordsOf(panel), /Targeted by intent 33% \(30% – 36%\), 268 of 812 converted/);
    assert.match(await wordsOf(panel), /no lift over those who were held back is shown.*The arms came out as planned/);
    await page.getByLabel('What for').fill('June letter');
    await page.getByLabel('Segment', { exact: true }).selectOption('ready:MEDIUM');
    await page.getByLabel('Left alone, %').fill('30');
    await page.getByLabel('What for').press('Enter');
    await page.getByText('June letter has begun').waitFor();
    await panel.getByText('2,031 people are still awaited.').first().waitFor();
    await page.getByLabel('Use of a segment').selectOption('use-1');
    await panel.getByRole('button', { name: 'End this use' }).click();
    await panel.getByText(/, until /).waitFor();
  },
);

pageTest('each product category has its three segments, which open their people [INT-1]', '/segments', async (seen) => {
  const { page } = seen;
  const boots = shop.people.filter(({ category }) => category === 'boots');
  const of = (level: string) => boots.filter(({ segment }) => segment === level).length;
  const row = page.getByRole('row', { name: /^Boots/ });
  assert.match(await wordsOf(row), new RegExp(`^Boots ${of('HIGH')} ${of('MEDIUM')} ${of('LOW')} `));
  await row.getByRole('link', { name: /^Boots, High/ }).click();
  await page.getByRole('heading', { level: 1, name: 'High intent: boots' }).waitFor();
  await standStill(page);
  assert.match(await text(seen, 'header'), new RegExp(`${of('HIGH')} people with a score from 70 to 100`));
});

test('the only active model is kept, with the reason why', { skip: withoutChromium }, async () => {
  const seen = await visit(house);
  await seen.open(`/models/${modelId}`);
  await seen.page.getByRole('button', { name: 'Delete', exact: true }).click();
  await seen.page.getByRole('button', { name: 'Delete it' }).click();
  assert.match(await wordsOf(seen.page.getByRole('alert')), /only active model .* Train another one first/);
  await seen.page.getByRole('button', { name: 'Keep it' }).click();
  assert.equal(await seen.page.getByRole('heading', { level: 1 }).count(), 1);
  await seen.leave();
});

pageTest(
  'a source says what to do there, waits for its first event and turns by itself when it is there',
  '/live',
  async (seen) => {
    const { page } = seen;
    const panel = page.locator('section', { has: page.getByRole('heading', { name: 'Sources' }) });
    await panel.getByText('1,204 events in 30 days').waitFor();
    assert.match(await wordsOf(panel), /<script async src="http.*\/sdk\.js" data-key="wk_/);
    await page.getByLabel('Source', { exact: true }).selectOption('stripe');
    assert.match(await wordsOf(panel), /\/v1\/webhook\/stripe\?writeKey=wk_.*with the address above; then copy/);
    await panel.getByText('Waiting for its first event').waitFor();
    assert.equal(await page.getByLabel('Secret').first().inputValue(), '', 'a secret is never shown again');
    assert.equal(await page.getByLabel('Purchases').inputValue(), 'charge');
    await page.getByLabel('Source', { exact: true }).selectOption('curl');
    await panel.getByText('Waiting for its first event').waitFor();
    await fetch(`${house.fixture.url}/fixture/first-event`, { method: 'POST' });
    await panel.getByText('1 event in 30 days').waitFor();
  },
);
