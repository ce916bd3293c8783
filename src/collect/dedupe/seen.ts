// Which messages were seen before: by workspace and messageId, within 30 days, across restarts and in any order. It is
// asked when a block leaves the journal and not when a message arrives, so that what is acknowledged is always on disk
// first, and a batch that was journalled but not acknowledged and is sent again is stored once.
//
// Exact: a filter only spares look-ups. Bounded: the keys of late are in memory, the others in sorted runs on disk, and
// their filters take so much memory at most. Repeatable: a block that is shipped again, in this process or after a
// crash, is judged as it was the first time, because its keys count only once the journal has done with it. The clock
// is each event's own receipt, so that a verdict does not depend on when it is given.

import { basename, join } from 'node:path';
import { type Disk, localDisk } from '../../store/index.ts';
import { copyKey, keysOf, WINDOW_DAYS, WORDS } from './key.ts';
import { mergeRuns, runsToMerge } from './merge.ts';
import { openRecent, type Position, type RecentLog } from './recent.ts';
import { openRun, type Run, type RunPlace, removeRun, runHolds, runMayHold, writeRun } from './run.ts';
import { KeyTable } from './table.ts';

export type SeenOptions = {
  folder: string;
  /** Where the journal begins again. */
  position: Position;
  /** Keys in memory before they become a run. */
  recentKeys?: number;
  /** What the filters of the runs may take; the oldest runs go without. */
  filterBytes?: number;
  disk?: Disk;
  onFault(error: unknown, doing: string): void;
};

export interface Seen {
  /** The lines of a block that were not seen before. `position` is where the block begins; the one before is done. */
  judge(position: Position, lines: readonly Buffer[]): Promise<Buffer[]>;
  /** The facts have the block: its messages count as seen from now on, also after a crash. */
  remember(position: Position): Promise<void>;
  size(): { keys: number; runs: number; filterBytes: number };
  close(): Promise<void>;
}

const RECENT_KEYS = 262_144;
const FILTER_BYTES = 256 * 1024 * 1024;
/** Look-ups on disk at once. */
const READS_AT_ONCE = 32;
const RUN_NAME = /^(\d{8})\.run$/;

export async function openSeen(options: SeenOptions): Promise<Seen> {
  const { folder, position, onFault, recentKeys = RECENT_KEYS, disk = localDisk } = options;
  await disk.makeFolder(folder);
  const runs: Run[] = [];
  for (const name of (await disk.list(folder)).sort()) {
    if (name.endsWith('.part')) await disk.remove(join(folder, name));
    if (!RUN_NAME.test(name)) continue;
    try {
      runs.push(await openRun({ disk, onFault }, join(folder, name)));
    } catch (error) {
      onFault(error, 'opening what tells messages apart');
      await disk.rename(join(folder, name), join(folder, `${name}.damaged`));
    }
  }
  const { log, keys } = await openRecent(disk, join(folder, 'recent.log'), position, onFault);
  const table = new KeyTable(recentKeys);
  for (const frame of keys) for (let at = 0; at < frame.length; at += WORDS) table.add(frame, at);
  return new FileSeen({ ...options, recentKeys, disk }, runs, table, log);
}

type Verdict = { position: Position; fresh: boolean[]; keys: Uint32Array };

class FileSeen implements Seen {
  private readonly folder: string;
  private readonly recentKeys: number;
  private readonly filterBytes: number;
  private readonly place: RunPlace;
  private runs: Run[];
  private table: KeyTable;
  private readonly log: RecentLog;
  private verdict: Verdict | undefined;
  private merging: Promise<void> | undefined;
  /** A merge that is complete; it takes its place between two blocks, when no look-up is under way. */
  private merged: { from: readonly Run[]; into: Run } | undefined;
  private nextNumber: number;
  private today = 0;
  private readonly closing = new AbortController();

  constructor(options: SeenOptions & { recentKeys: number; disk: Disk }, runs: Run[], table: KeyTable, log: RecentLog) {
    this.folder = options.folder;
    this.recentKeys = options.recentKeys;
    this.filterBytes = options.filterBytes ?? FILTER_BYTES;
    this.place = { disk: options.disk, onFault: options.onFault };
    this.runs = runs;
    this.table = table;
    this.log = log;
    this.nextNumber = 1 + Math.max(0, ...runs.map(({ file }) => Number.parseInt(basename(file), 10)));
    this.keepFiltersSmall();
  }

  async judge(position: Position, lines: readonly Buffer[]): Promise<Buffer[]> {
    if (this.verdict && isSame(this.verdict.position, position)) return freshOf(lines, this.verdict.fresh);
    await this.tidy();
    const keys = await keysOf(lines);
    const onDisk = await this.findOnDisk(keys);
    const fresh: boolean[] = [];
    const added = new Uint32Array(keys.length);
    let size = 0;
    for (let at = 0; at < keys.length; at += WORDS) {
      const isFresh = !onDisk.has(at) && !this.table.has(keys, at);
      fresh.push(isFresh);
      if (!isFresh) continue;
      this.table.add(keys, at);
      copyKey(keys, at, added, size);
      size += WORDS;
      this.today = Math.max(this.today, keys[at + 3] & 0xffff);
    }
    this.verdict = { position, fresh, keys: added.subarray(0, size) };
    return freshOf(lines, fresh);
  }

  async remember(position: Position): Promise<void> {
    const { verdict } = this;
    if (!verdict || !isSame(verdict.position, position) || verdict.keys.length === 0) return;
    await this.log.append(position, verdict.keys);
    verdict.keys = new Uint32Array();
  }

  size(): { keys: number; runs: number; filterBytes: number } {
    return {
      keys: this.runs.reduce((sum, run) => sum + run.count, this.table.size),
      runs: this.runs.length,
      filterBytes: this.runs.reduce((sum, run) => sum + (run.filter?.byteLength ?? 0), 0),
    };
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.merging;
    if (this.merged) await this.adopt(this.merged);
    await this.log.close();
    for (const run of this.runs) await run.handle.close();
  }

  /** Places (in words) of the keys that a run holds, newest run first. */
  private async findOnDisk(keys: Uint32Array): Promise<Set<number>> {
    const found = new Set<number>();
    for (const run of this.runs.toReversed()) {
      const asked: number[] = [];
      for (let at = 0; at < keys.length; at += WORDS) if (runMayHold(run, keys, at) && !found.has(at)) asked.push(at);
      for (let i = 0; i < asked.length; i += READS_AT_ONCE) {
        const some = asked.slice(i, i + READS_AT_ONCE);
        const held = await Promise.all(some.map((at) => runHolds(this.place, run, keys, at)));
        for (const [n, at] of some.entries()) if (held[n]) found.add(at);
      }
    }
    return found;
  }

  /** Between two blocks, when every key in memory belongs to a block that the journal has done with. */
  private async tidy(): Promise<void> {
    if (this.merged) await this.adopt(this.merged);
    if (this.table.size >= this.recentKeys) await this.startRun();
    const old = this.runs.filter((run) => run.lastDay < this.today - WINDOW_DAYS - 1);
    if (old.length > 0 && !this.merging) {
      this.runs = this.runs.filter((run) => !old.includes(run));
      for (const run of old) await removeRun(this.place, run);
    }
    const ripe = this.merging ? undefined : runsToMerge(this.runs, this.recentKeys);
    if (ripe) this.merging = this.merge(ripe);
  }

  private async startRun(): Promise<void> {
    const { table } = this;
    const run = await writeRun(this.place, this.nextFile(), table.size, single(table.sorted()));
    await this.log.clear();
    this.runs = [...this.runs, run];
    this.table = new KeyTable(this.recentKeys);
    this.keepFiltersSmall();
  }

  private async merge(runs: readonly Run[]): Promise<void> {
    try {
      this.merged = {
        from: runs,
        into: await mergeRuns(this.place, runs, this.nextFile(), this.today, this.closing.signal),
      };
    } catch (error) {
      // The runs are as good as before; the next block tries again.
      if (!this.closing.signal.aborted) this.place.onFault(error, 'merging what tells messages apart');
    } finally {
      this.merging = undefined;
    }
  }

  private async adopt({ from, into }: { from: readonly Run[]; into: Run }): Promise<void> {
    const first = this.runs.findIndex((run) => from.includes(run));
    this.runs = this.runs.toSpliced(first, 0, into).filter((run) => !from.includes(run));
    this.merged = undefined;
    for (const run of from) await removeRun(this.place, run);
    this.keepFiltersSmall();
  }

  private keepFiltersSmall(): void {
    let bytes = 0;
    for (const run of this.runs.toReversed()) {
      bytes += run.filterBytes;
      if (bytes > this.filterBytes) run.filter = undefined;
    }
  }

  private nextFile(): string {
    return join(this.folder, `${String(this.nextNumber++).padStart(8, '0')}.run`);
  }
}

async function* single(keys: Uint32Array): AsyncGenerator<Uint32Array> {
  yield keys;
}

function freshOf(lines: readonly Buffer[], fresh: readonly boolean[]): Buffer[] {
  return lines.filter((_, i) => fresh[i]);
}

function isSame(one: Position, other: Position): boolean {
  return one.journal === other.journal && one.shipped === other.shipped;
}
