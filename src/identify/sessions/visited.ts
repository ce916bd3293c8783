// What is looked at when a visit is described: arrays by name in SQL, and the same in memory.

import { type Step, type TupleColumn, tupleColumns } from './step.ts';
import { clicks, conversionEvents, pageEvents, quoted } from './visit.ts';

/** One visit in memory, with what several columns look at. */
export type Visited = {
  profile: bigint;
  steps: readonly Step[];
  events: readonly string[];
  pages: readonly string[];
  /** Milliseconds between views of pages. */
  pageGaps: readonly number[];
  bots: number;
  /** Steps from the network of a hosting provider. */
  hosts: number;
  touches: number;
  conversion: Step | undefined;
  source: Step | undefined;
  /** The money of the step may be summed. */
  isSummed: (step: Step) => boolean;
};

const touching = [...clicks, 'scroll', 'form_start', 'form_submit', 'video_play', 'search_performed', 'filter_applied'];

/** A column of the steps as an array, in SQL; `visit` is the array of tuples. */
export const field = (name: TupleColumn) => `visit.${tupleColumns.indexOf(name) + 2}`;

/** What the columns look at, as `expression AS name`, in the order in which they name each other. */
export const visitNames: readonly string[] = [
  'visit.1 AS moments',
  `${field('event')} AS events`,
  `arrayFilter((p, e) -> p != '' AND e IN (${quoted(pageEvents)}), ${field('page_path')}, events) AS pages`,
  `arrayPopFront(arrayDifference(arrayFilter((t, e) -> e IN (${quoted(pageEvents)}), moments, events))) AS page_gaps`,
  `arrayCount(b -> b > 0, ${field('bot')}) AS bots`,
  `arrayCount(h -> h > 0, ${field('hosted')}) AS hosts`,
  `arrayCount((e, d, s) -> e IN (${quoted(touching)}) OR d > 0 OR s > 0, events, ${field('scroll_depth')}, ${field('seconds_on_page')}) AS touches`,
  `if(has(events, 'purchase'), indexOf(events, 'purchase'), arrayFirstIndex(e -> e IN (${quoted(conversionEvents)}), events)) AS conversion_at`,
  `arrayFirstIndex((s, c, k) -> s != '' OR c != '' OR k != '', ${field('traffic_source')}, ${field('campaign')}, ${field('click_id')}) AS source_at`,
];

export function visitedOf(profile: bigint, steps: readonly Step[], isSummed: (step: Step) => boolean): Visited {
  const views = steps.filter((step) => pageEvents.includes(step.event));
  return {
    profile,
    steps,
    events: steps.map((step) => step.event),
    pages: views.map((step) => step.page_path).filter(Boolean),
    pageGaps: views.slice(1).map((step, i) => step.at - views[i].at),
    bots: steps.filter((step) => step.bot > 0).length,
    hosts: steps.filter((step) => step.hosted > 0).length,
    touches: steps.filter((step) => touching.includes(step.event) || step.scroll_depth > 0 || step.seconds_on_page > 0)
      .length,
    conversion:
      steps.find((step) => step.event === 'purchase') ?? steps.find((step) => conversionEvents.includes(step.event)),
    source: steps.find((step) => step.traffic_source !== '' || step.campaign !== '' || step.click_id !== ''),
    isSummed,
  };
}
