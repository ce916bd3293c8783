// Runs in which power is lost: the intake works on a modelled disk that, at a step drawn at random, is gone and comes
// back without what was not synced, with torn writes, and with one bit of what was synced flipped. The engine of the
// facts is real. Each run loses power one to three times and is then held against the client's list.

import { type Intake, openIntake } from '../../src/collect/index.ts';
import { InklingError } from '../../src/errors.ts';
import { createRandom } from '../../src/math/index.ts';
import type { Store } from '../../src/store/index.ts';
import { type Comparison, Ledger } from './ledger.ts';
import { type Flip, ModelledDisk } from './modelled-disk.ts';

export type PowerReport = Comparison & {
  losses: number;
  flips: number;
  /** Flips that were put right and reported with their file. */
  flipsFound: number;
  sentAgain: number;
};

const WORKSPACE = 'default';
const STEPS_MOST = 500;
const CLIENTS = 3;

export async function losePower(store: Store, seed: number): Promise<PowerReport> {
  const random = createRandom(seed);
  const prefix = `power-${seed}-`;
  const ledger = new Ledger(prefix, random.fork('ledger'));
  const settings = {
    waitMs: 1,
    blockRows: 10 + random.int(150),
    segmentBytes: 2000 + random.int(20_000),
    recentKeys: 50 + random.int(300),
  };
  const reports: InklingError[] = [];
  const open = (disk: ModelledDisk) =>
    openIntake(store, { ...settings, disk, onFault: (error) => error instanceof InklingError && reports.push(error) });
  const losses = 1 + random.int(3);
  const flipAfter = random.int(losses);
  let disk = new ModelledDisk(random.fork('disk'));
  let flip: Flip | undefined;
  for (let loss = 0; loss < losses; loss++) {
    disk.stepsLeft = random.int(STEPS_MOST);
    await workUntilDark(disk, open, ledger);
    disk = disk.afterPowerLoss();
    if (loss === flipAfter) flip = disk.flipBit(isRead);
  }
  await finish(await open(disk), ledger);
  const found = flip && reports.some((report) => isAbout(report, flip));
  const times = await countOf(store, prefix);
  const counts = { losses, flips: flip ? 1 : 0, flipsFound: found ? 1 : 0, sentAgain: ledger.sentAgain };
  return { ...ledger.compare(times), ...counts };
}

/** Files that a start reads, and that nothing replaces unread. */
function isRead(file: string): boolean {
  return /\/journal\/(\d{16}\.log|cursor)$|\/seen\/(recent\.log|\d{8}\.run)$/.test(file);
}

function isAbout({ code, value, hint }: InklingError, flip: Flip): boolean {
  return code === 'journal_damaged' && value === flip.file && /one bit/i.test(hint ?? '');
}

async function workUntilDark(
  disk: ModelledDisk,
  open: (disk: ModelledDisk) => Promise<Intake>,
  ledger: Ledger,
): Promise<void> {
  let intake: Intake;
  try {
    intake = await open(disk);
  } catch (error) {
    if (disk.isOff) return;
    throw error;
  }
  const client = async () => {
    while (!disk.isOff) await sendOne(intake, ledger, ledger.nextBatch(20));
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  // Nothing can be written any more; this waits for what the engine was given before.
  await intake.close().catch(() => {});
}

/** Sends again what was not heard and all that was, and waits until it is in the facts. */
async function finish(intake: Intake, ledger: Ledger): Promise<void> {
  for (const batch of ledger.remaining(1, 100)) await sendOne(intake, ledger, batch);
  await intake.settled();
  await intake.close();
}

async function sendOne(intake: Intake, ledger: Ledger, batch: ReturnType<Ledger['nextBatch']>): Promise<void> {
  ledger.sent(batch);
  try {
    // What goes over the wire is a copy.
    await intake.accept(WORKSPACE, structuredClone(batch), { source: 'crash-test' });
    ledger.heard(batch);
  } catch (error) {
    if ((error as InklingError).code !== 'unavailable') throw error;
  }
}

export async function countOf(store: Store, prefix: string): Promise<Map<string, number>> {
  const rows = await store.facts.rows<{ id: string; times: string }>(
    'SELECT message_id AS id, count() AS times FROM events WHERE startsWith(message_id, {prefix:String}) GROUP BY id',
    { prefix },
  );
  return new Map(rows.map(({ id, times }) => [id, Number(times)]));
}
