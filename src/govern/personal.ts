// What a workspace keeps of e-mail addresses and phone numbers: hashes under a pepper of its own, so that a copy of the
// facts cannot be searched with a list of known addresses. The pepper lives with the configuration, never with the facts.

import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Store, writeSetting } from '../store/index.ts';
import { SECOND_MS } from '../time.ts';

export const foreignHashes = ['md5', 'sha1'] as const;
export type ForeignHash = (typeof foreignHashes)[number];

export type PersonalPolicy = {
  /** Ids that are an e-mail address or a phone number, and such numbers in texts: as hashes, or as they are sent. */
  ids: 'hash' | 'keep';
  /** The SHA-256 that ad platforms match by, kept sealed beside the peppered hash, or not at all. */
  activation: 'none' | 'sealed';
  /** Older hashes of each address that are kept (peppered) as well, so that senders that use them are recognised. */
  alsoMatch: ForeignHash[];
  /** Names, addresses and days of birth, of which nothing readable is kept: forms under a key that linkage compares, or nothing. */
  linkage: 'encoded' | 'none';
};

export type Personal = {
  policy: PersonalPolicy;
  /** 64 hex digits; '' in a workspace from before peppers. */
  pepper: string;
};

export const defaultPolicy: PersonalPolicy = { ids: 'hash', activation: 'none', alsoMatch: [], linkage: 'encoded' };

const SETTING = 'personal_data';

/** The policy and the pepper of a workspace, which gets one when it has none yet. */
export async function readPersonal({ state }: Store, workspace: string): Promise<Personal> {
  const [row] = await state.query<{ pepper: string | null; value: Partial<PersonalPolicy> | null }>(
    `SELECT (SELECT pepper FROM identity_secrets WHERE workspace = $1) AS pepper,
       (SELECT value FROM settings WHERE workspace = $1 AND name = $2) AS value`,
    [workspace, SETTING],
  );
  const pepper = row.pepper ?? (await makePepper({ state }, workspace));
  return { policy: { ...defaultPolicy, ...row.value }, pepper };
}

/** The same, remembered for some seconds: for what runs with every batch of messages. */
export function openPersonal(store: Store, rememberSeconds = 5): (workspace: string) => Personal | Promise<Personal> {
  const remembered = new LRUCache<string, Personal>({ max: 10_000, ttl: rememberSeconds * SECOND_MS });
  return (workspace) => {
    const known = remembered.get(workspace);
    if (known !== undefined) return known;
    return readPersonal(store, workspace).then((found) => {
      remembered.set(workspace, found);
      return found;
    });
  };
}

export async function writePersonalPolicy(
  store: Store,
  workspace: string,
  change: Partial<PersonalPolicy>,
  now: Date,
): Promise<PersonalPolicy> {
  const policy = { ...(await readPersonal(store, workspace)).policy, ...change };
  await writeSetting(store, { workspace, name: SETTING, value: policy, now });
  return policy;
}

async function makePepper({ state }: Pick<Store, 'state'>, workspace: string): Promise<string> {
  await state.query(
    `INSERT INTO identity_secrets (workspace, pepper, created_at) SELECT id, $2, now() FROM workspaces WHERE id = $1
     ON CONFLICT (workspace) DO NOTHING`,
    [workspace, randomBytes(32).toString('hex')],
  );
  const [row] = await state.query<{ pepper: string }>('SELECT pepper FROM identity_secrets WHERE workspace = $1', [
    workspace,
  ]);
  // A workspace that is not kept in the state has no secrets either: tests and tools that only write facts.
  return row?.pepper ?? '';
}
