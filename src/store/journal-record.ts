// One record of the journal: CRC32, a mark, lengths, the workspace, the payload. The mark lets a reader find the next
// record behind damaged bytes; its last byte never occurs in JSON text, so no payload can be taken for one. Where a
// single bit has flipped the record is put right (mend.ts), and said to have been damaged all the same.
//
//   0 crc32 of all that follows | 4 'IK' 0x01 | 7 length of workspace (u8) | 8 length of payload (u32) | 12 workspace, payload

import { crc32 } from 'node:zlib';
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

export function encodeRecords(workspace: string, lines: readonly string[]): Buffer {
  const name = Buffer.from(workspace);
  const lengths = lines.map((line) => Buffer.byteLength(line));
  const buffer = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length + HEADER_BYTES + name.length, 0));
  let at = 0;
  for (let i = 0; i < lines.length; i++) {
    const body = at + HEADER_BYTES;
    const end = body + name.length + lengths[i];
    MARK.copy(buffer, at + 4);
    buffer[at + 7] = name.length;
    buffer.writeUInt32LE(lengths[i], at + 8);
    name.copy(buffer, body);
    buffer.write(lines[i], body + name.length);
    buffer.writeUInt32LE(crc32(buffer.subarray(at + 4, end)), at);
    at = end;
  }
  return buffer;
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
    record: { workspace: buffer.toString('utf8', body, body + name), payload: buffer.subarray(body + name, end) },
    end,
  };
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
