// What a call of a platform may need to know of earlier events: who placed the order that a refund speaks of.

import type { Store } from '../../store/index.ts';
import type { Lookups } from './webhook.ts';

export function lookupsIn({ facts }: Store, workspace: string): Lookups {
  return {
    buyerOf: async (order, sources) => {
      const [row] = await facts.rows<Record<'user_id' | 'anonymous_id', string>>(
        `SELECT user_id, anonymous_id FROM events
         WHERE workspace = {workspace:String} AND event = 'purchase' AND order_id = {order:String}
           AND source IN {sources:Array(String)} ORDER BY at LIMIT 1`,
        { workspace, order, sources: [...sources] },
      );
      return row && { userId: row.user_id || undefined, anonymousId: row.anonymous_id || undefined };
    },
  };
}
