// What is said of a visit [CBP-2]: the columns of seed 003's user_behavior_sessions and what else one wants to know of
// it. Each column is written once as SQL over the arrays of a visit and once over its steps in memory; a test holds both
// equal. What they look at is in visited.ts.

import { fromClickHouseTime } from '../../time.ts';
import { toHexId } from '../node.ts';
import { botMarks } from './botMarks.ts';
import type { Step, TupleColumn } from './step.ts';
import { clicks, pageEvents, quoted } from './visit.ts';
import { field, type Visited, visitedOf } from './visited.ts';

export type Session = {
  /** Profile and beginning: `PROFILE-START`, both in hex. */
  id: string;
  /** 16 hex digits. */
  profile: string;
  startAt: Date;
  endAt: Date;
  durationSeconds: number;
  pageCount: number;
  eventCount: number;
  converted: boolean;
  /** purchase, subscription or signup; '' = none. */
  conversionType: string;
  conversionValue: number;
  conversionAt: Date | null;
  bounced: boolean;
  /** 0 = not known. */
  avgSecondsOnPage: number;
  avgScrollDepth: number;
  totalClicks: number;
  entryPage: string;
  exitPage: string;
  /** The first 500 of each. */
  pageSequence: string[];
  actionSequence: string[];
  /** How often what happened, by event. */
  actionCounts: Record<string, number>;
  platform: string;
  deviceType: string;
  browser: string;
  os: string;
  country: string;
  /** Of the first event that names a source or a campaign; '' = direct. */
  trafficSource: string;
  medium: string;
  campaign: string;
  term: string;
  content: string;
  /** `gclid=…` */
  clickId: string;
  /** What led to the first page. */
  referrer: string;
  /** 0 to 100; from 60 on it counts as a program's. */
  botScore: number;
  botReasons: string[];
};

type Column = {
  name: string;
  key: keyof Session;
  sql: string;
  of(visit: Visited): unknown;
  /** From the answer of the engine; absent = as it is. */
  read?(value: never): unknown;
};

/** Sequences keep their first so many steps. */
const STEPS_AT_MOST = 500;
const isFlag = (value: number) => Boolean(value);
const moment = (text: string | null) => (text === null ? null : fromClickHouseTime(text));

export const sessionColumns: readonly Column[] = [
  {
    name: 'session_id',
    key: 'id',
    sql: "concat(leftPad(lower(hex(profile)), 16, '0'), '-', leftPad(lower(hex(toUInt64(moments[1]))), 12, '0'))",
    of: ({ profile, steps }) => sessionIdOf(profile, steps[0].at),
  },
  {
    name: 'start_time',
    key: 'startAt',
    sql: "fromUnixTimestamp64Milli(moments[1], 'UTC')",
    of: ({ steps }) => new Date(steps[0].at),
    read: moment,
  },
  {
    name: 'end_time',
    key: 'endAt',
    sql: "fromUnixTimestamp64Milli(moments[-1], 'UTC')",
    of: ({ steps }) => new Date(steps.at(-1)!.at),
    read: moment,
  },
  {
    name: 'duration_seconds',
    key: 'durationSeconds',
    sql: 'intDiv(moments[-1] - moments[1], 1000)',
    of: ({ steps }) => Math.floor((steps.at(-1)!.at - steps[0].at) / 1000),
  },
  { name: 'page_count', key: 'pageCount', sql: 'length(pages)', of: ({ pages }) => pages.length },
  { name: 'event_count', key: 'eventCount', sql: 'length(visit)', of: ({ steps }) => steps.length },
  {
    name: 'converted',
    key: 'converted',
    sql: 'conversion_at > 0',
    of: ({ conversion }) => conversion !== undefined,
    read: isFlag,
  },
  {
    name: 'conversion_type',
    key: 'conversionType',
    sql: "if(conversion_at > 0, events[conversion_at], '')",
    of: ({ conversion }) => conversion?.event ?? '',
  },
  {
    name: 'conversion_value',
    key: 'conversionValue',
    sql: `arraySum((e, r) -> if(e = 'purchase', r, 0), events, ${field('revenue')})`,
    of: ({ steps, isSummed }) =>
      steps.reduce((sum, step) => sum + (step.event === 'purchase' && isSummed(step) ? step.revenue : 0), 0),
  },
  {
    name: 'conversion_time',
    key: 'conversionAt',
    sql: "if(conversion_at > 0, fromUnixTimestamp64Milli(moments[conversion_at], 'UTC'), NULL)",
    of: ({ conversion }) => (conversion ? new Date(conversion.at) : null),
    read: moment,
  },
  {
    name: 'bounced',
    key: 'bounced',
    sql: 'length(visit) = 1 AND conversion_at = 0',
    of: ({ steps, conversion }) => steps.length === 1 && conversion === undefined,
    read: isFlag,
  },
  mean('avg_seconds_on_page', 'avgSecondsOnPage', 'seconds_on_page'),
  mean('avg_scroll_depth', 'avgScrollDepth', 'scroll_depth'),
  {
    name: 'total_clicks',
    key: 'totalClicks',
    sql: `arrayCount(e -> e IN (${quoted(clicks)}), events)`,
    of: ({ events }) => events.filter((event) => clicks.includes(event)).length,
  },
  { name: 'entry_page', key: 'entryPage', sql: 'pages[1]', of: ({ pages }) => pages[0] ?? '' },
  { name: 'exit_page', key: 'exitPage', sql: 'pages[-1]', of: ({ pages }) => pages.at(-1) ?? '' },
  {
    name: 'page_sequence',
    key: 'pageSequence',
    sql: `arraySlice(pages, 1, ${STEPS_AT_MOST})`,
    of: ({ pages }) => pages.slice(0, STEPS_AT_MOST),
  },
  {
    name: 'action_sequence',
    key: 'actionSequence',
    sql: `arraySlice(events, 1, ${STEPS_AT_MOST})`,
    of: ({ events }) => events.slice(0, STEPS_AT_MOST),
  },
  {
    name: 'action_counts',
    key: 'actionCounts',
    sql: 'mapFromArrays(arrayDistinct(events), arrayMap(e -> countEqual(events, e), arrayDistinct(events)))',
    of: ({ events }) => {
      const counts: Record<string, number> = {};
      for (const event of events) counts[event] = (counts[event] ?? 0) + 1;
      return counts;
    },
    read: (counts: Record<string, number | string>) =>
      Object.fromEntries(Object.entries(counts).map(([event, n]) => [event, Number(n)])),
  },
  first('platform', 'platform'),
  first('device_type', 'deviceType'),
  first('browser', 'browser'),
  first('os', 'os'),
  first('country', 'country'),
  ofSource('traffic_source', 'trafficSource'),
  ofSource('medium', 'medium'),
  ofSource('campaign', 'campaign'),
  ofSource('term', 'term'),
  ofSource('content', 'content'),
  ofSource('click_id', 'clickId'),
  {
    name: 'referrer',
    key: 'referrer',
    sql: `${field('referrer')}[arrayFirstIndex(e -> e IN (${quoted(pageEvents)}), events)]`,
    of: ({ steps }) => steps.find((step) => pageEvents.includes(step.event))?.referrer ?? '',
  },
  {
    name: 'bot_score',
    key: 'botScore',
    sql: `least(100, ${botMarks.map(({ points, sql }) => `if(${sql}, ${points}, 0)`).join(' + ')})`,
    of: (visit) =>
      Math.min(
        100,
        botMarks.reduce((sum, mark) => sum + (mark.holds(visit) ? mark.points : 0), 0),
      ),
  },
  {
    name: 'bot_reasons',
    key: 'botReasons',
    sql: `arrayFilter(name -> name != '', [${botMarks.map(({ name, sql }) => `if(${sql}, '${name}', '')`).join(', ')}])`,
    of: (visit) => botMarks.filter((mark) => mark.holds(visit)).map((mark) => mark.name),
  },
];

/** A visit from its steps, in order. */
export function describeVisit(profile: bigint, steps: readonly Step[], isSummed: (step: Step) => boolean): Session {
  const visit = visitedOf(profile, steps, isSummed);
  const said = Object.fromEntries(sessionColumns.map((column) => [column.key, column.of(visit)]));
  return { ...said, profile: toHexId(profile) } as Session;
}

/** A visit from a row of `sessions` with all of sessionColumns and `profile`. */
export function readSession(row: Readonly<Record<string, unknown>>): Session {
  const said = sessionColumns.map(({ key, name, read }) => [key, read ? read(row[name] as never) : row[name]]);
  return { ...Object.fromEntries(said), profile: toHexId(BigInt(row['profile'] as string)) } as Session;
}

export function sessionIdOf(profile: bigint, startMs: number): string {
  return `${toHexId(profile)}-${startMs.toString(16).padStart(12, '0')}`;
}

/** undefined when the text is no such id. */
export function readSessionId(text: string): { profile: bigint; startAt: Date } | undefined {
  const found = /^([0-9a-f]{16})-([0-9a-f]{12})$/i.exec(text);
  return found ? { profile: BigInt(`0x${found[1]}`), startAt: new Date(Number.parseInt(found[2], 16)) } : undefined;
}

function first(name: TupleColumn & keyof Step, key: keyof Session): Column {
  return {
    name,
    key,
    sql: `arrayFirst(x -> x != '', ${field(name)})`,
    of: ({ steps }) => steps.find((step) => step[name] !== '')?.[name] ?? '',
  };
}

function ofSource(name: TupleColumn & keyof Step, key: keyof Session): Column {
  return { name, key, sql: `${field(name)}[source_at]`, of: ({ source }) => source?.[name] ?? '' };
}

function mean(name: string, key: keyof Session, column: 'seconds_on_page' | 'scroll_depth'): Column {
  const given = `arrayFilter(x -> x > 0, ${field(column)})`;
  return {
    name,
    key,
    sql: `if(empty(${given}), 0, arrayAvg(${given}))`,
    of: ({ steps }) => {
      const values = steps.map((step) => step[column]).filter((value) => value > 0);
      return values.length === 0 ? 0 : Math.fround(values.reduce((sum, value) => sum + value, 0) / values.length);
    },
    // The engine writes the shortest text of a 32-bit number.
    read: (value: number) => Math.fround(value),
  };
}
