// Bodies of any kind at the door: messages that are nearly right, JSON of any shape, bytes, packed or said to be. Whatever
// comes, the answer is 200, or 400 or 413 with a detail and a hint; used by fuzz.test.ts and `npm run fuzz`.

import assert from 'node:assert/strict';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ensureWorkspace } from '../../src/govern/index.ts';
import { openServer } from '../../src/server/index.ts';
import type { Store } from '../../src/store/index.ts';

export type FuzzReport = { bodies: number; taken: number; refused: number };

const VOLLEY = 24;

type Options = { bodies: number; seed: number; onProgress?: (done: number) => void };

/** Rejects with the smallest body that shows what is wrong. */
export async function fuzzDoor(store: Store, { bodies, seed, onProgress }: Options): Promise<FuzzReport> {
  const { writeKey } = await ensureWorkspace(store, 'default', new Date());
  const server = await openServer({ store, logLevel: 'silent', intake: { waitMs: 20 } });
  const report = { bodies: 0, taken: 0, refused: 0 };
  const send = async (call: string, bytes: Buffer, packed: string | undefined) => {
    const sent = packers[packed ?? '']?.(bytes) ?? bytes;
    const headers = { 'x-write-key': writeKey, ...(packed && { 'content-encoding': packed }) };
    const response = await fetch(`${server.address}/v1/${call}`, {
      method: 'POST',
      body: sent as Uint8Array<ArrayBuffer>,
      headers,
    });
    const answer = (await response.json()) as Record<string, unknown>;
    report.bodies += 1;
    if (report.bodies % 1000 === 0) onProgress?.(report.bodies);
    if (response.status === 200) {
      report.taken += 1;
      // A platform's webhook is told as well how many of its messages were taken.
      if (call.startsWith('webhook/')) return assert.equal(answer['success'], true);
      return assert.deepEqual(answer, { success: true });
    }
    report.refused += 1;
    assert.ok([400, 413].includes(response.status), `status ${response.status}`);
    for (const field of ['detail', 'hint']) assert.ok(answer[field], `no ${field}: ${JSON.stringify(answer)}`);
    // Of a message it is a field that is named, unless the body was none at all or the batch was taken in part.
    if (answer['code'] === 'invalid_input')
      assert.ok(answer['field'] ?? answer['faults'] ?? isWhole(answer), JSON.stringify(answer));
  };
  try {
    // Several at once, which spares waiting for the disk; what fails is narrowed down to its own body.
    const volley = fc.array(fc.tuple(call, body, encoding), { minLength: 1, maxLength: VOLLEY, size: 'max' });
    const sendAll = (all: [string, Buffer, string | undefined][]) => Promise.all(all.map((one) => send(...one)));
    const property = fc.asyncProperty(volley, async (all) => void (await sendAll(all)));
    while (report.bodies < bodies) {
      const numRuns = Math.ceil((bodies - report.bodies) / VOLLEY);
      await fc.assert(property, { numRuns, seed: seed + report.bodies });
    }
  } finally {
    await server.close();
  }
  return report;
}

/** The message as a whole is meant, and the detail says so. */
function isWhole({ detail }: Record<string, unknown>): boolean {
  return /^The (message|body) /.test(String(detail));
}

const call = fc.constantFrom(
  ...['track', 'identify', 'page', 'screen', 'group', 'alias', 'batch', 'import', 't', 'webhook/segment'],
);
/** Mostly what it should be, so that what comes behind the first check is reached as well. */
const mostly = (good: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: fc.jsonValue() });
const time = mostly(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2199-01-01') }));
const id = mostly(fc.string({ unit: 'binary', maxLength: 40 }));
const fields = (...names: string[]) =>
  mostly(
    fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), fc.oneof(fc.string(), fc.jsonValue()), {
      maxKeys: 6,
    }),
  );
const message = fc.record(
  {
    type: mostly(fc.constantFrom('track', 'page', 'screen', 'identify', 'group', 'alias')),
    event: mostly(fc.string({ minLength: 1 })),
    userId: id,
    anonymousId: id,
    previousId: id,
    groupId: id,
    messageId: id,
    timestamp: time,
    sentAt: time,
    properties: fields('products', 'product_id', 'price', 'revenue', 'query', 'currency', 'email'),
    traits: fields('email', 'phone', 'address', 'name'),
    context: fields('page', 'campaign', 'userAgent', 'library', 'device', 'screen', 'location', 'locale', 'traits'),
  },
  { requiredKeys: ['type', 'event', 'userId'] },
);
const one = mostly(message);
const batch = fc.record(
  { batch: mostly(fc.array(one, { maxLength: 5 })), sentAt: time, context: fields('page', 'library', 'ip') },
  { requiredKeys: ['batch'] },
);
const body = fc.oneof(
  fc.oneof(one, batch).map((value) => Buffer.from(JSON.stringify(value))),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);
const encoding = fc.constantFrom(undefined, undefined, undefined, 'gzip', 'br', 'nonsense');
const packers: Record<string, (bytes: Buffer) => Buffer> = { gzip: gzipSync, br: brotliCompressSync };
