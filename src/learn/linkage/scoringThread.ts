// A thread that weighs its share of the candidate pairs and goes.
import { parentPort, workerData } from 'node:worker_threads';
import { type ScoringTask, scoreShare } from './scoring.ts';

const part = scoreShare(workerData as ScoringTask);
parentPort?.postMessage(part, [part.left.buffer, part.right.buffer, part.weight.buffer] as ArrayBuffer[]);
