// Money that is in no sum because it was sent in another currency than the workspace's: shown beside the sums.

import type { Store } from '../../store/index.ts';

export type OtherCurrency = { currency: string; purchases: number; revenue: number };

/** Of everybody, or of the person with these nodes; the most purchases first. */
export async function readOtherCurrencies(
  { facts }: Store,
  { workspace, currency, nodes }: { workspace: string; currency: string | null; nodes?: readonly string[] },
): Promise<OtherCurrency[]> {
  if (currency === null) return [];
  const theirs = nodes ? 'AND node IN (SELECT toUInt64(arrayJoin({nodes:Array(String)})))' : '';
  const rows = await facts.rows<{ currency: string; purchases: string; revenue: number }>(
    `SELECT currency, count() AS purchases, sum(revenue) AS revenue FROM events
     WHERE workspace = {workspace:String} ${theirs} AND event = 'purchase' AND currency NOT IN ('', {currency:String})
     GROUP BY currency ORDER BY purchases DESC, currency LIMIT 20`,
    { workspace, currency, ...(nodes && { nodes }) },
  );
  return rows.map((row) => ({ ...row, purchases: Number(row.purchases) }));
}
