// No data [WH-14]: a workspace that has had events gets none any more. A shop that is closed at night sets more hours.

import { Type } from 'typebox';
import { fromClickHouseTime, HOUR_MS } from '../time.ts';
import { alert } from './alert.ts';

export const freshness = alert({
  name: 'no_data',
  sentence: 'No event has come in for so many hours.',
  settings: Type.Object({
    hours: Type.Number({ minimum: 1, maximum: 8760, default: 24, description: 'Hours without an event.' }),
  }),
  look: async (store, { workspace, settings, now }) => {
    const [row] = await store.facts.rows<{ n: string; last: string }>(
      'SELECT count() AS n, toString(max(received_at)) AS last FROM events WHERE workspace = {workspace:String}',
      { workspace },
    );
    if (Number(row.n) === 0) return undefined;
    const last = fromClickHouseTime(row.last);
    const hours = (now.getTime() - last.getTime()) / HOUR_MS;
    if (hours < settings.hours) return undefined;
    return {
      message: `No event has come in for ${Math.floor(hours)} hours.`,
      hint: 'Look at the sites and servers that send: is the write key valid, is the address right, does the door answer?',
      since: last,
    };
  },
});
