// What gives a program away by what it does in one visit. Each mark is written once as SQL over the arrays of a visit
// and once over its steps; its points add up to the visit's bot score, at most 100. Nothing is dropped for it. A person
// who reads fast, or a kiosk whose page renews itself, must stay below the threshold: no single habit of people is
// worth that much.

import type { Visited } from './visited.ts';

export type BotMark = {
  name: string;
  /** With the visit as its subject. */
  sentence: string;
  points: number;
  /** A condition over the names that visited.ts makes: events, pages, page_gaps, bots, hosts, touches. */
  sql: string;
  holds(visit: Visited): boolean;
};

/** From this score on a visit counts as a program's. */
export const BOT_SCORE = 60;

/** Page views at a pace that nobody reads at. */
const HURRIED_PAGES = 12;
const HURRIED_MS = 1500;
/** How even the pauses between pages may be: their standard deviation over their mean. People are near 1. */
const EVEN_PAGES = 6;
const EVEN_SPREAD = 0.12;
const UNTOUCHED_PAGES = 100;
const UNMOVED_PAGES = 10;
const TIRELESS_PAGES = 500;
const LONGEST_PAUSE_MS = 5 * 60_000;

export const botMarks: readonly BotMark[] = [
  {
    name: 'agent',
    sentence: 'names itself a program in its user agent',
    points: 100,
    sql: 'bots * 2 >= length(events)',
    holds: ({ bots, events }) => bots * 2 >= events.length,
  },
  {
    name: 'hosted',
    sentence: 'came from the network of a hosting provider',
    points: 40,
    sql: 'hosts * 2 >= length(events)',
    holds: ({ hosts, events }) => hosts * 2 >= events.length,
  },
  {
    name: 'unmoved',
    sentence: `saw ${UNMOVED_PAGES} pages or more and neither scrolled, clicked nor stayed on any`,
    points: 20,
    sql: `length(pages) >= ${UNMOVED_PAGES} AND touches = 0`,
    holds: ({ pages, touches }) => pages.length >= UNMOVED_PAGES && touches === 0,
  },
  {
    name: 'hurried',
    sentence: 'opened page after page faster than anybody reads',
    points: 60,
    sql: `length(pages) >= ${HURRIED_PAGES} AND arraySort(page_gaps)[intDiv(length(page_gaps), 2) + 1] < ${HURRIED_MS}`,
    holds: ({ pages, pageGaps }) =>
      pages.length >= HURRIED_PAGES && pageGaps.toSorted((a, b) => a - b)[pageGaps.length >> 1] < HURRIED_MS,
  },
  {
    name: 'even',
    sentence: 'opened pages at intervals as even as a clock’s',
    points: 70,
    sql: `length(page_gaps) >= ${EVEN_PAGES - 1} AND length(arrayDistinct(pages)) >= ${EVEN_PAGES - 1}
      AND arraySum(g -> (g - arrayAvg(page_gaps)) * (g - arrayAvg(page_gaps)), page_gaps) / length(page_gaps)
        < ${EVEN_SPREAD ** 2} * arrayAvg(page_gaps) * arrayAvg(page_gaps)`,
    holds: ({ pages, pageGaps }) => {
      if (pageGaps.length < EVEN_PAGES - 1 || new Set(pages).size < EVEN_PAGES - 1) return false;
      const mean = pageGaps.reduce((sum, gap) => sum + gap, 0) / pageGaps.length;
      const squares = pageGaps.reduce((sum, gap) => sum + (gap - mean) * (gap - mean), 0);
      return squares / pageGaps.length < EVEN_SPREAD ** 2 * mean * mean;
    },
  },
  {
    name: 'untouched',
    sentence: `saw ${UNTOUCHED_PAGES} pages or more and neither scrolled, clicked nor stayed on any`,
    points: 40,
    sql: `length(pages) >= ${UNTOUCHED_PAGES} AND touches = 0`,
    holds: ({ pages, touches }) => pages.length >= UNTOUCHED_PAGES && touches === 0,
  },
  {
    name: 'tireless',
    sentence: `saw ${TIRELESS_PAGES} pages or more without a pause of five minutes`,
    points: 60,
    sql: `length(pages) >= ${TIRELESS_PAGES} AND arrayMax(page_gaps) < ${LONGEST_PAUSE_MS}`,
    holds: ({ pages, pageGaps }) => pages.length >= TIRELESS_PAGES && pageGaps.every((gap) => gap < LONGEST_PAUSE_MS),
  },
];
