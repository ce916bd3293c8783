// Looks for groups in a thread of its own: seconds of arithmetic must not keep the server from answering.

import { Worker } from 'node:worker_threads';
import { InklingError } from '../../errors.ts';
import type { Matrix } from '../../learn/index.ts';
import type { Groups } from './groups.ts';

export type Task = { x: Matrix; seed: number };
export type Message = { done: number; total: number } | { groups: Groups } | { failure: string };

export async function findGroupsAside(task: Task, onProgress?: (done: number, total: number) => void): Promise<Groups> {
  const worker = new Worker(new URL('./thread.ts', import.meta.url));
  try {
    return await new Promise<Groups>((resolve, reject) => {
      worker.on('message', (message: Message) => {
        if ('done' in message) onProgress?.(message.done, message.total);
        else if ('failure' in message) reject(new InklingError('internal', message.failure));
        else resolve(message.groups);
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`The thread of discovery ended with code ${code}.`)));
      worker.postMessage(task);
    });
  } finally {
    await worker.terminate();
  }
}
