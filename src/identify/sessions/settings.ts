// How a workspace wants visits cut, kept as one setting in the state.

import { InklingError } from '../../errors.ts';
import { type Store, writeSetting } from '../../store/index.ts';
import { MINUTE_MS } from '../../time.ts';
import type { SessionRule } from './rule.ts';

export type SessionSettings = {
  /** A longer pause ends a visit; 1 minute to 8 hours. */
  timeoutMinutes: number;
  /** Whether the SDK's own session ids count. */
  sdkIds: boolean;
  /** Whether another campaign begins a visit. */
  newOnCampaign: boolean;
  /** Whether midnight, by the clock of the workspace, ends a visit. */
  midnight: boolean;
};

export const defaultSessionSettings: SessionSettings = {
  timeoutMinutes: 30,
  sdkIds: true,
  newOnCampaign: false,
  midnight: false,
};

export async function sessionSettingsOf(store: Store, workspace: string): Promise<SessionSettings> {
  return (await read(store, workspace)).settings;
}

/** The rule that visits of the workspace are cut by. */
export async function sessionRuleOf(store: Store, workspace: string): Promise<SessionRule> {
  const { settings, timeZone } = await read(store, workspace);
  const { timeoutMinutes, sdkIds, newOnCampaign, midnight } = settings;
  const rule = { timeoutMs: timeoutMinutes * MINUTE_MS, sdkIds, newOnCampaign };
  return midnight ? { ...rule, midnightIn: timeZone } : rule;
}

/** Changes what is given and returns what then holds. Visits of the past follow with the next resolveAll. */
export async function changeSessionSettings(
  store: Store,
  workspace: string,
  change: Partial<SessionSettings>,
  now: Date,
): Promise<SessionSettings> {
  const minutes = change.timeoutMinutes;
  if (minutes !== undefined && !(Number.isFinite(minutes) && minutes >= 1 && minutes <= 480)) {
    throw new InklingError('invalid_input', `timeoutMinutes (${minutes}) is not from 1 to 480.`, {
      field: 'timeoutMinutes',
      value: minutes,
      hint: 'Use 30, as most web analytics do, or up to 480 for visits with long pauses.',
    });
  }
  const settings = { ...(await sessionSettingsOf(store, workspace)), ...change };
  await writeSetting(store, { workspace, name: 'sessions', value: settings, now });
  return settings;
}

/** Notes that all visits of the workspace are cut by the rule now. */
export async function noteCut({ state }: Store, workspace: string, rule: SessionRule, now: Date): Promise<void> {
  await state.query(
    `INSERT INTO settings (workspace, name, value, updated_at) SELECT id, 'sessions_cut', $2::jsonb, $3::timestamptz
     FROM workspaces WHERE id = $1
     ON CONFLICT (workspace, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    [workspace, rule, now],
  );
}

/** Workspaces that were resolved, but whose visits of the past are cut by another rule than the one that holds now. */
export async function listRecut(store: Store): Promise<string[]> {
  const rows = await store.state.query<{ workspace: string; value: unknown }>(
    `SELECT workspace, value FROM settings WHERE name = 'sessions_cut' ORDER BY workspace`,
  );
  const recut: string[] = [];
  for (const { workspace, value } of rows) {
    const rule: Partial<SessionRule> = await sessionRuleOf(store, workspace);
    const before = value as Partial<SessionRule>;
    const keys = ['timeoutMs', 'sdkIds', 'newOnCampaign', 'midnightIn'] as const;
    if (keys.some((key) => rule[key] !== before[key])) recut.push(workspace);
  }
  return recut;
}

async function read({ state }: Store, workspace: string): Promise<{ settings: SessionSettings; timeZone: string }> {
  const [row] = await state.query<{ time_zone: string; value: Partial<SessionSettings> | null }>(
    `SELECT w.time_zone, s.value FROM workspaces w
     LEFT JOIN settings s ON s.workspace = w.id AND s.name = 'sessions' WHERE w.id = $1`,
    [workspace],
  );
  return { settings: { ...defaultSessionSettings, ...row?.value }, timeZone: row?.time_zone ?? 'UTC' };
}
