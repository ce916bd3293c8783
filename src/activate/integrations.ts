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
export type Integrations = Record<Receiver, { url: string } | null>;
export type IntegrationsChange = Partial<Record<Receiver, { url: string } | null>>;

const SETTING = 'integrations';

export async function integrationsOf(store: Store, workspace: string): Promise<Integrations> {
  const stored = await readSetting<IntegrationsChange>(store, workspace, SETTING);
  return { crm: null, email: null, audience: null, ...stored };
}

/** Changes what is given and returns what then holds, and the secret where an address was set: made with the first one. */
export async function changeIntegrations(
  store: Store,
  { workspace, change, now }: { workspace: string; change: IntegrationsChange; now: Date },
): Promise<Integrations & { secret: string | null }> {
  for (const [name, receiver] of Object.entries(change)) if (receiver) await refuseAddress(receiver.url, `${name}.url`);
  const after = { ...(await integrationsOf(store, workspace)), ...change };
  const isSet = receivers.some((name) => change[name]);
  const secret = isSet ? await signingSecret(store, workspace, now) : null;
  await writeSetting(store, { workspace, name: SETTING, value: after, now });
  return { ...after, secret };
}

/** The secret that calls of the workspace are signed with, made where there is none yet. */
export async function signingSecret(store: Store, workspace: string, now: Date): Promise<string> {
  const secrets = openSecrets(store);
  const known = await secrets.get(workspace, SETTING);
  if (known !== undefined) return known;
  return renewSigningSecret(store, workspace, now);
}

/** Another secret, with which calls are signed from now on. */
export async function renewSigningSecret(store: Store, workspace: string, now: Date): Promise<string> {
  const secrets = openSecrets(store);
  await secrets.set(workspace, SETTING, randomBytes(24).toString('base64url'), now);
  // Of two that made one at a time, both answer the one that stayed.
  return (await secrets.get(workspace, SETTING))!;
}

/** Throws `conflict` while there is no address. */
export async function hookFor(store: Store, workspace: string, receiver: Receiver): Promise<Hook> {
  const known = (await integrationsOf(store, workspace))[receiver];
  const secret = await openSecrets(store).get(workspace, SETTING);
  if (known !== null && secret !== undefined) return { url: known.url, secret };
  throw new InklingError('conflict', `There is no address to send to for "${receiver}" yet.`, {
    field: receiver,
    hint: `Set one: PATCH /api/v1/intent/integrations {"${receiver}": {"url": "https://…"}}.`,
  });
}
