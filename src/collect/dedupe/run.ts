// A run: keys on disk that never change, sorted by their first word, with an index behind them: fences, checksums and a
// filter. A fence is the first word of every 256th key, so that a look-up which passes the filter reads one stretch of
// 4 kB; each stretch has a checksum of its own. One flipped bit in any part is put right, and reported.
//
//   0 'IKRUN2' | 8 count (f64) | 16 first day (u32) | 20 last day (u32) | 24 words of filter (u32) | 28 crc32 of the
//   index | 32 crc32 of what is before | 36 keys | fences | checksums | filter  (little-endian, like every machine of today)

import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { InklingError } from '../../errors.ts';
import { type Disk, type DiskFile, mendBit } from '../../store/index.ts';
import { addToFilter, makeFilter, mayHold } from './filter.ts';
import { isSameMessage, KEY_BYTES, WORDS } from './key.ts';

const MAGIC = 'IKRUN2\0\0';
const HEADER_BYTES = 36;
const FENCE_KEYS = 256;

export type Run = {
  file: string;
  handle: DiskFile;
  count: number;
  firstDay: number;
  lastDay: number;
  fences: Uint32Array;
  /** One for each stretch of 256 keys. */
  sums: Uint32Array;
  /** Absent when there is no room for it in memory: every look-up then goes to the disk. */
  filter: Uint32Array | undefined;
  filterBytes: number;
  /** Stretches whose damage was reported. */
  reported: Set<number>;
};

/** Where runs are kept, and who hears of damage. */
export type RunPlace = { disk: Disk; onFault(error: unknown, doing: string): void };

/** Writes sorted keys, chunk after chunk, as a run that is complete or absent. `most` keys may come. */
export async function writeRun(
  { disk }: RunPlace,
  file: string,
  most: number,
  chunks: AsyncIterable<Uint32Array>,
): Promise<Run> {
  const aside = `${file}.part`;
  const handle = await disk.open(aside, 'new');
  try {
    const fences: number[] = [];
    const sums: number[] = [];
    const filter = makeFilter(most);
    const days = { first: 0xffff, last: 0 };
    let count = 0;
    // Every chunk but the last holds whole stretches.
    for await (const keys of chunks) {
      for (let at = 0; at < keys.length; at += WORDS) {
        if ((at / WORDS) % FENCE_KEYS === 0) {
          fences.push(keys[at]);
          sums.push(crc32(bytesOf(keys.subarray(at, at + FENCE_KEYS * WORDS))));
        }
        addToFilter(filter, keys[at + 1], keys[at + 2]);
        const day = keys[at + 3] & 0xffff;
        if (day < days.first) days.first = day;
        if (day > days.last) days.last = day;
      }
      await handle.write(bytesOf(keys), HEADER_BYTES + count * KEY_BYTES);
      count += keys.length / WORDS;
    }
    const found = { fences: Uint32Array.from(fences), sums: Uint32Array.from(sums), filter };
    const index = Buffer.concat([bytesOf(found.fences), bytesOf(found.sums), bytesOf(filter)]);
    await handle.write(index, HEADER_BYTES + count * KEY_BYTES);
    await handle.write(headerOf(count, days, filter.length, crc32(index)), 0);
    await handle.sync();
    await disk.rename(aside, file);
    await disk.syncFolder(dirname(file));
    const more = { filterBytes: filter.byteLength, reported: new Set<number>() };
    return { file, handle, count, firstDay: days.first, lastDay: days.last, ...found, ...more };
  } catch (error) {
    await handle.close();
    await disk.remove(aside);
    throw error;
  }
}

/** Keys of a run that are read as a whole when it is opened; those of larger ones are checked when they are looked at. */
const CHECKED_AT_START = 1_048_576;

/** Throws `journal_damaged` when header or index of the run fail their checksum. */
export async function openRun(place: RunPlace, file: string): Promise<Run> {
  const { disk, onFault } = place;
  const handle = await disk.open(file, 'read');
  try {
    const header = await readAt(handle, 0, HEADER_BYTES);
    const state = mendBit(header.subarray(0, HEADER_BYTES - 4), header.readUInt32LE(HEADER_BYTES - 4));
    if (state === 'damaged' || header.toString('latin1', 0, 8) !== MAGIC) throw damaged(file, SET_ASIDE);
    const count = header.readDoubleLE(8);
    const filterWords = header.readUInt32LE(24);
    const fenceCount = Math.ceil(count / FENCE_KEYS);
    const index = await readAt(handle, HEADER_BYTES + count * KEY_BYTES, (fenceCount * 2 + filterWords) * 4);
    const indexState = mendBit(index, header.readUInt32LE(28));
    if (indexState === 'damaged') throw damaged(file, SET_ASIDE);
    if (state === 'mended' || indexState === 'mended') onFault(damaged(file, MENDED), READING);
    const words = wordsOf(index);
    const filter = words.slice(fenceCount * 2);
    const run = {
      file,
      handle,
      count,
      firstDay: header.readUInt32LE(16),
      lastDay: header.readUInt32LE(20),
      fences: words.slice(0, fenceCount),
      sums: words.slice(fenceCount, fenceCount * 2),
      filter,
      filterBytes: filter.byteLength,
      reported: new Set<number>(),
    };
    if (count <= CHECKED_AT_START) await readKeys(place, run, 0, count);
    return run;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const READING = 'reading what tells messages apart';
const SET_ASIDE = 'It is set aside: messages of its days that are sent again are doubled. Check the disk.';
const MENDED = 'One bit of it had flipped and was put right. Check the disk.';

function damaged(file: string, hint: string): InklingError {
  return new InklingError('journal_damaged', `${file}, which tells messages apart, fails its checksum.`, {
    value: file,
    hint,
  });
}

/** Whether the run may hold the key; false is certain. */
export function runMayHold(run: Run, keys: Uint32Array, at: number): boolean {
  return run.filter === undefined || mayHold(run.filter, keys[at + 1], keys[at + 2]);
}

/** Whether the run holds the message of a key, received within the window of it. */
export async function runHolds(place: RunPlace, run: Run, keys: Uint32Array, at: number): Promise<boolean> {
  const first = Math.max(0, lowerBound(run.fences, keys[at]) - 1);
  const last = lowerBound(run.fences, keys[at] + 1);
  const from = first * FENCE_KEYS;
  const to = Math.min(run.count, last * FENCE_KEYS);
  if (from >= to) return false;
  const found = await readKeys(place, run, from, to);
  for (let i = 0; i < found.length; i += WORDS) {
    const equal = found[i] === keys[at] && found[i + 1] === keys[at + 1] && found[i + 2] === keys[at + 2];
    if (equal && isSameMessage(found[i + 3], keys[at + 3])) return true;
  }
  return false;
}

/** The keys from one place to another, both at the bounds of stretches, in their order. */
export async function readKeys({ onFault }: RunPlace, run: Run, from: number, to: number): Promise<Uint32Array> {
  const bytes = await readAt(run.handle, HEADER_BYTES + from * KEY_BYTES, (to - from) * KEY_BYTES);
  for (let at = 0; at < bytes.length; at += FENCE_KEYS * KEY_BYTES) {
    const stretch = from / FENCE_KEYS + at / (FENCE_KEYS * KEY_BYTES);
    const state = mendBit(bytes.subarray(at, at + FENCE_KEYS * KEY_BYTES), run.sums[stretch]);
    if (state === 'whole' || run.reported.has(stretch)) continue;
    run.reported.add(stretch);
    const lost = 'Some messages of its days that are sent again may be doubled. Check the disk.';
    onFault(damaged(run.file, state === 'mended' ? MENDED : lost), READING);
  }
  return wordsOf(bytes);
}

export async function removeRun({ disk }: RunPlace, run: Run): Promise<void> {
  await run.handle.close();
  await disk.remove(run.file);
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
  header.writeUInt32LE(crc32(header.subarray(0, HEADER_BYTES - 4)), HEADER_BYTES - 4);
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

async function readAt(handle: DiskFile, from: number, length: number): Promise<Buffer> {
  const bytes = await handle.read(from, length);
  if (bytes.length === length) return bytes;
  throw new InklingError('journal_damaged', 'A file that tells messages apart ends too early.');
}
