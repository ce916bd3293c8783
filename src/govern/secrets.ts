// Secrets of a workspace that have to be read again (the signing secret of a webhook, a token of a destination, the pepper
// of its addresses), encrypted at rest: AES-256-GCM with a nonce of its own each, bound to workspace and name, so that a row that is copied to
// another place opens nothing. The key is INKLING_SECRET_KEY, or a file that only its owner may read in the data folder; it
// is in neither database, so a copy of those alone tells no secret. NIST SP 800-38D.

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';

export interface Secrets {
  /** The secret, or undefined where none is set. */
  get(workspace: string, name: string): Promise<string | undefined>;
  /** null takes it away. */
  set(workspace: string, name: string, text: string | null, now: Date): Promise<void>;
}

export const SECRET_KEY_FILE = 'secret.key';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Sealing {
  /** Binds the text to a place: elsewhere it opens nothing. */
  seal(text: string, place: readonly string[]): string;
  /** Throws `secret_unreadable` under another key. `otherwise`: what is to be done without the key it was sealed with. */
  unseal(sealed: string, place: readonly string[], otherwise: string): string;
}

/** The key is read, or made, when it is first needed. */
export function openSealing({ dataDir }: Pick<Store, 'dataDir'>, env: NodeJS.ProcessEnv = process.env): Sealing {
  let key: Buffer | undefined;
  const keyOf = () => (key ??= readKey(dataDir, env));
  return {
    seal: (text, place) => seal(keyOf(), text, bytesOf(place)),
    unseal: (sealed, place, otherwise) => unseal(keyOf(), sealed, bytesOf(place), otherwise),
  };
}

export function openSecrets(store: Store, env: NodeJS.ProcessEnv = process.env): Secrets {
  const sealing = openSealing(store, env);
  return {
    get: async (workspace, name) => {
      const [row] = await store.state.query<{ sealed: string }>(
        'SELECT sealed FROM secrets WHERE workspace = $1 AND name = $2',
        [workspace, name],
      );
      return row && sealing.unseal(row.sealed, [workspace, name], 'set the secret anew');
    },
    set: async (workspace, name, text, now) => {
      if (text === null) {
        await store.state.query('DELETE FROM secrets WHERE workspace = $1 AND name = $2', [workspace, name]);
        return;
      }
      await store.state.query(
        `INSERT INTO secrets (workspace, name, sealed, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace, name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at`,
        [workspace, name, sealing.seal(text, [workspace, name]), now],
      );
    },
  };
}

function bytesOf(place: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(place));
}

/** `v1.KEY.BYTES`: which key it was, then nonce, tag and text in base64url. */
function seal(key: Buffer, text: string, place: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(place);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `v1.${nameOfKey(key)}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
}

function unseal(key: Buffer, sealed: string, place: Buffer, otherwise: string): string {
  const [, keyName, text = ''] = sealed.split('.');
  const bytes = Buffer.from(text, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
      .setAAD(place)
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch (error) {
    const wrongKey = keyName !== nameOfKey(key);
    throw new InklingError(
      'secret_unreadable',
      wrongKey ? `A secret was sealed with key ${keyName}; this one is ${nameOfKey(key)}.` : 'A secret is damaged.',
      { cause: error, hint: `Set INKLING_SECRET_KEY to the key it was sealed with, or ${otherwise}.` },
    );
  }
}

/** Names a key without telling it. */
function nameOfKey(key: Buffer): string {
  return createHash('sha256').update('inkling key name').update(key).digest('hex').slice(0, 8);
}

function readKey(dataDir: string, env: NodeJS.ProcessEnv): Buffer {
  const given = env['INKLING_SECRET_KEY'];
  if (given) return parseKey(given, 'INKLING_SECRET_KEY');
  const file = join(dataDir, SECRET_KEY_FILE);
  if (existsSync(file)) {
    if ((statSync(file).mode & 0o077) !== 0) throw readableByOthers(file);
    return parseKey(readFileSync(file, 'utf8').trim(), file);
  }
  const key = randomBytes(KEY_BYTES);
  // 'wx': whoever made one in the meantime wins, and is read above the next time.
  writeFileSync(file, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  return key;
}

function parseKey(text: string, from: string): Buffer {
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new InklingError('invalid_input', `${from} holds no key of ${KEY_BYTES} bytes.`, {
    field: from,
    hint: 'Make one with: openssl rand -base64 32',
  });
}

function readableByOthers(file: string): InklingError {
  return new InklingError('data_folder_unusable', `The key file ${file} can be read by others than its owner.`, {
    field: file,
    hint: `Run chmod 600 ${file}.`,
  });
}
