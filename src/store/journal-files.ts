// The files of a journal: segments named by the logical offset they begin at, and the cursor, which is replaced as a
// whole (written aside, synced, renamed, folder synced), so that it is always the old one or the new one.

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { InklingError } from '../errors.ts';

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

export async function readRange(file: string, from: number, length: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(length);
    let read = 0;
    while (read < length) {
      const { bytesRead } = await handle.read(buffer, read, length - read, from + read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return buffer.subarray(0, read);
  } finally {
    await handle.close();
  }
}

export async function listSegments(folder: string): Promise<Segment[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{16}\.log$/.test(name)).sort();
  return names.map((name) => ({ base: Number.parseInt(name, 10), file: join(folder, name) }));
}

export async function readCursor(folder: string): Promise<Cursor> {
  const file = join(folder, 'cursor.json');
  if (!existsSync(file)) return { journal: randomBytes(8).toString('hex'), shipped: 0, block: null };
  try {
    const cursor = JSON.parse(await readFile(file, 'utf8')) as Cursor;
    if (typeof cursor.journal === 'string' && Number.isSafeInteger(cursor.shipped)) return cursor;
  } catch {
    // Reported below with the remedy.
  }
  throw new InklingError('journal_damaged', `The cursor of the journal, ${file}, cannot be read.`, {
    hint: 'Restore the file from a backup. Without it events that were shipped already would be shipped again.',
  });
}

export async function writeCursor(folder: string, cursor: Cursor): Promise<void> {
  const file = join(folder, 'cursor.json');
  const handle = await open(`${file}.part`, 'w');
  try {
    await handle.writeFile(JSON.stringify(cursor));
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.part`, file);
  await syncFolder(folder);
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
