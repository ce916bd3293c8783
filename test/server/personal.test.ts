// Nothing of an address, a number, a name or a home may lie in the data folder, whichever door it came by. The folder is read byte by
// byte while the journal is full and again after it was shipped; and because the engine packs what it writes, every
// table of both engines is read as well.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { importFile, loadMessages } from '../../src/collect/index.ts';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const now = new Date();
const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
const { writeKey } = await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now });
const secret = await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now });
const server = await openServer({ store, logLevel: 'silent', intake: { waitMs: 3000 } });

let people = 0;
const raw: { email: string; phone: string; family: string; street: string; born: string }[] = [];

/** An address and a number that appear nowhere else. */
function somebody() {
  people += 1;
  const one = {
    email: `Secret.Person${people}x@hidden-${people}.example`,
    phone: `+4915123${String(400_000 + people)}`,
    family: `Zwetschgenbaum${people}q`,
    street: `${people} Hinterhofgasse`,
    born: `19${10 + (people % 80)}-07-${10 + (people % 18)}`,
  };
  raw.push(one);
  return one;
}

/** A message with the two in every place that somebody might put them. */
function message(extra: object = {}) {
  const { email, phone, family, street, born } = somebody();
  const told = {
    firstName: 'Kunigunde',
    lastName: family,
    birthday: born,
    address: { street, city: 'Wien', postalCode: '10179' },
  };
  return {
    type: 'track',
    event: `Mail from ${email}`,
    name: `To ${email}`,
    messageId: `m-${email}`,
    userId: email,
    anonymousId: phone,
    properties: {
      email,
      phone,
      order_id: `order-${email}`,
      coupon: email,
      query: `who is ${email} or ${phone}`,
      note: `call ${phone} or ${email}`,
      nested: { list: [{ text: email, more: { phone } }], contact: phone },
      url: `https://shop.example/?u=${encodeURIComponent(email)}&p=${encodeURIComponent(phone)}`,
    },
    traits: { email, phone, name: email, mail: email, about: `${email} ${phone}`, ...told },
    context: {
      traits: { email, phone, ...told },
      page: { url: `https://shop.example/${email}`, referrer: `https://x.example/?tel=${phone}`, title: email },
      externalIds: [
        { id: email, type: 'newsletter', collection: 'users', encoding: 'none' },
        { id: phone, type: 'phone', collection: 'users', encoding: 'none' },
      ],
      device: { id: email },
      sessionId: email,
      campaign: { name: email },
      userAgent: 'Mozilla/5.0',
    },
    ...extra,
  };
}

const headers = { authorization: `Basic ${btoa(`${writeKey}:`)}`, 'content-type': 'application/json' };
const post = async (path: string, body: unknown) =>
  (await fetch(server.address + path, { method: 'POST', headers, body: JSON.stringify(body) })).status;

function assertNowhere(text: string, where: string): void {
  const lower = text.toLowerCase();
  for (const { email, phone, family, street, born } of raw) {
    const traces = [email, encodeURIComponent(email), phone, encodeURIComponent(phone), phone.slice(1)];
    for (const trace of [...traces, family, street, born, born.replaceAll('-', '')]) {
      if (lower.includes(trace.toLowerCase())) {
        const at = lower.indexOf(trace.toLowerCase());
        assert.fail(`${trace} lies in ${where}: …${text.slice(Math.max(0, at - 80), at + 60)}…`);
      }
    }
    for (const plain of [email.toLowerCase(), phone]) {
      assert.ok(!lower.includes(hash('sha256', plain)), `the plain hash of ${plain} lies in ${where}`);
    }
  }
}

function scanFolder(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    const content = readFileSync(path);
    bytes += content.length;
    assertNowhere(content.toString('latin1'), name);
  }
  return bytes;
}

test('no raw address or number lies in the data folder, whichever door it came by [MKT-14.3]', async () => {
  for (const type of ['track', 'identify', 'page', 'screen', 'group', 'alias']) {
    const { phone, email } = somebody();
    const status = await post(`/v1/${type}`, message({ type: undefined, groupId: email, previousId: phone }));
    assert.equal(status, 200, type);
  }
  assert.equal(await post('/v1/batch', { batch: [message(), message({ type: 'identify' })] }), 200);
  // Refused ones are kept to be mended.
  assert.equal(await post('/v1/track', message({ timestamp: 'yesterday' })), 400);
  assert.equal(await post('/v1/track', message({ timestamp: somebody().email })), 400);
  const batch = [message({ event: '' }), message({ userId: { of: somebody().email } }), somebody().phone];
  assert.equal(await post('/v1/batch', { batch }), 400);
  const data = Buffer.from(JSON.stringify({ writeKey, ...message() })).toString('base64');
  assert.equal((await fetch(`${server.address}/v1/pixel/track?data=${encodeURIComponent(data)}`)).status, 200);

  assert.ok(scanFolder(join(store.dataDir, 'journal')) > 5000, 'the journal holds them still');
  const { intake } = (await (await fetch(`${server.address}/health`)).json()) as {
    intake: { backlog: { events: number } };
  };
  assert.ok(intake.backlog.events > 0);

  const folder = mkdtempSync(join(tmpdir(), 'inkling-personal-'));
  const lines = join(folder, 'events.ndjson');
  writeFileSync(
    lines,
    `${[message(), message({ timestamp: 'never' })].map((one) => JSON.stringify(one)).join('\n')}\n{"broken": "${somebody().email}\n`,
  );
  const table = join(folder, 'orders.csv');
  const [buyer, other] = [somebody(), somebody()];
  writeFileSync(
    table,
    `user_id,email,phone,event,timestamp,note\n${buyer.email},${buyer.email},${buyer.phone},Order Completed,2026-01-01T00:00:00Z,call ${buyer.phone}\n${other.email},${other.email},${other.phone},Order Completed,whenever,${other.email}\n`,
  );
  for (const path of [lines, table]) await importFile(store, { workspace: 'shop', path, now });
  rmSync(folder, { recursive: true });
  await loadMessages(store, { workspace: 'shop', source: 'test', messages: [message() as never], now });

  const backlog = async () =>
    ((await (await fetch(`${server.address}/health`)).json()) as { intake: { backlog: { events: number } } }).intake
      .backlog.events;
  while ((await backlog()) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(scanFolder(store.dataDir) > 100_000);
  assert.ok(
    await store.facts.holds('events', `workspace = 'shop' AND particulars != ''`),
    'linkage has what it compares',
  );
  for (const name of ['events', 'rejected_events', 'identity_evidence', 'profiles']) {
    assertNowhere(JSON.stringify(await store.facts.rows(`SELECT * FROM ${name}`)), name);
  }
  const tables = await store.state.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  for (const { name } of tables) {
    assertNowhere(JSON.stringify(await store.state.query(`SELECT * FROM ${name}`)), name);
  }
});

test('people are found by their address all the same, and what was refused is mended without it', async () => {
  const email = 'findable@example.org';
  await post('/v1/track', { event: 'x', userId: email, properties: {} });
  await post('/v1/identify', { anonymousId: 'laptop-9', traits: { email } });
  await post('/v1/identify', { anonymousId: 'mended', timestamp: 'never', traits: { email } });
  const bearer = { authorization: `Bearer ${secret.key}`, 'content-type': 'application/json' };
  type Rejected = { rejected: { id: string; body: { anonymousId?: string } | null }[] };
  const find = async () => {
    const listed = (await (await fetch(`${server.address}/api/v1/rejected`, { headers: bearer })).json()) as Rejected;
    return listed.rejected.find(({ body }) => body?.anonymousId === 'mended');
  };
  while ((await find()) === undefined) await new Promise((resolve) => setTimeout(resolve, 100));
  const body = JSON.stringify({ ids: [(await find())?.id], patch: [{ op: 'remove', path: '/timestamp' }] });
  const sent = await fetch(`${server.address}/api/v1/rejected/replay`, { method: 'POST', headers: bearer, body });
  assert.equal(((await sent.json()) as { replayed: number }).replayed, 1);
  const idOf = async (name: string) => {
    const response = await fetch(`${server.address}/api/v1/people/${encodeURIComponent(name)}`, { headers: bearer });
    return response.status === 200 ? ((await response.json()) as { id: string }).id : undefined;
  };
  let [mended, found]: (string | undefined)[] = [];
  for (let i = 0; i < 200 && (mended === undefined || mended !== found); i++) {
    [mended, found] = [await idOf('mended'), await idOf(email)];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(mended !== undefined);
  assert.deepEqual(
    [await idOf(email), await idOf('laptop-9'), await idOf(hash('sha256', email))],
    [mended, mended, mended],
  );
});
