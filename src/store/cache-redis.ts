// The cache in Redis, for several processes. Each mark is a counter that lives longer than any answer that saw it. Where
// Redis cannot be reached nothing is found and nothing is kept, and marks that could not be raised are raised before
// anything is handed out again: a service without its cache is slower, not wrong.

import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { HOUR_MS, SECOND_MS } from '../time.ts';
import type { Cache, Stand } from './cache.ts';

/** Longer than an answer is kept. */
const MARK_KEPT_MS = 24 * HOUR_MS;
const MARKS_PER_CALL = 1000;
const PREFIX = 'inkling:';
/** Whoever waits for an answer is not to wait for a cache that hangs. */
const PATIENCE_MS = SECOND_MS;
const RECONNECT_AFTER_MS = SECOND_MS;

export async function openRedisCache(url: string): Promise<Cache> {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: 5 * SECOND_MS, reconnectStrategy: () => RECONNECT_AFTER_MS },
    commandOptions: { timeout: PATIENCE_MS },
  });
  // It is told by what cannot be done meanwhile.
  client.on('error', () => {});
  const owed = new Set<string>();
  const connected = client.connect().catch(() => {});
  await Promise.race([connected, delay(PATIENCE_MS, undefined, { ref: false })]);

  const raiseNow = async (marks: readonly string[]) => {
    for (let from = 0; from < marks.length; from += MARKS_PER_CALL) {
      const batch = client.multi();
      for (const mark of marks.slice(from, from + MARKS_PER_CALL)) {
        batch.incr(markKey(mark)).pExpire(markKey(mark), MARK_KEPT_MS);
      }
      await batch.execAsPipeline();
    }
  };
  const settle = async () => {
    if (owed.size === 0) return;
    const marks = [...owed];
    await raiseNow(marks);
    for (const mark of marks) owed.delete(mark);
  };
  const raisedOf = async (marks: readonly string[]) => {
    await settle();
    return marks.length === 0 ? [] : (await client.mGet(marks.map(markKey))).map(Number);
  };
  return {
    async get(key) {
      try {
        const found = await client.get(answerKey(key));
        if (found === null) return undefined;
        const { text, stand } = JSON.parse(found) as { text: string; stand: Stand };
        const now = await raisedOf(stand.marks);
        return stand.raised.every((times, i) => times === now[i]) ? text : undefined;
      } catch {
        return undefined;
      }
    },
    async stand(marks) {
      // Never how a mark stands: what is worked out now is not to be found.
      const raised = await raisedOf(marks).catch(() => marks.map(() => -1));
      return { marks, raised };
    },
    async set(key, text, { stand, ttlMs }) {
      if (stand.raised.includes(-1)) return;
      await client.set(answerKey(key), JSON.stringify({ text, stand }), { PX: ttlMs }).catch(() => {});
    },
    async raise(marks) {
      try {
        await settle();
        await raiseNow(marks);
      } catch {
        for (const mark of marks) owed.add(mark);
      }
    },
    async close() {
      client.destroy();
    },
  };
}

const answerKey = (key: string) => `${PREFIX}answer:${key}`;
const markKey = (mark: string) => `${PREFIX}mark:${mark}`;
