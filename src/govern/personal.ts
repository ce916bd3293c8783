// What a workspace keeps of e-mail addresses and phone numbers: hashes under a pepper of its own, so that a copy of the
// facts cannot be searched with a list of known addresses. The pepper lives with the configuration, never with the facts,
// and sealed there like any other secret (secrets.ts).

import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Store, writeSetting } from '../store/index.ts';
import { SECOND_MS } from '../time.ts';
import { openSealing, type Sealing } from './secrets.ts';

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
  /** 64 hex digits; '' in a workspace from before peppers, whose hashes stay what they are. */
  pepper: string;
  /** The secret behind linkable forms: the pepper, or one of its own where there is none. '' where none can be kept. */
  linkageKey: string;
};

export const defaultPolicy: PersonalPolicy = { ids: 'hash', activation: 'none', alsoMatch: [], linkage: 'encoded' };

const SETTING = 'personal_data';

/** The policy and the secrets of a workspace, which gets them when it has none yet. */
export async function readPersonal(store: PersonalStore, workspace: string): Promise<Personal> {
  const [row] = await store.state.query<Kept & { value: Partial<PersonalPolicy> | null }>(
    `SELECT s.pepper, s.linkage_key,
       (SELECT value FROM settings WHERE workspace = $1 AND name = $2) AS value
     FROM (SELECT 1) AS one LEFT JOIN identity_secrets AS s ON s.workspace = $1`,
    [workspace, SETTING],
  );
  return { policy: { ...defaultPolicy, ...row.value }, ...(await openKept(store, workspace, row)) };
}

/** The same, remembered for some seconds: for what runs with every batch of messages. */
export function openPersonal(store: Store, rememberSeconds = 5): (workspace: string) => Personal | Promise<Personal> {
  const remembered = new LRUCache<string, Personal>({
    max: 10_000,
    ttl: rememberSeconds * SECOND_MS,
    // The clock is read ten times a second instead of a thousand times, each of which takes a timer.
    ttlResolution: 100,
  });
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

/** As the state keeps them: sealed, in the clear by an earlier version, or '' for none; null where nothing was made yet. */
type Kept = { pepper: string | null; linkage_key: string | null };
type PersonalStore = Pick<Store, 'state' | 'dataDir'>;

const PLAIN = /^[0-9a-f]{64}$/;
const WITHOUT_KEY = 'restore it from a back-up: without the pepper, addresses that come find none of those that came';

const sealings = new WeakMap<Store['state'], Sealing>();

function sealingOf({ state, dataDir }: PersonalStore): Sealing {
  const sealing = sealings.get(state) ?? openSealing({ dataDir });
  sealings.set(state, sealing);
  return sealing;
}

async function openKept(store: PersonalStore, workspace: string, kept: Kept): Promise<Omit<Personal, 'policy'>> {
  if (kept.pepper === null) return openKept(store, workspace, await makeSecrets(store, workspace));
  if (PLAIN.test(kept.pepper)) await sealPepper(store, workspace, kept.pepper);
  const pepper = unsealed(store, workspace, 'pepper', kept.pepper);
  if (pepper !== '') return { pepper, linkageKey: pepper };
  const linkageKey = kept.linkage_key || (await makeLinkageKey(store, workspace));
  return { pepper, linkageKey: unsealed(store, workspace, 'linkage_key', linkageKey) };
}

function unsealed(store: PersonalStore, workspace: string, name: keyof Kept, text: string): string {
  if (text === '' || PLAIN.test(text)) return text;
  return sealingOf(store).unseal(text, placeOf(workspace, name), WITHOUT_KEY);
}

function placeOf(workspace: string, name: keyof Kept): string[] {
  return [workspace, `identity.${name}`];
}

async function makeSecrets(store: PersonalStore, workspace: string): Promise<Kept> {
  const pepper = randomBytes(32).toString('hex');
  await store.state.query(
    `INSERT INTO identity_secrets (workspace, pepper, created_at) SELECT id, $2, now() FROM workspaces WHERE id = $1
     ON CONFLICT (workspace) DO NOTHING`,
    [workspace, sealingOf(store).seal(pepper, placeOf(workspace, 'pepper'))],
  );
  const [row] = await store.state.query<Kept>('SELECT pepper, linkage_key FROM identity_secrets WHERE workspace = $1', [
    workspace,
  ]);
  // A workspace that is not kept in the state has no secrets either: tests and tools that only write facts.
  return row ?? { pepper: '', linkage_key: '' };
}

/** Linkable forms have no past that they would have to meet, so a workspace without a pepper gets a secret for them. */
async function makeLinkageKey(store: PersonalStore, workspace: string): Promise<string> {
  const key = sealingOf(store).seal(randomBytes(32).toString('hex'), placeOf(workspace, 'linkage_key'));
  await store.state.query(`UPDATE identity_secrets SET linkage_key = $2 WHERE workspace = $1 AND linkage_key = ''`, [
    workspace,
    key,
  ]);
  const [row] = await store.state.query<Kept>('SELECT linkage_key FROM identity_secrets WHERE workspace = $1', [
    workspace,
  ]);
  return row?.linkage_key ?? '';
}

async function sealPepper(store: PersonalStore, workspace: string, pepper: string): Promise<void> {
  await store.state.query('UPDATE identity_secrets SET pepper = $3 WHERE workspace = $1 AND pepper = $2', [
    workspace,
    pepper,
    sealingOf(store).seal(pepper, placeOf(workspace, 'pepper')),
  ]);
}

/**
 * Seals the peppers that earlier versions kept in the clear. Throws `secret_unreadable` where those that are sealed do
 * not open, so that a wrong key is noticed when the service starts and not when the first event comes.
 */
export async function sealPeppers(store: Store): Promise<void> {
  const plain = await store.state.query<{ workspace: string; pepper: string }>(
    `SELECT workspace, pepper FROM identity_secrets WHERE pepper ~ '^[0-9a-f]{64}$'`,
  );
  for (const { workspace, pepper } of plain) await sealPepper(store, workspace, pepper);
  const [one] = await store.state.query<{ workspace: string; pepper: string }>(
    `SELECT workspace, pepper FROM identity_secrets WHERE pepper != '' ORDER BY workspace LIMIT 1`,
  );
  if (one) unsealed(store, one.workspace, 'pepper', one.pepper);
}
