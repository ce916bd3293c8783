// Looks for everything that somebody should know of, keeps what is found, and tells it once: when it begins and when it
// is over. What a destination did not take is told again with the next look, for a day.

import type { Store } from '../store/index.ts';
import { DAY_MS } from '../time.ts';
import type { News } from './destinations/destination.ts';
import { destinations } from './destinations/index.ts';
import { alerts } from './registry.ts';
import { type AlertSettings, alertSettingsOf } from './settings.ts';

export type OpenAlert = {
  alert: string;
  message: string;
  hint: string;
  since: Date;
  raisedAt: Date;
  resolvedAt: Date | null;
};

export type WatchOptions = {
  workspace: string;
  now: Date;
  /** For the log. */
  log(text: string): void;
  /** What a destination did not take. */
  onFault(error: unknown, doing: string): void;
};

export async function watchOver(store: Store, options: WatchOptions): Promise<void> {
  const { workspace, now } = options;
  const settings = await alertSettingsOf(store, workspace);
  for (const alert of alerts) {
    const { enabled, ...own } = settings.alerts[alert.name];
    const found = enabled ? await alert.look(store, { workspace, settings: own, now }) : undefined;
    if (found) {
      await store.state.query(
        `INSERT INTO alerts (workspace, name, raised_at, since, message, hint) SELECT $1, $2, $3, $4, $5, $6
         WHERE NOT EXISTS (SELECT 1 FROM alerts WHERE workspace = $1 AND name = $2 AND resolved_at IS NULL)`,
        [workspace, alert.name, now, found.since, found.message, found.hint],
      );
      await store.state.query(
        'UPDATE alerts SET message = $3, hint = $4 WHERE workspace = $1 AND name = $2 AND resolved_at IS NULL',
        [workspace, alert.name, found.message, found.hint],
      );
    } else {
      await store.state.query(
        `UPDATE alerts SET resolved_at = $3, told = '[]' WHERE workspace = $1 AND name = $2 AND resolved_at IS NULL`,
        [workspace, alert.name, now],
      );
    }
  }
  await tellWhatIsNew(store, settings, options);
}

/** What is open, and what was over not longer than a day ago; the latest first. */
export async function listAlerts({ state }: Store, workspace: string, now: Date): Promise<OpenAlert[]> {
  const rows = await state.query<Row>(
    `SELECT * FROM alerts WHERE workspace = $1 AND (resolved_at IS NULL OR resolved_at > $2) ORDER BY raised_at DESC, name`,
    [workspace, new Date(now.getTime() - DAY_MS)],
  );
  return rows.map(({ name, message, hint, since, raised_at, resolved_at }) => ({
    ...{ alert: name, message, hint, since },
    ...{ raisedAt: raised_at, resolvedAt: resolved_at },
  }));
}

/** How many are open, over all workspaces. */
export async function countOpenAlerts({ state }: Store): Promise<number> {
  const [row] = await state.query<{ n: number | string }>('SELECT count(*) AS n FROM alerts WHERE resolved_at IS NULL');
  return Number(row.n);
}

type Row = {
  name: string;
  message: string;
  hint: string;
  since: Date;
  raised_at: Date;
  resolved_at: Date | null;
  told: string[];
};

async function tellWhatIsNew(store: Store, settings: AlertSettings, options: WatchOptions): Promise<void> {
  const { workspace, now, log, onFault } = options;
  const wanted = destinations.filter((destination) => destination.isWanted(settings));
  const rows = await store.state.query<Row>(
    `SELECT * FROM alerts WHERE workspace = $1 AND coalesce(resolved_at, raised_at) > $2 AND NOT (told @> $3::jsonb)
     ORDER BY raised_at, name`,
    [workspace, new Date(now.getTime() - DAY_MS), wanted.map(({ name }) => name)],
  );
  for (const row of rows) {
    const news: News = {
      event: row.resolved_at ? 'alert.resolved' : 'alert.raised',
      ...{ workspace, alert: row.name, message: row.message, hint: row.hint, since: row.since, at: now },
    };
    for (const { name, tell } of wanted.filter((destination) => !row.told.includes(destination.name))) {
      try {
        await tell(news, settings, log);
        await store.state.query(
          'UPDATE alerts SET told = told || to_jsonb($4::text) WHERE workspace = $1 AND name = $2 AND raised_at = $3',
          [workspace, row.name, row.raised_at, name],
        );
      } catch (error) {
        onFault(error, `telling an alert by ${name}`);
      }
    }
  }
}
