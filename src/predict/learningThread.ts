// The inside of learningWorker.ts's thread: takes one job, tells its progress, answers with the model's JSON.

import { parentPort } from 'node:worker_threads';
import { InklingError } from '../errors.ts';
import { type LearningJob, learn } from './learning.ts';
import type { Message } from './learningWorker.ts';

const tell = (message: Message) => parentPort?.postMessage(message);

parentPort?.once('message', (job: LearningJob) => {
  try {
    const { predictor, ...learned } = learn(job, (done, total) => tell({ done, total }));
    tell({ learned, predictor: predictor.toJSON() });
  } catch (error) {
    const { code, hint, field } = error instanceof InklingError ? error : {};
    tell({ failure: { code, message: error instanceof Error ? error.message : String(error), hint, field } });
  }
});
