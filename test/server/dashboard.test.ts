import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openServer } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'inkling-dashboard-'));
const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
      rmSync(folder, { recursive: true, force: true });
    }),
});
const server = await openServer({ store, logLevel: 'silent', dashboard: folder });

async function get(path: string) {
  const response = await fetch(server.address + path);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test('a dashboard built and built anew while the server runs is served at once', async () => {
  assert.match((await get('/')).text, /not built/);
  assert.equal((await get('/people')).status, 404);
  for (const name of ['one', 'two']) {
    mkdirSync(join(folder, 'assets'), { recursive: true });
    writeFileSync(join(folder, 'index.html'), `page ${name}`);
    writeFileSync(join(folder, `assets/${name}.js`), `script ${name}`);
    for (const path of ['/', '/people', '/people/a.b?x=1']) {
      const page = await get(path);
      assert.deepEqual([page.status, page.text, page.headers.get('cache-control')], [200, `page ${name}`, 'no-cache']);
    }
    const script = await get(`/assets/${name}.js`);
    assert.equal(script.text, `script ${name}`);
    assert.match(script.headers.get('cache-control') ?? '', /immutable/);
  }
});

test('what is neither a page nor a file is a problem, and nothing outside of the folder is reached', async () => {
  for (const path of ['/assets/three.js', '/api/v1/nothing', '/v1/nothing', '/assets/..%2f..%2fetc/passwd']) {
    const missing = await get(path);
    assert.ok(missing.status === 404 || missing.status === 403, `${path}: ${missing.status}`);
    assert.equal(missing.headers.get('content-type')?.split(';')[0], 'application/problem+json');
  }
});
