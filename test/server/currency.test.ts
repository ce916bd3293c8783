import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { loadMessages, type SegmentMessage } from '../../src/collect/index.ts';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const now = new Date('2026-03-01T12:00:00Z');
const server = await openServer({ store, logLevel: 'silent', now: () => now });

type Workspace = { currency: string | null; field?: string };
type Overview = {
  currency: string | null;
  totals: { purchases: number; revenue: number };
  otherCurrencies: object[];
  eventsPerDay: { revenue: number }[];
};
type Person = { purchases: number; revenue: number; otherCurrencies: object[] };
type Timeline = { events: { summary: string; revenue: number; currency: string; properties: object }[] };

async function open(id: string) {
  await createWorkspace(store, { id, name: id, timeZone: 'UTC', now });
  const { key } = await createKey(store, { workspace: id, kind: 'secret', label: 'test', now });
  const ask = async <T>(path: string, change?: object): Promise<T> => {
    const response = await fetch(`${server.address}/api/v1${path}`, {
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(change && { method: 'PATCH', body: JSON.stringify(change) }),
    });
    return (await response.json()) as T;
  };
  const orders = async (sums: readonly [userId: string, revenue: number, currency?: string][]) => {
    const messages: SegmentMessage[] = sums.map(([userId, revenue, currency], i) => ({
      type: 'track',
      event: 'Order Completed',
      userId,
      messageId: `${id}-${i}`,
      timestamp: new Date(now.getTime() - (i + 1) * 3_600_000).toISOString(),
      properties: { order_id: `o${i}`, revenue, currency },
    }));
    await loadMessages(store, { workspace: id, source: 'test', messages, now });
    await resolveAll(store, { workspace: id, now });
  };
  return { ask, orders };
}

test('the currency of most orders becomes the workspace’s, and amounts in others are kept but in no sum', async () => {
  const { ask, orders } = await open('mixed');
  assert.equal((await ask<Workspace>('/workspace')).currency, null, 'unknown before the first order');
  await orders([
    ['anna', 10, 'gbp'],
    ['anna', 20.5, 'GBP'],
    ['anna', 1000, 'USD'],
    ['bert', 4],
    ['bert', 7, '€'],
  ]);
  assert.equal((await ask<Workspace>('/workspace')).currency, 'GBP');
  const overview = await ask<Overview>('/overview');
  assert.deepEqual([overview.currency, overview.totals.purchases, overview.totals.revenue], ['GBP', 5, 34.5]);
  assert.deepEqual(overview.otherCurrencies, [
    { currency: 'USD', purchases: 1, revenue: 1000 },
    { currency: '€', purchases: 1, revenue: 7 },
  ]);
  assert.equal(
    overview.eventsPerDay.reduce((sum, day) => sum + day.revenue, 0),
    34.5,
  );

  const anna = await ask<Person>('/people/anna');
  assert.deepEqual([anna.purchases, anna.revenue], [3, 30.5]);
  assert.deepEqual(anna.otherCurrencies, [{ currency: 'USD', purchases: 1, revenue: 1000 }]);
  assert.deepEqual((await ask<Person>('/people/bert')).revenue, 4, 'without a currency it is the workspace’s');
  const { events } = await ask<Timeline>('/people/anna/timeline');
  const dollars = events.find(({ currency }) => currency === 'USD');
  assert.deepEqual([dollars?.revenue, dollars?.summary], [1000, 'Bought: 1000.00 USD']);
  const [visits] = await store.facts.rows<{ value: number }>(
    "SELECT sum(conversion_value) AS value FROM sessions FINAL WHERE workspace = 'mixed'",
  );
  assert.equal(visits.value, 34.5);
});

test('the currency can be set; sums follow with the next resolution, and later orders do not change it', async () => {
  const { ask, orders } = await open('chosen');
  assert.equal((await ask<Workspace>('/workspace', { currency: 'EUR' })).currency, 'EUR');
  await orders([
    ['carl', 5, 'USD'],
    ['carl', 6, 'USD'],
    ['carl', 2, 'EUR'],
  ]);
  const carl = await ask<Person>('/people/carl');
  assert.deepEqual([carl.revenue, carl.otherCurrencies], [2, [{ currency: 'USD', purchases: 2, revenue: 11 }]]);
  await ask('/workspace', { currency: 'USD' });
  assert.equal((await ask<Overview>('/overview')).totals.revenue, 11);
  await resolveAll(store, { workspace: 'chosen', now });
  assert.equal((await ask<Person>('/people/carl')).revenue, 11);
});

test('what is no currency is refused with the remedy', async () => {
  const { ask } = await open('refused');
  for (const currency of ['euro', 'eur', 'XYZ', '€', '']) {
    const problem = await ask<Workspace>('/workspace', { currency });
    assert.equal(problem.field, 'currency', currency);
  }
  assert.equal((await ask<Workspace>('/workspace')).currency, null);
});
