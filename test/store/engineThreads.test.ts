import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { test } from 'node:test';
import { letEngineGiveWay } from '../../src/store/index.ts';
import { openTestStore } from '../support/store.ts';

const skip = process.platform === 'linux' ? false : 'threads have a priority of their own on Linux only';

test('threads of the embedded engine rank behind those that answer requests [CBP-1]', { skip }, async () => {
  const store = await openTestStore();
  if (store.facts.engine !== 'embedded') return;
  await store.facts.rows('SELECT sum(number) AS sum FROM numbers_mt(1000000)');
  const own = getPriority(process.pid);
  assert.ok(named(/^libuv|^V8Worker/).every((priority) => priority === own));
  letEngineGiveWay().stop();
  for (const engine of [/^ThreadPool/, /^MergeMutate/, /^BgSchPool/]) {
    assert.ok(named(engine).length > 0 && named(engine).every((priority) => priority > own), String(engine));
  }
  assert.ok(named(/^libuv|^V8Worker/).every((priority) => priority === own));
  assert.equal(getPriority(process.pid), own);
  const [row] = await store.facts.rows<{ sum: string }>('SELECT sum(number) AS sum FROM numbers_mt(1000000)');
  assert.equal(row.sum, '499999500000');
});

/** What threads of such names have. */
function named(pattern: RegExp): number[] {
  return readdirSync('/proc/self/task')
    .filter((thread) => pattern.test(readFileSync(`/proc/self/task/${thread}/comm`, 'utf8')))
    .map((thread) => getPriority(Number(thread)));
}
