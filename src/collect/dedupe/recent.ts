// The log of the keys that are in no run yet: a frame for each block of the journal, appended and synced before the
// journal forgets the block. After a crash, frames of blocks that the journal will ship again are dropped: those
// messages must be judged as they were the first time.
//
//   0 crc32 of all that follows | 4 'IKF1' | 8 journal (8 bytes) | 16 from (f64) | 24 count (u32) | 28 0 | 32 keys

import { type FileHandle, open, readFile, truncate } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
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
export async function openRecent(file: string, position: Position): Promise<{ log: RecentLog; keys: Uint32Array[] }> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const keys: Uint32Array[] = [];
  let end = 0;
  for (let frame = frameAt(bytes, end); frame; frame = frameAt(bytes, end)) {
    if (frame.journal === position.journal && frame.from >= position.shipped) break;
    keys.push(frame.keys);
    end = frame.end;
  }
  if (end < bytes.length) await truncate(file, end);
  return { log: new FileLog(await open(file, 'a+'), file, end), keys };
}

class FileLog implements RecentLog {
  private readonly handle: FileHandle;
  private readonly file: string;
  private end: number;

  constructor(handle: FileHandle, file: string, end: number) {
    this.handle = handle;
    this.file = file;
    this.end = end;
  }

  async append({ journal, shipped }: Position, keys: Uint32Array): Promise<void> {
    const frame = Buffer.concat([Buffer.alloc(HEADER_BYTES), bytesOf(keys)]);
    frame.write(MAGIC, 4, 'latin1');
    frame.write(journal, 8, 'hex');
    frame.writeDoubleLE(shipped, 16);
    frame.writeUInt32LE(frame.length / KEY_BYTES - HEADER_BYTES / KEY_BYTES, 24);
    frame.writeUInt32LE(crc32(frame.subarray(4)), 0);
    try {
      await this.handle.appendFile(frame);
      await this.handle.datasync();
      this.end += frame.length;
    } catch (error) {
      // Behind half a frame nothing would be found again.
      await truncate(this.file, this.end);
      throw error;
    }
  }

  async clear(): Promise<void> {
    await this.handle.truncate(0);
    await this.handle.datasync();
    this.end = 0;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

type Frame = { journal: string; from: number; keys: Uint32Array; end: number };

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
