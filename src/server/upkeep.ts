// What keeps itself current while the service runs: people are resolved again soon after events came in, and every
// night, by the clock of the workspace, everybody is scored anew. Stages of the road, never two at once.

import type { EventRow, Intake } from '../collect/index.ts';
import { listWorkspaces } from '../govern/index.ts';
import { followBlock, resolveAll } from '../identify/index.ts';
import { failAbandonedTrainings, findActiveModel, type IntentNow, scoreEveryone } from '../predict/index.ts';
import type { Store } from '../store/index.ts';
import { MINUTE_MS } from '../time.ts';
import { momentOfScoring } from './pipeline.ts';

export type UpkeepOptions = {
  store: Store;
  intake: Intake;
  live: IntentNow;
  now(): Date;
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
/** A pass over everybody waits so many times as long as the last one took. */
const REST = 20;

export async function openUpkeep({ store, intake, live, now, onFault }: UpkeepOptions): Promise<Upkeep> {
  await failAbandonedTrainings(store, now());
  const changed = new Set(await workspacesBehind(store));
  const restUntil = new Map<string, number>();
  const unsubscribe = intake.onShipped(async (rows) => {
    for (const [workspace, own] of Map.groupBy(rows, (row: EventRow) => row.workspace)) {
      changed.add(workspace);
      const { moved } = await followBlock(store, workspace, own, { now: now() });
      live.shipped(own);
      live.moved(workspace, moved);
    }
  });
  let underWay: Promise<void> | undefined;

  const refresh = async (workspace: string) => {
    if ((restUntil.get(workspace) ?? 0) > now().getTime()) return;
    changed.delete(workspace);
    const started = performance.now();
    await resolveAll(store, { workspace, now: now() });
    restUntil.set(workspace, now().getTime() + REST * (performance.now() - started));
  };
  const pass = async () => {
    for (const workspace of [...changed]) await attempt(() => refresh(workspace), 'resolving people');
    for (const { id, timeZone } of await listWorkspaces(store)) {
      await attempt(() => scoreNightly(store, id, timeZone, now()), 'scoring at night');
    }
  };
  const attempt = async (work: () => Promise<void>, doing: string) => {
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

/** Once a night: people resolved, then scored with the active model. A workspace without a model has nothing due. */
async function scoreNightly(store: Store, workspace: string, timeZone: string, now: Date): Promise<void> {
  const { day, hour } = clockIn(timeZone, now);
  if (hour < NIGHT_HOUR) return;
  const model = await findActiveModel(store, workspace);
  if (!model) return;
  const [last] = await store.state.query<{ value: { day: string } }>(
    `SELECT value FROM settings WHERE workspace = $1 AND name = 'scored_night'`,
    [workspace],
  );
  if (last ? last.value.day >= day : model.createdAt.slice(0, 10) >= day) return;
  await resolveAll(store, { workspace, now });
  await scoreEveryone(store, { workspace, asOf: await momentOfScoring(store, workspace, now), now });
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
