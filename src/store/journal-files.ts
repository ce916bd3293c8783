// The files of a journal: segments named by the logical offset they begin at, and the cursor, which is replaced as a
// whole (written aside, synced, renamed, folder synced), so that it is always the old one or the new one. It is a record
// like any other: a wrong offset would lose events or ship them again.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { InklingError } from '../errors.ts';
import { type Disk, readWhole, replaceFile } from './disk.ts';
import { encodeRecords, scanRecords } from './journal-record.ts';

/** A segment holds the bytes of the journal from `base` on. */
export type Segment = { base: number; file: string };

export type Cursor = {
  /** Tells this journal from every other, for the tokens of its blocks. */
  journal: string;
  /** The facts have everything before this offset. */
  shipped: number;
  /** What is on its way to them. */
  block: { from: number; to: number } | null;
};

export function segmentFile(folder: string, base: number): string {
  return join(folder, `${String(base).padStart(16, '0')}.log`);
}

export async function readRange(disk: Disk, file: string, from: number, length: number): Promise<Buffer> {
  const handle = await disk.open(file, 'read');
  try {
    return await handle.read(from, length);
  } finally {
    await handle.close();
  }
}

export async function listSegments(disk: Disk, folder: string): Promise<Segment[]> {
  const names = (await disk.list(folder)).filter((name) => /^\d{16}\.log$/.test(name)).sort();
  return names.map((name) => ({ base: Number.parseInt(name, 10), file: join(folder, name) }));
}

const WORKSPACE = 'cursor';

/** A new one where there is none. `onMended` is called when a bit of it had to be put right. */
export async function readCursor(disk: Disk, folder: string, onMended: (bytes: number) => void): Promise<Cursor> {
  const file = cursorFile(folder);
  if (!disk.exists(file)) return (await cursorOfBefore(disk, folder)) ?? newCursor();
  const bytes = await readWhole(disk, file);
  const { records, damage } = scanRecords(bytes, 1);
  if (records.length === 1) {
    if (damage.length > 0) onMended(bytes.length);
    return JSON.parse(records[0].payload.toString()) as Cursor;
  }
  throw new InklingError('journal_damaged', `The cursor of the journal, ${file}, cannot be read.`, {
    hint: 'Restore the file from a backup. Without it events that were shipped already would be shipped again.',
  });
}

function newCursor(): Cursor {
  return { journal: randomBytes(8).toString('hex'), shipped: 0, block: null };
}

/** As it was written before it had a checksum. */
async function cursorOfBefore(disk: Disk, folder: string): Promise<Cursor | undefined> {
  const file = join(folder, 'cursor.json');
  return disk.exists(file) ? (JSON.parse((await readWhole(disk, file)).toString()) as Cursor) : undefined;
}

export async function writeCursor(disk: Disk, folder: string, cursor: Cursor): Promise<void> {
  await replaceFile(disk, folder, cursorFile(folder), encodeRecords(WORKSPACE, [JSON.stringify(cursor)]).bytes);
}

export function cursorFile(folder: string): string {
  return join(folder, 'cursor');
}
