import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { writeEvent } from '../../src/collect/event-bytes.ts';
import { faultOf, type SegmentMessage, toEventRow } from '../../src/collect/index.ts';
import { eventLine, eventRowOf } from '../../src/collect/line.ts';
import { defaultPolicy } from '../../src/govern/index.ts';
import { RecordWriter, scanRecords } from '../../src/store/index.ts';
import { parseTime } from '../../src/time.ts';

// Texts as people send them, and texts that must not be written as they are: marks that JSON escapes, letters of every
// alphabet, halves of pairs, addresses and numbers, and what only looks like them.
const text = fc.oneof(
  fc.constantFrom('', 'Shoes', 'p-42', 'Product Viewed', 'https://shop.example/p/1?q=a%20b&gclid=Cj0', '100 % + more'),
  fc.constantFrom(
    'anna@example.com',
    'call +49 170 1234567',
    'a%40b.example',
    '"',
    'back\\slash',
    'line\nbreak',
    'é',
    '👟',
  ),
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 300 }),
);
const value = fc.oneof({ weight: 4, arbitrary: text }, fc.double(), fc.boolean(), fc.constant(null), fc.jsonValue());
const names = [
  'price',
  'product_id',
  'category',
  'currency',
  'email',
  'name',
  'address',
  'products',
  'toJSON',
  'query',
];
const fields = (...more: string[]) =>
  fc.dictionary(fc.oneof(fc.constantFrom(...names, ...more), text), fc.oneof(value, fc.dictionary(text, value)));
const context = fields('page', 'library', 'campaign', 'userAgent', 'locale', 'traits', 'externalIds', 'ip', 'location');
const id = fc.option(fc.oneof(text, fc.integer()), { nil: undefined });
const time = fc.constantFrom(undefined, '2026-01-31T12:00:00.000Z', '2026-02-28T23:59:59.999Z', 1_770_000_000_000);
const message = fc.record(
  {
    type: fc.constantFrom('track', 'page', 'screen', 'identify', 'group', 'alias'),
    event: text,
    name: text,
    messageId: id,
    userId: id,
    anonymousId: id,
    previousId: id,
    groupId: id,
    timestamp: time,
    sentAt: time,
    properties: fields(),
    traits: fields('phone'),
    context,
  },
  { requiredKeys: ['type', 'event'] },
);

test('the line that is written byte by byte is the row’s as JSON, whatever the message [MKT-1.6, PII]', () => {
  const out = new RecordWriter(1024);
  const policies = fc.constantFrom({ ...defaultPolicy }, { ...defaultPolicy, ids: 'keep' as const });
  let valid = 0;
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), policies, (messages, policy) => {
      const personal = { policy, pepper: 'a'.repeat(64), linkageKey: 'a'.repeat(64) };
      const arrival = { workspace: 'wörk', receivedAt: 1_770_000_000_000, source: '', personal };
      // As they come from a body: what JSON does not carry is gone.
      const sent = JSON.parse(JSON.stringify(messages)) as SegmentMessage[];
      const good = sent.filter((one) => !faultOf(one)).map((one) => ({ ...one, messageId: one.messageId ?? 'm' }));
      valid += good.length;
      out.start('wörk');
      for (const one of good) writeEvent(out, one, { ...arrival, sentAt: one.sentAt });
      const { bytes, ends } = out.records();
      const { records, end } = scanRecords(bytes);
      assert.deepEqual([end, ends.length], [bytes.length, good.length]);
      for (const [i, one] of good.entries()) {
        const row = toEventRow(one, { ...arrival, sentAt: one.sentAt });
        assert.equal(records[i].workspace, 'wörk');
        assert.equal(records[i].payload.toString(), eventLine(row));
        assert.deepEqual(eventRowOf(records[i].payload), row);
      }
    }),
    { numRuns: 1000, seed: 1 },
  );
  assert.ok(valid > 500, `${valid} messages were valid`);
});

test('an object of an importer that knows how it is written is written so', () => {
  const at = new Date('2026-01-02T03:04:05.000Z');
  const bare = { type: 'track', event: 'x', userId: 'u', messageId: 'm' } as const;
  const odd = { ...bare, properties: { at, none: undefined, list: [undefined, Number.NaN], deep: { at } } };
  const arrival = { workspace: 'w', receivedAt: at, source: '' };
  const out = new RecordWriter();
  out.start('w');
  writeEvent(out, odd, arrival);
  const [{ payload }] = scanRecords(out.records().bytes).records;
  assert.equal(payload.toString(), eventLine(toEventRow(odd, arrival)));
  assert.deepEqual(JSON.parse(eventRowOf(payload).properties), JSON.parse(JSON.stringify(odd.properties)));
});

test('a line of before, in which objects stand as text, is the same row', () => {
  const arrival = { workspace: 'w', receivedAt: 1_770_000_000_000, source: '' };
  const row = toEventRow(
    { type: 'track', event: 'x', userId: 'u', messageId: 'm', properties: { a: [1, '"'] }, context: { app: { b: 2 } } },
    arrival,
  );
  assert.deepEqual(eventRowOf(Buffer.from(`E${JSON.stringify(row)}`)), row);
});

test('a time is read as Date.parse reads it, whatever the text', () => {
  const two = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'));
  const usual = fc
    .tuple(
      fc.integer({ min: 1900, max: 2300 }),
      two(14),
      two(33),
      two(25),
      two(61),
      two(61),
      fc.integer({ max: 999, min: 0 }),
    )
    .map(([y, mo, d, h, mi, s, ms]) => `${y}-${mo}-${d}T${h}:${mi}:${s}.${String(ms).padStart(3, '0')}Z`);
  const day = fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date('2299-12-31') })
    .map((date) => date.toISOString());
  const bent = fc.tuple(day, fc.nat(23), fc.string({ minLength: 1, maxLength: 1 })).map(([text, at, letter]) => {
    return text.slice(0, at) + letter + text.slice(at + 1);
  });
  fc.assert(
    fc.property(fc.oneof(usual, day, bent, fc.string()), (text) => {
      assert.ok(Object.is(parseTime(text), Date.parse(text)), text);
    }),
    { numRuns: 5000, seed: 1 },
  );
});
