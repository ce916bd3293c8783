// What is kept of an event while visits are cut and described: the same columns in SQL, as a tuple, and in memory.

import type { EventRow } from '../../collect/index.ts';
import { fromClickHouseTime } from '../../time.ts';
import { type Ruled, ruleColumns } from './rule.ts';
import { outsideVisits } from './visit.ts';

export type Step = Ruled & {
  message_id: string;
  event: string;
  page_path: string;
  referrer: string;
  seconds_on_page: number;
  scroll_depth: number;
  revenue: number;
  currency: string;
  platform: string;
  device_type: string;
  browser: string;
  os: string;
  country: string;
  term: string;
  content: string;
  bot: number;
  hosted: number;
};

/** In the order of the tuple, behind the moment. The first two order a person's events. */
export const tupleColumns = [
  ...['message_id', 'event', 'page_path', 'referrer', 'seconds_on_page', 'scroll_depth', 'revenue', 'platform'],
  ...['device_type', 'browser', 'os', 'country', 'traffic_source', 'medium', 'campaign', 'term', 'content', 'click_id'],
  'bot',
  'hosted',
] as const satisfies readonly (keyof Step)[];

export type TupleColumn = (typeof tupleColumns)[number];

/** The columns of `events` behind a step. */
export const stepColumns: readonly string[] = [...new Set(['at', 'currency', ...tupleColumns, ...ruleColumns])];

const outside = new Set(outsideVisits);

/** undefined for what is no part of a visit. */
export function stepOf(row: Pick<EventRow, Exclude<keyof Step, 'at'>> & { at: string }): Step | undefined {
  if (outside.has(row.event)) return undefined;
  const { message_id, event, page_path, referrer, revenue, currency, platform, device_type, browser, os, country } =
    row;
  const { session_id, traffic_source, medium, campaign, click_id, term, content, bot, hosted } = row;
  return {
    ...{ message_id, event, page_path, referrer, revenue, currency, platform, device_type, browser, os, country },
    ...{ session_id, traffic_source, medium, campaign, click_id, term, content, bot, hosted },
    at: fromClickHouseTime(row.at).getTime(),
    // Of 32 bits, as the table holds them.
    seconds_on_page: Math.fround(row.seconds_on_page),
    scroll_depth: Math.fround(row.scroll_depth),
  };
}

/** Puts a step in its place, by moment and message; false when it is there already. */
export function putStep(steps: Step[], step: Step): boolean {
  let i = steps.length;
  while (i > 0 && isBefore(step, steps[i - 1])) i--;
  if (i > 0 && steps[i - 1].at === step.at && steps[i - 1].message_id === step.message_id) return false;
  if (i === steps.length) steps.push(step);
  else steps.splice(i, 0, step);
  return true;
}

function isBefore(a: Step, b: Step): boolean {
  return a.at !== b.at ? a.at < b.at : a.message_id < b.message_id;
}
