// Starting serving.ts, speaking to it, and ending it one way or the other.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Message } from './ledger.ts';
import type { ServingPlan } from './serving.ts';

export type Door = { address: string; writeKey: string };

export type Serving = {
  process: ChildProcess;
  /** Resolves with where it listens; undefined when it ended before. */
  door: Promise<Door | undefined>;
  /** What it said on standard error. */
  complaints: string[];
};

export function startServing(plan: ServingPlan): Serving {
  const { child, line, complaints } = start({ ...plan, task: 'serve' });
  return {
    process: child,
    door: line.then((text) => text && (JSON.parse(text) as Door)) as Serving['door'],
    complaints,
  };
}

/** How often each message is in the facts, asked by a process of its own. */
export async function countMessages(plan: Omit<ServingPlan, 'task'>): Promise<Map<string, number>> {
  const { line, child, complaints } = start({ ...plan, task: 'count' });
  const text = await line;
  if (child.exitCode === null) await once(child, 'exit');
  if (text === undefined) throw new Error(`the facts cannot be counted: ${complaints.join(' ')}`);
  return new Map(JSON.parse(text) as [string, number][]);
}

export async function kill(serving: Serving): Promise<void> {
  if (serving.process.exitCode !== null || serving.process.signalCode !== null) return;
  serving.process.kill('SIGKILL');
  await once(serving.process, 'exit');
}

/** Stops in good order. Throws when the process does not end well. */
export async function stop(serving: Serving): Promise<void> {
  serving.process.kill('SIGTERM');
  const [code] = (await once(serving.process, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the serving process ended with ${code}: ${serving.complaints.join(' ')}`);
}

/** The status of the answer; 0 when none came. */
export async function send({ address, writeKey }: Door, batch: readonly Message[]): Promise<number> {
  try {
    const response = await fetch(`${address}/v1/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-write-key': writeKey },
      body: JSON.stringify({ batch }),
    });
    const answer = (await response.json()) as { success?: boolean };
    return response.status === 200 && answer.success !== true ? 0 : response.status;
  } catch {
    return 0;
  }
}

type Health = { intake: { backlog: { events: number } } };

export async function untilShipped({ address }: Door): Promise<void> {
  const waiting = async () => ((await (await fetch(`${address}/health`)).json()) as Health).intake.backlog.events;
  while ((await waiting()) > 0) await pause(20);
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function start(plan: ServingPlan): { child: ChildProcess; line: Promise<string | undefined>; complaints: string[] } {
  const script = fileURLToPath(new URL('serving.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv.filter((flag) => !flag.startsWith('--test')), script], {
    env: { ...process.env, INKLING_TEST_PLAN: JSON.stringify(plan), NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const complaints: string[] = [];
  child.stderr!.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const lines = createInterface({ input: child.stdout! });
  const line = Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [])]).then(
    ([text]) => text as string | undefined,
  );
  return { child, line, complaints };
}
