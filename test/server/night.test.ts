// A night that is killed and started again ends with everybody scored once, as if nothing had happened.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { takeSnapshot } from '../../src/features/index.ts';
import { createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { trainModel } from '../../src/predict/index.ts';
import { openStore } from '../../src/store/index.ts';
import { addDays, DAY_MS, fromClickHouseTime } from '../../src/time.ts';
import { END, makeShop } from '../predict/shop.ts';
import { makeTestPlace } from '../support/store.ts';

const child = fileURLToPath(new URL('./nightChild.ts', import.meta.url));

/** Runs the night; kills it once so many people are scored. Answers what it told. */
async function night(dataDir: string, moment: Date, killAfter = Number.POSITIVE_INFINITY): Promise<string[]> {
  const process_ = spawn(process.execPath, [child, dataDir, moment.toISOString()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: process_.stdout })) {
    lines.push(line);
    if (Number(line) >= killAfter) process_.kill('SIGKILL');
  }
  return lines;
}

test('a night killed twice is taken up where it stopped: complete, nobody twice [INT-3][INT-11]', async (t) => {
  const place = await makeTestPlace({});
  t.after(() => place.remove());
  const { dataDir } = place.options;
  let store = await openStore(place.options);
  const trainedAt = addDays(END, -1);
  await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now: trainedAt });
  await store.facts.insert('events', makeShop({ workspace: 'shop', people: 300, days: 40, end: END, readyRate: 0.06 }));
  await resolveAll(store, { workspace: 'shop', now: trainedAt });
  const signals = { include: ['hours_since_activity', 'cart_adds_7d', 'purchases_all'] };
  const train = { workspace: 'shop', modelType: 'GENERIC', timeframeDays: 7, signals, now: trainedAt } as const;
  const { lineage } = await trainModel(store, train);
  const longAgo = new Date(END.getTime() - 20.5 * DAY_MS);
  await takeSnapshot(store, { workspace: 'shop', asOf: longAgo, now: trainedAt });
  await store.close();

  const at = (hour: number) => new Date(END.getTime() + hour * 3_600_000);
  assert.deepEqual(await night(dataDir, at(1)), ['done'], 'before two in the morning nothing is due');
  const first = await night(dataDir, at(2), 100);
  assert.equal(first.includes('done'), false);
  const second = await night(dataDir, at(3), 60);
  assert.equal(second.includes('done'), false);
  const third = await night(dataDir, at(4));
  assert.equal(third.at(-1), 'done');
  const scoredLast = Number(third.at(-2));
  assert.deepEqual(await night(dataDir, at(5)), ['done'], 'the night is over');

  store = await openStore(place.options);
  const [all] = await store.facts.rows<{ rows: string; people: string; moments: string; known: string }>(
    `SELECT count() AS rows, uniqExact(profile) AS people, uniqExact(as_of) AS moments,
       (SELECT uniqExact(profile) FROM profiles WHERE workspace = 'shop') AS known
     FROM scores FINAL WHERE workspace = 'shop'`,
  );
  const snapshots = await store.facts.rows<{ at: string }>(
    `SELECT DISTINCT as_of AS at FROM features WHERE workspace = 'shop'`,
  );
  await store.close();
  const kept = new Set(snapshots.map(({ at }) => fromClickHouseTime(at).toISOString()));
  assert.equal(kept.has(longAgo.toISOString()), false, 'what nothing looks at any more is cleared');
  for (const { asOf } of lineage!.snapshots) assert.ok(kept.has(new Date(asOf).toISOString()), asOf);
  assert.equal(Number(all.people), Number(all.known), 'everybody');
  assert.equal(all.rows, all.people, 'once');
  assert.equal(Number(all.moments), 1, 'as of the moment the night began with');
  assert.ok(scoredLast < Number(all.people) - 60, `the last run scored ${scoredLast}, not everybody again`);
});
