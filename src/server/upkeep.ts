// What keeps itself current while the service runs: people follow the events that come in, and every night, by the
// clock of the workspace, everybody is resolved and scored anew. Never two passes over everybody at once.

import { setImmediate } from 'node:timers/promises';
import { failAbandonedSyncs, type SegmentFeed } from '../activate/index.ts';
import { watchOver } from '../alerts/index.ts';
import { type Intake, pruneRejected } from '../collect/index.ts';
import type { SegmentsNow } from '../decide/index.ts';
import { forgetSnapshots } from '../features/index.ts';
import { listWorkspaces } from '../govern/index.ts';
import { listRecut, openFollower, resolveAll, type SessionsNow } from '../identify/index.ts';
import { failAbandonedTrainings, type IntentNow } from '../predict/index.ts';
import type { Store } from '../store/index.ts';
import { fromClickHouseTime, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time.ts';
import { type Numbers, timing } from './metrics.ts';
import { clockIn, NIGHT_HOUR, spendNight } from './night.ts';

export type UpkeepOptions = {
  store: Store;
  intake: Intake;
  live: IntentNow;
  sessions: SessionsNow;
  segments: SegmentsNow;
  feed: SegmentFeed;
  numbers: Pick<Numbers, 'shipping' | 'work'>;
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

const TICK_MS = MINUTE_MS / 4;
/** About a millisecond of the thread that answers. */
const ROWS_IN_A_TURN = 200;

export async function openUpkeep(options: UpkeepOptions): Promise<Upkeep> {
  const { store, intake, live, sessions, segments, feed, numbers, now, onNews, onFault } = options;
  await failAbandonedTrainings(store, now());
  await failAbandonedSyncs(store, now());
  const behind = new Set(await workspacesBehind(store));
  const follower = openFollower(store, {
    now,
    isRush: intake.isRush,
    onMoved: (workspace, moves) => {
      live.moved(workspace, moves);
      sessions.moved(workspace, moves);
      // Those who are shown next wait behind it.
      void segments.moved(workspace, moves);
    },
    onFault,
  });
  const unsubscribe = intake.onShipped(async (rows, memberships) => {
    if (rows.length > 0) {
      const waited = now().getTime() - fromClickHouseTime(rows[0].received_at).getTime();
      numbers.shipping.observe(waited / SECOND_MS);
      // A block is some thousand rows, and whoever asks meanwhile would wait for all of them.
      for (let from = 0; from < rows.length; from += ROWS_IN_A_TURN) {
        const some = rows.slice(from, from + ROWS_IN_A_TURN);
        live.shipped(some);
        sessions.shipped(some);
        await setImmediate();
      }
      await follower.shipped(rows);
    }
    await segments.shipped([...rows, ...memberships]);
  });
  let underWay: Promise<void> | undefined;
  let prunedAt = 0;
  let watchedAt = 0;
  let tidiedOn = '';

  const resolve = async (workspace: string) => {
    const work = resolveAll(store, { workspace, now: now() });
    await timing((seconds) => numbers.work.observe(seconds, 'resolve'), work);
    sessions.resolved(workspace);
    segments.resolved(workspace);
  };
  const scoredIn = (workspace: string) => (seconds: number) => {
    numbers.work.observe(seconds, 'score');
    segments.resolved(workspace);
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
    const workspaces = await listWorkspaces(store);
    for (const { id, timeZone } of workspaces) {
      if (watching) {
        const watch = { workspace: id, now: now(), log: onNews, onFault };
        await attempt(() => watchOver(store, watch), 'looking for alerts');
      }
      await attempt(
        () => spendNight(store, { workspace: id, timeZone, now: now(), resolve, onFault, onScored: scoredIn(id) }),
        'scoring at night',
      );
      await attempt(() => segments.tick([id]), 'looking at the segments of everybody');
      await attempt(() => feed.tick([id]), 'telling of segments');
    }
    // After the first night's work: deletions leave the events without their order by name, and slower to ask.
    const { day, hour } = clockIn(workspaces[0]?.timeZone ?? 'UTC', now());
    if (hour >= NIGHT_HOUR && hour < NIGHT_HOUR + 4 && day !== tidiedOn) {
      tidiedOn = day;
      await attempt(() => store.facts.tidy('events'), 'writing events anew');
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
      await segments.close();
      await feed.close();
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
