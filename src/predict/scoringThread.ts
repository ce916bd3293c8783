// The inside of a thread of scoringWorkers.ts: told the model once, it scores one page after the other.

import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { FeaturePage } from '../features/index.ts';
import { readPredictor } from './predictor.ts';
import { scoreBlock } from './scoreBlock.ts';
import type { Answer, Setting } from './scoringWorkers.ts';

// Scoring gives way to whoever waits for an answer; only Linux keeps a priority per thread.
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);

const { predictor: json, place } = workerData as Setting;
const predictor = readPredictor(json);
let last: Promise<void> = Promise.resolve();

const tell = (answer: Answer, buffers: ArrayBuffer[] = []) => parentPort?.postMessage(answer, buffers);

parentPort?.on('message', (page: FeaturePage) => {
  last = last
    .then(() => scoreBlock(predictor, page, place, (done) => tell({ done })))
    .then((scored) => tell({ scored }, [scored.bytes.buffer]))
    .catch((error) => tell({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }));
});
