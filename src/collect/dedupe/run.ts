// A run: keys on disk that never change, sorted by their first word, with a filter and fences behind them. A fence is
// the first word of every 256th key, so that a look-up which passes the filter reads one stretch of 4 kB.
//
//   0 'IKRUN1' | 8 count (f64) | 16 first day (u32) | 20 last day (u32) | 24 words of filter (u32) |
//   28 crc32 of fences and filter | 32 keys | fences | filter          (little-endian, like every machine of today)

import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { InklingError } from '../../errors.ts';
import { syncFolder } from '../../store/index.ts';
import { addToFilter, makeFilter, mayHold } from './filter.ts';
import { isSameMessage, KEY_BYTES, WORDS } from './key.ts';

const MAGIC = 'IKRUN1\0\0';
const HEADER_BYTES = 32;
const FENCE_KEYS = 256;

export type Run = {
  file: string;
  handle: FileHandle;
  count: number;
  firstDay: number;
  lastDay: number;
  fences: Uint32Array;
  /** Absent when there is no room for it in memory: every look-up then goes to the disk. */
  filter: Uint32Array | undefined;
  filterBytes: number;
};

/** Writes sorted keys, chunk after chunk, as a run that is complete or absent. `most` keys may come. */
export async function writeRun(file: string, most: number, chunks: AsyncIterable<Uint32Array>): Promise<Run> {
  const aside = `${file}.part`;
  const handle = await open(aside, 'w+');
  try {
    const fences: number[] = [];
    const filter = makeFilter(most);
    const days = { first: 0xffff, last: 0 };
    let count = 0;
    for await (const keys of chunks) {
      for (let at = 0; at < keys.length; at += WORDS, count++) {
        if (count % FENCE_KEYS === 0) fences.push(keys[at]);
        addToFilter(filter, keys[at + 1], keys[at + 2]);
        const day = keys[at + 3] & 0xffff;
        if (day < days.first) days.first = day;
        if (day > days.last) days.last = day;
      }
      await writeAll(handle, bytesOf(keys), HEADER_BYTES + (count - keys.length / WORDS) * KEY_BYTES);
    }
    const index = Buffer.concat([bytesOf(Uint32Array.from(fences)), bytesOf(filter)]);
    await writeAll(handle, index, HEADER_BYTES + count * KEY_BYTES);
    await writeAll(handle, headerOf(count, days, filter.length, crc32(index)), 0);
    await handle.datasync();
    await rename(aside, file);
    await syncFolder(dirname(file));
    const found = { file, handle, count, firstDay: days.first, lastDay: days.last };
    return { ...found, fences: Uint32Array.from(fences), filter, filterBytes: filter.byteLength };
  } catch (error) {
    await handle.close();
    await rm(aside, { force: true });
    throw error;
  }
}

/** Throws `journal_damaged` when the index of the run fails its checksum. */
export async function openRun(file: string): Promise<Run> {
  const handle = await open(file, 'r');
  try {
    const header = await readAt(handle, 0, HEADER_BYTES);
    const count = header.readDoubleLE(8);
    const filterWords = header.readUInt32LE(24);
    const fenceCount = Math.ceil(count / FENCE_KEYS);
    const isOurs = header.toString('latin1', 0, 8) === MAGIC && Number.isSafeInteger(count);
    const index = isOurs
      ? await readAt(handle, HEADER_BYTES + count * KEY_BYTES, (fenceCount + filterWords) * 4)
      : header;
    if (!isOurs || crc32(index) !== header.readUInt32LE(28)) {
      throw new InklingError('journal_damaged', `${file}, which tells messages apart, fails its checksum.`, {
        value: file,
        hint: 'It is set aside: messages of its days that are sent again are doubled. Check the disk.',
      });
    }
    const words = wordsOf(index);
    const found = { file, handle, count, firstDay: header.readUInt32LE(16), lastDay: header.readUInt32LE(20) };
    const filter = words.slice(fenceCount);
    return { ...found, fences: words.slice(0, fenceCount), filter, filterBytes: filter.byteLength };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Whether the run may hold the key; false is certain. */
export function runMayHold(run: Run, keys: Uint32Array, at: number): boolean {
  return run.filter === undefined || mayHold(run.filter, keys[at + 1], keys[at + 2]);
}

/** Whether the run holds the message of a key, received within the window of it. */
export async function runHolds(run: Run, keys: Uint32Array, at: number): Promise<boolean> {
  const first = Math.max(0, lowerBound(run.fences, keys[at]) - 1);
  const last = lowerBound(run.fences, keys[at] + 1);
  const from = first * FENCE_KEYS;
  const to = Math.min(run.count, last * FENCE_KEYS);
  if (from >= to) return false;
  const found = await readKeys(run, from, to);
  for (let i = 0; i < found.length; i += WORDS) {
    const equal = found[i] === keys[at] && found[i + 1] === keys[at + 1] && found[i + 2] === keys[at + 2];
    if (equal && isSameMessage(found[i + 3], keys[at + 3])) return true;
  }
  return false;
}

/** The keys from one place to another, in their order. */
export async function readKeys(run: Run, from: number, to: number): Promise<Uint32Array> {
  return wordsOf(await readAt(run.handle, HEADER_BYTES + from * KEY_BYTES, (to - from) * KEY_BYTES));
}

export async function removeRun(run: Run): Promise<void> {
  await run.handle.close();
  await rm(run.file, { force: true });
}

export function bytesOf(words: Uint32Array): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}

export function wordsOf(bytes: Buffer): Uint32Array {
  // A buffer may begin at an odd place of the memory it is cut from.
  const whole = bytes.byteOffset % 4 === 0 ? bytes : Buffer.allocUnsafeSlow(bytes.length);
  if (whole !== bytes) bytes.copy(whole);
  return new Uint32Array(whole.buffer, whole.byteOffset, whole.length / 4);
}

function headerOf(count: number, days: { first: number; last: number }, filterWords: number, crc: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 0, 'latin1');
  header.writeDoubleLE(count, 8);
  header.writeUInt32LE(days.first, 16);
  header.writeUInt32LE(days.last, 20);
  header.writeUInt32LE(filterWords, 24);
  header.writeUInt32LE(crc, 28);
  return header;
}

/** The first place whose fence is not below the word. */
function lowerBound(fences: Uint32Array, word: number): number {
  let low = 0;
  let high = fences.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fences[middle] < word) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function readAt(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(buffer, read, length - read, from + read);
    if (bytesRead === 0) throw new InklingError('journal_damaged', 'A file that tells messages apart ends too early.');
    read += bytesRead;
  }
  return buffer;
}

async function writeAll(handle: FileHandle, bytes: Buffer, from: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await handle.write(bytes, written, bytes.length - written, from + written)).bytesWritten;
  }
}
