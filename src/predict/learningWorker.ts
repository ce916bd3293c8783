// Runs learning.ts in a thread of its own: half a minute of arithmetic must not keep the server from answering. The
// deployed model is fitted in a second thread while the first one tests. Rows move over without being copied; models come
// back as their JSON.

import { Worker } from 'node:worker_threads';
import { InklingError } from '../errors.ts';
import type { Learned, LearningJob, OnProgress, Refit, RefitOptions } from './learning.ts';
import { readPredictor } from './predictor.ts';
import type { Rows } from './rows.ts';
import type { Choice } from './rungs.ts';

/** What a thread is asked. */
export type Task =
  | { kind: 'learn'; job: LearningJob }
  | { kind: 'refit'; rows: Rows; choice: Choice; options: RefitOptions };
export type Outcome = { predictor: object; learned?: Omit<Learned, 'predictor'> };
export type Failure = { code?: string; message: string; hint?: string; field?: string };
/** What it tells. */
export type Message = { done: number; total: number } | { outcome: Outcome } | { failure: Failure };

/** Learns in another thread; the job's arrays belong to it from then on. */
export async function learnAside(job: LearningJob, onProgress?: OnProgress): Promise<Learned> {
  const { predictor, learned } = await runAside({ kind: 'learn', job }, rowsOf(job), onProgress);
  return { ...(learned as Omit<Learned, 'predictor'>), predictor: readPredictor(predictor) };
}

/** Fits the deployed model in another thread. */
export const refitAside: Refit = async (rows, choice, options) => {
  const { predictor } = await runAside({ kind: 'refit', rows, choice, options }, [rows]);
  return readPredictor(predictor);
};

async function runAside(task: Task, rows: readonly Rows[], onProgress?: OnProgress): Promise<Outcome> {
  const worker = new Worker(new URL('./learningThread.ts', import.meta.url));
  try {
    return await new Promise<Outcome>((resolve, reject) => {
      worker.on('message', (message: Message) => {
        if ('done' in message) onProgress?.(message.done, message.total);
        else if ('failure' in message) reject(asError(message.failure));
        else resolve(message.outcome);
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`The learning thread ended with code ${code}.`)));
      worker.postMessage(task, buffersOf(rows));
    });
  } finally {
    await worker.terminate();
  }
}

function rowsOf(job: LearningJob): Rows[] {
  return [job.train, job.test, ...job.retrain, ...(job.deploy ? [job.deploy] : [])];
}

function buffersOf(parts: readonly Rows[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { x, y, profiles, momentOf, daysToEvent } of parts) {
    for (const { buffer } of [...x.columns, y, profiles, momentOf, daysToEvent]) {
      if (buffer instanceof ArrayBuffer && buffer.byteLength > 0) buffers.add(buffer);
    }
  }
  return [...buffers];
}

function asError({ code, message, hint, field }: Failure): Error {
  if (code === undefined) return new Error(message);
  return new InklingError(code as InklingError['code'], message, { hint, field });
}
