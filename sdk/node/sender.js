// @ts-check
// One loop sends the queue in batches, one request at a time, and tries again until the service answers. Its timers
// never keep the host's process alive; the end of the process flushes (inkling.js).

import { backoff, post } from './post.js';
import { Queue } from './queue.js';

/**
 * @typedef {{ key: string, address: string, queueLimit: number, flushIntervalMs: number, timeoutMs: number,
 *   retryBaseMs: number, retryCapMs: number }} SenderSettings
 * @typedef {(rejected: { status: number, detail: string, texts: string[] }) => void} OnRejected
 */

export class Sender {
  #settings;
  #onRejected;
  #queue;
  #running = false;
  #ended = new AbortController();
  /** Ends the back-off between two attempts. @type {() => void} */
  #hurry = () => {};
  /** @type {NodeJS.Timeout | undefined} */
  #gathering;
  /** @type {Set<{ target: number, resolve: (all: boolean) => void }>} */
  #waiters = new Set();

  /** @param {SenderSettings} settings @param {OnRejected} onRejected */
  constructor(settings, onRejected) {
    this.#settings = settings;
    this.#onRejected = onRejected;
    this.#queue = new Queue(settings.queueLimit);
  }

  /** @param {string} text a message as JSON @param {number} bytes @returns {boolean} false when the queue is full */
  add(text, bytes) {
    if (!this.#queue.add(text, bytes)) return false;
    this.#gathering ??= setTimeout(() => this.#run(), this.#settings.flushIntervalMs).unref();
    return true;
  }

  /** @param {number} timeoutMs @returns {Promise<boolean>} whether all that waits now has left in time */
  flush(timeoutMs) {
    if (this.#queue.length === 0) return Promise.resolve(true);
    const sent = new Promise((resolve) => {
      const waiter = { target: this.#queue.added, resolve };
      const timer = setTimeout(() => waiter.resolve(false), timeoutMs);
      waiter.resolve = (/** @type {boolean} */ all) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(all);
      };
      this.#waiters.add(waiter);
    });
    this.#hurry();
    this.#run();
    return sent;
  }

  /** Stops at once. @returns {string[]} the messages that have not left */
  end() {
    clearTimeout(this.#gathering);
    this.#ended.abort();
    this.#hurry();
    return this.#queue.remove(this.#queue.length);
  }

  async #run() {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    if (this.#running) return;
    this.#running = true;
    for (let attempt = 0; this.#queue.length > 0 && !this.#ended.signal.aborted; ) {
      const batch = this.#queue.batch();
      const answer = await post(this.#settings, batch, this.#ended.signal);
      if (this.#ended.signal.aborted) break;
      if (answer.outcome === 'again') {
        await this.#pause(answer.retryAfterMs, backoff(attempt++, this.#settings));
        continue;
      }
      attempt = 0;
      const texts = this.#queue.remove(batch.length);
      if (answer.outcome === 'rejected') this.#onRejected({ ...answer, texts });
      for (const waiter of this.#waiters) if (waiter.target <= this.#queue.left) waiter.resolve(true);
    }
    this.#running = false;
  }

  /** What the service asked for is waited for; the back-off after it ends when somebody flushes. */
  async #pause(/** @type {number} */ askedMs, /** @type {number} */ backoffMs) {
    await sleep(askedMs, this.#ended.signal);
    if (this.#ended.signal.aborted) return;
    const hurried = new AbortController();
    this.#hurry = () => hurried.abort();
    await sleep(backoffMs, hurried.signal);
    this.#hurry = () => {};
  }
}

/** @param {number} ms @param {AbortSignal} signal ends it early @returns {Promise<void>} */
function sleep(ms, signal) {
  return new Promise((resolve) => {
    if (ms <= 0 || signal.aborted) return resolve();
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms).unref();
    signal.addEventListener('abort', wake);
  });
}
