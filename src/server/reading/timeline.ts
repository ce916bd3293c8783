// What one person did, latest first, in words, and which segments they entered and left where those say so. Reads by the
// person's nodes, which is the order of the tables.

import { describeEvent, eventTables, isMembership } from '../../collect/index.ts';
import type { Store } from '../../store/index.ts';
import { fromClickHouseTime, toClickHouseTime } from '../../time.ts';

export type TimelineEvent = {
  messageId: string;
  at: Date;
  event: string;
  name: string;
  summary: string;
  platform: string;
  revenue: number | null;
  /** As sent; '' = that of the workspace. */
  currency: string;
  products: { id: string; category: string; price: number | null; quantity: number | null }[];
  properties: Record<string, unknown>;
};

export type TimelineQuery = { workspace: string; nodes: readonly string[]; before?: Date; limit: number };

/** A page may run over its limit: events of one millisecond stay together, since the next page begins before it. */
export async function readTimeline(
  { facts }: Store,
  { workspace, nodes, before, limit }: TimelineQuery,
): Promise<{ events: TimelineEvent[]; nextBefore: Date | null }> {
  const theirs = Object.values(eventTables).map(
    (table) => `SELECT message_id, at, event, name, platform, revenue, currency, page_title, page_path, search_query,
       product_ids, categories, brands, prices, quantities, properties
     FROM ${table}${table === 'events' ? '' : ' FINAL'}
     WHERE workspace = {workspace:String} AND node IN (SELECT toUInt64(arrayJoin({nodes:Array(String)})))
       AND at < {before:DateTime64(3, 'UTC')}
     ORDER BY at DESC LIMIT {limit:UInt32} WITH TIES`,
  );
  const rows = await facts.rows<Row>(
    `SELECT * EXCEPT (at), toString(at) AS moment FROM (${theirs.map((one) => `(${one})`).join(' UNION ALL ')})
     ORDER BY at DESC LIMIT {limit:UInt32} WITH TIES`,
    { workspace, nodes, before: before ? toClickHouseTime(before) : '2199-01-01 00:00:00.000', limit },
  );
  const events = rows.map(toTimelineEvent);
  return { events, nextBefore: rows.length >= limit ? events[events.length - 1].at : null };
}

type Row = {
  message_id: string;
  moment: string;
  event: string;
  name: string;
  platform: string;
  revenue: number;
  currency: string;
  page_title: string;
  page_path: string;
  search_query: string;
  product_ids: string[];
  categories: string[];
  brands: string[];
  prices: number[];
  quantities: number[];
  properties: string;
};

function toTimelineEvent(row: Row): TimelineEvent {
  return {
    messageId: row.message_id,
    at: fromClickHouseTime(row.moment),
    event: row.event,
    name: row.name,
    summary: isMembership(row.event) ? summariseMembership(row) : summarise(row),
    platform: row.platform,
    revenue: row.revenue === 0 ? null : row.revenue,
    currency: row.currency,
    products: row.product_ids.map((id, i) => ({
      id,
      category: row.categories[i] ?? '',
      price: row.prices[i] ?? null,
      quantity: row.quantities[i] ?? null,
    })),
    properties: parseObject(row.properties),
  };
}

/** "Viewed a product: Shoes, by Acme", "Searched: red boots", "Bought: 3 products for 84.50 EUR". */
export function summarise(row: Omit<Row, 'message_id' | 'moment' | 'platform' | 'properties'>): string {
  const what = describeEvent(row.event) ?? row.name;
  const detail = detailOf(row);
  return detail ? `${what}: ${detail}` : what;
}

/** "Entered the segment VIP". */
function summariseMembership({ event, properties }: Row): string {
  const name = parseObject(properties)['segment_name'];
  if (typeof name !== 'string' || name === '') return describeEvent(event)!;
  return `${event === 'segment_entered' ? 'Entered' : 'Left'} the segment ${name}`;
}

function detailOf(row: Omit<Row, 'message_id' | 'moment' | 'platform' | 'properties'>): string {
  if (row.search_query) return row.search_query;
  const lines = row.product_ids.length;
  if (lines > 1) return `${lines} products${row.revenue ? ` for ${amountOf(row)}` : ''}`;
  if (lines === 1 || row.categories.length === 1) {
    const thing = [row.categories[0] || row.product_ids[0], row.brands[0] && `by ${row.brands[0]}`]
      .filter(Boolean)
      .join(', ');
    return row.revenue ? `${thing} for ${amountOf(row)}` : thing;
  }
  if (row.revenue) return amountOf(row);
  return row.page_title || row.page_path;
}

function amountOf({ revenue, currency }: Pick<Row, 'revenue' | 'currency'>): string {
  return currency ? `${revenue.toFixed(2)} ${currency}` : revenue.toFixed(2);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return text ? (JSON.parse(text) as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
