// What a workspace has set for the platforms that call it. The settings of a source are one secret, so that nothing of them
// stands readable in a database; they are remembered for a few seconds, since every call asks for them.

import { LRUCache } from 'lru-cache';
import { openSecrets } from '../../govern/index.ts';
import type { Store } from '../../store/index.ts';
import { SECOND_MS } from '../../time.ts';
import { completeSettings, describeSettings, type SettingDescription } from '../connectors/settings.ts';
import type { WebhookSource } from './webhook.ts';

type Settings = Readonly<Record<string, unknown>>;

/** A setting as it may be told: of a secret only whether it is set. */
export type ToldSetting = SettingDescription & { secret: boolean; set: boolean; value: unknown };

export interface WebhookSettings {
  /** With defaults. */
  of(workspace: string, source: WebhookSource): Promise<Settings>;
  describe(workspace: string, source: WebhookSource): Promise<ToldSetting[]>;
  /** Changes what is given; null restores a default. Throws `invalid_input` that names every mistake. */
  change(workspace: string, source: WebhookSource, change: Settings, now: Date): Promise<void>;
}

const REMEMBERED = 10_000;

export function openWebhookSettings(store: Store, rememberSeconds = 5): WebhookSettings {
  const secrets = openSecrets(store);
  const remembered = new LRUCache<string, Settings>({ max: REMEMBERED, ttl: rememberSeconds * SECOND_MS });
  const given = async (workspace: string, { name }: WebhookSource): Promise<Settings> =>
    JSON.parse((await secrets.get(workspace, secretName(name))) ?? '{}') as Settings;
  return {
    of: async (workspace, source) => {
      const place = `${source.name} ${workspace}`;
      const known = remembered.get(place);
      if (known) return known;
      const settings = completeSettings(source, await given(workspace, source)) as Settings;
      remembered.set(place, settings);
      return settings;
    },
    describe: async (workspace, source) => {
      const own = await given(workspace, source);
      return describeSettings(source).map((setting) => {
        const value = own[setting.name] ?? setting.default ?? null;
        const set = own[setting.name] !== undefined;
        return { ...setting, set, value: setting.secret ? null : value };
      });
    },
    change: async (workspace, source, change, now) => {
      const merged = { ...(await given(workspace, source)), ...change };
      const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
      completeSettings(source, kept);
      const text = Object.keys(kept).length === 0 ? null : JSON.stringify(kept);
      await secrets.set(workspace, secretName(source.name), text, now);
      remembered.delete(`${source.name} ${workspace}`);
    },
  };
}

function secretName(source: string): string {
  return `webhook.${source}`;
}

/** Secrets that earlier versions kept readable among the settings of the door move to where they are encrypted. */
export async function sealDoorSecrets(store: Store, now: Date): Promise<void> {
  const rows = await store.state.query<{ workspace: string; secret: string }>(
    `SELECT workspace, value ->> 'webhookSecret' AS secret FROM settings
     WHERE name = 'door' AND coalesce(value ->> 'webhookSecret', '') != ''`,
  );
  const secrets = openSecrets(store);
  for (const { workspace, secret } of rows) {
    await secrets.set(workspace, secretName('segment'), JSON.stringify({ secret }), now);
    await store.state.query(
      `UPDATE settings SET value = value - 'webhookSecret' WHERE workspace = $1 AND name = 'door'`,
      [workspace],
    );
  }
}
