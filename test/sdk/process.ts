// A driver that is a program of its own: the script goes in on standard input, the outcome comes out as its last line.
// A process of its own is what shows that the end of a process delivers.

import { spawn } from 'node:child_process';
import type { Driver, Outcome } from './contract.ts';

export function driveProcess(command: string, args: readonly string[]): Driver {
  return async (script) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.end(JSON.stringify(script));
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    const last = Buffer.concat(out).toString('utf8').trim().split('\n').at(-1);
    if (code !== 0 || !last) throw new Error(`${command} ended with ${code}: ${Buffer.concat(err)}`);
    return JSON.parse(last) as Outcome;
  };
}
