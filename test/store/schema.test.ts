import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { statementsOf } from '../../src/store/index.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore();
const { facts, state } = store;
const schema = (name: string) => readFileSync(new URL(`../../src/store/schema/${name}.sql`, import.meta.url), 'utf8');
const tableOf = (statement: string) => statement.match(/^CREATE (?:TABLE|VIEW) (\w+)/)?.[1];

test('the migrations of the facts produce what schema/facts.sql shows', async () => {
  const statements = statementsOf(schema('facts')).filter((s) => /^CREATE (TABLE|VIEW)/.test(s));
  const columns = (table: string) =>
    facts.rows<{ name: string; type: string; default_expression: string; is_in_sorting_key: number }>(
      `SELECT name, type, default_expression, is_in_sorting_key FROM system.columns
       WHERE database = currentDatabase() AND table = {table:String} ORDER BY position`,
      { table },
    );
  const settings = async (table: string) => {
    const [{ engine }] = await facts.rows<{ engine: string }>(
      `SELECT engine_full AS engine FROM system.tables WHERE database = currentDatabase()
         AND name IN ({table:String}, concat({table:String}, '_local')) ORDER BY length(name) DESC LIMIT 1`,
      { table },
    );
    return (engine.split(' SETTINGS ')[1] ?? '').split(', ').sort();
  };
  assert.ok(statements.length >= 9);
  for (const statement of statements) {
    const table = tableOf(statement)!;
    const shown = statement.replace(new RegExp(`^(CREATE \\w+) ${table}`), `$1 shown_${table}`);
    await facts.define(shown.replace(/^(CREATE TABLE \w+) AS events$/m, '$1 AS shown_events'));
    const migrated = await columns(table);
    assert.ok(migrated.length > 0, `${table} is not made by any migration`);
    assert.deepEqual(migrated, await columns(`shown_${table}`), table);
    assert.deepEqual(await settings(table), await settings(`shown_${table}`), table);
  }
});

test('no table or view exists that schema/facts.sql does not show', async () => {
  const shown = new Set(statementsOf(schema('facts')).map(tableOf));
  const found = await facts.rows<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND name NOT LIKE 'shown_%' AND name NOT LIKE '%_local'`,
  );
  assert.deepEqual(
    found.map((row) => row.name).filter((name) => !shown.has(name)),
    [],
  );
});

test('the migrations of the state produce what schema/state.sql shows', async () => {
  const describe = async (schemaName: string) => ({
    columns: await state.query(
      `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
       WHERE table_schema = $1 AND table_name <> 'schema_migrations' ORDER BY table_name, ordinal_position`,
      [schemaName],
    ),
    constraints: await state.query(
      `SELECT conrelid::regclass::text AS on_table, contype, pg_get_constraintdef(oid) AS definition FROM pg_constraint
       WHERE connamespace = $1::regnamespace ORDER BY 1, 2, 3`.replaceAll(
        'conrelid::regclass::text',
        "split_part(conrelid::regclass::text, '.', -1)",
      ),
      [schemaName],
    ),
    indexes: await state.query(
      `SELECT tablename, replace(indexdef, schemaname || '.', '') AS definition FROM pg_indexes
       WHERE schemaname = $1 AND tablename <> 'schema_migrations' ORDER BY 1, 2`,
      [schemaName],
    ),
  });
  await state.script(`CREATE SCHEMA shown; SET search_path TO shown; ${schema('state')}; SET search_path TO public;`);
  const withoutMigrations = (rows: unknown[]) =>
    rows.filter((row) => (row as { on_table?: string }).on_table !== 'schema_migrations').map(unqualify);
  const migrated = await describe('public');
  const shown = await describe('shown');
  assert.ok(migrated.columns.length > 40);
  assert.deepEqual(migrated.columns, shown.columns);
  assert.deepEqual(withoutMigrations(migrated.constraints), withoutMigrations(shown.constraints));
  assert.deepEqual(migrated.indexes, shown.indexes);
});

test('every table carries the workspace', async () => {
  const factsWithout = await facts.rows<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND name NOT LIKE 'shown_%' AND name NOT IN
       (SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'workspace')`,
  );
  const stateWithout = await state.query<{ table_name: string }>(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name NOT IN
       (SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'workspace')`,
  );
  assert.deepEqual(factsWithout, []);
  assert.deepEqual(stateWithout.map((row) => row.table_name).sort(), ['schema_migrations', 'workspaces']);
});

function unqualify(row: unknown): unknown {
  return JSON.parse(JSON.stringify(row).replaceAll('shown.', ''));
}
