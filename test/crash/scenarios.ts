// Trouble that lasts for a while instead of ending the process: a disk that is full, a disk that is slow, an engine that
// is killed and comes back. The clients go on sending over HTTP; what was not acknowledged they send again.

import { ensureWorkspace } from '../../src/govern/index.ts';
import { createRandom } from '../../src/math/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { startCluster } from '../support/cluster.ts';
import { makeTestPlace } from '../support/store.ts';
import { type Comparison, Ledger } from './ledger.ts';
import { ModelledDisk } from './modelled-disk.ts';
import { countOf } from './power.ts';
import { type Door, pause, send, untilShipped } from './process.ts';

export type ScenarioReport = Comparison & {
  /** Answers by their status; 0 stands for none. */
  answers: Record<number, number>;
  /** Batches acknowledged while the trouble lasted. */
  takenMeanwhile: number;
};

const CLIENTS = 3;

/** A few times the disk has no room for a third of a second: 503 then, 200 afterwards. */
export async function fillDisk(store: Store, seed: number): Promise<ScenarioReport> {
  const disk = new ModelledDisk(createRandom(seed));
  return withServer(store, disk, (door) =>
    meanwhile(store, door, `full-${seed}-`, async (during) => {
      for (let time = 0; time < 3; time++) {
        await pause(300);
        disk.full = true;
        await during(() => pause(300));
        disk.full = false;
      }
      await pause(300);
    }),
  );
}

/** Each sync takes 150 ms. */
export async function slowDisk(store: Store, seed: number): Promise<ScenarioReport> {
  const disk = new ModelledDisk(createRandom(seed));
  disk.syncMs = 150;
  return withServer(store, disk, (door) =>
    meanwhile(store, door, `slow-${seed}-`, (during) => during(() => pause(1500))),
  );
}

/** A ClickHouse server is killed and started again while it is being shipped to, twice. */
export async function killEngine(seed: number): Promise<ScenarioReport> {
  const cluster = await startCluster(1);
  const place = await makeTestPlace({ CLICKHOUSE_URL: cluster.urls[0] });
  try {
    const store = await openStore(place.options);
    try {
      return await withServer(store, undefined, (door) =>
        meanwhile(store, door, `engine-${seed}-`, async (during) => {
          for (let time = 0; time < 2; time++) {
            await pause(400);
            await cluster.kill(0);
            // A busy machine may need longer until something is taken.
            await during((taken) => Promise.all([pause(300), taken()]));
            await cluster.restart(0);
          }
          await pause(300);
        }),
      );
    } finally {
      await store.close();
    }
  } finally {
    await place.remove();
    cluster.stop();
  }
}

async function withServer(
  store: Store,
  disk: ModelledDisk | undefined,
  work: (door: Door) => Promise<ScenarioReport>,
): Promise<ScenarioReport> {
  const { writeKey } = await ensureWorkspace(store, 'default', new Date());
  const intake = { waitMs: 5, blockRows: 200, segmentBytes: 50_000, recentKeys: 1000, disk };
  const server = await openServer({ store, logLevel: 'silent', intake });
  try {
    return await work({ address: server.address, writeKey });
  } finally {
    await server.close();
  }
}

const TAKEN_WITHIN_MS = 30_000;

/** Clients send while `trouble` runs; afterwards everything is settled and held against their list. */
async function meanwhile(
  store: Store,
  door: Door,
  prefix: string,
  trouble: (during: (wait: (taken: () => Promise<void>) => Promise<unknown>) => Promise<void>) => Promise<void>,
): Promise<ScenarioReport> {
  const ledger = new Ledger(prefix, createRandom(prefix));
  const answers: Record<number, number> = {};
  let takenMeanwhile = 0;
  let isBad = false;
  let isOver = false;
  const sendOne = async (batch: ReturnType<Ledger['nextBatch']>) => {
    ledger.sent(batch);
    const wasBad = isBad;
    const status = await send(door, batch);
    answers[status] = (answers[status] ?? 0) + 1;
    if (status !== 200) return pause(10);
    ledger.heard(batch);
    if (wasBad && isBad) takenMeanwhile += 1;
  };
  const client = async () => {
    while (!isOver) await sendOne(ledger.nextBatch(60));
  };
  const clients = Array.from({ length: CLIENTS }, client);
  await trouble(async (wait) => {
    const before = takenMeanwhile;
    isBad = true;
    await wait(async () => {
      for (let waited = 0; takenMeanwhile === before && waited < TAKEN_WITHIN_MS; waited += 20) await pause(20);
    });
    isBad = false;
  });
  isOver = true;
  await Promise.all(clients);
  for (const batch of ledger.remaining(0.5, 200)) await sendOne(batch);
  await untilShipped(door);
  return { ...ledger.compare(await countOf(store, prefix)), answers, takenMeanwhile };
}
