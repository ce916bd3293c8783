// What the journal, and the files that tell messages apart, ask of a disk. It is a narrow interface so that the crash
// tests can put a disk underneath that loses what was not synced, tears writes, flips bits or is full; what is promised
// rests on `writeThrough`, `sync` and `syncFolder` alone.

import { constants, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface DiskFile {
  /** The bytes from an offset on, fewer where the file ends. */
  read(from: number, length: number): Promise<Buffer>;
  /** Writes all of the bytes at an offset. */
  write(bytes: Buffer, at: number): Promise<void>;
  /** The same, and resolves when they outlive a loss of power. */
  writeThrough(bytes: Buffer, at: number): Promise<void>;
  truncate(length: number): Promise<void>;
  /** Resolves when the bytes of the file outlive a loss of power. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export type How = 'read' | 'write' | 'new' | 'through';

export interface Disk {
  makeFolder(folder: string): Promise<void>;
  /** Names within a folder. */
  list(folder: string): Promise<string[]>;
  exists(file: string): boolean;
  size(file: string): Promise<number>;
  /**
   * 'new' empties the file, 'through' as well and is meant for `writeThrough`, 'write' makes it where it is missing, 'read'
   * wants it to be there.
   */
  open(file: string, how: How): Promise<DiskFile>;
  truncate(file: string, length: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
  /** Resolves when the names within the folder outlive a loss of power. */
  syncFolder(folder: string): Promise<void>;
}

const { O_CREAT, O_DSYNC, O_RDWR, O_TRUNC } = constants;
/** Linux syncs the data with each write, which spares a turn of the event loop; elsewhere that is less than a sync. */
const WRITES_THROUGH = process.platform === 'linux';
const through = O_RDWR | O_CREAT | O_TRUNC | (WRITES_THROUGH ? O_DSYNC : 0);
const FLAGS = { read: 'r', write: 'r+', new: 'w+', through } as const;

export const localDisk: Disk = {
  makeFolder: async (folder) => {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined) return;
    // The name of each new folder stands in the one above it.
    for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
  },
  list: (folder) => readdir(folder),
  exists: (file) => existsSync(file),
  size: async (file) => (await stat(file)).size,
  open: async (file, how) => {
    const flags = how === 'write' && !existsSync(file) ? FLAGS.new : FLAGS[how];
    return new LocalFile(await open(file, flags), how === 'through' && WRITES_THROUGH);
  },
  truncate: (file, length) => truncate(file, length),
  rename: (from, to) => rename(from, to),
  remove: (file) => rm(file, { force: true }),
  syncFolder,
};

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

class LocalFile implements DiskFile {
  private readonly handle: FileHandle;
  private readonly isThrough: boolean;

  constructor(handle: FileHandle, isThrough: boolean) {
    this.handle = handle;
    this.isThrough = isThrough;
  }

  async read(from: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafeSlow(length);
    let read = 0;
    while (read < length) {
      const { bytesRead } = await this.handle.read(buffer, read, length - read, from + read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return buffer.subarray(0, read);
  }

  async write(bytes: Buffer, at: number): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      written += (await this.handle.write(bytes, written, bytes.length - written, at + written)).bytesWritten;
    }
  }

  async writeThrough(bytes: Buffer, at: number): Promise<void> {
    await this.write(bytes, at);
    if (!this.isThrough) await this.sync();
  }

  truncate(length: number): Promise<void> {
    return this.handle.truncate(length);
  }

  sync(): Promise<void> {
    return this.handle.datasync();
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** The whole of a file. */
export async function readWhole(disk: Disk, file: string): Promise<Buffer> {
  const handle = await disk.open(file, 'read');
  try {
    return await handle.read(0, await disk.size(file));
  } finally {
    await handle.close();
  }
}

/** Replaces a file as a whole: after a crash it is the old one or the new one. `folder` holds it. */
export async function replaceFile(disk: Disk, folder: string, file: string, bytes: Buffer): Promise<void> {
  const handle = await disk.open(`${file}.part`, 'new');
  try {
    await handle.write(bytes, 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await disk.rename(`${file}.part`, file);
  await disk.syncFolder(folder);
}
