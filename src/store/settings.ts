// Small facts about a workspace under a name: what somebody set, or how far a stage of the road got.

import type { State } from './state.ts';

type Place = { state: Pick<State, 'query'> };

/** What stands under the name; undefined when nothing was written yet. */
export async function readSetting<T>({ state }: Place, workspace: string, name: string): Promise<T | undefined> {
  const [row] = await state.query<{ value: T }>('SELECT value FROM settings WHERE workspace = $1 AND name = $2', [
    workspace,
    name,
  ]);
  return row?.value;
}

export async function writeSetting(
  { state }: Place,
  { workspace, name, value, now }: { workspace: string; name: string; value: unknown; now: Date },
): Promise<void> {
  await state.query(
    `INSERT INTO settings (workspace, name, value, updated_at) VALUES ($1, $2, $3::jsonb, $4)
     ON CONFLICT (workspace, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    [workspace, name, JSON.stringify(value), now],
  );
}

export async function removeSetting({ state }: Place, workspace: string, name: string): Promise<void> {
  await state.query('DELETE FROM settings WHERE workspace = $1 AND name = $2', [workspace, name]);
}
