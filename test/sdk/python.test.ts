import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testContract } from './contract.ts';
import { driveProcess } from './process.ts';
import { openScripted } from './scripted.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const python = process.env['PYTHON'] ?? 'python3';
const old = spawnSync(python, ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))']).status !== 0;
const skip = old && `no Python 3.8 or newer found as ${python}: install one, or name its program in PYTHON`;

testContract('python', driveProcess(python, [here('driver.py')]), skip);

test('values of Python, a fork, and calls after the end [MKT-18.2]', { skip }, async () => {
  const scripted = await openScripted([]);
  const { stdout } = await promisify(execFile)(python, [here('python_own.py'), scripted.address]);
  await scripted.close();
  assert.deepEqual(JSON.parse(stdout), { losses: ['unreadable', 'unreadable', 'closed'], child: 0 });
  const delivered = scripted.delivered();
  // The child sends its own message only; what waited before the fork is the parent's.
  assert.deepEqual(delivered.map((message) => message['event']).sort(), ['From the child', 'Values']);
  const values = delivered.find((message) => message['event'] === 'Values')!;
  assert.equal(values.timestamp, '2026-01-02T00:00:00.000Z');
  assert.deepEqual(values['properties'], {
    nan: null,
    infinite: null,
    decimal: 12.5,
    uuid: '00000000-0000-0000-0000-000000000007',
    moment: '2026-01-31T10:00:00.000Z',
    day: '2026-01-31',
    tuple: [1, 2],
    half: 'a?b',
  });
});
