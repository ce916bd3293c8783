// `inkling demo` as a person starts it: a process of its own that simulates a shop, learns, scores and serves. Ready once
// it has printed the address of its dashboard, which takes a minute on two idle cores and several on busy ones.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const patienceMs = 15 * 60 * 1000;

export type Demo = {
  /** What it has printed of itself before it served, as JSON. */
  report: unknown;
  /** Where its data are. */
  folder: string;
  /** The address as it was printed, with the key after the #. */
  printed: string;
  url: string;
  secretKey: string;
  writeKey: string;
  read<T>(path: string): Promise<T>;
  /** Ends the process; the data stay. */
  end(): Promise<void>;
  /** Ends it and removes the data. */
  stop(): Promise<void>;
};

export async function startDemo(...options: string[]): Promise<Demo> {
  const place = mkdtempSync(join(tmpdir(), 'inkling-real-'));
  const folder = join(place, 'demo');
  const env = { ...process.env, CLICKHOUSE_URL: '', DATABASE_URL: '', INKLING_DATA: '' };
  const args = [program, 'demo', '--port', '0', '--data', folder, '--json', ...options];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    await end(child);
    process.off('exit', kill);
    rmSync(place, { recursive: true, force: true });
  };
  try {
    const said = await heard(child, /Stop with Ctrl-C/);
    const printed = said.match(/Dashboard\s+(\S+)/)?.[1] ?? '';
    const { origin, hash } = new URL(printed);
    const secretKey = hash.replace('#key=', '');
    const writeKey = said.match(/Write key\s+(\S+)/)?.[1] ?? '';
    return {
      ...{ report: JSON.parse(said.slice(0, said.lastIndexOf('}') + 1)), folder },
      ...{ printed, url: origin, secretKey, writeKey, read: (path) => read(origin + path, secretKey) },
      ...{ end: () => end(child), stop },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** All that was said on standard output until `wanted` was part of it. */
function heard(child: ChildProcess, wanted: RegExp): Promise<string> {
  let out = '';
  let err = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The demo ${why}.\n${out}\n${err}`));
    const timer = setTimeout(() => fail(`said nothing of its address in ${patienceMs / 60_000} minutes`), patienceMs);
    child.stderr?.on('data', (chunk) => {
      err += chunk;
    });
    child.stdout?.on('data', (chunk) => {
      out += chunk;
      if (!wanted.test(out)) return;
      clearTimeout(timer);
      resolve(out);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const impatient = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await gone;
  clearTimeout(impatient);
}

async function read<T>(address: string, key: string): Promise<T> {
  const response = await fetch(address, { headers: { authorization: `Bearer ${key}` } });
  if (!response.ok) throw new Error(`${address} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
