// The contract suite that every SDK hands itself to: each vector of sdk/contract runs through the SDK's driver, against
// a server that answers as the vector says, and the messages once more against a running Inkling.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { type Inkling, openInkling } from './inkling.ts';
import { type Answer, openScripted, type Request, type Scripted, type WireMessage } from './scripted.ts';

export type Call = { call: string; message: Record<string, unknown> };
export type Loss = { reason: string; status?: number; detail?: string; messages: number };

/** What a driver does: open the SDK, make the calls, end as told. */
export type Script = {
  settings: {
    key: string;
    address: string;
    timeoutMs: number;
    retryBaseMs: number;
    exitTimeoutMs: number;
    queueLimit?: number;
    onErrorThrows?: boolean;
  };
  calls: Call[];
  /** Calls made after the first have left the queue. */
  callsAfter: Call[];
  end: 'close' | 'exit';
};
/** What it tells: what was reported, what was thrown into the host, and how long closing took. */
export type Outcome = { reported: Loss[]; thrown: string[]; closedMs: number };
export type Driver = (script: Script) => Promise<Outcome>;

type MessageVector = Call & { name: string; expect: Record<string, unknown>; event?: string };
type DeliveryVector = {
  name: string;
  sdks?: string[];
  calls: number;
  callsAfter?: number;
  callsTooLarge?: number;
  bytes?: number;
  down?: number;
  end?: 'exit';
  settings?: Partial<Script['settings']>;
  answers: Answer[];
  expect: {
    requests?: number;
    delivered: number;
    reported?: Loss[];
    firstWaitMs?: { atLeast: number; atMost: number };
    closedWithinMs?: number;
  };
};

const { vectors: messages } = read<{ vectors: MessageVector[] }>('messages.json');
const { vectors: deliveries } = read<{ vectors: DeliveryVector[] }>('delivery.json');
const KEY = 'wk_contract';

/** Registers the tests of one SDK. `skip` is why this machine cannot run it. */
export function testContract(sdk: string, drive: Driver, skip: string | false): void {
  describe(`the ${sdk} SDK`, { skip }, () => {
    for (const vector of deliveries) {
      if (vector.sdks && !vector.sdks.includes(sdk)) continue;
      test(`${vector.name} [MKT-18.2]`, () => checkDelivery(vector, drive));
    }
    test('every call becomes the message of the contract [MKT-18.2]', () => checkMessages(sdk, drive));
    testAgainstInkling(sdk, drive);
  });
}

function testAgainstInkling(sdk: string, drive: Driver): void {
  let inkling: Inkling;
  before(async () => {
    inkling = await openInkling();
  });
  after(() => inkling?.close());

  test('every call arrives in a running Inkling [MKT-1.1]', async () => {
    const { reported, thrown } = await drive(scriptOf({ key: inkling.writeKey, address: inkling.address }, messages));
    assert.deepEqual([reported, thrown], [[], []]);
    const rows = await inkling.events<{ event: string; source: string }>('event, source');
    const filed = rows.map(({ event }) => event);
    for (const { event } of messages) if (event) assert.ok(filed.includes(event), `${event} in ${filed}`);
    assert.equal(rows.length, messages.length);
    assert.deepEqual([...new Set(rows.map(({ source }) => source))], [`inkling-${sdk}`]);
  });

  test('a running Inkling that does not know the key is reported as 401 [MKT-18.1]', async () => {
    const script = scriptOf({ key: 'wk_unknown', address: inkling.address }, messages.slice(0, 2));
    assertReported((await drive(script)).reported, [{ reason: 'rejected', status: 401, messages: 2 }]);
  });
}

async function checkMessages(sdk: string, drive: Driver): Promise<void> {
  const scripted = await openScripted([]);
  try {
    const before = Date.now();
    const { reported, thrown } = await drive(scriptOf(scripted, messages));
    assert.deepEqual([reported, thrown], [[], []]);
    const sent = scripted.delivered();
    assert.equal(sent.length, messages.length);
    for (const [i, vector] of messages.entries()) assertHolds(sent[i], vector.expect, vector.name);
    assertForm(scripted.requests, before);
    for (const { context } of sent) {
      assertHolds(context, { library: { name: `inkling-${sdk}` } }, 'context.library');
    }
  } finally {
    await scripted.close();
  }
}

/** What holds for every request: where it goes, the key, ids that are unique, moments of the clock. */
function assertForm(requests: readonly Request[], before: number): void {
  for (const { method, path, key, body, bytes } of requests) {
    assert.deepEqual([method, path, key], ['POST', '/v1/batch', KEY]);
    assert.ok(bytes <= 500_000, `${bytes} bytes`);
    assert.match(body.sentAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(Date.parse(body.sentAt) >= before - 1 && Date.parse(body.sentAt) <= Date.now());
    const ids = body.batch.map(({ messageId }) => messageId);
    assert.equal(new Set(ids).size, ids.length);
    for (const { messageId, timestamp } of body.batch) {
      assert.ok(messageId.length > 0 && messageId.length <= 256);
      assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.ok(Date.parse(timestamp) <= Date.parse(body.sentAt));
    }
  }
}

async function checkDelivery(vector: DeliveryVector, drive: Driver): Promise<void> {
  const scripted = await openScripted(vector.answers, vector.down);
  try {
    const before = Date.now();
    const outcome = await drive(deliveryScript(vector, scripted));
    const { expect } = vector;
    assert.deepEqual(outcome.thrown, []);
    assertForm(scripted.requests, before);
    if (expect.requests !== undefined) assert.equal(scripted.requests.length, expect.requests);
    assertOrder(scripted.delivered(), expect.delivered);
    assertSameAgain(scripted.requests);
    if (vector.end !== 'exit') assertReported(outcome.reported, expect.reported ?? []);
    if (expect.firstWaitMs) {
      const [first, second] = scripted.requests;
      assertBetween(second.atMs - first.atMs, expect.firstWaitMs);
    }
    if (expect.closedWithinMs) assertBetween(outcome.closedMs, { atLeast: 0, atMost: expect.closedWithinMs });
  } finally {
    await scripted.close();
  }
}

function deliveryScript(vector: DeliveryVector, { address }: Scripted): Script {
  let number = 0;
  const make = (count = 0, bytes = vector.bytes ?? 0): Call[] =>
    Array.from({ length: count }, () => ({
      call: 'track',
      message: { userId: 'u1', event: 'Counted', properties: { number: number++, filling: 'x'.repeat(bytes) } },
    }));
  const script = scriptOf({ address, ...vector.settings }, [
    ...make(vector.calls),
    ...make(vector.callsTooLarge, 40_000),
  ]);
  return { ...script, callsAfter: make(vector.callsAfter), end: vector.end ?? 'close' };
}

function scriptOf(settings: Partial<Script['settings']> & { address: string }, calls: readonly Call[]): Script {
  const { key = KEY, address, timeoutMs = 5000, exitTimeoutMs = 10_000, queueLimit, onErrorThrows } = settings;
  return {
    settings: { key, address, timeoutMs, exitTimeoutMs, retryBaseMs: 100, queueLimit, onErrorThrows },
    calls: calls.map(({ call, message }) => ({ call, message })),
    callsAfter: [],
    end: 'close',
  };
}

/** Each message once, in the order of the calls. */
function assertOrder(delivered: readonly WireMessage[], count: number): void {
  const numbers = delivered.map(({ properties }) => (properties as { number: number }).number);
  assert.equal(numbers.length, count);
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  );
  assert.equal(new Set(delivered.map(({ messageId }) => messageId)).size, count);
}

/** A message that is sent again is the same message: the service can tell. */
function assertSameAgain(requests: readonly Request[]): void {
  const known = new Map<number, string>();
  for (const { properties, messageId, timestamp } of requests.flatMap(({ body }) => body.batch)) {
    const { number } = properties as { number: number };
    const identity = `${messageId} ${timestamp}`;
    assert.equal(known.get(number) ?? identity, identity);
    known.set(number, identity);
  }
}

function assertReported(reported: readonly Loss[], expected: readonly Loss[]): void {
  const plain = ({ reason, status, messages }: Loss) => ({ reason, status: status ?? 0, messages });
  assert.deepEqual(reported.map(plain), expected.map(plain));
  for (const [i, { detail }] of expected.entries()) {
    if (detail) assert.ok(reported[i].detail?.includes(detail), `${detail} in ${reported[i].detail}`);
  }
}

function assertBetween(ms: number, { atLeast, atMost }: { atLeast: number; atMost: number }): void {
  assert.ok(ms >= atLeast && ms <= atMost, `${Math.round(ms)} ms is not between ${atLeast} and ${atMost}`);
}

/** Everything that is expected is there, however deep; more may be. */
function assertHolds(actual: unknown, expected: unknown, where: string): void {
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) {
    assert.deepEqual(actual, expected, where);
    return;
  }
  assert.ok(typeof actual === 'object' && actual !== null, `${where} is ${JSON.stringify(actual)}`);
  for (const [key, value] of Object.entries(expected)) {
    assertHolds((actual as Record<string, unknown>)[key], value, `${where}, ${key}`);
  }
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../sdk/contract/${name}`, import.meta.url), 'utf8'));
}
