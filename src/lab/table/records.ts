// The records of a delimited file (RFC 4180: quotes, doubled quotes, line ends inside quotes) as they stand in its bytes.
// A cell is handed on as a stretch of bytes, never as a string, so that numbers cost no string.
import { InklingError } from '../../errors.ts';

/** What becomes of a record; `line` is where it starts, from 1. Cells are valid during the call only. */
export type TakeRecord = (cells: Cells, line: number) => void;

/** Cell c is `bytes[start[c]]` … `bytes[end[c] − 1]`, freed of quotes and of spaces around it. */
export type Cells = {
  bytes: Uint8Array;
  count: number;
  start: Int32Array;
  end: Int32Array;
  /** The cells that stood in quotes. */
  quoted: number[];
};

const [QUOTE, NEWLINE, RETURN, SPACE, TAB] = [34, 10, 13, 32, 9];

/** A quote that is never closed makes one record of the rest of the file. */
const LONGEST_RECORD = 16 * 1024 * 1024;
const MOST_COLUMNS = 16_384;

/** Reads all records, empty lines left out. `delimiter` undefined: the likeliest one in the first line. */
export async function readRecords(
  chunks: AsyncIterable<Uint8Array>,
  { file, delimiter }: { file: string; delimiter?: string },
  take: TakeRecord,
): Promise<void> {
  const places = () => new Int32Array(64);
  const cells: Cells = { bytes: new Uint8Array(0), count: 0, start: places(), end: places(), quoted: [] };
  let separator = delimiter?.charCodeAt(0);
  let rest: Uint8Array = new Uint8Array(0);
  let line = 1;
  const readAll = (bytes: Uint8Array, isLast: boolean): number => {
    separator ??= guessSeparator(bytes);
    cells.bytes = bytes;
    let at = 0;
    while (at < bytes.length) {
      const next = scanRecord(cells, at, separator, isLast);
      if (next < 0) break;
      for (const c of cells.quoted) cells.end[c] = undouble(bytes, cells.start[c], cells.end[c]);
      if (!(cells.count === 1 && cells.end[0] <= cells.start[0])) take(cells, line);
      // Only quotes hold lines within a record.
      if (cells.quoted.length === 0) line++;
      else for (let i = at; i < next; i++) if (bytes[i] === NEWLINE) line++;
      at = next;
    }
    return at;
  };
  let isFirst = true;
  for await (const chunk of chunks) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (isFirst && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
    isFirst = false;
    // The separator is guessed from the whole first line.
    const done = separator === undefined && !bytes.includes(NEWLINE) ? 0 : readAll(bytes, false);
    rest = bytes.subarray(done);
    if (rest.length > LONGEST_RECORD) refuseEndless(file, line);
  }
  readAll(rest, true);
}

/** Finds the cells of the record at `from`; answers where the next begins, or −1 when this one is not complete. */
function scanRecord(cells: Cells, from: number, separator: number, isLast: boolean): number {
  const { bytes } = cells;
  const length = bytes.length;
  cells.count = 0;
  cells.quoted.length = 0;
  for (let at = from; ; ) {
    while (at < length && bytes[at] === SPACE) at++;
    if (at < length && bytes[at] === QUOTE) {
      const close = closeQuote(bytes, at + 1, isLast);
      if (close < 0) return -1;
      cells.quoted.push(cells.count);
      addCell(cells, at + 1, close);
      at = close + 1;
      while (at < length && bytes[at] !== separator && bytes[at] !== NEWLINE) at++;
    } else {
      const start = at;
      while (at < length && bytes[at] !== separator && bytes[at] !== NEWLINE) at++;
      let end = at;
      while (end > start && isBlank(bytes[end - 1])) end--;
      addCell(cells, start, end);
    }
    if (at >= length) return isLast ? length : -1;
    if (bytes[at++] === NEWLINE) return at;
  }
}

const isBlank = (byte: number) => byte === SPACE || byte === RETURN || byte === TAB;

/** The place of the closing quote; −1 when it has not come yet. */
function closeQuote(bytes: Uint8Array, from: number, isLast: boolean): number {
  for (let at = from; ; at += 2) {
    at = bytes.indexOf(QUOTE, at);
    if (at < 0) return isLast ? bytes.length : -1;
    // At the end of a chunk it is open whether a second quote follows.
    if (at + 1 >= bytes.length) return isLast ? at : -1;
    if (bytes[at + 1] !== QUOTE) return at;
  }
}

/** Makes one quote of two in a cell's own bytes and answers its new end; only for records that are not scanned again. */
function undouble(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes.indexOf(QUOTE, start);
  if (first < 0 || first >= end) return end;
  let to = first;
  for (let at = first; at < end; at++) {
    bytes[to++] = bytes[at];
    if (bytes[at] === QUOTE) at++;
  }
  return to;
}

function addCell(cells: Cells, start: number, end: number): void {
  if (cells.count === cells.start.length) {
    if (cells.count >= MOST_COLUMNS) {
      throw new InklingError('invalid_input', `A line has more than ${MOST_COLUMNS} columns.`, {
        hint: 'Name the separator with --delimiter.',
      });
    }
    cells.start = doubled(cells.start);
    cells.end = doubled(cells.end);
  }
  cells.start[cells.count] = start;
  cells.end[cells.count++] = end;
}

function doubled(places: Int32Array): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(places.length * 2);
  wider.set(places);
  return wider;
}

/** The separator that occurs most often in the first line, outside quotes; a comma where none does. */
function guessSeparator(bytes: Uint8Array): number {
  const candidates = [...',;\t|'].map((sign) => sign.charCodeAt(0));
  const counts = candidates.map(() => 0);
  let quoted = false;
  for (const byte of bytes) {
    if (byte === QUOTE) quoted = !quoted;
    if (byte === NEWLINE && !quoted) break;
    const candidate = candidates.indexOf(byte);
    if (candidate >= 0 && !quoted) counts[candidate]++;
  }
  return candidates[counts.indexOf(Math.max(...counts))];
}

function refuseEndless(file: string, line: number): never {
  throw new InklingError('invalid_input', `${file}, line ${line}: a quote is opened and never closed.`, {
    hint: 'Close the quote, or double it where it stands for itself.',
  });
}
