// Migrations: numbered files applied once each, in order, to facts and to state; schema/*.sql shows what they add up
// to (a test compares the two). Which ones ran is kept in the state, so the engines can be moved together only.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Facts } from './facts.ts';
import type { State } from './state.ts';

type Engine = 'facts' | 'state';

const folder = new URL('./migrations/', import.meta.url);

export async function migrate(facts: Facts, state: State): Promise<void> {
  await migrateState(state);
  for (const name of await pending(state, 'facts')) {
    // ClickHouse has no transaction over DDL: a migration that was cut off runs again, so each step must bear that.
    for (const statement of statementsOf(readMigration('facts', name))) await facts.define(repeatable(statement));
    await state.query('INSERT INTO schema_migrations (engine, name) VALUES ($1, $2)', ['facts', name]);
  }
}

/** The half of the state, which needs no facts. */
export async function migrateState(state: State): Promise<void> {
  await state.script(`CREATE TABLE IF NOT EXISTS schema_migrations (
    engine text NOT NULL, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (engine, name))`);
  for (const name of await pending(state, 'state')) {
    const sql = readMigration('state', name);
    await state.transaction(async (tx) => {
      for (const statement of statementsOf(sql)) await tx.query(statement);
      await tx.query('INSERT INTO schema_migrations (engine, name) VALUES ($1, $2)', ['state', name]);
    });
  }
}

/** Another text where a migration of the state is another, or there is one more. */
export function stateMigrationsDigest(): string {
  const all = createHash('sha256');
  for (const name of migrationsOf('state')) all.update(`${name}\n${readMigration('state', name)}\n`);
  return all.digest('hex').slice(0, 12);
}

/** The statements of a script; the comment behind a semicolon (as in "; -- shard by") belongs to the one before. */
export function statementsOf(sql: string): string[] {
  return sql
    .split(/;(?=[ \t]*(?:--[^\n]*)?(?:\n|$))/)
    .map((part, i, parts) => {
      const trailing = parts[i + 1]?.match(/^[ \t]*--[^\n]*/)?.[0] ?? '';
      const own = i > 0 ? part.replace(/^[ \t]*--[^\n]*/, '') : part;
      const body = own.replace(/^\s*--.*$/gm, '').trim();
      return body && trailing ? `${body}\n${trailing.trim()}` : body;
    })
    .filter(Boolean);
}

async function pending(state: State, engine: Engine): Promise<string[]> {
  const done = await state.query<{ name: string }>('SELECT name FROM schema_migrations WHERE engine = $1', [engine]);
  const names = new Set(done.map((row) => row.name));
  return migrationsOf(engine).filter((name) => !names.has(name));
}

function migrationsOf(engine: Engine): string[] {
  return readdirSync(new URL(`${engine}/`, folder))
    .filter((name) => name.endsWith('.sql'))
    .sort();
}

function readMigration(engine: Engine, name: string): string {
  return readFileSync(new URL(`${engine}/${name}`, folder), 'utf8');
}

function repeatable(statement: string): string {
  return statement.replace(/^CREATE (TABLE|VIEW) (?!IF)/m, 'CREATE $1 IF NOT EXISTS ');
}
