// The wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding): fields of a number and one of four
// shapes. ONNX needs six of its messages, so these lines stand in for a library of megabytes. A length is believed only as
// far as bytes are there to back it.
import { damaged } from '../refuse.ts';

/** One field: a whole number for shape 0, else the bytes of a number (4 or 8) or of what was nested. */
export type Field = { number: number; integer: number; bytes: Uint8Array };

/** The fields of a message one after the other; throws `model_file_invalid` where they break off. */
export function* readFields(bytes: Uint8Array): Generator<Field> {
  const source = { bytes, at: 0 };
  while (source.at < bytes.length) {
    const tag = readVarint(source);
    const number = Math.floor(tag / 8);
    const shape = tag % 8;
    if (shape === 0) yield { number, integer: readVarint(source), bytes: NOTHING };
    else if (shape === 1) yield { number, integer: 0, bytes: take(source, 8) };
    else if (shape === 2) yield { number, integer: 0, bytes: take(source, readVarint(source)) };
    else if (shape === 5) yield { number, integer: 0, bytes: take(source, 4) };
    else damaged('ONNX', `byte ${source.at - 1} starts no field`);
  }
}

/** Whole numbers of a repeated field: packed end to end, or one per field. */
export function integersOf({ bytes, integer }: Field): number[] {
  if (bytes === NOTHING) return [integer];
  const source = { bytes, at: 0 };
  const integers: number[] = [];
  while (source.at < bytes.length) integers.push(readVarint(source));
  return integers;
}

const BYTES_PER = { float: 4, double: 8 } as const;

/** Floating-point numbers of a field, packed end to end or alone. */
export function floatsOf({ bytes }: Field, kind: keyof typeof BYTES_PER): number[] {
  const size = BYTES_PER[kind];
  if (bytes.length % size !== 0) damaged('ONNX', `${bytes.length} bytes hold no ${kind}s`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / size }, (_, i) =>
    kind === 'float' ? view.getFloat32(i * size, true) : view.getFloat64(i * size, true),
  );
}

export const textOf = ({ bytes }: Field) => new TextDecoder().decode(bytes);

const NOTHING = new Uint8Array(0);

type Source = { readonly bytes: Uint8Array; at: number };

/** A 64-bit number, seven bits a byte, lowest first. */
function readVarint(source: Source): number {
  let low = 0;
  for (let i = 0; i < 7; i++) {
    const byte = source.bytes[source.at++] ?? brokenOff();
    low += (byte & 127) * 128 ** i;
    if (byte < 128) return low;
  }
  let high = 0n;
  for (let i = 0n; i < 3n; i++) {
    const byte = source.bytes[source.at++] ?? brokenOff();
    high += BigInt(byte & 127) << (7n * i);
    if (byte < 128) return Number(BigInt.asIntN(64, BigInt(low) + (high << 49n)));
  }
  damaged('ONNX', `byte ${source.at} goes on with a number that is too long`);
}

function take(source: Source, count: number): Uint8Array {
  const end = source.at + count;
  if (!(count >= 0 && end <= source.bytes.length)) brokenOff();
  const taken = source.bytes.subarray(source.at, end);
  source.at = end;
  return taken;
}

function brokenOff(): never {
  damaged('ONNX', 'it ends in the middle of a field');
}

/** A message is its fields one after the other. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export const integerField = (number: number, value: number) => join([varint(number * 8), varint(value)]);

export const bytesField = (number: number, bytes: Uint8Array) =>
  join([varint(number * 8 + 2), varint(bytes.length), bytes]);

export const textField = (number: number, text: string) => bytesField(number, new TextEncoder().encode(text));

export function integersField(number: number, values: readonly number[]): Uint8Array {
  return bytesField(number, join(values.map(varint)));
}

export function floatsField(number: number, values: readonly number[], kind: keyof typeof BYTES_PER): Uint8Array {
  const size = BYTES_PER[kind];
  const view = new DataView(new ArrayBuffer(values.length * size));
  values.forEach((value, i) => {
    if (kind === 'float') view.setFloat32(i * size, value, true);
    else view.setFloat64(i * size, value, true);
  });
  return bytesField(number, new Uint8Array(view.buffer));
}

function varint(value: number): Uint8Array {
  if (value >= 0 && value < 128) return Uint8Array.of(value);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
