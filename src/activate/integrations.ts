// Where a workspace wants its people sent: an address each for its CRM, its e-mail platform and its audiences, which gets
// signed calls, and the secret that they are signed with.

import { randomBytes } from 'node:crypto';
import { InklingError } from '../errors.ts';
import { openSecrets } from '../govern/index.ts';
import { readSetting, type Store, writeSetting } from '../store/index.ts';
import { refuseAddress } from './outbound.ts';
import type { Hook } from './signed.ts';

/** What an address is for. */
export const receivers = ['crm', 'email', 'audience'] as const;
export type Receiver = (typeof receivers)[number];

/** Addresses; null = none is set. */
export type Integrations = Record<Receiver, { url: string } | null> & { secret: string | null };
export type IntegrationsChange = Partial<Record<Receiver, { url: string } | null>>;

const SETTING = 'integrations';

export async function integrationsOf(store: Store, workspace: string): Promise<Integrations> {
  const stored = await readSetting<IntegrationsChange>(store, workspace, SETTING);
  const secret = (await openSecrets(store).get(workspace, SETTING)) ?? null;
  return { crm: null, email: null, audience: null, ...stored, secret };
}

/** Changes what is given and returns what then holds; with the first address a secret is made. */
export async function changeIntegrations(
  store: Store,
  { workspace, change, now }: { workspace: string; change: IntegrationsChange; now: Date },
): Promise<Integrations> {
  for (const [name, receiver] of Object.entries(change)) if (receiver) await refuseAddress(receiver.url, `${name}.url`);
  const { secret, ...before } = await integrationsOf(store, workspace);
  const after = { ...before, ...change };
  if (secret === null && receivers.some((name) => after[name] !== null)) await signingSecret(store, workspace, now);
  await writeSetting(store, { workspace, name: SETTING, value: after, now });
  return integrationsOf(store, workspace);
}

/** The secret that calls of the workspace are signed with, made where there is none yet. */
export async function signingSecret(store: Store, workspace: string, now: Date): Promise<string> {
  const secrets = openSecrets(store);
  const known = await secrets.get(workspace, SETTING);
  if (known !== undefined) return known;
  await secrets.set(workspace, SETTING, randomBytes(24).toString('base64url'), now);
  return (await secrets.get(workspace, SETTING))!;
}

/** Throws `conflict` while there is no address. */
export async function hookFor(store: Store, workspace: string, receiver: Receiver): Promise<Hook> {
  const { [receiver]: known, secret } = await integrationsOf(store, workspace);
  if (known !== null && secret !== null) return { url: known.url, secret };
  throw new InklingError('conflict', `There is no address to send to for "${receiver}" yet.`, {
    field: receiver,
    hint: `Set one: PATCH /api/v1/intent/integrations {"${receiver}": {"url": "https://…"}}.`,
  });
}
