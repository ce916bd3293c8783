// One process per data folder: two engines on the same files would corrupt them. The lock is a file naming its
// owner; it survives kill -9 on purpose and is taken over when the process it names is gone. The process start time
// guards against a process id that the system gave to somebody else meanwhile.

import { linkSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InklingError } from '../errors.ts';

type Owner = { pid: number; started: string; command: string };

/** Takes the folder for this process and returns what gives it back. */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'lock');
  const me: Owner = { pid: process.pid, started: startOf(process.pid) ?? '', command: process.argv.slice(1).join(' ') };
  for (let attempt = 0; attempt < 5; attempt++) {
    if (claim(file, me)) return () => release(file);
    const owner = readOwner(file);
    if (owner && isAlive(owner)) {
      throw new InklingError('data_folder_in_use', `The data folder ${folder} is in use by process ${owner.pid}.`, {
        value: owner.command,
        hint: 'Stop that process, speak to it over HTTP, or name another folder with --data.',
      });
    }
    rmSync(file, { force: true });
  }
  throw new InklingError('data_folder_in_use', `The data folder ${folder} is being taken by another process.`, {
    hint: 'Try again in a moment.',
  });
}

/** Writes aside and links into place: of two processes that try at once, one gets EEXIST. */
function claim(file: string, me: Owner): boolean {
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, JSON.stringify(me));
  try {
    linkSync(aside, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(aside);
  }
}

function release(file: string): void {
  if (readOwner(file)?.pid === process.pid) rmSync(file, { force: true });
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const started = startOf(owner.pid);
  return started === undefined || owner.started === '' || started === owner.started;
}

/** Start time in clock ticks since boot, where the system tells it (Linux); field 22 of /proc/PID/stat. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
