// The order of the rooms, in one array. A room may import rooms on its left, through their index.ts, never one on its
// right; the first column of docs/architecture.md is this list.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const rooms = [
  'math',
  'learn',
  'lab',
  'simulate',
  'store',
  'govern',
  'collect',
  'identify',
  'features',
  'predict',
  'decide',
  'activate',
  'measure',
  'alerts',
  'server',
  'cli',
];
/** Single files at the root of src/ that every room may use. */
const ground = ['errors.ts', 'time.ts', 'environment.ts', 'version.ts'];

const root = fileURLToPath(new URL('../..', import.meta.url));
const src = join(root, 'src');
const files = globSync('**/*.ts', { cwd: src }).map(normalize);

type Step = { from: string; to: string };
const steps: Step[] = files.flatMap((from) => importsOf(from).map((to) => ({ from, to })));
const roomOf = (file: string) => (file.includes('/') ? file.split('/')[0] : undefined);

test('every folder of src is a room of the road', () => {
  const folders = new Set(files.map(roomOf).filter(Boolean));
  assert.deepEqual(
    [...folders].filter((folder) => !rooms.includes(folder!)),
    [],
  );
  assert.deepEqual(
    files.filter((file) => !roomOf(file) && !ground.includes(file)),
    [],
  );
  for (const room of rooms) {
    if (folders.has(room) && room !== 'cli')
      assert.ok(existsSync(join(src, room, 'index.ts')), `${room} has no index.ts`);
  }
});

test('no room imports a room ahead of it', () => {
  const ahead = steps.filter(({ from, to }) => {
    const [here, there] = [roomOf(from), roomOf(to)];
    if (!there) return false;
    return !here || rooms.indexOf(there) > rooms.indexOf(here);
  });
  assert.deepEqual(ahead, []);
});

test('a room is entered by its door', () => {
  const bypassed = steps.filter(({ from, to }) => {
    const there = roomOf(to);
    return there && there !== roomOf(from) && to !== join(there, 'index.ts');
  });
  assert.deepEqual(bypassed, []);
});

test('no files import each other in a circle', () => {
  const next = new Map(files.map((file) => [file, steps.filter((step) => step.from === file).map((step) => step.to)]));
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    const at = path.indexOf(file);
    assert.equal(at, -1, `circle: ${[...path.slice(at), file].join(' → ')}`);
    if (done.has(file)) return;
    for (const to of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

test('nothing is named after a kind of thing', () => {
  const kinds = /(^|\/)(types?|utils?|helpers?|common|misc|constants|services?|controllers?|managers?)(\.ts|\/)/i;
  assert.deepEqual(
    files.filter((file) => kinds.test(file)),
    [],
  );
});

test('the dashboard imports nothing from outside its folder: it speaks HTTP only', () => {
  const leaving = globSync('ui/src/**/*.{ts,tsx}', { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)]
      .map(([, path]) => normalize(join(dirname(file), path)))
      .filter((path) => !path.startsWith(join('ui', 'src')))
      .map((path) => `${file} → ${path}`),
  );
  assert.deepEqual(leaving, []);
});

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+\.ts)'/g)].map(([, path]) => path);
  return found.map((path) => normalize(join(dirname(file), path)));
}
