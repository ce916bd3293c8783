// The short form of `npm run crash-test`. The kills and the engine that goes away run beside what needs this process.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/math/index.ts';
import { crashTest } from '../crash/crash-test.ts';
import { ModelledDisk } from '../crash/modelled-disk.ts';

test('kill -9, losses of power, a full and a slow disk, an engine that goes away: nothing acknowledged is lost, nothing doubled, each flipped bit found [MKT-14.6]', async (t) => {
  const report = await crashTest({ runs: 3, losses: 3, seed: 7, onProgress: () => {} });
  t.diagnostic(JSON.stringify(report));
  assert.deepEqual(report.failures, []);
  assert.deepEqual([report.lost, report.doubled], [0, 0]);
  // Without these the runs would have proved nothing.
  assert.ok(report.acknowledged > 500 && report.sentAgain > 500);
  assert.ok(report.flips > 0);
  assert.equal(report.flipsFound, report.flips);
});

test('the modelled disk keeps what was synced, and loses what was not', async () => {
  let lost = 0;
  for (let seed = 0; seed < 50; seed++) {
    const disk = new ModelledDisk(createRandom(seed));
    const file = await disk.open('/folder/file', 'new');
    await file.write(Buffer.alloc(5000, 1), 0);
    await file.sync();
    await disk.syncFolder('/folder');
    await file.write(Buffer.alloc(5000, 2), 5000);
    const after = disk.afterPowerLoss();
    const bytes = await (await after.open('/folder/file', 'read')).read(0, 10_000);
    assert.ok(bytes.subarray(0, 5000).every((byte) => byte === 1));
    if (!bytes.subarray(5000).every((byte) => byte === 2) || bytes.length < 10_000) lost += 1;
  }
  assert.ok(lost > 10 && lost < 50, String(lost));
});
