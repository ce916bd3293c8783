// A thread of a team: called to a piece of work, it does its share of each command until it is let go.
import { parentPort } from 'node:worker_threads';
import { type Call, CONTROL, PATIENT_LOOKS, RELEASED, WORD_SHIFT } from './team.ts';
import { workplaces } from './workplaces.ts';

parentPort?.on('message', (call: Call) => {
  try {
    serve(call);
  } catch (error) {
    // A thread that can't take its place is not counted, and the others do its share.
    console.error(error);
  }
});

function serve({ workplace, layout, memory, module }: Call): void {
  const { open, tasks } = workplaces[workplace];
  const place = open(layout, memory, module);
  const byNumber = Object.values(tasks);
  const i32 = new Int32Array(memory.buffer);
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
      byNumber[i32[CONTROL.task]](place, { thread, team });
    } catch (error) {
      // The leading thread waits for this one: it has to hear of the end, whatever it was.
      i32[CONTROL.failed] = 1;
      console.error(error);
    }
    if (Atomics.add(i32, CONTROL.done, 1) === team - 2) Atomics.notify(i32, CONTROL.done);
  }
}

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
