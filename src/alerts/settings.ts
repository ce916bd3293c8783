// What a workspace wants to be told of, and where: one setting in the state.

import { randomBytes } from 'node:crypto';
import { Value } from 'typebox/value';
import { refuseAddress } from '../activate/index.ts';
import { InklingError } from '../errors.ts';
import { readSetting, type Store, writeSetting } from '../store/index.ts';
import { alerts } from './registry.ts';

export type AlertSettings = {
  /** By name of the alert. */
  alerts: Record<string, { enabled: boolean } & Record<string, unknown>>;
  /** null = nobody is called. */
  webhook: { url: string; secret: string } | null;
};

export type AlertChange = {
  alerts?: Record<string, Record<string, unknown>>;
  webhook?: { url: string; secret?: string } | null;
};

export async function alertSettingsOf(store: Store, workspace: string): Promise<AlertSettings> {
  const stored = (await readSetting<Partial<AlertSettings>>(store, workspace, 'alerts')) ?? {};
  const complete = alerts.map(({ name, settings }) => {
    const defaults = Value.Create(settings) as Record<string, unknown>;
    return [name, { enabled: true, ...defaults, ...stored.alerts?.[name] }] as const;
  });
  return { alerts: Object.fromEntries(complete), webhook: stored.webhook ?? null };
}

/** Changes what is given and returns what then holds. A webhook without a secret gets one. */
export async function changeAlertSettings(
  store: Store,
  workspace: string,
  change: AlertChange,
  now: Date,
): Promise<AlertSettings> {
  const before = await alertSettingsOf(store, workspace);
  const settings: AlertSettings = { ...before, alerts: { ...before.alerts } };
  for (const [name, given] of Object.entries(change.alerts ?? {})) {
    settings.alerts[name] = { ...before.alerts[name], ...checked(name, given) } as AlertSettings['alerts'][string];
  }
  if (change.webhook === null) settings.webhook = null;
  else if (change.webhook) {
    const { url, secret = before.webhook?.secret ?? randomBytes(24).toString('base64url') } = change.webhook;
    await refuseAddress(url, 'webhook.url');
    settings.webhook = { url, secret };
  }
  await writeSetting(store, { workspace, name: 'alerts', value: settings, now });
  return settings;
}

function checked(name: string, given: Record<string, unknown>): Record<string, unknown> {
  const known = alerts.find((alert) => alert.name === name);
  if (!known) {
    throw new InklingError('invalid_input', `There is no alert "${name}".`, {
      field: `alerts.${name}`,
      value: name,
      hint: `Known are ${alerts.map((alert) => alert.name).join(', ')}.`,
    });
  }
  for (const [field, value] of Object.entries(given)) {
    const schema = field === 'enabled' ? undefined : known.settings.properties[field];
    if (field === 'enabled' ? typeof value === 'boolean' : schema && Value.Check(schema, value)) continue;
    throw new InklingError('invalid_input', `alerts.${name}.${field} cannot be ${JSON.stringify(value)}.`, {
      field: `alerts.${name}.${field}`,
      value,
      hint: schema
        ? `It takes ${describe(schema)}.`
        : `It has enabled, ${Object.keys(known.settings.properties).join(', ')}.`,
    });
  }
  return given;
}

function describe(schema: object): string {
  const { type = 'a value', minimum, maximum } = schema as { type?: string; minimum?: number; maximum?: number };
  return minimum === undefined ? `a ${type}` : `a ${type} from ${minimum} to ${maximum}`;
}
