// Segments while the service runs: blocks that reached the facts are shown to the live executor, changed rules are put
// together anew, and every so often everybody is looked at in batch, ahead of time: who differs from what they should be
// by the next look is loaded, so that what is wrong is put right and what time is going to change has its timer.

import type { EventRow } from '../../collect/index.ts';
import type { WorkspaceConsent } from '../../govern/index.ts';
import type { Store } from '../../store/index.ts';
import { MINUTE_MS, SECOND_MS, toClickHouseTime } from '../../time.ts';
import { type Around, programOf, readAround } from './around.ts';
import { contextOf } from './context.ts';
import { countMembers, differing, gather } from './everybody.ts';
import { type Change, catchUp } from './live/changes.ts';
import { type LiveSegments, openLiveSegments, TIMERS_AHEAD_MS } from './live/live.ts';
import type { Context } from './live/person.ts';
import { segmentsIn } from './rule.ts';

export type SegmentsNowOptions = {
  now: () => Date;
  /** What the people of a workspace allow. */
  consentOf(workspace: string): WorkspaceConsent | Promise<WorkspaceConsent>;
  onFault(error: unknown, doing: string): void;
  /** Called when changes are written, in order. */
  onChanges?: (workspace: string, changes: readonly Change[]) => void;
  /** Kept in memory for each workspace. */
  peopleAtMost?: number;
};

export type Look = {
  /** People who were loaded because they differed, or will by the next look. */
  people: number;
  seconds: number;
};

export interface SegmentsNow {
  /** Rows that are in the facts and whose people are followed. What fails is told to onFault and made good by the next look. */
  shipped(rows: readonly EventRow[]): Promise<void>;
  /** Identifiers that belong to another profile now; fails as `shipped` does. */
  moved(workspace: string, moves: readonly { node: bigint; profile: bigint }[]): Promise<void>;
  /** Rules were made, changed or archived: resolves when their people are put together. */
  changed(workspace: string): Promise<void>;
  /** People whose lists by hand were changed. */
  listed(workspace: string, profiles: readonly bigint[]): Promise<void>;
  /** Who is who, or the scores, changed for many: everybody is looked at next. */
  resolved(workspace: string): void;
  /** Looks at everybody now. */
  look(workspace: string): Promise<Look>;
  /** Does what is due; called every some seconds. */
  tick(workspaces: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

type Running = {
  live: LiveSegments;
  context: Context;
  around: Around;
  /** What the program was compiled from. */
  made: string;
  /** When everybody is looked at next, epoch ms, and how long it is between looks. */
  lookAt: number;
  lookEveryMs: number;
  /** Who is in memory may be known under another profile by now. */
  isStale: boolean;
};

const LOOK_EVERY_MS = 15 * MINUTE_MS;
/** Looking at everybody takes a twentieth of the time at most. */
const LOOK_SHARE = 20;
const TIMER_AT_LEAST_MS = 20;
const TIMER_AT_MOST_MS = 30 * SECOND_MS;

export function openSegmentsNow(store: Store, options: SegmentsNowOptions): SegmentsNow {
  const { now, consentOf, onFault, onChanges, peopleAtMost } = options;
  const running = new Map<string, Running>();
  const lines = new Map<string, Promise<unknown>>();
  const timers = new Map<string, NodeJS.Timeout>();
  let closed = false;

  const inTurn = <T>(workspace: string, work: () => Promise<T>): Promise<T> => {
    const mine = (lines.get(workspace) ?? Promise.resolve()).then(work);
    lines.set(
      workspace,
      mine.catch(() => {}),
    );
    return mine;
  };

  const open = async (workspace: string): Promise<Running> => {
    const known = running.get(workspace);
    if (known) return known;
    await catchUp(store, workspace);
    return begin(workspace);
  };

  /** Takes in what is newer; compiles the rules where they changed and puts together the people of those that did. */
  const begin = async (workspace: string): Promise<Running> => {
    const known = running.get(workspace);
    const around = await readAround(store, workspace, await consentOf(workspace));
    const context = await contextOf(store, workspace, {
      program: programOf(around),
      allows: around.allows,
      now: now(),
    });
    const at = now().getTime();
    const unsettled = await unsettledOf(store, workspace, around);
    const made = JSON.stringify([
      context.program.segments,
      context.program.leaves.map(({ needs }) => needs.scores ?? 0),
    ]);
    if (known && known.made === made && unsettled.size === 0) {
      const { program: _, ...newer } = context;
      Object.assign(known.context, newer);
      known.around = around;
      return known;
    }
    // What was not written yet is, and nothing is written while people are put together.
    await known?.live.alone(async () => {});
    if (unsettled.size > 0) {
      const program = programOf(around, unsettled);
      if (program.segments.length > 0) await gather(store, { workspace, program, allows: around.allows, at });
    }
    const live = openLiveSegments(store, {
      ...{ workspace, context, peopleAtMost },
      now: () => now().getTime(),
      onChanges: (changes) => onChanges?.(workspace, changes),
    });
    const begun = {
      live,
      context,
      around,
      made,
      lookAt: known?.lookAt ?? at,
      lookEveryMs: known?.lookEveryMs ?? LOOK_EVERY_MS,
      isStale: false,
    };
    running.set(workspace, begun);
    if (unsettled.size > 0) {
      await noteSizes(store, workspace, around, now());
      await settled(store, workspace, around, unsettled);
      begun.lookAt = at;
    }
    return begun;
  };

  const schedule = (workspace: string, live: LiveSegments) => {
    clearTimeout(timers.get(workspace));
    const next = live.next();
    if (closed || next === Infinity) return;
    const wait = Math.min(TIMER_AT_MOST_MS, Math.max(TIMER_AT_LEAST_MS, next - now().getTime()));
    timers.set(workspace, setTimeout(() => void onTime(workspace), wait).unref());
  };
  const onTime = (workspace: string) =>
    inTurn(workspace, async () => {
      const known = running.get(workspace);
      if (known === undefined) return;
      await known.live.tick();
      schedule(workspace, known.live);
    }).catch((error) => onFault(error, 'following segments in time'));

  /** With the live side of a workspace; nothing where it has no segments. */
  const withLive = (workspace: string, work: (live: LiveSegments) => Promise<void>): Promise<void> =>
    inTurn(workspace, async () => {
      const { live, context } = await open(workspace);
      if (context.program.segments.length === 0) return;
      await work(live);
      schedule(workspace, live);
    });

  const following = (workspace: string, work: (live: LiveSegments) => Promise<void>): Promise<void> =>
    withLive(workspace, work).catch((error) => {
      onFault(error, 'following segments');
      forget(workspace);
    });
  const forget = (workspace: string) => {
    const known = running.get(workspace);
    if (known) Object.assign(known, { lookAt: 0, isStale: true });
  };

  /** Everybody is read while blocks go on being followed: who is found to differ is loaded as they are by then. */
  const look = async (workspace: string): Promise<Look> => {
    const started = performance.now();
    const begun = await inTurn(workspace, async () => {
      const before = await open(workspace);
      if (before.isStale) await before.live.alone(async () => {});
      const latest = await begin(workspace);
      latest.isStale = false;
      return latest;
    });
    const { live, context, around } = begun;
    let people = 0;
    const at = now().getTime();
    if (context.program.segments.length > 0) {
      const by = at + begun.lookEveryMs;
      for await (const some of differing(store, {
        workspace,
        program: context.program,
        allows: around.allows,
        at: by,
      })) {
        const isCurrent = await inTurn(workspace, async () => {
          if (running.get(workspace) !== begun) return false;
          await live.look(some, 'sweep');
          schedule(workspace, live);
          return true;
        });
        // Other rules by now: their own look is due.
        if (!isCurrent) break;
        people += some.length;
      }
      await noteSizes(store, workspace, around, now());
    }
    const ms = performance.now() - started;
    // What was foreseen reaches to the next look; how far the one after it has to reach is known by how long this took.
    begun.lookAt = at + begun.lookEveryMs;
    begun.lookEveryMs = Math.min(TIMERS_AHEAD_MS, Math.max(LOOK_EVERY_MS, LOOK_SHARE * ms));
    return { people, seconds: ms / SECOND_MS };
  };

  return {
    async shipped(rows) {
      for (const [workspace, own] of Map.groupBy(rows, (row) => row.workspace)) {
        await following(workspace, (live) => live.take(own));
      }
    },
    moved: (workspace, moves) => following(workspace, (live) => live.moved(moves)),
    changed: (workspace) =>
      inTurn(workspace, async () => {
        await open(workspace);
        const { live } = await begin(workspace);
        schedule(workspace, live);
      }),
    listed: (workspace, profiles) => withLive(workspace, (live) => live.look(profiles, 'hand')),
    resolved: forget,
    look,
    async tick(workspaces) {
      for (const workspace of workspaces) {
        const { live, lookAt, context } = await inTurn(workspace, () => open(workspace));
        if (live.next() <= now().getTime()) await onTime(workspace);
        if (context.program.segments.length > 0 && now().getTime() >= lookAt) await look(workspace);
      }
    },
    async close() {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(lines.values());
    },
  };
}

/** Numbers of segments whose people were not put together since their rule changed, or one that it refers to. */
async function unsettledOf({ state }: Store, workspace: string, { segments }: Around): Promise<Set<number>> {
  const rows = await state.query<{ id: string; number: number }>(
    'SELECT id, number FROM rule_segments WHERE workspace = $1 AND settled_revision != revision',
    [workspace],
  );
  const ids = new Set(rows.map(({ id }) => id));
  for (let before = -1; before < ids.size; ) {
    before = ids.size;
    for (const { id, rule } of segments) if (segmentsIn(rule).some((other) => ids.has(other))) ids.add(id);
  }
  const numbers = new Set(rows.map(({ number }) => number));
  for (const { id, number } of segments) if (ids.has(id)) numbers.add(number);
  return numbers;
}

async function settled(
  { state }: Store,
  workspace: string,
  { segments }: Around,
  numbers: ReadonlySet<number>,
): Promise<void> {
  for (const { number, revision } of segments.filter((segment) => numbers.has(segment.number))) {
    await state.query('UPDATE rule_segments SET settled_revision = $3 WHERE workspace = $1 AND number = $2', [
      workspace,
      number,
      revision,
    ]);
  }
  await state.query(
    "UPDATE rule_segments SET settled_revision = revision WHERE workspace = $1 AND status = 'archived'",
    [workspace],
  );
}

const SIZES_EVERY_MS = 60 * MINUTE_MS;

/** The latest sizes, and once an hour a point of their history. */
async function noteSizes(store: Store, workspace: string, { segments }: Around, now: Date): Promise<void> {
  const sizes = await countMembers(store, workspace);
  const active = segments.filter(({ status }) => status === 'active');
  for (const { number } of active) {
    await store.state.query(
      'UPDATE rule_segments SET size = $3, counted_at = $4 WHERE workspace = $1 AND number = $2',
      [...[workspace, number, sizes.get(number) ?? 0, now]],
    );
  }
  const hour = toClickHouseTime(Math.floor(now.getTime() / SIZES_EVERY_MS) * SIZES_EVERY_MS);
  await store.facts.insert(
    'segment_sizes',
    active.map(({ number }) => ({ workspace, segment: number, at: hour, size: sizes.get(number) ?? 0 })),
    { lane: 'online' },
  );
}
