// The journal: what was accepted is on disk before anybody is told so, and leaves only when the facts have it.
// Append-only segment files; appends that arrive together share one fdatasync (group commit). A block on its way to
// the facts is written down before it is sent, so that after a crash the same bytes go out again under the same token,
// which the engine takes once: at-least-once delivery and idempotent blocks make exactly once.

import { join } from 'node:path';
import { InklingError } from '../errors.ts';
import { type Disk, type DiskFile, localDisk, readWhole, replaceFile } from './disk.ts';
import {
  type Cursor,
  cursorFile,
  listSegments,
  readCursor,
  readRange,
  type Segment,
  segmentFile,
  writeCursor,
} from './journal-files.ts';
import {
  type DamagedStretch,
  encodeRecords,
  isDamagedWhole,
  type JournalRecord,
  MAX_PAYLOAD_BYTES,
  type Records,
  scanInSlices,
  scanRecords,
  withRoom,
} from './journal-record.ts';

export type JournalOptions = {
  folder: string;
  segmentBytes?: number;
  /** Appends are refused when this much waits for the facts. */
  maxBacklogBytes?: number;
  /** Called for each stretch of bytes that fails its checksum. */
  onDamage?: (damage: Damage) => void;
  disk?: Disk;
};

/** `mended`: a single bit had flipped and was put right, so that nothing is lost. */
export type Damage = { segment: string; offset: number; bytes: number; records: number; mended: boolean };

export type Block = {
  /** The same for the same bytes of the same journal, however often they are sent. */
  token: string;
  from: number;
  to: number;
  /** It was on its way before, and then the engine failed or the process ended: parts of it may have arrived. */
  resent: boolean;
  records: JournalRecord[];
};

export type Recovery = {
  /** Records that wait for the facts. */
  records: number;
  /** Bytes of a write that was cut off, never acknowledged, and cut away. */
  tornBytes: number;
  /** Records that failed their checksum, mended ones among them. */
  damagedRecords: number;
};

export interface Journal {
  readonly recovered: Recovery;
  /** Which journal it is, and the offset before which the facts have everything even after a crash. */
  position(): { journal: string; shipped: number };
  /**
   * Resolves when the lines are on disk; rejects with `unavailable` when they are not, and then none of them counts. The
   * memory of records is the caller's again when this returns.
   */
  append(workspace: string, lines: readonly string[] | Records): Promise<void>;
  /** The next block to ship, or undefined when there is none. The block before must be done. */
  next(limit: { records: number; bytes: number }): Promise<Block | undefined>;
  /** The facts have the block. */
  done(block: Block): void;
  backlog(): { records: number; bytes: number };
  /** Records that failed their checksum, and how many of them were put right. */
  damagedRecords(): number;
  mendedRecords(): number;
  /** How often the disk was waited for. */
  syncs(): number;
  /** Waits for appends under way and writes the cursor. */
  close(): Promise<void>;
}

const MEBIBYTE = 1024 * 1024;
/** What one fdatasync carries at most, and what may wait for the next one. */
const GROUP_BYTES = 8 * MEBIBYTE;
const WAITING_BYTES = 64 * MEBIBYTE;

/** What senders wait before they come again: a backlog and a disk are not mended within a second. */
const RETRY_AFTER_SECONDS = 5;

/** Appends that are written with one sync, and told so together: the first `bytes` of the buffer. */
type Group = { buffer: Buffer; bytes: number; records: number; written: PromiseWithResolvers<void> };

/** The buffer of a group at first, and what is kept of one for the next group. */
const BUFFER_BYTES = 64 * 1024;
const SPARE_BYTES = MEBIBYTE;

export async function openFileJournal(options: JournalOptions): Promise<Journal> {
  const { folder, disk = localDisk } = options;
  await disk.makeFolder(join(folder, 'damaged'));
  let mendedBytes = 0;
  const cursor = await readCursor(disk, folder, (bytes) => {
    mendedBytes = bytes;
  });
  const journal = new FileJournal({ ...options, disk }, cursor, await listSegments(disk, folder));
  if (mendedBytes > 0) journal.noteMendedCursor(mendedBytes);
  await journal.recover();
  return journal;
}

class FileJournal implements Journal {
  readonly recovered: Recovery = { records: 0, tornBytes: 0, damagedRecords: 0 };
  private readonly disk: Disk;
  private readonly folder: string;
  private readonly segmentBytes: number;
  private readonly maxBacklogBytes: number;
  private readonly onDamage: (damage: Damage) => void;
  private cursor: Cursor;
  /** The cursor in memory is ahead of the one on disk. */
  private unwritten = false;
  private segments: Segment[];
  private readonly spoiled = new Set<string>();
  private readonly reported = new Set<number>();
  private handle: DiskFile | undefined;
  /** Logical offset up to which everything is on disk and acknowledged. */
  private synced = 0;
  private waiting: Group[] = [];
  private waitingBytes = 0;
  private spare: Buffer | undefined;
  private flushing: Promise<void> | undefined;
  /** A failed write may have left bytes behind the synced end: they are cut away before anything else is written. */
  private mustCut = false;
  private closed = false;
  private closing: Promise<void> | undefined;
  private pendingRecords = 0;
  private damaged = 0;
  private mended = 0;
  private syncCount = 0;

  constructor(options: JournalOptions & { disk: Disk }, cursor: Cursor, segments: Segment[]) {
    this.disk = options.disk;
    this.folder = options.folder;
    this.segmentBytes = options.segmentBytes ?? 64 * MEBIBYTE;
    this.maxBacklogBytes = options.maxBacklogBytes ?? 2048 * MEBIBYTE;
    this.onDamage = options.onDamage ?? (() => {});
    this.cursor = cursor;
    this.segments = segments;
  }

  noteMendedCursor(bytes: number): void {
    this.damaged += 1;
    this.mended += 1;
    this.onDamage({ segment: cursorFile(this.folder), offset: 0, bytes, records: 1, mended: true });
  }

  async recover(): Promise<void> {
    await this.removeShipped({ keep: 0 });
    this.synced = this.cursor.shipped;
    for (const [i, segment] of this.segments.entries()) {
      // Bytes that reach into the next segment are a failed write that could not be cut away in time.
      const next = this.segments[i + 1]?.base;
      const whole = await readWhole(this.disk, segment.file);
      const bytes = whole.subarray(0, next === undefined ? undefined : next - segment.base);
      const start = Math.max(0, this.cursor.shipped - segment.base);
      // What was shipped is not needed any more, but a disk that flips bits should be known of.
      this.noteDamage(segment, 0, scanRecords(bytes.subarray(0, start)).damage);
      const scan = scanRecords(bytes.subarray(start));
      const end = start + scan.end;
      this.noteDamage(segment, start, scan.damage);
      this.pendingRecords += scan.records.length;
      if (next === undefined) await this.cutTail(segment, bytes, end);
      else if (end < bytes.length) this.noteDamage(segment, 0, [lost(end, bytes.length)]);
      this.synced = segment.base + (next === undefined ? end : bytes.length);
    }
    this.recovered.records = this.pendingRecords;
    this.recovered.damagedRecords = this.damaged;
    await writeCursor(this.disk, this.folder, this.cursor);
  }

  append(workspace: string, lines: readonly string[] | Records): Promise<void> {
    if (this.closed)
      return Promise.reject(refusal('The journal is closed.', 'The service is stopping; send it again.'));
    let records: Records;
    try {
      records = recordsOf(workspace, lines);
    } catch (error) {
      return Promise.reject(error);
    }
    const { bytes, ends } = records;
    if (ends.length === 0) return Promise.resolve();
    const full = this.backlog().bytes + this.waitingBytes + bytes.length > this.maxBacklogBytes;
    if (full || this.waitingBytes + bytes.length > WAITING_BYTES) {
      const hint = 'Send it again later; /health tells how much waits for the facts.';
      return Promise.reject(refusal('The journal is full: the facts do not follow.', hint));
    }
    const group = this.groupFor(bytes.length);
    bytes.copy(group.buffer, group.bytes);
    group.bytes += bytes.length;
    group.records += ends.length;
    this.waitingBytes += bytes.length;
    this.flushing ??= this.flush();
    return group.written.promise;
  }

  async next(limit: { records: number; bytes: number }): Promise<Block | undefined> {
    if (this.cursor.block) return this.readBlock(this.cursor.block.from, this.cursor.block.to, true);
    if (this.cursor.shipped >= this.synced) {
      if (this.unwritten) await this.writeDown(this.cursor);
      return undefined;
    }
    const block = await this.readBlock(this.cursor.shipped, this.synced, false, limit);
    await this.writeDown({ ...this.cursor, block: { from: block.from, to: block.to } });
    await this.removeShipped({ keep: 1 });
    return block;
  }

  done(block: Block): void {
    // Not written at once: should the process end here, the block goes out again and is taken once. The next call of
    // `next` writes it along.
    this.cursor = { ...this.cursor, shipped: block.to, block: null };
    this.unwritten = true;
    this.pendingRecords = block.to >= this.synced ? 0 : this.pendingRecords - block.records.length;
  }

  position(): { journal: string; shipped: number } {
    return { journal: this.cursor.journal, shipped: this.cursor.shipped };
  }

  backlog(): { records: number; bytes: number } {
    return { records: this.pendingRecords, bytes: this.synced - this.cursor.shipped };
  }

  damagedRecords(): number {
    return this.damaged;
  }

  mendedRecords(): number {
    return this.mended;
  }

  syncs(): number {
    return this.syncCount;
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    this.closed = true;
    await this.flushing;
    await this.handle?.close();
    this.handle = undefined;
    await this.writeDown(this.cursor);
    await this.removeShipped({ keep: 0 });
  }

  private async writeDown(cursor: Cursor): Promise<void> {
    await writeCursor(this.disk, this.folder, cursor);
    this.cursor = cursor;
    this.unwritten = false;
  }

  /** Writes what waits, group after group, until nothing does. */
  private async flush(): Promise<void> {
    // Appends of the same turn of the event loop belong to the same group.
    await new Promise((resolve) => setImmediate(resolve));
    for (let group = this.waiting.shift(); group !== undefined; group = this.waiting.shift()) {
      const { buffer, bytes, records, written } = group;
      this.waitingBytes -= bytes;
      try {
        await this.write(buffer.subarray(0, bytes));
      } catch (error) {
        this.mustCut = true;
        written.reject(refusal('The journal cannot be written.', 'Check the disk of the data folder.', error));
        continue;
      }
      if (buffer.length <= SPARE_BYTES) this.spare = buffer;
      this.pendingRecords += records;
      written.resolve();
    }
    this.flushing = undefined;
  }

  /** The group that so many bytes more wait in, with room for them. */
  private groupFor(bytes: number): Group {
    let group = this.waiting.at(-1);
    if (group === undefined || group.bytes + bytes > GROUP_BYTES) {
      const buffer = this.spare ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
      this.spare = undefined;
      group = { buffer, bytes: 0, records: 0, written: Promise.withResolvers<void>() };
      this.waiting.push(group);
    }
    group.buffer = withRoom(group.buffer, group.bytes, bytes);
    return group;
  }

  private async write(bytes: Buffer): Promise<void> {
    if (this.mustCut) await this.cutUnsynced();
    let segment = this.segments.at(-1);
    if (!this.handle || !segment || this.synced - segment.base + bytes.length > this.segmentBytes) {
      segment = await this.startSegment();
    }
    await this.handle!.writeThrough(bytes, this.synced - segment.base);
    this.syncCount += 1;
    this.synced += bytes.length;
  }

  private async startSegment(): Promise<Segment> {
    await this.handle?.close();
    this.handle = undefined;
    const segment = { base: this.synced, file: segmentFile(this.folder, this.synced) };
    this.handle = await this.disk.open(segment.file, 'through');
    await this.disk.syncFolder(this.folder);
    if (this.segments.at(-1)?.base !== segment.base) this.segments.push(segment);
    return segment;
  }

  private async cutUnsynced(): Promise<void> {
    const segment = this.segments.at(-1);
    await this.handle?.close().catch(() => {});
    this.handle = undefined;
    if (segment && this.disk.exists(segment.file)) {
      await this.disk.truncate(segment.file, Math.max(0, this.synced - segment.base));
    }
    this.mustCut = false;
  }

  /** Reads whole records from an offset, within its segment, up to `to` and the limit. */
  private async readBlock(
    from: number,
    to: number,
    resent: boolean,
    limit = { records: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY },
  ): Promise<Block> {
    const index = this.segments.findLastIndex((segment) => segment.base <= from);
    const segment = this.segments[index];
    const segmentEnd = this.segments[index + 1]?.base ?? this.synced;
    const end = Math.min(to, segmentEnd, from + Math.max(limit.bytes, MAX_PAYLOAD_BYTES));
    const bytes = await readRange(this.disk, segment.file, from - segment.base, end - from);
    const scan = await scanInSlices(bytes, limit.records);
    this.noteDamage(segment, from - segment.base, scan.damage);
    // At the end of a segment nothing can follow that would make the rest whole.
    const rest = bytes.length - scan.end;
    const stuck = rest > 0 && scan.records.length < limit.records && (end === segmentEnd || resent || scan.end === 0);
    if (stuck) this.noteDamage(segment, from - segment.base, [lost(scan.end, bytes.length)]);
    const stop = resent || stuck ? end : from + scan.end;
    return { token: `${this.cursor.journal}:${from}-${stop}`, from, to: stop, resent, records: scan.records };
  }

  private noteDamage(segment: Segment, start: number, damage: readonly DamagedStretch[]): void {
    for (const { from, to, records, mended } of damage) {
      const offset = segment.base + start + from;
      if (this.reported.has(offset)) continue;
      this.reported.add(offset);
      this.spoiled.add(segment.file);
      this.damaged += records;
      if (mended) this.mended += records;
      this.onDamage({ segment: segment.file, offset, bytes: to - from, records, mended });
    }
  }

  /** Behind the last whole record of the last segment lies nothing, or a write that was cut off, or a damaged record. */
  private async cutTail(segment: Segment, bytes: Buffer, end: number): Promise<void> {
    const tail = bytes.subarray(end);
    if (tail.length === 0) return;
    if (isDamagedWhole(tail)) {
      this.noteDamage(segment, 0, [lost(end, bytes.length)]);
      const folder = join(this.folder, 'damaged');
      await replaceFile(this.disk, folder, join(folder, `${segment.base + end}.tail`), tail);
    } else {
      this.recovered.tornBytes = tail.length;
    }
    await this.disk.truncate(segment.file, end);
  }

  /**
   * Segments that are shipped go, but for the newest `keep`: the last may be being written to. Those with damage are set
   * aside for whoever wants to look.
   */
  private async removeShipped({ keep }: { keep: number }): Promise<void> {
    while (this.segments.length > keep) {
      const [first, second] = this.segments;
      const end = second?.base ?? first.base + (await this.disk.size(first.file));
      if (end > this.cursor.shipped) return;
      this.segments.shift();
      if (!this.spoiled.has(first.file)) await this.disk.remove(first.file);
      else await this.disk.rename(first.file, join(this.folder, 'damaged', `${first.base}.log`));
    }
  }
}

/** Lines as records; what is that already stays as it is. */
export function recordsOf(workspace: string, lines: readonly string[] | Records): Records {
  return 'ends' in lines ? lines : encodeRecords(workspace, lines);
}

function lost(from: number, to: number): DamagedStretch {
  return { from, to, records: 1, mended: false };
}

export function refusal(message: string, hint: string, cause?: unknown): InklingError {
  return new InklingError('unavailable', message, { hint, cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}
