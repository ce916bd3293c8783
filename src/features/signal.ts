// A signal: one fact about a person as of a moment, that describes itself. Everything else — the column of a model, a
// row of the Features page, the reason on a person's page — is drawn from this one definition.

import type { Filter } from './filter.ts';
import { count, type Measure } from './measure.ts';

export type SignalGroup =
  | 'Page views'
  | 'Time on site'
  | 'Visits'
  | 'Content engagement'
  | 'Search'
  | 'Cart'
  | 'E-mail'
  | 'Social'
  | 'Purchase history'
  | 'Purchase rhythm'
  | 'RFM'
  | 'Category affinity'
  | 'Context'
  | 'Season';

export type Signal = {
  /** snake_case with its window: cart_adds_7d. */
  name: string;
  sentence: string;
  group: SignalGroup;
  category: 'ENGAGEMENT' | 'NAVIGATION' | 'TRANSACTION' | 'EXTERNAL';
  source: 'WEBSITE' | 'EMAIL' | 'CRM' | 'ADS';
  /** null = everything before the moment. */
  windowDays: number | null;
  unit: 'count' | 'days' | 'hours' | 'minutes' | 'currency' | 'ratio' | 'score' | 'flag';
  measure: Measure;
  /** What a value says, with the person as its subject: "put 3 items in the cart in the last 7 days". */
  phrase(value: number): string;
};

/** What the signals of one file have in common. */
export type SignalFamily = Pick<Signal, 'group' | 'category' | 'source'>;

/** One count per window: `${name}_${days}d`, or `${name}_all` for null. */
export function counted(
  family: SignalFamily,
  name: string,
  filter: Filter,
  words: { verb: string; one: string; many: string },
  windows: readonly (number | null)[],
): Signal[] {
  return windows.map((windowDays) => ({
    ...family,
    name: windowDays === null ? `${name}_all` : `${name}_${windowDays}d`,
    sentence: `How many ${words.many} they ${words.verb}${inTheLast(windowDays)}.`,
    windowDays,
    unit: 'count',
    measure: count(filter, windowDays ?? undefined),
    phrase: (value) => `${words.verb} ${amount(value, words.one, words.many)}${inTheLast(windowDays)}`,
  }));
}

export function inTheLast(windowDays: number | null): string {
  if (windowDays === null) return ' so far';
  return windowDays === 1 ? ' in the last day' : ` in the last ${windowDays} days`;
}

/** "no products", "1 product", "3 products". */
export function amount(value: number, one: string, many: string): string {
  if (Number.isNaN(value)) return `an unknown number of ${many}`;
  if (value === 0) return `no ${many}`;
  return `${plain(value)} ${value === 1 ? one : many}`;
}

/** A number as a person would write it: whole, or with one or two digits. */
export function plain(value: number): string {
  if (Number.isNaN(value)) return 'unknown';
  const size = Math.abs(value);
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 1 ? 1 : 2;
  return Number(value.toFixed(digits)).toLocaleString('en-US');
}

export function percent(value: number): string {
  return Number.isNaN(value) ? 'an unknown share' : `${Math.round(value * 100)} %`;
}

/** "today", "yesterday", "3 days ago". */
export function daysAgo(days: number): string {
  if (Number.isNaN(days)) return 'at an unknown time';
  if (days < 1) return 'less than a day ago';
  if (days < 2) return 'a day ago';
  return `${Math.floor(days)} days ago`;
}

/** The phrase, or other words where the value is unknown. */
export function known(unknown: string, phrase: (value: number) => string): (value: number) => string {
  return (value) => (Number.isNaN(value) ? unknown : phrase(value));
}
