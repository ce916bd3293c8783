// The log of the keys that are in no run yet: a frame for each block of the journal, appended and synced before the
// journal forgets the block. After a crash, frames of blocks that the journal will ship again are dropped: those
// messages must be judged as they were the first time. A frame in which one bit has flipped is put right.
//
//   0 crc32 of all that follows | 4 'IKF1' | 8 journal (8 bytes) | 16 from (f64) | 24 count (u32) | 28 0 | 32 keys

import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { InklingError } from '../../errors.ts';
import { type Disk, type DiskFile, mendBit, readWhole } from '../../store/index.ts';
import { KEY_BYTES } from './key.ts';
import { bytesOf, wordsOf } from './run.ts';

const MAGIC = 'IKF1';
const HEADER_BYTES = 32;

/** Where the journal begins again after a start. */
export type Position = { journal: string; shipped: number };

export interface RecentLog {
  append(position: Position, keys: Uint32Array): Promise<void>;
  /** Empties it: everything in it is in a run. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the log and gives what holds of it. A frame that was cut off was never counted, and is cut away. */
export async function openRecent(
  disk: Disk,
  file: string,
  position: Position,
  onFault: (error: unknown, doing: string) => void,
): Promise<{ log: RecentLog; keys: Uint32Array[] }> {
  const isNew = !disk.exists(file);
  const bytes = isNew ? Buffer.alloc(0) : await readWhole(disk, file);
  const handle = await disk.open(file, 'write');
  if (isNew) await disk.syncFolder(dirname(file));
  const keys: Uint32Array[] = [];
  let end = 0;
  for (;;) {
    const frame = frameAt(bytes, end) ?? mendedFrameAt(bytes, end);
    if (!frame) {
      const next = nextFrame(bytes, end);
      if (next < 0) break;
      onFault(damaged(file, 'Messages of the last hours that are sent again may be doubled. Check the disk.'), READING);
      end = next;
      continue;
    }
    if (frame.mended) {
      onFault(damaged(file, 'One bit of it had flipped and was put right. Check the disk.'), READING);
      await handle.write(bytes.subarray(end, frame.end), end);
      await handle.sync();
    }
    if (frame.journal === position.journal && frame.from >= position.shipped) break;
    keys.push(frame.keys);
    end = frame.end;
  }
  if (end < bytes.length) await handle.truncate(end);
  return { log: new FileLog(handle, end), keys };
}

const READING = 'reading what tells messages apart';

function damaged(file: string, hint: string): InklingError {
  return new InklingError('journal_damaged', `${file}, which tells messages apart, fails its checksum.`, {
    value: file,
    hint,
  });
}

class FileLog implements RecentLog {
  private readonly handle: DiskFile;
  private end: number;

  constructor(handle: DiskFile, end: number) {
    this.handle = handle;
    this.end = end;
  }

  async append({ journal, shipped }: Position, keys: Uint32Array): Promise<void> {
    const frame = Buffer.concat([Buffer.alloc(HEADER_BYTES), bytesOf(keys)]);
    frame.write(MAGIC, 4, 'latin1');
    frame.write(journal, 8, 'hex');
    frame.writeDoubleLE(shipped, 16);
    frame.writeUInt32LE(frame.length / KEY_BYTES - HEADER_BYTES / KEY_BYTES, 24);
    frame.writeUInt32LE(crc32(frame.subarray(4)), 0);
    // What is left of a write that failed is written over by the next one.
    await this.handle.write(frame, this.end);
    await this.handle.sync();
    this.end += frame.length;
  }

  async clear(): Promise<void> {
    await this.handle.truncate(0);
    await this.handle.sync();
    this.end = 0;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

type Frame = { journal: string; from: number; keys: Uint32Array; end: number; mended?: boolean };

function frameAt(bytes: Buffer, at: number): Frame | undefined {
  const body = at + HEADER_BYTES;
  if (body > bytes.length || bytes.toString('latin1', at + 4, at + 8) !== MAGIC) return undefined;
  const end = body + bytes.readUInt32LE(at + 24) * KEY_BYTES;
  if (end > bytes.length || crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32LE(at)) return undefined;
  return {
    journal: bytes.toString('hex', at + 8, at + 16),
    from: bytes.readDoubleLE(at + 16),
    keys: wordsOf(bytes.subarray(body, end)),
    end,
  };
}

/** Where the next frame begins that holds, behind damaged bytes; -1 when there is none. */
function nextFrame(bytes: Buffer, from: number): number {
  for (
    let mark = bytes.indexOf(MAGIC, from + 5, 'latin1');
    mark >= 0;
    mark = bytes.indexOf(MAGIC, mark + 1, 'latin1')
  ) {
    if (frameAt(bytes, mark - 4)) return mark - 4;
  }
  return -1;
}

/** The frame that stands here but for one flipped bit; the bit is put right in the bytes. */
function mendedFrameAt(bytes: Buffer, at: number): Frame | undefined {
  const body = at + HEADER_BYTES;
  if (body > bytes.length) return undefined;
  // A flipped bit of the count hides where the frame ends, so each is tried.
  for (let bit = 0; bit < 32; bit++) {
    const byte = at + 24 + (bit >> 3);
    bytes[byte] ^= 1 << (bit & 7);
    const frame = frameAt(bytes, at);
    if (frame) return { ...frame, mended: true };
    bytes[byte] ^= 1 << (bit & 7);
  }
  const end = body + bytes.readUInt32LE(at + 24) * KEY_BYTES;
  if (end > bytes.length || mendBit(bytes.subarray(at + 4, end), bytes.readUInt32LE(at)) !== 'mended') return undefined;
  bytes.writeUInt32LE(crc32(bytes.subarray(at + 4, end)), at);
  const frame = frameAt(bytes, at);
  return frame && { ...frame, mended: true };
}
