// One record of the journal: CRC32, a mark, lengths, the workspace, the payload. The mark lets a reader find the next
// record behind damaged bytes; its last byte never occurs in JSON text, so no payload can be taken for one. Where a
// single bit has flipped the record is put right (mend.ts), and said to have been damaged all the same.
//
//   0 crc32 of all that follows | 4 'IK' 0x01 | 7 length of workspace (u8) | 8 length of payload (u32) | 12 workspace, payload

import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { InklingError } from '../errors.ts';
import { mendBit } from './mend.ts';

export type JournalRecord = { workspace: string; payload: Buffer };

export type Scan = {
  records: JournalRecord[];
  /** Where the last whole record, or the last run of damage before one, ends. */
  end: number;
  damage: DamagedStretch[];
};

/** Bytes of the buffer that failed their checksum: stepped over, or one record that was put right. */
export type DamagedStretch = { from: number; to: number; records: number; mended: boolean };

export const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;
const HEADER_BYTES = 12;
const MARK = Buffer.from([0x49, 0x4b, 0x01]);

/** Whole records, one behind the other, and where each ends. */
export type Records = { bytes: Buffer; ends: readonly number[] };

export function encodeRecords(workspace: string, lines: readonly string[]): Records {
  const writer = new RecordWriter(lines.reduce((sum, line) => sum + line.length + 100, 0));
  writer.start(workspace);
  for (const line of lines) writer.add(line);
  return writer.records();
}

/**
 * Records in the making. Whoever has many payloads to write does it here, byte by byte, where they will lie in the journal
 * (`open`, then `bytes` from `at` on, then `close`), in one piece of memory that is used again and again.
 */
export class RecordWriter {
  bytes: Buffer;
  at = 0;
  private begun = 0;
  private name = Buffer.alloc(0);
  private workspace = '';
  private ends: number[] = [];

  constructor(bytes = 256 * 1024) {
    this.bytes = Buffer.allocUnsafeSlow(Math.max(1024, bytes));
  }

  /** Begins anew, with records of a workspace. */
  start(workspace: string): void {
    if (workspace !== this.workspace) this.name = Buffer.from(workspace);
    this.workspace = workspace;
    this.at = 0;
    this.ends = [];
  }

  /** Makes room for so many bytes behind `at`; `bytes` may be another afterwards. */
  reserve(length: number): void {
    if (this.at + length > this.bytes.length) this.bytes = withRoom(this.bytes, this.at, length);
  }

  /** A payload is written behind this. Called again before `close`, it forgets what was. */
  open(): void {
    this.begun = this.ends.at(-1) ?? 0;
    this.at = this.begun;
    this.reserve(HEADER_BYTES + this.name.length);
    this.at += HEADER_BYTES + this.name.length;
  }

  /** Makes a record of what was written since `open`. */
  close(): void {
    const { bytes, begun, at, name } = this;
    const body = begun + HEADER_BYTES;
    const length = at - body - name.length;
    if (length > MAX_PAYLOAD_BYTES) {
      throw new InklingError('payload_too_large', 'A line is too long for the journal.');
    }
    MARK.copy(bytes, begun + 4);
    bytes[begun + 7] = name.length;
    bytes.writeUInt32LE(length, begun + 8);
    name.copy(bytes, body);
    bytes.writeUInt32LE(crc32(bytes.subarray(begun + 4, at)), begun);
    this.ends.push(at);
  }

  /** A record of this text. */
  add(line: string): void {
    this.open();
    this.reserve(line.length * 3);
    this.at += this.bytes.write(line, this.at);
    this.close();
  }

  /** The records since `start`, where they were written: whoever needs them after the next `start` copies them. */
  records(): Records {
    return { bytes: this.bytes.subarray(0, this.ends.at(-1) ?? 0), ends: this.ends };
  }
}

/** The buffer, or a larger one with its first `used` bytes, that has room for so many more. */
export function withRoom(buffer: Buffer, used: number, more: number): Buffer {
  if (used + more <= buffer.length) return buffer;
  const larger = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, used + more));
  buffer.copy(larger, 0, 0, used);
  return larger;
}

/**
 * Reads records until the buffer or the number asked for ends. What fails its checksum is stepped over to the next
 * record that holds; bytes at the end that belong to no whole record are left (see `end`).
 */
export function scanRecords(buffer: Buffer, most = Number.POSITIVE_INFINITY): Scan {
  const scan: Scan = { records: [], end: 0, damage: [] };
  while (scan.records.length < most) {
    const next = recordAt(buffer, scan.end);
    if (next) {
      scan.records.push(next.record);
      scan.end = next.end;
      continue;
    }
    const mended = mendedAt(buffer, scan.end);
    if (mended) {
      scan.records.push(mended.record);
      scan.damage.push({ from: scan.end, to: mended.end, records: 1, mended: true });
      scan.end = mended.end;
      continue;
    }
    const found = findRecord(buffer, scan.end + 1);
    if (found < 0) break;
    const records = countMarks(buffer.subarray(scan.end, found));
    scan.damage.push({ from: scan.end, to: found, records, mended: false });
    scan.end = found;
  }
  return scan;
}

/** Records looked at between two turns of the event loop: about a millisecond's work. */
const SLICE_RECORDS = 500;

/** As scanRecords, but lets others have their turn in between. */
export async function scanInSlices(buffer: Buffer, most: number): Promise<Scan> {
  const scan: Scan = { records: [], end: 0, damage: [] };
  for (;;) {
    const from = scan.end;
    const wanted = Math.min(SLICE_RECORDS, most - scan.records.length);
    const slice = scanRecords(buffer.subarray(from), wanted);
    for (const record of slice.records) scan.records.push(record);
    for (const stretch of slice.damage)
      scan.damage.push({ ...stretch, from: from + stretch.from, to: from + stretch.to });
    scan.end = from + slice.end;
    if (slice.records.length < wanted || scan.records.length >= most) return scan;
    await setImmediate();
  }
}

/** Whether the bytes look like whole records gone bad, rather than a write that was cut off. */
export function isDamagedWhole(tail: Buffer): boolean {
  if (tail.length < HEADER_BYTES) return false;
  const length = HEADER_BYTES + tail[7] + tail.readUInt32LE(8);
  return length <= tail.length && tail.some((byte) => byte !== 0);
}

type Found = { record: JournalRecord; end: number };

function recordAt(buffer: Buffer, at: number): Found | undefined {
  const body = at + HEADER_BYTES;
  if (body > buffer.length || buffer[at + 4] !== MARK[0] || buffer[at + 5] !== MARK[1] || buffer[at + 6] !== MARK[2]) {
    return undefined;
  }
  const name = buffer[at + 7];
  const length = buffer.readUInt32LE(at + 8);
  const end = body + name + length;
  if (length > MAX_PAYLOAD_BYTES || end > buffer.length) return undefined;
  if (crc32(buffer.subarray(at + 4, end)) !== buffer.readUInt32LE(at)) return undefined;
  return {
    record: { workspace: nameAt(buffer, body, body + name), payload: buffer.subarray(body + name, end) },
    end,
  };
}

let lastName = { bytes: Buffer.alloc(0), text: '' };

/** Neighbours are of one workspace as a rule. */
function nameAt(buffer: Buffer, from: number, to: number): string {
  if (lastName.bytes.compare(buffer, from, to) !== 0) {
    lastName = { bytes: Buffer.from(buffer.subarray(from, to)), text: buffer.toString('utf8', from, to) };
  }
  return lastName.text;
}

/** The record that stands here but for one flipped bit; the bit is put right in the buffer. */
function mendedAt(buffer: Buffer, at: number): Found | undefined {
  const body = at + HEADER_BYTES;
  if (body > buffer.length || bitsBetween(buffer.subarray(at + 4, at + 7), MARK) > 1) return undefined;
  // A bit of the mark or of a length hides where the record ends, so each is tried; there are 64.
  for (let byte = at + 4; byte < body; byte++) {
    for (let bit = 0; bit < 8; bit++) {
      buffer[byte] ^= 1 << bit;
      const found = recordAt(buffer, at);
      if (found) return found;
      buffer[byte] ^= 1 << bit;
    }
  }
  const end = body + buffer[at + 7] + buffer.readUInt32LE(at + 8);
  if (end > buffer.length || mendBit(buffer.subarray(at + 4, end), buffer.readUInt32LE(at)) !== 'mended') {
    return undefined;
  }
  buffer.writeUInt32LE(crc32(buffer.subarray(at + 4, end)), at);
  return recordAt(buffer, at);
}

function bitsBetween(one: Buffer, other: Buffer): number {
  let bits = 0;
  for (let i = 0; i < one.length; i++) for (let x = one[i] ^ other[i]; x !== 0; x &= x - 1) bits++;
  return bits;
}

function findRecord(buffer: Buffer, from: number): number {
  for (let mark = buffer.indexOf(MARK, from + 4); mark >= 0; mark = buffer.indexOf(MARK, mark + 1)) {
    if (recordAt(buffer, mark - 4)) return mark - 4;
  }
  return -1;
}

/** At least one: the mark itself may be what was damaged. */
function countMarks(bytes: Buffer): number {
  let marks = 0;
  for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 1)) marks++;
  return Math.max(1, marks);
}
