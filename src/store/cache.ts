// A cache: answers that are worth keeping for some hours, until something they rest on changes. What an answer rests on is
// named by marks; whoever changes such a thing raises its mark, and no answer given before is handed out again. In the
// memory of the process, or in Redis where several processes share one (cache-redis.ts).

import { LRUCache } from 'lru-cache';

export interface Cache {
  /** What was kept under a key; undefined where nothing holds any more. */
  get(key: string): Promise<string | undefined>;
  /** How marks stand. Ask before working out what is to be kept, so that a change meanwhile is noticed. */
  stand(marks: readonly string[]): Promise<Stand>;
  /** Keeps a text that was worked out while marks stood so. */
  set(key: string, text: string, how: { stand: Stand; ttlMs: number }): Promise<void>;
  raise(marks: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** How often each mark was raised. */
export type Stand = { marks: readonly string[]; raised: readonly number[] };

const TEXT_AT_MOST = 128 * 1024 * 1024;
const MARKS_AT_MOST = 1_000_000;

type Kept = { text: string; stand: Stand };

export function openMemoryCache(): Cache {
  const kept = new LRUCache<string, Kept>({
    maxSize: TEXT_AT_MOST,
    sizeCalculation: ({ text }) => 2 * text.length + 200,
  });
  const raised = new LRUCache<string, number>({ max: MARKS_AT_MOST });
  // A mark that was forgotten stands higher than any answer has seen it, so that none is handed out by mistake.
  let forgotten = 0;
  let last = 0;
  const standOf = (mark: string) => {
    const own = raised.get(mark);
    if (own !== undefined) return own;
    if (raised.size >= MARKS_AT_MOST) forgotten = last;
    return forgotten;
  };
  return {
    async get(key) {
      const found = kept.get(key);
      if (found === undefined) return undefined;
      const { marks, raised: seen } = found.stand;
      if (marks.every((mark, i) => standOf(mark) === seen[i])) return found.text;
      kept.delete(key);
      return undefined;
    },
    stand: async (marks) => ({ marks, raised: marks.map(standOf) }),
    async set(key, text, { stand, ttlMs }) {
      kept.set(key, { text, stand }, { ttl: ttlMs });
    },
    async raise(marks) {
      for (const mark of marks) raised.set(mark, ++last);
    },
    close: async () => {},
  };
}
