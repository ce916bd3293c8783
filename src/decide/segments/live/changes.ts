// What became of somebody: the segments they entered and left, and why, told once. A change is the n-th of its person; one
// that is written again, the answer having been lost, replaces itself. The log is written first, then what everybody is
// in, which after a crash is made good from the log.

import type { Store } from '../../../store/index.ts';
import { toClickHouseTime } from '../../../time.ts';

export const causes = ['event', 'time', 'identity', 'hand', 'sweep'] as const;
/** An event; time alone; another opinion of who is who; a list kept by hand; or found by the look at everybody. */
export type Cause = (typeof causes)[number];

export type Change = {
  profile: bigint;
  revision: number;
  /** Epoch ms. */
  at: number;
  entered: readonly number[];
  gone: readonly number[];
  /** Those they are in after it, ascending. */
  segments: readonly number[];
  cause: Cause;
  event?: { messageId: string; name: string; at: number };
  /** In words, by the number of the segment. */
  reasons: Readonly<Record<number, readonly string[]>>;
};

export async function writeChanges({ facts }: Store, workspace: string, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const never = toClickHouseTime(0);
  const logged = changes.filter(({ entered, gone }) => entered.length + gone.length > 0);
  await facts.insert(
    'segment_changes',
    logged.map(({ profile, revision, at, entered, gone, segments, cause, event, reasons }) => ({
      ...{ workspace, profile: String(profile), revision, at: toClickHouseTime(at), entered, gone, segments, cause },
      ...{ message_id: event?.messageId ?? '', event: event?.name ?? '' },
      event_at: event ? toClickHouseTime(event.at) : never,
      reasons,
    })),
    { lane: 'online' },
  );
  await facts.insert(
    'segment_people',
    changes.map(({ profile, revision, at, segments }) => ({
      ...{ workspace, profile: String(profile), segments, revision, changed_at: toClickHouseTime(at) },
    })),
    { lane: 'online' },
  );
}

/** Takes in the changes that a crash kept from what everybody is in. */
export async function catchUp({ facts }: Store, workspace: string): Promise<void> {
  const here = 'workspace = {workspace:String}';
  await facts.command(
    `INSERT INTO segment_people (workspace, profile, segments, revision, changed_at)
     SELECT {workspace:String}, c.profile, c.segments, c.newest, c.changed_at
     FROM (SELECT profile, argMax(segments, segment_changes.revision) AS segments, max(segment_changes.revision) AS newest,
         argMax(at, segment_changes.revision) AS changed_at
       FROM segment_changes WHERE ${here} AND at >= (SELECT max(changed_at) - INTERVAL 1 DAY FROM segment_people WHERE ${here})
       GROUP BY profile) AS c
     LEFT JOIN (SELECT profile, max(segment_people.revision) AS revision FROM segment_people WHERE ${here} GROUP BY profile) AS p
       ON c.profile = p.profile
     WHERE c.newest > p.revision`,
    { workspace },
  );
}
