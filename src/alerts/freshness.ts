// No data [WH-14]: a workspace that has had events gets none any more. A shop that is closed at night sets more hours.

import { Type } from 'typebox';
import { fromClickHouseTime, HOUR_MS, toClickHouseTime } from '../time.ts';
import { alert } from './alert.ts';

export const freshness = alert({
  name: 'no_data',
  sentence: 'No event has come in for so many hours.',
  settings: Type.Object({
    hours: Type.Number({ minimum: 1, maximum: 8760, default: 24, description: 'Hours without an event.' }),
  }),
  look: async (store, { workspace, settings, now }) => {
    // Where data come in, which is nearly always, the first rows that are read answer.
    const since = toClickHouseTime(now.getTime() - settings.hours * HOUR_MS);
    const late = "workspace = {workspace:String} AND received_at > {since:DateTime64(3, 'UTC')}";
    const fresh = await store.facts.holds('events', late, { workspace, since });
    if (fresh) return undefined;
    const [row] = await store.facts.rows<{ n: string; last: string }>(
      'SELECT count() AS n, toString(max(received_at)) AS last FROM events WHERE workspace = {workspace:String}',
      { workspace },
    );
    if (Number(row.n) === 0) return undefined;
    const last = fromClickHouseTime(row.last);
    const hours = (now.getTime() - last.getTime()) / HOUR_MS;
    return {
      message: `No event has come in for ${Math.floor(hours)} hours.`,
      hint: 'Look at the sites and servers that send: is the write key valid, is the address right, does the door answer?',
      since: last,
    };
  },
});
