// Tracking plans and consent in a real Chromium against the real server: from what has arrived to a plan in force, an
// event it stops, and back to the rule; an opt-out on a person's page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { openServer, type Server } from '../../src/server/index.ts';
import { launchBrowser, withoutChromium } from '../support/chromium.ts';
import { openTestStore } from '../support/store.ts';
import { assertClean } from './axe.ts';
import { builtDashboard } from './built.ts';
import { openTab, standStill, type Tab, wordsOf } from './visit.ts';

const skip = withoutChromium;
let server: Server;
let browser: Browser | undefined;
let writeKey: string;
let secret: string;

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await browser?.close();
      await server?.close();
      await end();
    }),
});

before(async () => {
  if (skip) return;
  const now = new Date();
  server = await openServer({ store, logLevel: 'silent', intake: { waitMs: 2 }, dashboard: await builtDashboard() });
  writeKey = (await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now })).writeKey;
  secret = (await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now })).key;
  browser = await launchBrowser();
});

async function send(...batch: object[]): Promise<number> {
  const headers = { 'x-write-key': writeKey };
  const response = await fetch(`${server.address}/v1/batch`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ batch }),
  });
  await response.arrayBuffer();
  for (;;) {
    const { intake } = (await (await fetch(`${server.address}/health`)).json()) as {
      intake: { backlog: { events: number } };
    };
    if (intake.backlog.events === 0) return response.status;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** People follow their events within a second or two. */
async function resolved(id: string): Promise<void> {
  const headers = { authorization: `Bearer ${secret}` };
  for (;;) {
    const response = await fetch(`${server.address}/api/v1/people/${id}`, { headers });
    await response.arrayBuffer();
    if (response.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const order = (total: unknown) => ({ type: 'track', userId: 'anna', event: 'Order Completed', properties: { total } });

async function open(path: string): Promise<Tab> {
  const tab = await openTab(browser!);
  await tab.page.goto(`${server.address}${path}#key=${secret}`);
  await standStill(tab.page);
  return tab;
}

test('a plan is proposed, taken, tried and put in force; what it stops leads back to its rule [MKT-1.4] [MKT-18.4]', {
  skip,
}, async () => {
  for (let i = 0; i < 25; i++) await send(order(i));
  const tab = await open('/live/plans');
  const { page } = tab;
  await page.getByText('No plan is in force').waitFor();
  await page.getByText('No event is planned yet').waitFor();
  await page.getByRole('button', { name: 'Propose from what arrived' }).press('Enter');
  await page.getByRole('button', { name: 'Take Order Completed' }).press('Enter');
  const planned = page.getByRole('list', { name: 'Planned events' });
  await planned.getByText('Order Completed').waitFor();
  await planned.getByRole('button', { name: 'Edit Order Completed' }).press('Enter');
  const schema = page.getByLabel('Schema of Order Completed');
  assert.match(await schema.inputValue(), /"total": \{\s+"type": "integer",\s+"minimum": 0/);
  await schema.fill('{');
  await page.getByText('This is not a JSON object').waitFor();
  await schema.fill('{"type": "object", "properties": {"total": {"type": "nonsense"}}}');
  await page.getByRole('button', { name: 'Save the draft' }).press('Enter');
  await page.getByText('The schema of "Order Completed" cannot be used').waitFor();
  await schema.fill('{"type": "object", "properties": {"total": {"type": "number", "maximum": 20}}}');
  await page.getByRole('combobox', { name: 'Values that break a schema' }).click();
  await page.getByRole('option', { name: 'Block the event' }).click();
  await page.getByRole('button', { name: 'Try it on the last 14 days' }).press('Enter');
  const trial = page.getByRole('status', { name: 'The trial' });
  await trial.getByText('it would have blocked').waitFor();
  assert.match(await wordsOf(trial), /Of 25 events .* would have blocked 4, .* properties\.total must be <= 20/);
  await page.getByRole('button', { name: 'Save the draft' }).press('Enter');
  await page.getByRole('heading', { name: 'Version 1, a draft' }).waitFor();
  await assertClean(page);
  await page.getByRole('button', { name: 'Put it in force', exact: true }).press('Enter');
  await page.getByText('Version 1 is in force.').waitFor();
  assert.equal(await send(order(99)), 400);
  await page.goto(`${server.address}/live`);
  await page.getByText('breaks the tracking plan: properties.total must be <= 20').waitFor();
  await page.getByRole('link', { name: 'The rule that stopped it' }).click();
  await page.getByText('Of “Order Completed” alone.').waitFor();
  const wrong = page.getByRole('region', { name: 'What is wrong, a list' });
  assert.match(
    await wordsOf(wrong),
    /Order Completed properties\.total must be <= 20 Last 99, 1 time, blocked, from http/,
  );
  await page.getByRole('button', { name: 'What version 1 changes' }).press('Enter');
  await page.getByText('Order Completed added').waitFor();
  await assertClean(page);
  assert.deepEqual(
    tab.complaints.filter((one) => !one.includes('400')),
    [],
  );
  await tab.leave();
});

test('a person is opted out on their page, and the log and what was not stored are on Govern [MKT-14.6] [MKT-14.1]', {
  skip,
}, async () => {
  await send({ type: 'track', userId: 'ben', event: 'Came' });
  await resolved('ben');
  const tab = await open('/people/ben');
  const { page } = tab;
  await page.getByRole('button', { name: 'Deny analytics' }).press('Enter');
  await page.getByText('Analytics: denied').waitFor();
  assert.equal(await send({ type: 'track', userId: 'ben', event: 'Came Again' }), 200);
  await page.goto(`${server.address}/govern`);
  await page.getByText('1 event of the last 14 days was not stored').waitFor();
  await page.getByText('Analytics: the person said no').waitFor();
  await page.getByText('No to analytics').waitFor();
  await send({ type: 'track', userId: 'carl', event: 'Called', properties: { line: '4111 1111 1111 1111' } });
  await page.getByRole('button', { name: 'Look for personal values' }).press('Enter');
  await page.getByRole('button', { name: 'Add a rule for properties.line of Called' }).press('Enter');
  assert.equal(await page.getByLabel('Path of rule 1').inputValue(), 'properties.line');
  await page.getByLabel('Path of rule 1').fill('card');
  await page.getByRole('button', { name: 'Save the rules' }).press('Enter');
  await page.getByText('is no path').waitFor();
  await page.getByLabel('Path of rule 1').fill('properties.card');
  await page.getByRole('button', { name: 'Save the rules' }).press('Enter');
  await page.getByText('1 rule for properties').waitFor();
  await assertClean(page);
  await send({ type: 'track', userId: 'carl', event: 'Paid', messageId: 'ruled', properties: { card: '4111' } });
  const [row] = await store.facts.rows<{ properties: string }>(
    `SELECT properties FROM events WHERE message_id = 'ruled'`,
  );
  assert.match(row.properties, /^\{"card":"sha256:[0-9a-f]{64}"\}$/);
  assert.deepEqual(
    tab.complaints.filter((one) => !one.includes('400')),
    [],
  );
  await tab.leave();
});
