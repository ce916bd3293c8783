// Token buckets: tokens come back at a steady rate, and what was saved up lets a burst through. Something is let through
// as long as there is a token left, whatever its size, and may leave the bucket in debt; so what is larger than the bucket
// is never refused for ever.

import { LRUCache } from 'lru-cache';
import { SECOND_MS } from '../time.ts';

/** Tokens that come back every second, and how many are saved up at most. */
export type Refill = { perSecond: number; burst: number };

export interface Throttle {
  /** Takes so many tokens from the key's bucket, and answers 0; or the milliseconds until it has one again. */
  take(key: string, tokens: number, refill: Refill): number;
}

/** Keys whose buckets are remembered; one that is forgotten begins with a full bucket. */
const KEYS_LIMIT = 100_000;

export function openThrottle(now: () => Date): Throttle {
  const buckets = new LRUCache<string, { tokens: number; at: number }>({ max: KEYS_LIMIT });
  return {
    take: (key, tokens, { perSecond, burst }) => {
      const at = now().getTime();
      let bucket = buckets.get(key);
      if (bucket === undefined) {
        bucket = { tokens: burst, at };
        buckets.set(key, bucket);
      }
      const earned = (Math.max(0, at - bucket.at) / SECOND_MS) * perSecond;
      bucket.tokens = Math.min(burst, bucket.tokens + earned);
      bucket.at = at;
      if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) / perSecond) * SECOND_MS);
      bucket.tokens -= tokens;
      return 0;
    },
  };
}
