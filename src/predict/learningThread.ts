// The inside of a thread of learningWorker.ts: takes one task, tells its progress, answers with the model's JSON.

import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { InklingError } from '../errors.ts';
import { refit } from './ladder.ts';
import { learn } from './learning.ts';
import { type Failure, type Message, type Outcome, refitAside, type Task } from './learningWorker.ts';

const tell = (message: Message) => parentPort?.postMessage(message);

// Learning gives way to whoever waits for an answer. Linux keeps a priority per thread, and the threads that this one
// starts take it over; elsewhere it would slow the whole process.
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);

parentPort?.once('message', (task: Task) => {
  perform(task).then(
    (outcome) => tell({ outcome }),
    (error) => tell({ failure: describe(error) }),
  );
});

async function perform(task: Task): Promise<Outcome> {
  if (task.kind === 'refit') return { predictor: refit(task.rows, task.choice, task.options).toJSON() };
  const onProgress = (done: number, total: number) => tell({ done, total });
  const { predictor, ...learned } = await learn(task.job, { onProgress, refitAside });
  return { predictor: predictor.toJSON(), learned };
}

function describe(error: unknown): Failure {
  const { code, hint, field } = error instanceof InklingError ? error : {};
  return { code, message: error instanceof Error ? error.message : String(error), hint, field };
}
