// @ts-check
// Inkling's Node SDK: calls become messages, messages wait in a bounded queue, a sender delivers them (sender.js).
// Nothing here throws into the host, and nothing keeps its process alive. What holds for every SDK: ../contract.

import { randomUUID } from 'node:crypto';
import { Sender } from './sender.js';

/**
 * @typedef {import('./inkling.d.ts').Loss} Loss
 * @typedef {import('./inkling.d.ts').Settings} Settings
 * @typedef {Record<string, any>} Message
 */

const MESSAGE_BYTES = 32 * 1024;
const FLUSH_TIMEOUT_MS = 10_000;
const library = { name: 'inkling-node', version: '0.1.0' };

const defaults = {
  queueLimit: 10_000,
  flushIntervalMs: 500,
  timeoutMs: 10_000,
  retryBaseMs: 500,
  retryCapMs: 30_000,
  exitTimeoutMs: 5_000,
};

export class Inkling {
  #settings;
  #sender;
  /** @type {'open' | 'closed' | 'idle'} */
  #state = 'open';

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = withDefaults(settings);
    this.#sender = new Sender(this.#settings, ({ status, detail, texts }) =>
      this.#report({ reason: 'rejected', status, detail, messages: texts.map((text) => JSON.parse(text)) }),
    );
    const fault = faultOf(this.#settings);
    if (fault) this.#state = 'idle';
    if (fault) this.#report({ reason: 'settings', detail: fault, messages: [] });
    else closeAtExit(this);
  }

  /** @param {Message} message */
  track(message) {
    this.#add('track', message);
  }

  /** @param {Message} message */
  identify(message) {
    this.#add('identify', message);
  }

  /** @param {Message} message */
  page(message) {
    this.#add('page', message);
  }

  /** @param {Message} message */
  screen(message) {
    this.#add('screen', message);
  }

  /** @param {Message} message */
  group(message) {
    this.#add('group', message);
  }

  /** @param {Message} message */
  alias(message) {
    this.#add('alias', message);
  }

  /** @param {{ timeoutMs?: number }} within */
  flush({ timeoutMs = FLUSH_TIMEOUT_MS } = {}) {
    return this.#sender.flush(timeoutMs);
  }

  async close() {
    open.delete(this);
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    await this.#sender.flush(this.#settings.exitTimeoutMs);
    const lost = this.#sender.end().map((text) => JSON.parse(text));
    if (lost.length > 0) this.#report({ reason: 'undelivered', messages: lost });
  }

  /** @param {string} type @param {Message} message */
  #add(type, message) {
    if (this.#state === 'idle') return;
    if (this.#state === 'closed') return this.#report({ reason: 'closed', messages: [message] });
    const text = write(type, message);
    if (text === undefined) return this.#report({ reason: 'unreadable', messages: [message] });
    const bytes = Buffer.byteLength(text);
    if (bytes > MESSAGE_BYTES) this.#report({ reason: 'too_large', detail: `${bytes} bytes`, messages: [message] });
    else if (!this.#sender.add(text, bytes)) this.#report({ reason: 'queue_full', messages: [message] });
  }

  /** @param {Loss} loss */
  #report(loss) {
    try {
      this.#settings.onError(loss);
    } catch {
      // A callback that fails is the host's, and no reason to fail it further.
    }
  }
}

/** Instances to close when the process has nothing left to do. @type {Set<Inkling>} */
const open = new Set();

/** @param {Inkling} inkling */
function closeAtExit(inkling) {
  if (!process.listeners('beforeExit').includes(closeAll)) process.on('beforeExit', closeAll);
  open.add(inkling);
}

function closeAll() {
  for (const inkling of open) inkling.close();
}

/** @param {Settings} settings */
function withDefaults(settings) {
  const given = Object.entries(settings ?? {}).filter(([, value]) => value !== undefined);
  const { key = '', address = '', onError = warn, ...rest } = /** @type {Settings} */ (Object.fromEntries(given));
  return { ...defaults, ...rest, key: String(key), address: String(address).replace(/\/+$/, ''), onError };
}

/** @param {{ key: string, address: string }} settings @returns {string | undefined} */
function faultOf({ key, address }) {
  if (key === '') return 'There is no key.';
  return /^https?:\/\/[^/\s]+/.test(address) ? undefined : `The address ${address} is not one of http or https.`;
}

/** @param {string} type @param {Message} message @returns {string | undefined} undefined when it is no JSON */
function write(type, message) {
  try {
    const { messageId = randomUUID(), timestamp = new Date(), context, ...fields } = message;
    return JSON.stringify({ ...fields, type, messageId, timestamp, context: { ...context, library } });
  } catch {
    return undefined;
  }
}

/** @param {Loss} loss */
function warn({ reason, status, detail, messages }) {
  console.warn(`inkling: ${messages.length} message(s) lost: ${reason} ${status ?? ''} ${detail ?? ''}`.trimEnd());
}
