import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type EventRow, emailHashOf, importFile } from '../../src/collect/index.ts';
import { createKey, createWorkspace, pseudonymOf, readPersonal, sealPeppers } from '../../src/govern/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const now = new Date();
const server = await openServer({ store, logLevel: 'silent', intake: { waitMs: 2 } });
const { writeKey } = await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now });
const { key } = await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now });
const { pepper } = await readPersonal(store, 'shop');

async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(server.address + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return (await response.json()) as Record<string, unknown>;
}

async function send(...messages: object[]): Promise<void> {
  const headers = { 'x-write-key': writeKey };
  const body = JSON.stringify({ batch: messages });
  await (await fetch(`${server.address}/v1/batch`, { method: 'POST', headers, body })).arrayBuffer();
}

async function eventOf(user: string): Promise<EventRow> {
  for (;;) {
    const rows = await store.facts.rows<EventRow>('SELECT * FROM events WHERE message_id = {user:String}', { user });
    if (rows.length > 0) return rows[0];
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Files below the data folder that hold the text, as UTF-8 or in the two bytes a letter of the other engines. */
function filesWith(text: string, folder = store.dataDir): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesWith(text, path);
    const bytes = readFileSync(path);
    return bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le')) ? [path] : [];
  });
}

const properties = [
  { path: 'properties.ticket', action: 'hash' },
  { path: 'properties.customer.*.card', action: 'mask' },
  { path: 'properties.**.diagnosis', action: 'drop' },
  { path: 'properties.phone', action: 'keep' },
  { path: 'properties.coupon', action: 'hash' },
  { path: 'traits.email', action: 'hash' },
  { path: 'traits.phone', action: 'hash' },
  { path: 'traits.ssn', action: 'hash' },
  { path: 'context.ip', action: 'truncate' },
  { path: 'context.traits.ip', action: 'truncate' },
];

test('rules hash, mask, drop, keep and cut short by path, and no file ever holds what came [MKT-14.6] [INT-9]', async () => {
  await call('PATCH', '/api/v1/govern/privacy', { properties });
  const hashed = (text: string) => `sha256:${pseudonymOf(pepper, text)}`;
  await send(
    {
      type: 'track',
      userId: 'anna',
      messageId: 'm1',
      event: 'Visited',
      properties: {
        ticket: 'TICKET-4711-RAW',
        phone: 'shown to all',
        coupon: 'COUPON-RAW-99',
        customer: { first: { card: '4111111111111111', diagnosis: 'RAW-DIAGNOSIS-1' } },
        list: [{ diagnosis: 'RAW-DIAGNOSIS-2', kept: 1 }],
        email: 'dropped@example.org',
      },
      context: { ip: '203.0.113.77', traits: { ip: '2001:db8:85a3:8d3:1319:8a2e:370:7348' } },
    },
    {
      type: 'identify',
      userId: 'anna',
      messageId: 'm2',
      traits: { email: 'anna-raw@example.org', phone: '+49 170 1234567', ssn: 'SSN-RAW-1', plan: 'gold' },
    },
    { type: 'track', userId: 'anna', messageId: 'm3', event: 7, properties: { ticket: 'TICKET-REFUSED-RAW' } },
  );
  const visited = await eventOf('m1');
  assert.deepEqual(JSON.parse(visited.properties), {
    ticket: hashed('TICKET-4711-RAW'),
    phone: 'shown to all',
    coupon: hashed('COUPON-RAW-99'),
    customer: { first: { card: '************1111' } },
    list: [{ kept: 1 }],
  });
  assert.equal(visited.coupon, hashed('COUPON-RAW-99'));
  const context = JSON.parse(visited.context);
  assert.deepEqual([context.ip, context.traits], ['203.0.113.0', { ip: '2001:db8:85a3::' }]);
  const identified = await eventOf('m2');
  assert.deepEqual(JSON.parse(identified.traits), {
    email: hashed('anna-raw@example.org'),
    phone: hashed('+49 170 1234567'),
    ssn: hashed('SSN-RAW-1'),
    plan: 'gold',
  });
  // Whose event it is follows from the address as it came: hashed as everywhere, it finds the same person.
  assert.equal(identified.email_hash, emailHashOf('anna-raw@example.org', pepper));
  assert.match(identified.phone_hash, /^[0-9a-f]{64}$/);
  type Rejected = { rejected: { body: { properties: object } }[] };
  const kept = async (): Promise<Rejected['rejected']> => {
    const { rejected } = (await call('GET', '/api/v1/rejected')) as Rejected;
    return rejected.length > 0 ? rejected : new Promise((resolve) => setTimeout(() => resolve(kept()), 5));
  };
  const rejected = await kept();
  assert.deepEqual(rejected[0].body.properties, { ticket: hashed('TICKET-REFUSED-RAW') });
  assert.ok(filesWith('Visited').length > 0, 'what is kept is found by the same scan');
  for (const raw of [
    'TICKET-4711-RAW',
    'COUPON-RAW-99',
    '4111111111111111',
    'RAW-DIAGNOSIS',
    'anna-raw@',
    'SSN-RAW',
    '1701234567',
    '170 1234567',
  ]) {
    assert.deepEqual(filesWith(raw), [], raw);
  }
  assert.deepEqual(filesWith('TICKET-REFUSED-RAW'), []);
  assert.deepEqual(filesWith('203.0.113.77'), []);
});

test('an address that a rule drops leaves no hash behind, and ids can be pseudonyms [INT-9]', async () => {
  await call('PATCH', '/api/v1/govern/privacy', {
    properties: [
      { path: 'traits.email', action: 'drop' },
      { path: 'userId', action: 'hash' },
    ],
  });
  await send({ type: 'identify', userId: 'ben-raw', messageId: 'm4', traits: { email: 'ben-raw@example.org' } });
  const row = await eventOf('m4');
  assert.deepEqual([row.email_hash, row.user_id], ['', `sha256:${pseudonymOf(pepper, 'ben-raw')}`]);
  assert.deepEqual(filesWith('ben-raw'), []);
});

test('without a rule no address of a sender is kept anywhere [MKT-14.6]', async () => {
  await call('PATCH', '/api/v1/govern/privacy', { properties: [] });
  await send({ type: 'track', userId: 'carl', messageId: 'm5', event: 'X', context: { ip: '198.51.100.23' } });
  assert.equal(JSON.parse((await eventOf('m5')).context).ip, undefined);
  assert.deepEqual(filesWith('198.51.100.23'), []);
});

test('an imported file passes the same rules, and holds no line of somebody who said no [MKT-14.6]', async () => {
  await call('PATCH', '/api/v1/govern/privacy', { properties: [{ path: 'properties.ticket', action: 'hash' }] });
  await call('POST', '/api/v1/govern/consent', { userId: 'refuser', choices: { analytics: false } });
  const lines = ['dora', 'refuser'].map((userId) =>
    JSON.stringify({
      type: 'track',
      userId,
      messageId: `file-${userId}`,
      event: 'X',
      properties: { ticket: 'FILE-RAW-1' },
    }),
  );
  const path = join(mkdtempSync(join(tmpdir(), 'inkling-import-')), 'events.ndjson');
  writeFileSync(path, `${lines.join('\n')}\n`);
  const result = await importFile(store, { workspace: 'shop', path, format: 'segment', now });
  rmSync(path);
  assert.deepEqual([result.events, result.reasons], [1, { 'no consent: analytics': 1 }]);
  assert.match((await eventOf('file-dora')).properties, /"ticket":"sha256:/);
  assert.deepEqual(filesWith('FILE-RAW-1'), []);
  assert.deepEqual(filesWith('refuser'), []);
});

test('the pepper is sealed, that of an earlier version too, and opens under its own key only [MKT-14.6]', async () => {
  assert.match(pepper, /^[0-9a-f]{64}$/);
  const kept = async (workspace: string) => {
    const [row] = await store.state.query<{ pepper: string }>(
      'SELECT pepper FROM identity_secrets WHERE workspace = $1',
      [workspace],
    );
    return row.pepper;
  };
  assert.match(await kept('shop'), /^v1\.[0-9a-f]{8}\.[\w-]+$/);
  assert.deepEqual(filesWith(pepper), []);
  const plain = randomBytes(32).toString('hex');
  await createWorkspace(store, { id: 'earlier', name: 'Earlier', timeZone: 'UTC', now });
  await store.state.query('INSERT INTO identity_secrets (workspace, pepper, created_at) VALUES ($1, $2, $3)', [
    'earlier',
    plain,
    now,
  ]);
  await sealPeppers(store);
  assert.match(await kept('earlier'), /^v1\./);
  assert.equal((await readPersonal(store, 'earlier')).pepper, plain, 'it stays the same pepper');
  // Put in another's place it opens nothing.
  await store.state.query('UPDATE identity_secrets SET pepper = $1 WHERE workspace = $2', [
    await kept('shop'),
    'earlier',
  ]);
  await assert.rejects(readPersonal(store, 'earlier'), { code: 'secret_unreadable', hint: /back-up/ });
  await assert.rejects(sealPeppers(store), { code: 'secret_unreadable' });
  await store.state.query(`DELETE FROM identity_secrets WHERE workspace = 'earlier'`);
});

test('a workspace from before peppers keeps its hashes, and has a sealed secret for names and homes [WH-4]', async () => {
  const { writeKey: write } = await createWorkspace(store, { id: 'old', name: 'Old', timeZone: 'UTC', now });
  await store.state.query(`INSERT INTO identity_secrets (workspace, pepper, created_at) VALUES ('old', '', $1)`, [now]);
  const traits = { email: 'dora@example.org', firstName: 'Dora', lastName: 'Morgenstern' };
  await fetch(`${server.address}/v1/identify`, {
    method: 'POST',
    headers: { 'x-write-key': write },
    body: JSON.stringify({ userId: 'dora', messageId: 'old-1', traits }),
  });
  const row = await eventOf('old-1');
  assert.equal(row.email_hash, createHash('sha256').update(traits.email).digest('hex'));
  assert.deepEqual(Object.keys(JSON.parse(row.particulars)).sort(), ['email_name', 'given_name', 'surname']);
  const { linkageKey } = await readPersonal(store, 'old');
  assert.match(linkageKey, /^[0-9a-f]{64}$/);
  assert.deepEqual(filesWith(linkageKey), []);
});
