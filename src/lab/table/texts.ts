// A file as columns of text, every cell as it is written but for the blanks around it: for linkage, which has to see
// 0800 and 800 as two things. Each different text is kept once. Of a large file each thread scans all bytes and keeps
// some of the columns: to scan is a small part of it, to find a text among a million others the large one.

import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { threadsToUse } from '../../environment.ts';
import { InklingError } from '../../errors.ts';
import type { TextColumn, TextTable } from '../../learn/index.ts';
import { MISSING_TEXTS } from './column.ts';
import { textOf } from './decimal.ts';
import { type CellTaker, fileAt, readCells, type TableOptions } from './table.ts';

/** A column as bytes: text t is `kept[ends[t − 1]]` … `kept[ends[t] − 1]`. */
export type PackedColumn = { name: string; codes: Int32Array; kept: Uint8Array; ends: Int32Array; size: number };

/** A share of the columns: every `parts`-th from `part` on. */
export type ReadingTask = { path: string; options: TableOptions; part: number; parts: number };

/** Files below this are read by one thread. */
const LARGE_BYTES = 8 * 2 ** 20;
const MOST_THREADS = 4;
/** A string can't be longer than about twice that. */
const MOST_LETTERS = 2 ** 28;

/** Reads a CSV or TSV file, gzipped or not. */
export async function readTexts(
  path: string,
  options: TableOptions = {},
  threads = threadsToUse(),
): Promise<TextTable & { file: string }> {
  const file = fileAt(path);
  const parts = statSync(path).size < LARGE_BYTES ? 1 : Math.min(threads, MOST_THREADS);
  const others = Array.from({ length: parts - 1 }, (_, o) => startThread({ path, options, part: o + 1, parts }));
  // What is wrong with a file is told by this thread; the others stumble over the same.
  for (const other of others) other.catch(() => {});
  const own = await readPart({ path, options, part: 0, parts });
  const shares = [own, ...(await Promise.all(others))];
  const width = shares.reduce((sum, share) => sum + share.length, 0);
  const columns = Array.from({ length: width }, (_, c) => textColumn(shares[c % parts][Math.floor(c / parts)]));
  const rows = columns[0]?.codes.length ?? 0;
  if (rows > 0) return { file, rows, columns };
  throw new InklingError('too_little_data', `${file} holds no rows.`, { hint: 'Give a file with a header and rows.' });
}

/** One thread's share of the columns. */
export async function readPart({ path, options, part, parts }: ReadingTask): Promise<PackedColumn[]> {
  const missing = new Set([...MISSING_TEXTS, ...(options.missing ?? [])]);
  let columns = 0;
  const takers = await readCells(path, { file: fileAt(path), ...options }, (name) =>
    columns++ % parts === part ? openTexts(name, missing) : passed,
  );
  return takers.filter((taker) => taker !== passed).map((taker) => (taker as TextTaker).finish());
}

type TextTaker = CellTaker & { finish(): PackedColumn };

const passed: CellTaker = { addBytes: () => {} };

function startThread(task: ReadingTask): Promise<PackedColumn[]> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./textsThread.ts', import.meta.url), { workerData: task, execArgv: [] });
    thread.once('message', (columns: PackedColumn[]) => resolve(columns));
    thread.once('error', reject);
  });
}

/** The column with its texts, which are made when they are first asked for: an id is seldom looked at. */
function textColumn({ name, codes, kept, ends, size }: PackedColumn): TextColumn {
  let texts: string[] | undefined;
  return {
    name,
    codes,
    get texts() {
      texts ??= textsOf(kept.subarray(0, size === 0 ? 0 : ends[size - 1]), ends.subarray(0, size));
      return texts;
    },
  };
}

function textsOf(kept: Uint8Array, ends: Int32Array): string[] {
  const startOf = (text: number) => (text === 0 ? 0 : ends[text - 1]);
  const isPlain = kept.length < MOST_LETTERS && kept.every((byte) => byte < 128);
  if (!isPlain) return Array.from(ends, (end, text) => textOf(kept, startOf(text), end));
  const whole = Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength).toString('latin1');
  return Array.from(ends, (end, text) => whole.slice(startOf(text), end));
}

/** Cells are compared as bytes, by open addressing; no cell becomes a string here. */
function openTexts(name: string, missing: ReadonlySet<string>): TextTaker {
  let codes = new Int32Array(1 << 12);
  let rows = 0;
  /** Of each slot a text + 1 (0: free) and its hash, so that a look costs one line of the processor's cache. */
  let slots = new Int32Array(1 << 13);
  let ends = new Int32Array(1 << 11);
  let kept = new Uint8Array(1 << 14);
  let size = 0;
  const startOf = (text: number) => (text === 0 ? 0 : ends[text - 1]);

  const isText = (text: number, bytes: Uint8Array, start: number, end: number) => {
    const from = startOf(text);
    if (ends[text] - from !== end - start) return false;
    for (let i = start, k = from; i < end; i++, k++) if (bytes[i] !== kept[k]) return false;
    return true;
  };
  const grow = () => {
    const old = slots;
    slots = new Int32Array(2 * old.length);
    for (let from = 0; from < old.length; from += 2) {
      if (old[from] === 0) continue;
      let slot = (2 * old[from + 1]) & (slots.length - 2);
      while (slots[slot] !== 0) slot = (slot + 2) & (slots.length - 2);
      slots[slot] = old[from];
      slots[slot + 1] = old[from + 1];
    }
  };
  const keep = (bytes: Uint8Array, start: number, end: number): number => {
    const from = size === 0 ? 0 : ends[size - 1];
    while (from + end - start > kept.length) kept = lengthened(kept, new Uint8Array(2 * kept.length));
    if (size === ends.length) ends = lengthened(ends, new Int32Array(2 * size));
    for (let i = start, k = from; i < end; i++, k++) kept[k] = bytes[i];
    ends[size] = from + end - start;
    return size++;
  };
  const codeOf = (bytes: Uint8Array, start: number, end: number): number => {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
    hash ^= hash >>> 15;
    let slot = (2 * hash) & (slots.length - 2);
    for (; slots[slot] !== 0; slot = (slot + 2) & (slots.length - 2)) {
      if (slots[slot + 1] === hash && isText(slots[slot] - 1, bytes, start, end)) return slots[slot] - 1;
    }
    const text = keep(bytes, start, end);
    slots[slot] = text + 1;
    slots[slot + 1] = hash;
    if (4 * size >= slots.length) grow();
    return text;
  };
  return {
    addBytes(bytes: Uint8Array, start: number, end: number) {
      if (rows === codes.length) codes = lengthened(codes, new Int32Array(2 * rows));
      codes[rows++] = end <= start ? -1 : codeOf(bytes, start, end);
    },
    finish() {
      const longest = Math.max(...[...missing].map((text) => Buffer.byteLength(text)));
      const isMissing = new Uint8Array(size);
      for (let text = 0; text < size; text++) {
        const [from, to] = [startOf(text), ends[text]];
        if (to - from <= longest && missing.has(textOf(kept, from, to))) isMissing[text] = 1;
      }
      const own = codes.slice(0, rows);
      if (isMissing.includes(1)) for (let row = 0; row < rows; row++) if (isMissing[own[row]] === 1) own[row] = -1;
      return { name, codes: own, kept, ends, size };
    },
  };
}

function lengthened<A extends Int32Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
