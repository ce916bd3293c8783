// How well people are recognised across platforms: the share seen on two platforms or more, how many each two platforms
// have in common, and how the share went over time. Below a quarter something is likely not linked that should be [WH-14].

import type { Store } from '../store/index.ts';
import { DAY_MS, fromClickHouseTime } from '../time.ts';
import { resolvedEventsSql } from './people.ts';

export const CROSS_PLATFORM_AT_LEAST = 0.25;

export type CrossPlatform = {
  /** People seen on some platform, and those seen on two or more. */
  people: number;
  acrossPlatforms: number;
  /** null while nobody was seen, or on one platform only. */
  rate: number | null;
  atLeast: number;
  /** Whether the rate is below what it should be. */
  isBelow: boolean;
  platforms: { platform: string; people: number }[];
  /** People seen on both. */
  overlap: { a: string; b: string; people: number }[];
};

export async function crossPlatformOf({ facts }: Store, workspace: string): Promise<CrossPlatform> {
  const sets = await facts.rows<{ platforms: string[]; people: string }>(
    `SELECT arraySort(platforms) AS platforms, count() AS people FROM profiles FINAL
     WHERE workspace = {workspace:String} AND notEmpty(platforms) AND NOT bot GROUP BY platforms`,
    { workspace },
  );
  const seen = new Map<string, number>();
  const both = new Map<string, { a: string; b: string; people: number }>();
  let [people, across] = [0, 0];
  for (const { platforms, people: text } of sets) {
    const count = Number(text);
    people += count;
    if (platforms.length > 1) across += count;
    for (const [i, a] of platforms.entries()) {
      seen.set(a, (seen.get(a) ?? 0) + count);
      for (const b of platforms.slice(i + 1)) {
        const known = both.get(`${a} ${b}`) ?? { a, b, people: 0 };
        both.set(`${a} ${b}`, { ...known, people: known.people + count });
      }
    }
  }
  const rate = seen.size > 1 ? across / people : null;
  const byPeople = <R extends { people: number }>(rows: R[]) => rows.sort((x, y) => y.people - x.people);
  return {
    people,
    acrossPlatforms: across,
    rate,
    atLeast: CROSS_PLATFORM_AT_LEAST,
    isBelow: rate !== null && rate < CROSS_PLATFORM_AT_LEAST,
    platforms: byPeople([...seen].map(([platform, count]) => ({ platform, people: count }))),
    overlap: byPeople([...both.values()]),
  };
}

/** Of those seen in each week, the share seen on two platforms or more in it; the weeks before `until`, oldest first. */
export async function crossPlatformByWeek(
  { facts }: Store,
  workspace: string,
  { weeks, until }: { weeks: number; until: Date },
): Promise<{ week: Date; people: number; acrossPlatforms: number }[]> {
  const from = new Date(until.getTime() - weeks * 7 * DAY_MS);
  const events = resolvedEventsSql({
    columns: ['at', 'platform'],
    from,
    to: until,
    where: "platform != '' AND NOT bot",
  });
  const rows = await facts.rows<{ week: string; people: string; across: string }>(
    `SELECT toString(toDateTime64(week, 3, 'UTC')) AS week, count() AS people, countIf(platforms > 1) AS across FROM (
       SELECT toMonday(at) AS week, profile, uniqExact(platform) AS platforms FROM (${events}) GROUP BY week, profile)
     GROUP BY week ORDER BY week`,
    { workspace },
    'batch',
  );
  return rows.map(({ week, people, across }) => ({
    week: fromClickHouseTime(week),
    people: Number(people),
    acrossPlatforms: Number(across),
  }));
}
