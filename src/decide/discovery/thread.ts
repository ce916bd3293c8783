// The inside of the thread of aside.ts: takes one sample, tells its progress, answers with the groups.

import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { Message, Task } from './aside.ts';
import { findGroups } from './groups.ts';

const tell = (message: Message) => parentPort?.postMessage(message);

// Discovery gives way to whoever waits for an answer, where a priority belongs to a thread.
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);

parentPort?.once('message', ({ x, seed }: Task) => {
  try {
    tell({ groups: findGroups(x, { seed, onProgress: (done, total) => tell({ done, total }) }) });
  } catch (error) {
    tell({ failure: error instanceof Error ? error.message : String(error) });
  }
});
