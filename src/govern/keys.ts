// Keys. A write key sits in web pages, may only send events, and can be read again. A secret key opens the API and the
// dashboard; only its SHA-256 is kept (it is 192 random bits, so a slow hash would add nothing). Looking a key up by
// its hash takes the same time whatever is wrong with it.

import { hash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import { SECOND_MS } from '../time.ts';

export type KeyKind = 'write' | 'secret';

export type ApiKey = {
  id: string;
  kind: KeyKind;
  label: string;
  /** The key itself, for write keys. */
  publicKey: string | null;
  createdAt: Date;
  revokedAt: Date | null;
};

const PREFIX: Record<KeyKind, string> = { write: 'wk_', secret: 'sk_' };

type Row = {
  id: string;
  workspace: string;
  kind: KeyKind;
  label: string;
  public_key: string | null;
  created_at: Date;
  revoked_at: Date | null;
};

/** Makes a key; a secret one is told only here. */
export async function createKey(
  { state }: Store,
  { workspace, kind, label, now }: { workspace: string; kind: string; label: string; now: Date },
): Promise<{ id: string; kind: KeyKind; key: string }> {
  if (kind !== 'write' && kind !== 'secret') {
    throw new InklingError('invalid_input', `"${kind}" is not a kind of key.`, {
      field: 'kind',
      value: kind,
      hint: 'Make a "write" or a "secret" key.',
    });
  }
  const key = `${PREFIX[kind]}${randomBytes(24).toString('base64url')}`;
  const id = `key_${randomBytes(6).toString('hex')}`;
  await state.query(
    `INSERT INTO api_keys (id, workspace, kind, label, key_hash, public_key, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, workspace, kind, label, hashOf(key), kind === 'write' ? key : null, now],
  );
  return { id, kind, key };
}

export async function listKeys({ state }: Store, workspace: string): Promise<ApiKey[]> {
  const rows = await state.query<Row>('SELECT * FROM api_keys WHERE workspace = $1 ORDER BY created_at, id', [
    workspace,
  ]);
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    label: row.label,
    publicKey: row.public_key,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  }));
}

export async function revokeKey(
  { state }: Store,
  { workspace, id, now }: { workspace: string; id: string; now: Date },
): Promise<void> {
  const rows = await state.query(
    'UPDATE api_keys SET revoked_at = coalesce(revoked_at, $3) WHERE workspace = $1 AND id = $2 RETURNING id',
    [workspace, id, now],
  );
  if (rows.length > 0) return;
  throw new InklingError('not_found', `There is no key "${id}" in workspace "${workspace}".`, {
    field: 'id',
    value: id,
    hint: 'Run npm run -s inkling -- keys list to see the ids.',
  });
}

export type KnownKey = { id: string; workspace: string; kind: KeyKind };

export interface KeyRing {
  /** What a valid key is and opens, undefined for any other text. */
  resolve(key: string): Promise<KnownKey | undefined>;
  /** The same of a key that was looked up some seconds ago; undefined = ask `resolve`. */
  remembered(key: string): KnownKey | undefined;
}

/** Ours are shorter. What is longer is looked up each time instead of being held in memory. */
const KEY_LENGTH = 100;

/** Look-ups are remembered for a few seconds, so a revoked key is refused within them. */
export function openKeyRing({ state }: Store, rememberSeconds = 5): KeyRing {
  const asked = new LRUCache<string, { found: Promise<KnownKey | undefined>; known?: KnownKey }>({
    max: 10_000,
    ttl: rememberSeconds * SECOND_MS,
    // The clock is read ten times a second instead of a thousand times, each of which takes a timer.
    ttlResolution: 100,
  });
  const read = async (key: string): Promise<KnownKey | undefined> => {
    const [row] = await state.query<Row>(
      'SELECT id, workspace, kind FROM api_keys WHERE key_hash = $1 AND revoked_at IS NULL',
      [hashOf(key)],
    );
    return row && { id: row.id, workspace: row.workspace, kind: row.kind };
  };
  return {
    // Those who come while it is looked up share the look-up.
    resolve: (key) => {
      if (key.length > KEY_LENGTH) return read(key);
      const before = asked.get(key);
      if (before) return before.found;
      const look: { found: Promise<KnownKey | undefined>; known?: KnownKey } = { found: read(key) };
      asked.set(key, look);
      look.found.then(
        (known) => {
          look.known = known;
        },
        () => asked.delete(key),
      );
      return look.found;
    },
    remembered: (key) => asked.get(key)?.known,
  };
}

function hashOf(key: string): string {
  return hash('sha256', key);
}
