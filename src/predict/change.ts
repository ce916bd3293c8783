// How somebody's score has moved [INT-8], and whether that was rapid [INT-18]: the score held against the scorings of the
// seven days before. Rapid is a move of 20 points or more within them, from their lowest score up or from their highest down.

import type { Params, Store } from '../store/index.ts';
import { addDays, fromClickHouseTime, toClickHouseTime } from '../time.ts';

export type ScoreChange = {
  /** The earliest scoring of the seven days before, which `points` is held against. */
  since: string;
  /** Points up or down since then. */
  points: number;
  /** Whether they moved rapidly, and whereto. */
  rapid: 'RISING' | 'FALLING' | null;
};

export const CHANGE_DAYS = 7;
export const RAPID_POINTS = 20;

/** What the scorings before say of people; nothing of those who had none. */
export async function readChanges(
  { facts }: Store,
  { workspace, modelId, asOf }: { workspace: string; modelId: string; asOf: Date },
  people: readonly { profile: string; score: number }[],
): Promise<Map<string, ScoreChange>> {
  const changes = new Map<string, ScoreChange>();
  if (people.length === 0) return changes;
  const params: Params = {
    workspace,
    model: modelId,
    from: toClickHouseTime(addDays(asOf, -CHANGE_DAYS)),
    asOf: toClickHouseTime(asOf),
  };
  const rows = await facts.rows<{ profile: string; since: string; first: number; least: number; most: number }>(
    `SELECT profile, toString(min(as_of)) AS since, argMin(score, as_of) AS first, min(score) AS least, max(score) AS most
     FROM scores FINAL WHERE workspace = {workspace:String} AND model_id = {model:String}
       AND as_of >= {from:DateTime64(3, 'UTC')} AND as_of < {asOf:DateTime64(3, 'UTC')}
       AND profile IN (${people.map(({ profile }) => BigInt(profile)).join(', ')})
     GROUP BY profile`,
    params,
  );
  const before = new Map(rows.map((row) => [row.profile, row]));
  for (const { profile, score } of people) {
    const row = before.get(profile);
    if (row === undefined) continue;
    const { least, most, first } = row;
    changes.set(profile, {
      since: fromClickHouseTime(row.since).toISOString(),
      points: score - first,
      rapid: rapidOf(score, { least, most }),
    });
  }
  return changes;
}

/** The larger of the two moves, where it is large enough. */
export function rapidOf(score: number, { least, most }: { least: number; most: number }): ScoreChange['rapid'] {
  const [up, down] = [score - least, most - score];
  if (Math.max(up, down) < RAPID_POINTS) return null;
  return up >= down ? 'RISING' : 'FALLING';
}
