// @ts-check
// Messages that wait, as the JSON text they will be sent as: a host that changes an object after the call changes
// nothing, and the queue knows its bytes. Bounded in messages and in bytes, so that a service that is down costs the
// host a known amount of memory.

const BATCH_MESSAGES = 100;
const BATCH_BYTES = 450_000;
const QUEUE_BYTES = 32 * 1024 * 1024;

export class Queue {
  /** @type {{ text: string, bytes: number }[]} */
  #waiting = [];
  #bytes = 0;
  #limit;
  /** How many messages ever came in, and how many of them have left. */
  added = 0;
  left = 0;

  /** @param {number} limit messages it holds at most */
  constructor(limit) {
    this.#limit = limit;
  }

  get length() {
    return this.#waiting.length;
  }

  /** @param {string} text @param {number} bytes @returns {boolean} false when it is full */
  add(text, bytes) {
    if (this.#waiting.length >= this.#limit || this.#bytes + bytes > QUEUE_BYTES) return false;
    this.#waiting.push({ text, bytes });
    this.#bytes += bytes;
    this.added++;
    return true;
  }

  /** The oldest messages that fit one request; they stay until `remove`. */
  batch() {
    const texts = [];
    let bytes = 0;
    for (const message of this.#waiting) {
      bytes += message.bytes + 1;
      if (texts.length === BATCH_MESSAGES || (texts.length > 0 && bytes > BATCH_BYTES)) break;
      texts.push(message.text);
    }
    return texts;
  }

  /** @param {number} count of the oldest messages */
  remove(count) {
    const gone = this.#waiting.splice(0, count);
    for (const { bytes } of gone) this.#bytes -= bytes;
    this.left += gone.length;
    return gone.map(({ text }) => text);
  }
}
