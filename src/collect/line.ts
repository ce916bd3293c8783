// Rows as journal lines and back. A line is one letter for the table and the row as JSON without the columns at their
// default, which is what the engine reads; so a line is shipped as it was journalled, without being parsed again.

import { isMembership } from './catalogue.ts';
import type { EventRow } from './message.ts';

/** One row of `rejected_events`. */
export type RejectedRow = {
  workspace: string;
  id: string;
  at: string;
  source: string;
  code: string;
  reason: string;
  field: string;
  value: string;
  body: string;
};

/** One row of `plan_violations`. */
export type ViolationRow = {
  workspace: string;
  at: string;
  plan_version: number;
  type: string;
  event: string;
  property: string;
  problem: string;
  action: string;
  source: string;
  events: number;
  detail: string;
  sample: string;
  message_id: string;
};

/** One row of `withheld_events`; columns at their default may be absent. */
export type WithheldRow = {
  workspace: string;
  at: string;
  category: string;
  reason: string;
  kept: string;
  event: string;
  events: number;
  source?: string;
  platform?: string;
  page_path?: string;
  country?: string;
  product_ids?: string[];
  currency?: string;
  revenue?: number;
};

export const EVENT_LINE = 'E';
/** An event that is bookkeeping; its row is like any event's. */
export const MEMBERSHIP_LINE = 'M';
export const REJECTED_LINE = 'R';
const VIOLATION_LINE = 'V';
const WITHHELD_LINE = 'W';

/**
 * The tables of events. Memberships stand apart, so that whatever reasons about what people do cannot mistake them for it:
 * who reads `events` does not see them.
 */
export const eventTables: Readonly<Record<string, 'events' | 'membership_events'>> = {
  [EVENT_LINE]: 'events',
  [MEMBERSHIP_LINE]: 'membership_events',
};

/** The letter of an event's line. */
export function letterOf(event: string): string {
  return isMembership(event) ? MEMBERSHIP_LINE : EVENT_LINE;
}

/** The tables of the lines that are no events. */
export const tablesBeside: Readonly<Record<string, string>> = {
  [REJECTED_LINE]: 'rejected_events',
  [VIOLATION_LINE]: 'plan_violations',
  [WITHHELD_LINE]: 'withheld_events',
};

/** The engine reads a JSON object in a column of text as its text, so these stand in the line as they are. */
const objects = new Set(['properties', 'traits', 'context']);

export function eventLine(row: EventRow): string {
  let line = letterOf(row.event);
  let glue = '{';
  const columns = row as unknown as Record<string, string | number | readonly unknown[]>;
  for (const column in columns) {
    const value = columns[column];
    if (value === '' || value === 0 || (typeof value === 'object' && value.length === 0)) continue;
    const isWritten = typeof value === 'number' || objects.has(column);
    line += `${glue}"${column}":${isWritten ? value : JSON.stringify(value)}`;
    glue = ',';
  }
  return `${line}}`;
}

export function rejectedLine(row: RejectedRow): string {
  return REJECTED_LINE + JSON.stringify(row);
}

export function violationLine(row: ViolationRow): string {
  return VIOLATION_LINE + JSON.stringify(row);
}

export function withheldLine(row: WithheldRow): string {
  return WITHHELD_LINE + JSON.stringify(row);
}

/** The row of a journalled event, with every column. */
export function eventRowOf(payload: Buffer): EventRow {
  const row = { ...defaults(), ...(JSON.parse(payload.toString('utf8', 1)) as Partial<EventRow>) };
  row.properties = asText(row.properties);
  row.traits = asText(row.traits);
  row.context = asText(row.context);
  return row;
}

/** Lines from before objects stood in them as they are hold their text. */
function asText(json: unknown): string {
  return typeof json === 'string' ? json : JSON.stringify(json);
}

/** Lists are made anew for each row: a listener may change its own. */
function defaults(): EventRow {
  return {
    ...emptyColumns,
    external_ids: [],
    product_ids: [],
    categories: [],
    brands: [],
    prices: [],
    quantities: [],
  };
}

const emptyColumns = {
  workspace: '',
  message_id: '',
  type: '',
  event: '',
  name: '',
  at: '',
  received_at: '',
  anonymous_id: '',
  user_id: '',
  email_hash: '',
  phone_hash: '',
  previous_id: '',
  sealed: '',
  particulars: '',
  anchor: '',
  session_id: '',
  source: '',
  platform: '',
  page_url: '',
  page_path: '',
  page_title: '',
  referrer: '',
  traffic_source: '',
  campaign: '',
  medium: '',
  term: '',
  content: '',
  click_id: '',
  device_type: '',
  browser: '',
  os: '',
  screen: '',
  language: '',
  timezone: '',
  country: '',
  city: '',
  order_id: '',
  coupon: '',
  search_query: '',
  currency: '',
  revenue: 0,
  scroll_depth: 0,
  seconds_on_page: 0,
  bot: 0 as const,
  hosted: 0 as const,
  properties: '{}',
  traits: '{}',
  context: '{}',
};
