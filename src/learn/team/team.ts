// Threads that work together on one piece of shared memory. The calling thread leads: it writes a command into the memory,
// does its own share and waits for the others, who take theirs as soon as they are up; no work waits for a thread to
// start. Threads stay for the next call and keep no process alive.
import { Worker } from 'node:worker_threads';
import { threadsToUse } from '../../environment.ts';
import { takeMemory } from './compiled.ts';

/** One of `team` threads that do a task. */
export type Share = { thread: number; team: number };

/** A kind of work that a team can be called to: how to see the memory, and what can be done there. */
export type Workplace<Layout, Place> = {
  name: string;
  /** The compiled inner loops. */
  module(): WebAssembly.Module;
  open(layout: Layout, memory: WebAssembly.Memory, module: WebAssembly.Module): Place;
  /** Each does one thread's share. Arguments and results go through the memory. */
  tasks: Record<string, (place: Place, share: Share) => void>;
};

export type Team<Place> = {
  place: Place;
  /** Does a task with the threads that are up, or so many of them; answers how many took part. */
  run(task: string, atMost?: number): number;
  /** Lets the threads go. */
  release(): void;
};

/** What a thread is told when it is called. */
export type Call = { workplace: string; layout: unknown; memory: WebAssembly.Memory; module: WebAssembly.Module };

export const THREADS_AT_MOST = 32;

/** Words of the control block, the first CONTROL_BYTES of the memory. */
export const CONTROL = {
  /** The command: its number · WORD_SHIFT + the threads that take part. */
  word: 0,
  done: 1,
  ready: 2,
  task: 3,
  failed: 4,
  /** Arguments: 32-bit words from here, and float64 from there. */
  args: 8,
  numbers: 32,
  /** What each thread counted (32-bit words) and summed (pairs of float64). */
  counts: 96,
  sums: 64,
} as const;
export const CONTROL_BYTES = 1024;

export const WORD_SHIFT = 64;
export const RELEASED = -1;

/** How often a thread looks for news before it lies down to be woken: some ten microseconds. */
export const PATIENT_LOOKS = 4000;

const resting: Worker[] = [];

/** Threads to use: as many as asked for, or as there are cores. */
export function threadCount(asked?: number): number {
  return Math.max(1, Math.min(asked ?? threadsToUse(), THREADS_AT_MOST));
}

/** This thread's stretch of from … to, the stretches cut at multiples of `grain`. */
export function stretch(from: number, to: number, { thread, team }: Share, grain = 1): [from: number, to: number] {
  const grains = Math.ceil((to - from) / grain);
  const cut = (t: number) => Math.min(to, from + Math.floor((grains * t) / team) * grain);
  return [cut(thread), cut(thread + 1)];
}

/** Takes the memory that a layout needs and calls `threads` − 1 helpers. */
export function gatherTeam<Layout extends { bytes: number }, Place>(
  workplace: Workplace<Layout, Place>,
  layout: Layout,
  threads: number,
): Team<Place> {
  const memory = takeMemory(layout.bytes);
  const module = workplace.module();
  const place = workplace.open(layout, memory, module);
  const names = Object.keys(workplace.tasks);
  const i32 = new Int32Array(memory.buffer, 0, CONTROL_BYTES / 4);
  const helpers = Array.from({ length: threads - 1 }, () => resting.pop() ?? startThread());
  for (const helper of helpers) {
    helper.postMessage({ workplace: workplace.name, layout, memory, module } satisfies Call);
  }
  let commands = 0;
  return {
    place,
    run(task, atMost = THREADS_AT_MOST) {
      const team = atMost === 1 ? 1 : Math.min(atMost, 1 + Atomics.load(i32, CONTROL.ready));
      if (team > 1) {
        commands = (commands + 1) % 2 ** 24;
        i32[CONTROL.task] = names.indexOf(task);
        Atomics.store(i32, CONTROL.done, 0);
        Atomics.store(i32, CONTROL.word, commands * WORD_SHIFT + team);
        Atomics.notify(i32, CONTROL.word);
      }
      workplace.tasks[task](place, { thread: 0, team });
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
