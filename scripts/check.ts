// The whole gate, the same here and in CI: format and lint, types, generated docs fresh, then every test.
// `--fast` leaves the tests out.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name: string) => `${root}node_modules/.bin/${name}`;

const steps: [name: string, command: string, args: string[]][] = [
  ['format and lint', bin('biome'), ['check', '--error-on-warnings', '.']],
  ['types', bin('tsc'), []],
  ['types of the dashboard', bin('tsc'), ['-p', 'ui']],
  ['types of the Node SDK', bin('tsc'), ['-p', 'sdk/node']],
  ['types of the browser SDK', bin('tsc'), ['-p', 'sdk/browser']],
  ['generated docs', process.execPath, ['scripts/docs.ts', '--check']],
  ['compiled inner loops', process.execPath, ['scripts/kernels.ts', '--check']],
  ['tests', process.execPath, ['scripts/test.ts']],
];

const fast = process.argv.includes('--fast');

for (const [name, command, args] of steps) {
  if (fast && name === 'tests') continue;
  console.error(`— ${name}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`check failed at: ${name}`);
    process.exit(status ?? 1);
  }
}
