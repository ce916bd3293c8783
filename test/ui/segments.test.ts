// Segments by rule in a real Chromium: against the stand-in server the builder by keyboard alone, what is wrong said at
// its place, the pages and their states; against the real one from a nested rule to a person who enters by an event.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { signatureOf } from '../../src/activate/index.ts';
import { checkRule } from '../../src/decide/index.ts';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { openServer, type Server } from '../../src/server/index.ts';
import type { IdentityRules } from '../../ui/src/api.ts';
import {
  type Asked,
  asking,
  kinds,
  lackOf,
  measures,
  ofField,
  ofLevel,
  ofNumber,
  ofTrait,
  profileFields,
} from '../../ui/src/pages/rule/conditions.ts';
import { ruleOf, treeOf } from '../../ui/src/pages/rule/tree.ts';
import type { Condition, Measure, ProfileField, Rule } from '../../ui/src/rule.ts';
import type { RuleSegment, SegmentContent, SegmentHook } from '../../ui/src/segmentsApi.ts';
import { withoutChromium } from '../support/chromium.ts';
import { openReceiver } from '../support/receiver.ts';
import { openTestStore } from '../support/store.ts';
import { assertClean } from './axe.ts';
import { builtDashboard } from './built.ts';
import { makeShop } from './madeUp.ts';
import { closeHouse, type House, openHouse, openTab, standStill, type Visit, visit, wordsOf } from './visit.ts';

const skip = withoutChromium;
const shop = makeShop(new Date());
let house: House;
let server: Server | undefined;
let secret = '';
let writeKey = '';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await closeHouse(house);
      await server?.close();
      await end();
    }),
});

before(async () => {
  if (skip) return;
  house = await openHouse();
  const now = new Date();
  server = await openServer({ store, logLevel: 'silent', intake: { waitMs: 2 }, dashboard: await builtDashboard() });
  writeKey = (await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now })).writeKey;
  secret = (await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now })).key;
});

function pageTest(name: string, path: string, check: (seen: Visit) => Promise<void>) {
  test(name, { skip }, async () => {
    const seen = await visit(house);
    await seen.open(path);
    await check(seen);
    await seen.leave();
  });
}

/** The name of what has the focus, as a screen reader would say it. */
function focused(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const one = document.activeElement;
    return (one.ariaLabel ?? one.labels?.[0]?.innerText ?? one.innerText ?? '').replace('*', '').trim();
  })()`) as Promise<string>;
}

async function tabTo(page: Page, name: string) {
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press('Tab');
    if ((await focused(page)) === name) return;
  }
  assert.fail(`Tab does not reach "${name}"; the focus is on "${await focused(page)}".`);
}

/** Goes down a list of choices, from its first, to a value. */
async function choose(page: Page, value: string) {
  await page.keyboard.press('Home');
  for (let presses = 0; presses < 30; presses++) {
    if ((await page.evaluate('document.activeElement.value')) === value) return;
    await page.keyboard.press('ArrowDown');
  }
  assert.fail(`There is no choice "${value}".`);
}

async function overwrite(page: Page, text: string) {
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

/** From the list to a saved segment, with nothing but the keyboard. */
async function buildByKeyboard(page: Page, name: string) {
  const press = (key: string) => page.keyboard.press(key);
  await page.getByRole('link', { name: 'New segment' }).waitFor();
  await tabTo(page, 'New segment');
  await press('Enter');
  await page.getByRole('heading', { level: 1, name: 'New segment' }).waitFor();
  await tabTo(page, 'Add a condition to the rule');
  await press('Enter');
  assert.equal(await focused(page), 'Event', 'a new condition takes the focus');
  await page.keyboard.type('product_view');
  await press('Enter');
  await tabTo(page, 'Value');
  await overwrite(page, '2');
  await tabTo(page, 'Add a group to the rule');
  await press('Enter');
  assert.equal(await focused(page), 'Add a condition to group 2');
  await press('Shift+Tab');
  await choose(page, 'trait');
  await press('Tab');
  await press('Enter');
  assert.equal(await focused(page), 'Trait');
  await page.keyboard.type('plan');
  await tabTo(page, 'Value');
  await page.keyboard.type('pro');
  await tabTo(page, 'Kind of condition to add to group 2');
  await choose(page, 'profile');
  await press('Tab');
  await press('Enter');
  assert.equal(await focused(page), 'Of the profile');
  await tabTo(page, 'Value');
  await page.keyboard.type('DE');
  // The country first, then the trait; the focus stays with what is moved.
  await press('Shift+Tab');
  for (let presses = 0; (await focused(page)) !== 'Move condition 2.2 up'; presses++) {
    assert.ok(presses < 20, 'Shift+Tab reaches what moves the condition');
    await press('Shift+Tab');
  }
  await press('Enter');
  assert.equal(await focused(page), 'Move condition 2.1 up');
  const ring = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
  assert.notEqual(ring, 'none', 'the focus is to be seen');
  await tabTo(page, 'Name');
  await page.keyboard.type(name);
}

const builtRule = {
  all: [
    { kind: 'event', op: 'at_least', value: 2, event: 'product_view' },
    {
      any: [
        { kind: 'profile', field: 'country', op: 'is', value: 'DE' },
        { kind: 'trait', trait: 'plan', op: 'is', value: 'pro' },
      ],
    },
  ],
};

test('every comparison that the builder offers is one that the language takes [SEG-1]', () => {
  const offered = (asked: Asked) =>
    asked.ops.map((op) => {
      const { value, ...rest } = asking(undefined, op, asked);
      const filled = value === '' ? '2026-03-01' : Array.isArray(value) && value.length === 0 ? ['a'] : value;
      return { ...rest, ...(filled !== undefined && { value: filled }) };
    });
  const conditions: Condition[] = [
    ...kinds.map(({ blank }) => blank()).filter((one) => lackOf(one) === undefined),
    ...Object.entries(measures).flatMap(([measure, { looksInside, asked }]) =>
      offered(asked).map((predicate): Condition => {
        const of = looksInside ? 'revenue' : undefined;
        return { kind: 'event', measure: measure as Measure, of, ...predicate };
      }),
    ),
    ...Object.entries(profileFields).flatMap(([field, { asked }]) =>
      offered(asked).map((predicate): Condition => ({ kind: 'profile', field: field as ProfileField, ...predicate })),
    ),
    ...offered(ofTrait).map((predicate): Condition => ({ kind: 'trait', trait: 'plan', ...predicate })),
    ...offered(ofField).map(
      (filter): Condition => ({ kind: 'event', op: 'is', value: 0, where: [{ field: 'properties.a', ...filter }] }),
    ),
    ...offered(ofNumber).map((predicate): Condition => ({ kind: 'signal', signal: 'orders_30d', ...predicate })),
    ...offered(ofNumber).map((predicate): Condition => ({ kind: 'score', of: 'change', days: 7, ...predicate })),
    ...offered(ofLevel).map((predicate): Condition => ({ kind: 'score', of: 'level', ...predicate })),
  ];
  assert.ok(conditions.length > 100);
  for (const condition of conditions) {
    const taken = checkRule(JSON.parse(JSON.stringify(condition))) as Rule;
    assert.deepEqual(ruleOf(treeOf(taken)).rule, taken, 'and what is kept can be changed again');
  }
});

pageTest('a nested rule is built and saved by keyboard alone [SEG-1]', '/segments', async (seen) => {
  const { page, complaints } = seen;
  await buildByKeyboard(page, 'Viewers, pro or German');
  await page.getByText(/About .* people \(.* to .*\) of 1,200/).waitFor();
  await tabTo(page, 'Tell who enters and leaves as events in timelines, and to rules that name them');
  await page.keyboard.press('Space');
  await assertClean(page);
  await tabTo(page, 'Save the segment');
  const [request] = await Promise.all([
    page.waitForRequest((one) => one.method() === 'POST' && one.url().endsWith('/api/v1/segments')),
    page.keyboard.press('Enter'),
  ]);
  assert.deepEqual(request.postDataJSON(), {
    ...{ segment_name: 'Viewers, pro or German', description: '', criteria: builtRule },
    ...{ persona_id: null, emits_events: true, status: 'active' },
  });
  await page.getByRole('heading', { level: 1, name: 'Viewers, pro or German' }).waitFor();
  assert.deepEqual(complaints, []);
});

pageTest(
  'parts are nested, taken out, negated and removed, and the rule follows [SEG-1]',
  '/segments/seg-looked/edit',
  async ({ page }) => {
    const saved = async () => {
      const [request] = await Promise.all([
        page.waitForRequest((one) => one.method() === 'PUT'),
        page.getByRole('button', { name: 'Save the change' }).press('Enter'),
      ]);
      await page.getByRole('link', { name: 'Change', exact: true }).click();
      await page.getByRole('group', { name: 'The rule' }).waitFor();
      return (request.postDataJSON() as { criteria: unknown }).criteria;
    };
    const views = { kind: 'event', event: 'product_view', op: 'at_least', value: 3, window: { last: 7, unit: 'days' } };
    const bought = { kind: 'event', event: 'purchase', op: 'at_least', value: 1, window: { last: 30, unit: 'days' } };
    const press = (name: string) => page.getByRole('button', { name, exact: true }).press('Enter');
    await press('Put condition 1 into a group');
    await page.getByRole('combobox', { name: 'Kind of condition to add to group 1' }).selectOption('consent');
    await press('Add a condition to group 1');
    await page.getByLabel('Category of consent').fill('advertising');
    await page.getByRole('combobox', { name: 'Group 1: people who' }).selectOption('not any');
    const consent = { kind: 'consent', category: 'advertising' };
    assert.deepEqual(await saved(), { all: [{ not: { any: [views, consent] } }, { not: bought }] });
    await press('Take condition 1.1 out of its group');
    await press('Remove group 1');
    assert.equal(await focused(page), 'Add a condition to the rule');
    await page.getByRole('combobox', { name: 'Condition 2: holds or not' }).selectOption('is');
    assert.deepEqual(await saved(), { all: [views, bought] });
    await page.getByRole('combobox', { name: 'Condition 2: holds or not' }).selectOption('not');
    assert.deepEqual(await saved(), { all: [views, { not: bought }] });
  },
);

pageTest(
  'a sentence becomes the rule; what is not understood, missing or refused is said at its place',
  '/segments/new',
  async ({ page }) => {
    const words = page.getByLabel('The rule in words');
    await words.fill('people of the moon');
    await page.getByRole('button', { name: 'Turn into the rule' }).press('Enter');
    await page
      .getByText(/"of the moon" was not understood after "people"\. Expected .* Names and texts with blanks/)
      .waitFor();
    await words.fill('bought at least 2 times or are from DE');
    await page.getByRole('button', { name: 'Turn into the rule' }).press('Enter');
    await page.getByText('Done: the rule says it.').waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'The rule: people who' }).inputValue(), 'any');
    await page.getByText('People who did purchase at least 2 times or their country is').waitFor();
    await page.getByRole('combobox', { name: 'Kind of condition to add to the rule' }).selectOption('signal');
    await page.getByRole('button', { name: 'Add a condition to the rule' }).press('Enter');
    await page.getByRole('textbox', { name: 'Name' }).fill('Of the moon');
    await page.getByRole('button', { name: 'Save the segment' }).press('Enter');
    const card = page.getByRole('group', { name: /^Condition 3/ });
    await card.getByText('Name the signal.').waitFor();
    assert.equal(await focused(page), 'Signal', 'what is missing takes the focus');
    await card.getByLabel('Signal', { exact: true }).fill('orders_30d');
    await card.getByLabel('Comparison').selectOption('between');
    await card.getByLabel('From').fill('5');
    await card.getByRole('alert').getByText('Give the lowest and the highest number').waitFor();
    await card.getByLabel('To', { exact: true }).fill('9');
    await card.getByRole('alert').waitFor({ state: 'detached' });
  },
);

pageTest('a preview that a later change overtakes is called off', '/segments/seg-looked/edit', async ({ page }) => {
  await page.getByText(/About .* people/).waitFor();
  const givenUp = page.waitForEvent('requestfailed', (one) => one.url().endsWith('/preview'));
  let asked = 0;
  await page.route('**/segments/preview', async (route) => {
    if (asked++ > 0) await route.continue();
  });
  const first = page.waitForRequest('**/segments/preview');
  await page.getByLabel('Value').first().fill('4');
  await first;
  await page.getByLabel('Value').first().fill('5');
  await givenUp;
});

test('every kind of condition has its form, clean for axe and fit for 320 pixels [SEG-1]', { skip }, async () => {
  const seen = await visit(house);
  const { page } = seen;
  await seen.open('/segments/new');
  for (const kind of [
    'event',
    'sequence',
    'funnel',
    'trait',
    'profile',
    'signal',
    'score',
    'segment',
    'hand',
    'bucket',
    'consent',
  ]) {
    await page.getByRole('combobox', { name: 'Kind of condition to add to the rule' }).selectOption(kind);
    await page.getByRole('button', { name: 'Add a condition to the rule' }).click();
  }
  await page.getByRole('button', { name: 'Only where …' }).first().click();
  await page.getByRole('button', { name: 'And then not …' }).click();
  await page.getByLabel('When').first().selectOption('ago days');
  await page.getByLabel('When').nth(1).selectOption('fixed');
  await page.getByLabel('What of it').selectOption('change');
  await assertClean(page);
  await page.setViewportSize({ width: 320, height: 700 });
  const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
  assert.ok(wide <= 320, `${wide} pixels wide`);
  assert.deepEqual(seen.complaints, []);
  await seen.leave();
});

pageTest(
  'the list says, counts and filters; two are held side by side [SEG-6]',
  '/segments',
  async ({ page, complaints }) => {
    const row = page.getByRole('row', { name: /^Compare Looked, did not buy/ });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.reload();
    await row.locator('polyline').waitFor();
    const ofSizes = asked.filter((path) => path.endsWith('/sizes'));
    assert.deepEqual(ofSizes, ['/api/v1/segments/sizes'], 'one request draws the history of every row');
    assert.match(
      await wordsOf(row),
      /Looked, did not buy did product_view at least 3 times in the last 7 days and not .* 300 .* Active/,
    );
    assert.match(
      await wordsOf(page.getByRole('row', { name: /Likely among them/ })),
      /in the segment "Looked, did not buy" .* – Paused/,
    );
    await page.getByLabel('Strategy').selectOption('demographic');
    await row.waitFor({ state: 'detached' });
    assert.match(page.url(), /strategy=demographic/);
    await page.getByLabel('Strategy').selectOption('');
    await page.getByLabel('Compare Looked, did not buy').check();
    await page.getByLabel('Compare From Germany').check();
    await page.getByRole('button', { name: 'Compare 2' }).click();
    await page.getByText('100 people are').waitFor();
    const matrix = page.getByRole('region', { name: 'How they overlap, a matrix' });
    assert.match(await wordsOf(matrix), /Looked, did not buy 300 100 33% From Germany 100 25% 400/);
    await page.getByText('Looked, did not buy and From Germany').waitFor();
    await page.getByLabel('Another segment').selectOption({ label: 'Likely among them' });
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page
      .getByRole('columnheader', { name: /Likely among them/ })
      .first()
      .waitFor();
    await standStill(page);
    assert.deepEqual(complaints, []);
  },
);

pageTest(
  'a segment shows members, changes with reasons, content, tests and advice [SEG-5] [SEG-6]',
  '/segments/seg-looked',
  async (seen) => {
    const { page, complaints } = seen;
    const main = await wordsOf(page.locator('main'));
    assert.match(main, /300 people who did product_view/);
    assert.match(main, /Entered .* did product_view at least 3 times in the last 7 days \(after product view\)/);
    assert.match(main, /by hand: asked for it at the counter, 80% sure/);
    await page.getByText('A/B test content variations').waitFor();
    const rest = await wordsOf(page.locator('main'));
    assert.match(rest, /Rising: 13% engaged with before, 15% after\./);
    assert.match(rest, /photo better 17 of 100, 6 more than plain/);
    assert.match(rest, /1,240 changes told, 3 withheld .* 2 calls failed since; .* 12 changes not taken: crm\.example/);
    assert.match(rest, /From Germany 100 people 33%/);
    assert.match(rest, /What rests on it .* Likely among them/);
    await page.getByText('Put in or leave out by hand').click();
    await page.getByLabel('Person').fill('nobody');
    await page.getByRole('button', { name: 'Do it' }).click();
    await page.getByText('Nobody here has the identifier “nobody”.').waitFor();
    await page
      .getByLabel('Person')
      .fill(shop.people.find(({ identifiers }) => identifiers.userIds[0])!.identifiers.userIds[0]);
    await page.getByRole('button', { name: 'Do it' }).click();
    await page.getByText('Done for 1 person.').waitFor();
    await seen.open('/segments/seg-german');
    await page.getByText('has nearly the same people: 93% of those in either are in both.').waitFor();
    await page.getByRole('button', { name: 'Archive' }).click();
    await page.getByRole('button', { name: 'Archive it' }).click();
    await page.waitForURL(/\/segments$/);
    await page.getByRole('row', { name: /From Germany/ }).waitFor({ state: 'detached' });
    await page.getByLabel('State').selectOption('archived');
    await page.getByRole('row', { name: /From Germany/ }).waitFor();
    assert.deepEqual(complaints, []);
  },
);

pageTest(
  'a segment shows what it will be, in words, as a band and as a table, or what is missing [SEG-9]',
  '/segments/seg-looked',
  async ({ page, complaints }) => {
    const panel = (title: string) => page.locator('section', { has: page.getByRole('heading', { name: title }) });
    const size = panel('Size to come');
    assert.match(await wordsOf(size), /About \d+ on \w+, .*, with 80% confidence between \d+ and \d+\./);
    const said = await size.locator('[data-chart]').getAttribute('aria-label');
    assert.match(
      said ?? '',
      /^People: \d+ on .*; about \d+ expected on .*, with 80% confidence between \d+ and \d+\.$/,
    );
    await size.screenshot({ path: '/tmp/w/p7.png' });
    await page.getByRole('button', { name: 'Show the table: Size to come' }).press('Enter');
    const rows = page.getByRole('region', { name: 'Size to come', exact: true }).locator('tbody tr');
    const [expected, low, high] = (await rows.last().locator('td').allInnerTexts()).slice(2).map(Number);
    assert.ok(low < expected && expected < high, `${low} < ${expected} < ${high}`);
    assert.match(
      await wordsOf(panel('Engagements to come')),
      /10 days are known so far\. 14 days are needed to forecast/,
    );
    assert.deepEqual(complaints, []);
  },
);

pageTest(
  'the page of a person names the segments they are in, and why [SEG-6]',
  `/people/${shop.people[0].id}`,
  async ({ page }) => {
    const inside = page.getByRole('list', { name: 'Segments they are in' });
    await inside.getByRole('link', { name: 'Looked, did not buy' }).waitFor();
    const lately = page.getByRole('list', { name: 'Entered and left lately' });
    assert.match(await wordsOf(lately), /Entered Looked, did not buy .* did product_view at least 3 times/);
  },
);

pageTest(
  'discovered groups show what sets them apart and are saved as segments [SEG-8]',
  '/segments/discovery',
  async ({ page }) => {
    await page.getByRole('heading', { level: 1, name: 'Discovery' }).waitFor();
    await page.getByText('People fall into 2 groups').waitFor();
    const apart = page.getByRole('list', { name: 'What sets Explorers apart' });
    assert.match(await wordsOf(apart), /Lists browsed per visit Browsed 2.9 product lists per visit/);
    assert.match(await wordsOf(page.getByRole('main')), /The rule finds 84% of the group.* and 91% of those it finds/);
    await page.getByRole('button', { name: 'Save as segment: Explorers' }).click();
    await page.getByRole('link', { name: 'Open it' }).click();
    await page.getByRole('heading', { level: 1, name: 'Explorers' }).waitFor();
  },
);

test('without segments the list says how to make one; a failing server is named on every page', { skip }, async () => {
  const seen = await visit(house, { variant: 'unscored' });
  await seen.open('/segments');
  await seen.page.getByText('No segment by rule yet.').waitFor();
  await seen.page.getByRole('link', { name: 'Make one' }).click();
  await seen.page.getByRole('heading', { level: 1, name: 'New segment' }).waitFor();
  house.fixture.setVariant('broken');
  for (const path of [
    '/segments/seg-looked',
    '/segments/seg-looked/edit',
    '/segments/compare?ids=seg-looked,seg-german',
  ]) {
    await seen.open(path);
    assert.match(await wordsOf(seen.page.getByRole('alert')), /A query failed The facts could not be read/, path);
  }
  await seen.leave();
});

test('a nested rule is built by keyboard, a person enters by an event and can read why [SEG-1] [SEG-6]', {
  skip,
}, async () => {
  await send({ type: 'identify', userId: 'anna', traits: { plan: 'pro' } }, viewed());
  await known('anna');
  const tab = await openTab(house.browser);
  const { page } = tab;
  await page.goto(`${server!.address}/segments#key=${secret}`);
  await standStill(page);
  await buildByKeyboard(page, 'Viewers, pro or German');
  const sentence = 'did product_view at least 2 times and (their country is "DE" or trait plan is "pro")';
  await page.getByText(`People who ${sentence}`).waitFor();
  await page.getByText('0 people of 1').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Viewers, pro or German' }).waitFor();
  await page.getByText('Nobody is in it now.').waitFor();
  await send(viewed());
  // Without loading the page again.
  const members = page.getByRole('list', { name: 'Members' });
  await members.getByRole('link', { name: 'anna' }).waitFor();
  const changes = page.getByRole('list', { name: 'Changes' });
  assert.match(await wordsOf(changes), /Entered anna .* did product_view at least 2 times .*after product view/);
  await standStill(page);
  await assertClean(page);
  await members.getByRole('link', { name: 'anna' }).click();
  await page.getByRole('heading', { level: 1, name: 'anna' }).waitFor();
  const lately = page.getByRole('list', { name: 'Entered and left lately' });
  assert.match(await wordsOf(lately), /Entered Viewers, pro or German .* did product_view at least 2 times/);
  const { segments } = await read<{ segments: RuleSegment[] }>('/api/v1/segments');
  assert.deepEqual(
    segments.map(({ sentence: said }) => said),
    [sentence],
  );
  assert.deepEqual(tab.complaints, []);
  await tab.leave();
});

test('persona, strategy and state are set and filtered by with the keyboard [SEG-2]', { skip }, async () => {
  await send(viewed());
  await known('anna');
  const made = await tell('segments', { segment_name: 'Enthusiasts', criteria: builtRule });
  await tell('segments', { segment_name: 'Everybody else', criteria: { not: builtRule } });
  const tab = await openTab(house.browser);
  const { page } = tab;
  await page.goto(`${server!.address}/segments/${made['id']}/edit#key=${secret}`);
  await standStill(page);
  await tabTo(page, 'Persona');
  await page.keyboard.type('Tech professionals');
  await tabTo(page, 'Strategy');
  await choose(page, 'demographic');
  await tabTo(page, 'State');
  await choose(page, 'paused');
  await tabTo(page, 'Save the change');
  await page.keyboard.press('Enter');
  await page.getByText('Of Tech professionals. Who they are.').waitFor();
  const { persona_id: persona, strategy, status } = await read<RuleSegment>(`/api/v1/segments/${made['id']}`);
  assert.deepEqual(
    { persona, strategy, status },
    { persona: 'Tech professionals', strategy: 'demographic', status: 'paused' },
  );
  await tabTo(page, 'Segments');
  await page.keyboard.press('Enter');
  const rest = page.getByRole('row', { name: /Everybody else/ });
  await rest.waitFor();
  await tabTo(page, 'Persona');
  await choose(page, 'Tech professionals');
  await rest.waitFor({ state: 'detached' });
  assert.match(
    await wordsOf(page.getByRole('row', { name: /Enthusiasts/ })),
    /· Tech professionals, who they are .* Paused$/,
  );
  assert.match(page.url(), /persona_id=Tech/);
  assert.deepEqual(tab.complaints, []);
  await tab.leave();
});

test('an address is told of a segment, tried and removed by keyboard; its secret is shown once [SEG-6]', {
  skip,
}, async (t) => {
  const receiver = await openReceiver();
  t.after(() => receiver.close());
  process.env['OUTBOUND_ALLOW'] = '127.0.0.1';
  const made = await tell('segments', { segment_name: 'Told of', criteria: builtRule });
  const tab = await openTab(house.browser);
  const { page } = tab;
  const press = (key: string) => page.keyboard.press(key);
  await page.goto(`${server!.address}/segments/${made['id']}#key=${secret}`);
  await standStill(page);
  await page.getByText('No address is told yet.').waitFor();
  await tabTo(page, 'Tell an address');
  await press('Enter');
  await tabTo(page, 'Address');
  await page.keyboard.type(receiver.url);
  await press('Enter');
  await page.getByText('keep it now, it is not shown again').waitFor();
  const shown = (await page.locator('pre').textContent()) ?? '';
  await tabTo(page, `Send a test to ${receiver.url}`);
  await press('Enter');
  await page.getByText('The test was taken.').waitFor();
  const [call] = receiver.calls;
  const seconds = Number(/^t=(\d+),/.exec(String(call.signature))?.[1]);
  assert.equal(call.signature, signatureOf(shown, call.text, new Date(seconds * 1000)), 'signed with what was shown');
  receiver.answers.push(500);
  await press('Enter');
  await page.getByText(/The test failed: 127\.0\.0\.1:\d+ answered 500\./).waitFor();
  const answers = page.getByRole('list', { name: `Last answers of ${receiver.url}` });
  await answers.getByText(/a test not taken: .* answered 500\./).waitFor();
  assert.match(await wordsOf(answers), /not taken: .* a test taken$/);
  await standStill(page);
  await assertClean(page);
  const { hooks } = await read<{ hooks: SegmentHook[] }>('/api/v1/segments/hooks');
  assert.deepEqual(
    hooks.map((hook) => [hook.url, hook.segment_ids, hook.answers.length]),
    [[receiver.url, [made['id']], 2]],
  );
  await page.reload();
  await standStill(page);
  assert.ok(!(await wordsOf(page.locator('main'))).includes(shown), 'the secret is shown once');
  await tabTo(page, `Remove ${receiver.url}`);
  await press('Enter');
  await page.getByText('No address is told yet.').waitFor();
  assert.deepEqual((await read<{ hooks: SegmentHook[] }>('/api/v1/segments/hooks')).hooks, []);
  assert.deepEqual(tab.complaints, []);
  await tab.leave();
});

test('content is added, held against its control, changed, stopped and removed by keyboard alone [SEG-4] [SEG-5] [SEG-9]', {
  skip,
}, async () => {
  type Shown = { personalized: SegmentContent[] };
  const shown = async () => (await read<Shown>('/api/v1/segments/personalized')).personalized;
  const made = await tell('segments', { segment_name: 'Readers', criteria: builtRule });
  const tab = await openTab(house.browser);
  const { page } = tab;
  const press = (key: string) => page.keyboard.press(key);
  const fill = async (fields: Record<string, string>) => {
    for (const [name, text] of Object.entries(fields)) {
      await tabTo(page, name);
      await overwrite(page, text);
    }
  };
  await page.goto(`${server!.address}/segments/${made['id']}#key=${secret}`);
  await standStill(page);
  await page.getByText('Nothing is known yet.').first().waitFor();
  await tabTo(page, 'Add content');
  await press('Enter');
  await fill({ Content: 'letter', Title: 'The letter', Variant: 'plain' });
  await tabTo(page, 'The control');
  await press('Space');
  await tabTo(page, 'Add it');
  await press('Enter');
  await page.getByText('Added: The letter, plain.').waitFor();
  await tabTo(page, 'Add content');
  await fill({ Content: 'letter', Title: 'The letter', Variant: 'foto' });
  await press('Enter');
  await page.getByText('Added: The letter, foto.').waitFor();
  await tabTo(page, 'Change The letter, foto');
  await press('Enter');
  await fill({ Variant: 'photo' });
  await press('Enter');
  await page.getByText('Changed: The letter, photo.').waitFor();
  await page.getByRole('button', { name: 'Change The letter, photo' }).waitFor();
  assert.equal(await focused(page), 'Change The letter, photo');
  const [plain, photo] = await shown();
  assert.deepEqual(
    [plain, photo].map((one) => [one.content_id, one.title, one.variant_id, one.is_control, one.stopped_at]),
    [
      ['letter', 'The letter', 'plain', true, null],
      ['letter', 'The letter', 'photo', false, null],
    ],
  );

  const count = (id: string, views: number, engagement: number) =>
    tell(`segments/personalized/${id}/performance`, { views, engagement });
  await Promise.all([count(plain.id, 200, 20), count(photo.id, 200, 24)]);
  await page.reload();
  await standStill(page);
  await page.getByText(/No variant is shown to do better than the control yet\./).waitFor();
  await page.getByText(/The first two are too close to tell apart yet\./).waitFor();
  await Promise.all([count(plain.id, 1800, 180), count(photo.id, 1800, 336)]);
  await page.reload();
  await standStill(page);
  await page.getByText('"photo" does better than the control').waitFor();
  await page.getByText(/The first leads clearly\./).waitFor();
  const best = await wordsOf(page.getByRole('list', { name: 'Recommended content' }).getByRole('listitem'));
  assert.match(best, /^The letter, photo About 18% engage with it \(16.*20%\): 360 of 2,000 views did\.$/);
  await page.getByText('A/B test content variations').waitFor();
  await page.getByText(/14\.0 % of 4,000 views were engaged with \(95 % interval/).waitFor();
  await tabTo(page, 'Engagement rate by day: The letter, photo');
  await press('Enter');
  const history = page.getByRole('region', { name: 'Engagement by day: The letter, photo' });
  assert.match(await wordsOf(history), /2,000 360 0 18$/);
  await standStill(page);
  await assertClean(page);

  for (let presses = 0; (await focused(page)) !== 'Stop The letter, plain'; presses++) {
    assert.ok(presses < 30, 'Shift+Tab reaches what stops it');
    await press('Shift+Tab');
  }
  await press('Enter');
  await page.getByText('Stopped: The letter, plain is shown to nobody now.').waitFor();
  assert.notEqual((await shown())[0].stopped_at, null);
  await page.getByRole('button', { name: 'Start The letter, plain' }).waitFor();
  assert.equal(await focused(page), 'Start The letter, plain', 'the focus stays');
  await press('Enter');
  await page.getByText('Started: The letter, plain is shown now.').waitFor();
  assert.equal((await shown())[0].stopped_at, null);
  await tabTo(page, 'Delete The letter, photo');
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo(page, 'Delete it');
  await press('Enter');
  await page.getByRole('button', { name: 'Stop The letter, photo' }).waitFor({ state: 'detached' });
  assert.deepEqual(
    (await shown()).map((one) => one.id),
    [plain.id],
  );
  assert.deepEqual(tab.complaints, []);
  await tab.leave();
});

test('limits of identifiers are tried, then set, by keyboard [WH-3]', { skip }, async () => {
  const email = 'family@example.org';
  await send(viewed(), ...['mia', 'noa'].map((userId) => ({ type: 'identify', userId, traits: { email } })));
  await known('noa');
  const person = async (id: string) => (await read<{ id: string }>(`/api/v1/people/${id}`)).id;
  const change = async () => (await read<IdentityRules>('/api/v1/identity/rules')).change;
  assert.equal(await person('mia'), await person('noa'));
  const tab = await openTab(house.browser);
  const { page } = tab;
  await page.goto(`${server!.address}/people/matching#key=${secret}`);
  await standStill(page);
  await page.getByText('Nobody is matched by likeness yet.').waitFor();
  await tabTo(page, 'User id: on one person');
  await overwrite(page, '1');
  await tabTo(page, 'See the effect');
  await page.keyboard.press('Enter');
  await page.getByText('1 person would part into 2.').waitFor();
  assert.equal(await focused(page), 'Set the limits', 'the focus stays');
  await standStill(page);
  await assertClean(page);
  assert.deepEqual(await change(), {}, 'nothing is written by a look');
  await page.getByLabel('Reason').focus();
  await page.keyboard.type('One account each');
  await page.keyboard.press('Enter');
  await page.getByText('Set: everybody is linked by these limits.').waitFor();
  assert.deepEqual(await change(), { types: { user: { perProfile: 1 } } });
  assert.notEqual(await person('mia'), await person('noa'));
  await tabTo(page, 'User id: on one person');
  await overwrite(page, '5');
  await tabTo(page, 'See the effect');
  await page.keyboard.press('Enter');
  await page.getByText('2 people would become 1.').waitFor();
  assert.deepEqual(tab.complaints, []);
  await tab.leave();
});

async function tell(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${server!.address}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(response.ok, `${path} answered ${response.status}`);
  return (await response.json()) as Record<string, unknown>;
}

const viewed = () => ({ type: 'track', userId: 'anna', event: 'Product Viewed', properties: { product_id: 'p1' } });

async function send(...batch: object[]): Promise<void> {
  const response = await fetch(`${server!.address}/v1/batch`, {
    method: 'POST',
    headers: { 'x-write-key': writeKey },
    body: JSON.stringify({ batch }),
  });
  assert.equal(response.status, 200, await response.text());
}

/** People follow their events within a second or two. */
async function known(id: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${server!.address}/api/v1/people/${id}`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    await response.arrayBuffer();
    if (response.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function read<T>(path: string): Promise<T> {
  const response = await fetch(server!.address + path, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal(response.status, 200);
  return (await response.json()) as T;
}
