import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestStore } from '../support/store.ts';
import { fuzzDoor } from './fuzz.ts';

test('2,000 bodies of any kind: no crash, no 5xx, and each refusal names what is wrong [MKT-18.4]', async (t) => {
  const store = await openTestStore(t);
  const report = await fuzzDoor(store, { bodies: 2000, seed: 17 });
  t.diagnostic(JSON.stringify(report));
  assert.ok(report.taken > 50 && report.refused > 500);
});
