// A thread that helps with fits: told of one, it does its share of each command until it is let go.
import { parentPort } from 'node:worker_threads';
import { CONTROL } from './layout.ts';
import { openShared } from './shared.ts';
import { taskNames, tasks } from './tasks.ts';
import { type Call, PATIENT_LOOKS, RELEASED, WORD_SHIFT } from './team.ts';

parentPort?.on('message', ({ layout, memory, module }: Call) => {
  const shared = openShared(layout, memory, module);
  const { i32 } = shared;
  let seen = Atomics.load(i32, CONTROL.word);
  if (seen === RELEASED) return;
  const thread = 1 + Atomics.add(i32, CONTROL.ready, 1);
  for (;;) {
    seen = nextWord(i32, seen);
    if (seen === RELEASED) return;
    // The word holds number and team in one, so that a thread that comes late never takes a share twice.
    const team = seen % WORD_SHIFT;
    if (thread >= team) continue;
    try {
      tasks[taskNames[i32[CONTROL.task]]](shared, { thread, team });
    } catch (error) {
      // The leading thread waits for this one: it has to hear of the end, whatever it was.
      i32[CONTROL.failed] = 1;
      console.error(error);
    }
    if (Atomics.add(i32, CONTROL.done, 1) === team - 2) Atomics.notify(i32, CONTROL.done);
  }
});

function nextWord(i32: Int32Array, seen: number): number {
  for (let look = 0; look < PATIENT_LOOKS; look++) {
    const word = Atomics.load(i32, CONTROL.word);
    if (word !== seen) return word;
  }
  for (let word = seen; ; word = Atomics.load(i32, CONTROL.word)) {
    if (word !== seen) return word;
    Atomics.wait(i32, CONTROL.word, seen);
  }
}
