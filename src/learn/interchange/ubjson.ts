// Universal Binary JSON, draft 12 (ubjson.org), as XGBoost writes it: big-endian numbers, strings and containers with
// their lengths before them. A length is believed only as far as bytes are there to back it.
import { damaged } from './refuse.ts';

const FORMAT = 'UBJSON';
const DEEPEST_NESTING = 64;

/** An object whose first key has its length before it, or which has its count before it; JSON has a quote there. */
export function isUbjson(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7b && bytes.length > 1 && 'iUIlL$#'.includes(String.fromCharCode(bytes[1]));
}

/** The value the bytes stand for, as JSON.parse would give it; NaN is null. */
export function readUbjson(bytes: Uint8Array): unknown {
  const source: Source = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 };
  return readValue(source, readMarker(source), 0);
}

type Source = { readonly bytes: Uint8Array; readonly view: DataView; at: number };

/** Size in bytes of each kind of number, and how it is read. */
const NUMBERS: Record<string, { size: number; read: (view: DataView, at: number) => number }> = {
  i: { size: 1, read: (view, at) => view.getInt8(at) },
  U: { size: 1, read: (view, at) => view.getUint8(at) },
  I: { size: 2, read: (view, at) => view.getInt16(at) },
  l: { size: 4, read: (view, at) => view.getInt32(at) },
  L: { size: 8, read: (view, at) => Number(view.getBigInt64(at)) },
  d: { size: 4, read: (view, at) => view.getFloat32(at) },
  D: { size: 8, read: (view, at) => view.getFloat64(at) },
};

function readValue(source: Source, marker: string, depth: number): unknown {
  if (depth > DEEPEST_NESTING) damaged(FORMAT, `it is nested deeper than ${DEEPEST_NESTING}`);
  if (Object.hasOwn(NUMBERS, marker)) return orNull(readNumber(source, marker));
  if (marker === 'S') return readString(source);
  if (marker === 'C') return String.fromCharCode(source.bytes[take(source, 1)]);
  if (marker === 'T' || marker === 'F') return marker === 'T';
  if (marker === 'Z') return null;
  if (marker === '[') return readList(source, depth);
  if (marker === '{') return readObject(source, depth);
  damaged(FORMAT, `byte ${source.at - 1} is no marker`);
}

const orNull = (value: number) => (Number.isNaN(value) ? null : value);

function readList(source: Source, depth: number): unknown[] {
  const { type, count } = readHead(source);
  const list: unknown[] = [];
  if (type !== undefined && Object.hasOwn(NUMBERS, type)) {
    const { size, read } = NUMBERS[type];
    const start = take(source, size * count);
    for (let i = 0; i < count; i++) list.push(orNull(read(source.view, start + i * size)));
    return list;
  }
  while (list.length < count) {
    const marker = type ?? readMarker(source);
    if (marker === ']' && count === Number.POSITIVE_INFINITY) break;
    list.push(readValue(source, marker, depth + 1));
  }
  return list;
}

function readObject(source: Source, depth: number): object {
  const { type, count } = readHead(source);
  // No prototype: a key may be called anything.
  const object: Record<string, unknown> = Object.create(null);
  for (let i = 0; i < count; i++) {
    if (count === Number.POSITIVE_INFINITY && source.bytes[source.at] === 0x7d) {
      source.at++;
      break;
    }
    const key = readString(source);
    object[key] = readValue(source, type ?? readMarker(source), depth + 1);
  }
  return object;
}

/** `$type` and `#count` of a container; without a count it runs to its end marker. */
function readHead(source: Source): { type: string | undefined; count: number } {
  let type: string | undefined;
  if (source.bytes[source.at] === 0x24) {
    source.at++;
    type = readMarker(source);
    // A billion values of no bytes each would fit any file.
    if ('TFZN'.includes(type)) damaged(FORMAT, `a list at byte ${source.at} has elements without content`);
  }
  if (source.bytes[source.at] !== 0x23) {
    if (type !== undefined) damaged(FORMAT, `a list at byte ${source.at} has a type and no count`);
    return { type, count: Number.POSITIVE_INFINITY };
  }
  source.at++;
  return { type, count: readLength(source) };
}

function readString(source: Source): string {
  const length = readLength(source);
  const start = take(source, length);
  return new TextDecoder().decode(source.bytes.subarray(start, start + length));
}

function readLength(source: Source): number {
  const length = readNumber(source, readMarker(source));
  if (!(Number.isSafeInteger(length) && length >= 0)) damaged(FORMAT, `a length at byte ${source.at} is ${length}`);
  return length;
}

function readNumber(source: Source, marker: string): number {
  if (!Object.hasOwn(NUMBERS, marker)) damaged(FORMAT, `byte ${source.at - 1} is no number`);
  const { size, read } = NUMBERS[marker];
  return read(source.view, take(source, size));
}

const readMarker = (source: Source) => String.fromCharCode(source.bytes[take(source, 1)]);

/** Steps over so many bytes and returns where they start. */
function take(source: Source, count: number): number {
  const start = source.at;
  if (start + count > source.bytes.length) damaged(FORMAT, `it ends in the middle, at byte ${source.bytes.length}`);
  source.at = start + count;
  return start;
}
