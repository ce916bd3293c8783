import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { testContract } from './contract.ts';
import { driveProcess } from './process.ts';

const { status } = spawnSync('javac', ['-version']);
const skip = status !== 0 && 'no javac found: install a JDK, 11 or newer (Debian: apt install default-jdk-headless)';
const out = mkdtempSync(join(tmpdir(), 'inkling-java-'));

before(() => {
  if (skip) return;
  const root = join(import.meta.dirname, '../..');
  const sources = [...globSync('sdk/java/src/**/*.java', { cwd: root }), 'test/sdk/Driver.java'];
  // The oldest Java it is for, and no warning.
  const options = ['--release', '11', '-encoding', 'UTF-8', '-Xlint:all', '-Werror', '-d', out];
  const { status, stderr } = spawnSync('javac', [...options, ...sources], { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});
after(() => rmSync(out, { recursive: true, force: true }));

testContract('java', driveProcess('java', ['-cp', out, 'Driver']), skip);
