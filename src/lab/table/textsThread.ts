// A thread that reads its share of a file's columns and goes.
import { parentPort, workerData } from 'node:worker_threads';
import { type ReadingTask, readPart } from './texts.ts';

const columns = await readPart(workerData as ReadingTask);
const memory = columns.flatMap(({ codes, kept, ends }) => [codes.buffer, kept.buffer, ends.buffer]) as ArrayBuffer[];
parentPort?.postMessage(columns, memory);
