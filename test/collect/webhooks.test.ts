// What platforms send by themselves, over real HTTP: signatures made here as each documentation says, refused when anything
// of them is changed, deliveries that are repeated stored once, and secrets that no database tells.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Value } from 'typebox/value';
import { type EventRow, emailHashOf, sealDoorSecrets, webhooks } from '../../src/collect/index.ts';
import { createKey, createWorkspace, openSecrets, readPersonal } from '../../src/govern/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const now = new Date('2026-03-01T12:00:00.000Z');
const { id, writeKey } = await createWorkspace(store, { id: 'hooks', name: 'Hooks', timeZone: 'UTC', now });
const { key: secretKey } = await createKey(store, { workspace: id, kind: 'secret', label: 'test', now });
// What an earlier version has left behind, readable in the settings.
await store.state.query(`INSERT INTO settings (workspace, name, value, updated_at) VALUES ($1, 'door', $2, $3)`, [
  id,
  { burst: 5000, webhookSecret: 'old shared secret' },
  now,
]);
const server = await openServer({ store, logLevel: 'silent', now: () => now, intake: { waitMs: 5 } });
const ada = emailHashOf('ada@example.com', (await readPersonal(store, id)).pepper);

type Answer = { status: number; type: string; text: string; body: Record<string, unknown> };

async function call(
  source: string,
  body: string,
  headers: Record<string, string> = {},
  query = `?writeKey=${writeKey}`,
) {
  const response = await fetch(`${server.address}/v1/webhook/${source}${query}`, { method: 'POST', body, headers });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, text, body: type.includes('json') ? JSON.parse(text) : {} } as Answer;
}

async function configure(source: string, settings: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${server.address}/api/v1/sources/${source}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

async function eventsOf(source: string, atLeast: number): Promise<EventRow[]> {
  for (;;) {
    const rows = await store.facts.rows<EventRow>(
      'SELECT * FROM events WHERE source = {source:String} ORDER BY at, message_id',
      { source },
    );
    if (rows.length >= atLeast) return rows;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const sha256 = (secret: string, text: string, encoding: 'hex' | 'base64') =>
  createHmac('sha256', secret).update(text).digest(encoding);
const seconds = now.getTime() / 1000;

test('stripe: t and v1 as documented, old and foreign signatures refused, a repeat stored once [MKT-18.2] [MKT-18.7]', async () => {
  const event = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'charge.succeeded',
    created: seconds - 10,
    data: {
      object: { id: 'ch_1', object: 'charge', amount: 500, currency: 'jpy', status: 'succeeded', customer: 'cus_1' },
    },
  });
  const signed = (secret: string, at: number, body = event) => `t=${at},v1=${sha256(secret, `${at}.${body}`, 'hex')}`;
  const send = (signature: string, body = event) => call('stripe', body, { 'stripe-signature': signature });
  assert.equal((await send(signed('whsec_a', seconds))).status, 401, 'nothing is believed before a secret is set');
  assert.equal((await configure('stripe', { secret: 'whsec_a' })).status, 200);
  assert.equal((await call('stripe', event)).status, 401);
  assert.equal((await send(signed('whsec_b', seconds))).status, 401);
  assert.equal((await send(signed('whsec_a', seconds), event.replace('500', '501'))).status, 401);
  assert.equal((await send(signed('whsec_a', seconds - 301))).status, 401);
  assert.equal((await send(signed('whsec_a', seconds - 299).replace('t=', 't=1'))).status, 401);
  assert.equal(
    (await call('stripe', event, { 'stripe-signature': signed('whsec_a', seconds) }, '?writeKey=wk_x')).status,
    401,
  );
  // While a secret is rolled, the signature of the old one stands beside that of the new one.
  const rolled = `${signed('whsec_b', seconds)},v0=abc,v1=${sha256('whsec_a', `${seconds}.${event}`, 'hex')}`;
  assert.deepEqual((await send(rolled)).body, { success: true, accepted: 1, rejected: 0, ignored: [] });
  assert.equal((await send(signed('whsec_a', seconds))).status, 200);
  const other = JSON.stringify({
    id: 'evt_2',
    object: 'event',
    type: 'payout.paid',
    created: seconds,
    data: { object: { id: 'po_1' } },
  });
  const ignored = await send(signed('whsec_a', seconds, other), other);
  assert.deepEqual(ignored.body, {
    success: true,
    accepted: 0,
    rejected: 0,
    ignored: ['not an event or object that tells of what a person did'],
  });
  await eventsOf('stripe', 1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const [charge, ...more] = await eventsOf('stripe', 1);
  assert.deepEqual(
    [charge.event, charge.revenue, charge.currency, charge.anonymous_id],
    ['purchase', 500, 'JPY', 'cus_1'],
  );
  assert.equal(more.length, 0, 'the delivery that was repeated is one event');
});

test('shopify: the HMAC of the raw body, orders and refunds credited to their buyer, carts to a visitor [MKT-18.2] [MKT-18.7]', async () => {
  await configure('shopify', { secret: 'hush' });
  const send = (topic: string, value: object, signature?: string) => {
    // Blanks and order of keys belong to what is signed.
    const body = JSON.stringify(value, null, 2);
    const headers = {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-webhook-id': `delivery-${topic}`,
      'x-shopify-hmac-sha256': signature ?? sha256('hush', body, 'base64'),
    };
    return call('shopify', body, headers);
  };
  const order = {
    id: 820982911946154500,
    email: 'ada@example.com',
    created_at: '2026-03-01T11:00:00Z',
    currency: 'EUR',
    total_price: '20.00',
    cart_token: 'c9',
    customer: { id: 7 },
    line_items: [{ product_id: 1, title: 'Hat', price: '20.00', quantity: 1 }],
  };
  assert.equal((await send('orders/create', order, sha256('other', '{}', 'base64'))).status, 401);
  assert.equal((await send('orders/create', order)).body['accepted'], 1);
  assert.equal((await send('orders/paid', order)).body['accepted'], 1);
  const cart = {
    id: 'c9',
    token: 'c9',
    updated_at: '2026-03-01T10:00:00Z',
    line_items: [{ product_id: 1, quantity: 1 }],
  };
  assert.equal((await send('carts/create', cart)).body['accepted'], 1);
  assert.equal((await send('carts/create', cart)).body['accepted'], 1);
  await eventsOf('shopify', 2);
  const refund = {
    id: 5,
    order_id: order.id,
    created_at: '2026-03-01T11:30:00Z',
    transactions: [{ kind: 'refund', status: 'success', amount: '20.00', currency: 'EUR' }],
  };
  assert.equal((await send('refunds/create', refund)).body['accepted'], 1);
  const orphan = await send('refunds/create', { ...refund, id: 6, order_id: 99 });
  assert.deepEqual([orphan.status, orphan.body['accepted'], orphan.body['rejected']], [200, 0, 1]);
  assert.deepEqual((await send('themes/publish', { id: 1 })).body['ignored'], [
    'the topic themes/publish tells of no act of a customer',
  ]);
  const [added, bought, back, ...more] = await eventsOf('shopify', 3);
  assert.equal(more.length, 0, 'orders/create and orders/paid are one order, a repeated cart is one cart');
  assert.deepEqual([added.event, added.anonymous_id], ['add_to_cart', 'shopify_cart_c9']);
  assert.deepEqual(
    [bought.event, bought.user_id, bought.anonymous_id, bought.email_hash],
    ['purchase', 'shopify_7', 'shopify_cart_c9', ada],
  );
  assert.deepEqual([back.event, back.revenue, back.user_id], ['refund', 20, 'shopify_7']);
});

test('hubspot: v3 over method, address, body and moment; properties become traits of the contact [MKT-18.2] [MKT-18.7]', async () => {
  await configure('hubspot', { secret: 'app-secret' });
  const base = {
    portalId: 33,
    appId: 1,
    objectId: 123,
    eventId: 1,
    subscriptionId: 2,
    occurredAt: now.getTime() - 1000,
  };
  const body = JSON.stringify([
    { ...base, subscriptionType: 'contact.creation' },
    { ...base, subscriptionType: 'contact.propertyChange', propertyName: 'email', propertyValue: 'ada@example.com' },
    {
      ...base,
      eventId: 2,
      subscriptionType: 'deal.associationChange',
      associationType: 'DEAL_TO_CONTACT',
      fromObjectId: 9,
      toObjectId: 123,
    },
    { ...base, eventId: 3, subscriptionType: 'deal.propertyChange', propertyName: 'amount', propertyValue: '5' },
  ]);
  const send = (address: string, at = now.getTime(), headers: Record<string, string> = {}) =>
    call('hubspot', body, {
      'x-hubspot-request-timestamp': String(at),
      'x-hubspot-signature-v3': sha256('app-secret', `POST${address}${body}${at}`, 'base64'),
      ...headers,
    });
  const path = `/v1/webhook/hubspot?writeKey=${writeKey}`;
  const direct = server.address + path;
  assert.equal((await send(`${direct}x`)).status, 401);
  assert.equal((await send(direct, now.getTime() - 301_000)).status, 401);
  assert.equal((await call('hubspot', body)).status, 401);
  const taken = await send(direct);
  assert.deepEqual([taken.body['accepted'], taken.body['ignored']], [3, ['not an event that tells of a contact']]);
  // Behind a proxy the address is another than the one this server sees.
  const behind = { 'x-forwarded-host': 'events.example', 'x-forwarded-proto': 'https' };
  assert.equal((await send(`https://events.example${path}`, now.getTime(), behind)).body['accepted'], 3);
  const events = await eventsOf('hubspot', 3);
  assert.equal(events.length, 3);
  assert.deepEqual(new Set(events.map(({ anonymous_id }) => anonymous_id)), new Set(['hubspot_123']));
  assert.equal(events.find(({ type }) => type === 'identify')?.email_hash, ada);
  assert.ok(
    events.some(
      ({ event, properties }) => event === 'opportunity_associated' && JSON.parse(properties).deal_id === '9',
    ),
  );
});

test('salesforce: outbound messages of one organisation, answered with Ack, stored once [MKT-18.7]', async () => {
  const message = (organisation: string, record: string) => `<?xml version="1.0" encoding="UTF-8"?>
    <soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
     <soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>${organisation}</OrganizationId>
      <ActionId>04k</ActionId><SessionId xsi:nil="true"/><Notification><Id>04l0800002nrC5BAAU</Id>${record}</Notification>
     </notifications></soapenv:Body></soapenv:Envelope>`;
  const contact = `<sObject xsi:type="sf:Contact" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>003Dn00000X1Y2ZIAV</sf:Id>
    <sf:Email>ada@example.com</sf:Email><sf:LastName>Love &amp; Lace</sf:LastName><sf:Level__c>Gold &lt;3</sf:Level__c>
    <sf:CreatedDate>2026-02-01T10:00:00.000Z</sf:CreatedDate><sf:LastModifiedDate>2026-03-01T10:00:00.000Z</sf:LastModifiedDate></sObject>`;
  const won = `<sObject xsi:type="sf:Opportunity"><sf:Id>006Dn00000A1B2CIAV</sf:Id><sf:ContactId>003Dn00000X1Y2ZIAV</sf:ContactId>
    <sf:StageName>Closed Won</sf:StageName><sf:IsWon>true</sf:IsWon><sf:Amount>1200.5</sf:Amount><sf:CloseDate>2026-02-28</sf:CloseDate>
    <sf:CreatedDate>2026-02-01T10:00:00.000Z</sf:CreatedDate></sObject>`;
  const xml = { 'content-type': 'text/xml; charset=UTF-8' };
  assert.equal((await call('salesforce', message('00D24000000aBcD', contact), xml)).status, 401);
  await configure('salesforce', { organizationId: '00D24000000aBcDEAU' });
  assert.equal((await call('salesforce', message('00D24000000zzzz', contact), xml)).status, 401);
  assert.equal((await call('salesforce', '<notifications><a></b></notifications>', xml)).status, 400);
  assert.equal((await call('salesforce', '<!DOCTYPE x [<!ENTITY a "b">]><notifications/>', xml)).status, 400);
  for (const record of [contact, won, contact]) {
    const answer = await call('salesforce', message('00D24000000aBcD', record), xml);
    assert.deepEqual([answer.status, answer.type.split(';')[0]], [200, 'text/xml']);
    assert.match(answer.text, /<Ack>true<\/Ack>/);
  }
  await eventsOf('salesforce', 4);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const events = await eventsOf('salesforce', 4);
  assert.deepEqual(events.map(({ event }) => event).sort(), [
    'contact_created',
    'identify',
    'opportunity_created',
    'opportunity_won',
  ]);
  const who = events.find(({ type }) => type === 'identify')!;
  assert.deepEqual(
    [who.anonymous_id, who.email_hash, JSON.parse(who.traits).level],
    ['salesforce_003Dn00000X1Y2Z', ada, 'Gold <3'],
  );
  assert.doesNotMatch(who.traits, /Lace/);
});

test('zapier: flat JSON with the key in the address, and faults told to whoever built it [MKT-18.7]', async () => {
  const flat = {
    event: 'Webinar Joined',
    email: 'ada@example.com',
    id: 'z1',
    timestamp: '2026-03-01T09:00:00Z',
    topic: 'Hats',
  };
  assert.equal((await call('zapier', JSON.stringify(flat))).body['accepted'], 1);
  assert.equal((await call('zapier', JSON.stringify(flat))).body['accepted'], 1);
  assert.equal((await call('zapier', JSON.stringify({ email: 'ada@example.com', plan: 'pro' }))).body['accepted'], 1);
  const faulty = await call('zapier', JSON.stringify({ event: 'x' }));
  assert.equal(faulty.status, 400);
  assert.match(faulty.text, /userId/);
  assert.equal((await call('zapier', 'no json')).status, 400);
  assert.equal((await call('zapier', JSON.stringify(flat), {}, '')).status, 401);
  await configure('zapier', { secret: 's' });
  assert.equal((await call('zapier', JSON.stringify(flat))).status, 401);
  assert.equal((await call('zapier', JSON.stringify(flat), { 'x-inkling-secret': 's' })).status, 200);
  const events = await eventsOf('zapier', 2);
  assert.deepEqual(events.map(({ event, email_hash }) => [event, email_hash === ada]).sort(), [
    ['identify', true],
    ['webinar_joined', true],
  ]);
});

test('secrets are encrypted in the state, with a key that only its owner may read, and never told [MKT-18.3]', async () => {
  const rows = await store.state.query<{ name: string; sealed: string }>(
    'SELECT name, sealed FROM secrets ORDER BY name',
  );
  assert.ok(rows.length >= 4);
  for (const { sealed } of rows) assert.match(sealed, /^v1\.[0-9a-f]{8}\.[\w-]+$/);
  const key = join(store.dataDir, 'secret.key');
  assert.equal(statSync(key).mode & 0o777, 0o600);
  const listed = await fetch(`${server.address}/api/v1/sources`, { headers: { authorization: `Bearer ${secretKey}` } });
  const text = await listed.text();
  for (const secret of ['whsec_a', 'hush', 'app-secret', 'old shared secret', readFileSync(key, 'utf8').trim()])
    assert.ok(!text.includes(secret));
  assert.match(text, /"name":"secret"[^}]*"set":true[^}]*"value":null/);
  // A row that is put in another's place opens nothing.
  await store.state.query(
    `UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE name = 'webhook.stripe') WHERE name = 'webhook.zapier'`,
  );
  await assert.rejects(openSecrets(store).get(id, 'webhook.zapier'), { code: 'secret_unreadable' });
  const other = openSecrets(store, { INKLING_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') });
  await assert.rejects(other.get(id, 'webhook.stripe'), { code: 'secret_unreadable', message: /was sealed with key/ });
  await other.set(id, 'own', 'kept', now);
  assert.equal(await other.get(id, 'own'), 'kept');
  await assert.rejects(openSecrets(store, { INKLING_SECRET_KEY: 'short' }).get(id, 'own'), {
    field: 'INKLING_SECRET_KEY',
  });
});

test("Segment's secret of earlier versions has moved to where it is encrypted, and is asked for as before [MKT-18.3]", async () => {
  const [{ value }] = await store.state.query<{ value: object }>(`SELECT value FROM settings WHERE name = 'door'`);
  assert.deepEqual(value, { burst: 5000 });
  const message = JSON.stringify({ type: 'track', userId: 'u', event: 'x', messageId: 's1' });
  assert.equal((await call('segment', message)).status, 401);
  const signature = createHmac('sha1', 'old shared secret').update(message).digest('hex');
  assert.equal((await call('segment', message, { 'x-signature': signature })).status, 200);
  await sealDoorSecrets(store, now);
  assert.equal(
    (await call('segment', message, { 'x-signature': signature })).status,
    200,
    'moving again moves nothing',
  );
});

test('settings that cannot be used are refused by name, without telling what was sent', async () => {
  const refused = await configure('stripe', { secret: 'whsec_c', toleranceSeconds: 'long', wrong: 1 });
  assert.equal(refused['status'], 400);
  assert.match(JSON.stringify(refused), /toleranceSeconds.*no setting \\"wrong\\"/);
  assert.doesNotMatch(JSON.stringify(refused), /whsec_c/);
  assert.equal((await configure('teleport', {})).status, 404);
});

for (const source of webhooks) {
  test(`${source.name}: describes itself, and believes nothing that is empty`, async () => {
    assert.match(source.name, /^[a-z0-9-]+$/);
    assert.match(source.sentence, /^[A-Z].+\.$/);
    assert.match(source.setUp, /\{address\}/);
    assert.equal((source.settings as { additionalProperties?: boolean }).additionalProperties, false);
    assert.ok(Value.Check(source.settings, Value.Default(source.settings, {})), 'its defaults pass its own schema');
    for (const body of ['', '{}', '[]', 'null', '"☃"', '<a/>']) {
      const { status } = await call(source.name, body);
      assert.ok(status >= 200 && status < 500, `${body}: ${status}`);
    }
  });
}
