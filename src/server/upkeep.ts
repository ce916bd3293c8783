// What keeps itself current while the service runs: people follow the events that come in, and every night, by the
// clock of the workspace, everybody is resolved and scored anew. Never two passes over everybody at once.

import { watchOver } from '../alerts/index.ts';
import { type Intake, pruneRejected } from '../collect/index.ts';
import { forgetSnapshots } from '../features/index.ts';
import { listWorkspaces } from '../govern/index.ts';
import { listRecut, openFollower, resolveAll, type SessionsNow } from '../identify/index.ts';
import {
  failAbandonedTrainings,
  findActiveModel,
  type IntentNow,
  logAccuracy,
  scoreEveryone,
} from '../predict/index.ts';
import type { Store } from '../store/index.ts';
import { HOUR_MS, MINUTE_MS } from '../time.ts';
import { momentOfScoring } from './pipeline.ts';

export type UpkeepOptions = {
  store: Store;
  intake: Intake;
  live: IntentNow;
  sessions: SessionsNow;
  now(): Date;
  /** What somebody should know of, for the log. */
  onNews(text: string): void;
  onFault(error: unknown, doing: string): void;
};

export type Upkeep = {
  /** Does what is due now; the timer calls it. */
  tick(): Promise<void>;
  /** Lets what is under way finish. */
  close(): Promise<void>;
};

/** Scores are due from this hour on, in the zone of the workspace: well before the morning. */
const NIGHT_HOUR = 2;
const TICK_MS = MINUTE_MS / 4;

export async function openUpkeep(options: UpkeepOptions): Promise<Upkeep> {
  const { store, intake, live, sessions, now, onNews, onFault } = options;
  await failAbandonedTrainings(store, now());
  const behind = new Set(await workspacesBehind(store));
  const follower = openFollower(store, {
    now,
    onMoved: (workspace, moves) => {
      live.moved(workspace, moves);
      sessions.moved(workspace, moves);
    },
    onFault,
  });
  const unsubscribe = intake.onShipped(async (rows) => {
    live.shipped(rows);
    sessions.shipped(rows);
    await follower.shipped(rows);
  });
  let underWay: Promise<void> | undefined;
  let prunedAt = 0;
  let watchedAt = 0;

  const resolve = async (workspace: string) => {
    await resolveAll(store, { workspace, now: now() });
    sessions.resolved(workspace);
  };
  const pass = async () => {
    for (const workspace of behind) {
      behind.delete(workspace);
      await attempt(() => resolve(workspace), 'resolving people');
    }
    for (const workspace of await listRecut(store)) {
      await attempt(() => resolve(workspace), 'cutting visits anew');
      await attempt(() => forgetSnapshots(store, workspace), 'forgetting snapshots of other visits');
    }
    if (now().getTime() - prunedAt >= HOUR_MS) {
      prunedAt = now().getTime();
      await attempt(() => pruneRejected(store, now()), 'clearing what was rejected');
    }
    const watching = now().getTime() - watchedAt >= MINUTE_MS;
    if (watching) watchedAt = now().getTime();
    for (const { id, timeZone } of await listWorkspaces(store)) {
      if (watching) {
        const watch = { workspace: id, now: now(), log: onNews, onFault };
        await attempt(() => watchOver(store, watch), 'looking for alerts');
      }
      await attempt(() => scoreNightly(store, id, timeZone, now(), resolve), 'scoring at night');
    }
  };
  const attempt = async (work: () => Promise<unknown>, doing: string) => {
    try {
      await work();
    } catch (error) {
      onFault(error, doing);
    }
  };
  const tick = () => {
    underWay ??= pass()
      .catch((error) => onFault(error, 'keeping up'))
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
  const timer = setInterval(tick, TICK_MS);
  timer.unref();
  return {
    tick,
    close: async () => {
      clearInterval(timer);
      unsubscribe();
      await underWay;
      await follower.close();
    },
  };
}

/** Workspaces with events that came after people were last resolved, as after a stop. */
async function workspacesBehind({ facts }: Store): Promise<string[]> {
  const rows = await facts.rows<{ workspace: string }>(
    `SELECT e.workspace AS workspace
     FROM (SELECT workspace, toUnixTimestamp64Milli(max(received_at)) AS last FROM events GROUP BY workspace) AS e
     LEFT JOIN (SELECT workspace, max(version) AS resolved FROM profiles GROUP BY workspace) AS p
       ON e.workspace = p.workspace
     WHERE e.last > toInt64(p.resolved)`,
  );
  return rows.map((row) => row.workspace);
}

/** Once a night: people resolved, scored with the active model, and older scores held against what came of them. */
async function scoreNightly(
  store: Store,
  workspace: string,
  timeZone: string,
  now: Date,
  resolve: (workspace: string) => Promise<void>,
): Promise<void> {
  const { day, hour } = clockIn(timeZone, now);
  if (hour < NIGHT_HOUR) return;
  const model = await findActiveModel(store, workspace);
  if (!model) return;
  const [last] = await store.state.query<{ value: { day: string } }>(
    `SELECT value FROM settings WHERE workspace = $1 AND name = 'scored_night'`,
    [workspace],
  );
  if (last ? last.value.day >= day : model.createdAt.slice(0, 10) >= day) return;
  await resolve(workspace);
  await scoreEveryone(store, { workspace, asOf: await momentOfScoring(store, workspace, now), now });
  await logAccuracy(store, { workspace, now });
  await store.state.query(
    `INSERT INTO settings (workspace, name, value, updated_at) VALUES ($1, 'scored_night', $2, $3)
     ON CONFLICT (workspace, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    [workspace, { day }, now],
  );
}

function clockIn(timeZone: string, now: Date): { day: string; hour: number } {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  });
  const part = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  return { day: `${part['year']}-${part['month']}-${part['day']}`, hour: Number(part['hour']) };
}
