// Threads that fail are heard of: the work ends with an error, and the next one goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ScoringLayout, type ScoringPlace, scoring } from '../../../src/learn/scoring/tasks.ts';
import { CONTROL, gatherTeam, stretch, type Workplace } from '../../../src/learn/team/team.ts';

/** A layout that promises rows where there is no memory: a thread that goes there fails. */
const broken: ScoringLayout = {
  bytes: 65_536,
  columns: 4,
  trees: 1,
  asksCategories: false,
  nodes: 2 ** 30,
  answers: 2 ** 30,
  roots: 2 ** 30,
  staged: 2 ** 30,
  sums: 2 ** 30,
  blocks: 2 ** 30,
};

/** The same work, of which the leading thread does nothing: only the called ones meet the missing memory. */
const idle: Workplace<ScoringLayout, ScoringPlace> = { ...scoring, tasks: { scoreStaged: () => {} } };

async function untilReady({ i32 }: ScoringPlace, threads: number): Promise<void> {
  while (Atomics.load(i32, CONTROL.ready) < threads - 1) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('a called thread that fails makes the work throw instead of waiting for ever', { timeout: 60_000 }, async () => {
  const team = gatherTeam(idle, broken, 3);
  await untilReady(team.place, 3);
  team.place.i32[CONTROL.args] = 4096;
  assert.throws(() => team.run('scoreStaged'), /failed at scoreStaged/);
  team.release();
});

test('a leading thread that fails lets the others go, and they serve the next call', { timeout: 60_000 }, async () => {
  const failing = { ...idle, tasks: { scoreStaged: () => assert.fail('the leading thread fails') } };
  const team = gatherTeam(failing, broken, 2);
  await untilReady(team.place, 2);
  team.place.i32[CONTROL.args] = 0;
  assert.throws(() => team.run('scoreStaged'), /the leading thread fails/);
  team.release();
  const next = gatherTeam(idle, { ...broken }, 3);
  await untilReady(next.place, 3);
  next.place.i32[CONTROL.args] = 0;
  assert.equal(next.run('scoreStaged'), 3);
  next.release();
});

test('a thread that cannot take its place is done without, and serves the next call', { timeout: 60_000 }, async () => {
  const unknown = gatherTeam({ ...idle, name: 'nowhere' }, { ...broken }, 2);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(unknown.run('scoreStaged'), 1);
  unknown.release();
  const next = gatherTeam(idle, { ...broken }, 2);
  await untilReady(next.place, 2);
  next.place.i32[CONTROL.args] = 0;
  assert.equal(next.run('scoreStaged'), 2);
  next.release();
});

test('stretches cover all that is to be done, once, cut at whole grains', () => {
  for (const [from, to, team, grain] of [
    [0, 0, 3, 1],
    [5, 6, 4, 1],
    [0, 100_000, 7, 8192],
    [3, 260, 2, 128],
  ]) {
    let next = from;
    for (let thread = 0; thread < team; thread++) {
      const [start, end] = stretch(from, to, { thread, team }, grain);
      assert.equal(start, next);
      assert.ok(end >= start && (end === to || (end - from) % grain === 0));
      next = end;
    }
    assert.equal(next, to);
  }
});
