// Runs that end with kill -9 at a moment drawn at random: while the process starts on what the one before left, while it
// takes batches, while it ships. Groups of runs share a data folder; the client sends again what it must and some of what
// it need not, and at the end of a group the facts are held against its list.

import { createRandom, type Random } from '../../src/math/index.ts';
import { makeTestPlace } from '../support/store.ts';
import { type Comparison, Ledger } from './ledger.ts';
import {
  countMessages,
  type Door,
  kill,
  pause,
  type Serving,
  send,
  startServing,
  stop,
  untilShipped,
} from './process.ts';
import type { ServingPlan } from './serving.ts';

export type KilledReport = Comparison & {
  runs: number;
  sentAgain: number;
  /** Kills while the process was still reading what the one before had left. */
  killedAtStart: number;
  /** Starts with a clock that was an hour off. */
  clockJumps: number;
  /** What the processes complained of. */
  complaints: string[];
};

const HOUR_MS = 3_600_000;
/** How long a start takes, roughly: kills in between hit the recovery. */
const START_MS = 1500;
const SERVING_MS = 500;
const CONNECTIONS = 4;

export async function killGroup(seed: number, runs: number, onRun: () => void): Promise<KilledReport> {
  const random = createRandom(seed);
  const place = await makeTestPlace();
  const ledger = new Ledger(`kill-${seed}-`, random.fork('ledger'));
  const report = { runs, killedAtStart: 0, clockJumps: 0, complaints: [] as string[] };
  try {
    for (let run = 0; run < runs; run++) {
      const plan = drawPlan(random, place.options);
      if (plan.clockMs !== 0) report.clockJumps += 1;
      const serving = startServing(plan);
      if (random.uniform() < 0.15) {
        await Promise.race([pause(random.uniform() * START_MS), serving.door]);
        report.killedAtStart += 1;
        await kill(serving);
      } else {
        await serveUntilKilled(serving, ledger, SERVING_MS * random.uniform());
      }
      report.complaints.push(...serving.complaints);
      onRun();
    }
    const last = startServing(drawPlan(random, place.options));
    const door = await openDoor(last);
    for (const batch of ledger.remaining(0.3, 500)) await sendOne(door, ledger, batch);
    await untilShipped(door);
    await stop(last);
    report.complaints.push(...last.complaints);
    const times = await countMessages({ store: place.options });
    return { ...report, ...ledger.compare(times), sentAgain: ledger.sentAgain };
  } finally {
    await place.remove();
  }
}

/** Small blocks, segments and runs of keys, so that every kind of moment comes often. */
function drawPlan(random: Random, store: ServingPlan['store']): ServingPlan & { clockMs: number } {
  const intake = {
    waitMs: 1 + random.int(30),
    blockRows: 20 + random.int(500),
    segmentBytes: 20_000 + random.int(200_000),
    recentKeys: 200 + random.int(2000),
  };
  const clockMs = random.uniform() < 0.2 ? (random.uniform() < 0.5 ? HOUR_MS : -HOUR_MS) : 0;
  return { store, task: 'serve', intake, clockMs };
}

async function serveUntilKilled(serving: Serving, ledger: Ledger, afterMs: number): Promise<void> {
  const door = await openDoor(serving);
  let isDead = false;
  const client = async () => {
    while (!isDead) await sendOne(door, ledger, ledger.nextBatch(60));
  };
  const clients = Array.from({ length: CONNECTIONS }, client);
  await pause(afterMs);
  await kill(serving);
  isDead = true;
  await Promise.all(clients);
}

async function sendOne(door: Door, ledger: Ledger, batch: ReturnType<Ledger['nextBatch']>): Promise<void> {
  ledger.sent(batch);
  if ((await send(door, batch)) === 200) ledger.heard(batch);
}

async function openDoor(serving: Serving): Promise<Door> {
  const door = await serving.door;
  if (!door) throw new Error(`the process does not start on what was left: ${serving.complaints.join(' ')}`);
  return door;
}
