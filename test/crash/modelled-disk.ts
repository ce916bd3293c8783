// A disk in memory that behaves as badly as a real one may when power goes: what was not synced is dropped page by page
// or kept, the last page that was being written is torn anywhere, names of files that were not synced are lost or not,
// and a bit of what lay safely may have flipped. Besides, it can be full, and slow.

import { basename, dirname } from 'node:path';
import type { Random } from '../../src/math/index.ts';
import type { Disk, DiskFile, How } from '../../src/store/index.ts';

/** Small, so that files of a few kilobytes have several. */
const PAGE_BYTES = 512;

type Inode = {
  /** What a read gives. */
  bytes: Buffer;
  /** What a loss of power leaves for certain. */
  safe: Buffer;
  /** So many bytes were synced; others may be safe by chance, and belong to writes that nobody counts on. */
  synced: number;
};

type Folder = { names: Map<string, Inode>; safe: Map<string, Inode>; pending: ((names: Map<string, Inode>) => void)[] };

export type Flip = { file: string; byte: number; bit: number };

export class ModelledDisk implements Disk {
  /** Power is gone after so many steps from now on. */
  stepsLeft = Number.POSITIVE_INFINITY;
  /** Every write fails, perhaps after a part of it. */
  full = false;
  syncMs = 0;
  /** Syncs are answered and not made, as by a disk with a cache that it does not own up to. */
  lies = false;
  private readonly random: Random;
  private readonly folders = new Map<string, Folder>();

  constructor(random: Random) {
    this.random = random;
  }

  get isOff(): boolean {
    return this.stepsLeft < 0;
  }

  /** The disk as it is found when power is back. */
  afterPowerLoss(): ModelledDisk {
    const { random } = this;
    const left = new Map<Inode, Inode>();
    const found = new ModelledDisk(random);
    for (const [path, folder] of this.folders) {
      // Names change in order, so some of the last changes are missing.
      for (const change of folder.pending.slice(0, random.int(folder.pending.length + 1))) change(folder.safe);
      const names = new Map<string, Inode>();
      for (const [name, inode] of folder.safe) {
        if (!left.has(inode)) left.set(inode, leftOf(inode, random));
        names.set(name, left.get(inode)!);
      }
      found.folders.set(path, { names, safe: new Map(names), pending: [] });
    }
    return found;
  }

  /** Flips a bit of what was synced in one of the files; undefined when there is nothing. */
  flipBit(isMeant: (file: string) => boolean): Flip | undefined {
    const files = [...this.folders].flatMap(([folder, { names }]) =>
      [...names].map(([name, inode]) => ({ file: `${folder}/${name}`, inode })),
    );
    const meant = files.filter(({ file, inode }) => inode.synced > 0 && isMeant(file));
    if (meant.length === 0) return undefined;
    const { file, inode } = meant[this.random.int(meant.length)];
    const byte = this.random.int(inode.synced);
    const bit = this.random.int(8);
    inode.bytes[byte] ^= 1 << bit;
    inode.safe = Buffer.from(inode.bytes);
    return { file, byte, bit };
  }

  async makeFolder(folder: string): Promise<void> {
    await this.step();
    this.folderOf(folder);
  }

  async list(folder: string): Promise<string[]> {
    await this.step();
    return [...this.folderOf(folder).names.keys()];
  }

  exists(file: string): boolean {
    return this.folderOf(dirname(file)).names.has(basename(file));
  }

  async size(file: string): Promise<number> {
    await this.step();
    return this.find(file).bytes.length;
  }

  async open(file: string, how: How): Promise<DiskFile> {
    await this.step();
    if (how !== 'read' && !this.exists(file)) {
      const inode = { bytes: Buffer.alloc(0), safe: Buffer.alloc(0), synced: 0 };
      this.change(file, (names, name) => names.set(name, inode));
    }
    const inode = this.find(file);
    if (how === 'new' || how === 'through') cut(inode, 0);
    return new ModelledFile(this, inode);
  }

  async truncate(file: string, length: number): Promise<void> {
    await this.step();
    cut(this.find(file), length);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.step();
    const inode = this.find(from);
    const target = basename(to);
    if (dirname(from) !== dirname(to)) {
      this.change(to, (names, name) => names.set(name, inode));
      return this.change(from, (names, name) => names.delete(name));
    }
    // Within a folder a rename happens or does not.
    this.change(from, (names, name) => {
      names.delete(name);
      names.set(target, inode);
    });
  }

  async remove(file: string): Promise<void> {
    await this.step();
    this.change(file, (names, name) => names.delete(name));
  }

  async syncFolder(folder: string): Promise<void> {
    await this.step();
    const found = this.folderOf(folder);
    for (const change of found.pending) change(found.safe);
    found.pending = [];
  }

  /** Every step takes a turn of the event loop, and one of them is the last. */
  async step(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.stepsLeft -= 1;
    if (this.isOff) throw new Error('EIO: the power is off');
  }

  async write(inode: Inode, bytes: Buffer, at: number): Promise<void> {
    const part = Math.floor(this.random.uniform() * (bytes.length + 1));
    try {
      await this.step();
      if (this.full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    } catch (error) {
      put(inode, bytes.subarray(0, part), at);
      throw error;
    }
    put(inode, bytes, at);
  }

  async sync(inode: Inode): Promise<void> {
    if (this.syncMs > 0) await new Promise((resolve) => setTimeout(resolve, this.syncMs));
    await this.step();
    if (this.lies) return;
    inode.safe = Buffer.from(inode.bytes);
    inode.synced = inode.bytes.length;
  }

  private change(file: string, change: (names: Map<string, Inode>, name: string) => void): void {
    const folder = this.folderOf(dirname(file));
    const name = basename(file);
    change(folder.names, name);
    folder.pending.push((names) => change(names, name));
  }

  private find(file: string): Inode {
    const inode = this.folderOf(dirname(file)).names.get(basename(file));
    if (!inode) throw Object.assign(new Error(`ENOENT: no such file, ${file}`), { code: 'ENOENT' });
    return inode;
  }

  private folderOf(path: string): Folder {
    const found = this.folders.get(path) ?? { names: new Map(), safe: new Map(), pending: [] };
    this.folders.set(path, found);
    return found;
  }
}

class ModelledFile implements DiskFile {
  private readonly disk: ModelledDisk;
  private readonly inode: Inode;

  constructor(disk: ModelledDisk, inode: Inode) {
    this.disk = disk;
    this.inode = inode;
  }

  async read(from: number, length: number): Promise<Buffer> {
    await this.disk.step();
    return Buffer.from(this.inode.bytes.subarray(from, from + length));
  }

  write(bytes: Buffer, at: number): Promise<void> {
    return this.disk.write(this.inode, bytes, at);
  }

  async writeThrough(bytes: Buffer, at: number): Promise<void> {
    await this.write(bytes, at);
    await this.sync();
  }

  async truncate(length: number): Promise<void> {
    await this.disk.step();
    cut(this.inode, length);
  }

  sync(): Promise<void> {
    return this.disk.sync(this.inode);
  }

  async close(): Promise<void> {}
}

function put(inode: Inode, bytes: Buffer, at: number): void {
  const size = Math.max(inode.bytes.length, at + bytes.length);
  const grown = Buffer.alloc(bytes.length === 0 ? inode.bytes.length : size);
  inode.bytes.copy(grown);
  bytes.copy(grown, at);
  inode.bytes = grown;
}

function cut(inode: Inode, length: number): void {
  const shorter = Buffer.alloc(length);
  inode.bytes.copy(shorter, 0, 0, length);
  inode.bytes = shorter;
  inode.synced = Math.min(inode.synced, length);
}

/** Page by page what was safe, what was written since, or a torn mixture of both. */
function leftOf({ bytes, safe, synced }: Inode, random: Random): Inode {
  const length = random.uniform() < 0.5 ? bytes.length : safe.length;
  const left = Buffer.alloc(length);
  safe.copy(left);
  // Sometimes all arrived, sometimes nothing, mostly some.
  const share = [0, 0.5, 0.9, 1][random.int(4)];
  for (let at = 0; at < length; at += PAGE_BYTES) {
    const end = Math.min(length, at + PAGE_BYTES);
    if (bytes.subarray(at, end).equals(safe.subarray(at, end)) || random.uniform() >= share) continue;
    const torn = random.uniform() < 0.2 ? at + random.int(end - at) : end;
    // What was cut off since has no bytes to copy.
    left.set(bytes.subarray(at, torn), at);
  }
  return { bytes: left, safe: Buffer.from(left), synced: Math.min(synced, length) };
}
