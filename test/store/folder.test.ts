import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeTestPlace } from '../support/store.ts';

const program = fileURLToPath(new URL('./folder_process.ts', import.meta.url));

test('a second process on the same folder is told who holds it, and after kill -9 the folder opens again', async (t) => {
  const place = await makeTestPlace();
  t.after(() => place.remove());
  const first = start(JSON.stringify(place.options));
  t.after(() => first.child.kill('SIGKILL'));
  assert.equal(await first.line(), 'open 0');

  const second = start(JSON.stringify(place.options));
  const refusal = await second.line();
  assert.match(
    refusal,
    new RegExp(`^data_folder_in_use The data folder .+ is in use by process ${first.child.pid}\\.`),
  );
  assert.match(refusal, /Stop that process, speak to it over HTTP, or name another folder with --data\./);

  first.child.stdin?.write('insert\n');
  assert.equal(await first.line(), 'inserted');
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');

  const third = start(JSON.stringify(place.options));
  t.after(() => third.child.kill('SIGKILL'));
  assert.equal(await third.line(), 'open 1000');
});

function start(options: string): { child: ChildProcess; line(): Promise<string> } {
  const child = spawn(process.execPath, [program, options], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    rest += chunk;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      const next = waiting.shift();
      if (next) next(line);
      else lines.push(line);
    }
  });
  return {
    child,
    line: () => (lines.length ? Promise.resolve(lines.shift()!) : new Promise((resolve) => waiting.push(resolve))),
  };
}
