// A token bucket for each key: tokens are events, they come back at a steady rate, and what was saved up lets a burst
// through. A request is taken as long as there is a token left, whatever its size, and may leave the bucket in debt; so
// a batch that is larger than the bucket is never refused for ever.

import { LRUCache } from 'lru-cache';
import { SECOND_MS } from '../time.ts';

/** How many events a key may send: on average, and at once after a pause. */
export type Rate = { eventsPerSecond: number; burst: number };

export interface Throttle {
  /** Takes the events from the key's bucket, and answers 0; or the milliseconds until it has a token again. */
  take(key: string, events: number, rate: Rate): number;
}

/** Keys whose buckets are remembered; one that is forgotten begins with a full bucket. */
const KEYS_LIMIT = 100_000;

export function openThrottle(now: () => Date): Throttle {
  const buckets = new LRUCache<string, { tokens: number; at: number }>({ max: KEYS_LIMIT });
  return {
    take: (key, events, { eventsPerSecond, burst }) => {
      const at = now().getTime();
      const bucket = buckets.get(key) ?? { tokens: burst, at };
      const earned = (Math.max(0, at - bucket.at) / SECOND_MS) * eventsPerSecond;
      bucket.tokens = Math.min(burst, bucket.tokens + earned);
      bucket.at = at;
      buckets.set(key, bucket);
      if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) / eventsPerSecond) * SECOND_MS);
      bucket.tokens -= events;
      return 0;
    },
  };
}
