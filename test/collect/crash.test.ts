import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTestPlace } from '../support/store.ts';
import { crashAndRecover } from './crash.ts';

test('200,000 events acknowledged, kill -9 while shipping, restart, the end sent again: each acknowledged one is there exactly once', async (t) => {
  const place = await makeTestPlace();
  t.after(() => place.remove());
  const report = await crashAndRecover({ store: place.options, events: 200_000, killAfterMs: 70 });
  t.diagnostic(JSON.stringify(report));
  assert.deepEqual([report.lost, report.doubled], [0, 0]);
  assert.ok(report.acknowledged >= 200_000);
  // Without these the kill would have proved nothing.
  assert.ok(report.sentAgain > 0);
  assert.ok(report.waitingBytes > 0);
  assert.equal(report.blockUnderWay, true);
});
