// Everyone can use it: axe finds nothing on any page in light and dark, the keyboard reaches what matters, words
// explain themselves on focus, and 320 pixels are enough (WCAG 2.2 AA: 1.4.3, 1.4.10, 2.1.1, 2.4.1, 2.4.7).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { withoutChromium } from '../support/chromium.ts';
import { assertClean } from './axe.ts';
import type { Variant } from './fixture.ts';
import { makeShop, modelId } from './madeUp.ts';
import { closeHouse, type House, openHouse, standStill, visit, wordsOf } from './visit.ts';

let house: House;
const skip = withoutChromium;
const someone = makeShop(new Date()).people.find(({ score, identifiers }) => score! >= 70 && identifiers.userIds[0])!;
const rooms = ['/', '/live', '/live/plans', '/people', '/features', '/models', '/segments', '/measure', '/govern'];
const paths = [
  ...rooms,
  '/people/review',
  '/people/matching',
  `/people/${someone.id}`,
  `/models/${modelId}`,
  '/segments/ready%3AHIGH',
  '/segments/new',
  '/segments/discovery',
  '/segments/seg-looked',
  '/segments/seg-looked/edit',
  '/segments/compare?ids=seg-looked,seg-german,seg-likely',
  '/nowhere',
];

before(async () => {
  if (!skip) house = await openHouse();
});
after(() => closeHouse(house));

for (const path of paths) {
  test(`${path}: axe finds nothing in light and dark, and 320 pixels are enough`, { skip }, async () => {
    const seen = await visit(house);
    await seen.open(path);
    await assertClean(seen.page);
    await seen.page.setViewportSize({ width: 320, height: 700 });
    await standStill(seen.page);
    // Charts hear of the new width a moment later.
    await seen.page
      .waitForFunction('document.documentElement.scrollWidth <= 320', null, { timeout: 5000 })
      .catch(() => {});
    const wide = Number(await seen.page.evaluate('document.documentElement.scrollWidth'));
    assert.ok(wide <= 320, `${path} is ${wide} pixels wide`);
    assert.deepEqual(await cutOff(seen.page), [], 'nothing is hidden beyond the right edge');
    await seen.leave();
  });
}

for (const variant of ['empty', 'unscored', 'broken'] satisfies Variant[]) {
  test(`axe finds nothing on the ${variant} overview`, { skip }, async () => {
    const seen = await visit(house, { variant });
    await seen.open('/');
    await assertClean(seen.page);
    await seen.leave();
  });
}

test('axe finds nothing on the sign-in form, a table behind a chart, and the form for a question', {
  skip,
}, async () => {
  const seen = await visit(house);
  await seen.page.goto(house.fixture.url);
  await seen.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await assertClean(seen.page);
  await seen.open('/');
  await seen.page.getByRole('button', { name: 'Show the table: People by intent' }).click();
  // Its tooltip floats beside the landmarks and would be found.
  await seen.page.evaluate('document.activeElement.blur()');
  await seen.page.mouse.move(0, 0);
  await seen.page.getByRole('tooltip').waitFor({ state: 'detached' });
  await assertClean(seen.page);
  await seen.open('/models');
  await seen.page.getByRole('button', { name: 'Ask a new question' }).click();
  await seen.page.getByLabel('Name').waitFor();
  await assertClean(seen.page);
  await seen.leave();
});

/** Text that lies beyond the window although no scrolling region or ellipsis gives it back. */
function cutOff(page: Page): Promise<unknown> {
  return page.evaluate(`[...document.querySelectorAll('main *')].filter((element) => {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.right <= innerWidth + 1 || element.children.length > 0) return false;
    for (let up = element; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.overflowX === 'auto' || style.overflowX === 'scroll' || style.textOverflow === 'ellipsis') return false;
    }
    return true;
  }).map((element) => element.outerHTML.slice(0, 120))`);
}

test('the first Tab reaches the skip link, and it leads to the content', { skip }, async () => {
  const seen = await visit(house);
  await seen.open('/');
  await seen.page.keyboard.press('Tab');
  assert.equal(await focused(seen.page), 'Skip to the content');
  await seen.page.keyboard.press('Enter');
  assert.equal(await seen.page.evaluate('document.activeElement.id'), 'main');
  await seen.leave();
});

test('every room is reached by keyboard, and the heading takes the focus', { skip }, async () => {
  const seen = await visit(house);
  const { page } = seen;
  await seen.open('/');
  for (const room of ['Live', 'People', 'Features', 'Models', 'Segments', 'Govern', 'Overview']) {
    await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: room }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: room, exact: true }).waitFor();
    await standStill(page);
    assert.equal(await focused(page), room);
    assert.equal(await page.title(), `${room} – Inkling`);
    assert.equal(await wordsOf(page.locator('[aria-current="page"]').first()), room);
  }
  await seen.leave();
});

test('from the list of people to a person and back, by keyboard alone', { skip }, async () => {
  const seen = await visit(house);
  const { page } = seen;
  await seen.open('/people?segment=HIGH');
  const name = await wordsOf(page.locator('tbody a').first());
  await page.getByRole('button', { name: 'Download as CSV: People' }).focus();
  await tabUntil(page, name);
  assert.notEqual(await outline(page), 'none', 'the focus is to be seen');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.goBack();
  await page.getByText('with High intent').waitFor();
  assert.match(page.url(), /segment=HIGH/);
  await seen.leave();
});

test('a term of statistics explains itself on focus', { skip }, async () => {
  const seen = await visit(house);
  await seen.open(`/models/${modelId}`);
  await seen.page.getByRole('button', { name: 'Brier score' }).focus();
  await seen.page.getByRole('tooltip').getByText('average squared distance').waitFor();
  await seen.leave();
});

test('the light switch turns the page and is remembered', { skip }, async () => {
  const seen = await visit(house, { context: { colorScheme: 'light' } });
  const { page } = seen;
  await seen.open('/');
  const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
  const light = await ground();
  await page.getByRole('button', { name: 'Switch to dark' }).press('Enter');
  await page.getByRole('button', { name: 'Switch to light' }).waitFor();
  assert.notEqual(await ground(), light);
  await page.reload();
  await page.getByRole('button', { name: 'Switch to light' }).waitFor();
  assert.notEqual(await ground(), light);
  await seen.leave();
});

test('on a small screen the rooms are in a menu that opens and closes by keyboard', { skip }, async () => {
  const seen = await visit(house, { context: { viewport: { width: 360, height: 700 } } });
  const { page } = seen;
  await seen.open('/');
  await page.getByRole('button', { name: 'Open the menu' }).press('Enter');
  await page.getByRole('dialog').getByRole('link', { name: 'People' }).press('Enter');
  await page.getByRole('heading', { level: 1, name: 'People' }).waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await seen.leave();
});

function focused(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.innerText') as Promise<string>;
}

async function tabUntil(page: Page, name: string) {
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press('Tab');
    if ((await focused(page)) === name) return;
  }
  assert.fail(`Twelve Tabs did not reach ${name}; the focus is on ${await focused(page)}.`);
}

/** The outline of what has the focus, or of the row-wide overlay it draws. */
function outline(page: Page): Promise<unknown> {
  return page.evaluate("getComputedStyle(document.activeElement, '::after').outlineStyle");
}
