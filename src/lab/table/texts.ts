// A file as columns of text, every cell as it is written but for the blanks around it: for linkage, which has to see
// 0800 and 800 as two things. Each different text is kept once.
import { InklingError } from '../../errors.ts';
import type { TextColumn, TextTable } from '../../learn/index.ts';
import { MISSING_TEXTS } from './column.ts';
import { textOf } from './decimal.ts';
import { fileAt, readCells, type TableOptions } from './table.ts';

/** Reads a CSV or TSV file, gzipped or not. */
export async function readTexts(path: string, options: TableOptions = {}): Promise<TextTable & { file: string }> {
  const file = fileAt(path);
  const missing = new Set([...MISSING_TEXTS, ...(options.missing ?? [])]);
  const takers = await readCells(path, { file, ...options }, (name) => openTexts(name, missing));
  const columns = takers.map((taker) => taker.finish());
  const rows = columns[0]?.codes.length ?? 0;
  if (rows > 0) return { file, rows, columns };
  throw new InklingError('too_little_data', `${file} holds no rows.`, { hint: 'Give a file with a header and rows.' });
}

/** Cells are compared as bytes, by open addressing; only different ones become strings, at the end. */
function openTexts(name: string, missing: ReadonlySet<string>) {
  let codes = new Int32Array(1 << 12);
  let rows = 0;
  let slots = new Int32Array(1 << 12).fill(-1);
  let hashes = new Int32Array(1 << 11);
  /** Text t is `kept[ends[t − 1]]` … `kept[ends[t] − 1]`. */
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
    hashes = lengthened(hashes, new Int32Array(2 * hashes.length));
    ends = lengthened(ends, new Int32Array(2 * ends.length));
    slots = new Int32Array(2 * slots.length).fill(-1);
    for (let text = 0; text < size; text++) {
      let slot = hashes[text] & (slots.length - 1);
      while (slots[slot] >= 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = text;
    }
  };
  const keep = (hash: number, bytes: Uint8Array, start: number, end: number): number => {
    const from = size === 0 ? 0 : ends[size - 1];
    while (from + end - start > kept.length) kept = lengthened(kept, new Uint8Array(2 * kept.length));
    kept.set(bytes.subarray(start, end), from);
    hashes[size] = hash;
    ends[size] = from + end - start;
    return size++;
  };
  const codeOf = (bytes: Uint8Array, start: number, end: number): number => {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
    hash ^= hash >>> 15;
    let slot = hash & (slots.length - 1);
    for (; slots[slot] >= 0; slot = (slot + 1) & (slots.length - 1)) {
      if (hashes[slots[slot]] === hash && isText(slots[slot], bytes, start, end)) return slots[slot];
    }
    const text = keep(hash, bytes, start, end);
    slots[slot] = text;
    if (2 * size >= slots.length) grow();
    return text;
  };
  return {
    addBytes(bytes: Uint8Array, start: number, end: number) {
      if (rows === codes.length) codes = lengthened(codes, new Int32Array(2 * rows));
      codes[rows++] = end <= start ? -1 : codeOf(bytes, start, end);
    },
    finish(): TextColumn {
      const texts = Array.from({ length: size }, (_, text) => textOf(kept, startOf(text), ends[text]));
      const isMissing = Uint8Array.from(texts, (text) => (missing.has(text) ? 1 : 0));
      return {
        name,
        texts,
        codes: codes.slice(0, rows).map((code) => (code >= 0 && isMissing[code] === 1 ? -1 : code)),
      };
    },
  };
}

function lengthened<A extends Int32Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
