// The compiled inner loops are those of the sources beside them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('every kernel.wasm is what its source compiles to', () => {
  const script = fileURLToPath(new URL('../../scripts/kernels.ts', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});
