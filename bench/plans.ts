// What a tracking plan, consent and rules for properties cost the door: messages a second through each, alone on this
// thread, beside the check and the row that every message pays for. The plan has 200 events of 10 properties.
// Run: node bench/plans.ts

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admission, admit, openAdmissions } from '../src/collect/admission.ts';
import { faultOf, type SegmentMessage, toEventRow } from '../src/collect/index.ts';
import { openPlan } from '../src/collect/plans/check.ts';
import { compileRules } from '../src/collect/privacy/properties.ts';
import { ensureWorkspace, readPersonal } from '../src/govern/index.ts';
import { openStore } from '../src/store/index.ts';

const MESSAGES = 20_000;
const EVENTS = 200;
const ROUNDS = 9;

const dataDir = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
const store = await openStore({ dataDir });
const now = new Date();
await ensureWorkspace(store, 'default', now);
const personal = await readPersonal(store, 'default');
const bare = await openAdmissions(store).of('default');
const planOf = (action: 'allow' | 'block') =>
  openPlan(
    { policy: { unplannedEvents: action, unplannedProperties: action, violations: action }, events: events() },
    1,
  );
const plan = planOf('block');
const noting = planOf('allow');
const rules = compileRules(
  [
    { path: 'properties.coupon', action: 'hash' },
    { path: 'properties.customer.*.card', action: 'mask' },
    { path: 'properties.**.note', action: 'drop' },
  ],
  personal.pepper,
);
const request = { signals: undefined, receivedAt: now, recordedBy: '', source: '', personal };

console.log('| what | messages/s | µs a message |\n| --- | ---: | ---: |');
report('check and row, as without anything', (message) => {
  if (faultOf(message)) throw new Error('faulty');
  toEventRow(message, { workspace: 'default', receivedAt: now, source: '', personal });
});
report('let in: no plan, no choice, no rule', (message) => pass(bare, message));
report('a plan of 200 events, kept to', (message) => pass({ ...bare, plan }, message));
report('the same, broken in two places and noted', (message) => pass({ ...bare, plan: noting }, broken(message)));
report('three rules for properties', (message) => pass({ ...bare, rules }, message));
for (let i = 0; i < 100_000; i++) {
  bare.consent.note({
    identifiers: [`u:other-${i}`],
    choices: { analytics: false },
    decidedAt: now,
    express: true,
    origin: 'api',
    recordedBy: '',
    notice: '',
  });
}
report('consent, 100,000 people opted out, a person per 5 messages', (message) => pass(bare, message));
await store.close();
rmSync(dataDir, { recursive: true, force: true });

function pass(admission: Admission, message: SegmentMessage): void {
  const admitted = admit(admission, 'default', message, request, {});
  if (admitted && !('ruled' in admitted)) throw new Error('The message was not let in.');
}

function report(name: string, run: (message: SegmentMessage) => void): void {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const messages = Array.from({ length: MESSAGES }, (_, i) => messageOf(i));
    const start = performance.now();
    for (const message of messages) run(message);
    best = Math.min(best, performance.now() - start);
  }
  const rate = Math.round((MESSAGES / best) * 1000).toLocaleString('en-US');
  console.log(`| ${name} | ${rate} | ${((best / MESSAGES) * 1000).toFixed(2)} |`);
}

function events() {
  return Array.from({ length: EVENTS }, (_, i) => ({
    type: 'track' as const,
    name: `Event ${i}`,
    schema: {
      type: 'object',
      properties: {
        order_id: { type: 'string', maxLength: 40 },
        total: { type: 'number', minimum: 0 },
        currency: { enum: ['EUR', 'USD', 'GBP'] },
        coupon: { type: ['string', 'null'] },
        at: { type: 'string', format: 'date-time' },
        gift: { type: 'boolean' },
        count: { type: 'integer' },
        list: { type: 'string' },
        place: { type: 'object', properties: { shelf: { type: 'integer' }, aisle: { type: 'string' } } },
        products: {
          type: 'array',
          items: {
            type: 'object',
            properties: { sku: { type: 'string' }, price: { type: 'number' } },
            required: ['sku'],
          },
        },
      },
      required: ['order_id', 'total'],
    },
  }));
}

function messageOf(i: number): SegmentMessage {
  return {
    type: 'track',
    messageId: `m-${i}`,
    userId: `user-${Math.floor(i / 5)}`,
    anonymousId: `device-${Math.floor(i / 5)}`,
    event: `Event ${i % EVENTS}`,
    timestamp: '2026-03-01T12:00:00.000Z',
    properties: {
      order_id: `o-${i}`,
      total: i / 7,
      currency: 'EUR',
      coupon: i % 3 === 0 ? 'SPRING' : null,
      at: '2026-03-01T12:00:00.000Z',
      gift: i % 2 === 0,
      count: i,
      list: 'search',
      place: { shelf: i % 9, aisle: 'b' },
      products: [
        { sku: `p-${i % 100}`, price: 9.5 },
        { sku: `p-${i % 99}`, price: 3 },
      ],
    },
    context: { library: { name: 'bench' }, page: { url: 'https://shop.example/a' } },
  };
}

function broken(message: SegmentMessage): SegmentMessage {
  return { ...message, properties: { ...message.properties, total: 'much', colour: 'red' } };
}
