import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { faultOf, MESSAGE_LIMIT_BYTES, messageTypes } from '../../src/collect/index.ts';

const good = { type: 'track', event: 'Quiz Finished', userId: 'u1' };

test('each fault names its field, the value and a remedy [MKT-18.4]', () => {
  const long = 'x'.repeat(300);
  const cases: [message: unknown, field: string, value?: unknown][] = [
    [{ ...good, type: 'trak' }, 'batch[3].type', 'trak'],
    [{ ...good, type: undefined }, 'batch[3].type'],
    [{ ...good, event: undefined }, 'batch[3].event'],
    [{ ...good, event: '  ' }, 'batch[3].event', '  '],
    [{ ...good, event: 7 }, 'batch[3].event', 7],
    [{ ...good, event: long }, 'batch[3].event', long],
    [{ ...good, userId: { id: 1 } }, 'batch[3].userId', { id: 1 }],
    [{ ...good, userId: long }, 'batch[3].userId', long],
    [{ ...good, messageId: true }, 'batch[3].messageId', true],
    [{ type: 'track', event: 'x' }, 'batch[3].userId'],
    [{ type: 'track', event: 'x', userId: '', anonymousId: null }, 'batch[3].userId', ''],
    [{ type: 'identify', traits: { email: 'not an address' } }, 'batch[3].userId'],
    [{ ...good, timestamp: 'yesterday' }, 'batch[3].timestamp', 'yesterday'],
    [{ ...good, timestamp: '0026-01-01T00:00:00Z' }, 'batch[3].timestamp', '0026-01-01T00:00:00Z'],
    [{ ...good, properties: [1] }, 'batch[3].properties', [1]],
    [{ ...good, context: 'web' }, 'batch[3].context', 'web'],
    [{ type: 'page', userId: 'u', name: 5 }, 'batch[3].name', 5],
    [{ type: 'group', userId: 'u' }, 'batch[3].groupId'],
    [{ type: 'alias', userId: 'u' }, 'batch[3].previousId'],
    [{ type: 'alias', previousId: 'a', anonymousId: 'b' }, 'batch[3].userId'],
    ['text', 'batch[3]', 'text'],
    [null, 'batch[3]', null],
    [[good], 'batch[3]', [good]],
  ];
  for (const [message, field, value] of cases) {
    const fault = faultOf(message, 'batch[3]');
    assert.ok(fault, JSON.stringify(message));
    assert.deepEqual([fault.code, fault.field, fault.value], ['invalid_input', field, value]);
    assert.ok(fault.message.startsWith(field), fault.message);
    assert.ok((fault.hint ?? '').length > 10);
  }
});

test('what is within the limits passes: any properties, numbers as ids, an address instead of an id [MKT-1.6]', () => {
  for (const message of [
    good,
    { ...good, userId: 42, properties: { anything: [{ goes: null }], 'even this': '💥' } },
    { ...good, properties: null, context: null, timestamp: null, name: null },
    { ...good, timestamp: 1_700_000_000_000 },
    { type: 'identify', traits: { email: 'anna@example.org' } },
    { type: 'identify', traits: { phone: '+49 30 901820' } },
    { type: 'alias', userId: 'u', previousId: 'a' },
    { type: 'group', anonymousId: 'a', groupId: 7 },
    { type: 'page', anonymousId: 'a' },
  ]) {
    assert.equal(faultOf(message, 'batch[0]'), undefined, JSON.stringify(message));
  }
});

test('a call that names its type needs none in the message', () => {
  assert.equal(faultOf({ userId: 'u', event: 'x' }, '', 'track'), undefined);
  assert.equal(faultOf({ userId: 'u' }, '', 'track')?.field, 'event');
});

test('a message is refused from the first byte over 32 kB, and not before', () => {
  const empty = Buffer.byteLength(JSON.stringify({ ...good, properties: { text: '' } }));
  const fill = (bytes: number, unit: string) => ({
    ...good,
    properties: { text: unit.repeat((bytes - empty) / Buffer.byteLength(JSON.stringify(unit).slice(1, -1))) },
  });
  const room = MESSAGE_LIMIT_BYTES - empty;
  assert.equal(faultOf(fill(MESSAGE_LIMIT_BYTES, 'x')), undefined);
  assert.equal(faultOf(fill(MESSAGE_LIMIT_BYTES + 1, 'x'))?.code, 'payload_too_large');
  const escapes = '\u0001'.repeat(Math.floor(room / 6) + 1);
  assert.equal(faultOf({ ...good, properties: { text: escapes } })?.code, 'payload_too_large');
});

test('depth is limited, so that nothing behind the door runs out of stack', () => {
  const nested = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
  assert.equal(faultOf({ ...good, properties: nested(50) }), undefined);
  assert.match(faultOf({ ...good, properties: nested(3000) })?.message ?? '', /nested/);
});

test('no JSON value makes the check throw, and every fault has a field inside the message', () => {
  const message = fc.record(
    {
      type: fc.oneof(fc.constantFrom(...messageTypes), fc.jsonValue()),
      event: fc.jsonValue(),
      userId: fc.jsonValue(),
      anonymousId: fc.jsonValue(),
      previousId: fc.jsonValue(),
      timestamp: fc.jsonValue(),
      traits: fc.jsonValue(),
      properties: fc.jsonValue(),
      context: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(message, fc.jsonValue()), (value) => {
      const fault = faultOf(value, 'batch[0]');
      if (fault) assert.match(fault.field ?? '', /^batch\[0\](\.\w+)?$/);
    }),
    { numRuns: 5000, seed: 5 },
  );
});
