// The threads of a fit. The calling thread leads: it writes a command into the shared memory, does its own share and waits
// for the others, who take theirs as soon as they are up; a fit never waits for a thread to start. Threads stay for the
// next fit and keep no process alive.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { CONTROL, type Layout, THREADS_AT_MOST } from './layout.ts';
import { kernelModule, openShared, type Shared } from './shared.ts';
import { type TaskName, taskNames, tasks } from './tasks.ts';

export type Team = {
  shared: Shared;
  /** Does a task with the threads that are up, or so many of them; answers how many took part. */
  run(task: TaskName, atMost?: number): number;
  /** Lets the threads go. */
  release(): void;
};

/** What a thread is told at the start of a fit. */
export type Call = { layout: Layout; memory: WebAssembly.Memory; module: WebAssembly.Module };

/** The command word: its number · 64 + the threads that take part. */
export const WORD_SHIFT = 64;
export const RELEASED = -1;

/** How often a thread looks for news before it lies down to be woken: some ten microseconds. */
export const PATIENT_LOOKS = 4000;

const PAGE = 65_536;
const MOST_PAGES = 65_536;

const resting: Worker[] = [];

/** Threads that a fit may use, as asked for or as there are cores. */
export function threadCount(asked: number | undefined): number {
  return Math.max(1, Math.min(asked ?? availableParallelism(), THREADS_AT_MOST));
}

/** Whether the memory of one fit can be that large. */
export function fitsMemory(bytes: number): boolean {
  return Math.ceil(bytes / PAGE) < MOST_PAGES;
}

/** Takes the memory and calls `threads` − 1 helpers. */
export function gatherTeam(layout: Layout, threads: number): Team {
  const pages = Math.ceil(layout.bytes / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const module = kernelModule();
  const shared = openShared(layout, memory, module);
  const { i32 } = shared;
  const helpers = Array.from({ length: threads - 1 }, () => resting.pop() ?? startThread());
  for (const helper of helpers) helper.postMessage({ layout, memory, module } satisfies Call);
  let commands = 0;
  return {
    shared,
    run(task, atMost = THREADS_AT_MOST) {
      const team = atMost === 1 ? 1 : Math.min(atMost, 1 + Atomics.load(i32, CONTROL.ready));
      if (team > 1) {
        commands = (commands + 1) % 2 ** 24;
        i32[CONTROL.task] = taskNames.indexOf(task);
        Atomics.store(i32, CONTROL.done, 0);
        Atomics.store(i32, CONTROL.word, commands * WORD_SHIFT + team);
        Atomics.notify(i32, CONTROL.word);
      }
      tasks[task](shared, { thread: 0, team });
      if (team > 1) awaitOthers(i32, team - 1);
      if (i32[CONTROL.failed] !== 0) throw new Error(`A thread failed at ${task}; its error stands in the log.`);
      return team;
    },
    release() {
      Atomics.store(i32, CONTROL.word, RELEASED);
      Atomics.notify(i32, CONTROL.word);
      resting.push(...helpers);
    },
  };
}

function awaitOthers(i32: Int32Array, others: number): void {
  for (let look = 0; look < PATIENT_LOOKS; look++) if (Atomics.load(i32, CONTROL.done) === others) return;
  for (let done = Atomics.load(i32, CONTROL.done); done < others; done = Atomics.load(i32, CONTROL.done)) {
    Atomics.wait(i32, CONTROL.done, done);
  }
}

function startThread(): Worker {
  const thread = new Worker(new URL('./teamThread.ts', import.meta.url), { execArgv: [] });
  thread.unref();
  return thread;
}
