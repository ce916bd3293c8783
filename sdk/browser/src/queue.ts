// Messages that wait, one entry of the storage each, so that tabs that write at once never overwrite each other. They
// survive the page: what one visit could not deliver, the next one does.

import type { Storage } from './storage.ts';

export type Waiting = { name: string; text: string };

export type Queue = {
  /** False when it is full. */
  add(text: string): boolean;
  /** The oldest messages that fit one request; they stay until they are removed. */
  batch(bytesAtMost: number, without?: ReadonlySet<string>): Waiting[];
  remove(messages: readonly Waiting[]): void;
  /** Names of all that wait, of every tab. */
  names(): string[];
};

const BATCH_MESSAGES = 100;
let count = 0;

export function openQueue(storage: Storage, limit: number): Queue {
  const names = () => storage.names().filter((name) => name.startsWith('q'));
  return {
    names,
    add: (text) => names().length < limit && storage.set(nextName(), text),
    batch: (bytesAtMost, without) => {
      const batch: Waiting[] = [];
      let bytes = 0;
      for (const name of names()) {
        const text = storage.get(name);
        if (text === null || without?.has(name)) continue;
        bytes += bytesOf(text) + 1;
        if (batch.length === BATCH_MESSAGES || (batch.length > 0 && bytes > bytesAtMost)) break;
        batch.push({ name, text });
      }
      return batch;
    },
    remove: (messages) => {
      for (const { name } of messages) storage.remove(name);
    },
  };
}

/** Sorts by the moment, then by the order within this tab; the last part keeps tabs apart. */
function nextName(): string {
  const parts = [Date.now().toString(36), (count++).toString(36).padStart(5, '0')];
  return `q${parts.join('')}${Math.random().toString(36).slice(2, 8)}`;
}

export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
