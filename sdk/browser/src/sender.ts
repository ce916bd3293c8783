// Delivers the queue, one tab at a time: whoever holds the lock sends. How long the service must be left alone stands
// in the storage, so every tab keeps to it. When the page goes away a beacon carries what waits; nobody hears its
// answer, so the messages stay and the next page sends them again: the service takes each messageId once.

import type { Loss } from './message.ts';
import { openQueue, type Waiting } from './queue.ts';
import type { Storage } from './storage.ts';

export type SenderSettings = {
  key: string;
  address: string;
  /** Messages that wait at most, all tabs together; 500. */
  queueLimit: number;
  /** How long a message waits for company; 500 ms. */
  flushIntervalMs: number;
  /** How long one request may take; 10 s. */
  timeoutMs: number;
  /** Back-off: drawn from 0 to base · 2ⁿ, at most the cap; 500 ms and 30 s. */
  retryBaseMs: number;
  retryCapMs: number;
};

export type Sender = {
  /** False when the queue is full. */
  add(text: string): boolean;
  /** Sends now; resolves with whether all that waited has left in time. */
  flush(timeoutMs: number): Promise<boolean>;
  /** Hands what waits to the browser, which delivers it after the page is gone. */
  beacon(): void;
  /** Forgets what waits. */
  clear(): void;
  stop(): void;
};

/** No request before `asked` (the service's wish), none before `until` unless somebody flushes. */
type Rest = { asked: number; until: number; attempt: number };

const noRest: Rest = { asked: 0, until: 0, attempt: 0 };
const BATCH_BYTES = 450_000;
/** Browsers take 64 KiB of beacons at once. */
const BEACON_BYTES = 60_000;
const RETRY_AFTER_MOST_MS = 300_000;

export function openSender(settings: SenderSettings, storage: Storage, report: (loss: Loss) => void): Sender {
  const { key, address, timeoutMs, flushIntervalMs } = settings;
  const queue = openQueue(storage, settings.queueLimit);
  const url = `${address}/v1/batch`;
  const beaconed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const bodyOf = (batch: readonly Waiting[]) =>
    `{"writeKey":${JSON.stringify(key)},"sentAt":"${new Date().toISOString()}","batch":[${batch.map(({ text }) => text)}]}`;
  const rest = (): Rest => storage.read('rest', noRest);
  const plan = (inMs: number) => {
    if (!stopped) timer ??= setTimeout(run, inMs);
  };

  async function run(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    await whenAlone(`inkling:${key}`, storage, timeoutMs, deliver);
    // Another tab may be at work, or the service may have asked for patience.
    if (queue.names().length > 0) plan(Math.max(flushIntervalMs, rest().until - Date.now()));
  }

  async function deliver(): Promise<void> {
    while (!stopped && rest().until <= Date.now()) {
      const batch = queue.batch(BATCH_BYTES);
      if (batch.length === 0) return;
      const answer = await post(url, bodyOf(batch), timeoutMs);
      if (answer.again) {
        const { attempt } = rest();
        const asked = Date.now() + answer.retryAfterMs;
        const jitter = Math.random() * Math.min(settings.retryCapMs, settings.retryBaseMs * 2 ** attempt);
        storage.set('rest', JSON.stringify({ asked, until: asked + jitter, attempt: attempt + 1 }));
        return;
      }
      storage.remove('rest');
      queue.remove(batch);
      const { status, detail } = answer;
      if (status) report({ reason: 'rejected', status, detail, messages: batch.map(({ text }) => JSON.parse(text)) });
    }
  }

  return {
    add: (text) => {
      const added = queue.add(text);
      if (added) plan(flushIntervalMs);
      return added;
    },
    flush: async (within) => {
      const target = new Set(queue.names());
      const end = Date.now() + within;
      if (rest().attempt > 0) storage.set('rest', JSON.stringify({ ...rest(), until: rest().asked }));
      for (;;) {
        await run();
        if (!queue.names().some((name) => target.has(name))) return true;
        const pauseMs = Math.min(Math.max(20, rest().until - Date.now()), end - Date.now());
        if (pauseMs <= 0 || stopped) return false;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    },
    beacon: () => {
      for (;;) {
        const batch = queue.batch(BEACON_BYTES, beaconed);
        if (stopped || batch.length === 0 || !navigator.sendBeacon?.(url, bodyOf(batch))) return;
        for (const { name } of batch) beaconed.add(name);
      }
    },
    clear: () => queue.remove(queue.names().map((name) => ({ name, text: '' }))),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

type Answer = { again: true; retryAfterMs: number } | { again: false; status?: number; detail?: string };

/** Never rejects. Text with the key inside needs no preflight. */
async function post(url: string, body: string, timeoutMs: number): Promise<Answer> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    // A redirected POST becomes a GET, whose 200 would acknowledge what was never received.
    const how = { method: 'POST', body, redirect: 'manual', credentials: 'omit', signal: abort.signal } as const;
    const response = await fetch(url, how);
    const { status, headers } = response;
    const detail = (await response.text()).slice(0, 2000);
    if (response.ok) return { again: false };
    if (status >= 400 && status < 500 && status !== 429) return { again: false, status, detail };
    const asked = status === 429 || status === 503 ? headers.get('retry-after') : '';
    return { again: true, retryAfterMs: readRetryAfter(asked) };
  } catch {
    return { again: true, retryAfterMs: 0 };
  } finally {
    clearTimeout(timer);
  }
}

/** RFC 9110, 10.2.3: seconds or a date. */
function readRetryAfter(value: string | null): number {
  if (!value) return 0;
  const ms = Number.isNaN(+value) ? Date.parse(value) - Date.now() : +value * 1000;
  return Math.min(Math.max(ms || 0, 0), RETRY_AFTER_MOST_MS);
}

/** Runs `work` unless another tab does. Without the Web Locks API (pages without https) tabs take a lease. */
async function whenAlone(name: string, storage: Storage, timeoutMs: number, work: () => Promise<void>): Promise<void> {
  if (navigator.locks) {
    return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
  }
  const [, until = '0'] = (storage.get('lease') ?? '').split(' ');
  if (+until > Date.now()) return;
  const mine = `${Math.random()} ${Date.now() + 2 * timeoutMs}`;
  storage.set('lease', mine);
  // Two tabs may have taken it at once: the one that wrote last keeps it.
  await new Promise((resolve) => setTimeout(resolve, 20));
  if (storage.get('lease') !== mine) return;
  try {
    await work();
  } finally {
    storage.remove('lease');
  }
}
