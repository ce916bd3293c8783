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
  | 'Product demand'
  | 'Context'
  | 'Season'
  | 'Surroundings';

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

/** "put 3 items in the cart": `place` stands after the number, `none` instead of "no items". */
export type CountWords = { verb: string; one: string; many: string; place?: string; none?: string };

/** One count per window: `${name}_${days}d`, or `${name}_all` for null. */
export function counted(
  family: SignalFamily,
  name: string,
  filter: Filter,
  { verb, one, many, place = '', none = `no ${many}` }: CountWords,
  windows: readonly (number | null)[],
): Signal[] {
  return windows.map((windowDays) => ({
    ...family,
    name: windowDays === null ? `${name}_all` : `${name}_${windowDays}d`,
    sentence: `How many ${many} they ${verb}${place}${inTheLast(windowDays)}.`,
    windowDays,
    unit: 'count',
    measure: count(filter, windowDays ?? undefined),
    phrase: (value) => `${verb} ${value === 0 ? none : amount(value, one, many)}${place}${inTheLast(windowDays)}`,
  }));
}

export function inTheLast(windowDays: number | null): string {
  if (windowDays === null) return ' so far';
  return windowDays === 1 ? ' in the last 24 hours' : ` in the last ${windowDays} days`;
}

/** "no products", "1 product", "3 products". */
export function amount(value: number, one: string, many: string): string {
  if (Number.isNaN(value)) return `an unknown number of ${many}`;
  if (value === 0) return `no ${many}`;
  const number = plain(value);
  return `${number} ${number === '1' ? one : many}`;
}

/** A number as a person would write it: whole, or with one or two digits. */
export function plain(value: number): string {
  if (Number.isNaN(value)) return 'unknown';
  const size = Math.abs(value);
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 1 ? 1 : 2;
  return Number(value.toFixed(digits)).toLocaleString('en-US');
}

/** "nothing", "12.5": a sum of money, whose currency the shop knows. */
export function money(value: number): string {
  if (Number.isNaN(value)) return 'an unknown sum';
  return value === 0 ? 'nothing' : plain(value);
}

/** "no products", "1 product", "3 different products". */
export function different(value: number, one: string, many: string): string {
  return value === 0 || value === 1 ? amount(value, one, many) : amount(value, one, `different ${many}`);
}

/** "once", "twice", "2.5 times". */
export function often(value: number): string {
  const number = plain(value);
  if (number === '1') return 'once';
  return number === '2' ? 'twice' : `${Number.isNaN(value) ? 'an unknown number of' : number} times`;
}

/** A ratio as a comparison: "30 % as often as", "about as often as", "twice as often as", "4.5 times as often as". */
export function compared(ratio: number, manner: string): string {
  if (Math.abs(ratio - 1) < 0.05) return `about as ${manner} as`;
  const size = ratio < 1 ? percent(ratio) : plain(ratio) === '2' ? 'twice' : `${plain(ratio)} times`;
  return `${Number.isNaN(ratio) ? 'an unknown number of times' : size} as ${manner} as`;
}

/** "every day", "every 4.5 days". */
export function every(days: number): string {
  return plain(days) === '1' ? 'every day' : `every ${amount(days, 'day', 'days')}`;
}

export function percent(value: number): string {
  return Number.isNaN(value) ? 'an unknown share' : `${Math.round(value * 100)} %`;
}

/** "less than an hour ago", "5 hours ago", and days from the third on. */
export function hoursAgo(hours: number): string {
  if (hours < 1) return 'less than an hour ago';
  return hours < 48 ? `${amount(Math.floor(hours), 'hour', 'hours')} ago` : daysAgo(hours / 24);
}

/** "less than a day ago", "a day ago", "3 days ago". */
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
