// The threads of the embedded engine give way to those that answer requests. Both live in one process, on a laptop on two
// cores, and the engine's are many: at the same priority the one that serves waits in line for 10 to 50 ms whenever a block
// is inserted or parts are merged. Linux alone keeps a priority for each thread; elsewhere nothing is done.

import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Names that the engine gives its threads, whatever they do at the moment; Node's own have others. */
const OF_THE_ENGINE =
  /^(ThreadPool|Query|MergeMutate|Bg(Strm)?SchPool|PoolDelayExec|Merge|Move|Fetch|Common|Parallel|MemoryWorker)/;
/** A tenth of the weight (sched(7)), and all of a core that nobody else wants. */
const NICE = 10;
/** The engine starts threads as it needs them. */
const EVERY_MS = 5_000;
const TASKS = '/proc/self/task';

/** Until it is stopped, threads of the engine rank behind the others of this process. */
export function letEngineGiveWay(): { stop(): void } {
  if (process.platform !== 'linux') return { stop: () => {} };
  const done = new Set<string>();
  const look = () => {
    for (const thread of readdirSync(TASKS)) if (!done.has(thread) && giveWay(thread)) done.add(thread);
  };
  look();
  const timer = setInterval(look, EVERY_MS).unref();
  return { stop: () => clearInterval(timer) };
}

/** Whether the thread is one of the engine's, and ranks behind now. */
function giveWay(thread: string): boolean {
  try {
    if (!OF_THE_ENGINE.test(readFileSync(`${TASKS}/${thread}/comm`, 'utf8'))) return false;
    setPriority(Number(thread), NICE);
    return true;
  } catch {
    // It has ended meanwhile, or may not be changed: then all stay as they are.
    return false;
  }
}
