// What each source has sent of late: SDKs under their own names, files under their format, platforms under theirs.

import type { Store } from '../../store/index.ts';
import { addDays, fromClickHouseTime, toClickHouseTime } from '../../time.ts';

export type SeenSource = { source: string; events: number; lastEventAt: Date };

const DAYS = 30;

export async function readSources({ facts }: Store, workspace: string, now: Date): Promise<SeenSource[]> {
  const rows = await facts.rows<{ source: string; events: string; last: string }>(
    `SELECT toString(source) AS source, count() AS events, toString(max(received_at)) AS last FROM events
     WHERE workspace = {workspace:String} AND received_at >= {since:DateTime64(3)}
     GROUP BY source ORDER BY last DESC, source LIMIT 200`,
    { workspace, since: toClickHouseTime(addDays(now, -DAYS)) },
  );
  return rows.map(({ source, events, last }) => ({
    source,
    events: Number(events),
    lastEventAt: fromClickHouseTime(last),
  }));
}
