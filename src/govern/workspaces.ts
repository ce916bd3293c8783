// Workspaces: the tenants. Every row, key and query belongs to one.

import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import { createKey, listKeys } from './keys.ts';

export type Workspace = {
  id: string;
  name: string;
  /** IANA name, such as Europe/Berlin. */
  timeZone: string;
  /** ISO 4217; null until it is set or the first orders tell (currency.ts). */
  currency: string | null;
  /** A key that may only send events, for SDK snippets. */
  writeKey: string;
  createdAt: Date;
};

type Row = { id: string; name: string; time_zone: string; currency: string | null; created_at: Date };

/** The workspace, made with a first write key when there is none of this id. */
export async function ensureWorkspace(store: Store, id: string, now: Date): Promise<Workspace> {
  const found = await findRow(store, id);
  return found ? complete(store, found, now) : createWorkspace(store, { id, name: id, timeZone: 'UTC', now });
}

export async function createWorkspace(
  store: Store,
  { id, name, timeZone, now }: { id: string; name: string; timeZone: string; now: Date },
): Promise<Workspace> {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(id)) {
    throw new InklingError('invalid_input', `"${id}" cannot be the id of a workspace.`, {
      field: 'workspace',
      value: id,
      hint: 'Use up to 63 lower-case letters, digits and hyphens, beginning with a letter or digit.',
    });
  }
  const [row] = await store.state.query<Row>(
    `INSERT INTO workspaces (id, name, time_zone, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO NOTHING RETURNING *`,
    [id, name, timeZone, now],
  );
  if (!row)
    throw new InklingError('conflict', `There is a workspace "${id}" already.`, { field: 'workspace', value: id });
  return complete(store, row, now);
}

export async function getWorkspace(store: Store, id: string): Promise<Workspace> {
  const row = await findRow(store, id);
  if (!row) {
    throw new InklingError('not_found', `There is no workspace "${id}".`, {
      field: 'workspace',
      value: id,
      hint: 'Run npm run -s inkling -- keys list --workspace ID to make it, or name another.',
    });
  }
  return complete(store, row, row.created_at);
}

export async function listWorkspaces(
  store: Store,
): Promise<{ id: string; name: string; timeZone: string; createdAt: Date }[]> {
  const rows = await store.state.query<Row>('SELECT * FROM workspaces ORDER BY created_at, id');
  return rows.map((row) => ({ id: row.id, name: row.name, timeZone: row.time_zone, createdAt: row.created_at }));
}

async function findRow({ state }: Store, id: string): Promise<Row | undefined> {
  return (await state.query<Row>('SELECT * FROM workspaces WHERE id = $1', [id]))[0];
}

async function complete(store: Store, row: Row, now: Date): Promise<Workspace> {
  const valid = (await listKeys(store, row.id)).find((key) => key.kind === 'write' && !key.revokedAt);
  const writeKey =
    valid?.publicKey ?? (await createKey(store, { workspace: row.id, kind: 'write', label: 'first', now })).key;
  const { id, name, time_zone: timeZone, currency, created_at: createdAt } = row;
  return { id, name, timeZone, currency, writeKey, createdAt };
}
