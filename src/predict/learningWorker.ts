// Runs learning.ts in a thread of its own: half a minute of arithmetic must not keep the server from answering. The rows
// move over without being copied; the model comes back as its JSON.

import { Worker } from 'node:worker_threads';
import { InklingError } from '../errors.ts';
import type { Learned, LearningJob, OnProgress } from './learning.ts';
import { readPredictor } from './predictor.ts';
import type { Rows } from './rows.ts';

/** What the thread tells. */
export type Message =
  | { done: number; total: number }
  | { learned: Omit<Learned, 'predictor'>; predictor: object }
  | { failure: { code?: string; message: string; hint?: string; field?: string } };

/** Learns in another thread; the job's arrays belong to it from then on. */
export async function learnAside(job: LearningJob, onProgress?: OnProgress): Promise<Learned> {
  const worker = new Worker(new URL('./learningThread.ts', import.meta.url));
  try {
    return await new Promise<Learned>((resolve, reject) => {
      worker.on('message', (message: Message) => {
        if ('done' in message) onProgress?.(message.done, message.total);
        else if ('failure' in message) reject(asError(message.failure));
        else resolve({ ...message.learned, predictor: readPredictor(message.predictor) });
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`The learning thread ended with code ${code}.`)));
      worker.postMessage(job, buffersOf(job));
    });
  } finally {
    await worker.terminate();
  }
}

function buffersOf(job: LearningJob): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const add = (rows: Rows | undefined) => {
    if (rows === undefined) return;
    for (const array of [...rows.x.columns, rows.y, rows.profiles, rows.momentOf, rows.daysToEvent]) {
      if (array.buffer instanceof ArrayBuffer && array.buffer.byteLength > 0) buffers.add(array.buffer);
    }
  };
  for (const rows of [job.train, job.test, job.deploy, ...job.retrain]) add(rows);
  return [...buffers];
}

function asError({ code, message, hint, field }: { code?: string; message: string; hint?: string; field?: string }) {
  return code === undefined
    ? new Error(message)
    : new InklingError(code as InklingError['code'], message, { hint, field });
}
