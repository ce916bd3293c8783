// The states around the figures: signing in, an empty workspace that wakes up, events without a model, a failing
// server, old scores. Each says what is the matter and what to do.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { withoutChromium } from '../support/chromium.ts';
import { builtDashboard } from './built.ts';
import { startFixture } from './fixture.ts';
import { secretKey, writeKey } from './madeUp.ts';
import { closeHouse, type House, openHouse, standStill, visit, wordsOf } from './visit.ts';

let house: House;
const skip = withoutChromium;

before(async () => {
  if (!skip) house = await openHouse();
});
after(() => closeHouse(house));

test('the key in the address moves to the session and leaves the address', { skip }, async () => {
  const seen = await visit(house);
  await seen.open('/models');
  assert.equal(seen.page.url(), `${house.fixture.url}/models`);
  assert.equal(await seen.page.evaluate("sessionStorage.getItem('inkling.key')"), secretKey);
  await seen.page.reload();
  await standStill(seen.page);
  assert.equal(await wordsOf(seen.page.getByRole('heading', { level: 1 })), 'Models');
  await seen.page.getByRole('button', { name: 'Sign out' }).click();
  await seen.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal(await seen.page.evaluate("sessionStorage.getItem('inkling.key')"), null);
  await seen.leave();
});

test('the sign-in form tells where the key is, and repeats what the server says of a wrong one', { skip }, async () => {
  const seen = await visit(house);
  const { page } = seen;
  await page.goto(house.fixture.url);
  await page.getByText('npm run -s inkling -- keys').waitFor();
  await page.getByLabel('Secret key').fill('sk_wrong');
  await page.keyboard.press('Enter');
  await page.getByText('No workspace has this secret key.').waitFor();
  await page.getByLabel('Secret key').fill(secretKey);
  await page.keyboard.press('Enter');
  await standStill(page);
  assert.equal(await wordsOf(page.getByRole('heading', { level: 1 })), 'Overview');
  await seen.leave();
});

for (const path of ['/', '/live', '/people', '/features', '/models', '/segments', '/measure']) {
  test(`an empty workspace shows the next step on ${path}`, { skip }, async () => {
    const seen = await visit(house, { variant: 'empty' });
    await seen.open(path);
    await seen.page.getByText('Waiting for your first event').waitFor();
    assert.equal(await wordsOf(seen.page.locator('pre')), 'npm run -s inkling -- import FILE --format csv');
    assert.deepEqual(seen.complaints, []);
    await seen.leave();
  });
}

test('the snippets carry the write key and the address of this server', { skip }, async () => {
  const seen = await visit(house, { variant: 'empty' });
  await seen.open('/');
  await seen.page.getByRole('tab', { name: 'curl' }).click();
  const curl = await wordsOf(seen.page.locator('pre'));
  assert.ok(curl.startsWith(`curl ${house.fixture.url}/v1/track -u ${writeKey}:`), curl);
  await seen.page.getByRole('tab', { name: 'Node' }).click();
  assert.match(await wordsOf(seen.page.locator('pre')), new RegExp(`writeKey: '${writeKey}'`));
  await seen.leave();
});

test('the page turns by itself when the first event arrives', { skip }, async () => {
  const seen = await visit(house, { variant: 'empty' });
  await seen.open('/');
  await seen.page.getByText('Waiting for your first event').waitFor();
  house.fixture.setVariant('unscored');
  await seen.page.getByText('Your first event arrived.').waitFor();
  await seen.page.getByText('no model yet to say who will buy').waitFor();
  await seen.leave();
});

test('events without a model: the figures that exist, the rest unknown, and how to train', { skip }, async () => {
  const seen = await visit(house, { variant: 'unscored' });
  await seen.open('/');
  assert.match(await wordsOf(seen.page.locator('main')), /1,200 people.*no model yet/s);
  await seen.page.getByText('npm run -s inkling -- train').waitFor();
  await seen.page.getByText('No event has come in for 26 hours.').waitFor();
  await seen.open('/people');
  assert.match(await wordsOf(seen.page.locator('main')), /Nobody has a score yet/);
  assert.match(await wordsOf(seen.page.locator('tbody tr').first()), /unknown/);
  assert.deepEqual(seen.complaints, []);
  await seen.leave();
});

test('a failure shows title, detail and hint of the problem document, and can be tried again', { skip }, async () => {
  const seen = await visit(house, { variant: 'broken' });
  await seen.open('/');
  const alert = await wordsOf(seen.page.getByRole('alert'));
  assert.match(alert, /A query failed\s+The facts could not be read: the disk is full\.\s+Free some space/);
  house.fixture.setVariant('full');
  await seen.page.getByRole('button', { name: 'Try again' }).click();
  await seen.page.getByText('likely to buy').waitFor();
  await seen.leave();
});

test('a model that has scored nobody yet asks for scoring, not for training', { skip }, async () => {
  const seen = await visit(house, { variant: 'unscored' });
  await seen.page.route('**/api/v1/workspace', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), model: { id: 'm-1' } } });
  });
  await seen.open('/');
  const main = await wordsOf(seen.page.locator('main'));
  assert.match(main, /and nobody is scored yet\..*-- score/);
  assert.doesNotMatch(main, /-- train/);
  await seen.leave();
});

test('an unknown person and an unknown address say so', { skip }, async () => {
  const seen = await visit(house);
  await seen.open('/people/0000000000000000');
  assert.match(await wordsOf(seen.page.getByRole('alert')), /No people with the id 0000000000000000/);
  await seen.open('/nowhere');
  await seen.page.getByText('There is no page at this address.').waitFor();
  await seen.leave();
});

test('scores that lag behind the events are told to be old', { skip }, async () => {
  const fixture = await startFixture({ dist: await builtDashboard(), hoursSinceScoring: 70 });
  const seen = await visit({ ...house, fixture });
  await seen.open('/');
  assert.match(await wordsOf(seen.page.locator('main')), /The scores are of .*, but events have come until .*-- score/);
  await seen.leave();
  await fixture.close();
});

test('data of the past is not called old', { skip }, async () => {
  const longAgo = new Date('2011-12-09T12:00:00Z');
  const fixture = await startFixture({ dist: await builtDashboard(), now: longAgo });
  const seen = await visit({ ...house, fixture });
  await seen.open('/');
  assert.match(await wordsOf(seen.page.locator('main')), /likely to buy.*2011/);
  assert.doesNotMatch(await wordsOf(seen.page.locator('main')), /Renew them/);
  await seen.leave();
  await fixture.close();
});

test('a server that stops leaves the last answer on the page and says so', { skip }, async () => {
  const seen = await visit(house);
  await seen.open('/live');
  house.fixture.setVariant('broken');
  await seen.page.getByText('this is what it said last').waitFor();
  assert.match(await wordsOf(seen.page.locator('main')), /events in the last minute/);
  await seen.leave();
});

test('a page that fails to draw leaves the rooms standing', { skip }, async () => {
  const seen = await visit(house);
  await seen.page.route('**/api/v1/overview', (route) => route.fulfill({ json: { totals: null } }));
  await seen.open('/');
  assert.match(await wordsOf(seen.page.getByRole('alert')), /This page failed to draw/);
  await seen.page.getByRole('link', { name: 'Models' }).click();
  await seen.page.getByRole('heading', { level: 1, name: 'Models' }).waitFor();
  assert.equal(await seen.page.getByRole('alert').count(), 0);
  await seen.leave();
});
