// The command line as a person runs it: a process of its own, its output and its exit code.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export type Ran = { code: number; out: string; err: string };

export function inkling(...args: string[]): Promise<Ran> {
  const env = { ...process.env, CLICKHOUSE_URL: '', DATABASE_URL: '', INKLING_DATA: '' };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env, maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => {
      resolve({ code: error ? (typeof error.code === 'number' ? error.code : 1) : 0, out, err });
    });
  });
}

/** Runs with --json and returns what was printed; the error text when it failed. */
export async function inklingJson<T>(...args: string[]): Promise<T> {
  const ran = await inkling(...args, '--json');
  if (ran.code !== 0) throw new Error(`inkling ${args.join(' ')} ended with ${ran.code}: ${ran.err}`);
  return JSON.parse(ran.out) as T;
}

/** A folder that is removed at the end. */
export function temporaryFolder(t: { after(end: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-cli-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
