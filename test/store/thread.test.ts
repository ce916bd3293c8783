import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { openTestStore } from '../support/store.ts';

const { facts } = await openTestStore();

test('a thread that imports every room and ends leaves the engine of the process running', async () => {
  const rooms = ['store', 'collect', 'identify', 'features', 'predict'];
  const imports = rooms.map((room) => `await import('${new URL(`../../src/${room}/index.ts`, import.meta.url)}');`);
  const program = `import { parentPort } from 'node:worker_threads'; ${imports.join(' ')} parentPort.postMessage('loaded');`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
  await new Promise((resolve, reject) => worker.on('error', reject).on('message', resolve));
  await worker.terminate();
  const rows = await facts.rows<{ n: string }>('SELECT count() AS n FROM numbers(1000)', {}, 'batch');
  assert.equal(Number(rows[0].n), 1000);
});
