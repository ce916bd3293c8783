import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { STATE_CACHE } from '../../src/store/empty-state.ts';
import { stateMigrationsDigest } from '../../src/store/migrate.ts';
import { openState } from '../../src/store/open-state.ts';

const folder = mkdtempSync(join(tmpdir(), 'inkling-state-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a new data folder begins as a copy of the prepared state, tables and all, and that stays empty', async () => {
  const cache = join(folder, 'cache');
  await (await openState({ path: join(folder, 'first') })).close();
  const [prepared] = readdirSync(STATE_CACHE).filter((name) => name.endsWith(stateMigrationsDigest()));
  cpSync(join(STATE_CACHE, prepared), join(cache, prepared), { recursive: true });

  const marked = await openState({ path: join(cache, prepared) });
  await marked.script('CREATE TABLE mark (n integer)');
  await marked.close();
  for (const path of [join(folder, 'second'), join(folder, 'third')]) {
    const state = await openState({ path, cache });
    assert.deepEqual(await state.query('SELECT count(*)::int AS n FROM workspaces'), [{ n: 0 }]);
    await state.script('INSERT INTO mark VALUES (1)');
    assert.deepEqual(await state.query('SELECT count(*)::int AS n FROM mark'), [{ n: 1 }]);
    await state.close();
    assert.ok(!existsSync(`${path}.draft`));
  }
});

test('where no cache can be kept the state is made in place', async () => {
  const cache = join(folder, 'a-file');
  writeFileSync(cache, '');
  const state = await openState({ path: join(folder, 'in-place'), cache: join(cache, 'inside') });
  assert.deepEqual(await state.query('SELECT 1 AS one'), [{ one: 1 }]);
  await state.close();
});
